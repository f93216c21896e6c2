namespace EchoLstm.Tests.Training;

/// <summary>Keras's <c>ignore_class</c>: what has that target is as if it were masked.</summary>
public class IgnoreClassTests
{
    public static TheoryData<EngineKind, bool> Cases => new()
    {
        { EngineKind.Torch, false }, { EngineKind.Torch, true }, { EngineKind.Fused, false }, { EngineKind.Fused, true },
    };

    private static readonly long[,] Targets = { { 0, -1, 2 }, { -1, -1, 1 }, { -1, -1, -1 }, { 2, 1, 0 } };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_accuracy_and_step_are_those_of_the_other_steps_alone(EngineKind engine, bool fromLogits)
    {
        using var scope = NewDisposeScope();
        using var model = Model(engine, fromLogits);
        var x = Numbers.Uniform(1, [4, 3, 2]);
        var used = tensor(Targets).ne(-1);
        var (rows, classes) = (x[used], tensor(Targets)[used]);
        using var alone = Model(engine, fromLogits);
        alone.SetWeights(model.GetWeights());

        var figures = model.Evaluate(x, Targets, batchSize: 4);
        var trained = model.TrainOnBatch(x, Targets);
        // Each step is computed by itself, so the used ones as samples of one step are all that there is.
        var expected = alone.TrainOnBatch(rows.unsqueeze(1), classes.unsqueeze(1));

        used.sum().item<long>().Should().Be(6);
        foreach (var name in new[] { "loss", "accuracy", "f1_score" })
        {
            figures[name].Should().BeApproximately(expected[name], 1e-6, name);
            trained[name].Should().BeApproximately(expected[name], 1e-6, name);
        }
        model.GetWeights().Values().ShouldMatch(alone.GetWeights().Values(), new Tolerance(1e-6), "the weights");
        model.Engine.Kind.Should().Be(engine);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Batches_are_weighted_by_what_counts_in_metrics_and_by_samples_in_the_loss(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Model(engine, fromLogits: false);
        var x = Numbers.Uniform(1, [4, 3, 2]);
        var right = tensor(Targets).eq(model.Predict(x).argmax(-1)).sum().item<long>();

        var figures = model.Evaluate(x, Targets, batchSize: 1);

        figures["accuracy"].Should().BeApproximately(right / 6.0, 1e-6);
        var losses = Enumerable.Range(0, 4).Select(i => model.Evaluate(x[TensorIndex.Slice(i, i + 1)], tensor(Targets)[TensorIndex.Slice(i, i + 1)])["loss"]).ToArray();
        losses[2].Should().Be(0, "nothing counts");
        figures["loss"].Should().BeApproximately(losses.Average(), 1e-6);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_batch_of_ignored_targets_alone_moves_nothing(EngineKind engine)
    {
        using var model = Model(engine, fromLogits: false);
        var before = model.GetWeights().Values();

        var figures = model.TrainOnBatch(new float[2, 3, 2], new long[,] { { -1, -1, -1 }, { -1, -1, -1 } });

        (figures["loss"], figures["accuracy"]).Should().Be((0, 0));
        model.GetWeights().Values().Should().Equal(before);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void It_goes_together_with_masks_and_class_weights(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Masking(-1), new Lstm(3, returnSequences: true), new Dense(3, Activation.Softmax)) { Seed = 1, RequestedEngine = engine };
        var x = Numbers.Uniform(1, [4, 3, 2]);
        x[0, 2] = -1;
        x[3, TensorIndex.Slice(1)] = -1;
        model.Build(3, 2);
        model.Compile(Loss.SparseCategoricalCrossentropy(ignoreClass: -1), new Sgd(0), Metric.Accuracy());
        // Left: (0, 0) of class 0, (1, 2) of class 1, (3, 0) of class 2.
        var p = model.Predict(x);
        double P(int sample, int step, int of) => p[sample, step, of].item<float>();

        var figures = model.Fit(x, Targets, epochs: 1, batchSize: 4, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 2, [2] = 0.5 });

        figures.Loss[0].Should().BeApproximately(-((2 * Math.Log(P(0, 0, 0))) + Math.Log(P(1, 2, 1)) + (0.5 * Math.Log(P(3, 0, 2)))) / 3, 1e-5);
        var right = new[] { (0, 0, 0), (1, 2, 1), (3, 0, 2) }.Count(place => p[place.Item1, place.Item2].argmax().item<long>() == place.Item3);
        figures["accuracy"][0].Should().BeApproximately(right / 3.0, 1e-6);
        model.Engine.Kind.Should().Be(engine);
    }

    [Fact]
    public void Only_that_class_is_not_checked()
    {
        using var model = Model(EngineKind.Auto, fromLogits: false);

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[1, 3, 2], new long[,] { { -1, 0, -2 } }, verbose: 0),
            $"y[0, 2] is class -2, but the model has 3 classes, 0 to 2. Renumber them; where it marks what does not count, write SparseCategoricalCrossentropy(ignoreClass: -2). (Parameter 'y'){Environment.NewLine}Actual value was -2.");
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_class_of_the_models_own_may_be_ignored(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Model(engine, fromLogits: false, ignoreClass: 1);
        var x = Numbers.Uniform(1, [1, 3, 2]);

        model.Evaluate(x, new long[,] { { 0, 1, 2 } })["loss"].Should().BeApproximately(
            (model.Evaluate(x, new long[,] { { 0, 1, 1 } })["loss"] + model.Evaluate(x, new long[,] { { 1, 1, 2 } })["loss"]) / 2, 1e-6);
    }

    private static SequentialModel Model(EngineKind engine, bool fromLogits, int ignoreClass = -1)
    {
        var model = new SequentialModel(new TimeDistributed(new Dense(3, fromLogits ? Activation.Linear : Activation.Softmax))) { Seed = 1, RequestedEngine = engine };
        model.Build(new Shape(null, null, 2));
        model.Compile(Loss.SparseCategoricalCrossentropy(fromLogits, ignoreClass), new Sgd(0.5), Metric.Accuracy(), Metric.F1Score());
        return model;
    }
}
