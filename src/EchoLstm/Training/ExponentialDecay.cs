namespace EchoLstm.Training;

/// <summary>A learning rate that is multiplied by the same number every so many steps (Keras's <c>ExponentialDecay</c>).</summary>
/// <remarks><code>initialLearningRate · decayRate ^ (step / decaySteps)</code></remarks>
public sealed class ExponentialDecay : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="initialLearningRate">The rate of the first step.</param>
    /// <param name="decaySteps">After how many steps the rate has been multiplied once.</param>
    /// <param name="decayRate">What it is multiplied by, at least 0.</param>
    /// <param name="staircase">Whether it changes at every <paramref name="decaySteps"/>th step only, not a little at each.
    /// <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">A rate is negative or not finite, or <paramref name="decaySteps"/> is below
    /// 1.</exception>
    public ExponentialDecay(double initialLearningRate, long decaySteps, double decayRate, bool staircase = false)
    {
        InitialLearningRate = Rate(initialLearningRate, nameof(initialLearningRate));
        DecaySteps = Steps(decaySteps, nameof(decaySteps));
        DecayRate = Rate(decayRate, nameof(decayRate));
        Staircase = staircase;
    }

    /// <summary>The rate of the first step.</summary>
    public double InitialLearningRate { get; }

    /// <summary>After how many steps the rate has been multiplied once.</summary>
    public long DecaySteps { get; }

    /// <summary>What it is multiplied by.</summary>
    public double DecayRate { get; }

    /// <summary>Whether it changes at every <see cref="DecaySteps"/>th step only.</summary>
    public bool Staircase { get; }

    /// <inheritdoc/>
    public override double At(long step)
    {
        var times = step / (double)DecaySteps;
        return InitialLearningRate * Math.Pow(DecayRate, Staircase ? Math.Floor(times) : times);
    }
}
