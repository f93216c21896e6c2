using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The fused kernels in eager calls of an <see cref="Lstm"/>: one node of Torch's graph for the whole sequence, forward and backward, where Torch has one for each operation
/// of each step. A call keeps a session, the kernel with its activations, until its backward pass.
/// </summary>
internal sealed class EagerLstm : IDisposable
{
    private readonly Lstm _layer;
    private readonly Stack<LstmSession> _free = [];
    private readonly Lock _gate = new();
    private readonly ParameterMemory _input, _recurrent;

    internal EagerLstm(Lstm layer)
    {
        _layer = layer;
        (_input, _recurrent) = layer.Memory();
    }

    /// <summary>Whether the kernels can run a call.</summary>
    internal bool Takes(Tensor steps, Tensor[]? initial) =>
        IsPlain(steps) && steps.shape[0] > 0 && (initial is null || initial.All(IsPlain))
        && _input.TryFind(out _, mayBeFrozen: true) && _recurrent.TryFind(out _, mayBeFrozen: true);

    /// <summary>Runs the layer over every step, in the order given.</summary>
    /// <param name="steps">(samples, time steps, features); no column of ones.</param>
    /// <param name="initial">The states before the first step, (samples, units) each; null for zeros.</param>
    /// <param name="inputWeights">The module's input weights, which get their gradient.</param>
    /// <param name="recurrentWeights">Its recurrent weights.</param>
    /// <returns>The hidden state after each step, (samples, time steps, units), and both states after the last; in the caller's dispose scope.</returns>
    internal (Tensor Sequence, Tensor[] States) Run(Tensor steps, Tensor[]? initial, Tensor inputWeights, Tensor recurrentWeights)
    {
        Tensor output;
        if (is_grad_enabled() && (NeedsGradient(steps) || NeedsGradient(inputWeights) || NeedsGradient(recurrentWeights) || initial?.Any(NeedsGradient) == true))
        {
            output = initial is null
                ? LstmFunction.apply(this, steps, inputWeights, recurrentWeights)
                : LstmFunction.apply(this, steps, inputWeights, recurrentWeights, initial[0], initial[1]);
        }
        else
        {
            output = Forward(steps, initial, inputWeights, recurrentWeights);
        }
        var count = steps.shape[1];
        return (output.narrow(1, 0, count), [output.select(1, count - 1), output.select(1, count)]);
    }

    /// <summary>A session that nobody uses, with the weights as they are.</summary>
    internal LstmSession Begin(Tensor steps, Tensor inputWeights, Tensor recurrentWeights, bool training)
    {
        LstmSession? session;
        lock (_gate)
        {
            _free.TryPop(out session);
        }
        session ??= LaneWidths.For(_layer.Units) switch
        {
            LaneWidth.Sixteen => new LstmSession<Lanes512>(_layer),
            LaneWidth.Eight => new LstmSession<Lanes256>(_layer),
            LaneWidth.Four => new LstmSession<Lanes128>(_layer),
            _ => new LstmSession<Lanes1>(_layer),
        };
        session.Begin((int)steps.shape[0], checked((int)steps.shape[1]), inputWeights, recurrentWeights, training);
        return session;
    }

    /// <summary>Gives a session back.</summary>
    internal void End(LstmSession session)
    {
        session.Use++;
        lock (_gate)
        {
            _free.Push(session);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            while (_free.TryPop(out var session))
            {
                session.Dispose();
            }
        }
    }

    private Tensor Forward(Tensor steps, Tensor[]? initial, Tensor inputWeights, Tensor recurrentWeights)
    {
        var session = Begin(steps, inputWeights, recurrentWeights, training: false);
        var output = session.Forward(steps, initial);
        End(session);
        return output;
    }

    private static bool NeedsGradient(Tensor tensor) => tensor.requires_grad;

    private static bool IsPlain(Tensor tensor) => tensor.dtype == ScalarType.Float32 && tensor.device_type == DeviceType.CPU;
}

/// <summary>The node of Torch's graph.</summary>
internal sealed class LstmFunction : autograd.SingleTensorFunction<LstmFunction>
{
    private const string OwnerKey = "owner", SessionKey = "session", UseKey = "use";

