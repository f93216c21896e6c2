using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>RMSprop (Hinton's lecture 6e) as Keras has it.</summary>
/// <remarks>
/// With v the running mean of g²; m, if centered, that of g:
/// <code>
/// step = learningRate · g / √(v - m² + ε)          (m² only if centered)
/// w ← w - step, or with momentum: u ← momentum · u + step, w ← w - u
/// </code>
/// Torch adds ε outside the root and has other defaults.
/// </remarks>
public sealed class RmsProp : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="rho">How much of the running mean stays at each step; of [0, 1). <value>0.9</value></param>
    /// <param name="momentum">How much of the last move stays in the next, of [0, 1); 0 for none. <value>0</value></param>
    /// <param name="epsilon">Keeps the step finite where the running mean is 0; at least 0. <value>1e-7</value></param>
    /// <param name="centered">Whether the variance of the gradient scales the step, not its mean square. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public RmsProp(double learningRate = 0.001, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false)
        : base(learningRate)
    {
        Rho = Fraction(rho, nameof(rho));
        Momentum = Fraction(momentum, nameof(momentum));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
        Centered = centered;
    }

    /// <summary>How much of the running mean stays at each step.</summary>
    public double Rho { get; }

    /// <summary>How much of the last move stays in the next.</summary>
    public double Momentum { get; }

    /// <summary>Keeps the step finite where the running mean is 0.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the variance of the gradient scales the step.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    internal override IReadOnlyList<string> Remembers =>
        ["mean_square", .. Centered ? new[] { "mean" } : [], .. Momentum > 0 ? new[] { "velocity" } : []];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new ParameterwiseUpdate(this, trained, Move);

    private protected override UpdateSettings? FormulaAt(long step, double rate) => new UpdateSettings(UpdateFormula.RmsProp, rate)
    {
        Rho = Rho,
        Epsilon = Epsilon,
        Momentum = Momentum,
        Centered = Centered,
    };

    private void Move(Tensor w, Tensor g, Tensor[] remembered, long step, double rate)
    {
        using Scalar forth = rate, back = -rate, epsilon = Epsilon, momentum = Momentum;
        var variance = ParameterwiseUpdate.MeanSquare(remembered[0], Rho, g);
        if (Centered)
        {
            var m = ParameterwiseUpdate.Mean(remembered[1], Rho, g);
            variance -= m * m;
        }
        var root = variance.add(epsilon).sqrt_();
        if (Momentum > 0)
        {
            w.sub_(remembered[^1].mul_(momentum).addcdiv_(g, root, forth));
        }
        else
        {
            w.addcdiv_(g, root, back);
        }
    }
}
