namespace EchoLstm.Tests.Models;

/// <summary>Weights of samples, steps and numbers wherever something is measured; class weights in training alone (F4, F7, F8).</summary>
public class SampleWeightTests
{
    private static readonly float[,,] Inputs = new float[1, 2, 1];
    private static readonly float[,,] Targets = { { { 1 }, { 99 } } };

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void F4_class_weights_act_in_training_alone(EngineKind engine)
    {
        var y = new float[,] { { 1 }, { 1 }, { 1 }, { 1 } };
        var weights = new Dictionary<int, double> { [1] = 3 };
        using var model = new SequentialModel(new ActivationLayer(Activation.Linear)) { RequestedEngine = engine };
        model.Build(1);
        model.Compile(Loss.BinaryCrossentropy(fromLogits: true), new Sgd(0));

        var split = model.Fit(new float[4, 1], y, verbose: 0, validationSplit: 0.5, classWeight: weights);
        var given = model.Fit(new float[4, 1], y, verbose: 0, validationData: (new float[4, 1], y), classWeight: weights);

        foreach (var history in new[] { split, given })
        {
            history["val_loss"][0].Should().BeApproximately(Math.Log(2), 1e-6);
            history.Loss[0].Should().BeApproximately(3 * Math.Log(2), 1e-6);
        }
        model.TrainOnBatch(new float[4, 1], y, classWeight: weights)["loss"].Should().BeApproximately(3 * Math.Log(2), 1e-6);
    }