    /// <inheritdoc/>
    public override string Name => "EchoLstm.Lstm";

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var owner = (EagerLstm)vars[0];
        var tensors = vars.Skip(1).Cast<Tensor>().ToList();
        var session = owner.Begin(tensors[0], tensors[1], tensors[2], training: true);
        // Detached they keep their numbers where the module moves to another type, and still know when they are changed in place.
        ctx.save_for_backward([tensors[0], tensors[1].detach(), tensors[2].detach(), .. tensors.Skip(3)]);
        ctx.save_data(OwnerKey, owner);
        ctx.save_data(SessionKey, session);
        ctx.save_data(UseKey, session.Use);
        return session.Forward(tensors[0], StatesOf(tensors));
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        if (is_grad_enabled() && grad_output.requires_grad)
        {
            throw new InvalidOperationException("The fused Lstm gives no gradients of gradients (create_graph: true). Set its UsesFusedKernel to false, and Torch's own operations run it.");
        }
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var tensors = ctx.get_saved_variables();
        var owner = (EagerLstm)ctx.get_data(OwnerKey);
        var session = (LstmSession)ctx.get_data(SessionKey);
        if (session.Use != (long)ctx.get_data(UseKey))
        {
            // A second backward pass through a graph that was kept: the activations are gone.
            session = owner.Begin(tensors[0], tensors[1], tensors[2], training: true);
            session.Forward(tensors[0], StatesOf(tensors));
        }
        var gradients = session.Backward(tensors, grad_output);
        owner.End(session);
        grad_output.Dispose();
        return [null!, .. gradients];
    }

    private static Tensor[]? StatesOf(List<Tensor> tensors) => tensors.Count > 3 ? [tensors[3], tensors[4]] : null;
}

/// <summary>The kernel of one call, with its activations.</summary>
internal abstract class LstmSession : IDisposable
{
    private List<Tensor?> _given = [];

    /// <summary>How often it was given back: tells a backward pass whether the activations are still its own.</summary>
    internal long Use { get; set; }

    /// <summary>Takes the weights, and buffers for batches of this shape.</summary>
    internal abstract void Begin(int samples, int steps, Tensor inputWeights, Tensor recurrentWeights, bool training);

    /// <summary>The hidden states after each step, then the cell state after the last: (samples, time steps + 1, units).</summary>
    internal abstract Tensor Forward(Tensor steps, Tensor[]? initial);

    /// <summary>The gradients by the tensors that were saved: steps, input weights, recurrent weights, and the initial states where there were some.</summary>
    internal abstract List<Tensor> Backward(List<Tensor> saved, Tensor outputGradient);

    /// <summary>Disposes what the last backward pass gave, which Torch has taken since.</summary>
    public void Dispose()
    {
        foreach (var tensor in _given)
        {
            tensor?.Dispose();
        }
        _given = [];
    }

    /// <summary>Takes gradients out of the scope that ends before Torch takes them.</summary>
    private protected List<Tensor> Give(List<Tensor?> gradients)
    {
        foreach (var gradient in gradients)
        {
            gradient?.DetachFromDisposeScope();
        }
        _given = gradients;
        return gradients!;
    }
}

