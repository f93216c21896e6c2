using EchoLstm.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Outputs, figures and every gradient of the kernels against Torch's autograd. After a step of plain descent at rate 1 the weights' difference is the gradient.</summary>
public sealed class FusedGradientTests
{
    // Both are float32 and sum in another order; the difference of two weights near 1 has an error of 1e-7.
    private const double OutputTolerance = 5e-6;
    private const double GradientTolerance = 2e-6;
    private const double RelativeGradientTolerance = 5e-5;

    // Around the vector widths, their panels of three, and a few between.
    private static readonly int[] Sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 15, 16, 17, 20, 23, 24, 25, 31, 32, 33, 40, 47, 48, 49, 55, 63, 64, 65, 70];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 320)];

    public static TheoryData<string, int> LayersAndWidths
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var name in Kinds.Keys)
            {
                foreach (var width in (int[])[16, 8, 4, 1])
                {
                    cases.Add(name, width);
                }
            }
            return cases;
        }
    }

    private static Dictionary<string, Func<int, nn.Module<Tensor, Tensor>[]>> Kinds => new()
    {
        ["Lstm"] = units => [new Lstm(units, returnSequences: true)],
        ["Gru, reset after"] = units => [new Gru(units, returnSequences: true)],
        ["Gru, reset before"] = units => [new Gru(units, returnSequences: true, resetAfter: false)],
        ["SimpleRnn"] = units => [new SimpleRnn(units, returnSequences: true)],
        ["Bidirectional"] = units => [new Bidirectional(new Gru(units, returnSequences: true))],
        ["Dense"] = units => [new Dense(units, Activation.Tanh), new Dense(units, units == 1 ? Activation.Sigmoid : Activation.Softmax)],
        ["LayerNormalization"] = units => [new Dense(units), new LayerNormalization(), new LayerNormalization(center: false), new LayerNormalization(scale: false)],
        ["rectifiers"] = units => [new Dense(units), new LeakyRelu(), new PRelu(), new PRelu([1]), new Elu(0.5), new Dense(units), new PRelu([1, 2]), new PRelu([2])],
        ["activations"] = units => [new Dense(units, Activation.Gelu), new Dense(units, Activation.Mish), new ActivationLayer(Activation.Swish), new ActivationLayer(Activation.Exponential), new ActivationLayer(Activation.Selu)],
        ["mean of steps"] = units => [new Lstm(units, returnSequences: true), new GlobalAveragePooling1D(keepdims: true), new UpSampling1D(4), new Dense(units)],
        ["largest of steps"] = units => [new Dense(units), new GlobalMaxPooling1D(keepdims: true), new ZeroPadding1D(1, 2)],
        ["other steps"] = units => [new ZeroPadding1D(1, 2), new Dense(units, Activation.Softplus), new Cropping1D(2, 3), new UpSampling1D(2)],
        ["masked and pooled"] = units => [new Masking(), new LayerNormalization(), new PRelu([1]), new Gru(units, returnSequences: true), new GlobalMaxPooling1D(keepdims: true), new UpSampling1D(4)],
        ["masked"] = units => [new Masking(), new Gru(units, returnSequences: true), new Bidirectional(new Lstm(units, returnSequences: true), MergeMode.Mul)],
    };

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_models_have_torchs_outputs_figures_and_gradients(int seed)
    {
        using var scope = NewDisposeScope();
        using var fused = RandomCase.Create(seed, () => Descent(seed));
        using var torchOwn = RandomCase.Create(seed, () => Descent(seed));
        fused.Model.RequestedEngine = EngineKind.Fused;
        fused.Model.ForcedWidth = (LaneWidth)(1 << (seed % 4 == 0 ? 0 : 1 + (seed % 4)));
        torchOwn.Model.RequestedEngine = EngineKind.Torch;
        var initial = fused.Model.GetWeights();

        // The second time a stateful model goes on from a state, and dropout draws other numbers.
        for (var round = 0; round < 2; round++)
        {
            fused.Model.SetWeights(initial);
            torchOwn.Model.SetWeights(initial);
            Same(fused.Model.Predict(fused.X), torchOwn.Model.Predict(fused.X), fused.Description);
            var (one, other) = (fused.Fit(1), torchOwn.Fit(1));
            one.Engine.Kind.Should().Be(EngineKind.Fused);
            other.Engine.Kind.Should().Be(EngineKind.Torch);
            foreach (var name in other.Names)
            {
                one[name][0].Should().BeApproximately(other[name][0], 1e-5 * (1 + Math.Abs(other[name][0])), "{0} in round {1} of {2}", name, round, fused.Description);
            }
            SameGradients(initial, fused.Model, torchOwn.Model, $"round {round} of {fused.Description}");
        }
    }

    [Theory]
    [MemberData(nameof(LayersAndWidths))]
    public void Every_size_around_the_vectors_has_torchs_outputs_and_gradients(string kind, int width)
    {
        // Each second size, other layers and widths the others; all with ECHOLSTM_THOROUGH=1.
        foreach (var units in Sizes.Where(units => Thorough.IsAsked || (units + width + kind.Length) % 2 == 0))
        {
            using var scope = NewDisposeScope();
            var features = 71 - units;
            var x = tensor(Numbers(units, 3 * 4 * features)).reshape(3, 4, features);
            x[1, 2] = zeros(features);
            using var fused = Model(kind, units, features);
            using var torchOwn = Model(kind, units, features);
            var y = tensor(Numbers(units + 1, 3 * 4 * 2)).reshape(3, 4, 2);
            fused.RequestedEngine = EngineKind.Fused;
            fused.ForcedWidth = (LaneWidth)width;
            torchOwn.RequestedEngine = EngineKind.Torch;
            var initial = fused.GetWeights();
            torchOwn.SetWeights(initial);

            var what = $"{units} units, {features} features";
            Same(fused.Predict(x), torchOwn.Predict(x), what);
            fused.Fit(x, y, batchSize: 3, shuffle: false, verbose: 0);
            torchOwn.Fit(x, y, batchSize: 3, shuffle: false, verbose: 0);
            SameGradients(initial, fused, torchOwn, what);
        }
    }

    private static SequentialModel Model(string kind, int units, int features)
    {
        var model = new SequentialModel([.. Kinds[kind](units), new Dense(2)]) { Seed = units };
        model.Build(4, features);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1));
        return model;
    }

    private static Sgd Descent(int seed) => (seed % 7) switch
    {
        0 => new(1) { ClipNorm = 0.05 },
        1 => new(1) { GlobalClipNorm = 0.1 },
        2 => new(1) { ClipValue = 0.01 },
        _ => new(1),
    };

    private static void Same(Tensor a, Tensor b, string description) =>
        (a - b).abs().max().ToDouble().Should().BeLessThan(OutputTolerance * (1 + b.abs().max().ToDouble()), "the outputs of {0}", description);

    private static void SameGradients(IReadOnlyList<Array> before, SequentialModel fused, SequentialModel torchOwn, string description)
    {
        var names = torchOwn.Weights.Select(weight => weight.Name).ToArray();
        var (ofFused, ofTorch) = (fused.GetWeights(), torchOwn.GetWeights());
        for (var i = 0; i < before.Count; i++)
        {
            var start = before[i].Cast<float>().ToArray();
            var expected = ofTorch[i].Cast<float>().Zip(start, (after, first) => (double)first - after).ToArray();
            var found = ofFused[i].Cast<float>().Zip(start, (after, first) => (double)first - after).ToArray();
            var limit = GradientTolerance + (RelativeGradientTolerance * expected.Max(Math.Abs));
            var worst = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
            worst.Should().BeLessThan(limit, "the gradient of {0}, {1}", names[i], description);
        }
    }

    private static float[] Numbers(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
