namespace EchoLstm.Engines.Fused;

/// <summary>What the lanes of a batch measured, summed in their order, which no number of threads changes.</summary>
/// <param name="outputs">How many outputs are measured.</param>
internal sealed class LaneSums(int outputs)
{
    private int _lanes, _figureCount;
    private long[] _countedOf = []; // lane after lane, as the others
    private double[] _losses = [], _figures = [];

    /// <summary>The rows of each output that count, in the whole batch.</summary>
    internal long[] Counted { get; } = new long[outputs];

    /// <summary>Makes room.</summary>
    /// <param name="lanes">How many lanes there are.</param>
    /// <param name="figures">How many figures each has.</param>
    internal void Begin(int lanes, int figures)
    {
        (_lanes, _figureCount) = (lanes, figures);
        if (_countedOf.Length < lanes * outputs)
        {
            (_countedOf, _losses) = (new long[lanes * outputs], new double[lanes * outputs]);
        }
        if (_figures.Length < lanes * figures)
        {
            _figures = new double[lanes * figures];
        }
    }

    /// <summary>The rows of each output that count, in a lane.</summary>
    internal Span<long> CountedOf(int lane) => _countedOf.AsSpan(lane * outputs, outputs);

    /// <summary>The sum of each output's losses.</summary>
    internal Span<double> LossesOf(int lane) => _losses.AsSpan(lane * outputs, outputs);

    /// <summary>The metrics' sums, at the places that they have in all figures.</summary>
    internal Span<double> FiguresOf(int lane) => _figures.AsSpan(lane * _figureCount, _figureCount);

    /// <summary>Fills <see cref="Counted"/> from the lanes.</summary>
    internal void AddCounts()
    {
        Array.Clear(Counted);
        for (var lane = 0; lane < _lanes; lane++)
        {
            for (var i = 0; i < outputs; i++)
            {
                Counted[i] += CountedOf(lane)[i];
            }
        }
    }

    /// <summary>The figures of the whole batch.</summary>
    internal void AddFigures(Span<double> figures)
    {
        figures.Clear();
        for (var lane = 0; lane < _lanes; lane++)
        {
            for (var i = 0; i < figures.Length; i++)
            {
                figures[i] += FiguresOf(lane)[i];
            }
        }
    }

    /// <summary>The mean loss of an output.</summary>
    internal double LossOf(int output)
    {
        var loss = 0.0;
        for (var lane = 0; lane < _lanes; lane++)
        {
            loss += LossesOf(lane)[output];
        }
        return loss / Math.Max(1, Counted[output]);
    }
}
