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
    // What a lane of a training batch has at least: less is less work than the gradients that come with each lane.
    private const int SamplesOfLane = 8;
    private const int MultiplicationsOfGradient = 128; // for each number of them

    private const int MostLanes = 8;
    private const long MostGradients = 64 * 1024 * 1024; // numbers of all lanes, 256 MB
    private const int PieceLength = 32 * 1024; // numbers of gradients that a thread sums at once

    private readonly FusedPlan _plan;
    private readonly KernelPlan _kernels;
    private readonly Compilation? _compilation;
    private readonly Arena _weights;
    private readonly FusedPass<V> _whole; // of small batches
    private readonly SharedPass<FusedPass<V>> _passes;
    private readonly BatchShape[] _shapes; // of the inputs
    private readonly bool[] _masked;
    private readonly bool _hasPenalties, _carriesState, _draws;
    private readonly float* _packed;
    private readonly float* _gradients;
    private readonly Arena _laneGradients;
    private readonly Action<Arena> _takeGradients;
    private readonly Action<int> _forward, _measure, _backward, _sum, _train, _evaluate, _predict;
    private readonly LaneSums _sums;
    private readonly nint[] _predicted; // where each output goes
    private FusedUpdate<V>? _update;
    private bool _trained;
    private SampleSet? _set; // the batch at hand, and which samples of it
    private long[] _order = [];
    private float* _gradientsOf; // of one lane after the other
    private int _laneGradientCount;

    internal FusedEngine(FusedPlan plan, Compilation? compilation)
    {
        (_plan, _kernels, _compilation) = (plan, plan.Kernels, compilation);
        (_weights, _laneGradients) = (plan.NewArena(), plan.NewArena());
        var (weights, gradients) = plan.BindTo(_weights, gradients: compilation is not null);
        _packed = (float*)weights;
        _gradients = (float*)gradients;
        _whole = new FusedPass<V>(plan, _kernels);
        _passes = new SharedPass<FusedPass<V>>(_kernels, _whole, NewLane);
        (_shapes, _masked) = (new BatchShape[_kernels.Inputs.Length], new bool[_kernels.Inputs.Length]);
        (_sums, _predicted) = (new LaneSums(_kernels.Outputs.Length), new nint[_kernels.Outputs.Length]);
        _carriesState = Array.Exists(_kernels.Calls, call => call.Kernel.IsStateful);
        _draws = _kernels.Parts.Any(part => part.Kernel.Draws);
        PredictsInto = _shapes.Length == 1 && _kernels.Outputs.Length == 1 && !_kernels.ReadsIndices && !_carriesState;
        _hasPenalties = _kernels.Weights.Any(part => part.Regularizer is not null);
        (_forward, _measure, _backward, _sum) = (ForwardLane, MeasureLane, BackwardLane, SumPiece);
        (_train, _evaluate, _predict, _takeGradients) = (TrainLane, EvaluateLane, PredictLane, TakeGradients);
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
        Begin(batch, figures.Length, training: true);
        var inOneGo = _passes.Count > 1 && CountsAll((int)batch.Count);
        if (inOneGo)
        {
            _passes.Run(_train);
        }
        else
        {
            if (_passes.Count > 1)
            {
                _passes.Lay(_shapes, LaneFor((int)batch.Count, training: true, sums: true), keeps: true);
            }
            _passes.Run(_forward);
            _sums.AddCounts();
            _passes.Run(_measure);
        }
        AddUp(batch, figures);
        if (!double.IsFinite(figures[0]))
        {
            return;
        }
        if (!inOneGo)
        {
            _passes.Run(_backward);
        }
        if (_passes.Count > 1)
        {
            _kernels.Team.Run((int)((_kernels.PackedNumbers + PieceLength - 1) / PieceLength), _sum);
        }
        HasLostGradients = !AreFinite(_gradients, _kernels.PackedNumbers);
        if (HasLostGradients)
        {
            return;
        }
        CarryStates();
        _update!.Step(_compilation!.Optimizer.FusedAt(_update.Steps + 1));
        _trained = true;
    }

    internal override void EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        LoadUntrained();
        Begin(batch, figures.Length, training: false);
        _passes.Run(_evaluate);
        CarryStates();
        _sums.AddCounts();
        AddUp(batch, figures);
    }

    internal override Tensor[] PredictAllOnBatch(in Batch batch)
    {
        LoadUntrained();
        Begin(batch, 0, training: false);
        var outputs = new Tensor[_kernels.Outputs.Length];
        var pass = _passes.Take(0);
        for (var i = 0; i < outputs.Length; i++)
        {
            var (samples, units) = ((int)batch.Count, _kernels.OutputWidth(i));
            outputs[i] = _kernels.OutputAxes(i) == 3 ? empty(samples, pass.OutputSteps(i), units) : empty(samples, units);
            _predicted[i] = (nint)ParameterMemory.StartOf(outputs[i]);
        }
        _passes.GiveBack(pass);
        _passes.Run(_predict);
        CarryStates();
        return outputs;
    }

    internal override bool PredictsInto { get; }

    internal override void PredictInto(
        ReadOnlySpan<float> inputs, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> outputs)
    {
        LoadUntrained();
        if (lengths.Length > 0)
        {
            _kernels.ThrowUnlessMaskable([true]);
        }
        _passes.Predict(inputs, [], samples, steps, lengths, outputs);
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

    private long* OrderOf(int lane) =>
        (long*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_order)) + _passes.FirstOf(lane); // pinned

    private float* GradientsOf(int lane) => _passes.Count == 1 ? _gradients : _gradientsOf + (lane * _kernels.GradientNumbers);

    private FusedPass<V> NewLane()
    {
        var kernels = _plan.CreateLane();
        kernels.Bind(_packed, null);
        foreach (var part in kernels.Parts)
        {
            part.Kernel.Examine();
        }
        return new FusedPass<V>(_plan, kernels);
    }

    // Samples of a lane. Where anything is summed, by the batch alone, so that the order does not depend on the machine's threads.
    private int LaneFor(int samples, bool training, bool sums)
    {
        var steps = 1;
        foreach (var shape in _shapes)
        {
            steps = Math.Max(steps, shape.Steps);
        }
        if (_carriesState || (training && _draws) || !_passes.IsWorthSharing(samples, steps))
        {
            return samples;
        }
        if (!sums)
        {
            return _passes.LaneOfThread(samples, steps);
        }
        var multiplications = (double)samples * steps * _kernels.Multiplications;
        var most = Math.Min(samples / SamplesOfLane, multiplications / _kernels.GradientNumbers / MultiplicationsOfGradient);
        var lanes = (int)Math.Clamp(most, 1, MostLanes);
        return lanes * _kernels.GradientNumbers > MostGradients ? samples : WorkTeam.RoundUp((samples + lanes - 1) / lanes);
    }

    private void Begin(in Batch batch, int figures, bool training)
    {
        var (samples, set) = ((int)batch.Count, batch.Set);
        for (var i = 0; i < _shapes.Length; i++)
        {
            _masked[i] = set.AllMasks[i] is not null;
            _shapes[i] = new BatchShape(samples, _kernels.Inputs[i].HasSteps ? set.StepsOf(i) : 1, training, _masked[i]);
        }
        _kernels.ThrowUnlessMaskable(_masked);
        _passes.Lay(_shapes, LaneFor(samples, training, sums: figures > 0));
        if (_order.Length < samples)
        {
            _order = GC.AllocateUninitializedArray<long>(samples, pinned: true);
        }
        for (var i = 0; i < samples; i++)
        {
            _order[i] = batch.SampleAt(i);
        }
        var lanes = _passes.Count;
        _set = set;
        _sums.Begin(lanes, figures);
        if (lanes == 1)
        {
            return;
        }
        set.FindMemory();
        if (training && lanes > _laneGradientCount)
        {
            _laneGradients.Lay(_takeGradients);
            _laneGradientCount = lanes;
        }
    }

    private void TakeGradients(Arena arena) => _gradientsOf = arena.Take(_passes.Count * _kernels.GradientNumbers);

    // Where it is known before the passes that all rows of all outputs count, how many there are.
    private bool CountsAll(int samples)
    {
        var pass = _passes.Take(0);
        for (var i = 0; i < _kernels.Outputs.Length; i++)
        {
            _sums.Counted[i] = (long)samples * pass.OutputSteps(i);
        }
        _passes.GiveBack(pass);
        return pass.CountsAll;
    }

    private void TrainLane(int lane)
    {
        var pass = _passes.Take(lane);
        pass.Forward(_set!, OrderOf(lane));
        pass.Measure(_set!, OrderOf(lane), _sums.Counted, _sums.LossesOf(lane), _sums.FiguresOf(lane), training: true);
        pass.RunBack(_packed, GradientsOf(lane));
        _passes.GiveBack(pass);
    }

    private void ForwardLane(int lane)
    {
        var pass = _passes.Take(lane);
        pass.Forward(_set!, OrderOf(lane));
        pass.Count(_set!, OrderOf(lane), _sums.CountedOf(lane));
    }

    private void MeasureLane(int lane) =>
        _passes.Take(lane).Measure(_set!, OrderOf(lane), _sums.Counted, _sums.LossesOf(lane), _sums.FiguresOf(lane), training: true);

    private void BackwardLane(int lane) => _passes.Take(lane).RunBack(_packed, GradientsOf(lane));

    private void EvaluateLane(int lane)
    {
        var pass = _passes.Take(lane);
        pass.Forward(_set!, OrderOf(lane));
        pass.Count(_set!, OrderOf(lane), _sums.CountedOf(lane));
        pass.Measure(_set!, OrderOf(lane), _sums.Counted, _sums.LossesOf(lane), _sums.FiguresOf(lane), training: false);
        _passes.GiveBack(pass);
    }

    private void PredictLane(int lane)
    {
        var pass = _passes.Take(lane);
        pass.Forward(_set!, OrderOf(lane));
        for (var i = 0; i < _predicted.Length; i++)
        {
            var length = pass.OutputSteps(i) * _kernels.OutputWidth(i);
            pass.CopyOutput(new Span<float>((float*)_predicted[i] + ((long)_passes.FirstOf(lane) * length), pass.Samples * length), i);
        }
        _passes.GiveBack(pass);
    }

    // States are carried from batch to batch by whole batches alone.
    private void CarryStates()
    {
        if (_carriesState)
        {
            _whole.CarryStates();
        }
    }

    // The gradients of all lanes, in their order.
    private void SumPiece(int piece)
    {
        var start = (long)piece * PieceLength;
        var count = (int)Math.Min(PieceLength, _kernels.PackedNumbers - start);
        Rows.Copy(GradientsOf(0) + start, _gradients + start, count);
        for (var lane = 1; lane < _passes.Count; lane++)
        {
            Rows.Add(GradientsOf(lane) + start, _gradients + start, count);
        }
    }

    private void AddUp(in Batch batch, Span<double> figures)
    {
        _sums.AddFigures(figures);
        _whole.Finish(figures);
        var total = 0.0;
        for (var i = 0; i < _kernels.Outputs.Length; i++)
        {
            var loss = _sums.LossOf(i);
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
