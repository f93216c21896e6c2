using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Inference;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Torch;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Trains and predicts with plain loops: CPU, float32, no autograd graph, no allocation a step. The weights of the modules' own parameters
/// are read at the first batch and wherever they changed since, and written by <see cref="Publish"/> before anybody else can look. The
/// numbers are <see cref="TorchEngine"/>'s, to rounding.
/// </summary>
internal sealed unsafe class FusedEngine<V> : Engine
    where V : struct, ILanes<V>
{
    private readonly FusedPlan _plan;
    private readonly KernelPlan _kernels;
    private readonly Compilation? _compilation;
    private readonly Arena _weights;
    private readonly ForwardPass _pass;
    private readonly bool _hasPenalties;
    private readonly int? _ignored; // the class that counts nowhere
    private readonly LossNumbers _lossNumbers;
    private readonly float* _packed;
    private readonly float* _gradients;
    private readonly LayerKernel _last;
    private readonly int _outputAxes;
    private FusedUpdate<V>? _update;
    private bool _trained;
    private long* _order;
    private readonly double[] _outputRow = [], _targetRow = []; // for metrics of rows
    private float* _target;

    internal FusedEngine(FusedPlan plan, Compilation? compilation)
    {
        (_plan, _kernels, _compilation, _weights) = (plan, plan.Kernels, compilation, plan.NewArena());
        var (weights, gradients) = plan.BindTo(_weights, gradients: compilation is not null);
        _packed = (float*)weights;
        _gradients = (float*)gradients;
        _pass = new ForwardPass(_kernels, plan.NewArena(), TakeBuffers);
        _last = _pass.Last;
        _outputAxes = _kernels.OutputShape.Rank;
        PredictsInto = !_kernels.ReadsIndices && _kernels.Kernels.All(kernel => !kernel.IsStateful);
        (_ignored, _lossNumbers) = (compilation?.Loss.IgnoreClass, compilation?.Loss.Numbers ?? default);
        if (plan.Metrics.Any(metric => metric.Rows is not null))
        {
            (_outputRow, _targetRow) = (new double[_last.OutputWidth], new double[_last.OutputWidth]);
        }
        _hasPenalties = _kernels.Weights.Any(part => part.Regularizer is not null);
    }

    internal override EngineKind Kind => EngineKind.Fused;

    internal override bool StillFits() => _plan.TryFindMemory(out _);

    internal override void BeginTraining()
    {
        _update ??= new FusedUpdate<V>(
            _compilation!.Optimizer.Remembers.Count, _packed, _gradients, _kernels.Weights, _kernels.PackedNumbers, _kernels.Team);
        _plan.Load(_packed);
    }

    internal override OptimizerProgress? ExportOptimizer()
    {
        if (_update is null)
        {
            return null;
        }
        var memories = _plan.NamedMemories();
        var copies = memories.ToDictionary(
            named => named.Memory, named => _update.Moments.Select(_ => empty(named.Memory.Parameter().shape)).ToArray());
        for (var i = 0; i < _update.Moments.Length; i++)
        {
            _plan.Exchange(Start(_update.Moments[i]), memory => copies[memory][i], unpacks: true);
        }
        var state = new OptimizerProgress(_update.Steps);
        foreach (var (name, memory) in memories)
        {
            state.Add(name, copies[memory]);
        }
        return state;
    }

    internal override void ImportOptimizer(OptimizerProgress state)
    {
        _update!.Steps = state.Steps;
        using var scope = NewDisposeScope();
        var given = new Dictionary<ParameterMemory, Tensor[]>();
        foreach (var (name, memory) in _plan.NamedMemories())
        {
            var shape = memory.Parameter().shape;
            var fits = state.Moments.TryGetValue(name, out var moments)
                && moments.All(moment => moment.shape.AsSpan().SequenceEqual(shape));
            given[memory] = [.. _update.Moments.Select((_, i) => fits ? moments![i].to(ScalarType.Float32).contiguous() : zeros(shape))];
        }
        for (var i = 0; i < _update.Moments.Length; i++)
        {
            _plan.Exchange(Start(_update.Moments[i]), memory => given[memory][i], unpacks: false);
        }
    }

    // Pinned.
    private static float* Start(float[] numbers) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(numbers));

    internal override void Publish()
    {
        if (!_trained)
        {
            return;
        }
        _plan.Store(_packed);
        _trained = false;
    }

    internal override void TrainOnBatch(in Batch batch, Span<double> figures)
    {
        HasLostGradients = false;
        Forward(batch, training: true);
        Measure(batch, figures, training: true);
        if (!double.IsFinite(figures[0]))
        {
            return;
        }
        _pass.RunBack();
        HasLostGradients = !AreFinite(_gradients, _kernels.PackedNumbers);
        if (HasLostGradients)
        {
            return;
        }
        _pass.CarryStates();
        _update!.Step(_compilation!.Optimizer.FusedAt(_update.Steps + 1));
        _trained = true;
    }

    internal override void EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        LoadUntrained();
        Forward(batch, training: false);
        _pass.CarryStates();
        Measure(batch, figures, training: false);
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        LoadUntrained();
        Forward(batch, training: false);
        _pass.CarryStates();
        var (samples, steps, units) = ((int)batch.Count, _kernels.OutputSteps(_plan.InputSteps(batch.Set)), _last.OutputWidth);
        var output = _kernels.ReturnsSteps ? empty(samples, steps, units) : empty(samples, units);
        _pass.CopyOutput(MemoryMarshal.Cast<byte, float>(output.bytes));
        return output;
    }

    internal override bool PredictsInto { get; }

    internal override void PredictInto(
        ReadOnlySpan<float> inputs, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> outputs)
    {
        LoadUntrained();
        _pass.Lay(new BatchShape(samples, steps, Training: false, Masked: lengths.Length > 0));
        if (lengths.Length > 0)
        {
            _kernels.ThrowUnlessMaskable();
            _pass.SetLengths(lengths);
        }
        fixed (float* source = inputs)
        {
            _pass.Gather(source, null);
        }
        _pass.Run();
        _pass.CopyOutput(outputs);
    }

    public override void Dispose() => Publish();

    // The modules' own weights may have changed since; those that were trained here are not published yet.
    private void LoadUntrained()
    {
        if (!_trained)
        {
            _plan.Load(_packed);
        }
    }

    private void Forward(in Batch batch, bool training)
    {
        var (samples, steps) = ((int)batch.Count, _plan.InputSteps(batch.Set));
        _pass.Lay(new BatchShape(samples, steps, training, Masked: batch.Set.Mask is not null));
        for (var i = 0; i < samples; i++)
        {
            _order[i] = batch.SampleAt(i);
        }
        if (_kernels.ReadsIndices)
        {
            GatherIndices(batch.Set, samples, steps);
        }
        else
        {
            _pass.Gather(batch.Set.InputStart, _order);
        }
        if (batch.Set.MaskStart is not null and var mask)
        {
            _kernels.ThrowUnlessMaskable();
            _pass.GatherMask(mask, _order);
        }
        _pass.Run();
    }

    private void TakeBuffers(Arena arena)
    {
        _order = (long*)arena.Take(2L * _pass.Shape.Samples);
        _target = arena.Take(_last.OutputStride);
    }

    private void GatherIndices(SampleSet set, int samples, int steps)
    {
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                _pass.Indices[((long)t * samples) + i] = set.IndexAt((_order[i] * steps) + t);
            }
        }
    }

    // The mean over rows, as StepMeans takes it: masked rows count neither above nor below the line, weights above it alone. Rows of
    // the ignored class count nowhere.
    private void Measure(in Batch batch, Span<double> figures, bool training)
    {
        var (samples, steps) = ((int)batch.Count, _kernels.OutputSteps(_plan.InputSteps(batch.Set)));
        var (units, stride) = (_last.OutputWidth, _last.OutputStride);
        var rows = (long)samples * steps;
        var mask = _last.OutputMask;
        var set = batch.Set;
        var counted = mask is null && _ignored is null ? rows : Counting(set, mask, samples, steps);
        var divisor = Math.Max(1, counted);
        var scale = 1f / divisor;
        figures.Clear();
        var weights = set.WeightStart;
        var (perNumber, perStep) = (set.Weights?.dim() == _outputAxes, set.Weights?.dim() > 1);
        var metrics = _plan.Metrics;
        var loss = 0.0;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                var row = ((long)t * samples) + i;
                var used = mask is null ? 1f : mask[row];
                var place = (_order[i] * steps) + t;
                var gradient = training ? _last.OutputGradient + (row * stride) : null;
                if (IsIgnored(set, place))
                {
                    if (training)
                    {
                        new Span<float>(gradient, units).Clear();
                    }
                    continue;
                }
                var target = Target(set, place, units);
                var output = _last.Output + (row * stride);
                var weight = perNumber || weights is null ? used : used * weights[perStep ? place : _order[i]];
                loss += perNumber
                    ? WeightedNumbers(output, target, units, gradient, weights + (place * units), used, scale)
                    : weight * FusedLoss<V>.Row(_plan.Loss, output, target, units, gradient, scale * weight, in _lossNumbers);
                if (used == 0)
                {
                    continue;
                }
                if (_outputRow.Length > 0)
                {
                    Widen(output, _outputRow);
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
                    figures[first] += counts * FusedMetric<V>.Row(kind, output, target, units);
                    figures[first + 1] += counts;
                }
            }
        }
        figures[0] = AsTorch((loss / divisor) + (_hasPenalties ? FusedUpdate<V>.Penalty(_packed, _kernels.Weights) : 0));
        foreach (var (_, ofRows, place, _, _) in metrics)
        {
            figures[place] = ofRows is null && figures[place + 1] > 0
                ? AsTorch(figures[place] / figures[place + 1]) * figures[place + 1]
                : figures[place];
        }
    }

    // Of one number the mean over the last axis is its loss.
    private double WeightedNumbers(float* output, float* target, int units, float* gradient, float* weights, float used, float scale)
    {
        var sum = 0.0;
        for (var k = 0; k < units; k++)
        {
            var weight = used * weights[k] / units;
            sum += weight * FusedLoss<V>.Row(
                _plan.Loss, output + k, target + k, 1, gradient is null ? null : gradient + k, scale * weight, in _lossNumbers);
        }
        return sum;
    }

    // What float32 can't hold is infinite, as it is for Torch; sums in double would hide it.
    private static double AsTorch(double mean) => float.IsFinite((float)mean) ? mean : (float)mean;

    private static bool AreFinite(float* numbers, long count)
    {
        for (var done = 0L; done < count; done += int.MaxValue)
        {
            var piece = new ReadOnlySpan<float>(numbers + done, (int)Math.Min(int.MaxValue, count - done));
            if (InputCheck.FirstNotFinite(piece) >= 0)
            {
                return false;
            }
        }
        return true;
    }

    private static void Widen(float* from, double[] to)
    {
        for (var k = 0; k < to.Length; k++)
        {
            to[k] = from[k];
        }
    }

    private bool IsIgnored(SampleSet set, long place) => _ignored is { } ignored && set.ClassStart[place] == ignored;

    private long Counting(SampleSet set, byte* mask, int samples, int steps)
    {
        var counting = 0L;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                counting += (mask is null || mask[((long)t * samples) + i] != 0) && !IsIgnored(set, (_order[i] * steps) + t) ? 1 : 0;
            }
        }
        return counting;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private float* Target(SampleSet set, long row, int units)
    {
        if (!_plan.TargetsAreClasses)
        {
            return set.TargetStart + (row * units);
        }
        new Span<float>(_target, units).Clear();
        _target[set.ClassStart[row]] = 1;
        return _target;
    }
}
