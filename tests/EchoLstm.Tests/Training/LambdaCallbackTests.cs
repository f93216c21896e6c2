namespace EchoLstm.Tests.Training;

public class LambdaCallbackTests
{
    [Fact]
    public void Each_function_is_called_at_its_turn_and_none_is_needed()
    {
        var turns = new List<string>();
        Action<FitProgress> Note(string turn) => progress => turns.Add($"{turn} {progress.Epoch}");
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());

        model.Fit(new float[2, 1], new float[2, 1], epochs: 2, batchSize: 1, verbose: 0, callbacks:
            [new LambdaCallback(Note("train begin"), Note("epoch begin"), Note("batch end"), Note("epoch end"), Note("train end")), new LambdaCallback()]);

        turns.Should().Equal("train begin 0", "epoch begin 0", "batch end 0", "batch end 0", "epoch end 0", "epoch begin 1", "batch end 1", "batch end 1", "epoch end 1", "train end 1");
    }

    [Fact]
    public void At_each_turn_there_are_the_figures_that_its_epoch_has_by_then()
    {
        var turns = new List<string>();
        Action<FitProgress> Note(string turn) => progress => turns.Add($"{turn}: {string.Join(' ', progress.Figures.Keys)}");
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());

        model.Fit(new float[2, 1], new float[2, 1], epochs: 2, verbose: 0, validationData: (new float[2, 1], new float[2, 1]), callbacks:
            [new LambdaCallback(Note("train begin"), Note("epoch begin"), Note("batch end"), Note("epoch end"), Note("train end")), new LearningRateScheduler((_, rate) => rate)]);

        turns.Should().Equal(
            "train begin: ",
            "epoch begin: ", "batch end: loss", "epoch end: loss val_loss learning_rate",
            "epoch begin: ", "batch end: loss", "epoch end: loss val_loss learning_rate",
            "train end: loss val_loss learning_rate");
    }
}
