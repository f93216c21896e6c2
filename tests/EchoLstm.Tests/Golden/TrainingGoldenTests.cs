namespace EchoLstm.Tests.Golden;

/// <summary>Whole trainings from given weights, against the curves of another implementation of Keras.</summary>
public class TrainingGoldenTests
{
    /// <summary>File, case, whether with Keras's epsilon, and the engine; the fused engine has no optimisers of Torch's.</summary>
    public static TheoryData<string, string?, bool, EngineKind> Trainings => OnEachEngine(
        ("tutorial-one-to-one", null),
        ("tutorial-many-to-one", null),
        ("tutorial-many-to-many", null),
        ("timedistributed-blog", "linear"),
        ("timedistributed-blog", "softmax"));

    public static TheoryData<string, string?, bool, EngineKind> StatefulTrainings => OnEachEngine(("sequence-echo", null), ("encoder-decoder", null));

    [Theory]
    [MemberData(nameof(Trainings))]
    public void A_fit_follows_the_golden_curve(string file, string? name, bool kerasEpsilon, EngineKind engine)
    {
        var golden = GoldenCase.Load(file, name);
        var expected = golden.Part(kerasEpsilon ? "expectedKerasEpsilon" : "expected");
        var fit = golden.Part("fit");
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        model.RequestedEngine = engine;
        var (x, y) = (golden.Inputs.ToTensor(), golden.Tensor("targets").ToTensor());
        model.Compile(LossOf(golden), OptimizerOf(golden, kerasEpsilon));
        var weights = new WeightsByEpoch();

        var history = model.Fit(x, y, (int)fit.Number("epochs"), (int)fit.Number("batchSize"), verbose: 0, shuffle: false, callbacks: [weights]);

        history.Engine.Kind.Should().Be(engine);
        history.Loss.ShouldMatch(expected.Numbers("losses"), name == "linear" ? GoldenTolerances.LossesOfLinearOutput : GoldenTolerances.Losses, "the losses");
        weights.ShouldMatch(expected);
        model.GetWeights().Values().ShouldMatch(GoldenTensor.AllValues(expected.Tensors("finalWeights")), GoldenTolerances.FinalWeights, "the final weights");
        model.Predict(x).ShouldMatch(expected.Tensor("predictions").Values, GoldenTolerances.FinalPredictions, "the final predictions");
    }

    [Theory]
    [InlineData("tutorial-one-to-one", null, EngineKind.Torch)]
    [InlineData("tutorial-many-to-one", null, EngineKind.Torch)]
    [InlineData("tutorial-many-to-many", null, EngineKind.Torch)]
    [InlineData("timedistributed-blog", "linear", EngineKind.Torch)]
    [InlineData("timedistributed-blog", "softmax", EngineKind.Torch)]
    [InlineData("tutorial-one-to-one", null, EngineKind.Fused)]
    [InlineData("tutorial-many-to-one", null, EngineKind.Fused)]
    [InlineData("tutorial-many-to-many", null, EngineKind.Fused)]
    [InlineData("timedistributed-blog", "linear", EngineKind.Fused)]
    [InlineData("timedistributed-blog", "softmax", EngineKind.Fused)]
    public void The_first_batch_has_the_golden_predictions_loss_and_gradients(string file, string? name, EngineKind engine)
    {
        var golden = GoldenCase.Load(file, name);
        var expected = golden.Part("expected");
        var batchSize = golden.Part("fit")["batchSize"].GetInt64();
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        var (x, y) = (golden.Inputs.ToTensor(), golden.Tensor("targets").ToTensor());
        model.RequestedEngine = engine;
        model.Compile(LossOf(golden), new Sgd(learningRate: 1));

        model.Predict(x).ShouldMatch(expected.Tensor("initialPredictions").Values, GoldenTolerances.Outputs, "the predictions before training");
        if (expected.Has("forwardLoss"))
        {
            model.Evaluate(x, y)["loss"].Should().BeApproximately(expected.Number("forwardLoss"), GoldenTolerances.LossesOfLinearOutput.Absolute);
        }
        FirstBatchShouldMatch(model, x.narrow(0, 0, batchSize), y.narrow(0, 0, batchSize), expected.Part("firstBatch"));
    }

