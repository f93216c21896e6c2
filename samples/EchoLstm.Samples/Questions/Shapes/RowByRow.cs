using EchoLstm.Data;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Shapes;

internal static class RowByRow
{
    internal static Question Question { get; } = new(
        "row-by-row",
        "How is the data fed: row by row?",
        [113],
        """
        The model gets whole batches, (samples, time steps, features). Inside, all samples of the batch move on together by one time
        step after another, since a step needs the state of the one before. So for one sample the rows do go in one by one. The
        program feeds them by hand, through a stream with a state of its own, and gets what `Predict` gives for the whole.
        """,
        Run);

    private static void Run()
    {
        using var model = EchoModels.ManyToMany(5, seed: 1);
        var sequence = EchoSequence.Linear(5);
        var (x, _) = EchoSequence.FrameManyToMany(sequence);
        Console.WriteLine($"whole:       {Show.Numbers(model.Predict(x), 4)}");

        using var stream = model.OpenStream();
        var stepped = sequence.Select(value => (double)stream.Step([value])[0]);
        Console.WriteLine($"row by row:  {Show.Numbers(stepped, 4)}");
    }
}
