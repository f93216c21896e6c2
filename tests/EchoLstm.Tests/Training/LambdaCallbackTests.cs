using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

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
}
