using EchoLstm.Data;
using EchoLstm.Files;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Inference;

/// <summary>
/// A model that <c>Save</c> wrote, a SequentialModel or a FunctionalModel, to predict with and to run step by step without Torch. The numbers
/// are those of the library's fused engine, bit for bit under the just-in-time compiler, to about 1e-6 in ahead-of-time and browser builds.
/// </summary>
/// <remarks>
/// Any number of threads may predict at once: each call has buffers of its own, which are kept for the next one, so that nothing is
/// allocated in a steady state. A stateful model predicts from a zero state; what goes on from call to call is an
/// <see cref="InferenceStream"/>. The memory is .NET's; <see cref="Dispose"/> lets go of it at once.
/// </remarks>
/// <example><code>
/// using var model = InferenceModel.Load("echo.safetensors");
/// var y = new float[model.OutputLength(samples: 1, steps: 5)];
/// model.Predict(x, y);
/// </code></example>
public sealed unsafe class InferenceModel : IDisposable
{
    private readonly SavedModel _saved;
    private readonly PackedNetwork _packed;
    private readonly Lock _lock = new();
    private readonly Stack<PackedPass> _idle = [];
    private bool _isDisposed;

    private InferenceModel(SavedModel saved, PackedNetwork packed)
    {
        (_saved, _packed) = (saved, packed);
        _idle.Push(new PackedPass(packed));
    }

    /// <summary>The names of the inputs, in their order; of a SequentialModel Keras's, e.g. <c>lstm_1_input</c>.</summary>
    public IReadOnlyList<string> InputNames => _packed.InputNames;

    /// <summary>The names of the outputs, in their order: of the layers that make them.</summary>
    public IReadOnlyList<string> OutputNames => _packed.OutputNames;

    /// <summary>The shapes of the inputs, samples first; null where a length is free.</summary>
    public IReadOnlyList<Shape> InputShapes => _packed.InputShapes;

    /// <summary>The shapes of the outputs for them.</summary>
    public IReadOnlyList<Shape> OutputShapes => _packed.OutputShapes;

    /// <summary>The shape of the input, of several the first, samples first; null where a length is free: (samples, time steps, features),
    /// or (samples, time steps) of indices where the first layer is an Embedding.</summary>
    public Shape InputShape => _saved.InputShape;

    /// <summary>The shape of the output for it, of several the first.</summary>
    public Shape OutputShape => _packed.OutputShapes[0];

    /// <summary>The texts that the model was saved with, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _saved.Extras.Metadata;

    /// <summary>The scalers that the model was saved with, by name. Nothing applies them by itself.</summary>
    public IReadOnlyDictionary<string, FeatureScaler> Scalers => _saved.Extras.Scalers;

    /// <summary>The lists of texts that the model was saved with, by name: class labels, vocabularies.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Vocabularies => _saved.Extras.Vocabularies;

    /// <summary>Whether the input, of several the first, is indices, which an Embedding looks up.</summary>
    public bool ReadsIndices => _packed.ReadsIndices;

