using System.Runtime.CompilerServices;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Engines.Fused;

/// <summary>Measures one output: its loss, the gradient by it, and its metrics.</summary>
internal sealed unsafe class FusedHead<V>(FusedHeadPlan plan, int output, int axes, int units)
    where V : struct, ILanes<V>
{
    private readonly FusedMetricPart[] _metrics = plan.Metrics;
    private readonly FusedLossKind _kind = plan.Loss;
    private readonly LossNumbers _numbers = plan.Head.Loss.Numbers;
    private readonly int? _ignored = plan.Head.Loss.IgnoreClass; // the class that counts nowhere
    private readonly bool _targetsAreClasses = plan.Head.Loss.TakesClassIndices;
    private readonly double[] _outputRow = Row(plan, units), _targetRow = Row(plan, units); // for metrics of rows
    private float* _target;

    /// <summary>Whether rows of a class count nowhere.</summary>
    internal bool Ignores => _ignored is not null;

    internal void TakeBuffers(Arena arena) => _target = arena.Take(Gemm<V>.Padded(units));

    /// <summary>How many rows count: masked ones and those of the ignored class do not.</summary>
    /// <param name="set">The samples.</param>
    /// <param name="order">Which of them.</param>
    /// <param name="samples">How many.</param>
    /// <param name="mask">Which rows of the output count; null: all do.</param>
    /// <param name="steps">The output's steps.</param>
    internal long Counting(SampleSet set, long* order, int samples, byte* mask, int steps)
    {
        if (mask is null && _ignored is null)
        {
            return (long)samples * steps;
        }
        var counted = 0L;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                counted += (mask is null || mask[((long)t * samples) + i] != 0) && !IsIgnored(set, (order[i] * steps) + t) ? 1 : 0;
            }
        }
        return counted;
    }

    /// <summary>
    /// The sum over some samples' rows, for the mean that StepMeans takes: masked rows count neither above nor below the line, weights
    /// above it alone. Rows of the ignored class count nowhere.
    /// </summary>
    /// <param name="set">The samples.</param>
    /// <param name="order">Which of them.</param>
    /// <param name="samples">How many.</param>
    /// <param name="rows">The output's rows.</param>
    /// <param name="steps">Its steps.</param>
    /// <param name="divisor">The rows of the whole batch that count, at least 1.</param>
    /// <param name="gradients">Receives the gradient of the loss, times its weight; null where there is no backward pass.</param>
    /// <param name="figures">Receives the metrics' sums.</param>
    /// <returns>The sum of the losses, not weighted.</returns>
    internal double Measure(
        SampleSet set, long* order, int samples, in InputRows rows, int steps, long divisor, float* gradients, Span<double> figures)
    {
        var mask = rows.Mask;
        var stride = rows.Stride;
        var scale = 1f / divisor;
        var gradientScale = scale * (float)plan.Head.Weight;
        var weights = set.WeightStart(output);
        var (perNumber, perStep) = (set.AllWeights[output]?.dim() == axes, set.AllWeights[output]?.dim() > 1);
        var metrics = _metrics;
        var isPlain = mask is null && weights is null && _ignored is null && metrics.Length == 0;
        var loss = 0.0;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                var row = ((long)t * samples) + i;
                var used = mask is null ? 1f : mask[row];
                var place = (order[i] * steps) + t;
                var gradient = gradients is null ? null : gradients + (row * stride);
                if (isPlain)
                {
                    loss += FusedLoss<V>.Row(
                        _kind, rows.Start + (row * stride), Target(set, place), units, gradient, gradientScale, in _numbers);
                    continue;
                }
                if (IsIgnored(set, place))
                {
                    if (gradient is not null)
                    {
                        new Span<float>(gradient, units).Clear();
                    }
                    continue;
                }
                var target = Target(set, place);
                var values = rows.Start + (row * stride);
                var weight = perNumber || weights is null ? used : used * weights[perStep ? place : order[i]];
                loss += perNumber
                    ? WeightedNumbers(values, target, gradient, weights + (place * units), used, gradientScale)
                    : weight * FusedLoss<V>.Row(_kind, values, target, units, gradient, gradientScale * weight, in _numbers);
                if (used == 0)
                {
                    continue;
                }
                if (_outputRow.Length > 0)
                {
                    Widen(values, _outputRow);
                    Widen(target, _targetRow);
                }
                foreach (var (kind, ofRows, first, count, isWeighted) in metrics)
                {
                    var counts = isWeighted ? weight : used;
                    if (ofRows is not null)
                    {
                        ofRows.Add(_outputRow, _targetRow, counts, figures.Slice(first, count));
                        continue;
                    }
                    figures[first] += counts * FusedMetric<V>.Row(kind, values, target, units);
                    figures[first + 1] += counts;
                }
            }
        }
        return loss;
    }

    /// <summary>Makes the metrics' sums of a whole batch what Torch's would be.</summary>
    internal void Finish(Span<double> figures)
    {
        foreach (var (_, ofRows, place, _, _) in _metrics)
        {
            figures[place] = ofRows is null && figures[place + 1] > 0
                ? AsTorch(figures[place] / figures[place + 1]) * figures[place + 1]
                : figures[place];
        }
    }

    /// <summary>What float32 can't hold is infinite, as it is for Torch; sums in double would hide it.</summary>
    internal static double AsTorch(double mean) => float.IsFinite((float)mean) ? mean : (float)mean;

    // Of one number the mean over the last axis is its loss.
    private double WeightedNumbers(float* values, float* target, float* gradient, float* weights, float used, float scale)
    {
        var sum = 0.0;
        for (var k = 0; k < units; k++)
        {
            var weight = used * weights[k] / units;
            sum += weight * FusedLoss<V>.Row(
                _kind, values + k, target + k, 1, gradient is null ? null : gradient + k, scale * weight, in _numbers);
        }
        return sum;
    }

    private static double[] Row(FusedHeadPlan plan, int units) =>
        plan.Metrics.Any(metric => metric.Rows is not null) ? new double[units] : [];

    private static void Widen(float* from, double[] to)
    {
        for (var k = 0; k < to.Length; k++)
        {
            to[k] = from[k];
        }
    }

    private bool IsIgnored(SampleSet set, long place) => _ignored is { } ignored && set.ClassStart(output)[place] == ignored;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Target(SampleSet set, long row)
    {
        if (!_targetsAreClasses)
        {
            return set.TargetStart(output) + (row * units);
        }
        new Span<float>(_target, units).Clear();
        _target[set.ClassStart(output)[row]] = 1;
        return _target;
    }
}
