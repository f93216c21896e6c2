using EchoLstm.Kernels;

namespace EchoLstm.Inference;

/// <summary>
/// Runs a model one time step at a time: each call takes the next step of its sequences and gives the output so far, the same bits as a
/// prediction of the whole of them. A masked step, by Masking or an Embedding's maskZero, leaves the state and gives the output before it
/// again.
/// </summary>
/// <remarks>
/// A stream has buffers and a state of its own: any number of streams of one model may run on as many threads. One stream is used by one
/// thread at a time; a second one is refused. Nothing is allocated by a step. The memory is .NET's; <see cref="Dispose"/> ends the stream.
/// </remarks>
public sealed class InferenceStream : IDisposable
{
    private readonly PackedNetwork _packed;
    private readonly StepPass _pass;
    private readonly bool _allowNonFinite;
    private int _isBusy;
    private bool _isDisposed;

    internal InferenceStream(PackedNetwork packed, int batch, bool allowNonFinite)
    {
        (_packed, BatchSize, _allowNonFinite) = (packed, batch, allowNonFinite);
        _pass = packed.CreateStepPass(batch);
        OutputLength = _pass.OutputLength;
    }

    /// <summary>How many sequences run beside each other.</summary>
    public int BatchSize { get; }

    /// <summary>How many numbers the output has, of several the first: batch · units, or batch · steps · units where a decoder writes
    /// steps of its own.</summary>
    public int OutputLength { get; }

    /// <summary>How many steps the stream has read since it was opened, reset or restored to another place.</summary>
    public long StepsRead { get; private set; }

    /// <summary>Reads the next step.</summary>
    /// <param name="x">The step's features, of one sequence after the other: batch · features numbers.</param>
    /// <param name="y">Receives the model's output after it, <see cref="OutputLength"/> numbers.</param>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers in one of them.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, which the state would keep, and the stream was not opened to
    /// allow them; it is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or the model reads indices.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Step(ReadOnlySpan<float> x, Span<float> y)
    {
        using var turn = Enter();
        _packed.ThrowIfSeveral(nameof(Step));
        if (_packed.ReadsIndices)
        {
            throw new InvalidOperationException("The model reads indices: give an integer a sequence, Step(ReadOnlySpan<int>, ...).");
        }
        CheckLengths(x.Length, BatchSize * _packed.InputWidth, y.Length);
        if (!_allowNonFinite)
        {
            InputCheck.Finite(x, nameof(x), BatchSize, _packed.InputWidth, hasSteps: false);
        }
        _pass.Step(x, y);
        StepsRead++;
    }

    /// <summary>Reads the next step.</summary>
    /// <param name="x">The step's features, of one sequence after the other: batch · features numbers.</param>
    /// <returns>The model's output after it, <see cref="OutputLength"/> numbers.</returns>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, which the state would keep, and the stream was not opened to
    /// allow them; it is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or the model reads indices.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public float[] Step(ReadOnlySpan<float> x)
    {
        var y = new float[OutputLength];
        Step(x, y);
        return y;
    }

    /// <summary>Reads the next step of a model that reads indices.</summary>
    /// <param name="words">An index a sequence.</param>
    /// <param name="y">Receives the model's output after it, <see cref="OutputLength"/> numbers.</param>
    /// <exception cref="ShapeMismatchException">There are more or fewer numbers in one of them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index has no vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream, or the model reads features.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Step(ReadOnlySpan<int> words, Span<float> y)
    {
        using var turn = Enter();
        _packed.ThrowIfSeveral(nameof(Step));
        if (!_packed.ReadsIndices)
        {
            throw new InvalidOperationException("The model reads features, not indices: give them as floats, Step(ReadOnlySpan<float>, "
                + "...).");
        }
        CheckLengths(words.Length, BatchSize, y.Length);
        _packed.CheckIndices(words, nameof(words));
        _pass.Step(words, y);
        StepsRead++;
    }

