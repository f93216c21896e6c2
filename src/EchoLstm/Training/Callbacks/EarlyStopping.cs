namespace EchoLstm.Training;

/// <summary>
/// Ends a fit once a metric has not got better for some epochs, and gives the model the weights of its best epoch back where that is asked
/// for (Keras's <c>EarlyStopping</c>).
/// </summary>
/// <remarks>
/// Unlike Keras, which only warns, a metric that the fit does not measure is an error before anything is trained. A metric that is not a
/// number is never better. One object may serve several fits, one after another: each begins anew. The best weights are those of
/// <c>GetWeights</c>, which has a BatchNorm's running statistics too.
/// </remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 500, validationSplit: 0.2, callbacks: [new EarlyStopping(patience: 10, restoreBestWeights: true)]);
/// </code></example>
public sealed class EarlyStopping : Callback
{
    private readonly MonitoredMetric _metric;
    private readonly double? _baseline;
    private IReadOnlyList<Array>? _bestWeights;
    private int _wait;

    /// <summary>Creates the callback.</summary>
    /// <param name="monitor">The metric to look at after each epoch: <c>val_loss</c>, <c>loss</c>, <c>val_accuracy</c>, ...
    /// <value>val_loss</value></param>
    /// <param name="minDelta">By how much it must get better to count; its sign does not matter. <value>0</value></param>
    /// <param name="patience">After how many epochs in a row without a better metric the fit ends. With 0, as with 1, the first such epoch
    /// ends it. <value>0</value></param>
    /// <param name="mode">Which way it gets better. <value>Auto</value></param>
    /// <param name="baseline">A metric that must be beaten too: epochs that do not reach it count as epochs without a better one; null:
    /// none.</param>
    /// <param name="restoreBestWeights">Whether the model has the weights of the best epoch after the fit, however that ended; else the
    /// last epoch's. <value>false</value></param>
    /// <param name="startFromEpoch">The first epoch that counts, from 0: those before it are neither compared nor kept.
    /// <value>0</value></param>
    /// <exception cref="ArgumentException"><paramref name="monitor"/> is empty, or a number is out of its range.</exception>
    public EarlyStopping(
        string monitor = MonitoredMetric.ValidationLoss,
        double minDelta = 0,
        int patience = 0,
        MonitorMode mode = MonitorMode.Auto,
        double? baseline = null,
        bool restoreBestWeights = false,
        int startFromEpoch = 0)
    {
        _metric = new MonitoredMetric(nameof(EarlyStopping), monitor, mode, minDelta);
        if (patience < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(patience), patience, "patience is a number of epochs: at least 0.");
        }
        if (baseline is { } value && double.IsNaN(value))
        {
            throw new ArgumentOutOfRangeException(nameof(baseline), baseline, "baseline is a metric to beat, or null.");
        }
        if (startFromEpoch < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(startFromEpoch), startFromEpoch, "startFromEpoch counts epochs from 0.");
        }
        Patience = patience;
        _baseline = baseline;
        RestoreBestWeights = restoreBestWeights;
        StartFromEpoch = startFromEpoch;
    }

    /// <summary>The metric that is looked at.</summary>
    public string Monitor => _metric.Name;

    /// <summary>After how many epochs in a row without a better metric the fit ends.</summary>
    public int Patience { get; }

    /// <summary>Whether the model has the weights of the best epoch after the fit.</summary>
    public bool RestoreBestWeights { get; }

    /// <summary>The first epoch that counts, from 0.</summary>
    public int StartFromEpoch { get; }

    /// <summary>The best metric of the last fit; null before its first.</summary>
    public double? Best { get; private set; }

    /// <summary>The epoch of <see cref="Best"/>, counted from 0.</summary>
    public int? BestEpoch { get; private set; }

    /// <summary>The epoch after which this callback ended the last fit, counted from 0; null where it did not.</summary>
    public int? StoppedEpoch { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit does not measure <see cref="Monitor"/>, or its name does not say which way is better.
    /// Nothing was trained.</exception>
    public override void OnTrainBegin(FitProgress progress)
    {
        _metric.Begin(progress);
        (Best, BestEpoch, StoppedEpoch, _bestWeights, _wait) = (null, null, null, null, 0);
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (progress.Epoch < StartFromEpoch)
        {
            return;
        }
        var metric = _metric.Of(progress);
        _wait++;
        if (_metric.IsBetter(metric, Best))
        {
            (Best, BestEpoch) = (metric, progress.Epoch);
            if (RestoreBestWeights)
            {
                _bestWeights = progress.Model.GetWeights();
            }
            if (_baseline is null || _metric.IsBetter(metric, _baseline))
            {
                _wait = 0;
            }
            return;
        }
        // As in Keras, where the first epoch of all never ends a fit.
        if (_wait >= Patience && progress.Epoch > 0)
        {
            StoppedEpoch = progress.Epoch;
            progress.Stop();
        }
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (_bestWeights is not null)
        {
            progress.Model.SetWeights(_bestWeights);
            _bestWeights = null;
        }
    }
}
