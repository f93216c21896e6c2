using System.Runtime.InteropServices;
using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// What Keras's recurrent layers share: they read (samples, time steps, features) step by step and return the last step's output (samples,
/// units), or every step's with <see cref="ReturnSequences"/>; they may carry their state from batch to batch, read backwards, skip masked
/// steps and drop out.
/// </summary>
/// <remarks>
/// A masked step leaves the state as it is and repeats the output before it, zeros at first. Torch's kernel runs the whole sequence where
/// it can: its own activations, no mask, no recurrent dropout in training; otherwise the steps run one after another.
/// </remarks>
public abstract class RecurrentLayer : Layer, IStateful
{
    private protected const string InputWeights = "weight_ih_l0";
    private protected const string RecurrentWeights = "weight_hh_l0";

    private const long ManyNumbers = 1 << 20;

    private readonly Lock _turns = new();
    private nn.Module? _module;
    private Tensor[]? _carried;
    private protected RecurrentLayer(RecurrentSettings settings)
        : base(settings)
    {
        if (settings.Units < 1)
        {
            throw new ArgumentOutOfRangeException("units", settings.Units, $"{GetType().Name} needs at least 1 unit.");
        }
        DropoutMask.CheckRate(settings.Dropout, "dropout");
        DropoutMask.CheckRate(settings.RecurrentDropout, "recurrentDropout");
        settings.Activation.Validated("activation");
    }

    internal new RecurrentSettings Settings => (RecurrentSettings)base.Settings;

    /// <summary>The size of the output and of the state.</summary>
    public int Units => Settings.Units;

    /// <summary>Whether the output is that of every step, not of the last alone.</summary>
    public bool ReturnSequences => Settings.ReturnSequences;

    /// <summary>Whether sample i of a batch goes on where sample i of the batch before ended, until <see cref="ResetStates"/>.</summary>
    public bool Stateful => Settings.Stateful;

    /// <summary>Whether the steps are read from the last to the first; returned sequences are then in that order.</summary>
    public bool GoBackwards => Settings.GoBackwards;

    /// <summary>The share of input values that training drops, the same ones at every step of a sequence.</summary>
    public double Dropout => Settings.Dropout;

    /// <summary>The share of the hidden state's values that training drops before the recurrent product, the same ones at every
    /// step.</summary>
    public double RecurrentDropout => Settings.RecurrentDropout;

    /// <summary>The activation of what is made of a step: of the candidate, and of an Lstm's cell state.</summary>
    public Activation Activation => Settings.Activation;

    /// <summary>Whether there is a bias (Keras's <c>use_bias</c>).</summary>
    public bool UseBias => Settings.UseBias;

    /// <summary>A penalty on the kernel.</summary>
    /// <value>null: none.</value>
    public Regularizer? KernelRegularizer
    {
        get => Settings.KernelRegularizer;
        init => Change(Settings with { KernelRegularizer = value });
    }

    /// <summary>A penalty on the recurrent kernel.</summary>
    /// <value>null: none.</value>
    public Regularizer? RecurrentRegularizer
    {
        get => Settings.RecurrentRegularizer;
        init => Change(Settings with { RecurrentRegularizer = value });
    }

    /// <summary>A penalty on the bias.</summary>
    /// <value>null: none.</value>
    public Regularizer? BiasRegularizer
    {
        get => Settings.BiasRegularizer;
        init => Change(Settings with { BiasRegularizer = value });
    }

    long? IStateful.StateSamples
    {
        get
        {
            using var turn = TakeTurn();
            return _carried?[0].shape[0];
        }
    }

    string IStateful.Title => Title;

    private protected long Features { get; private set; }

    /// <summary>A copy of the carried state, in the caller's scope; null where there is none.</summary>
    internal Tensor[]? CopyCarried()
    {
        using var turn = TakeTurn();
        return _carried is null ? null : [.. _carried.Select(state => state.clone())];
    }

    private protected ParameterMemory MemoryOf(string name) => new(() => Parameter(name), staysUntilDisposed: true);

    // (gates · units, features, and 1 for the bias where that is a column) and (gates · units, units).
    internal override IReadOnlyList<ParameterMemory> Memories => [MemoryOf(InputWeights), MemoryOf(RecurrentWeights)];

