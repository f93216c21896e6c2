namespace EchoLstm.Training;

/// <summary>The loss and the metrics over batches: the loss, which is first, weighted by samples, the metrics by the sums that each adds
/// up.</summary>
internal sealed class MetricMeans
{
    private readonly IReadOnlyList<string> _names;
    private readonly IReadOnlyList<Metric> _metrics;
    private readonly int[] _places; // of each metric's first sum, and the end
    private readonly double[] _sums;
    private double _samples;

    internal MetricMeans(IReadOnlyList<string> names, IReadOnlyList<Metric> metrics, int units)
        : this(names, metrics, _ => units)
    {
    }

    internal MetricMeans(IReadOnlyList<string> names, IReadOnlyList<Metric> metrics, Func<int, int> units)
    {
        (_names, _metrics, _places) = (names, metrics, new int[metrics.Count + 1]);
        _places[0] = 1;
        for (var i = 0; i < metrics.Count; i++)
        {
            _places[i + 1] = _places[i] + metrics[i].SumsFor(units(i));
        }
        (_sums, Batch) = (new double[_places[^1]], new double[_places[^1]]);
    }

    /// <summary>Where an engine writes what it measured of a batch, before it is added: the loss, then each metric's sums.</summary>
    internal double[] Batch { get; }

    internal void Add(long samples)
    {
        _sums[0] += Batch[0] * samples;
        for (var i = 1; i < _sums.Length; i++)
        {
            _sums[i] += Batch[i];
        }
        _samples += samples;
    }

    /// <summary>The names, the loss's first.</summary>
    internal IReadOnlyList<string> Names => _names;

    /// <summary>The value so far of the metric at a place of <see cref="Names"/>.</summary>
    internal double Mean(int place) =>
        place == 0 ? _sums[0] / _samples : _metrics[place - 1].Of(_sums.AsSpan(_places[place - 1].._places[place]));

    internal void Reset()
    {
        Array.Clear(_sums);
        _samples = 0;
    }

    internal IReadOnlyDictionary<string, double> ToDictionary()
    {
        var means = new Dictionary<string, double>(_names.Count);
        AddTo(means, "");
        return new NamedValues<double>("metric", means);
    }

    /// <summary>Adds the values, each name after the prefix.</summary>
    internal void AddTo(Dictionary<string, double> means, string prefix)
    {
        for (var i = 0; i < _names.Count; i++)
        {
            means[prefix + _names[i]] = Mean(i);
        }
    }
}
