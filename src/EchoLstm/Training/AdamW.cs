using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2017) as Keras has it: every weight shrinks before its step.</summary>
/// <remarks>
/// <code>w ← w - learningRate · weightDecay · w, then <see cref="Adam"/>'s step</code>
/// All weights shrink, biases too, as in Keras. It is no <see cref="EchoLstm.Layers.Regularizer"/>: the loss does not have it, and the
/// moments don't either.
/// </remarks>
public sealed class AdamW : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="weightDecay">The share of a weight, times the learning rate, that goes at each step; at least 0 (Keras's
    /// <c>weight_decay</c>). <value>0.004</value></param>
    /// <param name="beta1">How much of the first moment, the running mean of the gradient, stays at each step; of [0, 1) (Keras's
    /// <c>beta_1</c>). <value>0.9</value></param>
    /// <param name="beta2">How much of the second moment, the running mean of its square, stays at each step; of [0, 1) (Keras's
    /// <c>beta_2</c>). <value>0.999</value></param>
    /// <param name="epsilon">Keeps the step finite where the second moment is 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public AdamW(
        double learningRate = 0.001, double weightDecay = 0.004, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        WeightDecay = AtLeastZero(weightDecay, nameof(weightDecay));
        Beta1 = Fraction(beta1, nameof(beta1));
        Beta2 = Fraction(beta2, nameof(beta2));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
    }

    /// <summary>The share of a weight, times the learning rate, that goes at each step (Keras's <c>weight_decay</c>).</summary>
    public double WeightDecay { get; }

    /// <summary>How much of the first moment stays at each step (Keras's <c>beta_1</c>).</summary>
    public double Beta1 { get; }

    /// <summary>How much of the second moment stays at each step (Keras's <c>beta_2</c>).</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the step finite where the second moment is 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "adamw";

    internal override IReadOnlyList<string> Remembers => ["m", "v"];

    internal override double DecoupledDecay => WeightDecay;

    internal override ParameterUpdate Begin(TrainedWeights trained) =>
        new ParameterwiseUpdate(this, trained, new AdamFormula(Beta1, Beta2, Epsilon).Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) => new AdamFormula(Beta1, Beta2, Epsilon).At(step, rate);
}
