namespace EchoLstm.Training;

/// <summary>Makes the learning rate smaller once a metric has not got better for some epochs (Keras's <c>ReduceLROnPlateau</c>).</summary>
/// <remarks>
/// The rate that each epoch ran with is in the history as <c>learning_rate</c>; the last one stays the optimiser's after the fit. A metric
/// that the fit does not measure is an error before anything is trained, and one that is not a number is never better. One object may serve
/// several fits, one after another: each begins anew.
/// </remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 500, validationSplit: 0.2, callbacks: [new ReduceLrOnPlateau(factor: 0.5, patience: 5, minLearningRate: 1e-5)]);
/// </code></example>
public sealed class ReduceLrOnPlateau : Callback
{
    private readonly MonitoredMetric _metric;
    private int _wait;
    private int _cooldownLeft;

    /// <summary>Creates the callback.</summary>
    /// <param name="monitor">The metric to look at after each epoch: <c>val_loss</c>, <c>loss</c>, <c>val_accuracy</c>, ...
    /// <value>val_loss</value></param>
    /// <param name="factor">What the rate is multiplied by: above 0 and below 1. <value>0.1</value></param>
    /// <param name="patience">After how many epochs in a row without a better metric. With 0, as with 1, the first such epoch counts.
    /// <value>10</value></param>
    /// <param name="mode">Which way the metric gets better. <value>Auto</value></param>
    /// <param name="minDelta">By how much it must get better to count; its sign does not matter. <value>1e-4</value></param>
    /// <param name="cooldown">How many epochs after a reduction do not count. <value>0</value></param>
    /// <param name="minLearningRate">The smallest rate to go down to (Keras's <c>min_lr</c>). <value>0</value></param>
    /// <exception cref="ArgumentException"><paramref name="monitor"/> is empty, or a number is out of its range.</exception>
    public ReduceLrOnPlateau(
        string monitor = MonitoredMetric.ValidationLoss,
        double factor = 0.1,
        int patience = 10,
        MonitorMode mode = MonitorMode.Auto,
        double minDelta = 1e-4,
        int cooldown = 0,
        double minLearningRate = 0)
    {
        _metric = new MonitoredMetric(nameof(ReduceLrOnPlateau), monitor, mode, minDelta);
        if (factor is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(factor),
                factor,
                "factor is what the learning rate is multiplied by: above 0 and below 1.");
        }
        if (patience < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(patience), patience, "patience is a number of epochs: at least 0.");
        }
        if (cooldown < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(cooldown), cooldown, "cooldown is a number of epochs: at least 0.");
        }
        if (!(minLearningRate >= 0) || !double.IsFinite(minLearningRate))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minLearningRate),
                minLearningRate,
                "minLearningRate is the smallest learning rate: a finite number of at least 0.");
        }
        Factor = factor;
        Patience = patience;
        Cooldown = cooldown;
        MinLearningRate = minLearningRate;
    }

    /// <summary>The metric that is looked at.</summary>
    public string Monitor => _metric.Name;

    /// <summary>What the rate is multiplied by.</summary>
    public double Factor { get; }

    /// <summary>After how many epochs in a row without a better metric the rate is reduced.</summary>
    public int Patience { get; }

    /// <summary>How many epochs after a reduction do not count.</summary>
    public int Cooldown { get; }

    /// <summary>The smallest rate to go down to.</summary>
    public double MinLearningRate { get; }

    /// <summary>The best metric of the last fit; null before its first.</summary>
    public double? Best { get; private set; }

    /// <inheritdoc/>
    public override bool SchedulesLearningRate => true;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit does not measure <see cref="Monitor"/>, or its name does not say which way is better.
    /// Nothing was trained.</exception>
    public override void OnTrainBegin(FitProgress progress)
    {
        _metric.Begin(progress);
        (Best, _wait, _cooldownLeft) = (null, 0, 0);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var metric = _metric.Of(progress);
        if (_cooldownLeft > 0)
        {
            _cooldownLeft--;
        }
        if (_metric.IsBetter(metric, Best))
        {
            (Best, _wait) = (metric, 0);
        }
        else if (_cooldownLeft == 0 && ++_wait >= Patience && progress.LearningRate > MinLearningRate)
        {
            progress.LearningRate = Math.Max(progress.LearningRate * Factor, MinLearningRate);
            (_cooldownLeft, _wait) = (Cooldown, 0);
        }
    }
}
