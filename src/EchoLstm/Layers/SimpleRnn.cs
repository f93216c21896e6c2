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

    internal override RecurrentLayer Reversed() => new SimpleRnn((SimpleRnnSettings)Settings with { GoBackwards = !GoBackwards });

    private protected override (string Name, nn.Module Module) NewModule(long columns)
    {
        var function = Activation == Activation.Relu ? nn.NonLinearities.ReLU : nn.NonLinearities.Tanh;
        return ("rnn", nn.RNN(columns, Units, nonLinearity: function, bias: false, batchFirst: true));
    }

    private protected override Tensor[] Step(Tensor inputs, Tensor[] states, Tensor hidden) =>
        [Activation.Apply(inputs.Plus(nn.functional.linear(hidden, Parameter(RecurrentWeights))))];

    private protected override (Tensor Sequence, Tensor[] States) RunTorch(Tensor steps, Tensor[]? initial)
    {
        var (sequence, hidden) = ((RNN)Module).call(steps, initial?[0].unsqueeze(0));
        return (sequence, [hidden.squeeze(0)]);
    }
}
