namespace EchoLstm.Training;

/// <summary>
/// A learning rate that falls along half a cosine (Loshchilov and Hutter 2016), after a straight rise if that is wanted (Keras's
/// <c>CosineDecay</c>).
/// </summary>
/// <remarks>
/// <code>
/// rise:  initialLearningRate + (warmupTarget - initialLearningRate) · step / warmupSteps, for the first warmupSteps steps
/// fall:  from · ((1 - alpha) · (1 + cos(π · s / decaySteps)) / 2 + alpha), s steps after the rise, from = warmupTarget
/// </code>
/// Without a rise the fall begins at once, from <c>initialLearningRate</c>. After it the rate stays.
/// </remarks>
public sealed class CosineDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate of the first step.</param>
    /// <param name="decaySteps">How many steps the fall takes, a rise not counted.</param>
    /// <param name="alpha">The share of the rate that stays in the end; at least 0. <value>0</value></param>
    /// <param name="warmupTarget">The rate that the rise ends with (Keras's <c>warmup_target</c>). <value>null: no rise</value></param>
    /// <param name="warmupSteps">How many steps the rise takes (Keras's <c>warmup_steps</c>). <value>0: no rise</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative or not finite, or a number of steps is too small.</exception>
    /// <exception cref="ArgumentException">Only one of <paramref name="warmupTarget"/> and <paramref name="warmupSteps"/> is
    /// given.</exception>
    public CosineDecay(
        double initialLearningRate, long decaySteps, double alpha = 0, double? warmupTarget = null, long warmupSteps = 0)
    {
        InitialLearningRate = Rate(initialLearningRate, nameof(initialLearningRate));
        DecaySteps = Steps(decaySteps, nameof(decaySteps));
        Alpha = Rate(alpha, nameof(alpha));
        WarmupTarget = warmupTarget is { } target ? Rate(target, nameof(warmupTarget)) : null;
        WarmupSteps = warmupSteps == 0 ? 0 : Steps(warmupSteps, nameof(warmupSteps));
        if (warmupTarget is null != (warmupSteps == 0))
        {
            throw new ArgumentException("A rise needs both warmupTarget, the rate that it ends with, and warmupSteps, how many steps it "
                + "takes. Give both, or none for no rise.");
        }
    }

    /// <summary>The rate of the first step.</summary>
    public double InitialLearningRate { get; }

    /// <summary>How many steps the fall takes.</summary>
    public long DecaySteps { get; }

    /// <summary>The share of the rate that stays in the end.</summary>
    public double Alpha { get; }

    /// <summary>The rate that the rise ends with; null: no rise.</summary>
    public double? WarmupTarget { get; }

    /// <summary>How many steps the rise takes.</summary>
    public long WarmupSteps { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var from = WarmupTarget ?? InitialLearningRate;
        if (step < WarmupSteps)
        {
            return InitialLearningRate + ((from - InitialLearningRate) * step / WarmupSteps);
        }
        var done = Math.Min(step - WarmupSteps, DecaySteps) / (double)DecaySteps;
        return from * (((1 - Alpha) * 0.5 * (1 + Math.Cos(Math.PI * done))) + Alpha);
    }
}
