using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Engines.Fused;

public sealed class FusedEngineTests
{
    // Both are float32; sums run in another order.
    private const double LossTolerance = 2e-5;
    private const double WeightTolerance = 2e-4;
    private const double OutputTolerance = 2e-5;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_models_train_alike_on_both_engines(int seed)
    {
        using var scope = NewDisposeScope();
        var (fused, x, y, description) = RandomModel(seed);
        var (torchOwn, _, _, _) = RandomModel(seed);
        using var first = fused;
        using var second = torchOwn;
        fused.RequestedEngine = EngineKind.Fused;
        torchOwn.RequestedEngine = EngineKind.Torch;
        torchOwn.SetWeights(fused.GetWeights());

        Same(fused.Predict(x), torchOwn.Predict(x), OutputTolerance, description);
        var batchSize = (int)x.shape[0] / 2;
        var one = fused.Fit(x, y, epochs: 15, batchSize: batchSize, shuffle: false, verbose: 0);
        var other = torchOwn.Fit(x, y, epochs: 15, batchSize: batchSize, shuffle: false, verbose: 0);

        one.Engine.Kind.Should().Be(EngineKind.Fused);
        other.Engine.Kind.Should().Be(EngineKind.Torch);
        foreach (var name in one.Names)
        {
            foreach (var (a, b) in one[name].Zip(other[name]))
            {
                a.Should().BeApproximately(b, LossTolerance * (1 + Math.Abs(b)), "{0} of {1}", name, description);
            }
        }
        foreach (var (a, b) in fused.GetWeights().Zip(torchOwn.GetWeights()))
        {
            a.Cast<float>().Zip(b.Cast<float>(), (p, q) => Math.Abs(p - q)).Max().Should().BeLessThan((float)WeightTolerance, "{0}", description);
        }
        Same(fused.Predict(x, batchSize, carryState: true), torchOwn.Predict(x, batchSize, carryState: true), 20 * OutputTolerance, description);
    }

    [Fact]
    public void A_model_with_a_layer_that_has_no_kernel_says_so()
    {
        using var model = new SequentialModel(new Gru(3), new Dense(1));
        model.Build(4, 2);
        model.Engine.ToString().Should().Be("Torch: Gru 'gru_1' (GRU) has no fused kernel");
        model.RequestedEngine = EngineKind.Fused;
        var run = () => model.Engine;
        run.Should().Throw<InvalidOperationException>().WithMessage(
            "The fused engine was asked for but can't run the model: Gru 'gru_1' (GRU) has no fused kernel. Set RequestedEngine to Auto or Torch.");
    }

    [Fact]
    public void Weights_that_the_user_changes_in_place_are_honoured()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var x = EchoSequence.FrameManyToMany(EchoSequence.Linear(5)).X;
        var before = model.Predict<float[,,]>(x);
        using (no_grad())
        {
            foreach (var parameter in model.parameters())
            {
                parameter.mul_(0.5);
            }
        }
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        var after = model.Predict<float[,,]>(x);
        after.Should().NotBeEquivalentTo(before);
        using var input = tensor(x);
        using var eager = model.call(input);
        after.Cast<float>().Should().Equal(eager.data<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void A_model_of_doubles_runs_on_torch()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        model.to(ScalarType.Float64);
        model.Engine.Kind.Should().Be(EngineKind.Torch);
        model.Engine.Reason.Should().Be("Lstm 'lstm_1': its weights are Float64, not Float32");
    }

    private static void Same(Tensor a, Tensor b, double tolerance, string description) =>
        (a - b).abs().max().ToDouble().Should().BeLessThan(tolerance, "the outputs of {0}", description);

    private static (SequentialModel Model, Tensor X, Tensor Y, string Description) RandomModel(int seed)
    {
        var random = new Random(seed);
        var (samples, steps, features) = (2 * random.Next(1, 6), random.Next(1, 8), random.Next(1, 20));
        var stateful = random.Next(4) == 0;
        var activation = random.Next(4) == 0 ? Activation.HardSigmoid : Activation.Sigmoid;
        var sequences = random.Next(2) == 0;
        var layers = new List<nn.Module<Tensor, Tensor>>();
        if (random.Next(2) == 0)
        {
            layers.Add(new Lstm(random.Next(1, 35), returnSequences: true, goBackwards: random.Next(4) == 0, stateful: stateful));
        }
        layers.Add(new Lstm(random.Next(1, 40), returnSequences: sequences, goBackwards: random.Next(4) == 0, stateful: stateful, recurrentActivation: activation, useBias: random.Next(4) > 0));
        if (!sequences && random.Next(3) == 0)
        {
            layers.Add(new RepeatVector(random.Next(1, 5)));
            layers.Add(new Lstm(random.Next(1, 20), returnSequences: true));
            sequences = true;
        }
        var hidden = (Activation)random.Next(5);
        layers.Add(new Dense(random.Next(1, 20), hidden, useBias: random.Next(4) > 0));
        var loss = random.Next(6);
        var units = loss >= 3 ? random.Next(2, 30) : random.Next(1, 12);
        var last = new Dense(units, loss switch { 2 => Activation.Sigmoid, 3 or 4 => Activation.Softmax, _ => Activation.Linear });
        layers.Add(sequences ? new TimeDistributed(last) : last);

        var model = new SequentialModel([.. layers]) { Seed = seed };
        model.Build(new Shape(null, steps, features));
        Optimizer optimizer = random.Next(5) switch
        {
            0 => new Sgd(0.05, momentum: 0.9, nesterov: random.Next(2) == 0),
            1 => new RmsProp(0.002, momentum: random.Next(2) * 0.5, centered: random.Next(2) == 0),
            2 => new Adam(0.01) { ClipValue = 0.02 },
            3 => new Adam(0.01) { GlobalClipNorm = 0.1 },
            _ => new Adam(0.01),
        };
        Loss function = loss switch
        {
            0 => Loss.MeanSquaredError(),
            1 => Loss.MeanAbsoluteError(),
            2 => Loss.BinaryCrossentropy(),
            3 => Loss.CategoricalCrossentropy(),
            4 => Loss.SparseCategoricalCrossentropy(),
            _ => Loss.CategoricalCrossentropy(fromLogits: true),
        };
        model.Compile(function, optimizer, loss == 4 ? [Metric.Accuracy()] : [Metric.Accuracy(), Metric.MeanSquaredError()]);

        var output = model.OutputShape(new Shape(samples, steps, features));
        var shape = output.Select(length => length!.Value).ToArray();
        var x = tensor(Numbers(random, samples * steps * features)).reshape(samples, steps, features);
        var rows = (int)shape.Take(shape.Length - 1).Aggregate((a, b) => a * b);
        var classes = Enumerable.Range(0, rows).Select(_ => (long)random.Next(units)).ToArray();
        var y = loss switch
        {
            4 => tensor(classes).reshape(shape[..^1]),
            3 or 5 => nn.functional.one_hot(tensor(classes), units).to(ScalarType.Float32).reshape(shape),
            2 => tensor([.. Enumerable.Range(0, rows * units).Select(_ => (float)random.Next(2))]).reshape(shape),
            _ => tensor(Numbers(random, rows * units)).reshape(shape),
        };
        var description = $"seed {seed}: {string.Join(", ", model.Layers.Select(layer => layer.Name))} on ({samples}, {steps}, {features}), {function.Name}, {optimizer.Name}";
        return (model, x, y, description);
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
