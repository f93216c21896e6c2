using EchoLstm.Layers;
using EchoLstm.Models;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Wrapper;

internal static class FrequenciesApart
{
    internal static Question Question { get; } = new(
        "frequencies-apart",
        "Sound as 42 rows of 96 frequencies: what is time, and how is each frequency treated apart?",
        [145],
        """
        Time is the order of the rows: (samples, 42, 96), and a plain LSTM reads all 96 frequencies of a row at once. To treat each
        frequency apart, swap the axes so that every frequency is a sequence of 42 steps of one feature, and distribute an LSTM over
        the frequencies: (samples, 96, 42, 1). They share its weights and see nothing of each other: the program silences one of
        them, and only its output changes.
        """,
        Run);

    private static void Run()
    {
        var sound = sin(arange(42 * 96, float32)).reshape(1, 42, 96);
        var apart = sound.transpose(1, 2).unsqueeze(3);          // (1, 96, 42, 1)
        using var model = new SequentialModel(new TimeDistributed(new Lstm(4))) { Seed = 1 };
        model.Build(96, 42, 1);
        using var together = new SequentialModel(new Lstm(4)) { Seed = 1 };
        together.Build(42, 96);

        var silenced = apart.clone();
        silenced[0, 10].fill_(0);
        var changed = model.Predict(apart).ne(model.Predict(silenced)).any(2).nonzero();
        Console.WriteLine($"together: {Shape.Of(together.Predict(sound))}, {together.CountParameters()} parameters");
        Console.WriteLine($"apart:    {Shape.Of(model.Predict(apart))}, {model.CountParameters()} parameters");
        Console.WriteLine($"frequencies whose output changed: {Show.Numbers(changed.select(1, 1), 0)}");
    }
}
