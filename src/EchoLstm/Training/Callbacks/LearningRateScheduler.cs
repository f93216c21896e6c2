using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Sets the learning rate before each epoch by a function (Keras's <c>LearningRateScheduler</c>).</summary>
/// <remarks>The rate of each epoch is in the history as <c>learning_rate</c>. The last one stays the optimiser's after the fit.</remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 30, callbacks: [new LearningRateScheduler((epoch, rate) => epoch &lt; 10 ? rate : rate * 0.9)]);
/// </code></example>
public sealed class LearningRateScheduler : Callback
{
    private readonly Func<int, double, double> _schedule;

    /// <summary>Creates the callback.</summary>
    /// <param name="schedule">Gives the rate of an epoch from its number, counted from 0, and the rate so far.</param>
    public LearningRateScheduler(Func<int, double, double> schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        _schedule = schedule;
    }

    /// <inheritdoc/>
    public override bool SchedulesLearningRate => true;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function gave no rate.</exception>
    public override void OnEpochBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var rate = _schedule(progress.Epoch, progress.LearningRate);
        if (!(rate >= 0) || !double.IsFinite(rate))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"LearningRateScheduler's function gave {MetricText.Number(rate)} for epoch {progress.Epoch}, counted from 0. Return a "
                    + $"finite number of at least 0."));
        }
        progress.LearningRate = rate;
    }
}
