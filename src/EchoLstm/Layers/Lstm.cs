using EchoLstm.Kernels;
using EchoLstm.Torch;
using TorchSharp.Modules;

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
public sealed class Lstm : RecurrentLayer
{
    private EagerLstm? _eager;
    private int _threadOnTorchAlone;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The size of the output and of both states. It has nothing to do with the number of time steps.</param>
    /// <param name="returnSequences">Whether the output is that of every step, not of the last alone. <value>false</value></param>
    /// <param name="returnState">Whether <see cref="FinalState"/> keeps the state after the last call. <value>false</value></param>
    /// <param name="stateful">Whether sample i of a batch goes on where sample i of the batch before ended, until
    /// <see cref="RecurrentLayer.ResetStates"/>. Gradients stop between batches. <value>false</value></param>
    /// <param name="goBackwards">Whether the steps are read from the last to the first. As in Keras, returned sequences are then in that
    /// order. <value>false</value></param>
    /// <param name="activation">The activation of the candidate and of the cell state; Keras's default is tanh. <value>Tanh</value></param>
    /// <param name="recurrentActivation">The activation of the gates: <see cref="Activation.Sigmoid"/>, or
    /// <see cref="Activation.HardSigmoid"/> as Keras had it up to version 2.2. <value>Sigmoid</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <param name="unitForgetBias">Whether the forget gate's bias begins at 1 (Jozefowicz et al. 2015), not at 0.
    /// <value>true</value></param>
    /// <param name="dropout">The share of input values that training drops, of [0, 1); the same ones at every step of a sequence (Gal and
    /// Ghahramani 2016). <value>0</value></param>
    /// <param name="recurrentDropout">The share of the hidden state's values that training drops before the recurrent product, of [0, 1);
    /// the same ones at every step. <value>0</value></param>
    /// <exception cref="ArgumentOutOfRangeException">units is below 1, there is no such activation, or a share is not of [0,
    /// 1).</exception>
    public Lstm(
        int units,
        bool returnSequences = false,
        bool returnState = false,
        bool stateful = false,
        bool goBackwards = false,
        Activation activation = Activation.Tanh,
        Activation recurrentActivation = Activation.Sigmoid,
        bool useBias = true,
        bool unitForgetBias = true,
        double dropout = 0,
        double recurrentDropout = 0)
        : this(new LstmSettings
        {
            Units = units,
            ReturnSequences = returnSequences,
            Stateful = stateful,
            GoBackwards = goBackwards,
            Activation = activation,
            UseBias = useBias,
            Dropout = dropout,
            RecurrentDropout = recurrentDropout,
            ReturnState = returnState,
            RecurrentActivation = recurrentActivation,
            UnitForgetBias = unitForgetBias,
        })
    {
    }

    internal Lstm(LstmSettings settings)
        : base(settings)
    {
        settings.RecurrentActivation.Validated("recurrentActivation");
        CheckedSteps(settings.CheckpointSteps);
    }

    internal new LstmSettings Settings => (LstmSettings)base.Settings;

    /// <summary>Whether <see cref="FinalState"/> keeps the state after the last call.</summary>
    public bool ReturnState => Settings.ReturnState;

    /// <summary>The activation of the gates (Keras's <c>recurrent_activation</c>).</summary>
    public Activation RecurrentActivation => Settings.RecurrentActivation;

    /// <summary>Whether the forget gate's bias begins at 1 (Keras's <c>unit_forget_bias</c>).</summary>
    public bool UnitForgetBias => Settings.UnitForgetBias;

    /// <summary>
    /// Whether calls run the fused kernels where they can: float32 on the CPU, no mask, no recurrent dropout in training. The numbers are
    /// Torch's, to rounding, several times faster, forward and backward. Gradients of gradients are computed by Torch's own operations.
    /// </summary>
    /// <value>true</value>
    public bool UsesFusedKernel
    {
        get => Settings.UsesFusedKernel;
        set => Change(Settings with { UsesFusedKernel = value });
    }