    /// <summary>Reads a model.</summary>
    /// <param name="path">A file that <c>Save</c> of a SequentialModel or a FunctionalModel wrote.</param>
    /// <returns>The model; the caller's.</returns>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or no model that was saved.</exception>
    /// <exception cref="NotSupportedException">A layer has no kernel; the message names it.</exception>
    public static InferenceModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = SafetensorsFile.Open(path);
        return Load(file);
    }

    /// <summary>Reads a model from a stream, from where it stands to its end.</summary>
    /// <param name="stream">The bytes of a file that <c>Save</c> wrote; it stays open.</param>
    /// <returns>The model; the caller's.</returns>
    /// <exception cref="InvalidDataException">The bytes are damaged, or no model that was saved.</exception>
    /// <exception cref="NotSupportedException">A layer has no kernel; the message names it.</exception>
    public static InferenceModel Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var file = SafetensorsFile.Open(stream, "the stream");
        return Load(file);
    }

    /// <summary>How many numbers the predictions have.</summary>
    /// <param name="samples">The samples. <value>1</value></param>
    /// <param name="steps">The time steps of each; ignored where the input has none. <value>1</value></param>
    /// <returns>The product of the output's axes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one sample or step, or more than an array holds.</exception>
    /// <exception cref="InvalidOperationException">The model has several inputs or outputs.</exception>
    public int OutputLength(int samples = 1, int steps = 1)
    {
        _packed.ThrowIfSeveral(nameof(Run));
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        decimal length;
        try
        {
            length = samples * (decimal)_packed.OutputSize(steps);
        }
        catch (OverflowException)
        {
            length = decimal.MaxValue; // between two layers already
        }
        return length <= Array.MaxLength ? (int)length
            : throw new ArgumentOutOfRangeException(nameof(samples), samples,
                "The predictions have more numbers than an array holds: give fewer samples or time steps at once.");
    }

    /// <summary>Predicts samples.</summary>
    /// <param name="x">Their features, samples · time steps · features numbers, the last axis running fastest.</param>
    /// <param name="y">Receives the predictions, <see cref="OutputLength"/> numbers.</param>
    /// <param name="samples">How many samples there are; the time steps are what is left. <value>1</value></param>
    /// <param name="lengths">How many of its first time steps each sample has; the others are masked. Empty: all of them.
    /// <value>default</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value></param>
    /// <exception cref="ShapeMismatchException">x does not fit the model, y does not fit x, or there are not as many lengths as
    /// samples.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, which are not allowed; the message has the place.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one sample, or a length is negative or longer than x.</exception>
    /// <exception cref="InvalidOperationException">The model reads indices or has several inputs or outputs, or a layer can't leave masked
    /// time steps out.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Predict(
        ReadOnlySpan<float> x, Span<float> y, int samples = 1, ReadOnlySpan<int> lengths = default, bool allowNonFinite = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var steps = CheckedSteps(x, samples, allowNonFinite);
        InputCheck.Room(y.Length, OutputLength(samples, steps), samples);
        Predict(x, [], samples, steps, lengths, y);
    }

    /// <summary>Predicts samples of indices.</summary>
    /// <param name="words">Their indices, samples · time steps.</param>
    /// <param name="y">Receives the predictions, <see cref="OutputLength"/> numbers.</param>
    /// <param name="samples">How many samples there are; the time steps are what is left. <value>1</value></param>
    /// <param name="lengths">How many of its first time steps each sample has; the others are masked. Empty: all of them.
    /// <value>default</value></param>
    /// <exception cref="ShapeMismatchException">words does not fit the model, y does not fit words, or there are not as many lengths as
    /// samples.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one sample, an index has no vector, or a length is negative or
    /// longer than words.</exception>
    /// <exception cref="InvalidOperationException">The model reads features or has several inputs or outputs, or a layer can't leave masked
    /// time steps out.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Predict(ReadOnlySpan<int> words, Span<float> y, int samples = 1, ReadOnlySpan<int> lengths = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        var steps = CheckedSteps(words, samples);
        InputCheck.Room(y.Length, OutputLength(samples, steps), samples);
        Predict([], words, samples, steps, lengths, y);
    }

    /// <summary>Predicts with a model of any inputs and outputs.</summary>
    /// <param name="inputs">A tensor for each of <see cref="InputNames"/>, the same samples in each.</param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row.
    /// <value>false</value></param>
    /// <returns>A tensor for each of <see cref="OutputNames"/>.</returns>
    /// <exception cref="ShapeMismatchException">A tensor does not fit its input, or the inputs each other.</exception>
    /// <exception cref="ArgumentException">An input has no tensor, a name is none of theirs, or numbers are not finite, which is not
    /// allowed, or not whole where they are indices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index has no vector, or a length is negative or longer than its input.</exception>
    /// <exception cref="InvalidOperationException">A layer can't leave masked time steps out.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyDictionary<string, InferenceTensor> Run(
        IReadOnlyDictionary<string, InferenceTensor> inputs, bool allowNonFinite = false)
    {
        var given = _packed.InOrder(inputs);
        var shapes = new BatchShape[given.Length];
        for (var i = 0; i < given.Length; i++)
        {
            Check(given[i], i, (int)given[0].Shape[0], allowNonFinite);
            var steps = _packed.Inputs[i].HasSteps ? (int)given[i].Shape[1] : 1;
            shapes[i] = new BatchShape((int)given[i].Shape[0], steps, Training: false, Masked: given[i].Lengths is not null);
        }
        _packed.ThrowUnlessMaskable([.. shapes.Select(shape => shape.Masked)]);
        var outputs = _packed.OutputShapesFor([.. given.Select(tensor => Shape.Known([.. tensor.Shape]))]);
        var held = Begin();
        var pass = held.Whole;
        pass.Lay(shapes);
        for (var i = 0; i < given.Length; i++)
        {
            if (_packed.Inputs[i].ReadsIndices)
            {
                pass.GatherIndices(Array.ConvertAll(given[i].Numbers, static value => (int)value), i);
            }
            else
            {
                fixed (float* start = given[i].Numbers)
                {
                    pass.Gather(start, null, i);
                }
            }
            if (given[i].Lengths is { } lengths)
            {
                pass.SetLengths([.. lengths], i);
            }
        }
        pass.Run();
        var results = new List<InferenceTensor>();
        for (var i = 0; i < outputs.Count; i++)
        {
            var result = new InferenceTensor(
                new float[outputs[i].Aggregate(1L, (product, length) => product * length!.Value)],
                [.. outputs[i].Select(length => length!.Value)]);
            pass.CopyOutput(result.Numbers, i);
            results.Add(result);
        }
        End(held);
        return _packed.ByOutput(results);
    }

    /// <summary>Opens a stream, which runs the model one time step at a time with a state of its own that begins with zeros.</summary>
    /// <param name="batch">How many sequences run beside each other. <value>1</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sequence and its state.
    /// <value>false</value></param>
    /// <returns>The stream; the caller's. It goes on when the model is disposed.</returns>
    /// <exception cref="InvalidOperationException">No input has time steps, or a layer needs later ones; the message names it and says
    /// why.</exception>
    /// <exception cref="ArgumentOutOfRangeException">batch is below 1.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public InferenceStream OpenStream(int batch = 1, bool allowNonFinite = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new InferenceStream(_packed, batch, allowNonFinite);
    }

    /// <summary>Lets go of the buffers; calls that are running end as they would have.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _idle.Clear();
        }
    }

    /// <summary>The time steps of samples of features; throws what Predict throws where they are none that the model takes.</summary>
    internal int CheckedSteps(ReadOnlySpan<float> x, int samples, bool allowNonFinite)
    {
        _packed.ThrowIfSeveral(nameof(Run));
        if (ReadsIndices)
        {
            throw new InvalidOperationException("The model reads indices: give them as integers, Predict(ReadOnlySpan<int>, ...).");
        }
        var steps = InputCheck.Steps(InputShape, _packed.ReadsSteps, _packed.InputWidth, x.Length, samples);
        if (!allowNonFinite)
        {
            InputCheck.Finite(x, nameof(x), samples, _packed.InputWidth, _packed.ReadsSteps);
        }
        return steps;
    }

    /// <summary>The time steps of samples of indices; throws what Predict throws where they are none that the model takes.</summary>
    internal int CheckedSteps(ReadOnlySpan<int> words, int samples)
    {
        _packed.ThrowIfSeveral(nameof(Run));
        if (!ReadsIndices)
        {
            throw new InvalidOperationException($"The model reads features, {InputShape}, not indices: give them as floats, "
                + "Predict(ReadOnlySpan<float>, ...).");
        }
        var steps = InputCheck.Steps(InputShape, _packed.ReadsSteps, features: 1, words.Length, samples);
        _packed.CheckIndices(words, nameof(words));
        return steps;
    }

    private static InferenceModel Load(SafetensorsFile file)
    {
        var saved = SavedModel.Read(file);
        saved.CheckWeights(file);
        if (saved.Network is FunctionalSettings graph
            && (graph.Inputs.Any(input => string.IsNullOrWhiteSpace(input.Name))
                || graph.Inputs.DistinctBy(input => input.Name).Count() < graph.Inputs.Count))
        {
            throw new InvalidDataException($"{file.Path}: in its model, the inputs of the graph do not have a name each.");
        }
        return new InferenceModel(saved, PackedNetwork.Read(file, saved));
    }

    private void Check(InferenceTensor tensor, int input, int samples, bool allowNonFinite)
    {
        var (shape, name) = (InputShapes[input], InputNames[input]);
        var given = Shape.Known([.. tensor.Shape]);
        if (!shape.Accepts(given) || given[0] != samples)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The input '{name}' has shape {shape.With(0, samples)} but received {given}. Give each input the same samples, of its "
                        + $"shape."),
                shape.With(0, samples).ToString(),
                given.ToString());
        }
        var hasSteps = _packed.Inputs[input].HasSteps;
        _packed.CheckNumbers(tensor, input, samples, hasSteps, allowNonFinite);
        if (tensor.Lengths is { } lengths)
        {
            InputCheck.Lengths([.. lengths], samples, hasSteps ? tensor.Shape[1] : 1, $"the lengths of '{name}'");
        }
    }

    private void Predict(
        ReadOnlySpan<float> x, ReadOnlySpan<int> words, int samples, int steps, ReadOnlySpan<int> lengths, Span<float> y)
    {
        if (lengths.Length > 0)
        {
            _packed.ThrowUnlessMaskable([true]);
            InputCheck.Lengths(lengths, samples, steps);
        }
        var pass = Begin();
        pass.Shared.Predict(x, words, samples, steps, lengths, y);
        End(pass);
    }

    private PackedPass Begin()
    {
        PackedPass? pass;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _idle.TryPop(out pass);
        }
        return pass ?? new PackedPass(_packed);
    }

    private void End(PackedPass pass)
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                _idle.Push(pass);
            }
        }
    }

    /// <summary>What one call at a time uses.</summary>
    private sealed class PackedPass
    {
        internal PackedPass(PackedNetwork packed)
        {
            var plan = packed.CreatePlan(new WorkTeam(Environment.ProcessorCount, serves: true));
            Whole = new ForwardPass(plan, new Arena());
            Shared = new SharedPass<ForwardPass>(plan, Whole, () => new ForwardPass(packed.CreatePlan(new WorkTeam(1)), new Arena()));
        }

        internal ForwardPass Whole { get; }

        internal SharedPass<ForwardPass> Shared { get; }
    }
}
