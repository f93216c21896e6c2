using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// The fused kernels in eager calls of an <see cref="Lstm"/>: one node of Torch's graph for the whole sequence, forward and backward, where
/// Torch has one for each operation of each step. A call keeps a session, the kernel with its activations, until its backward pass.
/// </summary>
internal sealed class EagerLstm : IDisposable
{
    private readonly Stack<LstmSession> _free = [];
    private readonly Lock _lock = new();
    private readonly ParameterMemory _input, _recurrent;
    private readonly Tensor _leaf = empty(0, requires_grad: true).DetachFromDisposeScope();

    // Never disposed: a graph may outlive its layer, and its backward pass must not fail where it says what failed.
    private readonly ThreadLocal<List<Tensor>> _given = new(static () => []);

    internal EagerLstm(Lstm layer)
    {
        Layer = layer;
        (_input, _recurrent) = (layer.Memories[0], layer.Memories[1]);
    }

    internal Lstm Layer { get; }

    /// <summary>Whether the kernels can run a call.</summary>
    internal bool Takes(Tensor steps, Tensor[]? initial) =>
        IsPlain(steps) && steps.shape[0] > 0 && (initial is null || initial.All(IsPlain)) && HasPlainWeights;

    /// <summary>Whether the weights are where the kernels can read them.</summary>
    internal bool HasPlainWeights => _input.TryFind(out _, mayBeFrozen: true) && _recurrent.TryFind(out _, mayBeFrozen: true);

    /// <summary>Runs the layer over every step, in the order given.</summary>
    /// <returns>The hidden state after each step, (samples, time steps, units), and both states after the last; in the caller's dispose
    /// scope.
    /// </returns>
    internal (Tensor Sequence, Tensor[] States) Run(Tensor steps, Tensor[]? initial, Tensor inputWeights, Tensor recurrentWeights)
    {
        Tensor[] used = [steps, inputWeights, recurrentWeights, .. initial ?? []];
        var output = is_grad_enabled() && used.Any(tensor => tensor.requires_grad)
            ? LstmFunction.apply([this, Watch(used), .. used])
            : Forward(steps, initial, inputWeights, recurrentWeights);
        var count = steps.shape[1];
        return (output.narrow(1, 0, count), [output.select(1, count - 1), output.select(1, count)]);
    }

    /// <summary>A session that nobody uses, with the weights as they are.</summary>
    internal LstmSession Begin(Tensor steps, Tensor inputWeights, Tensor recurrentWeights, bool training)
    {
        DisposeGiven();
        LstmSession? session;
        lock (_lock)
        {
            _free.TryPop(out session);
        }
        session ??= LaneWidths.Dispatch(LaneWidths.For(Layer.Units), new Making(Layer));
        session.Begin((int)steps.shape[0], checked((int)steps.shape[1]), inputWeights, recurrentWeights, training);
        return session;
    }

    /// <summary>Gives a session back.</summary>
    internal void End(LstmSession session)
    {
        lock (_lock)
        {
            session.Use++;
            _free.Push(session);
        }
    }

    /// <summary>
    /// Keeps what a backward pass returns until this thread's next call: Torch takes it only after the managed code has returned,
    /// so neither the scope that ends there nor the garbage collector may have it before.
    /// </summary>
    internal List<Tensor> Give(IEnumerable<Tensor?> gradients)
    {
        var returned = gradients.ToList();
        _given.Value!.AddRange(returned.OfType<Tensor>().Select(gradient => gradient.DetachFromDisposeScope()));
        return returned!;
    }

    /// <summary>Disposes what this thread's last backward pass returned, which Torch has taken since.</summary>
    internal void DisposeGiven()
    {
        var given = _given.Value!;
        given.ForEach(static gradient => gradient.Dispose());
        given.Clear();
    }

    public void Dispose()
    {
        DisposeGiven();
        _leaf.Dispose();
        lock (_lock)
        {
            _free.Clear();
        }
    }

    private Tensor Forward(Tensor steps, Tensor[]? initial, Tensor inputWeights, Tensor recurrentWeights)
    {
        var session = Begin(steps, inputWeights, recurrentWeights, training: false);
        var output = session.Forward(steps, initial);
        End(session);
        return output;
    }

    // No exception may leave a managed backward pass, so Torch itself looks for changes in place: this product of empty views is on the
    // backward
    // pass's way, and remembers each tensor's version. Shape (0).
    private Tensor Watch(Tensor[] used)
    {
        var watch = _leaf;
        foreach (var tensor in used)
        {
            watch = watch * tensor.detach().as_strided([0], [1]);
        }
        return watch;
    }

    private sealed class Making(Lstm layer) : IWidthWork<LstmSession>
    {
        public LstmSession Run<V>()
            where V : struct, ILanes<V> => new LstmSession<V>(layer);
    }

    private static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU;
}

/// <summary>What a call keeps for its backward pass.</summary>
/// <param name="Owner">The layer's kernels.</param>
/// <param name="Session">The kernel with the activations.</param>
/// <param name="Use">Its use then: another one now, and the activations are gone.</param>
/// <param name="NeedsInputGradient">Whether the input gets a gradient.</param>
/// <param name="HasStates">Whether initial states were given.</param>
internal sealed record LstmCall(EagerLstm Owner, LstmSession Session, long Use, bool NeedsInputGradient, bool HasStates);

