namespace EchoLstm.Training;

/// <summary>The means of figures over batches, weighted by the samples of each.</summary>
internal sealed class RunningFigures(IReadOnlyList<string> names)
{
    private readonly double[] _sums = new double[names.Count];
    private long _samples;

    internal void Reset()
    {
        Array.Clear(_sums);
        _samples = 0;
    }

    internal void Add(ReadOnlySpan<double> figures, long samples)
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            _sums[i] += figures[i] * samples;
        }
        _samples += samples;
    }

    /// <summary>Writes the means, each name after the prefix.</summary>
    internal void WriteTo(Dictionary<string, double> means, string prefix = "")
    {
        for (var i = 0; i < _sums.Length; i++)
        {
            means[prefix + names[i]] = _sums[i] / _samples;
        }
    }

    internal IReadOnlyDictionary<string, double> ToDictionary()
    {
        var means = new Dictionary<string, double>(_sums.Length);
        WriteTo(means);
        return means;
    }
}
