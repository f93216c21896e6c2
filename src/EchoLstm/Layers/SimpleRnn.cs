using EchoLstm.Torch;
using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// The plain recurrent layer (Elman 1990): Keras's <c>SimpleRNN</c> over <c>torch.nn.RNN</c>, h' = activation(x W + h U + b). Input
/// (samples, time steps, features); output (samples, units), the last step's, or (samples, time steps, units) with <c>returnSequences</c>.
/// </summary>
/// <remarks>It has (features + 1) · units + units² parameters. Initial values: kernel Glorot uniform, recurrent kernel orthogonal, bias
/// 0.</remarks>
public sealed class SimpleRnn : RecurrentLayer
{
    private RNN? _rnn;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The size of the output and of the state.</param>
    /// <param name="returnSequences">Whether the output is that of every step, not of the last alone. <value>false</value></param>
    /// <param name="stateful">Whether sample i of a batch goes on where sample i of the batch before ended, until
    /// <see cref="RecurrentLayer.ResetStates"/>. <value>false</value></param>
    /// <param name="goBackwards">Whether the steps are read from the last to the first; returned sequences are then in that order.
    /// <value>false</value></param>
    /// <param name="activation">The activation of the output. <value>Tanh</value></param>
    /// <param name="useBias">Whether there is a bias. <value>true</value></param>
    /// <param name="dropout">The share of input values that training drops, of [0, 1); the same ones at every step of a sequence (Gal and
    /// Ghahramani 2016). <value>0</value></param>
    /// <param name="recurrentDropout">The share of the hidden state's values that training drops before the recurrent product, of [0, 1);
    /// the same ones at every step. <value>0</value></param>
    /// <exception cref="ArgumentOutOfRangeException">units is below 1, there is no such activation, or a share is not of [0,
    /// 1).</exception>
    public SimpleRnn(
        int units,
        bool returnSequences = false,
        bool stateful = false,
        bool goBackwards = false,
        Activation activation = Activation.Tanh,
        bool useBias = true,
        double dropout = 0,
        double recurrentDropout = 0)
        : this(new SimpleRnnSettings
        {
            Units = units,
            ReturnSequences = returnSequences,
            Stateful = stateful,
            GoBackwards = goBackwards,
            Activation = activation,
            UseBias = useBias,
            Dropout = dropout,
            RecurrentDropout = recurrentDropout,
        })
    {
    }

    internal SimpleRnn(SimpleRnnSettings settings)
        : base(settings)
    {
    }

    /// <summary>The activation of the output.</summary>
    public Activation Activation => Settings.Activation;

    /// <summary>Whether there is a bias (Keras's <c>use_bias</c>).</summary>
    public bool UseBias => Settings.UseBias;

    internal override string? CountingFormula => InputShape?.Last is { } features
        ? string.Create(CultureInfo.InvariantCulture, $"({features}{(UseBias ? " + 1" : "")}) * {Units} + {Units}²")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights => _rnn is null ? [] :
    [
        new("kernel", () => _rnn.get_parameter(InputWeights)!, weights => Columns(weights, 0, Features), KernelRegularizer),
        new("recurrent_kernel", () => _rnn.get_parameter(RecurrentWeights)!, weights => weights.t(), RecurrentRegularizer),
        .. UseBias
            ? (LayerWeight[])[new("bias", () => _rnn.get_parameter(InputWeights)!, weights => weights.select(1, Features), BiasRegularizer)]
            : [],
    ];

    internal override int StateCount => 1;

    internal override Tensor? OwnWeight => _rnn?.get_parameter(InputWeights);

    private protected override bool HasBiasColumn => UseBias;

    private protected override bool HasTorchKernel => Activation is Activation.Tanh or Activation.Relu;

    /// <summary>Runs the layer from a state and returns the state after it too.</summary>
    /// <param name="input">The input, shape (samples, time steps, features).</param>
    /// <param name="initialState">The state before the first step, (samples, units); it stays the caller's. null: the carried state of a
    /// stateful layer, else zeros.</param>
    /// <returns>The output as <c>call</c> returns it, and the state after the last step that was read; both are the caller's.</returns>
    /// <exception cref="ShapeMismatchException">Input or state have the wrong shape.</exception>
    public (Tensor Output, Tensor State) CallWithState(Tensor input, Tensor? initialState = null)
    {
        using var use = Guard.Read(nameof(CallWithState));
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        var (output, states) = RunFrom(input, StepMasks.Of(input), initialState is null ? null : [initialState]);
        return (output.MoveToOuterDisposeScope(), states[0].alias().MoveToOuterDisposeScope());
    }

    // (units, features + 1) and (units, units).
    internal override IReadOnlyList<ParameterMemory> Memories => [MemoryOf(_rnn!, InputWeights), MemoryOf(_rnn!, RecurrentWeights)];

    internal override RecurrentLayer Reversed() => new SimpleRnn((SimpleRnnSettings)Settings with { GoBackwards = !GoBackwards });

    private protected override void CreateModules(long features, SeededRandom random)
    {
        var columns = features + (UseBias ? 1 : 0);
        SizeGuard.Check(
            Title,
            (decimal)Units * (columns + Units),
            "units is the size of the state and has nothing to do with the length of the sequence: a few units read a sequence of any "
                + "length.");

        _rnn = nn.RNN(
            columns,
            Units,
            nonLinearity: Activation == Activation.Relu ? nn.NonLinearities.ReLU : nn.NonLinearities.Tanh,
            bias: false,
            batchFirst: true);
        register_module("rnn", _rnn);

        var inputWeights = _rnn.get_parameter(InputWeights)!; // (units, features + 1)
        Columns(inputWeights, 0, features).copy_(Initializers.GlorotUniform(random, features, Units));
        _rnn.get_parameter(RecurrentWeights)!.t().copy_(Initializers.Orthogonal(random, Units, Units));
        if (UseBias)
        {
            inputWeights.select(1, features).zero_();
        }
    }

    private protected override Tensor ProjectInputs(Tensor steps) => nn.functional.linear(steps, _rnn!.get_parameter(InputWeights)!);

    private protected override Tensor[] Step(Tensor inputs, Tensor[] states, Tensor hidden) =>
        [Activation.Apply(inputs.Plus(nn.functional.linear(hidden, _rnn!.get_parameter(RecurrentWeights)!)))];

    private protected override (Tensor Sequence, Tensor[] States) RunTorch(Tensor steps, Tensor[]? initial)
    {
        var (sequence, hidden) = _rnn!.call(steps, initial?[0].unsqueeze(0));
        return (sequence, [hidden.squeeze(0)]);
    }
}
