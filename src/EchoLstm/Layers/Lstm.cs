using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000): Keras's <c>LSTM</c>
/// over <c>torch.nn.LSTM</c>. Input (samples, time steps, features); output (samples, units), the last step's, or
/// (samples, time steps, units) with <c>returnSequences</c>.
/// </summary>
/// <remarks>
/// For each time step, with the kernel W, the recurrent kernel U and the bias b cut into the gates' quarters i, f, c, o:
/// <code>
/// i = σ(x W_i + h U_i + b_i)      f = σ(x W_f + h U_f + b_f)
/// g = tanh(x W_c + h U_c + b_c)   o = σ(x W_o + h U_o + b_o)
/// c' = f ∘ c + i ∘ g              h' = o ∘ tanh(c')
/// </code>
/// It has 4 · ((features + 1) · units + units²) parameters. Torch's own LSTM has two bias vectors; here the input gets one
/// more column that is always 1, so that the bias is a column of Torch's input weights and exists once, as in Keras.
/// Initial values are Keras's: kernel Glorot uniform, recurrent kernel orthogonal, bias 0 but 1 for the forget gate.
/// </remarks>
/// <example><code>
/// using var lstm = new Lstm(5, returnSequences: true);
/// using var h = lstm.call(torch.rand(1, 5, 1));   // (1, 5, 5)
/// </code></example>
public sealed class Lstm : Layer, IStateful
{
    private const string InputWeights = "weight_ih_l0";
    private const string RecurrentWeights = "weight_hh_l0";
    private const int Gates = 4;

