using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Golden;

/// <summary>Whole trainings of graphs, 50 epochs, against golden values of another implementation of Keras.</summary>
public class GraphGoldenTests
{
    private static readonly Dictionary<string, Func<FunctionalModel>> Models = new()
    {
        ["encoder-decoder"] = () =>
        {
            Input source = new(5, 3), target = new(4, 2);
            var (_, state) = new Lstm(6) { Name = "encoder" }.ApplyWithState(source);
            var (steps, _) = new Lstm(6, returnSequences: true) { Name = "decoder" }.ApplyWithState(target, state);
            return new([source, target], [new TimeDistributed(new Dense(4, Activation.Softmax)) { Name = "head" }.Apply(steps)]);
        },
        ["two-inputs"] = () =>
        {
            Input series = new(6, 2), kind = new(3);
            var both = new Concatenate().Apply(
                new Lstm(5) { Name = "reader" }.Apply(series), new Dense(4, Activation.Tanh) { Name = "known" }.Apply(kind));
            return new([series, kind], [new Dense(2) { Name = "head" }.Apply(both)]);
        },
        ["two-outputs"] = () =>
        {
            Input series = new(6, 2);
            var steps = new Lstm(5, returnSequences: true) { Name = "body" }.Apply(series);
            var end = new Lstm(4) { Name = "end" }.Apply(steps);
            return new(
                [series],
                [new TimeDistributed(new Dense(2)) { Name = "near" }.Apply(steps), new Dense(3, Activation.Softmax) { Name = "far" }.Apply(end)]);
        },
        ["shared-lstm"] = () =>
        {
            Input left = new(4, 3), right = new(7, 3);
            var shared = new Lstm(5) { Name = "shared" };
            var (one, other) = (shared.Apply(left), shared.Apply(right));
            var both = new Concatenate().Apply(new Dot(-1, normalize: true).Apply(one, other), new Multiply().Apply(one, other));
            return new([left, right], [new Dense(1, Activation.Sigmoid) { Name = "same" }.Apply(both)]);
        },
        ["masked-encoder"] = () =>
        {
            Input words = new(5), target = new(3, 2);
            var vectors = new Embedding(6, 3, maskZero: true) { Name = "vectors" }.Apply(words);
            var (_, state) = new Lstm(4) { Name = "encoder" }.ApplyWithState(vectors);
            var (steps, _) = new Lstm(4, returnSequences: true) { Name = "decoder" }.ApplyWithState(target, state);
            return new([words, target], [new TimeDistributed(new Dense(1)) { Name = "head" }.Apply(steps)]);
        },
    };

    /// <summary>The engine that is taken by itself, and Torch's.</summary>
    public static TheoryData<string, EngineKind> Cases
    {
        get
        {
            var cases = new TheoryData<string, EngineKind>();
            foreach (var name in Models.Keys)
            {
                cases.Add(name, EngineKind.Auto);
                cases.Add(name, EngineKind.Torch);
            }
            return cases;
        }
    }

    [Fact]
    public void Every_case_of_the_file_is_tested() =>
        GoldenCase.Load("graphs").Parts("cases").Select(part => part.Name).Should().BeEquivalentTo(Models.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_graph_follows_the_golden_curve(string name, EngineKind engine)
    {
        var golden = GoldenCase.Load("graphs", name);
        var (expected, fit, settings) = (golden.Part("expected"), golden.Part("fit"), golden.Part("optimizer"));
        using var scope = NewDisposeScope();
        using var model = Models[name]();
        model.RequestedEngine = engine;
        model.Build();
        var byName = golden.Weights.ToDictionary(weight => weight.Name);
        model.SetWeights([.. model.Weights.Select(weight => byName[weight.Name].ToArray())]);
        model.GetWeights().Should().HaveCount(golden.Weights.Length);
        TensorLike[] x = [.. golden.Tensors("inputs").Select(tensor => (TensorLike)tensor.ToTensor())];
        TensorLike[] y = [.. golden.Tensors("targets").Select(tensor => (TensorLike)tensor.ToTensor())];
        model.Compile(
            [.. golden["losses"].EnumerateArray().Select(loss => LossOf(loss.GetString()!))],
            new Adam(settings.Number("learningRate"), settings.Number("beta1"), settings.Number("beta2"), settings.Number("epsilon")),
            lossWeights: golden.Numbers("lossWeights"));
        var weights = new WeightsByEpoch();

        PredictionsShouldMatch(model, x, expected.Tensors("initialPredictions"), GoldenTolerances.Outputs);
        var history = model.Fit(
            x, y, (int)fit.Number("epochs"), (int)fit.Number("batchSize"), verbose: 0, shuffle: false, callbacks: [weights]);

        history.Loss.Should().HaveCount(50);
        history.Names.Should().Equal(expected["losses"].EnumerateObject().Select(losses => losses.Name));
        foreach (var losses in history.Names)
        {
            history[losses].ShouldMatch(expected.Part("losses").Numbers(losses), GoldenTolerances.Losses, losses);
        }
        weights.ShouldMatch(expected);
        model.GetWeights().Values().ShouldMatch(
            GoldenTensor.AllValues(expected.Tensors("finalWeights")), GoldenTolerances.FinalWeights, "the final weights");
        PredictionsShouldMatch(model, x, expected.Tensors("predictions"), GoldenTolerances.FinalPredictions);
    }

    private static void PredictionsShouldMatch(Model model, TensorLike[] x, GoldenTensor[] expected, Tolerance tolerance)
    {
        foreach (var (output, golden) in model.Predict(x).Zip(expected))
        {
            output.shape.Should().Equal(golden.Shape);
            output.ShouldMatch(golden.Values, tolerance, "the predictions");
        }
    }

    private static Loss LossOf(string name) => name switch
    {
        "meanSquaredError" => Loss.MeanSquaredError(),
        "categoricalCrossentropy" => Loss.CategoricalCrossentropy(),
        "binaryCrossentropy" => Loss.BinaryCrossentropy(),
        _ => throw new NotSupportedException($"The tests have no loss {name}."),
    };
}
