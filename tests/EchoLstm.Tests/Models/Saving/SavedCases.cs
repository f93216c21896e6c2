using EchoLstm.Tests.Layers;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>Models to be saved: one of each layer case, and layers with every option away from its default.</summary>
internal static class SavedCases
{
    private const int Seed = 5;

    private static readonly Regularizer Penalty = Regularizer.L1L2(0.125, 0.3);

    private static readonly Dictionary<string, LayerCase> Options = new()
    {
        ["every option of Lstm"] = new(
            () => new Lstm(3, true, true, true, true, Activation.Relu, Activation.HardSigmoid, useBias: true, unitForgetBias: false, dropout: 0.1, recurrentDropout: 0.3)
            {
                Name = "mein_Gedächtnis",
                Seed = 9,
                KernelRegularizer = Penalty,
                RecurrentRegularizer = Regularizer.L1(0.25),
                BiasRegularizer = Regularizer.L2(1e-9),
                UsesFusedKernel = false,
                CheckpointSteps = 7,
                Trainable = false,
            },
            [2, 4, 2],
            72),
        ["every option of Gru"] = new(
            () => new Gru(3, true, true, true, Activation.Relu, Activation.HardSigmoid, true, false, 0.1, 0.3)
            {
                Seed = 9,
                KernelRegularizer = Penalty,
                RecurrentRegularizer = Regularizer.L1(0.25),
                BiasRegularizer = Regularizer.L2(1e-9),
            },
            [2, 4, 2],
            54),
        ["every option of SimpleRnn"] = new(
            () => new SimpleRnn(3, true, true, true, Activation.Relu, true, 0.1, 0.3)
            {
                Seed = 9,
                KernelRegularizer = Penalty,
                RecurrentRegularizer = Regularizer.L1(0.25),
                BiasRegularizer = Regularizer.L2(1e-9),
            },
            [2, 4, 2],
            18),
        ["every option of Dense"] = new(() => new Dense(3, Activation.Softmax) { Name = "a name", Seed = int.MinValue, KernelRegularizer = Penalty, BiasRegularizer = Regularizer.L2() }, [4, 2], 9),
        ["every option of Conv1D"] = new(() => new Conv1D(3, 2, 2, StepPadding.Causal, Activation.Relu, true) { Seed = 9, KernelRegularizer = Penalty, BiasRegularizer = Regularizer.L2() }, [2, 4, 2], 15),
        ["every option of Embedding"] = new(() => new Embedding(5, 3, maskZero: true) { Seed = 9, EmbeddingsRegularizer = Penalty }, [2, 4], 15),
        ["every option of Attention"] = new(() => new Attention(useScale: true, ScoreMode.Concat, dropout: 1.0 / 3, useCausalMask: true) { Seed = 9 }, [2, 4, 2], 2),
        ["every option of MultiHeadAttention"] = new(
            () => new MultiHeadAttention(2, 3, valueSize: 1, dropout: 0.1, useBias: true, outputSize: 4, useCausalMask: true) { Seed = 9, KernelRegularizer = Penalty, BiasRegularizer = Regularizer.L2() },
            [2, 4, 2],
            18 + 18 + 6 + 12),
        ["Masking"] = new(() => new Masking(-1.5), [2, 4, 2], 0),
        ["Dropout"] = new(() => new Dropout(1.0 / 3), [2, 4, 2], 0),
        ["every option of MaxPooling1D"] = new(() => new MaxPooling1D(3, 2, StepPadding.Same), [2, 4, 2], 0),
        ["every option of AveragePooling1D"] = new(() => new AveragePooling1D(3, 2, StepPadding.Same), [2, 4, 2], 0),
        ["every option of Conv2D"] = new(() => new Conv2D(2, (2, 3), (2, 1), StepPadding.Same, Activation.Gelu, true) { Seed = 9, KernelRegularizer = Penalty, BiasRegularizer = Regularizer.L2() }, [2, 3, 4, 2], 26),
        ["every option of MaxPooling2D"] = new(() => new MaxPooling2D((3, 2), (1, 2), StepPadding.Same), [2, 3, 4, 2], 0),
        ["every option of AveragePooling2D"] = new(() => new AveragePooling2D((3, 2), (1, 2), StepPadding.Same), [2, 3, 4, 2], 0),
        ["GlobalAveragePooling2D that keeps the axes"] = new(() => new GlobalAveragePooling2D(keepdims: true), [2, 3, 4, 2], 0),
        ["every option of LayerNormalization"] = new(() => new LayerNormalization(0.1, center: true, scale: true) { BetaRegularizer = Penalty, GammaRegularizer = Regularizer.L1() }, [2, 4, 3], 6),
        ["every option of BatchNormalization"] = new(() => new BatchNormalization(0.25, 0.1, center: true, scale: true) { BetaRegularizer = Penalty, GammaRegularizer = Regularizer.L1(), Trainable = false }, [2, 4, 3], 12),
        ["every option of PRelu"] = new(() => new PRelu([2, 1]) { AlphaRegularizer = Penalty }, [2, 4, 3], 1),
        ["LeakyRelu with a slope"] = new(() => new LeakyRelu(1.0 / 3), [2, 4, 2], 0),
        ["SpatialDropout1D"] = new(() => new SpatialDropout1D(1.0 / 3), [2, 4, 2], 0),
        ["GaussianNoise"] = new(() => new GaussianNoise(1.0 / 3) { Seed = 4 }, [2, 4, 2], 0),
        ["wrappers in wrappers"] = new(() => new TimeDistributed(new TimeDistributed(new SequentialModel(new Bidirectional(new Gru(2, dropout: 0.5) { Name = "vor" }), new Dense(1)) { Name = "innen", Seed = 3 })), [2, 3, 2, 4, 2], 65),
        ["Bidirectional whose twin is another"] = new(MakeTwins, [2, 4, 2], 144),
        ["Embedding in TimeDistributed"] = new(() => new TimeDistributed(new Embedding(5, 2)), [2, 3, 4], 10),
    };

    /// <summary>Every case that can be saved as a whole.</summary>
    internal static IReadOnlyDictionary<string, LayerCase> All { get; } = LayerCases.All.Where(named => !HasModule(named.Value)).Concat(Options).ToDictionary(named => named.Key, named => named.Value);

    /// <summary>The case's layer in a model that is built.</summary>
    internal static SequentialModel Model(LayerCase given)
    {
        var model = new SequentialModel(given.Make()) { Seed = Seed };
        model.Build(new Shape([null, .. given.InputShape.Skip(1).Select(length => (long?)length)]));
        return model;
    }

    internal static bool HasModule(LayerCase given)
    {
        using var model = new SequentialModel(given.Make());
        return model.modules().OfType<ModuleLayer>().Any();
    }

    private static Bidirectional MakeTwins()
    {
        var both = new Bidirectional(new Lstm(3), MergeMode.Mul);
        both.Backward.Trainable = false;
        ((Lstm)both.Backward).UsesFusedKernel = false;
        return both;
    }
}
