using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.Models;

/// <summary>What a model refuses, by the whole message, and that it changed nothing.</summary>
public class SequentialModelErrorTests
{
    private const string Mend3D = "Reshape the input to (samples, time steps, features).";

    [Fact]
    public void Fit_Evaluate_and_TrainOnBatch_before_Compile()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Build(1);
        const string Mend = "Call Compile with a loss and an optimiser, e.g. model.Compile(Loss.MeanSquaredError(), new Adam()).";

        Refuses<InvalidOperationException>(model, () => model.Fit(new float[1, 1], new float[1, 1]), $"The model must be compiled before Fit. {Mend}");
        Refuses<InvalidOperationException>(model, () => model.Evaluate(new float[1, 1], new float[1, 1]), $"The model must be compiled before Evaluate. {Mend}");
        Refuses<InvalidOperationException>(model, () => model.TrainOnBatch(new float[1, 1], new float[1, 1]), $"The model must be compiled before TrainOnBatch. {Mend}");
    }

    [Fact]
    public void Predict_and_Evaluate_before_Build()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "Call Build with an input shape, or call it once with data.";

        Refuses<InvalidOperationException>(model, () => model.Predict(new float[1, 1]), $"SequentialModel 'sequential' has no weights yet, so it can't predict. {Mend}");
        Refuses<InvalidOperationException>(model, () => model.Evaluate(new float[1, 1], new float[1, 1]), $"SequentialModel 'sequential' has no weights yet, so it can't be evaluated. {Mend}");
    }

    [Fact]
    public void A_model_without_layers()
    {
        using var model = new SequentialModel();
        const string Message = "The model has no layers. Give some to its constructor, or Add them.";

        model.Compile(Loss.MeanSquaredError(), new Adam());
        Refuses<InvalidOperationException>(model, () => model.Build(1), Message);
        Refuses<InvalidOperationException>(model, () => model.Fit(new float[1, 1], new float[1, 1]), Message);
        Refuses<InvalidOperationException>(model, () => model.Predict(new float[1, 1]), Message);
    }

    [Fact]
    public void X_of_another_rank_than_the_model_was_built_for()
    {
        using var model = Regression();

        var thrown = Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5], new float[10, 1]),
            $"The model was built for input of shape (None, 5, 1) but received (10, 5). {Mend3D}");
        thrown.Expected.Should().Be("(None, 5, 1)");
        thrown.Received.Should().Be("(10, 5)");
        Refuses<ShapeMismatchException>(model, () => model.Predict(new float[10]), $"The model was built for input of shape (None, 5, 1) but received (10,). {Mend3D}");
    }

    [Theory]
    [InlineData(4, 1, "(10, 4, 1)")]
    [InlineData(5, 2, "(10, 5, 2)")]
    public void X_of_another_size_than_the_model_was_built_for(int steps, int features, string received)
    {
        using var model = Regression();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, steps, features], new float[10, 1]),
            $"The model was built for input of shape (None, 5, 1) but received {received}. Give it samples of that shape, or build it with -1 where a length may vary.");
    }

    [Fact]
    public void X_of_rank_2_for_a_model_that_is_not_built()
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5], new float[10, 1]),
            "Lstm 'lstm_1' expects input of rank 3 (samples, time steps, features) but received (10, 5). If each sample is one vector, reshape it to (samples, time steps, features), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true.");
    }

    [Fact]
    public void A_second_Lstm_after_one_without_returnSequences()
    {
        using var model = new SequentialModel(new Lstm(5), new Lstm(3));

        Refuses<ShapeMismatchException>(
            model,
            () => model.Build(5, 1),
            "Lstm 'lstm_2' expects input of rank 3 (samples, time steps, features) but received (None, 5). If each sample is one vector, reshape it to (samples, time steps, features), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true.");
    }

    [Fact]
    public void TimeDistributed_after_an_Lstm_without_returnSequences()
    {
        using var model = new SequentialModel(new Lstm(5), new TimeDistributed(new Dense(1)));

        Refuses<ShapeMismatchException>(
            model,
            () => model.Build(5, 1),
            "TimeDistributed 'time_distributed_1' expects input of rank 3 or more (samples, time steps, features, ...) but received (None, 5). The Lstm before it probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave TimeDistributed out.");
    }

    [Fact]
    public void As_many_targets_as_samples()
    {
        using var model = Regression();

        var thrown = Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[9, 1]),
            "x has 10 samples but y has 9: x is (10, 5, 1), y is (9, 1). Each sample needs its target; the samples are the first axis of both.");
        thrown.Expected.Should().Be("(10, ...)");
        thrown.Received.Should().Be("(9, 1)");
    }

    [Fact]
    public void No_samples()
    {
        using var model = Regression();

        Refuses<ShapeMismatchException>(model, () => model.Fit(new float[0, 5, 1], new float[0, 1]), "x has no samples: its shape is (0, 5, 1). Give at least one sample; the samples are the first axis.");
        using var scalar = tensor(1f);
        Refuses<ShapeMismatchException>(model, () => model.Predict(scalar), "x has no samples: its shape is (). Give at least one sample; the samples are the first axis.");
    }

    [Fact]
    public void A_target_is_never_broadcast()
    {
        using var model = Regression();

        var thrown = Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10]),
            "The model's output is (10, 1), so y must have that shape, but it is (10,). y lacks an axis: reshape it to (samples, units), e.g. (n, 1) for one number a sample. It is never broadcast.");
        thrown.Expected.Should().Be("(10, 1)");
        thrown.Received.Should().Be("(10,)");
    }

    [Fact]
    public void A_target_with_time_steps_for_an_output_without()
    {
        using var model = Regression();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 1]),
            "The model's output is (10, 1), so y must have that shape, but it is (10, 5, 1). y has time steps but the model predicts one vector a sample: give the last Lstm returnSequences: true (and TimeDistributed(Dense) after it), or drop y's time axis.");
    }

    [Fact]
    public void A_target_without_time_steps_for_an_output_with_them()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5). y lacks an axis: to predict every time step reshape it to (samples, time steps, features); to predict one vector a sample leave out returnSequences in the last Lstm.");
    }

    [Fact]
    public void A_target_of_another_number_of_time_steps()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 3, 1]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 3, 1). The numbers of time steps differ: for other lengths in and out use an encoder (Lstm without returnSequences), RepeatVector with the target's steps, and a decoder (Lstm with returnSequences).");
    }

    [Fact]
    public void A_target_of_another_number_of_features()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 2]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5, 2). Give the last layer as many units as the target's last axis is long, or reshape y.");
    }

    [Fact]
    public void A_target_with_an_axis_too_many()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 1, 1]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5, 1, 1). y has one axis more than the output: drop it with squeeze or reshape.");
    }

    [Fact]
    public void A_target_of_quite_another_rank()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10,). Reshape y to the output's shape.");
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    [InlineData(float.NegativeInfinity, "-infinity")]
    public void Data_that_is_not_finite(float value, string printed)
    {
        using var model = Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);
        x[3, 2, 0] = x[7, 0, 0] = value;

        Refuses<ArgumentException>(
            model,
            () => model.Fit(x, y),
            $"x[3, 2, 0] is {printed}; x has shape (10, 5, 1). Training on it would make every weight NaN: remove the sample, or replace the value and mask its step. (Parameter 'x')");
        Assert.Throws<ArgumentException>(() => model.Predict(x)).Message.Should().StartWith($"x[3, 2, 0] is {printed}");

        y[9, 0] = value;
        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[10, 5, 1], y),
            $"y[9, 0] is {printed}; y has shape (10, 1). Training on it would make every weight NaN: remove the sample, or replace the value and mask its step. (Parameter 'y')");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Batch_size_or_epochs_below_1(int value)
    {
        using var model = Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);

        Refuses<ArgumentOutOfRangeException>(model, () => model.Fit(x, y, batchSize: value), Message("batchSize"));
        Refuses<ArgumentOutOfRangeException>(model, () => model.Fit(x, y, epochs: value), Message("epochs"));
        Refuses<ArgumentOutOfRangeException>(model, () => model.Predict(x, batchSize: value), Message("batchSize"));
        Refuses<ArgumentOutOfRangeException>(model, () => model.Evaluate(x, y, batchSize: value), Message("batchSize"));

        string Message(string name) => $"{name} must be at least 1. (Parameter '{name}'){Environment.NewLine}Actual value was {value}.";
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void An_unknown_verbosity(int verbose)
    {
        using var model = Regression();

        Refuses<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: verbose),
            $"verbose is 0 (nothing), 1 (a progress bar an epoch) or 2 (two lines an epoch). (Parameter 'verbose'){Environment.NewLine}Actual value was {verbose}.");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void An_initial_epoch_outside_the_epochs(int initialEpoch)
    {
        using var model = Regression();

        Refuses<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], epochs: 5, initialEpoch: initialEpoch),
            $"initialEpoch counts from 0 and must lie below epochs, which is 5. (Parameter 'initialEpoch'){Environment.NewLine}Actual value was {initialEpoch}.");
    }

    [Theory]
    [InlineData(-0.1, "-0.1")]
    [InlineData(1, "1")]
    [InlineData(double.NaN, "NaN")]
    public void A_validation_split_that_is_no_share(double split, string printed)
    {
        using var model = Regression();

        Refuses<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], validationSplit: split),
            $"validationSplit is a share of the samples: at least 0 and below 1. (Parameter 'validationSplit'){Environment.NewLine}Actual value was {printed}.");
    }

    [Fact]
    public void A_validation_split_that_leaves_nothing()
    {
        using var model = Regression();

        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[1, 5, 1], new float[1, 1], validationSplit: 0.2),
            "validationSplit would leave 0 of 1 samples for training and 1 for validation. Both need at least one. (Parameter 'validationSplit')");
    }

    [Fact]
    public void Both_ways_of_validation()
    {
        using var model = Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);

        Refuses<ArgumentException>(
            model,
            () => model.Fit(x, y, validationSplit: 0.2, validationData: (x, y)),
            "Give validationSplit or validationData, not both. (Parameter 'validationData')");
    }

    [Fact]
    public void Validation_data_that_does_not_fit()
    {
        using var model = Regression();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], validationData: (new float[2, 4, 1], new float[2, 1])),
            "The model was built for input of shape (None, 5, 1) but received (2, 4, 1). Give it samples of that shape, or build it with -1 where a length may vary.");
    }

    [Fact]
    public void No_data()
    {
        using var model = Regression();

        Refuses<ArgumentNullException>(model, () => model.Fit((float[,,]?)null, new float[10, 1]), "x is null: expected a tensor or an array. (Parameter 'x')");
        Refuses<ArgumentNullException>(model, () => model.Fit(new float[10, 5, 1], (Tensor?)null), "y is null: expected a tensor or an array. (Parameter 'y')");
    }

    [Fact]
    public void A_callback_that_is_null()
    {
        using var model = Regression();

        Refuses<ArgumentNullException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], callbacks: [null!]),
            "One of the callbacks is null. (Parameter 'callbacks')");
    }

    [Fact]
    public void Shuffling_with_a_stateful_model()
    {
        using var model = Stateful();

        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4),
            "The model is stateful (Lstm 'lstm_1'): sample i of a batch goes on where sample i of the batch before ended, which shuffling would break. Pass shuffle: false. (Parameter 'shuffle')");
    }

    [Fact]
    public void A_batch_size_that_does_not_divide_a_stateful_models_samples()
    {
        using var model = Stateful();
        const string Message = "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but 12 samples in batches of 5 leave 2 over. Batch sizes that divide 12: 1, 2, 3, 4, 6, 12. (Parameter 'batchSize')";

        Refuses<ArgumentException>(model, () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 5, shuffle: false), Message);
        Refuses<ArgumentException>(model, () => model.Evaluate(new float[12, 5, 1], new float[12, 1], batchSize: 5), Message);
        Refuses<ArgumentException>(model, () => model.Predict(new float[12, 5, 1], batchSize: 5), Message);
        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4, shuffle: false, validationData: (new float[6, 5, 1], new float[6, 1])),
            "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but 6 samples in batches of 4 leave 2 over. Batch sizes that divide 6: 1, 2, 3, 6. (Parameter 'validationData')");
    }

    [Fact]
    public void A_batch_size_other_than_that_of_the_carried_state()
    {
        using var model = Stateful();
        model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4, verbose: 0, shuffle: false);
        const string Carries = "Lstm 'lstm_1' carries the state of 4 samples, so batches of ";

        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 3, shuffle: false),
            $"{Carries}3 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'batchSize')");
        Refuses<ArgumentException>(
            model,
            () => model.TrainOnBatch(new float[12, 5, 1], new float[12, 1]),
            $"{Carries}12 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'x')");
        Refuses<ArgumentException>(
            model,
            () => model.Predict(new float[12, 5, 1], batchSize: 6, carryState: true),
            $"{Carries}6 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'batchSize')");
    }

    [Fact]
    public void Other_batches_than_the_model_was_built_for()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Build(new Shape(4, 2));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "Use batchSize: 4 and a multiple of 4 samples, or build the model without a number of samples. (Parameter 'batchSize')";

        Refuses<ArgumentException>(model, () => model.Fit(new float[10, 2], new float[10, 1], batchSize: 4), $"The model was built for batches of 4 samples, (4, 2), so 10 samples in batches of 4 don't fit. {Mend}");
        Refuses<ArgumentException>(model, () => model.Fit(new float[12, 2], new float[12, 1], batchSize: 3), $"The model was built for batches of 4 samples, (4, 2), so 12 samples in batches of 3 don't fit. {Mend}");
        Refuses<ArgumentException>(model, () => model.Predict(new float[10, 2]), $"The model was built for batches of 4 samples, (4, 2), so 10 samples in batches of 4 don't fit. {Mend}");
        Refuses<ArgumentException>(
            model,
            () => model.Fit(new float[12, 2], new float[12, 1], batchSize: 4, validationData: (new float[6, 2], new float[6, 1])),
            "The model was built for batches of 4 samples, (4, 2), so 6 samples in batches of 4 don't fit. Use batchSize: 4 and a multiple of 4 samples, or build the model without a number of samples. (Parameter 'validationData')");
        model.Fit(new float[12, 2], new float[12, 1], batchSize: 4, verbose: 0).Loss.Should().ContainSingle();
    }

    [Fact]
    public void Classes_that_there_are_none_of()
    {
        using var model = Classifier();
        var y = new int[2, 5];
        y[1, 3] = 3;

        Refuses<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[2, 5, 1], y),
            $"y[1, 3] is class 3, but the model has 3 classes, 0 to 2. Give the last Dense layer as many units as there are classes, or renumber them. (Parameter 'y'){Environment.NewLine}Actual value was 3.");
        y[1, 3] = 0;
        y[0, 0] = -1;
        Refuses<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[2, 5, 1], y),
            $"y[0, 0] is class -1, but the model has 3 classes, 0 to 2. Give the last Dense layer as many units as there are classes, or renumber them. (Parameter 'y'){Environment.NewLine}Actual value was -1.");
    }

    [Fact]
    public void One_hot_targets_with_a_sparse_loss()
    {
        using var model = Classifier();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Fit(new float[2, 5, 1], new float[2, 5, 3]),
            "The model's output is (2, 5, 3), so with sparse_categorical_crossentropy y must be class indices of shape (2, 5) or (2, 5, 1), but it is (2, 5, 3). For one-hot targets use CategoricalCrossentropy.");
    }

    [Fact]
    public void A_layer_twice()
    {
        var dense = new Dense(1);
        using var model = new SequentialModel(dense);

        Refuses<ArgumentException>(
            model,
            () => model.Add(dense),
            "The layer Dense is in the model already. Make a second one; to share weights, write a TorchSharp module that calls the layer twice. (Parameter 'layer')");
        model.Layers.Should().ContainSingle();
    }

    [Fact]
    public void Two_layers_of_one_name()
    {
        using var model = new SequentialModel(new Dense(1) { Name = "output" });

        Refuses<ArgumentException>(
            model,
            () => model.Add(new Dense(2) { Name = "output" }),
            "Two layers of the model are named 'output'. Give each a name of its own. (Parameter 'layer')");
        model.Layers.Should().ContainSingle();
    }

    [Fact]
    public void A_layer_that_can_not_take_the_output_of_a_built_model()
    {
        using var model = EchoModels.OneToOne();

        Refuses<ShapeMismatchException>(
            model,
            () => model.Add(new TimeDistributed(new Dense(1))),
            "TimeDistributed 'time_distributed' expects input of rank 3 or more (samples, time steps, features, ...) but received (None, 1). The Lstm before it probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave TimeDistributed out.");
        model.Layers.Should().HaveCount(2);
    }

    [Fact]
    public void Two_figures_of_one_name()
    {
        using var model = Regression();
        const string Mend = "Give each metric a name of its own, other than 'loss'.";

        Refuses<ArgumentException>(model, () => model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy(), Metric.Accuracy()), $"Two figures are named 'accuracy'. {Mend} (Parameter 'metrics')");
        Refuses<ArgumentException>(model, () => model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Custom((a, b) => a, "loss")), $"Two figures are named 'loss'. {Mend} (Parameter 'metrics')");
    }

    [Fact]
    public void A_prediction_as_another_array_than_it_is()
    {
        using var model = EchoModels.ManyToMany();

        Refuses<ArgumentException>(
            model,
            () => model.Predict<float[,]>(new float[10, 5, 1]),
            "The prediction of shape (10, 5, 1) is a float[,,], not a float[,]. Call Predict<float[,,]>.");
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_loss_that_becomes_infinite_in_a_layer(EngineKind engine)
    {
        using var model = new SequentialModel(new Dense(1, useBias: false) { Name = "first" }, new Dense(1, useBias: false)) { RequestedEngine = engine };
        model.Build(1);
        model.SetWeights([new float[,] { { 1e30f } }, new float[,] { { 1 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));

        var thrown = Refuses<TrainingDivergedException>(
            model,
            () => model.Fit(new float[,] { { 0 }, { 1e20f } }, new float[,] { { 0 }, { 0 } }, epochs: 3, batchSize: 1, verbose: 0, shuffle: false),
            "The loss became infinite in epoch 1 of 3, batch 2 of 2; this batch changed no weight. The output of Dense 'first' is the first that is not finite. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        (thrown.Epoch, thrown.Batch, thrown.Layer).Should().Be((0, 1, "first"));
    }

    [Fact]
    public void A_loss_that_is_NaN_by_itself()
    {
        using var model = Regression();
        model.Compile((target, output) => (output - 100).log(), new Adam());

        var thrown = Refuses<TrainingDivergedException>(
            model,
            () => model.Fit(new float[4, 5, 1], new float[4, 1], epochs: 7, initialEpoch: 5, verbose: 0),
            "The loss became NaN in epoch 6 of 7, batch 1 of 1; this batch changed no weight. Every layer's output is finite, so it is the loss custom itself; check that outputs and targets lie where it is defined. Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        (thrown.Epoch, thrown.Batch, thrown.Layer).Should().Be((5, 0, (string?)null));
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_fit_that_diverges_names_where_and_leaves_the_weights_of_the_batch_before(EngineKind engine)
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e25));
        using var x = Numbers.Uniform(1, [8, 5, 1]);
        using var y = Numbers.Uniform(2, [8, 1]);
        var last = new WeightsOfLastBatch();

        var thrown = Assert.Throws<TrainingDivergedException>(() => model.Fit(x, y, epochs: 10, batchSize: 4, verbose: 0, callbacks: [last]));

        last.Batches.Should().BePositive().And.Be((2 * thrown.Epoch) + thrown.Batch);
        thrown.Message.Should().MatchRegex($"^The loss became (NaN|infinite) in epoch {thrown.Epoch + 1} of 10, batch {thrown.Batch + 1} of 2; this batch changed no weight\\. ")
            .And.EndWith(" Lower the learning rate, clip gradients (ClipNorm), or scale the data.");
        model.GetWeights().Values().Should().Equal(last.Weights);
    }

    [Fact]
    public void A_disposed_model()
    {
        var model = Regression();
        var weights = model.GetWeights();
        model.Dispose();
        var (x, y) = (new float[1, 5, 1], new float[1, 1]);

        foreach (var use in new Action[]
        {
            () => model.Fit(x, y),
            () => model.TrainOnBatch(x, y),
            () => model.Evaluate(x, y),
            () => model.Predict(x),
            () => model.Predict<float[,]>(x),
            () => model.Summary(),
            () => model.ResetStates(),
            () => model.Compile(Loss.MeanSquaredError(), new Adam()),
            () => model.Add(new Dense(1)),
            () => model.Build(5, 1),
            () => model.GetWeights(),
            () => model.SetWeights(weights),
        })
        {
            Errors.Expect<ObjectDisposedException>(use, $"Cannot access a disposed object.{Environment.NewLine}Object name: 'EchoLstm.Models.SequentialModel'.");
        }
    }

    private sealed class WeightsOfLastBatch : Callback
    {
        internal double[] Weights { get; private set; } = [];

        internal int Batches { get; private set; }

        public override void OnBatchEnd(FitProgress progress)
        {
            Weights = progress.Model.GetWeights().Values();
            Batches++;
        }
    }

    private static TException Refuses<TException>(SequentialModel model, Action action, string message)
        where TException : Exception => Errors.ExpectWithoutChange<TException>(model, action, message);

    private static SequentialModel Regression()
    {
        var model = new SequentialModel(new Lstm(5), new Dense(1));
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static SequentialModel Stateful()
    {
        var model = new SequentialModel(new Lstm(5, stateful: true), new Dense(1));
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static SequentialModel Classifier()
    {
        var model = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(3, Activation.Softmax)));
        model.Build(5, 1);
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam());
        return model;
    }
}
