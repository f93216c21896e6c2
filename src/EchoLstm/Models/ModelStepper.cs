using System.Runtime.InteropServices;
using EchoLstm.Engines.Fused;
using EchoLstm.Inference;
using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Runs a model one time step at a time: each call takes the next step of a sequence and returns what the model gives for the steps so far:
/// the same bits where the fused engine runs the model, the same numbers to rounding where Torch does. A masked step, by Masking or an
/// Embedding's maskZero, leaves the state and gives the output before it again.
/// </summary>
/// <remarks>
/// A stream has a state of its own, which is neither the model's nor another stream's: any number of streams may run on as many threads,
/// while nothing trains the model; where Torch runs it they take turns. One stream is used by one thread at a time; a second one is
/// refused. Where the fused engine runs the model, the stream takes its weights when it is opened, reset or restored, and anew after each
/// call of this library that changes them; what a program writes into Torch's tensors by itself it sees when it is reset or restored.
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
    private const int ShortStep = 256;

    private readonly Model _model;
    private readonly int _modelLayers, _flatLayers;
    private readonly FlatNetwork _network; // what is in a model among the layers takes its place
    private readonly Layer[] _layers; // of its calls
    private readonly bool[] _streamed; // which of them; those behind get what these have made of the steps so far
    private readonly Lstm[] _lstms;
    private readonly FusedStepper? _fused;
    private readonly Embedding?[] _indexReaders; // of the inputs
    private readonly Embedding? _indexReader; // of the first
    private readonly long[][] _steps; // the shape of a step of each input, batch first
    private readonly long[] _step; // of the first
    private readonly long[][] _outputs; // the shape of each output, batch first
    private readonly int _inputLength;
    private readonly int[] _indices = [];
    private readonly bool _allowNonFinite, _hasSeveral;
    private readonly (ScalarType Type, DeviceType Device) _opened; // what the model computed with then
    private Tensor[][] _states;
    private readonly AccessGuard _guard = new("stream");
    private (AccessGuard? Guard, long Changes) _seen; // the model's when the weights were taken
    private bool _isDisposed;

    private ModelStepper(
        Model model,
        FlatNetwork network,
        (bool[] Calls, bool[] Ends) streamed,
        FusedPlan? plan,
        IReadOnlyList<Shape> outputs,
        int batchSize,
        bool allowNonFinite)
    {
        (_allowNonFinite, _hasSeveral) = (allowNonFinite, model.HasSeveral);
        _fused = plan is null ? null : new FusedStepper(plan, batchSize);
        (_model, _modelLayers, _flatLayers, _network, _streamed) = (model, model.Layers.Count, model.FlatCount, network, streamed.Calls);
        var flat = model.FlatLayers;
        _layers = [.. network.Calls.Select(call => flat[call.Layer])];
        _lstms = [.. model.modules().OfType<Lstm>()];
        _indexReaders = [.. network.Inputs.Select((_, input) => model.IndexReaderOf(input))];
        _indexReader = _indexReaders[0];
        BatchSize = batchSize;
        _opened = NumberType();
        // The step's own axis is left out, in the outputs too.
        _steps = [.. network.Inputs.Select((shape, input) =>
            (long[])[batchSize, .. shape.Skip(network.HasSteps(input) ? 2 : 1).Select(length => length!.Value)])];
        _step = _steps[0];
        _inputLength = Length(_step);
        _outputs = [.. outputs.Select((shape, output) =>
            (long[])[batchSize, .. shape.Skip(streamed.Ends[output] ? 1 : 2).Select(length => length!.Value)])];
        OutputLength = Length(_outputs[0]);
        _indices = _indexReader is null ? [] : new int[_inputLength];
        _states = new Tensor[_layers.Length][];
        Array.Fill(_states, []);
    }

    internal static ModelStepper Open(Model model, int batch, bool allowNonFinite)
    {
        var network = FlatNetwork.CallsOf(model.Settings, model.InputShapes);
        var streamed = network.Streamed();
        if (network.Inputs.Where((shape, input) => shape.Skip(network.HasSteps(input) ? 2 : 1).Contains(null)).Any())
        {
            throw new InvalidOperationException(
                $"A stream must know the shape of a step, but the model was built for {string.Join(", ", network.Inputs)}. Build it with "
                    + "the lengths behind the time steps.");
        }
        model.CheckLayers();
        var plan = model.RequestedEngine == EngineKind.Torch ? null : model.PlanFused(null, out _);
        Shape[] given = [.. network.Inputs.Select(shape => shape.With(0, batch))];
        var outputs = plan is null ? model.Inferring(nameof(model.OpenStream), () => model.OutputShapes(given)) : model.OutputShapes(given);
        return new ModelStepper(model, network, streamed, plan, outputs, batch, allowNonFinite);
    }

    /// <summary>How many sequences run beside each other.</summary>
    public int BatchSize { get; }

    /// <summary>How many numbers the output has, of several the first: batch · units, or batch · steps · units where a decoder writes
    /// steps of its own.</summary>
    public int OutputLength { get; }

    /// <summary>How many steps the stream has read since it was opened, reset or restored to another place.</summary>
    public long StepsRead { get; private set; }

    /// <summary>Reads the next step.</summary>
    /// <param name="input">The step of each sequence, shape (batch, features), or (batch) of indices where the first layer is an Embedding;
    /// it stays the caller's.</param>
    /// <returns>The model's output after it, (batch, units); the caller's.</returns>
    /// <exception cref="ShapeMismatchException">The input has another shape.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them, or an index without a vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public Tensor Step(Tensor input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using var change = _guard.Change(nameof(Step));
        using var use = Use(nameof(Step));
        ThrowIfSeveral();
        Check(input, 0, nameof(input));
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        if (_fused is not null)
        {
            var output = empty(_outputs[0]);
            var values = MemoryMarshal.Cast<byte, float>(output.bytes);
            if (_indexReader is null)
            {
                StepFused(InType(input, CPU).contiguous().data<float>().ToArray(), values);
            }
            else
            {
                input.to(ScalarType.Int32, CPU).contiguous().data<int>().CopyTo(_indices);
                StepFused(_indices, values);
            }
            return output.MoveToOuterDisposeScope();
        }
        CheckModel();
        return _model.Inferring(nameof(Step), () => StepOnTorch([input]))[0].MoveToOuterDisposeScope();
    }

    /// <summary>Reads the next step of a model with several inputs or outputs.</summary>
    /// <param name="inputs">The step of each input, in their order: (batch, features), or (batch) of indices where its layer is an
    /// Embedding; an input without time steps whole, at each step.</param>
    /// <returns>A tensor for each output, in their order, (batch, units); the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">An input has another shape.</exception>
    /// <exception cref="ArgumentException">There is not one array for each input; or one has NaN or infinities, and the stream was not
    /// opened to allow them, or an index without a vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public IReadOnlyList<Tensor> Step(IReadOnlyList<TensorLike> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        using var change = _guard.Change(nameof(Step));
        using var use = Use(nameof(Step));
        ModelData.CheckCount("inputs", _model.InputNames, nameof(inputs), inputs.Count);
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        Tensor[] given = [.. inputs.Select((one, i) => one.ToTensor(NameOf(i)))];
        for (var i = 0; i < given.Length; i++)
        {
            Check(given[i], i, NameOf(i));
        }
        Tensor[] outputs;
        if (_fused is null)
        {
            CheckModel();
            outputs = _model.Inferring(nameof(Step), () => StepOnTorch(given));
        }
        else
        {
            var made = Array.ConvertAll(_outputs, shape => new float[Length(shape)]);
            _fused.Step([.. given.Select((one, i) => Numbers(one, i))], made);
            StepsRead++;
            outputs = [.. made.Select((values, i) => tensor(values).reshape(_outputs[i]))];
        }
        return Array.ConvertAll(outputs, output => output.MoveToOuterDisposeScope());

        static string NameOf(int input) => string.Create(CultureInfo.InvariantCulture, $"inputs[{input}]");

        float[] Numbers(Tensor one, int input) => [..
            (_indexReaders[input] is null ? InType(one, CPU) : one.to(ScalarType.Float32, CPU)).contiguous().data<float>()];
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="inputs">The step of each input.</param>
    /// <returns>A tensor for each output; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ArgumentException">An input has no array, or a name is no input's.</exception>
    public IReadOnlyDictionary<string, Tensor> Step(IReadOnlyDictionary<string, TensorLike> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return _model.ByOutput(Step(Model.InOrder(inputs, _model.InputNames, nameof(inputs))));
    }

    /// <summary>Reads the next step from .NET memory.</summary>
    /// <param name="input">The step's features, of one sequence after the other: batch · features numbers; or an index a sequence where the
    /// first layer is an Embedding.</param>
    /// <returns>The model's output after it, batch · units numbers.</returns>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them, or an index without a vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public float[] Step(ReadOnlySpan<float> input)
    {
        var output = new float[OutputLength];
        Step(input, output);
        return output;
    }

    /// <inheritdoc cref="Step(ReadOnlySpan{float})"/>
    public float[] Step(ReadOnlySpan<int> input)
    {
        var output = new float[OutputLength];
        Step(input, output);
        return output;
    }

    /// <summary>Reads the next step from .NET memory into .NET memory; on the fused engine nothing is allocated.</summary>
    /// <param name="input">The step's features, of one sequence after the other: batch · features numbers; or an index a sequence where the
    /// first layer is an Embedding.</param>
    /// <param name="output">Receives the model's output after it, <see cref="OutputLength"/> numbers.</param>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers in one of them.</exception>
    /// <exception cref="ArgumentException">The input has NaN or infinities, which the state would keep, and the stream was not opened
    /// to allow them, or an index without a vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or changes the model, or the model was given a layer
    /// since the stream was opened.</exception>
    /// <exception cref="ObjectDisposedException">The stream or its model is disposed.</exception>
    public void Step(ReadOnlySpan<float> input, Span<float> output)
    {
        using var change = _guard.Change(nameof(Step));
        using var use = Use(nameof(Step));
        ThrowIfSeveral();
        CheckLengths(input.Length, output.Length);
        if (!_allowNonFinite)
        {
            InputCheck.Finite(input, nameof(input), BatchSize, _inputLength / BatchSize, hasSteps: false);
        }
        if (_indexReader is not null)
        {
            _indexReader.CheckIndices(input, nameof(input));
            for (var i = 0; i < input.Length; i++)
            {
                _indices[i] = (int)input[i];
            }
            StepIndices(output);
        }
        else if (_fused is not null)
        {
            StepFused(input, output);
        }
        else
        {
            using var scope = NewDisposeScope();
            CopyTo(output, Step(tensor(input.ToArray()).reshape(_step)));
        }
    }

    /// <inheritdoc cref="Step(ReadOnlySpan{float}, Span{float})"/>
    public void Step(ReadOnlySpan<int> input, Span<float> output)
    {
        using var change = _guard.Change(nameof(Step));
        using var use = Use(nameof(Step));
        ThrowIfSeveral();
        CheckLengths(input.Length, output.Length);
        if (_indexReader is null)
        {
            var features = input.Length <= ShortStep ? stackalloc float[input.Length] : new float[input.Length];
            for (var i = 0; i < features.Length; i++)
            {
                features[i] = input[i];
            }
            Step(features, output);
            return;
        }
        _indexReader.CheckIndices(input, nameof(input));
        input.CopyTo(_indices);
        StepIndices(output);
    }

    /// <summary>A copy of the state, to go back to or to hand to another stream of the model.</summary>
    /// <returns>The state; the caller disposes it.</returns>
    public StreamState SaveState()
    {
        using var change = _guard.Change(nameof(SaveState));
        using var use = Use(nameof(SaveState));
        return new StreamState(
            _fused is null ? Copies(_states) : FusedStates(), [.. _layers.Select(layer => layer.KerasClass)], BatchSize, StepsRead);
    }

    /// <summary>Goes on from a state that a stream of this model saved.</summary>
    /// <param name="state">The state; it stays the caller's.</param>
    /// <exception cref="ArgumentException">It is for another number of sequences, or of another model.</exception>
    public void Restore(StreamState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        using var change = _guard.Change(nameof(Restore));
        using var use = UseAnew(nameof(Restore));
        using var source = state.Read(nameof(Restore));
        if (state.BatchSize != BatchSize || state.Tensors.Length != _layers.Length)
        {
            throw new ArgumentException($"The state is for {state.BatchSize} sequences of a model of {state.Tensors.Length} layers; this "
                + $"stream runs {BatchSize} of {_layers.Length}. Open a stream like the one that saved it.", nameof(state));
        }
        for (var i = 0; i < _layers.Length; i++)
        {
            CheckState(_layers[i], state.Tensors[i], state.Kinds[i]);
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
        using var use = UseAnew(nameof(Reset));
        var none = new Tensor[_layers.Length][];
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

    private static int Length(long[] shape) => checked((int)shape.Aggregate((product, length) => checked(product * length)));

    private string StepName(int input) => _steps[input].Length switch
    {
        1 => "(batch), an index a sequence",
        2 => _indexReaders[input] is null ? "(batch, features)" : "(batch, inner steps) of indices",
        _ => "(batch, ...)",
    };

    private void Check(Tensor input, int place, string name)
    {
        TensorCheck.Readable(input, name);
        if (!input.shape.AsSpan().SequenceEqual(_steps[place]))
        {
            var (expected, received) = (Shape.Known(_steps[place]), Shape.Of(input));
            var which = _hasSeveral ? $"the input '{_model.InputNames[place]}' is " : "";
            throw new ShapeMismatchException(
                $"A stream takes one step of each sequence: {which}expected {expected}, that is {StepName(place)}, but received "
                    + $"{received}. "
                    + (_network.HasSteps(place) ? "Give the steps one after the other." : "It has no steps: give it whole at each step."),
                expected.ToString(),
                received.ToString());
        }
        if (!_allowNonFinite)
        {
            SampleCheck.Finite(input, name, SampleCheck.Allow);
        }
        _indexReaders[place]?.CheckIndices(input, name);
    }

    private void ThrowIfSeveral()
    {
        if (_hasSeveral)
        {
            throw new InvalidOperationException(
                $"{_model.Title} has the inputs {string.Join(", ", _model.InputNames)} and the outputs "
                    + $"{string.Join(", ", _model.OutputNames)}. Call Step with an array for each input, or by their names.");
        }
    }

    private void CheckLengths(int input, int output)
    {
        if (input != _inputLength)
        {
            throw new ShapeMismatchException(
                $"A stream takes one step of each sequence: expected {BatchSize} * {_inputLength / BatchSize} = {_inputLength} numbers but "
                    + $"received {input}. Give the steps one after the other.",
                $"({_inputLength},)",
                $"({input},)");
        }
        InputCheck.StepRoom(output, OutputLength);
    }

    private void StepIndices(Span<float> output)
    {
        if (_fused is not null)
        {
            StepFused(_indices, output);
            return;
        }
        using var scope = NewDisposeScope();
        CopyTo(output, Step(tensor(_indices).reshape(_step)));
    }

    private static void CopyTo(Span<float> output, Tensor values) =>
        values.to(ScalarType.Float32).cpu().contiguous().data<float>().CopyTo(output);

    private void StepFused(ReadOnlySpan<float> input, Span<float> output)
    {
        _fused!.Step(input, output);
        StepsRead++;
    }

    private void StepFused(ReadOnlySpan<int> input, Span<float> output)
    {
        _fused!.Step(input, output);
        StepsRead++;
    }

    // The kernels have weights of their own: where the model is as it was when they were taken, nothing of it is touched.
    private AccessGuard.Use Use(string what) =>
        _fused is not null && !Volatile.Read(ref _isDisposed) && _model.Guard.Stamp == _seen && !_fused.HasLostWeights()
            ? default
            : UseAnew(what);

    private AccessGuard.Use UseAnew(string what)
    {
        var use = _model.Guard.Read(what);
        try
        {
            ThrowIfUnusable();
            if (_fused is not null)
            {
                TakeWeights();
            }
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    private void TakeWeights()
    {
        // Asked before: a module that is moved meanwhile asks nobody.
        var seen = _model.Guard.Stamp;
        if (!_fused!.TryTakeWeights())
        {
            ThrowIfLayersCameInside();
            CheckModel();
            throw Array.Find(_layers, layer => layer.HasHooks) is { } hooked
                ? new InvalidOperationException(
                    $"{hooked.Title} was given forward hooks while the stream was open, which only Torch's modules call. Open a new "
                        + "stream.")
                : Moved();
        }
        // Inside a fit the weights move on.
        _seen = _model.Guard.IsChangedHere ? default : seen;
    }

    private Tensor[] StepOnTorch(Tensor[] inputs)
    {
        ThrowIfLayersCameInside();
        using var alone = new Lstm.OnTorchAlone(_lstms);
        var device = _model.NumberType().Device;
        var values = new Tensor[_network.Values];
        for (var i = 0; i < inputs.Length; i++)
        {
            var given = _indexReaders[i] is null ? InType(inputs[i], device) : inputs[i].to(device);
            values[i] = _network.HasSteps(i) ? given.unsqueeze(1) : given; // a sequence of one step
        }
        var (next, place) = (new Tensor[_layers.Length][], inputs.Length);
        for (var i = 0; i < _layers.Length; i++)
        {
            foreach (var made in Run(i, [.. _network.Calls[i].Inputs.Select(value => values[value])], out next[i]))
            {
                values[place++] = made;
            }
        }
        Tensor[] outputs = [.. _network.Outputs.Select((value, i) => values[value].reshape(_outputs[i]))];
        Replace([.. next.Select(Keep)]);
        StepsRead++;
        return outputs;
    }

    private Tensor[] Run(int place, Tensor[] given, out Tensor[] state)
    {
        var (layer, withStates) = (_layers[place], _network.Calls[place].WithStates);
        if (!_streamed[place] || given.Length > 1)
        {
            state = [];
            return withStates ? layer.CallWithStates(given) : layer.CallMany(given);
        }
        (var output, state) = layer.StreamStep(given[0], _states[place]);
        return withStates ? [output, .. state.Select(one => one.alias())] : [output];
    }

    private Tensor[][] FusedStates()
    {
        var place = 0;
        return [.. _layers.Select((layer, i) => _streamed[i] && layer is RecurrentLayer recurrent
            ? _fused!.States(place++).Select(state => Matrix(state, recurrent.Units)).ToArray()
            : Array.Empty<Tensor>())];
    }

    private Tensor Matrix(float[] values, int units)
    {
        using var flat = tensor(values);
        return flat.reshape(BatchSize, units).DetachFromDisposeScope();
    }

    private void RestoreFused(Tensor[][] states)
    {
        var place = 0;
        for (var i = 0; i < _layers.Length; i++)
        {
            if (_streamed[i] && _layers[i] is RecurrentLayer recurrent)
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
    private void CheckState(Layer layer, Tensor[] saved, string kind)
    {
        var (count, units) = layer.StreamState;
        if (saved.Length == 0)
        {
            return;
        }
        if (saved.Length != count || saved[0].shape[^1] != units || (saved[0].dtype, saved[0].device_type) != _opened)
        {
            throw new ArgumentException(
                $"The state does not fit {layer.Title}, which keeps {count} of {BatchSize} * {units} numbers of {_opened.Type}: it has "
                    + $"{saved.Length} of {Shape.Of(saved[0])}, {saved[0].dtype}. Restore what a stream of this model saved.",
                "state");
        }
        if (kind != layer.KerasClass)
        {
            throw new ArgumentException(
                $"The state does not fit {layer.Title} ({layer.KerasClass}): it is of a layer of the kind {kind}. Restore what a stream of "
                    + "this model saved.",
                "state");
        }
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
        if (_model.Layers.Count != _modelLayers)
        {
            throw LayersCame(_modelLayers, _model.Layers.Count);
        }
    }

    private void ThrowIfLayersCameInside()
    {
        if (_model.FlatCount != _flatLayers)
        {
            throw LayersCame(_flatLayers, _model.FlatCount);
        }
    }

    private static InvalidOperationException LayersCame(int before, int now) =>
        new($"The stream was opened when the model had {before} layers; now it has {now}. Open another stream.");
}
