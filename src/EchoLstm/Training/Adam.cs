using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>
/// Adam (Kingma and Ba 2014) as Keras has it: ε is added before the correction of the bias, to the square root of the raw second moment.
/// </summary>
/// <remarks>
/// With m and v the running means of gradient g and g², at step t:
/// <code>w ← w - learningRate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)</code>
/// Torch adds ε after the correction, so that <c>torch.optim.Adam</c> takes other steps where gradients are small, and another curve.
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="beta1">How much of the first moment, the running mean of the gradient, stays at each step; of [0, 1) (Keras's
    /// <c>beta_1</c>). <value>0.9</value></param>
    /// <param name="beta2">How much of the second moment, the running mean of its square, stays at each step; of [0, 1) (Keras's
    /// <c>beta_2</c>). <value>0.999</value></param>
    /// <param name="epsilon">Keeps the step finite where the second moment is 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        Beta1 = Fraction(beta1, nameof(beta1));
        Beta2 = Fraction(beta2, nameof(beta2));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
    }

    /// <summary>How much of the first moment stays at each step (Keras's <c>beta_1</c>).</summary>
    public double Beta1 { get; }

    /// <summary>How much of the second moment stays at each step (Keras's <c>beta_2</c>).</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the step finite where the second moment is 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "adam";

    internal override IReadOnlyList<string> Remembers => ["m", "v"];

    internal override ParameterUpdate Begin(TrainedWeights trained) =>
        new ParameterwiseUpdate(this, trained, new AdamFormula(Beta1, Beta2, Epsilon).Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) => new AdamFormula(Beta1, Beta2, Epsilon).At(step, rate);
}

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> do with a gradient.</summary>
internal readonly record struct AdamFormula(double Beta1, double Beta2, double Epsilon)
{
    internal UpdateSettings At(long step, double rate) => new(UpdateFormula.Adam, CorrectedRate(step, rate))
    {
        Beta1 = Beta1,
        Beta2 = Beta2,
        Epsilon = Epsilon,
    };

    internal void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        using Scalar epsilon = Epsilon, back = -CorrectedRate(step, rate);
        var m = ParameterwiseUpdate.Mean(remembered[0], Beta1, g);
        var v = ParameterwiseUpdate.MeanSquare(remembered[1], Beta2, g);
        w.addcdiv_(m, v.sqrt().add_(epsilon), back);
    }

    // The moments begin at 0.
    private double CorrectedRate(long step, double rate) => rate * Math.Sqrt(1 - Math.Pow(Beta2, step)) / (1 - Math.Pow(Beta1, step));
}
