namespace EchoLstm.Tests.Layers;

/// <summary>Loss, metrics and gradients of masked and weighted time steps against sums by hand.</summary>
public class MaskedFiguresTests
{
    // Samples (1, 2, masked) and (3, masked, masked); the model doubles: 2, 4 and 6; errors 1, 3 and 4.
    private static readonly float[,,] X = { { { 1 }, { 2 }, { 0 } }, { { 3 }, { 0 }, { 0 } } };
    private static readonly float[,,] Y = { { { 1 }, { 1 }, { 5 } }, { { 2 }, { 7 }, { 7 } } };

    [Fact]
    public void Masked_steps_count_neither_above_nor_below_the_line()
    {
        using var model = Doubling(Metric.MeanAbsoluteError(), Metric.Custom((target, output) => (target - output).abs().amax([-1]), "largest"));

        var figures = model.Evaluate(X, Y);

        figures["loss"].Should().BeApproximately((1 + 9 + 16) / 3.0, 1e-5);
        figures["mean_absolute_error"].Should().BeApproximately((1 + 3 + 4) / 3.0, 1e-5);
        figures["largest"].Should().BeApproximately((1 + 3 + 4) / 3.0, 1e-5);
    }

    [Fact]
    public void Where_every_step_is_masked_all_figures_are_zero()
    {
        using var model = Doubling(Metric.MeanAbsoluteError());

        model.Evaluate(new float[2, 3, 1], Y).Should().Equal(new Dictionary<string, double> { ["loss"] = 0, ["mean_absolute_error"] = 0 });
    }

    [Fact]
    public void Without_a_mask_every_step_counts()
    {
        using var model = new SequentialModel(new TimeDistributed(new Dense(1, useBias: false)));
        Compile(model);

        model.Evaluate(X, Y)["loss"].Should().BeApproximately((1 + 9 + 25 + 16 + 49 + 49) / 6.0, 1e-4);
    }

    /// <summary>The loss of an epoch weighs batches by their samples, metrics by the steps that count.</summary>
    [Fact]
    public void Batches_with_different_numbers_of_used_steps_are_averaged_as_Keras_does()
    {
        using var model = Doubling(Metric.MeanAbsoluteError());

        var figures = model.Evaluate(X, Y, batchSize: 1);

        figures["loss"].Should().BeApproximately(((1 + 9) / 2.0 + 16) / 2, 1e-5);
        figures["mean_absolute_error"].Should().BeApproximately((1 + 3 + 4) / 3.0, 1e-5);
    }

    public static TheoryData<string, double, double> Weighted => new()
    {
        { "none", (1 + 9 + 16) / 3.0, (2 + 12 + 24) / 3.0 },
        { "sample", ((2 * (1 + 9)) + (0.5 * 16)) / 3, ((2 * (2 + 12)) + (0.5 * 24)) / 3 },
        { "step", ((1 * 1) + (2 * 9) + (0.5 * 16)) / 3, ((1 * 2) + (2 * 12) + (0.5 * 24)) / 3 },
    };

    /// <summary>Loss (2x - t)² and gradient 2 (2x - t) x, each with its weight, over the number of used steps.</summary>
    [Theory]
    [MemberData(nameof(Weighted))]
    public void Sample_weights_multiply_the_loss_and_not_its_divisor(string weights, double loss, double gradient)
    {
        using var model = Doubling();
        TensorLike? given = weights switch
        {
            "sample" => new[] { 2f, 0.5f },
            "step" => new[,] { { 1f, 2, 9 }, { 0.5f, 9, 9 } },
            _ => null,
        };

        var history = model.Fit(X, Y, shuffle: false, verbose: 0, sampleWeight: given);

        history.Loss[0].Should().BeApproximately(loss, 1e-5);
        model.GetWeights()[0].Values()[0].Should().BeApproximately(2 - (0.01 * gradient), 1e-5, "gradient descent moves by the rate times the gradient");
    }

