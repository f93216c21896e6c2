namespace EchoLstm.Tests.Models;

/// <summary>Settings of a fit that a model refuses. By the whole message, and that it changed nothing.</summary>
public class SequentialModelSettingErrorTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Batch_size_or_epochs_below_1(int value)
    {
        using var model = SmallModels.Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(model, () => model.Fit(x, y, batchSize: value), Message("batchSize"));
        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(model, () => model.Fit(x, y, epochs: value), Message("epochs"));
        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(model, () => model.Predict(x, batchSize: value), Message("batchSize"));
        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(model, () => model.Evaluate(x, y, batchSize: value), Message("batchSize"));

        string Message(string name) => $"{name} must be at least 1. (Parameter '{name}'){Environment.NewLine}Actual value was {value}.";
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void An_unknown_verbosity(int verbose)
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], verbose: verbose),
            $"verbose is 0 (nothing), 1 (a progress bar an epoch) or 2 (two lines an epoch). (Parameter 'verbose'){Environment.NewLine}Actual value was {verbose}.");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void An_initial_epoch_outside_the_epochs(int initialEpoch)
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
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
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], validationSplit: split),
            $"validationSplit is a share of the samples: at least 0 and below 1. (Parameter 'validationSplit'){Environment.NewLine}Actual value was {printed}.");
    }

    [Fact]
    public void A_validation_split_that_leaves_nothing()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[1, 5, 1], new float[1, 1], validationSplit: 0.2),
            "validationSplit would leave 0 of 1 samples for training and 1 for validation. Both need at least one. (Parameter 'validationSplit')");
    }

    [Fact]
    public void Both_ways_of_validation()
    {
        using var model = SmallModels.Regression();
        var (x, y) = (new float[10, 5, 1], new float[10, 1]);

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(x, y, validationSplit: 0.2, validationData: (x, y)),
            "Give validationSplit or validationData, not both. (Parameter 'validationData')");
    }

    [Fact]
    public void Validation_data_that_does_not_fit()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], validationData: (new float[2, 4, 1], new float[2, 1])),
            "The model was built for input of shape (None, 5, 1) but received (2, 4, 1). Give it samples of that shape, or build it with -1 where a length may vary.");
    }

    [Fact]
    public void A_callback_that_is_null()
    {
        using var model = SmallModels.Regression();

        Errors.ExpectWithoutChange<ArgumentNullException>(
            model,
            () => model.Fit(new float[10, 5, 1], new float[10, 1], callbacks: [null!]),
            "One of the callbacks is null. (Parameter 'callbacks')");
    }
}
