using System.Runtime.InteropServices;

namespace EchoLstm.Training;

/// <summary>A metric that looks at one sample's or step's outputs after the other, as plain numbers: one form for both engines.</summary>
internal abstract class RowMetric(string name) : Metric(name)
{
    /// <summary>Adds a row to the sums.</summary>
    /// <param name="output">The outputs of the last axis.</param>
    /// <param name="target">Their targets; a class index is one-hot.</param>
    /// <param name="weight">How much the row counts.</param>
    /// <param name="sums">The sums.</param>
    internal abstract void Add(ReadOnlySpan<double> output, ReadOnlySpan<double> target, double weight, Span<double> sums);

    /// <summary>Adds a batch's rows.</summary>
    /// <param name="target">Targets of the output's shape, or class indices.</param>
    /// <param name="output">The output.</param>
    /// <param name="mask">How much each step counts, of the output's first axes; null: 1.</param>
    /// <param name="sums">The sums.</param>
    internal void Add(Tensor target, Tensor output, Tensor? mask, Span<double> sums)
    {
        using var scope = NewDisposeScope();
        var units = output.dim() > 1 ? (int)output.shape[^1] : 1;
        var outputs = Plain(output);
        var targets = Plain(target);
        var rows = outputs.Length / units;
        var weights = mask is null ? default : Plain(mask);
        var areIndices = units > 1 && targets.Length == rows;
        var hot = areIndices ? new double[units] : [];
        for (var row = 0; row < rows; row++)
        {
            var weight = mask is null ? 1 : weights[(int)((long)row * weights.Length / rows)];
            if (weight == 0)
            {
                continue;
            }
            var own = areIndices ? hot : targets.Slice(row * units, units);
            if (areIndices)
            {
                hot[(int)targets[row]] = 1;
            }
            Add(outputs.Slice(row * units, units), own, weight, sums);
            if (areIndices)
            {
                hot[(int)targets[row]] = 0;
            }
        }

        static ReadOnlySpan<double> Plain(Tensor tensor) =>
            MemoryMarshal.Cast<byte, double>(tensor.to(ScalarType.Float64).cpu().contiguous().bytes);
    }
}