    /// <summary>
    /// After how many time steps training in a model keeps the states alone; the backward pass computes the steps between once more
    /// (gradient checkpointing, Chen et al. 2016). A very long sequence then takes memory for so many steps and for one state in so many,
    /// and a forward pass more of time. The square root of the steps is a good number.
    /// </summary>
    /// <remarks>For the fused engine, whose numbers stay the same to rounding; Torch's, masked batches, recurrent dropout and a layer
    /// inside Bidirectional keep every step.</remarks>
    /// <value>null: every step is kept.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int? CheckpointSteps
    {
        get => Settings.CheckpointSteps;
        init => Change(Settings with { CheckpointSteps = CheckedSteps(value) });
    }

    /// <summary>The state after the last call, if <see cref="ReturnState"/>; the layer's, until the next call. null before the
    /// first.</summary>
    public LstmState? FinalState { get; private set; }

    /// <summary>Whether Torch's own operations shall run this thread's calls for now: the engine that is the fused kernels'
    /// reference.</summary>
    internal bool RunsOnTorchAlone
    {
        get => _threadOnTorchAlone == Environment.CurrentManagedThreadId;
        private set => _threadOnTorchAlone = value ? Environment.CurrentManagedThreadId : 0;
    }

    /// <summary>Lets Torch's own operations run this thread's calls of some layers until it is disposed.</summary>
    internal readonly ref struct OnTorchAlone
    {
        private readonly Lstm[] _lstms;

        internal OnTorchAlone(Lstm[] lstms)
        {
            _lstms = lstms;
            Set(true);
        }

        public void Dispose() => Set(false);

        private void Set(bool value)
        {
            foreach (var lstm in _lstms)
            {
                lstm.RunsOnTorchAlone = value;
            }
        }
    }

    // A gate multiplies what the activation gave.
    internal override bool? EndsIn(Activation activation) => false;

    private protected override bool KeepsState => Stateful || ReturnState;

    // What is made in inference mode can't be part of a graph, which RunTorch asks for: a state that was left there, for one.
    private protected override bool HasTorchKernel =>
        Activation == Activation.Tanh && RecurrentActivation == Activation.Sigmoid && !is_inference_mode_enabled();

    /// <summary>Runs the layer from a state and returns the state after it too.</summary>
    /// <param name="input">The input, shape (samples, time steps, features).</param>
    /// <param name="initialState">The state before the first step, (samples, units) each; it stays the caller's. null: the carried state of
    /// a stateful layer, else zeros.</param>
    /// <returns>The output as <c>call</c> returns it, and the state after the last step that was read; both are the caller's.</returns>
    /// <exception cref="ShapeMismatchException">Input or state have the wrong shape.</exception>
    public (Tensor Output, LstmState State) CallWithState(Tensor input, LstmState? initialState = null)
    {
        using var use = Guard.Read(nameof(CallWithState));
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        var (output, states) = RunFrom(input, StepMasks.Of(input), initialState is null ? null : [initialState.Hidden, initialState.Cell]);
        return (output.MoveToOuterDisposeScope(), new LstmState(states[0].MoveToOuterDisposeScope(), states[1].MoveToOuterDisposeScope()));
    }

    /// <summary>The state that a stateful layer carries to the next batch, as a copy that the caller disposes; null at the start and after
    /// a reset.</summary>
    /// <returns>The state, or null.</returns>
    public LstmState? CopyState()
    {
        using var use = Guard.Read(nameof(CopyState));
        ThrowIfDisposed();
        return CopyCarried() is { } carried ?
            new LstmState(carried[0].DetachFromDisposeScope(), carried[1].DetachFromDisposeScope()) :
            null;
    }

    internal override RecurrentLayer Reversed() => new Lstm(Settings with { GoBackwards = !GoBackwards });

