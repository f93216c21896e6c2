using EchoLstm.Data;
using EchoLstm.Inference;
using EchoLstm.Tests.Inference;
using EchoLstm.Tests.Models;

namespace EchoLstm.Tests.Training;

/// <summary>Mistakes that were answered by silence, or badly: each is refused or warned of by name, place and mend.</summary>
public class SilenceTests
{
    private static readonly float[,] X = { { 0.1f }, { 0.5f }, { -0.3f } };

    [Fact]
    public void Softmax_over_one_unit()
    {
        const string Fault = " has a softmax over 1 unit: its output is always 1, so that nothing can be learned. For the probability of one thing write "
            + "new Dense(1, Activation.Sigmoid), for two classes new Dense(2, Activation.Softmax), for a number new Dense(1).";
        foreach (var last in new Func<Layer>[] { () => new Dense(1, Activation.Softmax), () => new TimeDistributed(new Dense(1, Activation.Softmax)), () => new ActivationLayer(Activation.Softmax) })
        {
            using var model = new SequentialModel(new Lstm(1, returnSequences: true), last());
            model.Build(2, 1);
            model.Compile(Loss.MeanSquaredError(), new Adam());

            Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.Fit(new float[3, 2, 1], new float[3, 2, 1], verbose: 0), model.Layers[1].Title + Fault);
            Errors.ExpectWithoutChange<InvalidOperationException>(model, () => model.TrainOnBatch(new float[3, 2, 1], new float[3, 2, 1]), model.Layers[1].Title + Fault);
            model.Predict<float[,,]>(new float[1, 2, 1]).Cast<float>().Should().Equal(1, 1);
        }
    }

    [Theory]
    [InlineData(Activation.Sigmoid, 100, "a sigmoid, which gives 0 to 1, but y[1, 0] is 100", "()")]
    [InlineData(Activation.HardSigmoid, -1, "a hardsigmoid, which gives 0 to 1, but y[1, 0] is -1", "()")]
    [InlineData(Activation.Tanh, -1.5, "a tanh, which gives -1 to 1, but y[1, 0] is -1.5", "(-1, 1)")]
    [InlineData(Activation.Relu, -0.25, "a relu, which gives no less than 0, but y[1, 0] is -0.25", "()")]
    [InlineData(Activation.Softplus, -0.25, "a softplus, which gives no less than 0, but y[1, 0] is -0.25", "()")]
    [InlineData(Activation.Softsign, 2, "a softsign, which gives -1 to 1, but y[1, 0] is 2", "(-1, 1)")]
    public void Targets_that_the_last_activation_can_t_give(Activation activation, float target, string seen, string range)
    {
        Warnings(Loss.MeanSquaredError(), new Dense(1, activation), new[,] { { 0.5f }, { target }, { target } }).Should().Equal(
            $"The model's last layer has {seen}, which it can't reach. Training runs, but the loss stays high whatever is learned. Scale the targets into that range, "
            + $"new MinMaxScaler{range}.Fit(y).Transform(y), or give the last layer no activation, Activation.Linear.");
    }

    [Fact]
    public void Targets_out_of_range_behind_wrappers_and_recurrent_layers()
    {
        foreach (var last in new Func<nn.Module<Tensor, Tensor>>[]
        {
            () => new Lstm(1, returnSequences: true), () => new Gru(1, returnSequences: true), () => new SimpleRnn(1, returnSequences: true), () => new AttentionDecoder(1, 2),
            () => new Bidirectional(new Lstm(1, returnSequences: true), MergeMode.Ave), () => new SequentialModel(nn.Linear(1, 1), nn.Tanh(), new Dropout(0)), () => new TimeDistributed(new Dense(1, Activation.Tanh)),
            () => new SequentialModel(new Dense(1), new ActivationLayer(Activation.Tanh)), () => new Conv1D(1, 1, activation: Activation.Tanh),
        })
        {
            using var model = new SequentialModel(last()) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam());
            model.Fit(new float[,,] { { { 1 }, { 1 } } }, new float[,,] { { { 0 }, { -7 } } }, verbose: 0).Warnings
                .Should().ContainSingle(model.Layers[0].Title).Which.Should().StartWith("The model's last layer has a tanh, which gives -1 to 1, but y[0, 1, 0] is -7");
        }
    }

    [Fact]
    public void What_the_last_activation_reaches_or_may_is_no_fault()
    {
        Warnings(Loss.MeanSquaredError(), new Dense(1, Activation.Sigmoid), new float[,] { { 0 }, { 1 }, { 0.5f } }).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new Dense(1, Activation.Tanh), new float[,] { { -1 }, { 1 }, { 0.5f } }).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new Dense(1, Activation.Relu), new float[,] { { 0 }, { 50 }, { 0.5f } }).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[,] { { -9 }, { 50 }, { 0.5f } }).Should().BeEmpty();
        Warnings(Loss.Custom((target, output) => (target / 100 - output).pow(2)), new Dense(1, Activation.Sigmoid), new float[,] { { 10 }, { 50 }, { 99 } }).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new Bidirectional(new Lstm(1, returnSequences: true), MergeMode.Sum), new float[,,] { { { 1.9f } } }, new float[1, 1, 1]).Should().BeEmpty();
    }

    [Fact]
    public void Targets_of_binary_crossentropy_outside_0_to_1()
    {
        foreach (var fromLogits in new[] { false, true })
        {
            using var model = new SequentialModel(new Dense(1, fromLogits ? Activation.Linear : Activation.Sigmoid)) { Seed = 1 };
            model.Build(1);
            model.Compile(Loss.BinaryCrossentropy(fromLogits), new Adam());

            void Refused(Array y, Action<Array> call, string place, string value) => Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
                model,
                () => call(y),
                $"{place} is {value}, but binary_crossentropy takes probabilities: expected 0 to 1. For several classes use SparseCategoricalCrossentropy with Dense(classes, "
                + $"Activation.Softmax), for other numbers MeanSquaredError{(value == "-1" ? "; labels of -1 and 1 become 0 and 1 by (y + 1) / 2" : "")}. (Parameter '{place.Split('[')[0]}'){Environment.NewLine}Actual value was {value}.");
            Refused(new float[,] { { 0 }, { 5 }, { 1 } }, y => model.Fit(X, y, verbose: 0), "y[1, 0]", "5");
            Refused(new float[,] { { 0 }, { 1 }, { -1 } }, y => model.Evaluate(X, y), "y[2, 0]", "-1");
            Refused(new int[,] { { 2 }, { 1 }, { 1 } }, y => model.TrainOnBatch(X, y), "y[0, 0]", "2");
            Refused(new float[,] { { 2 }, { 1 }, { 1 } }, y => model.Fit(X, new float[3, 1], verbose: 0, validationData: (X, y)), "validationData.Y[0, 0]", "2");
            model.Fit(X, new float[,] { { 0 }, { 0.3f }, { 1 } }, verbose: 0).Warnings.Should().BeEmpty();
            model.Fit(X, new bool[,] { { true }, { false }, { true } }, verbose: 0).Warnings.Should().BeEmpty();
        }
    }

    [Fact]
    public void Targets_that_do_not_count_are_neither_refused_nor_warned_of()
    {
        float[,,] x = { { { 1 }, { 0.5f }, { -1 } } }, y = { { { 1 }, { 0 }, { -1 } } };
        foreach (var (loss, last) in new[] { (Loss.BinaryCrossentropy(), Activation.Sigmoid), (Loss.MeanSquaredError(), Activation.Relu) })
        {
            using var masked = new SequentialModel(new Masking(-1), new Lstm(2, returnSequences: true), new Dense(1, last)) { Seed = 1 };
            masked.Compile(loss, new Adam(), Metric.Accuracy());
            masked.Fit(x, y, verbose: 0).Warnings.Should().BeEmpty("a masked step does not count");

            using var weighted = new SequentialModel(new Lstm(2, returnSequences: true), new Dense(1, last)) { Seed = 1 };
            weighted.Compile(loss, new Adam(), Metric.Accuracy());
            weighted.Fit(x, y, verbose: 0, sampleWeight: new float[,] { { 1, 1, 0 } }).Warnings.Should().BeEmpty("a step of weight 0 does not count");
        }
        using var words = new SequentialModel(new Embedding(4, 2, maskZero: true), new Lstm(2, returnSequences: true), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        words.Compile(Loss.BinaryCrossentropy(), new Adam());
        words.Fit(new int[,] { { 3, 1, 0 } }, y, verbose: 0).Warnings.Should().BeEmpty();
        Assert.Throws<ArgumentOutOfRangeException>(() => words.Fit(new int[,] { { 3, 1, 2 } }, y, verbose: 0)).Message.Should().StartWith("y[0, 2, 0] is -1, ");
    }

    [Fact]
    public void Accuracy_on_a_regression()
    {
        const string Rest = ", which is no class: the number means nothing for a regression. Measure it by Metric.MeanAbsoluteError().";

        Warnings(Loss.MeanSquaredError(), new Dense(1), new[,] { { 1 }, { 0.37f }, { 2 } }, metrics: Metric.Accuracy()).Should().Equal(
            "The metric accuracy counts outputs that are of the target's class, but y[1, 0] is 0.37" + Rest);
        Warnings(Loss.MeanAbsoluteError(), new Dense(2), new[,] { { 0, 1f }, { 0.4f, 0.8f }, { 1, 0 } }, metrics: Metric.Accuracy()).Should().Equal(
            "The metric accuracy counts outputs that are of the target's class, but y[1, 0] is 0.4" + Rest);
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[,] { { 0 }, { 1 }, { 1 } }, metrics: Metric.Accuracy()).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new Dense(2), new[,] { { 0, 1f }, { 0.25f, 0.75f }, { 1, 0 } }, metrics: Metric.Accuracy()).Should().BeEmpty();
        Warnings(Loss.SparseCategoricalCrossentropy(), new Dense(4, Activation.Softmax), new[] { 3, 2, 0 }, metrics: Metric.Accuracy()).Should().BeEmpty();
    }

    [Fact]
    public void Class_weights_on_a_regression()
    {
        using var one = new SequentialModel(new Dense(1)) { Seed = 1 };
        using var two = new SequentialModel(new Dense(2)) { Seed = 1 };
        one.Build(1);
        two.Build(1);
        one.Compile(Loss.MeanSquaredError(), new Adam());
        two.Compile(Loss.MeanSquaredError(), new Adam());
        var weights = new Dictionary<int, double> { [1] = 2 };
        const string Mend = ". Weight the samples of a regression with sampleWeight. (Parameter 'classWeight')";

        Errors.ExpectWithoutChange<ArgumentException>(
            one, () => one.Fit(X, new[,] { { 1 }, { 0.25f }, { 0.75f } }, verbose: 0, classWeight: weights), "classWeight weights classes, but y[1, 0] is 0.25, which is no class (0 or 1)" + Mend);
        Errors.ExpectWithoutChange<ArgumentException>(
            two, () => two.Fit(X, new[,] { { 0, 1 }, { 0.25f, 0.5f }, { 1, 0 } }, verbose: 0, classWeight: weights), "classWeight weights classes, but y[1, 0] is 0.25, which is no class (rows of 0 and 1)" + Mend);
        one.Fit(X, new float[,] { { 1 }, { 0 }, { 1 } }, verbose: 0, classWeight: weights).Outcome.Should().Be(FitOutcome.Completed);
        one.Fit(X, new[,] { { 0.9f }, { 0.1f }, { 0.9f } }, verbose: 0, classWeight: weights).Outcome.Should().Be(FitOutcome.Completed, "labels may be smoothed");
        two.Fit(X, new float[,] { { 0, 1 }, { 1, 0 }, { 0.1f, 0.9f } }, verbose: 0, classWeight: weights).Outcome.Should().Be(FitOutcome.Completed);
    }

    [Fact]
    public void Targets_and_inputs_far_from_1()
    {
        const string Targets = "far from 1: weights begin for outputs near 1, so that the fit is long or never comes there. Scale the targets: var scaler = new StandardScaler().Fit(y); then give "
            + "scaler.Transform(y), and read predictions with scaler.InverseTransform.";
        const string Inputs = "far from 1: gates and activations saturate far from it, or see nothing. Scale the inputs: var scaler = new StandardScaler().Fit(x); then give scaler.Transform(x), here "
            + "and to Predict.";

        Warnings(Loss.MeanSquaredError(), new Dense(1), new[,] { { 1e6f }, { -3e6f }, { 2e6f } }).Should().Equal($"y[1, 0] is -3E+06, {Targets}");
        Warnings(Loss.MeanAbsoluteError(), new Dense(1), new[,] { { 1e-6f }, { 0 }, { 2e-6f } }).Should().Equal($"y[2, 0] is 2E-06, the largest there is and {Targets}");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new[,] { { 1f }, { 0 }, { 1 } }, new[,] { { 1f }, { 86400 }, { 2 } }).Should().Equal($"x[1, 0] is 86400, {Inputs}");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new[,] { { 1f }, { 0 }, { 1 } }, new[,] { { 1e-7f }, { 0 }, { 0 } }).Should().Equal($"x[0, 0] is 1E-07, the largest there is and {Inputs}");
        Warnings(Loss.MeanSquaredError(), new Lstm(2, returnSequences: true, activation: Activation.Linear), new float[1, 2, 2], new float[,,] { { { 1 }, { -500 } } }).Should()
            .Equal($"x[0, 1, 0] is -500, {Inputs.Replace("Fit(x)", "Fit(Arrays.Reshape<float[,]>(x, -1, 1))", StringComparison.Ordinal)}");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[3, 1], new float[3, 1]).Should().BeEmpty("zeros are zeros");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[1, 2, 1], new float[,,] { { { 999 }, { 1 } } }, before: new Masking(999)).Should().BeEmpty("a masked step is not read");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[2, 1], new float[,] { { 999 }, { 1 } }, before: nn.BatchNorm1d(1)).Should().BeEmpty("a module may scale");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[1, 2, 1], new int[,] { { 999, 1 } }, before: new Embedding(1000, 2)).Should().BeEmpty("indices are looked up");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Class_indices_with_the_loss_of_one_hot_targets(bool hasAxis)
    {
        using var rows = new SequentialModel(new Dense(3, Activation.Softmax));
        using var steps = new SequentialModel(new Lstm(2, returnSequences: true), new Dense(3, Activation.Softmax));
        rows.Build(1);
        steps.Build(4, 1);
        rows.Compile(Loss.CategoricalCrossentropy(), new Adam());
        steps.Compile(Loss.CategoricalCrossentropy(), new Adam());
        const string Mend = "Class indices are for Loss.SparseCategoricalCrossentropy(): compile the model with it, or give one-hot rows, which OneHot.Encode(labels, classes: 3) makes of int[] and int[,].";

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            rows,
            () => rows.Fit(X, hasAxis ? new int[,] { { 0 }, { 1 }, { 2 } } : new int[] { 0, 1, 2 }, verbose: 0),
            $"The model's output is (3, 3), so y must have that shape, but it is {(hasAxis ? "(3, 1)" : "(3,)")}. {Mend}");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            steps,
            () => steps.Fit(new float[2, 4, 1], hasAxis ? new float[2, 4, 1] : new float[2, 4], verbose: 0),
            $"The model's output is (2, 4, 3), so y must have that shape, but it is {(hasAxis ? "(2, 4, 1)" : "(2, 4)")}. {Mend}");
    }

    [Fact]
    public void Class_indices_with_a_loss_of_numbers()
    {
        using var rows = new SequentialModel(new Dense(3, Activation.Softmax));
        using var steps = new SequentialModel(new Lstm(2, returnSequences: true), new Dense(3));
        rows.Build(1);
        steps.Build(4, 1);
        rows.Compile(Loss.MeanSquaredError(), new Adam());
        steps.Compile(Loss.MeanAbsoluteError(), new Adam());
        const string Mend = " is no loss for them: write new Dense(3, Activation.Softmax) and Loss.SparseCategoricalCrossentropy().";
        const string Shorter = "y lacks an axis: reshape it to (samples, units), an array of one value a sample with Arrays.Reshape<float[,]>(y, -1, 1). It is never broadcast.";
        const string Narrower = "Give the last layer as many units as the target's last axis is long, or reshape y.";

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            rows, () => rows.Fit(X, new int[] { 0, 1, 2 }, verbose: 0), $"The model's output is (3, 3), so y must have that shape, but it is (3,). {Shorter} If y is class indices, mean_squared_error{Mend}");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            steps, () => steps.Fit(new float[2, 4, 1], new long[2, 4, 1], verbose: 0), $"The model's output is (2, 4, 3), so y must have that shape, but it is (2, 4, 1). {Narrower} If y is class indices, mean_absolute_error{Mend}");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            rows, () => rows.Fit(X, new float[,] { { 0 }, { 1 }, { 2 } }, verbose: 0), $"The model's output is (3, 3), so y must have that shape, but it is (3, 1). {Narrower}");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new int[,] { { 0 }, { 1 }, { 7 } }).Should().BeEmpty("counts are whole numbers too");
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Numbers_far_from_1_in_a_later_batch(EngineKind engine)
    {
        using var warned = new Warned();
        using var model = new SequentialModel(new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        (float[,] X, float[,] Y)[] batches =
        [
            (new[,] { { 0.5f } }, new[,] { { 1f } }), (new[,] { { 1e-9f } }, new[,] { { 0f } }), (new[,] { { 1 }, { -700f } }, new[,] { { 1f }, { 2 } }),
            (new[,] { { 900f } }, new[,] { { 1f } }), (new[,] { { 1f } }, new[,] { { 5000f } }),
        ];
        var writer = new StringWriter();
        const string Inputs = "batches[2].X[1, 0] is -700, far from 1: gates and activations saturate far from it, or see nothing. Scale the inputs: var scaler = new StandardScaler().Fit(x); then give "
            + "scaler.Transform(x), here and to Predict.";
        const string Targets = "batches[4].Y[0, 0] is 5000, far from 1: weights begin for outputs near 1, so that the fit is long or never comes there. Scale the targets: var scaler = new "
            + "StandardScaler().Fit(y); then give scaler.Transform(y), and read predictions with scaler.InverseTransform.";

        var history = model.Fit(batches, epochs: 3, shuffle: false, verbose: 2, output: writer);

        history.Warnings.Should().Equal(Inputs, Targets);
        warned.Warnings.Should().Equal(history.Warnings);
        var lines = writer.ToString().ReplaceLineEndings("\n").Split('\n').ToList();
        lines.FindAll(line => line.StartsWith("Warning: ", StringComparison.Ordinal)).Should().Equal($"Warning: {Inputs}", $"Warning: {Targets}");
        lines.IndexOf($"Warning: {Targets}").Should().BeLessThan(lines.IndexOf("Epoch 2/3"), "it is told when the epoch that it was in is over");
        model.Fit(batches, verbose: 0).Warnings.Should().BeEmpty("it was said");
    }

    [Fact]
    public void A_masked_step_of_a_later_batch_may_be_any_number()
    {
        using var model = new SequentialModel(new Masking(-999), new Lstm(2), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        (float[,,] X, float[,] Y)[] batches = [(new float[,,] { { { 1 }, { 2 } } }, new float[1, 1]), (new float[,,] { { { 1 }, { -999 } } }, new float[1, 1])];

        model.Fit(batches, epochs: 2, verbose: 0).Warnings.Should().BeEmpty();
    }

    [Fact]
    public void One_number_for_a_loss_of_several_classes()
    {
        foreach (var loss in new[] { Loss.CategoricalCrossentropy(), Loss.CategoricalCrossentropy(fromLogits: true), Loss.SparseCategoricalCrossentropy(), Loss.CategoricalFocalCrossentropy() })
        {
            using var model = new SequentialModel(new Dense(1, Activation.Sigmoid));
            model.Build(1);
            model.Compile(loss, new Adam());
            Array y = loss.TakesClassIndices ? new int[] { 0, 1, 0 } : new float[,] { { 0 }, { 1 }, { 0 } };

            Errors.ExpectWithoutChange<InvalidOperationException>(
                model,
                () => model.Fit(X, y, verbose: 0),
                $"{loss.Name} compares the probabilities of several classes, but the model gives one number, whose share is always 1: nothing can be learned. For one of two classes write "
                    + "new Dense(1, Activation.Sigmoid) and Loss.BinaryCrossentropy(), for more a Dense with a unit for each class.");
        }
        using var two = new SequentialModel(new Dense(2, Activation.Softmax));
        two.Build(1);
        two.Compile(Loss.BinaryCrossentropy(), new Adam());
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            two,
            () => two.Fit(X, new float[,] { { 0 }, { 1 }, { 0 } }, verbose: 0),
            "The model's output is (3, 2), so y must have that shape, but it is (3, 1). Labels of 0 and 1 are for one unit, new Dense(1, Activation.Sigmoid); two units take "
                + "Loss.SparseCategoricalCrossentropy() and Activation.Softmax, or one-hot rows.");
    }

    [Fact]
    public void Metrics_of_probabilities_beside_a_loss_of_logits()
    {
        static string Text(string metric, string other, string activation = "Sigmoid") => $"The metric {metric} takes the outputs for probabilities, but with fromLogits: true they are none, and their middle is 0 "
            + $"instead of 0.5: the number misleads. Give the last Dense Activation.{activation} and leave fromLogits out{other}.";
        float[,] y = { { 0 }, { 1 }, { 0 } }, rows = { { 0, 1, 0 }, { 1, 0, 0 }, { 0, 0, 1 } };
        var logits = Loss.BinaryCrossentropy(fromLogits: true);

        Warnings(logits, new Dense(1), y, metrics: Metric.Accuracy()).Should().Equal(Text("accuracy", ""));
        Warnings(logits, new Dense(1), y, metrics: Metric.Recall()).Should().Equal(Text("recall", ", or give the metric threshold: 0"));
        Warnings(logits, new Dense(1), y, metrics: Metric.F1Score()).Should().Equal(Text("f1_score", ", or give the metric threshold: 0"));
        Warnings(logits, new Dense(1), y, metrics: Metric.Auc()).Should().Equal(Text("auc", ", or write Metric.Auc(fromLogits: true)"));
        Warnings(Loss.CategoricalCrossentropy(fromLogits: true), new Dense(3), rows, metrics: Metric.Precision()).Should().Equal(Text("precision", "", "Softmax"));
        Warnings(logits, new Dense(1), y, metrics: [Metric.Precision(threshold: 0), Metric.Auc(fromLogits: true), Metric.F1Score(threshold: 0)]).Should().BeEmpty();
        Warnings(Loss.CategoricalCrossentropy(fromLogits: true), new Dense(3), rows, metrics: [Metric.Accuracy(), Metric.F1Score(), Metric.TopKCategoricalAccuracy(2)]).Should().BeEmpty("the largest logit is the largest probability");
        Warnings(Loss.BinaryCrossentropy(), new Dense(1, Activation.Sigmoid), y, metrics: [Metric.Accuracy(), Metric.Auc(), Metric.Precision()]).Should().BeEmpty();
        Warnings(Loss.CategoricalCrossentropy(), new Dense(3, Activation.Softmax), rows, metrics: Metric.TopKCategoricalAccuracy()).Should().Equal(
            "The metric top_k_categorical_accuracy looks for the class among the 5 largest of 3 outputs, where it always is: it is 1 whatever is learned. Choose k below 3.");
    }

    [Fact]
    public void Weights_below_0_and_weights_that_leave_nothing()
    {
        using var model = new SequentialModel(new Dense(1));
        IReadOnlyList<string> Given(Array weights)
        {
            model.Compile(Loss.MeanSquaredError(), new Sgd(0));
            return model.Fit(X, new float[3, 1], verbose: 0, sampleWeight: weights).Warnings;
        }

        Given(new float[] { 1, -0.5f, 2 }).Should().Equal(
            "sampleWeight[1] is -0.5: what is below 0 counts the other way round, so that training moves away from its target. Give weights of at least 0; 0 leaves a sample or step out.");
        Given(new float[3]).Should().Equal("Every weight in sampleWeight is 0: nothing counts, and nothing is learned. Give what shall count a weight above 0.");
        Given(new float[] { 0, 0, 3 }).Should().BeEmpty();
    }

    [Fact]
    public void Percentages_of_0()
    {
        const string Mend = " is 0, and mean_absolute_percentage_error divides by it, or by 1e-7: one such target outweighs all others. Take another measure, such as MeanAbsoluteError or Huber, or leave it "
            + "out with a sampleWeight of 0.";

        Warnings(Loss.MeanAbsolutePercentageError(), new Dense(1), new float[,] { { 1 }, { 0 }, { 2 } }).Should().Equal($"y[1, 0]{Mend}");
        Warnings(Loss.MeanSquaredError(), new Dense(1), new float[,] { { 1 }, { 2 }, { 0 } }, metrics: Metric.MeanAbsolutePercentageError()).Should().Equal($"y[2, 0]{Mend}");
        Warnings(Loss.MeanAbsolutePercentageError(), new Dense(1), new float[,] { { 1 }, { 3 }, { 2 } }).Should().BeEmpty();
    }

    [Fact]
    public void Logarithms_of_what_is_below_0()
    {
        const string Mend = ", and mean_squared_logarithmic_error takes what is below 0 for 0: nothing is learned of how far below it is. Take another measure, such as MeanSquaredError or Huber.";

        Warnings(Loss.MeanSquaredLogarithmicError(), new Dense(1), new[,] { { 1 }, { -0.5f }, { 2 } }).Should().Equal($"y[1, 0] is -0.5{Mend}");
        Warnings(Loss.MeanSquaredLogarithmicError(), new Dense(1), new float[,] { { 1 }, { 0 }, { 2 } }).Should().BeEmpty();
    }

    [Fact]
    public void One_number_where_directions_or_shares_are_compared()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Build(1);
        model.Compile(Loss.CosineSimilarity(), new Adam());
        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => model.Fit(X, new float[,] { { 1 }, { 2 }, { 3 } }, verbose: 0),
            "cosine_similarity compares directions of vectors, but the model gives one number, whose direction is its sign alone: nothing can be learned. Give the last layer a unit for each number of the "
                + "vector, or take Loss.MeanSquaredError().");
        model.Compile(Loss.KullbackLeiblerDivergence(), new Adam());
        Assert.Throws<InvalidOperationException>(() => model.Fit(X, new float[3, 1], verbose: 0)).Message.Should().StartWith("kl_divergence compares the probabilities of several classes, but the model gives one number");
    }

    [Fact]
    public void A_class_among_as_many_as_there_are_is_told_of_class_indices_too() =>
        Warnings(Loss.SparseCategoricalCrossentropy(), new Dense(3, Activation.Softmax), new[] { 0, 1, 2 }, metrics: Metric.TopKCategoricalAccuracy(3)).Should().Equal(
            "The metric top_k_categorical_accuracy looks for the class among the 3 largest of 3 outputs, where it always is: it is 1 whatever is learned. Choose k below 3.");

    [Fact]
    public void Each_output_and_input_of_a_graph()
    {
        var (first, second) = (new Input(1), new Input(1) { Name = "table" });
        using var model = new FunctionalModel([first, second], [new Dense(1, Activation.Sigmoid) { Name = "share" }.Apply(first), new Dense(1) { Name = "price" }.Apply(second)]);
        model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(0), metrics: [[], [Metric.Accuracy()]]);

        model.Fit([X, new float[,] { { 1 }, { 2 }, { 5000 } }], [new float[,] { { 0 }, { 7 }, { 1 } }, new float[,] { { 1 }, { 1e6f }, { 2 } }], verbose: 0).Warnings.Should().Equal(
            "Dense 'share' has a sigmoid, which gives 0 to 1, but y[0][1, 0] is 7, which it can't reach. Training runs, but the loss stays high whatever is learned. Scale the targets into that range, "
                + "new MinMaxScaler().Fit(y).Transform(y), or give the last layer no activation, Activation.Linear.",
            "The metric accuracy counts outputs that are of the target's class, but y[1][1, 0] is 1E+06, which is no class: the number means nothing for a regression. Measure it by Metric.MeanAbsoluteError().",
            "y[1][1, 0] is 1E+06, far from 1: weights begin for outputs near 1, so that the fit is long or never comes there. Scale the targets: var scaler = new StandardScaler().Fit(y); then give "
                + "scaler.Transform(y), and read predictions with scaler.InverseTransform.",
            "x[1][2, 0] is 5000, far from 1: gates and activations saturate far from it, or see nothing. Scale the inputs: var scaler = new StandardScaler().Fit(x); then give scaler.Transform(x), here "
                + "and to Predict.");
        model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(0));
        model.Fit([X, X], [new float[3, 1], new float[,] { { 1 }, { 4 }, { 2 } }], verbose: 0).Warnings.Should().BeEmpty();
    }

    [Fact]
    public void What_a_graph_masks_is_not_warned_of()
    {
        var (series, table) = (new Input(-1, 1), new Input(1));
        var steps = new Lstm(2, returnSequences: true).Apply(new Masking(-999).Apply(series));
        using var model = new FunctionalModel([series, table], [new Dense(1, Activation.Sigmoid).Apply(steps), new Dense(1).Apply(table)]);
        model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(0));

        model.Fit([new float[,,] { { { 1 }, { -999 } } }, new float[,] { { 1 } }], [new float[,,] { { { 1 }, { -999 } } }, new float[,] { { 1 } }], verbose: 0).Warnings.Should().BeEmpty();
    }

    [Fact]
    public void An_optimiser_of_other_parameters_than_the_models()
    {
        using var other = new SequentialModel(new Dense(1));
        other.Build(1);
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(_ => torch.optim.Adam(other.parameters())));

        Errors.Expect<InvalidOperationException>(
            () => model.Fit(X, new float[3, 1], verbose: 0),
            "The function that TorchOptimizer was given made an optimiser of other parameters than the model's, so that nothing would train. Make it of those that it is given, e.g. parameters => "
                + "torch.optim.AdamW(parameters).");
        model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(parameters => torch.optim.Adam(parameters.Take(1))));
        model.Fit(X, new float[3, 1], verbose: 0).Epochs.Should().HaveCount(1);
    }

    [Fact]
    public void Nothing_to_train()
    {
        using var model = new SequentialModel(new Dense(2), new Dense(1));
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Layers[0].Trainable = model.Layers[1].Trainable = false;

        model.Fit(X, new float[3, 1], verbose: 0).Warnings.Should().Equal(
            "No weight is trained: Trainable is false for every layer that has any, so the fit changes nothing that is learned. Set Trainable = true for the layers that shall learn.");
        model.Layers[1].Trainable = true;
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(X, new float[3, 1], verbose: 0).Warnings.Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), new ActivationLayer(Activation.Linear), new float[3, 1]).Should().BeEmpty("there is nothing to freeze");
    }

    [Fact]
    public void A_metric_or_an_output_of_another_name()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());

        Errors.Expect<KeyNotFoundException>(() => _ = model.TrainOnBatch(X, new float[3, 1])["mae"], "There is no metric 'mae'; there is loss, mean_absolute_error.");
        Errors.Expect<KeyNotFoundException>(() => _ = model.Evaluate(X, new float[3, 1])["val_loss"], "There is no metric 'val_loss'; there is loss, mean_absolute_error.");
        using var inference = model.Saved();
        Errors.Expect<KeyNotFoundException>(
            () => _ = inference.Run(new Dictionary<string, InferenceTensor> { [inference.InputNames[0]] = new([1], 1, 1) })["y"], "There is no output 'y'; there is dense_1.");
        model.Evaluate(X, new float[3, 1]).Keys.Should().Equal("loss", "mean_absolute_error");
    }

    [Fact]
    public void Texts_times_and_measured_numbers_where_numbers_or_classes_go()
    {
        using var model = new SequentialModel(new Embedding(5, 2), new Lstm(2), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Numbers = " can't become a tensor: expected numbers of type float, double, int, long, short, byte or bool. ";

        Errors.Expect<ArgumentException>(
            () => model.Fit(new string[2, 3], new float[2, 1], verbose: 0),
            $"An array of String{Numbers}Number texts first: var classes = texts.Distinct().ToList(); int[] numbers = [.. texts.Select(text => classes.IndexOf(text))]; (Parameter 'array')");
        Errors.Expect<ArgumentException>(
            () => model.Fit(new DateTime[2, 3], new float[2, 1], verbose: 0),
            $"An array of DateTime{Numbers}Make times numbers near 1 first, such as the hour of the day / 24, or the days since the first. (Parameter 'array')");
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Fit(new[,] { { 1, 2, 0.5f }, { 1, 1, 1 } }, new float[2, 1], verbose: 0)).Message.Should().StartWith(
            "x[0, 2] is 0.5, but Embedding 'embedding_1' has 5 vectors: expected whole numbers 0 to 4. It looks up classes by their numbers; for measured numbers leave it out.");
    }

    [Fact]
    public void A_recurrent_layer_in_TimeDistributed_that_gets_single_steps()
    {
        foreach (var (make, name) in new (Func<Layer>, string)[] { (() => new Lstm(2), "Lstm 'lstm'"), (() => new Bidirectional(new Gru(2)), "Bidirectional 'bidirectional'") })
        {
            using var model = new SequentialModel(new TimeDistributed(make()), new Dense(1));
            model.Compile(Loss.MeanSquaredError(), new Adam());
            Errors.Expect<ShapeMismatchException>(
                () => model.Fit(new float[8, 5, 2], new float[8, 1], verbose: 0),
                $"TimeDistributed 'time_distributed_1' gives {name} one time step of (8, 5, 2) at a time, but a recurrent layer reads the whole sequence by itself. Leave TimeDistributed out, and give the layer "
                    + "returnSequences: true where each step shall have an output.");
            model.Layers[0].OutputShape(new Shape(8, 3, 5, 2)).Should().HaveCount(3);
        }
    }

    [Fact]
    public void A_horizon_with_an_axis_of_its_own()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(24));
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[3, 5, 1], new float[3, 24, 1], verbose: 0),
            "The model's output is (3, 24), so y must have that shape, but it is (3, 24, 1). y has each of its numbers on an axis of its own: drop it with Arrays.Reshape<float[,]>(y, -1, 24), or end "
                + "the model with new Reshape(24, 1).");
        model.Fit(new float[3, 5, 1], Arrays.Reshape<float[,]>(new float[3, 24, 1], -1, 24), verbose: 0).Epochs.Should().HaveCount(1);
        model.Dispose();
        using var shaped = new SequentialModel(new Lstm(2), new Dense(24), new Reshape(24, 1));
        shaped.Compile(Loss.MeanSquaredError(), new Adam());
        shaped.Fit(new float[3, 5, 1], new float[3, 24, 1], verbose: 0).Epochs.Should().HaveCount(1);
    }

    [Fact]
    public void Input_without_features_or_steps()
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());

        foreach (var x in new[] { new float[3, 5, 0], new float[3, 0, 2] })
        {
            Assert.Throws<ShapeMismatchException>(() => model.Fit(x, new float[3, 1], verbose: 0));
        }
        model.IsBuilt.Should().BeFalse();
        model.Build(-1, 2);
        Assert.Throws<ShapeMismatchException>(() => model.Predict(new float[3, 5, 0]));
        Assert.Throws<ShapeMismatchException>(() => model.Predict(new float[3, 0, 2]));
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void Warnings_are_in_the_history_on_the_console_and_in_the_trace(EngineKind engine)
    {
        foreach (var verbose in new[] { 0, 1, 2 })
        {
            using var warned = new Warned();
            using var model = new SequentialModel(new Dense(1, Activation.Sigmoid)) { Seed = 1, RequestedEngine = engine };
            model.Compile(Loss.MeanSquaredError(), new Adam());
            var writer = new StringWriter();

            var history = model.Fit(X, new[,] { { 0f }, { 9 }, { 1 } }, epochs: 2, verbose: verbose, output: writer);

            warned.Warnings.Should().Equal(history.Warnings).And.ContainSingle();
            writer.ToString().ReplaceLineEndings("\n").Split('\n').Count(line => line == $"Warning: {history.Warnings[0]}").Should().Be(verbose == 0 ? 0 : 1);
        }
    }

    private static IReadOnlyList<string> Warnings(Loss loss, nn.Module<Tensor, Tensor> last, Array y, Array? x = null, nn.Module<Tensor, Tensor>? before = null, params Metric[] metrics)
    {
        using var model = before is null ? new SequentialModel(last) : new SequentialModel(before, last);
        model.Compile(loss, new Sgd(0), metrics);
        return model.Fit(x ?? X, y, verbose: 0).Warnings;
    }
}
