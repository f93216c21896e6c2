namespace EchoLstm.Tests.Training;

/// <summary>Every loss and metric through a model, on each engine, with outputs at and beyond the clips: the model hands on its input.</summary>
public class LossOnEnginesTests
{
    private const int Classes = 3;

    private static readonly float[,] Outputs =
    {
        { 0.2f, 0.5f, 0.3f },
        { 0, 1, 0 },
        { 1, 0, 0 },
        { 0.4f, 0.4f, 0.2f },
        { 2, 1, 5 },
        { -1, 2, 0.5f },
        { 1e-9f, 1, 1e-9f },
        { 30, -30, 1 },
    };

    private static readonly float[,] Targets =
    {
        { 0, 1, 0 },
        { 1, 0, 0 },
        { 1, 0, 0 },
        { 0, 1, 0 },
        { 0.5f, 0.25f, 0.25f },
        { 0, 1, 0 },
        { 0, 0, 1 },
        { 0, 1, 0 },
    };

    private static readonly long[] ClassesOfTargets = [1, 0, 0, 1, 0, 1, 2, 1];

    // A focus of 1 and of a fraction would be no number where outputs are no probabilities.
    private static readonly Dictionary<string, Func<Loss>> Others = new()
    {
        ["huber"] = () => Loss.Huber(),
        ["huber 0.3"] = () => Loss.Huber(0.3),
        ["log cosh"] = () => Loss.LogCosh(),
        ["quantile"] = () => Loss.Quantile(0.9),
        ["quantiles"] = () => Loss.Quantile(0.1, 0.5, 0.8),
        ["mape"] = () => Loss.MeanAbsolutePercentageError(),
        ["msle"] = () => Loss.MeanSquaredLogarithmicError(),
        ["divergence"] = () => Loss.KullbackLeiblerDivergence(),
        ["cosine"] = () => Loss.CosineSimilarity(),
        ["binary focal"] = () => Loss.BinaryFocalCrossentropy(),
        ["binary focal balanced"] = () => Loss.BinaryFocalCrossentropy(applyClassBalancing: true, alpha: 0.3, gamma: 1),
        ["binary focal logits"] = () => Loss.BinaryFocalCrossentropy(fromLogits: true),
        ["binary focal without focus"] = () => Loss.BinaryFocalCrossentropy(gamma: 0),
        ["categorical focal"] = () => Loss.CategoricalFocalCrossentropy(),
        ["categorical focal 1.5"] = () => Loss.CategoricalFocalCrossentropy(alpha: 0.6, gamma: 1.5),
        ["categorical focal logits"] = () => Loss.CategoricalFocalCrossentropy(fromLogits: true),
        ["categorical focal without focus"] = () => Loss.CategoricalFocalCrossentropy(alpha: 1, gamma: 0, fromLogits: true),
    };

    public static TheoryData<string, EngineKind> Losses
    {
        get
        {
            var data = new TheoryData<string, EngineKind>();
            foreach (var loss in (string[])["mse", "mae", "binary", "binary logits", "categorical", "categorical logits", "sparse", "sparse logits", .. Others.Keys])
            {
                data.Add(loss, EngineKind.Torch);
                data.Add(loss, EngineKind.Auto);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_models_loss_is_the_mean_of_the_loss_of_each_sample(string name, EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Identity(engine);
        var (loss, y) = Make(name);
        model.Compile(loss, new Sgd(1));

        var expected = loss.PerStep(y, tensor(Outputs)).mean().ToDouble();

        new[] { model.Evaluate(Outputs, y)["loss"] }.ShouldMatch([expected], Tolerance.Float32, "the loss");
        new[] { model.TrainOnBatch(Outputs, y)["loss"] }.ShouldMatch([expected], Tolerance.Float32, "the loss of training");
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_models_step_follows_the_gradient_of_that_mean(string name, EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Identity(engine);
        var (loss, y) = Make(name);
        model.Compile(loss, new Sgd(1));
        var kernel = eye(Classes).requires_grad_();
        loss.PerStep(y, tensor(Outputs).matmul(kernel)).mean().backward();

        model.TrainOnBatch(Outputs, y);

        model.GetWeights().Values().ShouldMatch((kernel - kernel.grad!).Values(), new Tolerance(1e-5, 1e-5), "the weights after a step");
    }

    [Theory]
    [InlineData("binary", EngineKind.Torch)]
    [InlineData("binary", EngineKind.Fused)]
    [InlineData("categorical", EngineKind.Torch)]
    [InlineData("categorical", EngineKind.Fused)]
    [InlineData("sparse", EngineKind.Torch)]
    [InlineData("sparse", EngineKind.Fused)]
    public void Metrics_are_means_over_samples_and_steps(string name, EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Identity(engine);
        var (loss, y) = Make(name);
        Metric[] metrics = name == "sparse" ? [Metric.Accuracy()] : [Metric.Accuracy(), Metric.MeanSquaredError(), Metric.MeanAbsoluteError()];
        model.Compile(loss, new Sgd(0), metrics);

        var figures = model.Evaluate(Outputs, y, batchSize: 3);

        foreach (var metric in metrics)
        {
            new[] { figures[metric.Name] }.ShouldMatch([((MeanMetric)metric).PerStep(y, tensor(Outputs)).mean().ToDouble()], Tolerance.Float32, metric.Name);
        }
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Binary_accuracy_counts_single_outputs_above_one_half(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1 } }]);
        model.Compile(Loss.BinaryCrossentropy(), new Sgd(0), Metric.Accuracy());

        model.Evaluate(new float[,] { { 0.6f }, { 0.4f }, { 0.4f }, { 0.5f } }, new float[,] { { 1 }, { 0 }, { 1 }, { 0 } })["accuracy"].Should().Be(0.75);
    }

    private static SequentialModel Identity(EngineKind engine)
    {
        var model = new SequentialModel(new Dense(Classes, useBias: false)) { RequestedEngine = engine };
        model.Build(Classes);
        model.SetWeights([new float[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } }]);
        return model;
    }

    private static (Loss Loss, Tensor Y) Make(string name) => name switch
    {
        "mse" => (Loss.MeanSquaredError(), tensor(Targets)),
        "mae" => (Loss.MeanAbsoluteError(), tensor(Targets)),
        "binary" => (Loss.BinaryCrossentropy(), tensor(Targets)),
        "binary logits" => (Loss.BinaryCrossentropy(fromLogits: true), tensor(Targets)),
        "categorical" => (Loss.CategoricalCrossentropy(), tensor(Targets)),
        "categorical logits" => (Loss.CategoricalCrossentropy(fromLogits: true), tensor(Targets)),
        "sparse" => (Loss.SparseCategoricalCrossentropy(), tensor(ClassesOfTargets)),
        "sparse logits" => (Loss.SparseCategoricalCrossentropy(fromLogits: true), tensor(ClassesOfTargets)),
        _ => (Others[name](), tensor(Targets)),
    };
}
