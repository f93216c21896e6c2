namespace EchoLstm.Tests.Training;

/// <summary>
/// Metrics that are no mean over batches, on both engines: Keras's own examples, and counts by single loops. The model hands on its input.
/// </summary>
public class AccumulatedMetricTests
{
    public static TheoryData<EngineKind> Engines => [EngineKind.Torch, EngineKind.Fused];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Precision_and_recall_are_shares_of_all_that_was_predicted_and_all_there_was(EngineKind engine)
    {
        // Keras's example: 2 of 3 positive predictions are right, 2 of 3 positives are found.
        float[,] y = { { 0 }, { 1 }, { 1 }, { 1 } }, output = { { 1 }, { 0 }, { 1 }, { 1 } };

        Evaluated(engine, y, output, Metric.Precision())["precision"].Should().BeApproximately(2.0 / 3, 1e-12);
        Evaluated(engine, y, output, Metric.Recall())["recall"].Should().BeApproximately(2.0 / 3, 1e-12);
        // An output at the threshold is not above it.
        Evaluated(engine, y, new[,] { { 0.7f }, { 0.8f }, { 0.6f }, { 0.9f } }, Metric.Precision(0.7))["precision"].Should().Be(1);
        Evaluated(engine, y, new float[4, 1], Metric.Precision(), Metric.Recall()).Should().Contain("precision", 0).And.Contain("recall", 0);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_class_may_be_looked_at_alone(EngineKind engine)
    {
        float[,] y = { { 1, 0 }, { 0, 1 }, { 0, 1 } }, output = { { 0.9f, 0.1f }, { 0.8f, 0.2f }, { 0.3f, 0.7f } };

        var figures = Evaluated(
            engine, y, output, Metric.Precision(), Metric.Precision(classId: 0, name: "first"), Metric.Recall(classId: 1, name: "second"));

        figures["precision"].Should().BeApproximately(2.0 / 3, 1e-12);
        figures["first"].Should().Be(0.5);
        figures["second"].Should().Be(0.5);
        Errors.Expect<ArgumentException>(
            () => Evaluated(engine, y, output, Metric.Recall(classId: 2)),
            "The metric recall looks at output 2, counted from 0, but the model has 2. Choose one of them.");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F1_is_averaged_over_classes(EngineKind engine)
    {
        // Keras's example, whose classes have 0.5, 0.8 and 2/3, and 3, 2 and 1 of the targets.
        float[,] y = { { 1, 1, 1 }, { 1, 0, 0 }, { 1, 1, 0 } }, output = { { 0.2f, 0.6f, 0.7f }, { 0.2f, 0.6f, 0.6f }, { 0.6f, 0.8f, 0 } };

        Evaluated(engine, y, output, Metric.F1Score(threshold: 0.5))["f1_score"].Should().BeApproximately((0.5 + 0.8 + (2.0 / 3)) / 3, 1e-12);
        Evaluated(engine, y, output, Metric.F1Score(ScoreAverage.Weighted, 0.5))["f1_score"].Should().BeApproximately(((3 * 0.5) + (2 * 0.8) + (2.0 / 3)) / 6, 1e-12);
        // Hits 1 + 2 + 1, false alarms 0 + 1 + 1, misses 2 + 0 + 0.
        Evaluated(engine, y, output, Metric.F1Score(ScoreAverage.Micro, 0.5))["f1_score"].Should().BeApproximately(8.0 / 12, 1e-12);
        // Above 0.65 are two outputs, both hits; four targets are missed.
        Evaluated(engine, y, output, Metric.F1Score(ScoreAverage.Micro, 0.65))["f1_score"].Should().BeApproximately(4.0 / 8, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Without_a_threshold_the_largest_of_several_outputs_is_predicted_and_a_single_one_above_one_half(EngineKind engine)
    {
        float[,] y = { { 1, 0 }, { 0, 1 }, { 1, 0 } }, output = { { 0.4f, 0.3f }, { 0.2f, 0.1f }, { 0, 0 } };

        // Class 0: one hit, one false alarm, one miss, as nothing is predicted of zeros; class 1: one miss.
        Evaluated(engine, y, output, Metric.F1Score())["f1_score"].Should().BeApproximately(0.25, 1e-12);
        Evaluated(engine, new float[,] { { 1 }, { 0 }, { 1 } }, new[,] { { 0.9f }, { 0.4f }, { 0.1f } }, Metric.F1Score())["f1_score"].Should().BeApproximately(2.0 / 3, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Auc_is_Kerass(EngineKind engine)
    {
        // Keras's example with thresholds at 0, 0.5 and 1.
        float[,] y = { { 0 }, { 0 }, { 1 }, { 1 } }, output = { { 0 }, { 0.5f }, { 0.3f }, { 0.9f } };

        Evaluated(engine, y, output, Metric.Auc(numThresholds: 3))["auc"].Should().BeApproximately(0.75, 1e-12);
        Evaluated(engine, y, output, Metric.Auc())["auc"].Should().BeApproximately(0.75, 1e-12, "three of four pairs are in order");
        Evaluated(engine, y, new float[4, 1], Metric.Auc())["auc"].Should().BeApproximately(0.5, 1e-12, "all are equal");
        Evaluated(engine, new float[4, 1], output, Metric.Auc())["auc"].Should().Be(0, "there are no positives");
    }

    [Theory]
    [InlineData(AucCurve.Roc, 200)]
    [InlineData(AucCurve.Roc, 7)]
    [InlineData(AucCurve.Pr, 200)]
    [InlineData(AucCurve.Pr, 7)]
    public void Auc_is_the_area_under_the_counts_at_each_threshold(AucCurve curve, int thresholds)
    {
        var random = new Random(5);
        var (y, output) = (new float[60, 2], new float[60, 2]);
        for (var i = 0; i < 120; i++)
        {
            y[i / 2, i % 2] = random.Next(3) == 0 ? 1 : 0;
            // Some lie on thresholds, and beyond the ends.
            output[i / 2, i % 2] = random.Next(4) == 0 ? random.Next(-1, thresholds + 1) / (thresholds - 1f) : (random.NextSingle() + y[i / 2, i % 2]) / 2;
        }
        double[] at = [-1e-7, .. Enumerable.Range(1, thresholds - 2).Select(i => (double)(i / (thresholds - 1f))), 1 + 1e-7];
        var counts = at.Select(threshold =>
        {
            var (hits, alarms) = (0.0, 0.0);
            for (var i = 0; i < 120; i++)
            {
                if (Math.Clamp(output[i / 2, i % 2], 0, 1) > threshold)
                {
                    (hits, alarms) = y[i / 2, i % 2] == 1 ? (hits + 1, alarms) : (hits, alarms + 1);
                }
            }
            return (Hits: hits, Alarms: alarms);
        }).ToArray();
        var (positives, negatives) = counts[0];
        var expected = 0.0;
        for (var i = 0; i + 1 < at.Length; i++)
        {
            var (high, low) = (counts[i], counts[i + 1]);
            if (curve == AucCurve.Roc)
            {
                expected += (high.Alarms - low.Alarms) / negatives * (high.Hits + low.Hits) / 2 / positives;
                continue;
            }
            // Keras's interpolate_pr_auc, line by line.
            var dtp = high.Hits - low.Hits;
            var (p, next) = (high.Hits + high.Alarms, low.Hits + low.Alarms);
            var slope = p - next > 0 ? dtp / (p - next) : 0;
            var intercept = low.Hits - (slope * next);
            var ratio = p > 0 && next > 0 ? p / next : 1;
            expected += slope * (dtp + (intercept * Math.Log(ratio))) / positives;
        }

        foreach (var engine in new[] { EngineKind.Torch, EngineKind.Fused })
        {
            Evaluated(engine, y, output, Metric.Auc(thresholds, curve))["auc"].Should().BeApproximately(expected, 1e-9, "on {0}", engine);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Auc_takes_logits(EngineKind engine)
    {
        float[,] y = { { 0 }, { 1 }, { 0 }, { 1 } }, logits = { { -3 }, { 2 }, { 0.4f }, { 0.1f } };

        Evaluated(engine, y, logits, Metric.Auc(fromLogits: true))["auc"].Should().BeApproximately(0.75, 1e-12);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void R2_is_the_share_of_the_variance_that_is_explained(EngineKind engine)
    {
        // Keras's example.
        Evaluated(engine, new float[,] { { 1 }, { 4 }, { 3 } }, new float[,] { { 2 }, { 4 }, { 4 } }, Metric.R2Score())["r2_score"].Should().BeApproximately(1 - (2 / (14 / 3.0)), 1e-9);
        // Another output with errors of 1 around a variance sum of 2, and one whose targets are all the same.
        Evaluated(engine, new float[,] { { 1, 0, 0.1f }, { 4, 1, 0.1f }, { 3, 2, 0.1f } }, new float[,] { { 2, 1, 5 }, { 4, 1, 5 }, { 4, 2, 5 } }, Metric.R2Score())["r2_score"]
            .Should().BeApproximately((1 - (2 / (14 / 3.0)) + 0.5 + 0) / 3, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void The_root_is_of_the_mean_over_all_samples(EngineKind engine)
    {
        var figures = Evaluated(
            engine, new float[,] { { 2 }, { 4 }, { 5 }, { -1 } }, new float[,] { { 3 }, { 4 }, { 1 }, { 1 } }, Metric.RootMeanSquaredError(), Metric.MeanAbsolutePercentageError());

        // Batches of 3 and 1: their roots' mean would be another number.
        figures["root_mean_squared_error"].Should().BeApproximately(Math.Sqrt((1 + 0 + 16 + 4) / 4.0), 1e-6);
        figures["mean_absolute_percentage_error"].Should().BeApproximately((50 + 0 + 80 + 200) / 4.0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Top_k_asks_whether_fewer_than_k_outputs_are_larger(EngineKind engine)
    {
        // Keras's example for k = 1: the first is wrong, the second right.
        float[,] y = { { 0, 0, 1 }, { 0, 1, 0 } }, output = { { 0.1f, 0.9f, 0.8f }, { 0.05f, 0.95f, 0 } };

        Evaluated(engine, y, output, Metric.TopKCategoricalAccuracy(1))["top_k_categorical_accuracy"].Should().Be(0.5);
        Evaluated(engine, y, output, Metric.TopKCategoricalAccuracy(2))["top_k_categorical_accuracy"].Should().Be(1);
        Evaluated(engine, new float[,] { { 0, 0, 1 } }, new[,] { { 0.5f, 0.5f, 0.5f } }, Metric.TopKCategoricalAccuracy(1))["top_k_categorical_accuracy"].Should().Be(1, "of equal ones each is the largest");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Class_indices_count_as_one_hot_targets(EngineKind engine)
    {
        var output = Numbers.Uniform(3, [20, 3]).abs();
        var classes = tensor([.. Enumerable.Range(0, 20).Select(i => (long)(i * 7 % 3))]);
        var hot = nn.functional.one_hot(classes, 3).to(ScalarType.Float32);
        Metric[] Metrics() => [Metric.Precision(0.3), Metric.Recall(0.3), Metric.F1Score(), Metric.Auc(), Metric.TopKCategoricalAccuracy(2)];

        var sparse = Evaluated(engine, classes, output, Loss.SparseCategoricalCrossentropy(), Metrics());
        var dense = Evaluated(engine, hot, output, Loss.CategoricalCrossentropy(), Metrics());

        sparse.Should().Equal(dense);
        dense.Values.Should().OnlyContain(value => value > 0 && value < 1);
        using var column = classes.unsqueeze(-1);
        Evaluated(engine, column, output, Loss.SparseCategoricalCrossentropy(), Metrics()).Should().Equal(dense);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Masked_steps_count_in_no_metric(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Masking(-1), new Lstm(4, returnSequences: true), new Dense(3, Activation.Softmax)) { Seed = 1, RequestedEngine = engine };
        var x = Numbers.Uniform(1, [5, 4, 2]);
        foreach (var (sample, from) in new[] { (0, 2), (1, 0), (3, 3) })
        {
            x[sample, TensorIndex.Slice(from)] = -1;
        }
        var classes = tensor([.. Enumerable.Range(0, 20).Select(i => (long)(i * 5 % 3))]).reshape(5, 4);
        var y = nn.functional.one_hot(classes, 3).to(ScalarType.Float32);
        Metric[] metrics = [Metric.Precision(0.33), Metric.Recall(0.33), Metric.F1Score(), Metric.Auc(), Metric.TopKCategoricalAccuracy(2), Metric.R2Score(), Metric.RootMeanSquaredError(), Metric.Accuracy()];
        model.Build(4, 2);
        model.Compile(Loss.CategoricalCrossentropy(), new Sgd(0), metrics);
        var used = x.select(2, 0).ne(-1).flatten();
        used.sum().item<long>().Should().Be(13);
        var (outputs, targets) = (model.Predict(x).reshape(20, 3)[used], y.reshape(20, 3)[used]);

        var figures = model.Evaluate(x, y, batchSize: 2);

        // The used steps alone as samples of a model without masks.
        var expected = Evaluated(EngineKind.Torch, targets, outputs, Loss.CategoricalCrossentropy(), metrics);
        foreach (var metric in metrics)
        {
            figures[metric.Name].Should().BeApproximately(expected[metric.Name], 1e-5, metric.Name);
        }
        model.Engine.Kind.Should().Be(engine);
        using var matrix = classes.flatten()[used];
        model.Evaluate(x, y)["accuracy"].Should().BeApproximately(ConfusionMatrix.Of(matrix, outputs).Accuracy, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void An_epochs_score_is_of_the_whole_epoch_and_the_next_begins_anew(EngineKind engine)
    {
        using var model = Identity(2, engine);
        float[,] y = { { 1, 0 }, { 0, 1 }, { 0, 1 }, { 1, 0 }, { 1, 0 } }, x = { { 2, 1 }, { 2, 1 }, { 1, 2 }, { 1, 2 }, { 3, 1 } };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0), Metric.F1Score(), Metric.Auc(), Metric.RootMeanSquaredError());

        var history = model.Fit(x, y, epochs: 2, batchSize: 2, verbose: 0, shuffle: false, validationData: (x, y));

        var whole = model.Evaluate(x, y, batchSize: 5);
        foreach (var name in new[] { "f1_score", "auc", "root_mean_squared_error" })
        {
            foreach (var value in history[name].Concat(history["val_" + name]))
            {
                value.Should().BeApproximately(whole[name], 1e-6, name);
            }
        }
        model.Engine.Kind.Should().Be(engine);
    }

    [Fact]
    public void No_metric_of_the_library_but_a_functions_leaves_the_fused_engine()
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(2, Activation.Softmax)) { Seed = 1 };
        model.Build(4, 1);
        model.Compile(
            Loss.CategoricalCrossentropy(), new Adam(), Metric.Precision(), Metric.Recall(), Metric.F1Score(), Metric.Auc(), Metric.TopKCategoricalAccuracy(), Metric.R2Score(), Metric.RootMeanSquaredError(), Metric.MeanAbsolutePercentageError());

        model.Fit(new float[4, 4, 1], new float[4, 2], epochs: 1, verbose: 0).Engine.Kind.Should().Be(EngineKind.Fused);
    }

    [Fact]
    public void Settings_out_of_range_are_refused()
    {
        string Value(object value) => FormattableString.Invariant($"{Environment.NewLine}Actual value was {value}.");

        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.Precision(double.NaN), $"threshold must be a finite number, such as 0.5. (Parameter 'threshold'){Value(double.NaN)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.Recall(classId: -1), $"classId is the place of an output: at least 0. (Parameter 'classId'){Value(-1)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.F1Score((ScoreAverage)3), $"average is Macro, Micro or Weighted. (Parameter 'average'){Value(3)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.Auc(1), $"numThresholds must be at least 2. (Parameter 'numThresholds'){Value(1)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.Auc(curve: (AucCurve)2), $"curve is Roc or Pr. (Parameter 'curve'){Value(2)}");
        Errors.Expect<ArgumentOutOfRangeException>(() => Metric.TopKCategoricalAccuracy(0), $"k is a number of outputs: at least 1. (Parameter 'k'){Value(0)}");
        Assert.Throws<ArgumentException>(() => Metric.Precision(name: " ")).ParamName.Should().Be("name");
    }

    [Theory]
    [InlineData("precision")]
    [InlineData("recall")]
    [InlineData("f1_score")]
    [InlineData("r2_score")]
    [InlineData("auc")]
    [InlineData("top_k_categorical_accuracy")]
    public void Early_stopping_knows_that_larger_is_better(string name)
    {
        using var model = Identity(1, EngineKind.Auto);
        model.Compile(
            Loss.MeanSquaredError(), new Sgd(0), Metric.Precision(), Metric.Recall(), Metric.F1Score(), Metric.R2Score(), Metric.Auc(), Metric.TopKCategoricalAccuracy());

        model.Fit(new float[,] { { 1 }, { 0 } }, new float[,] { { 1 }, { 0 } }, epochs: 3, verbose: 0, callbacks: [new EarlyStopping(name, patience: 1)]).Epochs.Should().HaveCount(2);
    }

    private static IReadOnlyDictionary<string, double> Evaluated(EngineKind engine, float[,] y, float[,] output, params Metric[] metrics)
    {
        using var scope = NewDisposeScope();
        return Evaluated(engine, tensor(y), tensor(output), Loss.MeanSquaredError(), metrics);
    }

    private static IReadOnlyDictionary<string, double> Evaluated(EngineKind engine, Tensor y, Tensor output, Loss loss, params Metric[] metrics)
    {
        using var model = Identity((int)output.shape[^1], engine);
        model.Compile(loss, new Sgd(0), metrics);
        return model.Evaluate(output, y, batchSize: 3).Where(figure => figure.Key != "loss").ToDictionary(figure => figure.Key, figure => figure.Value);
    }

    private static SequentialModel Identity(int units, EngineKind engine)
    {
        var model = new SequentialModel(new Dense(units, useBias: false)) { RequestedEngine = engine };
        model.Build(units);
        var kernel = new float[units, units];
        for (var k = 0; k < units; k++)
        {
            kernel[k, k] = 1;
        }
        model.SetWeights([kernel]);
        return model;
    }
}
