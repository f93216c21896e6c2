namespace EchoLstm.Tests.Models;

/// <summary>Targets that a model refuses. By the whole message, and that it changed nothing.</summary>
public class SequentialModelTargetErrorTests
{
    [Fact]
    public void As_many_targets_as_samples()
    {
        using var model = SmallModels.Regression();

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[9, 1]),
            "x has 10 samples but y has 9: x is (10, 5, 1), y is (9, 1). Each sample needs its target; the samples are the first axis of both.");
        thrown.Expected.Should().Be("(10, ...)");
        thrown.Received.Should().Be("(9, 1)");
    }

    [Fact]
    public void A_target_is_never_broadcast()
    {
        using var model = SmallModels.Regression();

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10]),
            "The model's output is (10, 1), so y must have that shape, but it is (10,). y lacks an axis: reshape it to (samples, units), an array of one value a sample with Arrays.Reshape<float[,]>(y, -1, 1). It is never broadcast.");
        thrown.Expected.Should().Be("(10, 1)");
        thrown.Received.Should().Be("(10,)");
    }

    [Fact]
    public void A_target_with_time_steps_for_an_output_without()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 1]),
            "The model's output is (10, 1), so y must have that shape, but it is (10, 5, 1). y has time steps but the model predicts one vector a sample: give the last Lstm returnSequences: true (and TimeDistributed(Dense) after it), or drop y's time axis.");
    }

    [Fact]
    public void A_target_without_time_steps_for_an_output_with_them()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5). y lacks an axis: to predict every time step reshape it to (samples, time steps, features); to predict one vector a sample leave out returnSequences in the last Lstm.");
    }

    [Fact]
    public void A_target_of_another_number_of_time_steps()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 3, 1]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 3, 1). The numbers of time steps differ: for other lengths in and out use an encoder (Lstm without returnSequences), RepeatVector with the target's steps, and a decoder (Lstm with returnSequences).");
    }

    [Fact]
    public void A_target_of_another_number_of_features()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 2]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5, 2). Give the last layer as many units as the target's last axis is long, or reshape y.");
    }

    [Fact]
    public void A_target_with_an_axis_too_many()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 5, 1, 1]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10, 5, 1, 1). y has one axis more than the output: drop it with squeeze or reshape.");
    }

    [Fact]
    public void A_target_of_quite_another_rank()
    {
        using var model = EchoModels.ManyToMany();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10]),
            "The model's output is (10, 5, 1), so y must have that shape, but it is (10,). Reshape y to the output's shape.");
    }

    [Fact]
    public void Classes_that_there_are_none_of()
    {
        using var model = SmallModels.Classifier();
        var y = new int[2, 5];
        y[1, 3] = 3;

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[2, 5, 1], y),
            $"y[1, 3] is class 3, but the model has 3 classes, 0 to 2. Give the last Dense layer as many units as there are classes, or renumber them. (Parameter 'y'){Environment.NewLine}Actual value was 3.");
        y[1, 3] = 0;
        y[0, 0] = -1;
        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[2, 5, 1], y),
            $"y[0, 0] is class -1, but the model has 3 classes, 0 to 2. Renumber them; where it marks what does not count, write SparseCategoricalCrossentropy(ignoreClass: -1). (Parameter 'y'){Environment.NewLine}Actual value was -1.");
    }

    [Fact]
    public void One_hot_targets_with_a_sparse_loss()
    {
        using var model = SmallModels.Classifier();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[2, 5, 1], new float[2, 5, 3]),
            "The model's output is (2, 5, 3), so with sparse_categorical_crossentropy y must be class indices of shape (2, 5) or (2, 5, 1), but it is (2, 5, 3). For one-hot targets use CategoricalCrossentropy.");
    }
}
