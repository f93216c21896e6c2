using System.Collections;

namespace EchoLstm.Data;

/// <summary>
/// Windows of one or many series in batches, each cut when it is asked for: memory holds the series and one batch, however many windows
/// there are. What <see cref="SupervisedFrames.Windows(float[,], ForecastWindow, int, bool, int?)"/> returns, for <c>Fit</c> and
/// <c>Evaluate</c>.
/// </summary>
/// <remarks>Going through it once is an epoch; with shuffling each time has another order. One thread at a time goes through it.</remarks>
public sealed class WindowBatches : IReadOnlyCollection<(float[,,] X, float[,,] Y)>
{
    private readonly IReadOnlyList<float[,]> _series;
    private readonly ForecastWindow _window;
    private readonly long[] _ends; // the number of windows up to and with each series
    private readonly SeededRandom? _random;
    private readonly int[] _inputs, _targets;

    internal WindowBatches(IReadOnlyList<float[,]> series, ForecastWindow window, int batchSize, bool shuffle, int? seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        (_series, _window, BatchSize) = (series, window, batchSize);
        _random = shuffle ? new SeededRandom(seed ?? Random.Shared.Next()) : null;
        _ends = SupervisedFrames.WindowEnds(series, window);
        var columns = series[0].GetLength(1);
        (_inputs, _targets) = (Columns(window.Inputs, columns), Columns(window.Targets, columns));
        SizeGuard.CheckArray("A batch of windows", (decimal)batchSize * window.Past * _inputs.Length, "Take a smaller batchSize.");
        SizeGuard.CheckArray("A batch of windows", (decimal)batchSize * window.Horizon * _targets.Length, "Take a smaller batchSize.");
    }

    /// <summary>The number of batches; the last may be shorter.</summary>
    public int Count => checked((int)((Windows + BatchSize - 1) / BatchSize));

    /// <summary>The number of windows of all series.</summary>
    public long Windows => _ends[^1];

    /// <summary>The number of windows of a batch.</summary>
    public int BatchSize { get; }

    /// <summary>Goes through the batches.</summary>
    /// <returns>X of shape (windows, Past, inputs) and Y of shape (windows, Horizon, targets), the arrays of each batch its own.</returns>
    public IEnumerator<(float[,,] X, float[,,] Y)> GetEnumerator() => Cut(reuses: false).GetEnumerator();

    /// <summary>Goes through the batches.</summary>
    /// <param name="reuses">Whether a batch may have the arrays of the one before, for who has copied them by then.</param>
    internal IEnumerable<(float[,,] X, float[,,] Y)> Cut(bool reuses)
    {
        var order = _random is null ? null : Shuffled();
        var (x, y) = NewBatch(0);
        for (var start = 0L; start < Windows; start += BatchSize)
        {
            var count = (int)Math.Min(BatchSize, Windows - start);
            if (!reuses || x.GetLength(0) != count)
            {
                (x, y) = NewBatch(count);
            }
            for (var i = 0; i < count; i++)
            {
                var (series, row) = Place(order is null ? start + i : order[start + i]);
                SupervisedFrames.Cut(series, row, _window.Past, _inputs, x, i);
                SupervisedFrames.Cut(series, row + _window.Past + _window.Ahead - 1, _window.Horizon, _targets, y, i);
            }
            yield return (x, y);
        }
    }

    private (float[,,] X, float[,,] Y) NewBatch(int count) =>
        (new float[count, _window.Past, _inputs.Length], new float[count, _window.Horizon, _targets.Length]);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static int[] Columns(IReadOnlyList<int>? chosen, int columns) =>
        chosen is null ? [.. Enumerable.Range(0, columns)] : [.. chosen];

    private long[] Shuffled()
    {
        var order = new long[Windows];
        for (var i = 0L; i < order.LongLength; i++)
        {
            order[i] = i;
        }
        _random!.Shuffle(order);
        return order;
    }

    private (float[,] Series, int Row) Place(long window)
    {
        var index = Array.BinarySearch(_ends, window + 1);
        index = index < 0 ? ~index : index;
        var before = index == 0 ? 0 : _ends[index - 1];
        return (_series[index], checked((int)((window - before) * _window.Stride)));
    }
}
