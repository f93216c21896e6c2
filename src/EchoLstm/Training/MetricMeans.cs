namespace EchoLstm.Training;

/// <summary>The means of metrics over batches: the loss, which is first, weighted by samples, the metrics by what they are the mean
/// of.</summary>
internal sealed class MetricMeans(IReadOnlyList<string> names)
{
    private readonly double[] _sums = new double[names.Count];
    private double _samples;
    private double _counted;

    /// <summary>Adds a batch.</summary>
    /// <param name="metrics">The loss, then the metrics.</param>
    /// <param name="samples">The batch's samples.</param>
    /// <param name="counted">How many steps or samples its metrics are the mean of.</param>
    internal void Add(ReadOnlySpan<double> metrics, long samples, double counted)
    {
        _sums[0] += metrics[0] * samples;
        for (var i = 1; i < _sums.Length; i++)
        {
            _sums[i] += metrics[i] * counted;
        }
        _samples += samples;
        _counted += counted;
    }

    /// <summary>The names, the loss's first.</summary>
    internal IReadOnlyList<string> Names => names;

    /// <summary>The mean so far of the metric at a place of <see cref="Names"/>.</summary>
    internal double Mean(int place) => place == 0 ? _sums[0] / _samples : _counted > 0 ? _sums[place] / _counted : 0;

    /// <summary>Forgets every batch.</summary>
    internal void Reset()
    {
        Array.Clear(_sums);
        _samples = 0;
        _counted = 0;
    }

    internal IReadOnlyDictionary<string, double> ToDictionary()
    {
        var means = new Dictionary<string, double>(_sums.Length);
        AddTo(means, "");
        return means;
    }

    /// <summary>Adds the means, each name after the prefix.</summary>
    internal void AddTo(Dictionary<string, double> means, string prefix)
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            means[prefix + names[i]] = Mean(i);
        }
    }
}
