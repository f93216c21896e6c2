using EchoLstm.Engines.Fused;
using EchoLstm.Inference;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>
/// Runs a model one time step at a time: each call takes the next step of a sequence and returns the output so far. Stepping through a
/// sequence gives what the model gives for the whole of it: the same bits where the fused engine runs the model, the same numbers to
/// rounding where Torch does.
/// </summary>
/// <remarks>
/// A stream reads the model's weights and has a state of its own, which is neither the model's nor another stream's: any number of streams
/// may run on as many threads, while nothing trains the model. One stream is used by one thread at a time; a second one is refused.
/// </remarks>
/// <example><code>
/// using var stepper = model.OpenStream();
/// foreach (var value in values)
/// {
///     float[] output = stepper.Step([value]);
/// }
/// </code></example>
public sealed class ModelStepper : IDisposable
{
    private readonly Model _model;
    private readonly IReadOnlyList<Layer> _layers;
    private readonly FusedStepper? _fused;
    private readonly long _features;
    private readonly bool _allowNonFinite;
    private readonly (ScalarType Type, DeviceType Device) _opened; // what the model computed with then
    private Tensor[][] _states;
    private readonly AccessGuard _guard = new("stream");
    private bool _isDisposed;

    private ModelStepper(Model model, IReadOnlyList<Layer> layers, FusedPlan? plan, int batchSize, bool allowNonFinite)
    {
        _allowNonFinite = allowNonFinite;
        _fused = plan is null ? null : new FusedStepper(plan, batchSize);
        _model = model;
        _layers = layers;
        BatchSize = batchSize;
        _opened = NumberType();
        _features = model.InputShape!.Last!.Value;
        OutputLength = checked((int)(batchSize * model.OutputShape(model.InputShape.With(0, batchSize)).Last!.Value));
        _states = new Tensor[layers.Count][];
        Array.Fill(_states, []);
    }

    /// <summary>Opens a stream of a model whose layers stand one after the other.</summary>
    internal static ModelStepper Open(SequentialModel model, int batch, bool allowNonFinite)
    {
        if (model.InputShape!.Rank != 3)
        {
            throw new InvalidOperationException(
                $"A stream reads the time steps of (samples, time steps, features), but the model takes {model.InputShape}. Call Predict "
                    + $"instead.");
        }
        if (model.Layers.FirstOrDefault(layer => !layer.CanStream) is { } blocking)
        {
            throw new InvalidOperationException(
                $"{blocking.Title} ({blocking.KerasClass}) needs the whole sequence at once, so the model can't be run step by step. "
                    + $"Call Predict with whole sequences.");
        }
        model.CheckLayers();
        var plan = model.RequestedEngine == EngineKind.Torch ? null : model.PlanFused(null, out _);
        return new ModelStepper(model, model.Layers, plan, batch, allowNonFinite);
    }

    /// <summary>How many sequences run beside each other.</summary>
    public int BatchSize { get; }

    /// <summary>How many steps the stream has read since it was opened, reset or restored to another place.</summary>
    public long StepsRead { get; private set; }

    /// <summary>Reads the next step.</summary>
    /// <param name="input">The step of each sequence, shape (batch, features); it stays the caller's.</param>
    /// <returns>The model's output after it, (batch, units); the caller's.</returns>
    /// <exception cref="ShapeMismatchException">The input has another shape.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them; it is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public Tensor Step(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var change = _guard.Change(nameof(Step));
        using var use = _model.Guard.Read(nameof(Step));
        ThrowIfUnusable();
        TensorCheck.Readable(input, nameof(input));
        var shape = Shape.Of(input);
        if (shape.Rank != 2 || shape[0] != BatchSize || shape[1] != _features)
        {
            throw new ShapeMismatchException(
                $"A stream takes one step of each sequence: expected ({BatchSize}, {_features}), that is (batch, features), but received "
                    + $"{shape}. Give the steps one after the other.",
                $"({BatchSize}, {_features})",
                shape.ToString());
        }
        if (!_allowNonFinite)
        {
            SampleCheck.Finite(input, nameof(input), SampleCheck.Allow);
        }
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        if (_fused is not null)
        {
            var output = new float[OutputLength];
            StepFused(InType(input, CPU).contiguous().data<float>().ToArray(), output);
            return tensor(output).reshape(BatchSize, output.Length / BatchSize).MoveToOuterDisposeScope();
        }
        var next = new Tensor[_layers.Count][];
        CheckModel();
        var x = InType(input, _model.NumberType().Device);
        for (var i = 0; i < _layers.Count; i++)
        {
            (x, next[i]) = _layers[i].CheckedStreamStep(x, _states[i]);
        }
        Replace([.. next.Select(Keep)]);
        StepsRead++;
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>How many numbers an output has: batch · units.</summary>
    public int OutputLength { get; }