/// <summary>The node of Torch's graph.</summary>
internal sealed class LstmFunction : autograd.SingleTensorFunction<LstmFunction>
{
    private const string Key = "call";

    /// <inheritdoc/>
    public override string Name => "EchoLstm.Lstm";

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var owner = (EagerLstm)vars[0];
        var tensors = vars.Skip(2).Cast<Tensor>().ToList();
        var session = owner.Begin(tensors[0], tensors[1], tensors[2], training: true);
        ctx.save_for_backward(tensors);
        ctx.save_data(Key, new LstmCall(owner, session, session.Use, tensors[0].requires_grad, tensors.Count > 3));
        return session.Forward(tensors[0], StatesOf(tensors));
    }

    /// <summary>The gradients by the arguments of apply; none by the kernels and the watch.</summary>
    /// <remarks>
    /// An exception that left it would end the process. A gradient of a wrong shape makes Torch throw where the caller can catch it.
    /// </remarks>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var call = (LstmCall)ctx.get_data(Key);
        try
        {
            using var scope = NewDisposeScope();
            call.Owner.DisposeGiven();
            var gradients = is_grad_enabled() ? WithGraph(call, ctx.get_saved_variables(), grad_output) : Plain(call, ctx, grad_output);
            return call.Owner.Give([null, null, .. gradients]);
        }
        catch (Exception)
        {
            return call.Owner.Give([null, zeros(1), .. new Tensor?[call.HasStates ? 5 : 3]]);
        }
        finally
        {
            grad_output.Dispose();
        }
    }

    private static List<Tensor?> Plain(LstmCall call, autograd.AutogradContext ctx, Tensor outputGradient)
    {
        using var withoutGradients = no_grad();
        var (owner, session) = (call.Owner, call.Session);
        if (!owner.HasPlainWeights)
        {
            throw new InvalidOperationException($"{owner.Layer.Title} was moved to another type or device since the call.");
        }
        if (session.Use != call.Use)
        {
            // A second backward pass through a graph that was kept: the activations are gone.
            var tensors = ctx.get_saved_variables();
            session = owner.Begin(tensors[0], tensors[1], tensors[2], training: true);
            session.Forward(tensors[0], StatesOf(tensors));
        }
        var gradients = session.Backward(outputGradient, call.NeedsInputGradient, call.HasStates);
        owner.End(session);
        return gradients;
    }

    // For gradients of gradients: Torch's own operations, which record a graph of the backward pass.
    private static List<Tensor?> WithGraph(LstmCall call, List<Tensor> tensors, Tensor outputGradient)
    {
        var output = call.Owner.Layer.RunWithGraph(tensors[0], StatesOf(tensors));
        var leaves = tensors.Where(tensor => tensor.requires_grad).ToList();
        var gradients = new Queue<Tensor>(
            autograd.grad([output], leaves, [outputGradient], retain_graph: true, create_graph: true, allow_unused: true));
        return [.. tensors.Select(tensor => tensor.requires_grad ? gradients.Dequeue() : null)];
    }

    private static Tensor[]? StatesOf(List<Tensor> tensors) => tensors.Count > 3 ? [tensors[3], tensors[4]] : null;
}

/// <summary>The kernel of one call, with its activations.</summary>
internal abstract class LstmSession
{
    /// <summary>How often it was given back: tells a backward pass whether the activations are still its own.</summary>
    internal long Use { get; set; }

    /// <summary>Takes the weights, and buffers for batches of this shape.</summary>
    internal abstract void Begin(int samples, int steps, Tensor inputWeights, Tensor recurrentWeights, bool training);

    /// <summary>The hidden states after each step, then the cell state after the last: (samples, time steps + 1, units).</summary>
    internal abstract Tensor Forward(Tensor steps, Tensor[]? initial);

    /// <summary>
    /// The gradients by steps (null where nobody needs it), input weights, recurrent weights, and the initial states where there were
    /// some.
    /// </summary>
    internal abstract List<Tensor?> Backward(Tensor outputGradient, bool needsInputGradient, bool hasStates);
}

