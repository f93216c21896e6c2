using EchoLstm.Layers;
using EchoLstm.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Dropout = EchoLstm.Layers.Dropout;
using Embedding = EchoLstm.Layers.Embedding;
using Flatten = EchoLstm.Layers.Flatten;

namespace EchoLstm.Tests.Layers;

/// <summary>A layer that the contract is checked for.</summary>
/// <param name="Make">Makes the layer, unbuilt.</param>
/// <param name="InputShape">The shape of a small batch.</param>
/// <param name="Parameters">How many parameters it then has.</param>
/// <param name="ReadsClasses">Whether the input's numbers are classes, 0 to 2, not something to compute with.</param>
internal sealed record LayerCase(Func<Layer> Make, long[] InputShape, long Parameters, bool ReadsClasses = false)
{
    private const int Classes = 3;

    /// <summary>A small batch.</summary>
    internal Tensor Input(int seed, ScalarType dtype = ScalarType.Float32)
    {
        using var scope = NewDisposeScope();
        return (ReadsClasses ? Numbers.Uniform(seed, InputShape, Classes, dtype).abs().floor() : Numbers.Uniform(seed, InputShape, 1, dtype)).MoveToOuterDisposeScope();
    }
}

/// <summary>Every layer, in the ways that it can be set up. A new layer is added here.</summary>
internal static class LayerCases
{
    private const int Seed = 11;

