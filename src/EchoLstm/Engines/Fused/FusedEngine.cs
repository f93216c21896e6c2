using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Inference;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Torch;
using EchoLstm.Training;

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
    private readonly FusedHead<V>[] _heads;
    private readonly BatchShape[] _shapes; // of the inputs
    private readonly bool[] _masked;
    private readonly bool _hasPenalties;
    private readonly float* _packed;
    private readonly float* _gradients;
    private FusedUpdate<V>? _update;
    private bool _trained;
    private long* _order;

    internal FusedEngine(FusedPlan plan, Compilation? compilation)
    {
        (_plan, _kernels, _compilation, _weights) = (plan, plan.Kernels, compilation, plan.NewArena());
        var (weights, gradients) = plan.BindTo(_weights, gradients: compilation is not null);
        _packed = (float*)weights;
        _gradients = (float*)gradients;
        _pass = new ForwardPass(_kernels, plan.NewArena(), TakeBuffers);
        _heads = [.. plan.Heads.Select((head, i) => new FusedHead<V>(head, i, _kernels.OutputAxes(i), _kernels.OutputWidth(i)))];
        (_shapes, _masked) = (new BatchShape[_kernels.Inputs.Length], new bool[_kernels.Inputs.Length]);
        PredictsInto = _shapes.Length == 1 && _kernels.Outputs.Length == 1 && !_kernels.ReadsIndices
            && Array.TrueForAll(_kernels.Calls, call => !call.Kernel.IsStateful);
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
        _pass.RunBack(_gradients);
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

    internal override Tensor[] PredictAllOnBatch(in Batch batch)
    {
        LoadUntrained();
        Forward(batch, training: false);
        _pass.CarryStates();
        var outputs = new Tensor[_kernels.Outputs.Length];
        for (var i = 0; i < outputs.Length; i++)
        {
            var (samples, units) = ((int)batch.Count, _kernels.OutputWidth(i));
            outputs[i] = _kernels.OutputAxes(i) == 3 ? empty(samples, _pass.OutputSteps(i), units) : empty(samples, units);
            _pass.CopyOutput(MemoryMarshal.Cast<byte, float>(outputs[i].bytes), i);
        }
        return outputs;
    }

    internal override bool PredictsInto { get; }

    internal override void PredictInto(
        ReadOnlySpan<float> inputs, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> outputs)
    {
        LoadUntrained();
        _pass.Lay(new BatchShape(samples, steps, Training: false, Masked: lengths.Length > 0));
        if (lengths.Length > 0)
        {
            _kernels.ThrowUnlessMaskable([true]);
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
        var (samples, set) = ((int)batch.Count, batch.Set);
        for (var i = 0; i < _shapes.Length; i++)
        {
            _masked[i] = set.AllMasks[i] is not null;
            _shapes[i] = new BatchShape(samples, _kernels.Inputs[i].HasSteps ? set.StepsOf(i) : 1, training, _masked[i]);
        }
        _pass.Lay(_shapes);
        for (var i = 0; i < samples; i++)
        {
            _order[i] = batch.SampleAt(i);
        }
        for (var i = 0; i < _shapes.Length; i++)
        {
            if (_kernels.Inputs[i].ReadsIndices)
            {
                GatherIndices(set, i, samples, _shapes[i].Steps);
            }
            else
            {
                _pass.Gather(set.InputStart(i), _order, i);
            }
        }
        _kernels.ThrowUnlessMaskable(_masked);
        for (var i = 0; i < _shapes.Length; i++)
        {
            if (_masked[i])
            {
                _pass.GatherMask(set.MaskStart(i), _order, i);
            }
        }
        _pass.Run();
    }

    private void TakeBuffers(Arena arena)
    {
        _order = (long*)arena.Take(2L * _pass.Samples);
        foreach (var head in _heads)
        {
            head.TakeBuffers(arena);
        }
    }

    private void GatherIndices(SampleSet set, int input, int samples, int steps)
    {
        for (var i = 0; i < samples; i++)
        {
            set.CopyIndices(input, _order[i] * steps, steps, _pass.IndicesOf(input) + i, samples);
        }
        _pass.GiveIndices(input);
    }

    private void Measure(in Batch batch, Span<double> figures, bool training)
    {
        figures.Clear();
        _pass.BeginBackward();
        var total = 0.0;
        for (var i = 0; i < _heads.Length; i++)
        {
            var gradient = training ? _pass.BeginGradient(i) : null;
            var loss = _heads[i].Measure(batch, _order, _pass.Output(i), _pass.OutputSteps(i), gradient, figures);
            if (training)
            {
                _pass.EndGradient(i);
            }
            if (_compilation!.HeadLosses > 0)
            {
                loss = FusedHead<V>.AsTorch(loss);
                (figures[1 + (2 * i)], figures[2 + (2 * i)]) = (loss * batch.Count, batch.Count);
            }
            total += loss * _compilation.Heads[i].Weight;
        }
        figures[0] = FusedHead<V>.AsTorch(total + (_hasPenalties ? FusedUpdate<V>.Penalty(_packed, _kernels.Weights) : 0));
    }

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
}
