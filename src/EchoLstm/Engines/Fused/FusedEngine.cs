using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Trains and predicts with plain loops: CPU, float32, no autograd graph, no allocation a step. The weights of the modules' own parameters are read at the first batch and
/// wherever they changed since, and written by <see cref="Publish"/> before anybody else can look. The numbers are <see cref="TorchEngine"/>'s, to rounding.
/// </summary>
internal sealed unsafe class FusedEngine<V> : Engine
    where V : struct, ILanes<V>
{
    private readonly FusedPlan _plan;
    private readonly Compilation? _compilation;
    private readonly Arena _weights;
    private readonly Arena _arena;
    private readonly Action<Arena> _takeBuffers; // one delegate, as the last batch of each epoch may be short
    private readonly WeightPart[] _parts;
    private readonly bool _hasPenalties;
    private readonly float* _packed;
    private readonly float* _gradients;
    private readonly FusedKernel _first, _last;
    private FusedUpdate<V>? _update;
    private (int Samples, int Steps, bool Training) _layout, _wanted;
    private bool _trained;
    private float* _input;
    private int* _hot;
    private long* _order;
    private float* _target;
    private bool _isHot;

    internal FusedEngine(FusedPlan plan, Compilation? compilation)
    {
        (_plan, _compilation, _first, _last) = (plan, compilation, plan.Kernels[0], plan.Kernels[^1]);
        (_weights, _arena, _takeBuffers) = (plan.NewArena(), plan.NewArena(), TakeBuffers);
        (var weights, var gradients, _parts) = plan.BindTo(_weights, gradients: compilation is not null);
        _packed = (float*)weights;
        _gradients = (float*)gradients;
        PredictsInto = !plan.ReadsIndices && plan.Kernels.All(kernel => !kernel.IsStateful);
        _hasPenalties = _parts.Any(part => part.Regularizer is not null);
    }

    internal override EngineKind Kind => EngineKind.Fused;

    internal override bool StillFits() => _plan.TryFindMemory(out _);

    internal override void BeginTraining()
    {
        if (_update is null)
        {
            HotLoops.Compile<V>();
            foreach (var kernel in _plan.Kernels)
            {
                HotLoops.Compile(kernel);
            }
            _update = new FusedUpdate<V>(_compilation!.Optimizer, _packed, _gradients, _parts, _parts.Sum(part => part.Numbers), _plan.Team);
        }
        Load();
    }

    internal override OptimizerProgress? ExportOptimizer()
    {
        if (_update is null)
        {
            return null;
        }
        var memories = _plan.NamedMemories();
        var copies = memories.ToDictionary(named => named.Memory, named => _update.Moments.Select(_ => empty(named.Memory.Parameter().shape)).ToArray());
        for (var i = 0; i < _update.Moments.Length; i++)
        {
            Exchange(_update.Moments[i], memory => StartOf(copies[memory][i]), unpacks: true);
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
            var fits = state.Moments.TryGetValue(name, out var moments) && moments.All(moment => moment.shape.AsSpan().SequenceEqual(shape));
            given[memory] = [.. _update.Moments.Select((_, i) => fits ? moments![i].to(ScalarType.Float32).contiguous() : zeros(shape))];
        }
        for (var i = 0; i < _update.Moments.Length; i++)
        {
            Exchange(_update.Moments[i], memory => StartOf(given[memory][i]), unpacks: false);
        }
    }

    /// <summary>Copies numbers that are packed like the weights to memory that is laid out like the parameters, or back.</summary>
    private void Exchange(float[] packed, Func<ParameterMemory, nint> homeOf, bool unpacks)
    {
        var start = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(packed)); // pinned
        var place = 0L;
        foreach (var kernel in _plan.Kernels)
        {
            kernel.Exchange(start + place, ((nint)(_packed + place), (nint)(_gradients + place)), homeOf, unpacks);
            place += Arena.RoundUp(kernel.Weights.Sum(part => part.Numbers));
        }
    }

    private static nint StartOf(Tensor tensor) => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Publish()
    {
        if (!_trained)
        {
            return;
        }
        foreach (var kernel in _plan.Kernels)
        {
            kernel.StoreWeights();
        }
        _trained = false;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override double TrainOnBatch(in Batch batch, Span<double> figures)
    {
        Forward(batch, training: true);
        var counted = Measure(batch, figures, training: true);
        if (!double.IsFinite(figures[0]))
        {
            return counted;
        }
        var kernels = _plan.Kernels;
        for (var i = kernels.Length - 1; i >= 0; i--)
        {
            kernels[i].Backward(InputOf(i), i > 0 ? kernels[i - 1].OutputGradient : null);
        }
        _update!.Step();
        _trained = true;
        return counted;
    }

    internal override double EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        if (!_trained)
        {
            Load();
        }
        Forward(batch, training: false);
        return Measure(batch, figures, training: false);
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        if (!_trained)
        {
            Load();
        }
        Forward(batch, training: false);
        var (samples, steps, units) = ((int)batch.Count, _plan.OutputSteps(_plan.InputSteps(batch.Set)), _last.OutputWidth);
        var output = _plan.ReturnsSteps ? empty(samples, steps, units) : empty(samples, units);
        CopyOutput(samples, steps, MemoryMarshal.Cast<byte, float>(output.bytes));
        return output;
    }

    internal override bool PredictsInto { get; }

    internal override void PredictInto(ReadOnlySpan<float> inputs, int samples, int steps, Span<float> outputs)
    {
        if (!_trained)
        {
            Load();
        }
        Layout(samples, steps, training: false);
        fixed (float* source = inputs)
        {
            Gather(source, null, samples, steps);
            Run();
        }
        CopyOutput(samples, _plan.OutputSteps(steps), outputs);
    }

    public override void Dispose() => Publish();

    private void Load()
    {
        foreach (var kernel in _plan.Kernels)
        {
            kernel.LoadWeights();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Forward(in Batch batch, bool training)
    {
        var (samples, steps) = ((int)batch.Count, _plan.InputSteps(batch.Set));
        Layout(samples, steps, training);
        for (var i = 0; i < samples; i++)
        {
            _order[i] = batch.SampleAt(i);
        }
        if (_plan.ReadsIndices)
        {
            GatherIndices(batch.Set, samples, steps);
        }
        else
        {
            Gather(batch.Set.InputStart, _order, samples, steps);
        }
        Run();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run()
    {
        var kernels = _plan.Kernels;
        for (var i = 0; i < kernels.Length; i++)
        {
            kernels[i].ReadState();
            kernels[i].Forward(InputOf(i));
            kernels[i].WriteState();
        }
    }

    private void CopyOutput(int samples, int steps, Span<float> values)
    {
        var units = _last.OutputWidth;
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                new ReadOnlySpan<float>(_last.Output + ((((long)t * samples) + i) * _last.OutputStride), units)
                    .CopyTo(values[(((i * steps) + t) * units)..]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private InputRows InputOf(int i)
    {
        if (i == 0)
        {
            return new InputRows(_input, _plan.InputWidth, null, _isHot ? _hot : null);
        }
        var before = _plan.Kernels[i - 1];
        return new InputRows(before.Output, before.OutputStride, before.OutputMask);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Layout(int samples, int steps, bool training)
    {
        if (_layout != (samples, steps, training))
        {
            Lay(samples, steps, training);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Lay(int samples, int steps, bool training)
    {
        _layout = default;
        _wanted = (samples, steps, training);
        _arena.Lay(_takeBuffers);
        _layout = _wanted;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakeBuffers(Arena arena)
    {
        var (samples, steps, training) = _wanted;
        _input = arena.Take((long)samples * steps * _plan.InputWidth);
        _hot = (int*)arena.Take((long)samples * steps);
        _order = (long*)arena.Take(2L * samples);
        _target = arena.Take(_last.OutputStride);
        _plan.Lay(arena, samples, steps, training);
    }

    // The samples' rows, time-major. Rows that are all one-hot become indices, which the first kernel looks up instead of multiplying with zeros.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Gather(float* source, long* order, int samples, int steps)
    {
        var width = _plan.InputWidth;
        _isHot = _first.LooksUpOneHot && width > 1;
        for (var i = 0; i < samples && _isHot; i++)
        {
            var row = source + ((order is null ? i : order[i]) * steps * width);
            for (var t = 0; t < steps && _isHot; t++)
            {
                _hot[((long)t * samples) + i] = OnlyOne(row + ((long)t * width), width, out _isHot);
            }
        }
        if (_isHot)
        {
            return;
        }
        for (var i = 0; i < samples; i++)
        {
            var sample = source + ((order is null ? i : order[i]) * steps * width);
            if (samples == 1 || steps == 1)
            {
                new ReadOnlySpan<float>(sample, steps * width).CopyTo(new Span<float>(_input + ((long)i * width), steps * width));
                continue;
            }
            for (var t = 0; t < steps; t++)
            {
                new ReadOnlySpan<float>(sample + ((long)t * width), width).CopyTo(new Span<float>(_input + ((((long)t * samples) + i) * width), width));
            }
        }
    }

    private void GatherIndices(SampleSet set, int samples, int steps)
    {
        _isHot = true;
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                _hot[((long)t * samples) + i] = set.IndexAt((_order[i] * steps) + t);
            }
        }
    }

    // Floats are searched as integers, which is vectorised.
    private static int OnlyOne(float* row, int width, out bool isOneHot)
    {
        var bits = new ReadOnlySpan<int>(row, width);
        var place = bits.IndexOfAnyExcept(0);
        isOneHot = place >= 0 && row[place] == 1 && bits[(place + 1)..].IndexOfAnyExcept(0) < 0;
        return place;
    }

    // The mean over rows, as StepMeans takes it: masked rows count neither above nor below the line, weights above it alone.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Measure(in Batch batch, Span<double> figures, bool training)
    {
        var (samples, steps, units, stride) = ((int)batch.Count, _plan.OutputSteps(_plan.InputSteps(batch.Set)), _last.OutputWidth, _last.OutputStride);
        var rows = (long)samples * steps;
        var mask = _last.OutputMask;
        var counted = mask is null ? rows : Used(mask, rows);
        var divisor = mask is null ? rows : Math.Max(1, counted);
        var scale = 1f / divisor;
        figures.Clear();
        var set = batch.Set;
        var (hasWeights, metrics) = (set.Weights is not null, _plan.Metrics);
        var loss = 0.0;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                var row = ((long)t * samples) + i;
                var used = mask is null ? 1f : mask[row];
                var target = Target(set, (_order[i] * steps) + t, units);
                var output = _last.Output + (row * stride);
                var weight = hasWeights ? used * set.WeightOf(_order[i], t, steps) : used;
                loss += weight * FusedLoss<V>.Row(_plan.Loss, output, target, units, training ? _last.OutputGradient + (row * stride) : null, scale * weight);
                for (var k = 0; k < metrics.Length; k++)
                {
                    figures[k + 1] += used * FusedMetric<V>.Row(metrics[k], output, target, units);
                }
            }
        }
        figures[0] = loss;
        for (var k = 0; k < figures.Length; k++)
        {
            figures[k] /= divisor;
        }
        if (_hasPenalties)
        {
            figures[0] += FusedUpdate<V>.Penalty(_packed, _parts);
        }
        for (var k = 0; k < figures.Length; k++)
        {
            // What float32 can't hold is infinite, as it is for Torch; sums in double would hide it.
            figures[k] = float.IsFinite((float)figures[k]) ? figures[k] : (float)figures[k];
        }
        return mask is null ? samples : counted;
    }

    private static long Used(byte* mask, long rows)
    {
        var used = 0L;
        for (var r = 0L; r < rows; r++)
        {
            used += mask[r];
        }
        return used;
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