    internal override Tensor? OwnWeight => _module?.get_parameter(InputWeights);

    internal override IReadOnlyList<LayerWeight> Weights => _module is null ? [] :
    [
        new("kernel", () => Parameter(InputWeights), weights => Columns(weights, 0, Features), KernelRegularizer),
        new("recurrent_kernel", () => Parameter(RecurrentWeights), weights => weights.t(), RecurrentRegularizer),
        .. UseBias
            ? (LayerWeight[])[new("bias", () => Parameter(InputWeights), weights => weights.select(1, Features), BiasRegularizer)]
            : [],
    ];

    internal override string? CountingFormula
    {
        get
        {
            if (InputShape?.Last is not { } features)
            {
                return null;
            }
            var ofGate = string.Create(CultureInfo.InvariantCulture, $"({features}{(UseBias ? " + 1" : "")}) * {Units} + {Units}²");
            return Settings.Gates == 1 ? ofGate : string.Create(CultureInfo.InvariantCulture, $"{Settings.Gates} * ({ofGate})");
        }
    }

    private protected nn.Module Module => _module!;

    private protected Tensor Parameter(string name) => Module.get_parameter(name)!;

    /// <summary>How many tensors (samples, units) the state has; the first is the hidden state, which is also the output.</summary>
    internal int StateCount => Settings.StateUnits.Count;

    private protected override bool ComputesWithFloats => true;

    /// <summary>Whether the input gets a column of ones, so that a column of the input weights is the bias.</summary>
    private protected virtual bool HasBiasColumn => UseBias;

    private protected abstract bool HasTorchKernel { get; }

    /// <summary>Forgets the carried state: the next batch begins from zeros (Keras's <c>reset_states</c>).</summary>
    public void ResetStates()
    {
        using var change = Guard.Change(nameof(ResetStates));
        Carry(null);
    }

    void IStateful.Enter() => _turns.Enter();

    void IStateful.Leave() => _turns.Exit();

    IDisposable? IStateful.TakeState()
    {
        using var turn = TakeTurn();
        var taken = _carried is null ? null : new TakenState(_carried);
        _carried = null;
        return taken;
    }

    IDisposable? IStateful.CopyState()
    {
        using var turn = TakeTurn();
        return _carried is null ? null : new TakenState([.. _carried.Select(state => state.clone().DetachFromDisposeScope())]);
    }

    void IStateful.PutState(IDisposable? state) => Carry(((TakenState?)state)?.States);

    bool IStateful.ForgetUnlessFinite()
    {
        using var turn = TakeTurn();
        using var scope = NewDisposeScope();
        if (_carried is null || _carried.All(state => state.isfinite().all().item<bool>()))
        {
            return false;
        }
        Carry(null);
        return true;
    }

    internal Tensor[]? CarriedFloats()
    {
        if (_carried is not null && _carried[0].dtype != ScalarType.Float32)
        {
            MoveCarried(ScalarType.Float32, CPU);
        }
        return _carried;
    }

    internal Tensor[] CarriedOrZeros(int samples)
    {
        if (_carried is null)
        {
            CarryZeros(samples);
        }
        return _carried!;
    }

    /// <summary>A layer like this one, unbuilt, that reads in the other direction.</summary>
    internal abstract RecurrentLayer Reversed();

    // The outputs come in the order in which the steps are read.
    internal override Tensor? OutputMask(Tensor input, Tensor? mask) =>
        !ReturnSequences ? null : GoBackwards ? mask?.flip(1) : mask;

    internal override (int Count, long Units) StreamState => (StateCount, Units);

    // A gate leaves a share of what the activation gave.
    internal override Activation? OutputActivation => Activation;

    internal override bool ReadsScale => true;

    internal override (Tensor Output, Tensor[] State) StreamStep(Tensor input, Tensor[] state)
    {
        EnsureBuilt(input);
        try
        {
            var before = state.Length > 0 ? state : Zeros(input);
            var after = Step(ProjectInputs(WithOnes(input.select(1, 0))), before, before[0]);
            var mask = StepMasks.Of(input); // (batch, 1)
            if (mask is not null)
            {
                after = [.. after.Select((next, i) => where(mask, next, before[i]))];
            }
            // The hidden state is the output, of a masked step too.
            var output = ReturnSequences ? after[0].unsqueeze(1) : after[0].alias();
            if (OutputMask(input, mask) is { } outputMask)
            {
                StepMasks.Attach(output, outputMask);
            }
            return (output, after);
        }
        catch (ExternalException error)
        {
            throw Failed(input, error);
        }
    }