    /// <summary>Reads the next step from .NET memory.</summary>
    /// <param name="input">The step's features, of one sequence after the other: batch · features numbers.</param>
    /// <returns>The model's output after it, batch · units numbers.</returns>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them; it is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public float[] Step(ReadOnlySpan<float> input)
    {
        var output = new float[OutputLength];
        Step(input, output);
        return output;
    }

    /// <summary>Reads the next step from .NET memory into .NET memory; on the fused engine nothing is allocated.</summary>
    /// <param name="input">The step's features, of one sequence after the other: batch · features numbers.</param>
    /// <param name="output">Receives the model's output after it, <see cref="OutputLength"/> numbers.</param>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers in one of them.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them; it is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public void Step(ReadOnlySpan<float> input, Span<float> output)
    {
        using var change = _guard.Change(nameof(Step));
        using var use = _model.Guard.Read(nameof(Step));
        ThrowIfUnusable();
        if (input.Length != BatchSize * _features)
        {
            throw new ShapeMismatchException(
                $"A stream takes one step of each sequence: expected {BatchSize} * {_features} = {BatchSize * _features} numbers but "
                    + $"received {input.Length}. Give the steps one after the other.",
                $"({BatchSize * _features},)",
                $"({input.Length},)");
        }
        InputCheck.StepRoom(output.Length, OutputLength);
        if (!_allowNonFinite)
        {
            InputCheck.Finite(input, nameof(input), BatchSize, (int)_features, hasSteps: false);
        }
        if (_fused is not null)
        {
            StepFused(input, output);
            return;
        }
        using var scope = NewDisposeScope();
        Step(tensor(input.ToArray()).reshape(BatchSize, _features)).to(ScalarType.Float32).cpu().data<float>().CopyTo(output);
    }

    /// <summary>A copy of the state, to go back to or to hand to another stream of the model.</summary>
    /// <returns>The state; the caller disposes it.</returns>
    public StreamState SaveState()
    {
        using var change = _guard.Change(nameof(SaveState));
        using var use = _model.Guard.Read(nameof(SaveState));
        ThrowIfUnusable();
        return new StreamState(_fused is null ? Copies(_states) : FusedStates(), BatchSize, StepsRead);
    }

    /// <summary>Goes on from a state that a stream of this model saved.</summary>
    /// <param name="state">The state; it stays the caller's.</param>
    /// <exception cref="ArgumentException">It is for another number of sequences, or of another model.</exception>
    public void Restore(StreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var change = _guard.Change(nameof(Restore));
        using var use = _model.Guard.Read(nameof(Restore));
        ThrowIfUnusable();
        using var source = state.Read(nameof(Restore));
        if (state.BatchSize != BatchSize || state.Tensors.Length != _layers.Count)
        {
            throw new ArgumentException($"The state is for {state.BatchSize} sequences of a model of {state.Tensors.Length} layers; this "
                + $"stream runs {BatchSize} of {_layers.Count}. Open a stream like the one that saved it.", nameof(state));
        }
        for (var i = 0; i < _layers.Count; i++)
        {
            CheckState(_layers[i], state.Tensors[i]);
        }
        if (_fused is null)
        {
            Replace(Copies(state.Tensors));
        }
        else
        {
            RestoreFused(state.Tensors);
        }
        StepsRead = state.StepsRead;
    }

