using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>Adam by the largest gradient instead of the mean square (Kingma and Ba 2014, section 7) as Keras has it.</summary>
/// <remarks>
/// With m the running mean of gradient g, at step t:
/// <code>
/// u ← max(β₂ · u, |g|)
/// w ← w - learningRate / (1 - β₁ᵗ) · m / (u + ε)
/// </code>
/// </remarks>
public sealed class Adamax : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="beta1">How much of the first moment, the running mean of the gradient, stays at each step; of [0, 1) (Keras's
    /// <c>beta_1</c>). <value>0.9</value></param>
    /// <param name="beta2">How much of the largest gradient stays at each step; of [0, 1) (Keras's <c>beta_2</c>).
    /// <value>0.999</value></param>
    /// <param name="epsilon">Keeps the step finite where all gradients were 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Adamax(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        Beta1 = Fraction(beta1, nameof(beta1));
        Beta2 = Fraction(beta2, nameof(beta2));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
    }

    /// <summary>How much of the first moment stays at each step (Keras's <c>beta_1</c>).</summary>
    public double Beta1 { get; }

    /// <summary>How much of the largest gradient stays at each step (Keras's <c>beta_2</c>).</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the step finite where all gradients were 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "adamax";

    internal override IReadOnlyList<string> Remembers => ["m", "u"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new ParameterwiseUpdate(this, trained, Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) =>
        new UpdateSettings(UpdateFormula.Adamax, CorrectedRate(step, rate)) { Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon };

    private double CorrectedRate(long step, double rate) => rate / (1 - Math.Pow(Beta1, step));

    private void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        using Scalar epsilon = Epsilon, back = -CorrectedRate(step, rate);
        var m = ParameterwiseUpdate.Mean(remembered[0], Beta1, g);
        var u = ParameterwiseUpdate.Largest(remembered[1], Beta2, g);
        w.addcdiv_(m, u.add(epsilon), back);
    }
}