    internal static IReadOnlyDictionary<string, LayerCase> All { get; } = new Dictionary<string, LayerCase>
    {
        ["Lstm"] = new(() => new Lstm(3) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm that returns sequences"] = new(() => new Lstm(3, returnSequences: true) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm that returns its state"] = new(() => new Lstm(3, returnState: true) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm without bias"] = new(() => new Lstm(3, useBias: false) { Seed = Seed }, [2, 4, 2], 60),
        ["Lstm that goes backwards"] = new(() => new Lstm(3, returnSequences: true, goBackwards: true) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm with hard sigmoid"] = new(() => new Lstm(3, recurrentActivation: Activation.HardSigmoid) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm with relu"] = new(() => new Lstm(3, returnSequences: true, activation: Activation.Relu) { Seed = Seed }, [2, 4, 2], 72),
        ["stateful Lstm"] = new(() => new Lstm(3, stateful: true) { Seed = Seed }, [2, 4, 2], 72),
        ["Lstm of one step, feature and unit"] = new(() => new Lstm(1) { Seed = Seed }, [1, 1, 1], 12),
        ["Dense"] = new(() => new Dense(3) { Seed = Seed }, [4, 2], 9),
        ["Dense on time steps"] = new(() => new Dense(3) { Seed = Seed }, [2, 4, 2], 9),
        ["Dense on rank 5"] = new(() => new Dense(3) { Seed = Seed }, [2, 1, 3, 2, 2], 9),
        ["Dense without bias"] = new(() => new Dense(3, useBias: false) { Seed = Seed }, [4, 2], 6),
        ["Dense with relu"] = new(() => new Dense(3, Activation.Relu) { Seed = Seed }, [4, 2], 9),
        ["Dense with tanh"] = new(() => new Dense(3, Activation.Tanh) { Seed = Seed }, [4, 2], 9),
        ["Dense with sigmoid"] = new(() => new Dense(3, Activation.Sigmoid) { Seed = Seed }, [4, 2], 9),
        ["Dense with hard sigmoid"] = new(() => new Dense(3, Activation.HardSigmoid) { Seed = Seed }, [4, 2], 9),
        ["Dense with softmax"] = new(() => new Dense(3, Activation.Softmax) { Seed = Seed }, [2, 4, 2], 9),
        ["TimeDistributed Dense"] = new(() => new TimeDistributed(new Dense(3)) { Seed = Seed }, [2, 4, 2], 9),
        ["TimeDistributed Lstm"] = new(() => new TimeDistributed(new Lstm(2, returnSequences: true)) { Seed = Seed }, [2, 3, 4, 2], 40),
        ["TimeDistributed TimeDistributed Dense"] = new(() => new TimeDistributed(new TimeDistributed(new Dense(3))) { Seed = Seed }, [2, 3, 4, 2], 9),
        ["TimeDistributed Conv1d"] = new(() => new TimeDistributed(Seeded(() => nn.Conv1d(2, 3, 2))), [2, 3, 2, 4], 15),
        ["TimeDistributed Conv2d"] = new(() => new TimeDistributed(Seeded(() => nn.Conv2d(1, 2, 2))), [2, 3, 1, 3, 4], 10),
        ["TimeDistributed model"] = new(() => new TimeDistributed(new SequentialModel(new Lstm(2), new Dense(1))) { Seed = Seed }, [2, 3, 4, 1], 35),
        ["TimeDistributed module of a user"] = new(() => new TimeDistributed(Seeded(() => new GatedLinear(2, 3))), [2, 3, 2], 18),
        ["RepeatVector"] = new(() => new RepeatVector(3), [2, 4], 0),
        ["many-to-many model"] = new(() => new SequentialModel(new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = Seed }, [2, 4, 1], 64),
        ["encoder-decoder model"] = new(() => new SequentialModel(new Lstm(2), new RepeatVector(3), new Lstm(2, returnSequences: true), new Dense(2, Activation.Softmax)) { Seed = Seed }, [2, 4, 1], 78),
        ["stateful model"] = new(() => new SequentialModel(new Lstm(2, returnSequences: true, stateful: true), new Lstm(2, stateful: true)) { Seed = Seed }, [2, 4, 1], 72),
        ["model in a model"] = new(() => new SequentialModel(new SequentialModel(new Dense(2)), new Dense(1)) { Seed = Seed }, [4, 2], 9),
        ["Gru"] = new(() => new Gru(3) { Seed = Seed }, [2, 4, 2], 63),
        ["Gru that goes backwards"] = new(() => new Gru(3, returnSequences: true, goBackwards: true) { Seed = Seed }, [2, 4, 2], 63),
        ["Gru with reset before"] = new(() => new Gru(3, returnSequences: true, resetAfter: false) { Seed = Seed }, [2, 4, 2], 54),
        ["Gru without bias"] = new(() => new Gru(3, useBias: false) { Seed = Seed }, [2, 4, 2], 45),
        ["Gru with reset before, without bias"] = new(() => new Gru(3, useBias: false, resetAfter: false) { Seed = Seed }, [2, 4, 2], 45),
        ["stateful Gru"] = new(() => new Gru(3, stateful: true) { Seed = Seed }, [2, 4, 2], 63),
        ["SimpleRnn"] = new(() => new SimpleRnn(3) { Seed = Seed }, [2, 4, 2], 18),
        ["SimpleRnn with relu"] = new(() => new SimpleRnn(3, returnSequences: true, activation: Activation.Relu) { Seed = Seed }, [2, 4, 2], 18),
        ["SimpleRnn with sigmoid, without bias"] = new(() => new SimpleRnn(3, activation: Activation.Sigmoid, useBias: false) { Seed = Seed }, [2, 4, 2], 15),
        ["stateful SimpleRnn"] = new(() => new SimpleRnn(3, returnSequences: true, stateful: true) { Seed = Seed }, [2, 4, 2], 18),
        ["Bidirectional Lstm"] = new(() => new Bidirectional(new Lstm(3)) { Seed = Seed }, [2, 4, 2], 144),
        ["Bidirectional Gru that returns sequences"] = new(() => new Bidirectional(new Gru(3, returnSequences: true), MergeMode.Ave) { Seed = Seed }, [2, 4, 2], 126),
        ["Bidirectional SimpleRnn, multiplied"] = new(() => new Bidirectional(new SimpleRnn(3, returnSequences: true), MergeMode.Mul) { Seed = Seed }, [2, 4, 2], 36),
        ["stateful Bidirectional"] = new(() => new Bidirectional(new Lstm(3, stateful: true), MergeMode.Sum) { Seed = Seed }, [2, 4, 2], 144),
        ["Conv1D"] = new(() => new Conv1D(3, 2) { Seed = Seed }, [2, 4, 2], 15),
        ["Conv1D with same padding"] = new(() => new Conv1D(3, 3, 2, StepPadding.Same, Activation.Tanh) { Seed = Seed }, [2, 5, 2], 21),
        ["Conv1D with causal padding, without bias"] = new(() => new Conv1D(3, 2, padding: StepPadding.Causal, useBias: false) { Seed = Seed }, [2, 4, 2], 12),
        ["TimeDistributed Conv1D"] = new(() => new TimeDistributed(new Conv1D(3, 2)) { Seed = Seed }, [2, 3, 4, 2], 15),
        ["Embedding"] = new(() => new Embedding(3, 2) { Seed = Seed }, [2, 4], 6, ReadsClasses: true),
        ["TimeDistributed Embedding"] = new(() => new TimeDistributed(new Embedding(3, 2)) { Seed = Seed }, [2, 3, 4], 6, ReadsClasses: true),
        ["model of an Embedding that masks"] = new(() => new SequentialModel(new Embedding(3, 2, maskZero: true), new Lstm(2)) { Seed = Seed }, [2, 4], 6 + 40, ReadsClasses: true),
        ["MaxPooling1D"] = new(() => new MaxPooling1D(), [2, 4, 2], 0),
        ["MaxPooling1D with same padding"] = new(() => new MaxPooling1D(3, 2, StepPadding.Same), [2, 4, 2], 0),
        ["Flatten"] = new(() => new Flatten(), [2, 4, 2], 0),
        ["Reshape"] = new(() => new Reshape(2, -1), [2, 4, 2], 0),
        ["activation layer"] = new(() => new ActivationLayer(Activation.Tanh), [2, 4, 2], 0),
        ["Dropout outside of training"] = new(() => Predicting(new Dropout(0.5)), [2, 4, 2], 0),
        ["AdditiveAttention"] = new(() => new AdditiveAttention { Seed = Seed }, [2, 4, 2], 2),
        ["AdditiveAttention without scale"] = new(() => new AdditiveAttention(useScale: false), [2, 4, 2], 0),
        ["AttentionDecoder"] = new(() => new AttentionDecoder(3, 2) { Seed = Seed }, [2, 4, 2], 93),
        ["masked model"] = new(() => new SequentialModel(new Masking(), new Lstm(3, returnSequences: true), new Gru(2)) { Seed = Seed }, [2, 4, 2], 72 + 42),
        ["model of TorchSharp modules"] = new(() => new SequentialModel(Seeded(() => nn.Linear(2, 3)), new Dense(1)) { Seed = Seed }, [4, 2], 13),
    };

    private static Layer Predicting(Layer layer)
    {
        layer.eval();
        return layer;
    }

    // Torch draws its modules' weights from its own generator.
    private static nn.Module<Tensor, Tensor> Seeded(Func<nn.Module<Tensor, Tensor>> make)
    {
        manual_seed(Seed);
        return make();
    }
}

/// <summary>A module as a user of TorchSharp writes it.</summary>
internal sealed class GatedLinear : nn.Module<Tensor, Tensor>
{
    private readonly Linear _value;
    private readonly Linear _gate;

    internal GatedLinear(long inputs, long outputs)
        : base(nameof(GatedLinear))
    {
        _value = nn.Linear(inputs, outputs);
        _gate = nn.Linear(inputs, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var value = _value.call(input);
        using var gate = _gate.call(input);
        using var open = gate.sigmoid();
        return value * open;
    }
}
