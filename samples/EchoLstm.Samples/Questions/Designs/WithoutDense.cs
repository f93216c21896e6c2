using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class WithoutDense
{
    internal static Question Question { get; } = new(
        "without-dense",
        "Must a Dense follow the last LSTM? Leaving it out saves 30 parameters",
        [88, 110],
        """
        It must not: an LSTM may be the last layer, and the tutorial's five numbers, 0 to 0.8, can be learned by `Lstm(5)` alone.
        But an LSTM's output is a gate times a tanh, never above 1 nor below -1, and there are as many outputs as units. Dense frees
        both: any range, any number of outputs, any activation. With targets three times as large the program's bare LSTM gets stuck
        below 1.
        """,
        Run);

    private static void Run()
    {
        foreach (var scale in (float[])[1, 3])
        {
            var (x, y) = EchoSequence.FrameManyToOne(EchoSequence.Linear(5));
            var target = tensor(y) * scale;
            Console.WriteLine($"target             {Show.Numbers(target)}");
            SequentialModel[] models = [new(new Lstm(5)) { Seed = 1 }, new(new Lstm(5), new Dense(5)) { Seed = 1 }];
            foreach (var model in models)
            {
                model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
                model.Fit(x, target, epochs: 300, batchSize: 1, verbose: 0);
                Console.WriteLine($"{model.CountParameters()} parameters give {Show.Numbers(model.Predict(x))}");
                model.Dispose();
            }
        }
    }
}