    [Fact]
    public void F4_sample_weights_are_split_and_do_act_in_validation()
    {
        using var model = Linear(1);

        var history = model.Fit(new float[2, 1], new float[,] { { 1 }, { 2 } }, verbose: 0, validationSplit: 0.5, sampleWeight: new float[] { 3, 5 });

        history.Loss.Should().Equal(3);
        history["val_loss"].Should().Equal(10);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void F7_validation_Evaluate_and_TrainOnBatch_take_sample_weights(EngineKind engine)
    {
        var weights = new float[,] { { 1, 0 } };
        using var model = Linear(2, 1);
        model.RequestedEngine = engine;

        var history = model.Fit(Inputs, Targets, verbose: 0, sampleWeight: weights, validationData: (Inputs, Targets, weights));

        history.Loss.Should().Equal(0.5);
        history["val_loss"].Should().Equal(0.5);
        model.Evaluate(Inputs, Targets, sampleWeight: weights)["loss"].Should().Be(0.5);
        model.TrainOnBatch(Inputs, Targets, sampleWeight: weights)["loss"].Should().Be(0.5);
        model.Evaluate(Inputs, Targets)["loss"].Should().Be(50);
    }

    [Fact]
    public void F8_outputs_of_four_axes_take_weights_of_samples_steps_inner_steps_and_numbers()
    {
        var y = new float[,,,] { { { { 1 }, { 2 } }, { { 3 }, { 4 } } } };
        using var model = Linear(2, 2, 1);

        Loss(new float[] { 2 }).Should().Be(5);
        Loss(new float[,] { { 2 } }).Should().Be(5, "a last axis of one number is spread");
        Loss(new float[,] { { 1, 0 } }).Should().Be(0.75);
        Loss(new float[,,] { { { 1 }, { 0 } } }).Should().Be(0.75);
        Loss(new float[,,] { { { 1, 0 }, { 0, 1 } } }).Should().Be(1.25);
        Loss(new float[,,,] { { { { 1 }, { 0 } }, { { 0 }, { 1 } } } }).Should().Be(1.25);
        Errors.Expect<ShapeMismatchException>(
            () => Loss(new float[1, 2, 3]),
            "sampleWeight must have one weight for each sample, for each time step of each sample, or for each number of the output (1, 2, 2, 1): expected one of (1,), (1, 2), (1, 2, 2), (1, 2, 2, 1), received (1, 2, 3).");

        double Loss(Array weights) => model.Evaluate(new float[1, 2, 2, 1], y, sampleWeight: weights)["loss"];
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void F8_weights_with_a_last_axis_of_1_are_those_of_steps(EngineKind engine)
    {
        using var model = Linear(2, 1);
        model.RequestedEngine = engine;

        model.Evaluate(Inputs, Targets, sampleWeight: new float[,,] { { { 1 }, { 0 } } })["loss"].Should().Be(0.5);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Each_number_of_the_output_may_have_a_weight(EngineKind engine)
    {
        var y = new float[,,] { { { 1, 2 }, { 3, 4 } } };
        var weights = new float[,,] { { { 1, 0 }, { 0, 0.5f } } };
        using var model = Linear(2, 2);
        model.RequestedEngine = engine;

        model.Evaluate(new float[1, 2, 2], y, sampleWeight: weights)["loss"].Should().Be((1 + (0.5 * 4)) / 4);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_of_numbers_train_both_engines_to_the_same_weights(bool binary)
    {
        var random = new Random(1);
        var (x, y, weights) = (Filled(random, false), Filled(random, binary), Filled(random, false));
        var trained = new List<double[]>();
        foreach (var engine in new[] { EngineKind.Torch, EngineKind.Fused })
        {
            using var model = new SequentialModel(new Lstm(4, returnSequences: true), new Dense(2, Activation.Sigmoid)) { Seed = 1, RequestedEngine = engine };
            model.Compile(binary ? Loss.BinaryCrossentropy() : Loss.MeanAbsoluteError(), new Adam());
            model.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, sampleWeight: weights, lengths: [3, 2, 1, 3]);
            trained.Add(model.GetWeights().Values());
        }

        trained[1].ShouldMatch(trained[0], Tolerance.Float32);
    }

    public static TheoryData<EngineKind, bool> WeightedMetrics => new()
    {
        { EngineKind.Torch, false }, { EngineKind.Torch, true }, { EngineKind.Fused, false }, { EngineKind.Fused, true },
    };

    [Theory]
    [MemberData(nameof(WeightedMetrics))]
    public void F7_weighted_metrics_are_means_by_the_weights(EngineKind engine, bool perStep)
    {
        // Errors 1, 2, 3, 4 of two samples.
        var (x, y) = (new float[2, 2, 1], new float[,,] { { { 1 }, { 2 } }, { { 3 }, { 4 } } });
        Array weights = perStep ? new float[,] { { 1, 0 }, { 0, 0.5f } } : new[] { 1f, 0.5f };
        var expected = perStep ? (1 + (0.5 * 4)) / 1.5 : (1 + 2 + (0.5 * (3 + 4))) / 3;
        using var model = Linear(2, 1);
        model.RequestedEngine = engine;
        model.Compile(Loss.MeanSquaredError(), new Sgd(0), weightedMetrics: [Metric.MeanAbsoluteError(), Metric.Recall()], Metric.MeanAbsoluteError());

        var history = model.Fit(x, y, batchSize: 1, verbose: 0, sampleWeight: weights, validationData: (x, y, weights));
        var masked = model.Evaluate(x, y, sampleWeight: weights, lengths: [2, 1]);

        model.Engine.Kind.Should().Be(engine);
        history["mean_absolute_error"].Should().Equal(2.5);
        history["weighted_mean_absolute_error"][0].Should().BeApproximately(expected, 1e-6);
        history["val_weighted_mean_absolute_error"][0].Should().BeApproximately(expected, 1e-6);
        masked["weighted_mean_absolute_error"].Should().BeApproximately(perStep ? 1 : (1 + 2 + (0.5 * 3)) / 2.5, 1e-6);
        masked["recall"].Should().Be(0);
    }

    [Fact]
    public void Weighted_metrics_travel_in_the_file()
    {
        using var folder = new TemporaryFolder();
        using var model = Linear(2, 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0), weightedMetrics: [Metric.MeanAbsoluteError()], Metric.MeanAbsoluteError());
        model.Save(folder.File("m.safetensors"));

        using var loaded = SequentialModel.Load(folder.File("m.safetensors"));

        loaded.Evaluate(Inputs, Targets, sampleWeight: new float[,] { { 1, 0 } }).Should().Equal(
            model.Evaluate(Inputs, Targets, sampleWeight: new float[,] { { 1, 0 } }));
        loaded.Evaluate(Inputs, Targets).Keys.Should().Equal("loss", "mean_absolute_error", "weighted_mean_absolute_error");
    }

    [Fact]
    public void Weights_of_numbers_need_a_loss_of_numbers()
    {
        using var model = new SequentialModel(new Dense(2, Activation.Softmax));
        model.Build(3);
        model.Compile(Loss.CategoricalCrossentropy(), new Sgd());

        Errors.Expect<ArgumentException>(
            () => model.Evaluate(new float[1, 3], new float[,] { { 1, 0 } }, sampleWeight: new float[1, 2]),
            "sampleWeight of shape (1, 2) weights each number, but the loss categorical_crossentropy is one number for all of the last axis. Give a weight for each of (1,). (Parameter 'sampleWeight')");
    }

    private static float[,,] Filled(Random random, bool binary)
    {
        var values = new float[4, 3, 2];
        for (var i = 0; i < values.Length; i++)
        {
            values[i / 6, i / 2 % 3, i % 2] = binary ? random.Next(2) : random.NextSingle();
        }
        return values;
    }

    private static SequentialModel Linear(params long[] shape)
    {
        var model = new SequentialModel(new ActivationLayer(Activation.Linear));
        model.Build(shape);
        model.Compile(Loss.MeanAbsoluteError(), new Sgd(0));
        return model;
    }
}
