namespace EchoLstm.Samples.Sunspots;

/// <summary>The best linear prediction of the next value from those of a window: autoregression by least squares, a constant included.</summary>
internal sealed class LinearBaseline
{
    private readonly double[] _weights;

    private LinearBaseline(double[] weights) => _weights = weights;

    /// <summary>Solves the normal equations of all windows of a series.</summary>
    internal static LinearBaseline Fit(ReadOnlySpan<float> series, int past)
    {
        var size = past + 1;
        var equations = new double[size, size + 1];
        for (var t = past; t < series.Length; t++)
        {
            var window = series[(t - past)..t];
            for (var row = 0; row < size; row++)
            {
                for (var column = 0; column < size; column++)
                {
                    equations[row, column] += Term(window, row) * Term(window, column);
                }
                equations[row, size] += Term(window, row) * series[t];
            }
        }
        return new LinearBaseline(Solve(equations, size));
    }

    internal float Predict(ReadOnlySpan<float> window)
    {
        var sum = 0.0;
        for (var i = 0; i < _weights.Length; i++)
        {
            sum += _weights[i] * Term(window, i);
        }
        return (float)sum;
    }

    // The constant comes last.
    private static double Term(ReadOnlySpan<float> window, int i) => i < window.Length ? window[i] : 1;

    // Gauss and Jordan, with the largest pivot of each column.
    private static double[] Solve(double[,] equations, int size)
    {
        for (var column = 0; column < size; column++)
        {
            var pivot = Enumerable.Range(column, size - column).MaxBy(row => Math.Abs(equations[row, column]));
            for (var k = 0; k <= size; k++)
            {
                (equations[column, k], equations[pivot, k]) = (equations[pivot, k], equations[column, k]);
            }
            for (var row = 0; row < size; row++)
            {
                var factor = row == column ? 0 : equations[row, column] / equations[column, column];
                for (var k = column; factor != 0 && k <= size; k++)
                {
                    equations[row, k] -= factor * equations[column, k];
                }
            }
        }
        return [.. Enumerable.Range(0, size).Select(i => equations[i, size] / equations[i, i])];
    }
}
