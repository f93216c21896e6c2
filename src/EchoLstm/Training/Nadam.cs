using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>Adam with Nesterov's momentum (Dozat 2016) as Keras has it.</summary>
/// <remarks>
/// With m and v as in <see cref="Adam"/>, at step t, μₜ = β₁ (1 - 0.96ᵗ / 2) and Πₜ = μ₁ · μ₂ · … · μₜ:
/// <code>
/// m̂ = μₜ₊₁ · m / (1 - Πₜ₊₁) + (1 - μₜ) · g / (1 - Πₜ)
/// w ← w - learningRate · m̂ / (√(v / (1 - β₂ᵗ)) + ε)
/// </code>
/// </remarks>
public sealed class Nadam : Optimizer
{
    private const double MomentumDecay = 0.96;

    // 1 - Π is 1 from here on.
    private const double Vanished = 1e-17;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="beta1">How much of the first moment, the running mean of the gradient, stays at each step; of [0, 1) (Keras's
    /// <c>beta_1</c>). <value>0.9</value></param>
    /// <param name="beta2">How much of the second moment, the running mean of its square, stays at each step; of [0, 1) (Keras's
    /// <c>beta_2</c>). <value>0.999</value></param>
    /// <param name="epsilon">Keeps the step finite where the second moment is 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Nadam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
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
    public override string Name => "nadam";

    internal override IReadOnlyList<string> Remembers => ["m", "v"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new ParameterwiseUpdate(this, trained, Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate)
    {
        var product = ProductTo(step);
        var (now, next) = (MomentumAt(step), MomentumAt(step + 1));
        return new UpdateSettings(UpdateFormula.Nadam, rate * next / (1 - (product * next)))
        {
            GradientRate = rate * (1 - now) / (1 - product),
            Correction = 1 / (1 - Math.Pow(Beta2, step)),
            Beta1 = Beta1,
            Beta2 = Beta2,
            Epsilon = Epsilon,
        };
    }

    private double MomentumAt(long step) => Beta1 * (1 - (0.5 * Math.Pow(MomentumDecay, step)));

    // Computed anew from the step, so that the step is all that a file has to keep.
    private double ProductTo(long step)
    {
        var (product, decay) = (1.0, 1.0);
        for (var t = 1L; t <= step && product > Vanished; t++)
        {
            decay *= MomentumDecay;
            product *= Beta1 * (1 - (0.5 * decay));
        }
        return product;
    }

    private void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        var numbers = FormulaAt(step, rate)!.Value;
        using Scalar epsilon = Epsilon, ofMean = numbers.Rate, ofGradient = numbers.GradientRate, correction = numbers.Correction;
        var m = ParameterwiseUpdate.Mean(remembered[0], Beta1, g);
        var v = ParameterwiseUpdate.MeanSquare(remembered[1], Beta2, g);
        w.sub_(m.mul(ofMean).add_(g, ofGradient).div_(v.mul(correction).sqrt_().add_(epsilon)));
    }
}