    /// <summary>Torch's module for so many columns of input weights, and its name in the layer.</summary>
    private protected abstract (string Name, nn.Module Module) NewModule(long columns);

    /// <summary>What is left to do when the kernels have their initial values and all else is 0.</summary>
    private protected virtual void Complete()
    {
    }

    private protected sealed override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        var features = FeaturesOf(inputShape, "(samples, time steps, features)");
        Generator = random;
        Features = features;
        var columns = features + (HasBiasColumn ? 1 : 0);
        SizeGuard.Check(
            Title,
            (decimal)Settings.Gates * Units * (columns + Units + (UseBias && !HasBiasColumn ? 2 : 0)),
            "units is the size of the state and has nothing to do with the length of the sequence: a few units read a sequence of any "
                + "length.");
        (var name, _module) = NewModule(columns);
        register_module(name, _module);
        foreach (var (_, parameter) in _module.named_parameters())
        {
            parameter.zero_();
        }
        Weights[0].Write(Initializers.GlorotUniform(random, features, Settings.Gates * (long)Units));
        Weights[1].Write(Initializers.Orthogonal(random, Units, Settings.Gates * (long)Units));
        Complete();
    }

    /// <summary>The inputs' part of every gate: (samples, ..., features) to (samples, ..., gates · units), the column of ones
    /// included.</summary>
    private protected virtual Tensor ProjectInputs(Tensor steps) => nn.functional.linear(steps, Parameter(InputWeights));

    /// <summary>One step.</summary>
    /// <param name="inputs">The inputs' part of every gate, (samples, gates · units).</param>
    /// <param name="states">The state before, each (samples, units).</param>
    /// <param name="hidden">The hidden state as the recurrent product sees it: with dropout, if there is any.</param>
    /// <returns>The state after, each (samples, units).</returns>
    private protected abstract Tensor[] Step(Tensor inputs, Tensor[] states, Tensor hidden);

    /// <summary>Torch's kernel over all steps.</summary>
    private protected abstract (Tensor Sequence, Tensor[] States) RunTorch(Tensor steps, Tensor[]? initial);

    /// <summary>Calls of a layer that keeps a state take turns, each with the state that the one before left.</summary>
    private protected Lock.Scope TakeTurn() => _turns.EnterScope();

    private protected virtual bool KeepsState => Stateful;

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var turn = KeepsState ? TakeTurn() : default;
        using var scope = NewDisposeScope();
        var (output, states) = RunFrom(input, mask, null);
        KeepFinal(states);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Says that the layer gets a node and, if wanted, begins with a state, and gives the nodes of its output and of the state
    /// after it (Keras's <c>return_state</c> and <c>initial_state</c>); see <see cref="Layer.Apply"/>.</summary>
    /// <param name="input">The input, (samples, time steps, features).</param>
    /// <param name="initialState">The state before the first step, (samples, units) each: of an Lstm the hidden and the cell state, of the
    /// others the hidden one. null: the carried state of a stateful layer, else zeros.</param>
    /// <returns>The output as <see cref="Layer.Apply"/> gives it, and the state after the last step that was read; of a masked sequence the
    /// last that is there.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input, or such a state.</exception>
    public (Node Output, IReadOnlyList<Node> States) ApplyWithState(Node input, IReadOnlyList<Node>? initialState = null)
    {
        var nodes = ApplyAll([input, .. initialState ?? []], withStates: true);
        return (nodes[0], [.. nodes.Skip(1)]);
    }

    internal sealed override Tensor[] CallWithStates(Tensor[] inputs)
    {
        using var use = Guard.Read("a call");
        EnsureBuilt(inputs[0]);
        using var scope = NewDisposeScope();
        var mask = StepMasks.Of(inputs[0]);
        var (output, states) = RunFrom(inputs[0], mask, inputs.Length == 1 ? null : inputs[1..]);
        AttachMask(output, inputs[0], mask);
        return [output.MoveToOuterDisposeScope(), .. states.Select(state => state.alias().MoveToOuterDisposeScope())];
    }

    /// <summary>What a layer does with the state after a plain call.</summary>
    private protected virtual void KeepFinal(Tensor[] states)
    {
    }

    /// <summary>Runs the layer from a state, or the carried one, or zeros; a stateful layer carries the state after. In the caller's
    /// scope.</summary>
    private protected (Tensor Output, Tensor[] States) RunFrom(Tensor input, Tensor? mask, Tensor[]? initialState)
    {
        using var turn = KeepsState ? TakeTurn() : default;
        CheckSize(input);
        var initial = initialState ?? InitialState(input);
        foreach (var state in initial ?? [])
        {
            CheckState(state, input, isCarried: initialState is null);
        }
        var result = Guarded(input, mask, initial);
        if (Stateful)
        {
            Carry([.. result.States.Select(Own)]);
        }
        return result;
    }

    // The inputs' part of every gate is there for all steps at once, at least.
    private void CheckSize(Tensor input)
    {
        if (input.numel() > ManyNumbers && input.device_type == DeviceType.CPU)
        {
            SizeGuard.CheckNumbers(
                $"{Title} on input of shape {Shape.Of(input)}",
                input.shape[0] * (decimal)input.shape[1] * (Features + OwnWeight!.shape[0]),
                "Give fewer samples or time steps at once; a stateful layer goes on where it was.");
        }
    }

    // Calls with a state come here by themselves.
    private (Tensor Output, Tensor[] States) Guarded(Tensor input, Tensor? mask, Tensor[]? initial)
    {
        try
        {
            return Run(input, mask, initial);
        }
        catch (ExternalException error)
        {
            throw Failed(input, error);
        }
    }

    private (Tensor Output, Tensor[] States) Run(Tensor input, Tensor? mask, Tensor[]? initial)
    {
        var steps = input;
        if (training && Dropout > 0)
        {
            steps = steps * DropoutMask.Draw(Generator!, Dropout, [input.shape[0], 1, input.shape[2]], input);
        }
        if (GoBackwards)
        {
            steps = steps.flip(1);
            mask = mask?.flip(1);
        }
        var isPlain = mask is null && !(training && RecurrentDropout > 0);
        if (isPlain && RunFused(steps, initial) is var (fused, after))
        {
            return (ReturnSequences ? fused : after[0].alias(), after);
        }
        steps = WithOnes(steps);
        if (HasTorchKernel && isPlain)
        {
            var (sequence, states) = RunTorch(steps, initial);
            return (ReturnSequences ? sequence : states[0].alias(), states);
        }
        return RunStepByStep(steps, mask, initial ?? Zeros(input));
    }

    /// <summary>Runs every step with the fused kernels, as one operation of Torch's graph; null where there are none for this
    /// call.</summary>
    private protected virtual (Tensor Sequence, Tensor[] States)? RunFused(Tensor steps, Tensor[]? initial) => null;

    /// <summary>(..., features) to (..., features + 1), where the bias is the weights of a column of ones.</summary>
    private protected Tensor WithOnes(Tensor steps) =>
        HasBiasColumn ? cat([steps, ones([.. steps.shape[..^1], 1], dtype: steps.dtype, device: steps.device)], -1) : steps;

    private (Tensor Output, Tensor[] States) RunStepByStep(Tensor steps, Tensor? mask, Tensor[] initial)
    {
        var dropped = training && RecurrentDropout > 0 ?
            DropoutMask.Draw(Generator!, RecurrentDropout, [initial[0].shape[0], Units], initial[0]) :
            null;
        var (outputs, states) = RunEveryStep(steps, mask, initial, dropped);
        return (ReturnSequences ? stack(outputs, 1) : outputs[^1].alias(), states);
    }

    /// <summary>Runs step after step by Torch's operations.</summary>
    /// <param name="steps">The input, the column of ones included.</param>
    /// <param name="mask">Which steps are there, (samples, time steps); null: all.</param>
    /// <param name="initial">The state before the first step, each (samples, units).</param>
    /// <param name="dropped">What recurrent dropout multiplies the hidden state with, (samples, units); null: nothing.</param>
    /// <returns>The hidden state after each step and the state after the last, each (samples, units).</returns>
    private protected (Tensor[] Outputs, Tensor[] States) RunEveryStep(Tensor steps, Tensor? mask, Tensor[] initial, Tensor? dropped)
    {
        var inputs = ProjectInputs(steps).unbind(1);
        var used = mask?.unsqueeze(-1).unbind(1); // each (samples, 1)
        var outputs = new Tensor[inputs.Length];
        var states = initial;
        for (var t = 0; t < inputs.Length; t++)
        {
            var next = Step(inputs[t], states, dropped is null ? states[0] : states[0] * dropped);
            outputs[t] = next[0];
            if (used is not null)
            {
                var before = states;
                outputs[t] = where(used[t], next[0], t > 0 ? outputs[t - 1] : zeros_like(next[0]));
                next = [.. next.Select((state, i) => where(used[t], state, before[i]))];
            }
            states = next;
        }
        return (outputs, states);
    }

    private Tensor[]? InitialState(Tensor input)
    {
        if (_carried is null)
        {
            return null;
        }
        if (_carried[0].dtype != input.dtype || _carried[0].device_type != input.device_type)
        {
            MoveCarried(input.dtype, input.device);
        }
        return _carried;
    }

    // The model may have been moved since the state was left.
    private void MoveCarried(ScalarType type, Device device) =>
        Carry([.. _carried!.Select(state => state.to(type, device).DetachFromDisposeScope())]);

    // Memory of its own in one piece: the fused engine writes the next state into it, and a view would be the caller's output too.
    private static Tensor Own(Tensor state) => state.detach().contiguous().clone().DetachFromDisposeScope();

    private protected Tensor[] Zeros(Tensor input) =>
        [.. Enumerable.Range(0, StateCount).Select(_ => zeros(input.shape[0], Units, dtype: input.dtype, device: input.device))];

    // A method of its own: what the lambda captures would be allocated at each batch.
    private void CarryZeros(int samples) =>
        Carry([.. Enumerable.Range(0, StateCount).Select(_ => zeros(samples, Units).DetachFromDisposeScope())]);

    /// <summary>Carries a state, which is the layer's from now on; null for none.</summary>
    internal void Carry(Tensor[]? states)
    {
        using var turn = TakeTurn();
        foreach (var state in _carried ?? [])
        {
            state.Dispose();
        }
        _carried = states;
    }

    private void CheckState(Tensor state, Tensor input, bool isCarried)
    {
        TensorCheck.Readable(state, nameof(state), this);
        TensorCheck.Alike(state, nameof(state), this, input, "the input is");
        var samples = input.shape[0];
        var shape = Shape.Of(state);
        if (shape.Rank != 2 || shape[1] != Units)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Title} has {Units} units, so its state has shape ({samples}, {Units}), but received {shape}. Take the state from a "
                        + $"layer with as many units."),
                string.Create(CultureInfo.InvariantCulture, $"({samples}, {Units})"),
                shape.ToString());
        }
        if (shape[0] != samples)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Title} goes on from the state of {shape[0]} samples but received {samples}: sample i of a batch continues sample i "
                        + $"of {(isCarried ? "the batch before. Keep the batch size, or call ResetStates first."
                            : "the state. Give a state with a row for each sample, or none to begin with zeros.")}"),
                string.Create(CultureInfo.InvariantCulture, $"({shape[0]}, time steps, features)"),
                string.Create(CultureInfo.InvariantCulture, $"({samples}, time steps, features)"));
        }
    }

    private protected override void ReleaseOwn()
    {
        Carry(null);
        base.ReleaseOwn();
    }

    /// <summary>The columns of Torch's input weights (gates · units, features) as Keras's kernel (features, gates · units).</summary>
    private protected static Tensor Columns(Tensor weights, long start, long count)
    {
        using var part = weights.narrow(1, start, count);
        return part.t();
    }

    private sealed class TakenState(Tensor[] states) : IDisposable
    {
        internal Tensor[] States { get; } = states;

        public void Dispose()
        {
            foreach (var state in States)
            {
                state.Dispose();
            }
        }
    }
}
