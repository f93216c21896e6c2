using EchoLstm.Torch;
using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// Gated recurrent unit (Cho et al. 2014): Keras's <c>GRU</c> over <c>torch.nn.GRU</c>. Input (samples, time steps, features); output
/// (samples, units), the last step's, or (samples, time steps, units) with <c>returnSequences</c>.
/// </summary>
/// <remarks>
/// For each time step, with kernel W, recurrent kernel U and bias b cut into the gates' thirds z, r, h:
/// <code>
/// z = σ(x W_z + h U_z + b_z)      r = σ(x W_r + h U_r + b_r)
/// g = tanh(x W_h + b_h + r ∘ (h U_h + b'_h))      (resetAfter, Keras since version 2.3)
/// g = tanh(x W_h + b_h + (r ∘ h) U_h)             (otherwise)
/// h' = z ∘ h + (1 - z) ∘ g
/// </code>
/// It has 3 · (features · units + units² + 2 · units) parameters with resetAfter, whose bias has shape (2, 3 units), and
/// 3 · ((features + 1) · units + units²) without. Keras's gates are z, r, h; Torch's are r, z, n: the weights are reordered at the border.
/// </remarks>
public sealed class Gru : RecurrentLayer
{
    private const int Gates = 3;
    private const string InputBias = "bias_ih_l0";
    private const string RecurrentBias = "bias_hh_l0";

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The size of the output and of the state.</param>
    /// <param name="returnSequences">Whether the output is that of every step, not of the last alone. <value>false</value></param>
    /// <param name="stateful">Whether sample i of a batch goes on where sample i of the batch before ended, until
    /// <see cref="RecurrentLayer.ResetStates"/>. <value>false</value></param>
    /// <param name="goBackwards">Whether the steps are read from the last to the first; returned sequences are then in that order.
    /// <value>false</value></param>
    /// <param name="activation">The activation of the candidate. <value>Tanh</value></param>
    /// <param name="recurrentActivation">The activation of the gates. <value>Sigmoid</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <param name="resetAfter">Whether the reset gate works after the recurrent product, as in Keras since 2.3 and in Torch, or before it,
    /// as in Cho et al. <value>true</value></param>
    /// <param name="dropout">The share of input values that training drops, of [0, 1); the same ones at every step of a sequence (Gal and
    /// Ghahramani 2016). <value>0</value></param>
    /// <param name="recurrentDropout">The share of the hidden state's values that training drops before the recurrent product, of [0, 1);
    /// the same ones at every step. <value>0</value></param>
    /// <exception cref="ArgumentOutOfRangeException">units is below 1, there is no such activation, or a share is not of [0,
    /// 1).</exception>
    public Gru(
        int units,
        bool returnSequences = false,
        bool stateful = false,
        bool goBackwards = false,
        Activation activation = Activation.Tanh,
        Activation recurrentActivation = Activation.Sigmoid,
        bool useBias = true,
        bool resetAfter = true,
        double dropout = 0,
        double recurrentDropout = 0)
        : this(new GruSettings
        {
            Units = units,
            ReturnSequences = returnSequences,
            Stateful = stateful,
            GoBackwards = goBackwards,
            Activation = activation,
            UseBias = useBias,
            Dropout = dropout,
            RecurrentDropout = recurrentDropout,
            RecurrentActivation = recurrentActivation,
            ResetAfter = resetAfter,
        })
    {
    }

    internal Gru(GruSettings settings)
        : base(settings) => settings.RecurrentActivation.Validated("recurrentActivation");

    internal new GruSettings Settings => (GruSettings)base.Settings;

    /// <summary>The activation of the gates (Keras's <c>recurrent_activation</c>).</summary>
    public Activation RecurrentActivation => Settings.RecurrentActivation;

    /// <summary>Whether the reset gate works after the recurrent product (Keras's <c>reset_after</c>).</summary>
    public bool ResetAfter => Settings.ResetAfter;

    // A gate multiplies what the activation gave.
    internal override bool? EndsIn(Activation activation) => false;

    internal override string? CountingFormula => UseBias && ResetAfter && InputShape?.Last is { } features
        ? string.Create(CultureInfo.InvariantCulture, $"{Gates} * ({features} * {Units} + {Units}² + 2 * {Units})")
        : base.CountingFormula;

    internal override IReadOnlyList<LayerWeight> Weights
    {
        get
        {
            if (OwnWeight is null)
            {
                return [];
            }
            List<LayerWeight> weights =
            [
                Reordered(
                    "kernel",
                    InputWeights,
                    weights => weights.narrow(1, 0, Features),
                    transposed: true) with { Regularizer = KernelRegularizer },
                Reordered(
                    "recurrent_kernel",
                    RecurrentWeights,
                    weights => weights.alias(),
                    transposed: true) with { Regularizer = RecurrentRegularizer },
            ];
            if (UseBias)
            {
                weights.Add(ResetAfter
                    ? new DoubleBias(this) { Regularizer = BiasRegularizer }
                    : Reordered(
                        "bias",
                        InputWeights,
                        weights => weights.select(1, Features),
                        transposed: false) with { Regularizer = BiasRegularizer });
            }
            return weights;
        }
    }

    private protected override bool HasBiasColumn => UseBias && !ResetAfter;

    private protected override bool HasTorchKernel =>
        ResetAfter && Activation == Activation.Tanh && RecurrentActivation == Activation.Sigmoid;

