namespace EchoLstm.Tests.Models;

/// <summary>Inputs that a model refuses: their rank, sizes and values. By the whole message, and that it changed nothing.</summary>
public class SequentialModelInputErrorTests
{
    private const string Mend3D = "Reshape the input to (samples, time steps, features), an array with Arrays.Reshape<float[,,]>(x, -1, 5, 1).";

    [Fact]
    public void X_of_another_rank_than_the_model_was_built_for()
    {
        using var model = SmallModels.Regression();

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5], new float[10, 1]),
            $"The model was built for input of shape (None, 5, 1) but received (10, 5). {Mend3D}");
        thrown.Expected.Should().Be("(None, 5, 1)");
        thrown.Received.Should().Be("(10, 5)");
        Errors.ExpectWithoutChange<ShapeMismatchException>(model, () => model.Predict(new float[10]), $"The model was built for input of shape (None, 5, 1) but received (10,). {Mend3D}");
    }

    [Fact]
    public void F11_X_with_features_for_an_embedding()
    {
        using var model = new SequentialModel(new Embedding(9, 3), new Lstm(2));
        model.Build(-1);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Predict(new int[2, 3, 1]),
            "The model was built for input of shape (None, None) but received (2, 3, 1). Its Embedding reads whole numbers, an index for each place of (None, None): give them without an axis of features.");
    }

    [Fact]
    public void F11_X_with_time_steps_for_a_model_of_vectors()
    {
        using var model = new SequentialModel(new Dense(2));
        model.Build(3);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Predict(new float[2, 3, 3]),
            "The model was built for input of shape (None, 3) but received (2, 3, 3). It reads one vector of 3 features a sample: give single steps as (samples, 3), an array with "
                + "Arrays.Reshape<float[,]>(x, -1, 3), or make the model anew and build it with Build(-1, 3).");
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model, () => model.Predict(new float[6]), "The model was built for input of shape (None, 3) but received (6,). Give it (samples, 3), an array with Arrays.Reshape<float[,]>(x, -1, 3).");
    }

    [Fact]
    public void F11_X_of_three_axes_for_a_model_of_films()
    {
        using var model = new SequentialModel(new TimeDistributed(new Flatten()), new Lstm(2));
        model.Build(4, 8, 8, 1);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Predict(new float[2, 4, 64]),
            "The model was built for input of shape (None, 4, 8, 8, 1) but received (2, 4, 64). Reshape the input to (None, 4, 8, 8, 1), whose first axis is the samples.");
    }

    [Theory]
    [InlineData(4, 1, "(10, 4, 1)")]
    [InlineData(5, 2, "(10, 5, 2)")]
    public void X_of_another_size_than_the_model_was_built_for(int steps, int features, string received)
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, steps, features], new float[10, 1]),
            $"The model was built for input of shape (None, 5, 1) but received {received}. Give it samples of that shape, or build it with -1 where a length may vary.");
    }

    [Fact]
    public void X_of_rank_2_for_a_model_that_is_not_built()
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Adam());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5], new float[10, 1]),
            "Lstm 'lstm_1' expects input of rank 3 (samples, time steps, features) but received (10, 5). If each sample is one vector, reshape it to (samples, time steps, features), an array of one feature with Arrays.Reshape<float[,,]>(x, samples, -1, 1), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true.");
    }

    [Fact]
    public void A_second_Lstm_after_one_without_returnSequences()
    {
        using var model = new SequentialModel(new Lstm(5), new Lstm(3));

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Build(5, 1),
            "Lstm 'lstm_2' expects input of rank 3 (samples, time steps, features) but received (None, 5). If each sample is one vector, reshape it to (samples, time steps, features), an array of one feature with Arrays.Reshape<float[,,]>(x, samples, -1, 1), or put RepeatVector before this layer; after another recurrent layer, give that one returnSequences: true.");
    }

    [Fact]
    public void TimeDistributed_after_an_Lstm_without_returnSequences()
    {
        using var model = new SequentialModel(new Lstm(5), new TimeDistributed(new Dense(1)));

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Build(5, 1),
            "TimeDistributed 'time_distributed_1' expects input of rank 3 or more (samples, time steps, features, ...) but received (None, 5). The Lstm before it probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave TimeDistributed out.");
    }

    [Fact]
    public void No_samples()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ShapeMismatchException>(model, () => model.Fit(new float[0, 5, 1], new float[0, 1]), "x has no samples: its shape is (0, 5, 1). Give at least one sample; the samples are the first axis.");
        using var scalar = tensor(1f);
        Errors.ExpectWithoutChange<ShapeMismatchException>(model, () => model.Predict(scalar), "x has no samples: its shape is (). Give at least one sample; the samples are the first axis.");
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    [InlineData(float.NegativeInfinity, "-infinity")]
    public void Data_that_is_not_finite(float value, string printed)
    {
        using var model = SmallModels.Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);
        x[3, 2, 0] = x[7, 0, 0] = value;

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(x, y),
            $"x[3, 2, 0] is {printed}; x has shape (10, 5, 1). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. (Parameter 'x')");
        Assert.Throws<ArgumentException>(() => model.Predict(x)).Message.Should().StartWith($"x[3, 2, 0] is {printed}");

        y[9, 0] = value;
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[10, 5, 1], y),
            $"y[9, 0] is {printed}; y has shape (10, 1). Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask its step. (Parameter 'y')");
    }

    [Fact]
    public void No_data()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentNullException>(model, () => model.Fit((float[,,]?)null, new float[10, 1]), "x is null: expected a tensor or an array. (Parameter 'x')");
        Errors.ExpectWithoutChange<ArgumentNullException>(model, () => model.Fit(new float[10, 5, 1], (Tensor?)null), "y is null: expected a tensor or an array. (Parameter 'y')");
    }
}