    private LSTM? _lstm;
    private LstmState? _carried;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The size of the output and of both states. It has nothing to do with the number of time steps.</param>
    /// <param name="returnSequences">Whether the output is that of every step, not of the last alone.</param>
    /// <param name="returnState">Whether <see cref="FinalState"/> keeps the state after the last call.</param>
    /// <param name="stateful">Whether sample i of a batch goes on where sample i of the batch before ended, until <see cref="ResetStates"/>. Gradients stop between batches.</param>
    /// <param name="goBackwards">Whether the steps are read from the last to the first. As in Keras, returned sequences are then in that order.</param>
    /// <param name="activation">The activation of the candidate and of the cell state; Keras's default is tanh.</param>
    /// <param name="recurrentActivation">The activation of the gates: <see cref="Activation.Sigmoid"/>, or <see cref="Activation.HardSigmoid"/> as Keras had it up to version 2.2.</param>
    /// <param name="useBias">Whether there is a bias.</param>
    /// <param name="unitForgetBias">Whether the forget gate's bias begins at 1 (Jozefowicz et al. 2015), not at 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">units is below 1, or an activation is not one that the layer has.</exception>
    public Lstm(
        int units,
        bool returnSequences = false,
        bool returnState = false,
        bool stateful = false,
        bool goBackwards = false,
        Activation activation = Activation.Tanh,
        Activation recurrentActivation = Activation.Sigmoid,
        bool useBias = true,
        bool unitForgetBias = true)
        : base("LSTM")
    {
        if (units < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(units), units, "An Lstm needs at least 1 unit.");
        }
        Units = units;
        ReturnSequences = returnSequences;
        ReturnState = returnState;
        Stateful = stateful;
        GoBackwards = goBackwards;
        Activation = activation.Validated(nameof(activation));
        RecurrentActivation = recurrentActivation.Validated(nameof(recurrentActivation));
        UseBias = useBias;
        UnitForgetBias = unitForgetBias;
    }

    /// <summary>The size of the output and of both states.</summary>
    public int Units { get; }

    /// <summary>Whether the output is that of every step.</summary>
    public bool ReturnSequences { get; }

    /// <summary>Whether <see cref="FinalState"/> keeps the state after the last call.</summary>
    public bool ReturnState { get; }

    /// <summary>Whether the state is carried from batch to batch.</summary>
    public bool Stateful { get; }

    /// <summary>Whether the steps are read from the last to the first.</summary>
    public bool GoBackwards { get; }

    /// <summary>The activation of the candidate and of the cell state.</summary>
    public Activation Activation { get; }

    /// <summary>The activation of the gates.</summary>
    public Activation RecurrentActivation { get; }

    /// <summary>Whether there is a bias.</summary>
    public bool UseBias { get; }

    /// <summary>Whether the forget gate's bias begins at 1.</summary>
    public bool UnitForgetBias { get; }

    /// <summary>The state after the last call, if <see cref="ReturnState"/>; the layer's, until the next call. null before the first.</summary>
    public LstmState? FinalState { get; private set; }

    /// <summary>The state that a stateful layer carries to the next batch; the layer's. null at the start and after <see cref="ResetStates"/>.</summary>
    public LstmState? State => _carried;

    long? IStateful.StateSamples => _carried?.BatchSize;

    string IStateful.Title => Title;

    internal override string? CountingFormula => InputShape?.Last is { } features
        ? string.Create(CultureInfo.InvariantCulture, $"{Gates} * (({features}{(UseBias ? " + 1" : "")}) * {Units} + {Units}²)")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights => _lstm is null ? [] :
    [
        new("kernel", () => _lstm.get_parameter(InputWeights)!, weights => Columns(weights, 0, Features)),
        new("recurrent_kernel", () => _lstm.get_parameter(RecurrentWeights)!, weights => weights.t()),
        .. UseBias ? new LayerWeight[] { new("bias", () => _lstm.get_parameter(InputWeights)!, weights => weights.select(1, Features)) } : [],
    ];

    private long Features => InputShape!.Last!.Value;

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        if (inputShape.Rank != 3)
        {
            throw new ShapeMismatchException(
                $"{Title} expects input of rank 3 (samples, time steps, features) but received {inputShape}. " + Mend(inputShape.Rank),
                "(samples, time steps, features)",
                inputShape.ToString());
        }
        if (inputShape[1] == 0)
        {
            throw new ShapeMismatchException(
                $"{Title} expects at least 1 time step but received {inputShape}. Leave out samples that have no steps.",
                "(samples, time steps, features)",
                inputShape.ToString());
        }
        return ReturnSequences ? new Shape(inputShape[0], inputShape[1], Units) : new Shape(inputShape[0], Units);
    }

    /// <summary>Runs the layer from a state and returns the state after it too.</summary>
    /// <param name="input">The input, shape (samples, time steps, features).</param>
    /// <param name="initialState">The state before the first step, (samples, units) each; it stays the caller's. null: the carried state of a stateful layer, else zeros.</param>
    /// <returns>The output as <c>call</c> returns it, and the state after the last step that was read; both are the caller's.</returns>
    /// <exception cref="ShapeMismatchException">Input or state have the wrong shape.</exception>
    public (Tensor Output, LstmState State) CallWithState(Tensor input, LstmState? initialState = null)
    {
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        var initial = initialState ?? Carried(input);
        CheckState(initial, input.shape[0]);
        var (output, hidden, cell) = Run(input, initial);
        if (Stateful)
        {
            Carry(new LstmState(hidden, cell).Detached());
        }
        return (output.MoveToOuterDisposeScope(), new LstmState(hidden.MoveToOuterDisposeScope(), cell.MoveToOuterDisposeScope()));
    }

    /// <summary>Forgets the carried state: the next batch begins from zeros (Keras's <c>reset_states</c>).</summary>
    public void ResetStates() => Carry(null);

    IDisposable? IStateful.TakeState()
    {
        var taken = _carried;
        _carried = null;
        return taken;
    }

    void IStateful.PutState(IDisposable? state) => Carry((LstmState?)state);

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        var features = inputShape.Last ?? throw new ShapeMismatchException(
            $"{Title} must know the number of features to make its weights but received {inputShape}. Give the last axis a length.",
            "(samples, time steps, features)",
            inputShape.ToString());
        var columns = features + (UseBias ? 1 : 0);
        SizeGuard.Check(
            Title,
            (decimal)Gates * Units * (columns + Units),
            "units is the size of the state and has nothing to do with the length of the sequence: a few units read a sequence of any length.");

        _lstm = nn.LSTM(columns, Units, bias: false, batchFirst: true);
        register_module("lstm", _lstm);

        var kernel = Initializers.GlorotUniform(random, features, Gates * (long)Units);
        var recurrent = Initializers.Orthogonal(random, Units, Gates * (long)Units);
        var inputWeights = _lstm.get_parameter(InputWeights)!;
        Columns(inputWeights, 0, features).copy_(kernel);
        _lstm.get_parameter(RecurrentWeights)!.t().copy_(recurrent);
        if (UseBias)
        {
            var bias = inputWeights.select(1, features);
            bias.zero_();
            if (UnitForgetBias)
            {
                bias.narrow(0, Units, Units).fill_(1);
            }
        }
    }

    private protected override Tensor Compute(Tensor input)
    {
        var (output, state) = CallWithState(input);
        if (ReturnState)
        {
            FinalState?.Dispose();
            FinalState = new LstmState(state.Hidden.DetachFromDisposeScope(), state.Cell.DetachFromDisposeScope());
        }
        else
        {
            state.Dispose();
        }
        return output;
    }

    private (Tensor Output, Tensor Hidden, Tensor Cell) Run(Tensor input, LstmState initial)
    {
        var steps = GoBackwards ? input.flip(1) : input;
        if (UseBias)
        {
            var one = ones(input.shape[0], input.shape[1], 1, dtype: input.dtype, device: input.device);
            steps = cat([steps, one], -1); // (samples, time steps, features + 1)
        }
        // Torch's kernel has these two activations built in.
        var (sequence, hidden, cell) = Activation == Activation.Tanh && RecurrentActivation == Activation.Sigmoid
            ? RunTorch(steps, initial)
            : RunStepByStep(steps, initial);
        return (ReturnSequences ? sequence() : hidden.alias(), hidden, cell);
    }

    private (Func<Tensor> Sequence, Tensor Hidden, Tensor Cell) RunTorch(Tensor steps, LstmState initial)
    {
        var (sequence, hidden, cell) = _lstm!.call(steps, (initial.Hidden.unsqueeze(0), initial.Cell.unsqueeze(0)));
        return (() => sequence, hidden.squeeze(0), cell.squeeze(0));
    }

    private (Func<Tensor> Sequence, Tensor Hidden, Tensor Cell) RunStepByStep(Tensor steps, LstmState initial)
    {
        var recurrentWeights = _lstm!.get_parameter(RecurrentWeights)!.t();                          // (units, 4 units)
        var inputs = nn.functional.linear(steps, _lstm.get_parameter(InputWeights)!).unbind(1);    // each (samples, 4 units)
        var outputs = new Tensor[inputs.Length];
        var (h, c) = (initial.Hidden, initial.Cell);
        for (var t = 0; t < inputs.Length; t++)
        {
            var gates = (inputs[t] + h.matmul(recurrentWeights)).chunk(Gates, 1);
            var i = RecurrentActivation.Apply(gates[0]);
            var f = RecurrentActivation.Apply(gates[1]);
            var g = Activation.Apply(gates[2]);
            var o = RecurrentActivation.Apply(gates[3]);
            c = (f * c) + (i * g);
            h = o * Activation.Apply(c);
            outputs[t] = h;
        }
        return (() => stack(outputs, 1), h, c);
    }

    private LstmState Carried(Tensor input)
    {
        if (_carried is null)
        {
            return new LstmState(
                zeros(input.shape[0], Units, dtype: input.dtype, device: input.device),
                zeros(input.shape[0], Units, dtype: input.dtype, device: input.device));
        }
        if (!_carried.Fits(input))
        {
            Carry(_carried.ToTypeOf(input));
        }
        return _carried;
    }

    private void Carry(LstmState? state)
    {
        if (!ReferenceEquals(state, _carried))
        {
            _carried?.Dispose();
            _carried = state;
        }
    }

    private void CheckState(LstmState state, long samples)
    {
        if (state.Units != Units)
        {
            throw new ShapeMismatchException(
                $"{Title} has {Units} units, so its state has shape ({samples}, {Units}), but received {Shape.Of(state.Hidden)}. Take the state from a layer with as many units.",
                $"({samples}, {Units})",
                Shape.Of(state.Hidden).ToString());
        }
        if (state.BatchSize != samples)
        {
            throw new ShapeMismatchException(
                $"{Title} goes on from the state of {state.BatchSize} samples but received {samples}: sample i of a batch continues sample i of the batch before. Keep the batch size, or call ResetStates first.",
                $"({state.BatchSize}, time steps, features)",
                $"({samples}, time steps, features)");
        }
    }

    private static Tensor Columns(Tensor weights, long start, long count)
    {
        using var part = weights.narrow(1, start, count);
        return part.t();
    }

    private static string Mend(int rank) => rank switch
    {
        2 => "If each sample is one vector, reshape it to (samples, time steps, features), or put RepeatVector before this layer; after another Lstm, give that one returnSequences: true.",
        > 3 => "Wrap it in TimeDistributed to run it for each step of a longer shape, or reshape the input.",
        _ => "Reshape the input to (samples, time steps, features).",
    };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Carry(null);
            FinalState?.Dispose();
            FinalState = null;
        }
        base.Dispose(disposing);
    }
}