    /// <summary>Forgets what was read: the next step is the first of a sequence.</summary>
    public void Reset()
    {
        using var change = _guard.Change(nameof(Reset));
        using var use = _model.Guard.Read(nameof(Reset));
        ThrowIfUnusable();
        var none = new Tensor[_layers.Count][];
        Array.Fill(none, []);
        Replace(none);
        if (_fused is not null)
        {
            RestoreFused(none);
        }
        StepsRead = 0;
    }

    /// <summary>Disposes the stream's state, when the step that is running has ended; the model stays.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            _guard.WhenIdle(() => Replace([]));
        }
    }

    internal static Tensor[][] Copies(Tensor[][] states) =>
        [.. states.Select(state => state.Select(tensor => tensor.clone().DetachFromDisposeScope()).ToArray())];

    private void StepFused(ReadOnlySpan<float> input, Span<float> output)
    {
        if (!_fused!.StillFits())
        {
            CheckModel();
            throw Moved();
        }
        _fused.Step(input, output);
        StepsRead++;
    }

    private Tensor[][] FusedStates()
    {
        var place = 0;
        return [.. _layers.Select(layer =>
        {
            if (layer is not RecurrentLayer recurrent)
            {
                return [];
            }
            return _fused!.States(place++).Select(state => Matrix(state, recurrent.Units)).ToArray();
        })];
    }

    private Tensor Matrix(float[] values, int units)
    {
        using var flat = tensor(values);
        return flat.reshape(BatchSize, units).DetachFromDisposeScope();
    }

    private void RestoreFused(Tensor[][] states)
    {
        var place = 0;
        for (var i = 0; i < _layers.Count; i++)
        {
            if (_layers[i] is RecurrentLayer recurrent)
            {
                for (var state = 0; state < _fused!.States(place).Length; state++)
                {
                    var values = states[i].Length == 0 ? new float[BatchSize * recurrent.Units] : states[i][state].data<float>().ToArray();
                    _fused.SetState(place, state, values);
                }
                place++;
            }
        }
    }

    /// <summary>Throws where the model is not what it was when the stream was opened.</summary>
    private void CheckModel()
    {
        _model.CheckLayers();
        if (NumberType() != _opened)
        {
            throw Moved();
        }
    }

    private (ScalarType Type, DeviceType Device) NumberType()
    {
        var (type, device) = _model.NumberType();
        return (type, device.type);
    }

    private static InvalidOperationException Moved() =>
        new("The model's weights were moved to another type or device while the stream was open. Open a new stream.");

    private Tensor InType(Tensor input, Device device)
    {
        var converted = input.to(_opened.Type);
        if (!_allowNonFinite)
        {
            SampleCheck.FitsType(input, converted, nameof(input));
        }
        return converted.to(device);
    }

    /// <summary>Throws unless a state is one that the layer leaves; it is empty before the first step.</summary>
    private void CheckState(Layer layer, Tensor[] saved)
    {
        var (count, units) = layer is RecurrentLayer recurrent ? (recurrent.StateCount, recurrent.Units) : (0, 0);
        if (saved.Length == 0
            || (saved.Length == count && saved[0].shape[^1] == units && (saved[0].dtype, saved[0].device_type) == _opened))
        {
            return;
        }
        throw new ArgumentException(
            $"The state does not fit {layer.Title}, which keeps {count} of {BatchSize} * {units} numbers of {_opened.Type}: it has "
                + $"{saved.Length} of {Shape.Of(saved[0])}, {saved[0].dtype}. Restore what a stream of this model saved.",
            "state");
    }

    private static Tensor[] Keep(Tensor[] state) => [.. state.Select(tensor => tensor.DetachFromDisposeScope())];

    private void Replace(Tensor[][] states)
    {
        foreach (var tensor in _states.SelectMany(state => state))
        {
            tensor.Dispose();
        }
        _states = states;
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed), this);
        ObjectDisposedException.ThrowIf(_model.IsDisposed, _model);
        _model.ThrowIfPartDisposed();
        if (_model.Layers.Count != _states.Length)
        {
            throw new InvalidOperationException($"The stream was opened when the model had {_states.Length} layers; now it has "
                + $"{_model.Layers.Count}. Open another stream.");
        }
    }
}
