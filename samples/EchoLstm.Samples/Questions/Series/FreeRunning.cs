using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Series;

internal static class FreeRunning
{
    internal static Question Question { get; } = new(
        "free-running",
        "Can the weights be updated only after n steps of predicting from own predictions?",
        [98],
        """
        Yes, by a loop of one's own: layers are TorchSharp modules, and `CallWithState` takes and gives the state. The model reads
        what is known, then gets its own prediction as input five times; the five errors are added up, and one backward pass and one
        update follow. That trains for just what a recursive forecast does.
        """,
        Run);

    private static void Run()
    {
        float[] wave = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i * 0.5f))];
        var (past, future) = SupervisedFrames.ToForecast(wave, new ForecastWindow { Past = 8, Horizon = 5 });
        var (known, wanted) = (tensor(past), tensor(future));
        using var lstm = new Lstm(12, returnSequences: true) { Seed = 1 };
        using var dense = new Dense(1) { Seed = 1 };
        lstm.Build(new Shape(null, null, 1));
        dense.Build(new Shape(null, null, 12));
        using var optimizer = optim.Adam(lstm.parameters().Concat(dense.parameters()), lr: 0.02);
        for (var round = 1; round <= 60; round++)
        {
            using var scope = NewDisposeScope();
            var (output, state) = lstm.CallWithState(known);
            var prediction = dense.call(output.narrow(1, 7, 1));
            var loss = zeros(1);
            for (var step = 0; step < 5; step++)
            {
                loss += (prediction - wanted.narrow(1, step, 1)).square().mean();
                (output, state) = lstm.CallWithState(prediction, state);
                prediction = dense.call(output);
            }
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            if (round is 1 or 60)
            {
                Console.WriteLine($"update {round,2}: mean squared error of five steps {Show.Number(loss.item<float>() / 5, 2)}");
            }
        }
    }
}
