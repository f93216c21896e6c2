using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011) as Keras has it: steps get shorter where gradients have been large.</summary>
/// <remarks>
/// With v the sum of all g² so far:
/// <code>w ← w - learningRate · g / √(v + initialAccumulatorValue + ε)</code>
/// Torch adds ε outside the root and begins with 0. The paper's learning rate is far larger than Keras's default: try 0.01 to 1.
/// </remarks>
public sealed class Adagrad : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="initialAccumulatorValue">What the sum of squares begins with, at least 0 (Keras's <c>initial_accumulator_value</c>).
    /// <value>0.1</value></param>
    /// <param name="epsilon">Keeps the step finite where the sum is 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Adagrad(double learningRate = 0.001, double initialAccumulatorValue = 0.1, double epsilon = 1e-7)
        : base(learningRate)
    {
        InitialAccumulatorValue = AtLeastZero(initialAccumulatorValue, nameof(initialAccumulatorValue));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
    }

    /// <summary>What the sum of squares begins with (Keras's <c>initial_accumulator_value</c>).</summary>
    public double InitialAccumulatorValue { get; }

    /// <summary>Keeps the step finite where the sum is 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "adagrad";

    // Without the initial value, so that it begins at 0 as every optimiser's memory does.
    internal override IReadOnlyList<string> Remembers => ["square_sum"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new ParameterwiseUpdate(this, trained, Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) =>
        new UpdateSettings(UpdateFormula.Adagrad, rate) { InitialAccumulatorValue = InitialAccumulatorValue, Epsilon = Epsilon };

    private void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        using Scalar added = InitialAccumulatorValue + Epsilon, back = -rate;
        w.addcdiv_(g, ParameterwiseUpdate.AddSquare(remembered[0], g).add(added).sqrt_(), back);
    }
}
