using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>What Keras compiled a model with: it goes on training with the same numbers, or says when it is to train why not.</summary>
public sealed class KerasTrainingTests : IDisposable
{
    private const string Sgd = """{"class_name": "SGD", "config": {"learning_rate": 0.1}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, double[]> Schedules => new()
    {
        // Steps 0 to 4.
        { """{"class_name": "PiecewiseConstantDecay", "config": {"boundaries": [1, 3], "values": [1.0, 0.5, 0.25], "name": "PiecewiseConstant"}}""", [1, 1, 0.5, 0.5, 0.25] },
        { """{"module": "keras.optimizers.schedules", "class_name": "ExponentialDecay", "config": {"initial_learning_rate": 1, "decay_steps": 2, "decay_rate": 0.5, "staircase": true, "name": "ExponentialDecay"}, "registered_name": null}""", [1, 1, 0.5, 0.5, 0.25] },
        { """{"class_name": "CosineDecay", "config": {"initial_learning_rate": 1.0, "decay_steps": 2, "alpha": 0.5, "name": null, "warmup_target": null, "warmup_steps": 3}}""", [1, 0.75, 0.5, 0.5, 0.5] },
        { """{"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.0, "decay_steps": 2, "alpha": 0.0, "warmup_target": 1.0, "warmup_steps": 2}}""", [0, 0.5, 1, 0.5, 0] },
        { """{"class_name": "CosineDecay", "config": {"initial_learning_rate": 0.25, "decay_steps": 2, "alpha": 0.0, "warmup_target": 1.0, "warmup_steps": 0}}""", [1, 0.5, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Schedules))]
    public void A_schedule_gives_Kerass_rates(string schedule, double[] rates)
    {
        using var model = Loaded($$"""{"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": {{schedule}} } }, "loss": "mse"}""");

        var loaded = model.Optimizer!.LearningRateSchedule!;

        Enumerable.Range(0, rates.Length).Select(step => Math.Round(loaded.At(step), 12)).Should().Equal(rates);
    }

    public static TheoryData<string, string> Losses => new()
    {
        { """{"class_name": "BinaryFocalCrossentropy", "config": {"name": "binary_focal_crossentropy", "reduction": "sum_over_batch_size", "from_logits": true, "label_smoothing": 0.0, "axis": -1, "apply_class_balancing": true, "alpha": 0.3, "gamma": 1.5}}""", "binary" },
        { "\"binary_focal_crossentropy\"", "binary defaults" },
        { """{"class_name": "CategoricalFocalCrossentropy", "config": {"reduction": "auto", "from_logits": true, "label_smoothing": 0, "axis": -1, "alpha": 0.3, "gamma": 1.5}}""", "categorical" },
    };

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_focal_loss_has_its_settings(string loss, string kind)
    {
        using var model = Loaded($$"""{"optimizer_config": {{Sgd}}, "loss": {{loss}} }""");
        using var expected = Loaded("{}");
        expected.Compile(
            kind switch
            {
                "binary" => Loss.BinaryFocalCrossentropy(applyClassBalancing: true, alpha: 0.3, gamma: 1.5, fromLogits: true),
                "binary defaults" => Loss.BinaryFocalCrossentropy(),
                _ => Loss.CategoricalFocalCrossentropy(alpha: 0.3, gamma: 1.5, fromLogits: true),
            },
            new Sgd(0.1));

        Losses(model).Should().Equal(Losses(expected));

        static IReadOnlyList<double> Losses(Model model) => model.Fit(
            new float[,] { { 0.1f, 0.2f }, { 0.4f, 0.3f } }, new float[,] { { 0, 1 }, { 1, 0 } }, epochs: 3, verbose: 0, shuffle: false)["loss"];
    }

    public static TheoryData<string, string> Metrics => new()
    {
        { """{"class_name": "TopKCategoricalAccuracy", "config": {"name": "top_3", "dtype": "float32", "k": 3}}""", "TopK top_3: 3" },
        { """{"class_name": "SparseTopKCategoricalAccuracy", "config": {"name": "sparse", "k": 2, "from_sorted_ids": false}}""", "TopK sparse: 2" },
        { """{"class_name": "Precision", "config": {"name": "precision", "thresholds": [0.75], "top_k": null, "class_id": 1}}""", "HitRate precision: 0.75 1" },
        { """{"class_name": "Recall", "config": {"name": "found", "thresholds": 0.25, "top_k": null, "class_id": null}}""", "HitRate found: 0.25 " },
        { """{"class_name": "Recall", "config": {"name": "recall", "thresholds": null}}""", "HitRate recall: 0.5 " },
        { """{"class_name": "F1Score", "config": {"name": "f1_score", "average": "micro", "threshold": 0.3}}""", "F1Score f1_score: Micro 0.3" },
        { """{"class_name": "AUC", "config": {"name": "auc", "num_thresholds": 50, "curve": "PR", "summation_method": "interpolation", "multi_label": false, "num_labels": null, "label_weights": null, "from_logits": true}}""", "AreaUnderCurve auc: 50 Pr True" },
        { """{"class_name": "R2Score", "config": {"name": "r2_score", "class_aggregation": "uniform_average", "num_regressors": 0}}""", "R2Score r2_score" },
        { """{"class_name": "MeanMetricWrapper", "config": {"name": "mae", "fn": {"class_name": "function", "config": "mean_absolute_error"}}}""", "FunctionMetric mean_absolute_error" },
        // What would be another number, or several, is left out.
        { """{"class_name": "Precision", "config": {"thresholds": [0.25, 0.75]}}""", "" },
        { """{"class_name": "Recall", "config": {"thresholds": null, "top_k": 2}}""", "" },
        { """{"class_name": "F1Score", "config": {"average": null, "threshold": null}}""", "" },
        { """{"class_name": "AUC", "config": {"summation_method": "minoring"}}""", "" },
        { """{"class_name": "AUC", "config": {"thresholds": [0.5]}}""", "" },
        { """{"class_name": "AUC", "config": {"multi_label": true}}""", "" },
        { """{"class_name": "BinaryAccuracy", "config": {"threshold": 0.5}}""", "" },
        { """{"class_name": "R2Score", "config": {"class_aggregation": null}}""", "" },
        { """{"class_name": "FBetaScore", "config": {"beta": 2.0}}""", "" },
        { """{"class_name": "Precision", "config": {"thresholds": "x"}}""", "" },
        { "7", "" },
    };

    [Theory]
    [MemberData(nameof(Metrics))]
    public void A_metric_has_its_settings_or_is_left_out(string metric, string expected)
    {
        using var model = Loaded($$"""{"optimizer_config": {{Sgd}}, "loss": "mse", "metrics": [{{metric}}] }""");

        model.IsCompiled.Should().BeTrue();
        model.Metrics.Select(Words).Should().Equal(expected.Length == 0 ? [] : [expected]);

        static string Words(Metric metric) => metric.GetType().Name + " " + metric.Name + metric switch
        {
            TopK top => FormattableString.Invariant($": {top.K}"),
            HitRate rate => FormattableString.Invariant($": {rate.Threshold} {rate.ClassId}"),
            F1Score f1 => FormattableString.Invariant($": {f1.Average} {f1.Threshold}"),
            AreaUnderCurve area => FormattableString.Invariant($": {area.NumThresholds} {area.Curve} {area.FromLogits}"),
            _ => "",
        };
    }

    [Theory]
    [InlineData("\"mse\"", """{"class_name": "Adam", "config": {"learning_rate": {"class_name": "PolynomialDecay", "config": {}} } }""", "the library has no schedule 'PolynomialDecay'")]
    [InlineData("\"mse\"", """{"class_name": "Adam", "config": {"amsgrad": true} }""", "Adam with 'amsgrad' as true")]
    [InlineData("\"mse\"", """{"class_name": "Lion", "config": {} }""", "the library has no optimiser 'Lion'")]
    [InlineData("\"hinge\"", Sgd, "the library has no loss 'hinge'")]
    [InlineData("""{"class_name": "CategoricalCrossentropy", "config": {"label_smoothing": 0.1}}""", Sgd, "CategoricalCrossentropy with 'label_smoothing' as 0.1")]
    [InlineData("""{"class_name": "BinaryFocalCrossentropy", "config": {"axis": 1}}""", Sgd, "BinaryFocalCrossentropy with 'axis' as 1")]
    [InlineData("""{"class_name": "MeanSquaredError", "config": {"reduction": "sum"}}""", Sgd, "MeanSquaredError with 'reduction' as \"sum\"")]
    public void What_is_not_taken_over_is_said_when_the_model_is_to_train(string loss, string optimizer, string why)
    {
        using var model = Loaded($$"""{"optimizer_config": {{optimizer}}, "loss": {{loss}} }""");

        model.IsCompiled.Should().BeFalse();
        Errors.Expect<InvalidOperationException>(
            () => model.Fit(new float[1, 2], new float[1, 2], verbose: 0),
            $"The model must be compiled before Fit. What {_folder.File("model.h5")} was compiled with is not taken over: {why}. Call Compile with a loss and an optimiser, e.g. model.Compile(Loss.MeanSquaredError(), new Adam()).");
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[1, 2], new float[1, 2], verbose: 0);
    }

    [Fact]
    public void What_a_layer_does_in_training_alone_is_said_too()
    {
        KerasLayer drop = new("GaussianDropout", "g", """{"rate": 0.5}""");
        using var model = Loaded($$"""{"optimizer_config": {{Sgd}}, "loss": "mse"}""", "\"kernel_constraint\": {\"class_name\": \"NonNeg\", \"config\": {}}", drop);

        model.Predict<float[,]>(new float[,] { { 1, 2 } }).Values().Should().Equal(new[] { 2.1f, 1.95f }.Select(value => (double)value));
        Assert.Throws<InvalidOperationException>(() => model.Fit(new float[1, 2], new float[1, 2], verbose: 0)).Message.Should().Contain(
            "is not taken over: layer 0 'd' (Dense) has a kernel_constraint; layer 1 'g' (GaussianDropout) is a layer that the library does not have. Call Compile");
    }

    private Model Loaded(string training, string extra = "\"trainable\": true", params KerasLayer[] others)
    {
        KerasLayer layer = new(
            "Dense", "d", $$"""{"units": 2, "activation": "linear", "use_bias": true, "batch_input_shape": [null, 2], {{extra}}}""",
            new KerasArray("kernel", [0.5f, -0.25f, 0.75f, 1], 2, 2), new KerasArray("bias", [0.1f, 0.2f], 2));
        File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(KerasWriter.Whole([layer, .. others], "2.4.0", training: training)));
        return KerasFile.Load(_folder.File("model.h5"));
    }
}