/// <inheritdoc/>
internal sealed unsafe class LstmSession<V> : LstmSession
    where V : struct, ILanes<V>
{
    // In a loop of Torch's operations its threads stay awake for a while after each, in the way of ours: only long work is shared.
    private const double WorthSharing = 100_000_000;

    private readonly Lstm _layer;
    private readonly ParameterMemory _inputMemory, _recurrentMemory;
    private readonly Arena _weights = new(), _arena = new();
    private Tensor? _inputWeights, _recurrentWeights; // the call's, which need not be the layer's any more
    private RecurrentKernel<V>? _kernel;
    private ModuleWeights? _held;
    private float* _packed, _gradients;
    private BatchShape _shape;
    private float* _input, _inputGradient;

    internal LstmSession(Lstm layer)
    {
        _layer = layer;
        _inputMemory = new ParameterMemory(() => _inputWeights!);
        _recurrentMemory = new ParameterMemory(() => _recurrentWeights!);
    }

    private int Features => _kernel!.InputWidth;

    // A sample's numbers of the output: its hidden states, then at this place its cell state.
    private long OutputDistance => (_shape.Steps + 1L) * _layer.Units;

    private long CellPlace => (long)_shape.Steps * _layer.Units;

    internal override void Begin(int samples, int steps, Tensor inputWeights, Tensor recurrentWeights, bool training)
    {
        (_inputWeights, _recurrentWeights) = (inputWeights, recurrentWeights);
        if (!_inputMemory.TryFind(out var reason, mayBeFrozen: true) || !_recurrentMemory.TryFind(out reason, mayBeFrozen: true))
        {
            throw new InvalidOperationException($"{_layer.Title}: {reason}.");
        }
        if (_kernel is null)
        {
            // The caller does the rest: order, dropout, carried states, the last step alone.
            var settings = _layer.Settings with
            {
                ReturnSequences = true, GoBackwards = false, Stateful = false, Dropout = 0, RecurrentDropout = 0, CheckpointSteps = null,
            };
            var cell = new LstmCell<V>(settings, (int)_layer.InputShape!.Last!.Value);
            _kernel = new RecurrentKernel<V>(cell, 0, new WorkTeam(get_num_threads(), WorthSharing)) { TakesStateGradients = true };
            _held = new ModuleWeights(_kernel, 0, [_inputMemory, _recurrentMemory]);
            _weights.Lay(arena =>
            {
                _packed = arena.Take(_kernel.PackedNumbers);
                _gradients = arena.Take(_kernel.PackedNumbers);
            });
            _kernel.Bind(_packed, _gradients);
        }
        _held!.Load(_packed);
        (_inputWeights, _recurrentWeights) = (null, null);
        var shape = new BatchShape(samples, steps, training, false);
        if (_shape != shape)
        {
            _arena.Lay(arena =>
            {
                _input = arena.Take(shape.Rows * Features);
                _inputGradient = training ? arena.Take(shape.Rows * Gemm<V>.Padded(Features)) : null;
                _kernel.Layout(arena, shape);
            });
            _shape = shape;
        }
    }

    internal override Tensor Forward(Tensor steps, Tensor[]? initial)
    {
        using var dense = steps.detach().contiguous();
        var (samples, units, stride) = (_shape.Samples, _layer.Units, _kernel!.OutputStride);
        Rows.ToTimeMajor(Start(dense), (long)_shape.Steps * Features, _input, Features, samples, _shape.Steps, Features);
        for (var state = 0; state < 2; state++)
        {
            using var rows = initial?[state].detach().contiguous();
            if (rows is null)
            {
                new Span<float>(_kernel.InitialState(state), samples * stride).Clear();
            }
            else
            {
                Rows.Copy(Start(rows), units, _kernel.InitialState(state), stride, samples, units);
            }
        }
        _kernel.Forward(new InputRows(_input, Features));
        var output = empty(samples, _shape.Steps + 1, units);
        Rows.FromTimeMajor(_kernel.Output, stride, Start(output), OutputDistance, samples, _shape.Steps, units);
        Rows.Copy(_kernel.FinalState(1), stride, Start(output) + CellPlace, OutputDistance, samples, units);
        return output;
    }

    internal override List<Tensor?> Backward(Tensor outputGradient, bool needsInputGradient, bool hasStates)
    {
        using var dense = outputGradient.contiguous();
        var (samples, units, stride) = (_shape.Samples, _layer.Units, _kernel!.OutputStride);
        Rows.ToTimeMajor(Start(dense), OutputDistance, _kernel.OutputGradient, stride, samples, _shape.Steps, units);
        new Span<float>(_kernel.StateGradient(0), samples * stride).Clear();
        Rows.Copy(Start(dense) + CellPlace, OutputDistance, _kernel.StateGradient(1), stride, samples, units);
        _kernel.Backward(new InputRows(_input, Features), needsInputGradient ? _inputGradient : null);

        var inputWeights = empty(_layer.Settings.Gates * units, Features + (_layer.UseBias ? 1 : 0));
        var recurrentWeights = empty(_layer.Settings.Gates * units, units);
        _kernel.Unpack(_gradients, WeightLayout.Torch, [(nint)Start(inputWeights), (nint)Start(recurrentWeights)]);
        List<Tensor?> gradients = [null, inputWeights, recurrentWeights];
        if (needsInputGradient)
        {
            var input = gradients[0] = empty(samples, _shape.Steps, Features);
            var distance = (long)_shape.Steps * Features;
            Rows.FromTimeMajor(_inputGradient, Gemm<V>.Padded(Features), Start(input), distance, samples, _shape.Steps, Features);
        }
        for (var state = 0; state < 2 && hasStates; state++)
        {
            var ofState = empty(samples, units);
            Rows.Copy(_kernel.StateGradient(state), stride, Start(ofState), units, samples, units);
            gradients.Add(ofState);
        }
        return gradients;
    }

    private static float* Start(Tensor tensor) => ParameterMemory.StartOf(tensor);
}
