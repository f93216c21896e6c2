using EchoLstm.Files;

namespace EchoLstm.Training;

/// <summary>Saves the model after epochs, all of them or those with the best metric so far (Keras's <c>ModelCheckpoint</c>).</summary>
/// <remarks>
/// The path may have places for the epoch, counted from 1 as Keras does here, and for the metrics that it ended with: a name in braces and,
/// after a colon, a .NET number format. <c>{epoch:D3}-{val_loss:F4}.safetensors</c> is <c>007-0.1234.safetensors</c>, in every culture.
/// Keras's <c>{epoch:03d}</c> and <c>{val_loss:.4f}</c> are refused with what they are in .NET; <c>{{</c> and <c>}}</c> are braces. Without
/// places each save replaces the file, as a whole: a process that is killed on the way leaves the old file or the new one. Folders that are
/// missing are made.
/// <para>Where the best is saved only, it goes on from fit to fit of one object, as in Keras. A metric that is not a number is never
/// better.</para>
/// </remarks>
/// <example><code>
/// var best = new ModelCheckpoint("best.safetensors", saveBestOnly: true);
/// model.Fit(x, y, epochs: 500, validationSplit: 0.2, callbacks: [best]);
/// using var model2 = SequentialModel.Load("best.safetensors");
/// </code></example>
public sealed class ModelCheckpoint : Callback
{
    private readonly CheckpointPath _path;
    private readonly MonitoredMetric _metric;
    private readonly double? _initialValueThreshold;

    /// <summary>Creates the callback; nothing is written before an epoch ends.</summary>
    /// <param name="path">The file (Keras's <c>filepath</c>), with places for the epoch and its metrics where each save shall have its
    /// own.</param>
    /// <param name="monitor">The metric that says which epoch is the best; without <paramref name="saveBestOnly"/> it is not looked at.
    /// <value>val_loss</value></param>
    /// <param name="saveBestOnly">Whether an epoch is saved only where its metric is better than all before. <value>false</value></param>
    /// <param name="saveWeightsOnly">Whether the weights alone are saved (<c>SaveWeights</c>), else the whole model (<c>Save</c>).
    /// <value>false</value></param>
    /// <param name="mode">Which way the metric gets better. <value>Auto</value></param>
    /// <param name="saveFrequency">After how many epochs one is saved, or looked at. Keras's <c>save_freq</c>, whose numbers count batches.
    /// <value>1</value></param>
    /// <param name="initialValueThreshold">A metric that the first save must beat too, e.g. that of an earlier run; null: none.</param>
    /// <exception cref="ArgumentException">The path is empty, its places are not understood or it promises another format, such as
    /// <c>.keras</c>; <paramref name="monitor"/> is empty, or a
    /// number is out of its range.</exception>
    public ModelCheckpoint(
        string path,
        string monitor = MonitoredMetric.ValidationLoss,
        bool saveBestOnly = false,
        bool saveWeightsOnly = false,
        MonitorMode mode = MonitorMode.Auto,
        int saveFrequency = 1,
        double? initialValueThreshold = null)
    {
        _path = new CheckpointPath(path);
        FileName.Check(path, "A checkpoint is written as safetensors", ".safetensors");
        _metric = new MonitoredMetric(nameof(ModelCheckpoint), monitor, mode);
        if (saveFrequency < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(saveFrequency), saveFrequency, "saveFrequency is a number of epochs: at least 1.");
        }
        if (initialValueThreshold is { } value && double.IsNaN(value))
        {
            throw new ArgumentOutOfRangeException(
                nameof(initialValueThreshold),
                initialValueThreshold,
                "initialValueThreshold is a metric to beat, or null.");
        }
        Path = path;
        SaveBestOnly = saveBestOnly;
        SaveWeightsOnly = saveWeightsOnly;
        SaveFrequency = saveFrequency;
        _initialValueThreshold = initialValueThreshold;
    }

    /// <summary>The file, with its places.</summary>
    public string Path { get; }

    /// <summary>The metric that says which epoch is the best.</summary>
    public string Monitor => _metric.Name;

    /// <summary>Whether an epoch is saved only where its metric is better than all before.</summary>
    public bool SaveBestOnly { get; }

    /// <summary>Whether the weights alone are saved.</summary>
    public bool SaveWeightsOnly { get; }

    /// <summary>After how many epochs one is saved, or looked at.</summary>
    public int SaveFrequency { get; }

    /// <summary>The metric of the epoch that was saved last where the best is saved only; null before.</summary>
    public double? Best { get; private set; }

    /// <summary>The file that was written last; null before.</summary>
    public string? LastPath { get; private set; }

    /// <summary>The epoch that was saved last, counted from 0; null before.</summary>
    public int? LastEpoch { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The fit does not measure <see cref="Monitor"/> or what the path has a place for, or the metric's
    /// name does not say which way is better. Nothing was trained.</exception>
    /// <exception cref="InvalidOperationException">The model has a part that a file can't hold, and whole models shall be saved. Nothing
    /// was trained.</exception>
    public override void OnTrainBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _path.Check(progress.Names);
        if (!SaveWeightsOnly)
        {
            progress.Model.CheckSavable();
        }
        if (SaveBestOnly)
        {
            _metric.Begin(progress);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">Writing failed; an old file is as it was.</exception>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if ((progress.Epoch + 1) % SaveFrequency != 0)
        {
            return;
        }
        double? metric = SaveBestOnly ? _metric.Of(progress) : null;
        if (metric is { } value && !_metric.IsBetter(value, Best ?? _initialValueThreshold))
        {
            return;
        }
        var path = _path.Of(progress);
        if (SaveWeightsOnly)
        {
            progress.Model.SaveWeights(path);
        }
        else
        {
            progress.Model.Save(path);
        }
        (Best, LastPath, LastEpoch) = (metric, path, progress.Epoch);
    }
}
