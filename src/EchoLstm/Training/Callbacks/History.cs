using System.Diagnostics.CodeAnalysis;
using EchoLstm.Pictures;

namespace EchoLstm.Training;

/// <summary>What a fit reported: every metric of every epoch, and what ran it (Keras's <c>History</c>).</summary>
public sealed class History
{
    private readonly Dictionary<string, List<double>> _metrics = [];
    private readonly List<int> _epochs;
    private readonly List<double>[] _training;
    private readonly List<double>[] _validation;
    private List<double>? _rates;

    internal History(EngineInfo engine, IReadOnlyList<string> names, bool hasValidation, int epochs, bool reportsRate = false)
    {
        Engine = engine;
        _epochs = new List<int>(epochs);
        _training = [.. names.Select(name => _metrics[name] = new List<double>(epochs))];
        _validation = hasValidation ?
            [.. names.Select(name => _metrics[MonitoredMetric.ValidationPrefix + name] = new List<double>(epochs))] :
            [];
        _rates = reportsRate ? _metrics[MonitoredMetric.LearningRate] = new List<double>(epochs) : null;
    }

    /// <summary>The numbers of the epochs that ran to their end, counted from 0 as Keras does.</summary>
    public IReadOnlyList<int> Epochs => _epochs;

    /// <summary>
    /// The names of the metrics: <c>loss</c>, the metrics', each with <c>val_</c> before it where there was validation, and
    /// <c>learning_rate</c> where a callback changed it or the optimiser has a schedule.
    /// </summary>
    public IReadOnlyCollection<string> Names => _metrics.Keys;

    /// <summary>The loss of each epoch: the mean over its batches weighted by their samples, each measured before its update.</summary>
    public IReadOnlyList<double> Loss => this[Compilation.LossName];

    /// <summary>The engine that trained, and why that one.</summary>
    public EngineInfo Engine { get; }

    /// <summary>How long the epochs took, callbacks included. Checking the data and compiling the loops come before.</summary>
    public TimeSpan Duration { get; internal set; }

    /// <summary>How the fit ended: whether every epoch ran, and if not, why.</summary>
    public FitOutcome Outcome { get; internal set; }

    /// <summary>
    /// What is unsound about the fit although it ran, such as a cross-entropy without probabilities; found once, at the first fit after
    /// <c>Compile</c>, or where a later batch of a source of batches has numbers far from 1.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>The metrics of one name, one an epoch.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <exception cref="KeyNotFoundException">There is no such metric; the message lists those that there are.</exception>
    public IReadOnlyList<double> this[string name] => TryGet(name, out var values)
        ? values
        : throw new KeyNotFoundException($"The history has no metric '{name}'; it has {string.Join(", ", _metrics.Keys)}.");

    /// <summary>The metrics of one name, if there are any.</summary>
    /// <param name="name">The name, e.g. <c>accuracy</c>.</param>
    /// <param name="figures">One metric an epoch.</param>
    /// <returns>Whether there is such a metric.</returns>
    public bool TryGet(string name, [NotNullWhen(true)] out IReadOnlyList<double>? figures)
    {
        var found = _metrics.TryGetValue(name, out var list);
        figures = list;
        return found;
    }

    /// <summary>
    /// Writes a picture of all metrics as SVG: one chart each, with the curve of the training and, where there was, the validation's.
    /// </summary>
    /// <param name="path">The file to write, which ends in <c>.svg</c>, e.g. <c>loss.svg</c>; a missing folder is made, and a file that is
    /// there is replaced when the new one is complete.
    /// </param>
    /// <param name="title">What is written above. <value>null: "Training, n epochs"</value></param>
    /// <exception cref="InvalidOperationException">There is no epoch to draw.</exception>
    /// <exception cref="ArgumentException">The path is empty or ends in anything else; nothing was written.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed; a file that was there is as it was.</exception>
    /// <remarks>
    /// Epochs are counted from 1, as they are shown in training. The axis of a metric is logarithmic where its values span more than a
    /// factor of 30, none is negative and it is no accuracy. NaN and infinities are gaps. The file needs nothing else, and follows the
    /// light or dark colours of what shows it.
    /// </remarks>
    public void SavePlot(string path, string? title = null) => SvgFile.Write(path, () => HistoryPlot.Draw(this, title));

    /// <summary>Adds an epoch.</summary>
    internal void Add(int epoch, MetricMeans training, MetricMeans? validation, double? rate = null, double firstRate = 0)
    {
        _epochs.Add(epoch);
        for (var i = 0; i < _training.Length; i++)
        {
            _training[i].Add(training.Mean(i));
        }
        for (var i = 0; i < _validation.Length; i++)
        {
            _validation[i].Add(validation!.Mean(i));
        }
        if (rate is { } reported)
        {
            _rates ??= _metrics[MonitoredMetric.LearningRate] = [.. Enumerable.Repeat(firstRate, _epochs.Count - 1)];
            _rates.Add(reported);
        }
    }
}