    private static int? CheckedSteps(int? value) => value is null or >= 1
        ? value
        : throw new ArgumentOutOfRangeException(
            nameof(value),
            value,
            "CheckpointSteps is a number of time steps: at least 1, or null to keep every step.");

    private protected override (string Name, nn.Module Module) NewModule(long columns) =>
        ("lstm", nn.LSTM(columns, Units, bias: false, batchFirst: true));

    private protected override void Complete()
    {
        if (UseBias && UnitForgetBias)
        {
            Parameter(InputWeights).select(1, Features).narrow(0, Units, Units).fill_(1);
        }
        _eager = new EagerLstm(this);
    }

    private protected override Tensor[] Step(Tensor inputs, Tensor[] states, Tensor hidden)
    {
        var gates = inputs.Plus(nn.functional.linear(hidden, Parameter(RecurrentWeights))).chunk(Settings.Gates, 1);
        var i = RecurrentActivation.Apply(gates[0]);
        var f = RecurrentActivation.Apply(gates[1]);
        var g = Activation.Apply(gates[2]);
        var o = RecurrentActivation.Apply(gates[3]);
        var c = (f * states[1]).Plus(i * g);
        var h = o * Activation.Apply(c);
        return [h, c];
    }

    private protected override (Tensor Sequence, Tensor[] States)? RunFused(Tensor steps, Tensor[]? initial)
    {
        if (!UsesFusedKernel || RunsOnTorchAlone || !KernelFactory.CellTakes(Activation) || !KernelFactory.CellTakes(RecurrentActivation))
        {
            return null;
        }
        // The kernels count with 32 bits.
        var (samples, count) = (steps.shape[0], steps.shape[1]);
        if (samples > int.MaxValue || (decimal)(count + 1) * Math.Max(Features, Units) > int.MaxValue)
        {
            return null;
        }
        return _eager!.Takes(steps, initial) ?
            _eager.Run(steps, initial, Parameter(InputWeights), Parameter(RecurrentWeights)) :
            null;
    }

    /// <summary>What the fused kernels compute, by Torch's operations, all of which have gradients of gradients.</summary>
    /// <param name="steps">(samples, time steps, features); no column of ones.</param>
    /// <param name="initial">The states before the first step, (samples, units) each; null for zeros.</param>
    /// <returns>The hidden states after each step, then the cell state after the last: (samples, time steps + 1, units).</returns>
    internal Tensor RunWithGraph(Tensor steps, Tensor[]? initial)
    {
        var (hidden, states) = RunEveryStep(WithOnes(steps), null, initial ?? Zeros(steps), null);
        return stack([.. hidden, states[1]], 1);
    }

    private protected override (Tensor Sequence, Tensor[] States) RunTorch(Tensor steps, Tensor[]? initial)
    {
        var tracked = is_grad_enabled();
        // Without gradients libtorch 2.10 takes another kernel, whose numbers are wrong for most sizes on some processors
        // (pytorch/pytorch issue 173922).
        using var gradients = enable_grad();
        (Tensor, Tensor)? before = initial is null ? null : (initial[0].unsqueeze(0), initial[1].unsqueeze(0));
        var (sequence, hidden, cell) = ((LSTM)Module).call(steps, before);
        var states = new[] { hidden.squeeze(0), cell.squeeze(0) };
        return tracked ? (sequence, states) : (sequence.detach(), [states[0].detach(), states[1].detach()]);
    }

    private protected override void KeepFinal(Tensor[] states)
    {
        if (ReturnState)
        {
            FinalState?.Dispose();
            FinalState = new LstmState(states[0].DetachFromDisposeScope(), states[1].DetachFromDisposeScope());
        }
    }

    private protected override void ReleaseOwn()
    {
        FinalState?.Dispose();
        FinalState = null;
        _eager?.Dispose();
        base.ReleaseOwn();
    }
}
