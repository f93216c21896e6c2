using Tensorboard;

namespace EchoLstm.Training;

/// <summary>Writes a fit's metrics as event files that TensorBoard shows (Keras's <c>TensorBoard</c>).</summary>
/// <remarks>
/// As in Keras, each fit has a new file in the folder <c>train</c> and, where there is validation, one in <c>validation</c>. After each
/// epoch <c>train</c> gets <c>epoch_loss</c>, <c>epoch_</c> and each metric's name, and <c>epoch_learning_rate</c>; <c>validation</c> gets
/// the same names without the rate. With <c>updateFrequency</c>, <c>train</c> gets <c>batch_loss</c> and so on within the epochs too: means
/// over the epoch so far. The graph, histograms, images and profiles that Keras can write are not written. What was written is in the file
/// at once, and the files are not kept open.
/// </remarks>
/// <example><code>
/// model.Fit(x, y, epochs: 100, validationSplit: 0.2, callbacks: [new TensorBoard("logs/first")]);    // then: tensorboard --logdir logs
/// </code></example>
public sealed class TensorBoard : Callback
{
    private const string EpochPrefix = "epoch_";
    private const string BatchPrefix = "batch_";
    private const string LearningRate = MonitoredMetric.LearningRate;
    private const string StepsPerSecond = "steps_per_second";
    private const string Version = "brain.Event:2";

    private readonly bool _writeStepsPerSecond;
    private readonly TimeProvider _clock;
    private RecordFile? _train;
    private RecordFile? _validation;
    private long _steps;

    /// <summary>Creates the callback; files are made when a fit begins.</summary>
    /// <param name="logDirectory">The folder of this run, e.g. <c>logs/first</c>; TensorBoard is started on the folder that holds the runs
    /// (Keras's <c>log_dir</c>). <value>logs</value></param>
    /// <param name="writeStepsPerSecond">Whether <c>epoch_steps_per_second</c>, the epoch's training steps by its seconds, validation
    /// included, is written too. <value>false</value></param>
    /// <param name="updateFrequency">After how many batches the metrics so far are written; null: after epochs only (Keras's
    /// <c>update_freq</c>).</param>
    /// <exception cref="ArgumentException">The folder's name is empty, or the frequency below 1.</exception>
    public TensorBoard(string logDirectory = "logs", bool writeStepsPerSecond = false, int? updateFrequency = null)
        : this(logDirectory, writeStepsPerSecond, updateFrequency, TimeProvider.System)
    {
    }

    internal TensorBoard(string logDirectory, bool writeStepsPerSecond, int? updateFrequency, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(logDirectory);
        if (updateFrequency is < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(updateFrequency),
                updateFrequency,
                "updateFrequency is a number of batches: at least 1, or null for epochs only.");
        }
        LogDirectory = logDirectory;
        UpdateFrequency = updateFrequency;
        _writeStepsPerSecond = writeStepsPerSecond;
        _clock = clock;
    }

    /// <summary>The folder of this run.</summary>
    public string LogDirectory { get; }

    /// <summary>After how many batches the metrics so far are written; null: after epochs only.</summary>
    public int? UpdateFrequency { get; }

    /// <inheritdoc/>
    public override bool WatchesBatches => UpdateFrequency is not null;

    /// <inheritdoc/>
    public override void OnTrainBegin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _steps = 0;
        _train = Begin("train");
        _validation = progress.Names.Any(IsValidation) ? Begin("validation") : null;
    }

    /// <inheritdoc/>
    public override void OnBatchEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var step = _steps + progress.BatchesDone;
        if (step % UpdateFrequency == 0)
        {
            _train!.Append(Scalars(step, progress.Figures.Select(metric => (BatchPrefix + metric.Key, metric.Value))));
        }
    }

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        _steps += progress.BatchesDone;
        var metrics = progress.Figures;
        List<(string, double)> training = [.. metrics.Where(metric => !IsValidation(metric.Key) && metric.Key != LearningRate)
            .Select(metric => (EpochPrefix + metric.Key, metric.Value))];
        training.Add((EpochPrefix + LearningRate, metrics.TryGetValue(LearningRate, out var rate) ? rate : progress.LearningRate));
        if (_writeStepsPerSecond)
        {
            training.Add((EpochPrefix + StepsPerSecond, progress.BatchesDone / progress.EpochDuration.TotalSeconds));
        }
        _train!.Append(Scalars(progress.Epoch, training));
        _validation?.Append(Scalars(progress.Epoch, metrics.Where(metric => IsValidation(metric.Key))
            .Select(metric => (EpochPrefix + metric.Key[MonitoredMetric.ValidationPrefix.Length..], metric.Value))));
    }

    private static bool IsValidation(string name) => name.StartsWith(MonitoredMetric.ValidationPrefix, StringComparison.Ordinal);

    // TensorBoard takes every file whose name has "tfevents" in it, and reads them in the order of their names.
    // TorchSharp's SummaryWriter dates a file's first event in .NET's ticks, where TensorBoard expects seconds since 1970.
    private RecordFile Begin(string folder)
    {
        var directory = Path.Combine(LogDirectory, folder);
        Directory.CreateDirectory(directory);
        var number = 0;
        string path;
        do
        {
            var process = $"{Environment.MachineName}.{Environment.ProcessId}";
            path = Path.Combine(directory, string.Create(
                CultureInfo.InvariantCulture,
                $"events.out.tfevents.{_clock.GetUtcNow().ToUnixTimeSeconds():D10}.{process}.{number++}.v2"));
        }
        while (File.Exists(path));
        var file = new RecordFile(path);
        file.Append(new Event { WallTime = Now, FileVersion = Version });
        return file;
    }

    private Event Scalars(long step, IEnumerable<(string Tag, double Value)> scalars)
    {
        var summary = new Summary();
        foreach (var (tag, value) in scalars)
        {
            summary.Value.Add(new Summary.Types.Value
            {
                Tag = tag,
                SimpleValue = (float)value,
                Metadata = new SummaryMetadata {
                    PluginData = new SummaryMetadata.Types.PluginData { PluginName = "scalars" },
                    DataClass = DataClass.Scalar },
            });
        }
        return new Event { WallTime = Now, Step = step, Summary = summary };
    }

    private double Now => (_clock.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
}