    /// <summary>Runs the layer from a state and returns the state after it too.</summary>
    /// <param name="input">The input, shape (samples, time steps, features).</param>
    /// <param name="initialState">The hidden state before the first step, (samples, units); it stays the caller's. null: the carried state
    /// of a stateful layer, else zeros.</param>
    /// <returns>The output as <c>call</c> returns it, and the hidden state after the last step that was read; both are the
    /// caller's.</returns>
    /// <exception cref="ShapeMismatchException">Input or state have the wrong shape.</exception>
    public (Tensor Output, Tensor State) CallWithState(Tensor input, Tensor? initialState = null)
    {
        using var use = Guard.Read(nameof(CallWithState));
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        var (output, states) = RunFrom(input, StepMasks.Of(input), initialState is null ? null : [initialState]);
        return (output.MoveToOuterDisposeScope(), states[0].alias().MoveToOuterDisposeScope());
    }

    // (3 units, features, and 1 for the bias without resetAfter), (3 units, units) and, with resetAfter, both biases (3 units).
    internal override IReadOnlyList<ParameterMemory> Memories => UseBias && ResetAfter
        ? [.. base.Memories, MemoryOf(InputBias), MemoryOf(RecurrentBias)]
        : base.Memories;

    internal override RecurrentLayer Reversed() => new Gru(Settings with { GoBackwards = !GoBackwards });

    private protected override (string Name, nn.Module Module) NewModule(long columns) =>
        ("gru", nn.GRU(columns, Units, bias: UseBias && ResetAfter, batchFirst: true));

    private protected override Tensor ProjectInputs(Tensor steps) =>
        nn.functional.linear(steps, Parameter(InputWeights), UseBias && ResetAfter ? Parameter(InputBias) : null);

    // The gates lie in Torch's order here: r, z, n.
    private protected override Tensor[] Step(Tensor inputs, Tensor[] states, Tensor hidden)
    {
        var weights = Parameter(RecurrentWeights);
        var x = inputs.chunk(Gates, 1);
        Tensor r, z, candidate;
        if (ResetAfter)
        {
            var h = nn.functional.linear(hidden, weights, UseBias ? Parameter(RecurrentBias) : null).chunk(Gates, 1);
            r = RecurrentActivation.Apply(x[0].Plus(h[0]));
            z = RecurrentActivation.Apply(x[1].Plus(h[1]));
            candidate = x[2].Plus(r * h[2]);
        }
        else
        {
            var h = nn.functional.linear(hidden, weights.narrow(0, 0, 2 * Units)).chunk(2, 1);
            r = RecurrentActivation.Apply(x[0].Plus(h[0]));
            z = RecurrentActivation.Apply(x[1].Plus(h[1]));
            candidate = x[2].Plus(nn.functional.linear(r * hidden, weights.narrow(0, 2 * Units, Units)));
        }
        return [(z * states[0]).Plus(HeldScalar.OneMinus(z) * Activation.Apply(candidate))];
    }

    private protected override (Tensor Sequence, Tensor[] States) RunTorch(Tensor steps, Tensor[]? initial)
    {
        var (sequence, hidden) = ((GRU)Module).call(steps, initial?[0].unsqueeze(0));
        return (sequence, [hidden.squeeze(0)]);
    }

    private LayerWeight Reordered(string name, string parameter, Func<Tensor, Tensor> part, bool transposed) => new ReorderedWeight(
        name,
        () => Parameter(parameter),
        torch =>
        {
            using var scope = NewDisposeScope();
            var keras = SwapFirstTwo(part(torch));
            return (transposed ? keras.t() : keras).MoveToOuterDisposeScope();
        },
        keras =>
        {
            using var scope = NewDisposeScope();
            return SwapFirstTwo(transposed ? keras.t() : keras).MoveToOuterDisposeScope();
        },
        part);

    /// <summary>Keras's z, r, h along the first axis as Torch's r, z, n, and back.</summary>
    private static Tensor SwapFirstTwo(Tensor gates)
    {
        var parts = gates.chunk(Gates, 0);
        return cat([parts[1], parts[0], parts[2]], 0);
    }

    /// <summary>Keras's bias (2, 3 units): the inputs' and the recurrent product's, which are two parameters in Torch.</summary>
    private sealed record DoubleBias(Gru Owner) : LayerWeight("bias", () => Both(Owner, parameter => parameter), both =>
        stack([SwapFirstTwo(both.select(0, 0)), SwapFirstTwo(both.select(0, 1))], 0))
    {
        internal override void Write(Tensor values)
        {
            using var scope = NewDisposeScope();
            Owner.Parameter(InputBias).detach().copy_(SwapFirstTwo(values.select(0, 0)));
            Owner.Parameter(RecurrentBias).detach().copy_(SwapFirstTwo(values.select(0, 1)));
        }

        internal override IReadOnlyList<Tensor> GradientViews() =>
            Owner.Parameter(InputBias).grad is { } inputs ? [inputs, Owner.Parameter(RecurrentBias).grad!] : [];

        internal override Tensor? Gradient()
        {
            using var scope = NewDisposeScope();
            return Owner.Parameter(InputBias).grad is null ?
                null :
                Read(Both(Owner, parameter => parameter.grad!)).MoveToOuterDisposeScope();
        }

        private static Tensor Both(Gru owner, Func<Tensor, Tensor> of) =>
            stack([of(owner.Parameter(InputBias)), of(owner.Parameter(RecurrentBias))], 0);
    }
}
