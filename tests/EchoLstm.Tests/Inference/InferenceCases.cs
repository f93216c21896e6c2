using EchoLstm.Inference;

namespace EchoLstm.Tests.Inference;

/// <summary>Models of all layers that have kernels, for three features or for indices, as saved files.</summary>
internal static class InferenceCases
{
    internal const int Features = 3;
    internal const int Words = 7;
    internal const int Steps = 6;

    internal static readonly Dictionary<string, Func<Layer[]>> Stacks = new()
    {
        ["lstm"] = () => [new Lstm(5), new Dense(2)],
        ["lstm without bias, hard gates"] = () => [new Lstm(5, recurrentActivation: Activation.HardSigmoid, useBias: false), new Dense(1, Activation.Relu, useBias: false)],
        ["lstm on lstm"] = () => [new Lstm(9, returnSequences: true), new Dropout(0.5), new Lstm(4), new Dense(3, Activation.Softmax)],
        ["steps"] = () => [new Lstm(17, returnSequences: true), new TimeDistributed(new Dense(2, Activation.Sigmoid))],
        ["gru"] = () => [new Gru(6, returnSequences: true), new Gru(5, resetAfter: false), new ActivationLayer(Activation.Tanh)],
        ["gru without bias"] = () => [new Gru(6, useBias: false), new Dense(1)],
        ["simple rnn"] = () => [new SimpleRnn(6, returnSequences: true), new SimpleRnn(5, useBias: false)],
        ["stateful"] = () => [new Lstm(5, returnSequences: true, stateful: true), new Gru(4, stateful: true), new Dense(1)],
        ["backwards"] = () => [new Lstm(5, returnSequences: true, goBackwards: true), new Dense(1)],
        ["bidirectional"] = () => [new Bidirectional(new Lstm(5, returnSequences: true)), new Bidirectional(new Gru(4), MergeMode.Mul), new Dense(1)],
        ["encoder-decoder"] = () => [new Lstm(5), new RepeatVector(4), new Lstm(6, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["masking"] = () => [new Masking(-1), new Lstm(5, returnSequences: true), new Gru(4, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["shapes"] = () => [new Lstm(4, returnSequences: true), new Flatten(), new Dense(6), new Reshape(3, 2), new SimpleRnn(3)],
        ["normalised"] = () => [new LayerNormalization(), new Lstm(5, returnSequences: true), new LayerNormalization(center: false), new Dense(9, Activation.Gelu), new LeakyRelu(), new PRelu([1]), new TimeDistributed(new Elu()), new Dense(2, Activation.Mish)],
        ["noise and pooling"] = () => [new GaussianNoise(0.5), new SpatialDropout1D(0.5), new Gru(5, returnSequences: true), new PRelu(), new GlobalAveragePooling1D(), new Dense(2, Activation.Softplus)],
        ["other steps"] = () => [new ZeroPadding1D(2, 1), new Lstm(4, returnSequences: true), new Cropping1D(1, 2), new UpSampling1D(2), new GlobalMaxPooling1D(keepdims: true), new TimeDistributed(new Dense(2))],
        ["words"] = () => [new Embedding(Words, 4), new Lstm(5), new Dense(2)],
        ["words with padding"] = () => [new Embedding(Words, 4, maskZero: true), new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(2))],
    };

    internal static bool ReadsWords(string name) => name.StartsWith("words", StringComparison.Ordinal);

    /// <summary>A model whose every weight is random, biases too.</summary>
    internal static SequentialModel Create(string name)
    {
        var model = new SequentialModel(Stacks[name]()) { Seed = 3 };
        model.Build(ReadsWords(name) ? new Shape(null, Steps) : new Shape(null, Steps, Features));
        var random = new Random(5);
        model.SetWeights([.. model.GetWeights().Select(Drawn)]);
        return model;

        Array Drawn(Array weight)
        {
            var drawn = (Array)weight.Clone();
            foreach (ref var value in ArrayElements.Of<float>(drawn))
            {
                value = (float)((random.NextDouble() * 2) - 1);
            }
            return drawn;
        }
    }

    /// <summary>The same model, saved and loaded without Torch.</summary>
    internal static InferenceModel Saved(this Model model, string name = "model.safetensors")
    {
        using var folder = new TemporaryFolder();
        model.Save(folder.File(name));
        return InferenceModel.Load(folder.File(name));
    }

    /// <summary>Samples of features, some steps of which are masked where the model masks.</summary>
    internal static float[] Inputs(int samples, int steps = Steps, int seed = 1)
    {
        var random = new Random(seed);
        var x = new float[samples * steps * Features];
        for (var row = 0; row < samples * steps; row++)
        {
            var isMasked = random.Next(4) == 0;
            for (var k = 0; k < Features; k++)
            {
                x[(row * Features) + k] = isMasked ? -1 : (float)((random.NextDouble() * 2) - 1);
            }
        }
        return x;
    }

    /// <summary>Samples of indices.</summary>
    internal static int[] Indices(int samples, int steps = Steps, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, samples * steps).Select(_ => random.Next(Words))];
    }
}
