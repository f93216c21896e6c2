using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Learning;

internal static class Lengths
{
    internal static Question Question { get; } = new(
        "lengths",
        "Longer and shorter sequences of the first problem: what happens?",
        [65],
        """
        All three models take any length. The program trains each for 200 epochs at a learning rate of 0.01, ten times the
        tutorial's, with as many units as steps, and shows the largest error; below 0.05 every number is right at one decimal.
        Longer sequences have finer steps to tell apart, but more units too. The vector has it easiest; the sequence has its hardest
        task at the first steps, where little is known.
        """,
        Run);

    private static void Run()
    {
        Console.WriteLine("length  one-to-one  many-to-one  many-to-many");
        foreach (var length in (int[])[3, 5, 8])
        {
            var sequence = EchoSequence.Linear(length);
            var errors = new List<string>();
            Train(EchoModels.OneToOne(length, seed: 1), EchoSequence.FrameOneToOne(sequence));
            Train(EchoModels.ManyToOne(length, seed: 1), EchoSequence.FrameManyToOne(sequence));
            Train(EchoModels.ManyToMany(length, seed: 1), EchoSequence.FrameManyToMany(sequence));
            Console.WriteLine($"{length,6}  {errors[0],10}  {errors[1],11}  {errors[2],12}");

            void Train(SequentialModel model, (Array X, Array Y) data)
            {
                model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
                model.Fit(data.X, data.Y, epochs: 200, batchSize: length, verbose: 0);
                errors.Add(Show.Number((model.Predict(data.X).flatten() - tensor(sequence)).abs().max().item<float>(), 2));
                model.Dispose();
            }
        }
    }
}