    [Theory]
    [MemberData(nameof(StatefulTrainings))]
    public void A_stateful_model_that_is_reset_after_each_sequence_follows_the_golden_curve(string file, string? name, bool kerasEpsilon, EngineKind engine)
    {
        var golden = GoldenCase.Load(file, name);
        var expected = golden.Part(kerasEpsilon ? "expectedKerasEpsilon" : "expected");
        var framing = golden.Part("framing");
        var batchSize = (int)golden.Number("batchSize");
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        model.RequestedEngine = engine;
        model.Compile(LossOf(golden), OptimizerOf(golden, kerasEpsilon), Metric.Accuracy());
        var weights = new WeightsByEpoch();
        var (losses, accuracies) = (new List<double>(), new List<double>());

        var sequences = golden["sequences"].EnumerateArray().Select(sequence => sequence.EnumerateArray().Select(value => value.GetInt32()).ToArray()).ToList();
        for (var epoch = 0; epoch < sequences.Count; epoch++)
        {
            var (x, y) = Frame(sequences[epoch], framing);
            var history = model.Fit(x, y, epochs: epoch + 1, batchSize, verbose: 0, shuffle: false, callbacks: [weights], initialEpoch: epoch);
            model.ResetStates();
            history.Engine.Kind.Should().Be(engine);
            losses.Add(history.Loss.Single());
            accuracies.Add(history["accuracy"].Single());
        }

        losses.ShouldMatch(expected.Numbers("losses"), GoldenTolerances.Losses, "the losses");
        accuracies.ShouldMatch(expected.Numbers("accuracy"), GoldenTolerances.Accuracy, "the accuracies");
        weights.ShouldMatch(expected);
        model.GetWeights().Values().ShouldMatch(GoldenTensor.AllValues(expected.Tensors("finalWeights")), GoldenTolerances.FinalWeights, "the final weights");
        var (test, _) = Frame([.. golden["testSequence"].EnumerateArray().Select(value => value.GetInt32())], framing);
        model.Predict(test, batchSize).ShouldMatch(expected.Tensor("predictions").Values, GoldenTolerances.FinalPredictions, "the predictions");
    }

    [Theory]
    [InlineData("sequence-echo", EngineKind.Torch)]
    [InlineData("encoder-decoder", EngineKind.Torch)]
    [InlineData("sequence-echo", EngineKind.Fused)]
    [InlineData("encoder-decoder", EngineKind.Fused)]
    public void The_first_stateful_batch_has_the_golden_loss_and_gradients(string file, EngineKind engine)
    {
        var golden = GoldenCase.Load(file);
        using var scope = NewDisposeScope();
        using var model = GoldenModel.Build(golden);
        model.RequestedEngine = engine;
        model.Compile(LossOf(golden), new Sgd(learningRate: 1));
        var (x, y) = Frame([.. golden["sequences"][0].EnumerateArray().Select(value => value.GetInt32())], golden.Part("framing"));
        var batchSize = golden["batchSize"].GetInt64();

        FirstBatchShouldMatch(model, x.narrow(0, 0, batchSize), y.narrow(0, 0, batchSize), golden.Part("expected").Part("firstBatch"));
    }

    // With a learning rate of 1 a step of plain descent is the gradient itself, whichever engine takes it.
    private static void FirstBatchShouldMatch(SequentialModel model, Tensor x, Tensor y, GoldenCase expected)
    {
        var before = model.GetWeights().Values();

        var loss = model.TrainOnBatch(x, y)["loss"];

        new[] { loss }.ShouldMatch([expected.Number("loss")], GoldenTolerances.Gradients, "the loss");
        before.Zip(model.GetWeights().Values(), (was, now) => was - now).ToArray()
            .ShouldMatch(GoldenTensor.AllValues(expected.Tensors("gradients")), GoldenTolerances.Gradients, "the gradients");
    }

    private static TheoryData<string, string?, bool, EngineKind> OnEachEngine(params ReadOnlySpan<(string File, string? Case)> goldens)
    {
        var data = new TheoryData<string, string?, bool, EngineKind>();
        foreach (var (file, name) in goldens)
        {
            data.Add(file, name, true, EngineKind.Torch);
            data.Add(file, name, true, EngineKind.Fused);
            data.Add(file, name, false, EngineKind.Torch);
        }
        return data;
    }

    private static Loss LossOf(GoldenCase golden) => golden["loss"].GetString() switch
    {
        "meanSquaredError" => Loss.MeanSquaredError(),
        "categoricalCrossentropy" => Loss.CategoricalCrossentropy(),
        var loss => throw new NotSupportedException($"The tests have no loss {loss}."),
    };

    private static Optimizer OptimizerOf(GoldenCase golden, bool kerasEpsilon)
    {
        var settings = golden.Part(kerasEpsilon ? "optimizerKerasEpsilon" : "optimizer");
        var (rate, beta1, beta2, epsilon) = (settings.Number("learningRate"), settings.Number("beta1"), settings.Number("beta2"), settings.Number("epsilon"));
        return kerasEpsilon
            ? new Adam(rate, beta1, beta2, epsilon)
            : new TorchOptimizer(parameters => optim.Adam(parameters, rate, beta1, beta2, epsilon));
    }

    // Sample i is the one-hot window that begins at i; its target is the beginning of that window.
    private static (Tensor X, Tensor Y) Frame(int[] sequence, GoldenCase framing)
    {
        var (window, target, features) = ((int)framing.Number("window"), (int)framing.Number("targetLength"), (int)framing.Number("features"));
        var samples = sequence.Length - window + 1;
        samples.Should().Be((int)framing.Number("samples"));
        var (x, y) = (new float[samples, window, features], new float[samples, target, features]);
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < window; t++)
            {
                x[i, t, sequence[i + t]] = 1;
                if (t < target)
                {
                    y[i, t, sequence[i + t]] = 1;
                }
            }
        }
        return (tensor(x), tensor(y));
    }
}