/// <inheritdoc/>
internal sealed unsafe class LstmSession<V> : LstmSession
    where V : struct, ILanes<V>
{
    private readonly Lstm _layer;
    private readonly ParameterMemory _inputMemory, _recurrentMemory;
    private readonly Arena _weights = new(), _arena = new();
    private Tensor? _inputWeights, _recurrentWeights; // the call's, which need not be the layer's any more
    private LstmKernel<V>? _kernel;
    private BatchShape _shape;
    private float* _input, _inputGradient;

    internal LstmSession(Lstm layer)
    {
        _layer = layer;
        _inputMemory = new ParameterMemory(() => _inputWeights!);
        _recurrentMemory = new ParameterMemory(() => _recurrentWeights!);
    }

    private int Features => _kernel!.InputWidth;

    internal override void Begin(int samples, int steps, Tensor inputWeights, Tensor recurrentWeights, bool training)
    {
        Dispose();
        (_inputWeights, _recurrentWeights) = (inputWeights, recurrentWeights);
        if (!_inputMemory.TryFind(out var reason, mayBeFrozen: true) || !_recurrentMemory.TryFind(out reason, mayBeFrozen: true))
        {
            throw new InvalidOperationException($"{_layer.Title}: {reason}.");
        }
        if (_kernel is null)
        {
            _kernel = new LstmKernel<V>(_layer, _inputMemory, _recurrentMemory, (int)_layer.InputShape!.Last!.Value, 0, new WorkTeam(), bare: true) { TakesStateGradients = true };
            var numbers = _kernel.Weights.Sum(part => part.Numbers);
            _weights.Lay(arena =>
            {
                var weights = arena.Take(numbers);
                _kernel.Bind(weights, arena.Take(numbers));
            });
        }
        _kernel.LoadWeights();
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
        CopyRows(Start(dense), _shape.Steps * Features, Features, _input, Features, Features, toTimeMajor: true);
        for (var state = 0; state < 2; state++)
        {
            using var rows = initial?[state].detach().contiguous();
            PutStates(rows, _kernel!.InitialState(state));
        }
        _kernel!.Forward(new InputRows(_input, Features));
        var output = empty(_shape.Samples, _shape.Steps + 1, _layer.Units);
        var start = Start(output);
        var distance = (_shape.Steps + 1) * _layer.Units;
        CopyRows(start, distance, _layer.Units, _kernel.Output, _kernel.OutputStride, _layer.Units, toTimeMajor: false);
        for (var i = 0; i < _shape.Samples; i++)
        {
            Copy(_kernel.FinalState(1) + ((long)i * _kernel.OutputStride), start + ((long)i * distance) + ((long)_shape.Steps * _layer.Units), _layer.Units);
        }
        return output;
    }

    internal override List<Tensor> Backward(List<Tensor> saved, Tensor outputGradient)
    {
        using var dense = outputGradient.contiguous();
        var start = Start(dense);
        var distance = (_shape.Steps + 1) * _layer.Units;
        CopyRows(start, distance, _layer.Units, _kernel!.OutputGradient, _kernel.OutputStride, _layer.Units, toTimeMajor: true);
        new Span<float>(_kernel.StateGradient(0), _shape.Samples * _kernel.OutputStride).Clear();
        for (var i = 0; i < _shape.Samples; i++)
        {
            Copy(start + ((long)i * distance) + ((long)_shape.Steps * _layer.Units), _kernel.StateGradient(1) + ((long)i * _kernel.OutputStride), _layer.Units);
        }
        _kernel.Backward(new InputRows(_input, Features), saved[0].requires_grad ? _inputGradient : null);

        var inputWeights = empty(saved[1].shape);
        var recurrentWeights = empty(saved[2].shape);
        _kernel.UnpackGradients(Start(inputWeights), Start(recurrentWeights));
        List<Tensor?> gradients = [null, inputWeights, recurrentWeights];
        if (saved[0].requires_grad)
        {
            var input = empty(saved[0].shape);
            gradients[0] = input;
            CopyRows(Start(input), _shape.Steps * Features, Features, _inputGradient, Gemm<V>.Padded(Features), Features, toTimeMajor: false);
        }
        for (var state = 0; state < 2 && saved.Count > 3; state++)
        {
            gradients.Add(TakeStates(_kernel.StateGradient(state)));
        }
        return Give(gradients);
    }

    private void PutStates(Tensor? states, float* rows)
    {
        for (var i = 0; i < _shape.Samples; i++)
        {
            var row = rows + ((long)i * _kernel!.OutputStride);
            if (states is null)
            {
                new Span<float>(row, _layer.Units).Clear();
            }
            else
            {
                Copy(Start(states) + ((long)i * _layer.Units), row, _layer.Units);
            }
        }
    }

    private Tensor TakeStates(float* rows)
    {
        var states = empty(_shape.Samples, _layer.Units);
        for (var i = 0; i < _shape.Samples; i++)
        {
            Copy(rows + ((long)i * _kernel!.OutputStride), Start(states) + ((long)i * _layer.Units), _layer.Units);
        }
        return states;
    }

    // Torch's samples lie one after the other, the kernel's steps.
    private void CopyRows(float* torchRows, int sampleDistance, int stepDistance, float* kernelRows, int stride, int width, bool toTimeMajor)
    {
        for (var i = 0; i < _shape.Samples; i++)
        {
            for (var t = 0; t < _shape.Steps; t++)
            {
                var outer = torchRows + ((long)i * sampleDistance) + ((long)t * stepDistance);
                var inner = kernelRows + ((((long)t * _shape.Samples) + i) * stride);
                if (toTimeMajor)
                {
                    Copy(outer, inner, width);
                }
                else
                {
                    Copy(inner, outer, width);
                }
            }
        }
    }

    private static void Copy(float* from, float* to, int length) => new ReadOnlySpan<float>(from, length).CopyTo(new Span<float>(to, length));

    private static float* Start(Tensor tensor) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