    [Fact]
    public void Metrics_are_not_weighted()
    {
        using var model = Doubling(Metric.MeanAbsoluteError());

        var history = model.Fit(X, Y, shuffle: false, verbose: 0, sampleWeight: new[] { 2f, 0.5f });

        history["mean_absolute_error"][0].Should().BeApproximately((1 + 3 + 4) / 3.0, 1e-5);
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Weights_follow_their_samples_when_they_are_shuffled(EngineKind engine)
    {
        var (x, y, weights) = (new float[8, 2, 1], new float[8, 2, 1], new float[8, 2]);
        for (var i = 0; i < 8; i++)
        {
            (x[i, 0, 0], x[i, 1, 0]) = (1 + i, 2 + i);
            (weights[i, 0], weights[i, 1]) = (i % 3, 1 + i);
        }
        using var model = new SequentialModel(new TimeDistributed(new Dense(1, useBias: false))) { Seed = 1, RequestedEngine = engine };
        Compile(model, rate: 1e-9);
        var expected = Enumerable.Range(0, 8).Sum(i => (weights[i, 0] * 4 * x[i, 0, 0] * x[i, 0, 0]) + (weights[i, 1] * 4 * x[i, 1, 0] * x[i, 1, 0])) / 16;

        var history = model.Fit(x, y, batchSize: 2, shuffle: true, verbose: 0, sampleWeight: weights);

        history.Loss[0].Should().BeApproximately(expected, expected * 1e-5);
    }

    // Classes 0, 1, 0 with probabilities 1/4, 1/2 and 9/10.
    private static readonly double[] Surprise = [-Math.Log(0.25), -Math.Log(0.5), -Math.Log(0.9)];
    private static readonly Dictionary<int, double> ClassWeights = new() { [0] = 2, [1] = 0.5 };

    public static TheoryData<bool, bool, bool, double> Classes => new()
    {
        { false, false, false, ((2 * Surprise[0]) + (0.5 * Surprise[1]) + (2 * Surprise[2])) / 3 },
        { true, false, false, ((2 * Surprise[0]) + (0.5 * Surprise[1]) + (2 * Surprise[2])) / 3 },
        { false, true, false, ((2 * 3 * Surprise[0]) + (0.5 * 1 * Surprise[1]) + (2 * 0.25 * Surprise[2])) / 3 },
        { true, true, false, ((2 * 3 * Surprise[0]) + (0.5 * 1 * Surprise[1]) + (2 * 0.25 * Surprise[2])) / 3 },
        { false, false, true, ((2 * Surprise[0]) + (0.5 * Surprise[1])) / 2 },
        { true, true, true, ((2 * 3 * Surprise[0]) + (0.5 * 1 * Surprise[1])) / 2 },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Class_weights_work_on_3_D_targets(bool sparse, bool withSampleWeights, bool withMask, double expected)
    {
        const float Missing = 9;
        // The softmax of logarithms of probabilities is the probabilities.
        var x = new[,,] { { { MathF.Log(0.25f), MathF.Log(0.75f) }, { MathF.Log(0.5f), MathF.Log(0.5f) }, { withMask ? Missing : MathF.Log(0.9f), withMask ? Missing : MathF.Log(0.1f) } } };
        using var model = new SequentialModel(new Masking(Missing), new Dense(2, Activation.Softmax, useBias: false));
        model.Build(3, 2);
        model.SetWeights([new float[,] { { 1, 0 }, { 0, 1 } }]);
        model.Compile(sparse ? Loss.SparseCategoricalCrossentropy() : Loss.CategoricalCrossentropy(), new Sgd(1e-9));
        TensorLike y = sparse ? new[,] { { 0, 1, 0 } } : new float[,,] { { { 1, 0 }, { 0, 1 }, { 1, 0 } } };

        var history = model.Fit(x, y, verbose: 0, classWeight: ClassWeights, sampleWeight: withSampleWeights ? new[,] { { 3f, 1, 0.25f } } : null);

        history.Loss[0].Should().BeApproximately(expected, 1e-5);
    }

    [Fact]
    public void Classes_without_a_weight_of_their_own_count_once()
    {
        var x = new[,,] { { { MathF.Log(0.25f), MathF.Log(0.75f) }, { MathF.Log(0.5f), MathF.Log(0.5f) } } };
        using var model = new SequentialModel(new Dense(2, Activation.Softmax, useBias: false));
        model.Build(2, 2);
        model.SetWeights([new float[,] { { 1, 0 }, { 0, 1 } }]);
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Sgd(1e-9));

        var history = model.Fit(x, new[,] { { 0, 1 } }, verbose: 0, classWeight: new Dictionary<int, double> { [0] = 2 });

        history.Loss[0].Should().BeApproximately(((2 * Surprise[0]) + Surprise[1]) / 2, 1e-5);
    }

    [Fact]
    public void Sparse_targets_with_a_last_axis_of_1_and_sample_weights_per_sample_go_together()
    {
        var x = new[,,] { { { MathF.Log(0.25f), MathF.Log(0.75f) }, { MathF.Log(0.5f), MathF.Log(0.5f) } }, { { MathF.Log(0.9f), MathF.Log(0.1f) }, { 0, 0 } } };
        using var model = new SequentialModel(new Dense(2, Activation.Softmax, useBias: false));
        model.Build(2, 2);
        model.SetWeights([new float[,] { { 1, 0 }, { 0, 1 } }]);
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Sgd(1e-9));

        var history = model.Fit(x, new[,,] { { { 0 }, { 1 } }, { { 0 }, { 1 } } }, verbose: 0, shuffle: false, classWeight: ClassWeights, sampleWeight: new[] { 1f, 10 });

        var half = -Math.Log(0.5);
        history.Loss[0].Should().BeApproximately(((2 * Surprise[0]) + (0.5 * half) + (10 * 2 * Surprise[2]) + (10 * 0.5 * half)) / 4, 1e-4);
    }