    /// <summary>Reads the next step of a model of any inputs and outputs.</summary>
    /// <param name="inputs">A tensor for each of the model's <see cref="InferenceModel.InputNames"/>: the step of each sequence, (batch,
    /// features), or (batch) of indices; an input without time steps whole, at each step.</param>
    /// <returns>A tensor for each of its <see cref="InferenceModel.OutputNames"/>, (batch, units).</returns>
    /// <exception cref="ShapeMismatchException">A tensor has another shape.</exception>
    /// <exception cref="ArgumentException">An input has no tensor, a name is none of theirs, or numbers are not finite, which is not
    /// allowed, or not whole where they are indices; the stream is where it was.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index has no vector; the stream is where it was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public IReadOnlyDictionary<string, InferenceTensor> Step(IReadOnlyDictionary<string, InferenceTensor> inputs)
    {
        using var turn = Enter();
        var given = _packed.InOrder(inputs);
        for (var i = 0; i < given.Length; i++)
        {
            Check(given[i], i);
        }
        var made = _packed.StepShapes(BatchSize).Select((shape, i) => new InferenceTensor(
            new float[_pass.OutputLengthOf(i)], [.. shape.Select(length => length!.Value)])).ToArray();
        _pass.Step(Array.ConvertAll(given, tensor => tensor.Numbers), Array.ConvertAll(made, tensor => tensor.Numbers));
        StepsRead++;
        return _packed.ByOutput(made);
    }

    /// <summary>Forgets what was read: the next step is the first of a sequence.</summary>
    /// <exception cref="InvalidOperationException">Another thread uses the stream.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Reset()
    {
        using var turn = Enter();
        _pass.ResetStates();
        StepsRead = 0;
    }

    /// <summary>The state as bytes: versioned, little-endian, with a checksum. Any stream of the model with as many sequences goes on from
    /// them.</summary>
    /// <returns>The bytes.</returns>
    /// <exception cref="InvalidOperationException">Another thread uses the stream.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public byte[] SaveState()
    {
        using var turn = Enter();
        return StateBytes.Write(_packed.StateKinds, BatchSize, StepsRead, _pass.States());
    }

    /// <summary>Goes on from a state that a stream of this model saved.</summary>
    /// <param name="state">What <see cref="SaveState"/> gave.</param>
    /// <exception cref="InvalidDataException">The bytes are damaged, or of another version; the stream is where it was.</exception>
    /// <exception cref="ArgumentException">The state is for another number of sequences, or of another model; the stream is where it
    /// was.</exception>
    /// <exception cref="InvalidOperationException">Another thread uses the stream.</exception>
    /// <exception cref="ObjectDisposedException">The stream is disposed.</exception>
    public void Restore(ReadOnlySpan<byte> state)
    {
        using var turn = Enter();
        var (stepsRead, values) = StateBytes.Read(state, _packed.StateKinds, BatchSize);
        _pass.SetStates(values);
        StepsRead = stepsRead;
    }

    /// <summary>Ends the stream.</summary>
    public void Dispose() => _isDisposed = true;

    private void CheckLengths(int x, int expected, int y)
    {
        if (x != expected)
        {
            throw new ShapeMismatchException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A stream takes one step of each sequence: expected {expected} numbers for {BatchSize} sequences but received {x}. "
                        + $"Give the steps one after the other."),
                string.Create(CultureInfo.InvariantCulture, $"({expected},)"),
                string.Create(CultureInfo.InvariantCulture, $"({x},)"));
        }
        InputCheck.StepRoom(y, OutputLength);
    }

    private void Check(InferenceTensor tensor, int input)
    {
        var (name, shape) = (_packed.InputNames[input], _packed.InputShapes[input]);
        var hasSteps = _packed.Inputs[input].HasSteps;
        var expected = new Shape([BatchSize, .. shape.Skip(hasSteps ? 2 : 1)]);
        var received = Shape.Known([.. tensor.Shape]);
        if (!expected.Accepts(received))
        {
            throw new ShapeMismatchException(
                $"A stream takes one step of each sequence: expected {expected} for the input '{name}' but received {received}. "
                    + (hasSteps ? "Give the steps one after the other." : "Give it whole at each step."),
                expected.ToString(),
                received.ToString());
        }
        if (tensor.Lengths is not null)
        {
            throw new ArgumentException($"'{name}' has lengths, but a stream reads one step at a time. Leave them out.", "inputs");
        }
        _packed.CheckNumbers(tensor, input, BatchSize, hasSteps: false, _allowNonFinite);
    }

    private Turn Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return Interlocked.Exchange(ref _isBusy, 1) == 0
            ? new Turn(this)
            : throw new InvalidOperationException(
                "Another thread uses the stream. Open a stream for each thread, or wait until it is done.");
    }

    private readonly struct Turn(InferenceStream stream) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref stream._isBusy, 0);
    }
}
