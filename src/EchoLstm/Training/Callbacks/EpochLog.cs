namespace EchoLstm.Training;

/// <summary>Prints two lines an epoch, as Keras's <c>verbose=2</c> does: <c>Epoch 1/1000</c> and <c> - 0s - loss: 0.2012</c>.</summary>
public sealed class EpochLog : Callback
{
    private readonly TextWriter _writer;
    private int _warned;

    /// <summary>Creates the callback.</summary>
    /// <param name="writer">Where to print; it stays the caller's.</param>
    public EpochLog(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        _writer = writer;
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _warned = 0;
        MetricText.WriteWarnings(_writer, progress, ref _warned);
    }

    /// <inheritdoc/>
    public override void OnEpochBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _writer.WriteLine($"Epoch {progress.Epoch + 1}/{progress.Epochs}");
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _writer.WriteLine($" - {MetricText.Seconds(progress.EpochDuration)}{MetricText.All(progress.Figures)}");
        MetricText.WriteWarnings(_writer, progress, ref _warned);
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        MetricText.WriteWarnings(_writer, progress, ref _warned);
        MetricText.WriteEnd(_writer, progress);
    }
}
