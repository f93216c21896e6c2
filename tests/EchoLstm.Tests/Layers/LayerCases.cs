using TorchSharp.Modules;
using Dropout = EchoLstm.Layers.Dropout;
using Embedding = EchoLstm.Layers.Embedding;
using Flatten = EchoLstm.Layers.Flatten;

namespace EchoLstm.Tests.Layers;

/// <summary>A layer that the contract is checked for.</summary>
/// <param name="Make">Makes the layer, unbuilt.</param>
/// <param name="InputShape">The shape of a small batch.</param>
/// <param name="Parameters">How many parameters it then has.</param>
/// <param name="ReadsClasses">Whether the input's numbers are classes, 0 to 2, not something to compute with.</param>
/// <param name="Untrained">How many of them are weights that no training step moves.</param>
internal sealed record LayerCase(Func<Layer> Make, long[] InputShape, long Parameters, bool ReadsClasses = false, long Untrained = 0)
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
        ["graph with two branches"] = new(() => Graph(x => new Add().Apply(new Lstm(3).Apply(x), new Lstm(3, goBackwards: true).Apply(x))), [2, 4, 2], 144),
        ["graph with states"] = new(() => Graph(x => new Gru(3, returnSequences: true).ApplyWithState(x, new Gru(3).ApplyWithState(x).States).Output), [2, 4, 2], 126),
        ["graph that subtracts"] = new(() => Graph(x => new Subtract().Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph that multiplies"] = new(() => Graph(x => new Multiply().Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph of a mean"] = new(() => Graph(x => new Average().Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph of the largest"] = new(() => Graph(x => new Maximum().Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph of the smallest"] = new(() => Graph(x => new Minimum().Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph that concatenates steps"] = new(() => Graph(x => new Concatenate(1).Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
        ["graph of products"] = new(() => Graph(x => new Dot(2, 2, normalize: true).Apply(x, new Dense(2).Apply(x))), [2, 4, 2], 6),
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
        ["AveragePooling1D"] = new(() => new AveragePooling1D(), [2, 5, 2], 0),
        ["AveragePooling1D with same padding"] = new(() => new AveragePooling1D(3, 2, StepPadding.Same), [2, 4, 2], 0),
        ["GlobalAveragePooling1D"] = new(() => new GlobalAveragePooling1D(), [2, 4, 2], 0),
        ["GlobalAveragePooling1D that keeps the axis"] = new(() => new GlobalAveragePooling1D(keepdims: true), [2, 4, 2], 0),
        ["GlobalMaxPooling1D"] = new(() => new GlobalMaxPooling1D(), [2, 4, 2], 0),
        ["GlobalMaxPooling1D that keeps the axis"] = new(() => new GlobalMaxPooling1D(keepdims: true), [2, 4, 2], 0),
        ["UpSampling1D"] = new(() => new UpSampling1D(3), [2, 4, 2], 0),
        ["ZeroPadding1D"] = new(() => new ZeroPadding1D(2, 1), [2, 4, 2], 0),
        ["Cropping1D"] = new(() => new Cropping1D(2, 1), [2, 4, 2], 0),
        ["Conv2D"] = new(() => new Conv2D(3, 2) { Seed = Seed }, [2, 3, 4, 2], 27),
        ["Conv2D with same padding"] = new(() => new Conv2D(2, (3, 2), (2, 1), StepPadding.Same, Activation.Tanh) { Seed = Seed }, [2, 4, 3, 1], 14),
        ["Conv2D without bias"] = new(() => new Conv2D(2, (1, 2), useBias: false) { Seed = Seed }, [2, 3, 3, 2], 8),
        ["MaxPooling2D"] = new(() => new MaxPooling2D(), [2, 4, 5, 2], 0),
        ["MaxPooling2D with same padding"] = new(() => new MaxPooling2D((3, 2), (2, 1), StepPadding.Same), [2, 4, 3, 2], 0),
        ["AveragePooling2D"] = new(() => new AveragePooling2D(), [2, 4, 5, 2], 0),
        ["AveragePooling2D with same padding"] = new(() => new AveragePooling2D((3, 2), (2, 1), StepPadding.Same), [2, 4, 3, 2], 0),
        ["GlobalAveragePooling2D"] = new(() => new GlobalAveragePooling2D(), [2, 3, 4, 2], 0),
        ["GlobalMaxPooling2D"] = new(() => new GlobalMaxPooling2D(), [2, 3, 4, 2], 0),
        ["GlobalMaxPooling2D that keeps the axes"] = new(() => new GlobalMaxPooling2D(keepdims: true), [2, 3, 4, 2], 0),
        ["TimeDistributed Conv2D"] = new(() => new TimeDistributed(new Conv2D(3, 2)) { Seed = Seed }, [2, 2, 3, 4, 1], 15),
        ["LayerNormalization"] = new(() => new LayerNormalization(), [2, 4, 3], 6),
        ["LayerNormalization of vectors, without beta"] = new(() => new LayerNormalization(center: false), [4, 3], 3),
        ["LayerNormalization without weights"] = new(() => new LayerNormalization(0.5, center: false, scale: false), [4, 3], 0),
        ["BatchNormalization"] = new(() => new BatchNormalization(), [2, 4, 3], 12, Untrained: 6),
        ["BatchNormalization outside of training"] = new(() => Predicting(new BatchNormalization(0.5, 0.01)), [4, 3], 12, Untrained: 6),
        ["BatchNormalization without gamma and beta"] = new(() => new BatchNormalization(center: false, scale: false), [4, 3], 6, Untrained: 6),
        ["TimeDistributed LayerNormalization"] = new(() => new TimeDistributed(new LayerNormalization()), [2, 4, 3], 6),
        ["PRelu"] = new(() => new PRelu(), [2, 4, 3], 12),
        ["PRelu that shares time steps"] = new(() => new PRelu([1]), [2, 4, 3], 3),
        ["PRelu that shares all axes"] = new(() => new PRelu([1, 2]), [2, 4, 3], 1),
        ["LeakyRelu"] = new(() => new LeakyRelu(), [2, 4, 2], 0),
        ["Elu"] = new(() => new Elu(0.5), [2, 4, 2], 0),
        ["SpatialDropout1D outside of training"] = new(() => Predicting(new SpatialDropout1D(0.5)), [2, 4, 2], 0),
        ["GaussianNoise outside of training"] = new(() => Predicting(new GaussianNoise(0.5)), [2, 4, 2], 0),
        ["Dense with gelu"] = new(() => new Dense(3, Activation.Gelu) { Seed = Seed }, [4, 2], 9),
        ["Dense with mish"] = new(() => new Dense(3, Activation.Mish) { Seed = Seed }, [4, 2], 9),
        ["Dense with softplus"] = new(() => new Dense(3, Activation.Softplus) { Seed = Seed }, [4, 2], 9),
        ["Lstm with softsign and Keras 3's hard sigmoid"] = new(() => new Lstm(3, activation: Activation.Softsign, recurrentActivation: Activation.HardSigmoidKeras3) { Seed = Seed }, [2, 4, 2], 72),
        ["Gru with swish"] = new(() => new Gru(3, activation: Activation.Swish) { Seed = Seed }, [2, 4, 2], 63),
        ["SimpleRnn with elu"] = new(() => new SimpleRnn(3, activation: Activation.Elu) { Seed = Seed }, [2, 4, 2], 18),
        ["Flatten"] = new(() => new Flatten(), [2, 4, 2], 0),
        ["Reshape"] = new(() => new Reshape(2, -1), [2, 4, 2], 0),
        ["activation layer"] = new(() => new ActivationLayer(Activation.Tanh), [2, 4, 2], 0),
        ["Dropout outside of training"] = new(() => Predicting(new Dropout(0.5)), [2, 4, 2], 0),
        ["AdditiveAttention"] = new(() => new AdditiveAttention { Seed = Seed }, [2, 4, 2], 2),
        ["AdditiveAttention without scale"] = new(() => new AdditiveAttention(useScale: false), [2, 4, 2], 0),
        ["Attention"] = new(() => new Attention(), [2, 4, 2], 0),
        ["Attention with scale"] = new(() => new Attention(useScale: true, useCausalMask: true) { Seed = Seed }, [2, 4, 2], 1),
        ["Attention of concatenated"] = new(() => new Attention(useScale: true, scoreMode: ScoreMode.Concat) { Seed = Seed }, [2, 4, 2], 2),
        ["MultiHeadAttention"] = new(() => new MultiHeadAttention(2, 3) { Seed = Seed }, [2, 4, 2], 3 * 18 + 14),
        ["MultiHeadAttention of other sizes"] = new(() => new MultiHeadAttention(2, 3, valueSize: 4, useBias: false, outputSize: 5, useCausalMask: true) { Seed = Seed }, [2, 4, 2], 12 + 12 + 16 + 40),
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
    private static FunctionalModel Graph(Func<EchoLstm.Layers.Input, Node> make)
    {
        var input = new EchoLstm.Layers.Input(4, 2);
        return new FunctionalModel([input], [make(input)]) { Seed = Seed };
    }

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