    [Fact]
    public void Weights_that_do_not_fit_are_errors()
    {
        using var model = Doubling();

        Errors.Expect<ShapeMismatchException>(
            () => model.Fit(X, Y, verbose: 0, sampleWeight: new float[2, 4]),
            "sampleWeight must have one weight for each sample, for each time step of each sample, or for each number of the output (2, 3, 1): expected one of (2,), (2, 3), (2, 3, 1), received (2, 4).");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit(X, Y, verbose: 0, sampleWeight: new float[3]),
            "sampleWeight must have one weight for each sample, for each time step of each sample, or for each number of the output (2, 3, 1): expected one of (2,), (2, 3), (2, 3, 1), received (3,).");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.Fit(X, Y, verbose: 0, classWeight: new Dictionary<int, double> { [2] = 1 }),
            "classWeight gives class 2 the weight 1; expected classes 0 to 1 and finite weights of at least 0. (Parameter 'classWeight')\nActual value was 1.".ReplaceLineEndings());
    }

    [Fact]
    public void A_custom_loss_sees_every_time_step_and_is_averaged_over_those_that_count()
    {
        using var model = new SequentialModel(new Masking(), new TimeDistributed(new Dense(1, useBias: false)));
        model.Build(3, 1);
        model.SetWeights([new float[,] { { 2 } }]);
        model.Compile((target, output) => (output - target).pow(4).mean([-1]), new Sgd(1e-9));

        model.Evaluate(X, Y)["loss"].Should().BeApproximately((1 + 81 + 256) / 3.0, 1e-3);

        model.Compile((target, output) => (output - target).pow(4).mean(), new Sgd(1e-9));
        Errors.Expect<InvalidOperationException>(
            () => model.Evaluate(X, Y),
            "custom gives numbers of shape (), but a mask of shape (2, 3) need one for each of theirs. Return one number for each sample and time step, not their mean.");
    }

    private static SequentialModel Doubling(params Metric[] metrics)
    {
        var model = new SequentialModel(new Masking(), new TimeDistributed(new Dense(1, useBias: false)));
        Compile(model, 0.01, metrics);
        return model;
    }

    private static void Compile(SequentialModel model, double rate = 0.01, params Metric[] metrics)
    {
        model.Build(-1, 1);
        model.SetWeights([new float[,] { { 2 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(rate), metrics);
    }
}
