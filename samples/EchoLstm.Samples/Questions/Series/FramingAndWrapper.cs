using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Samples.Questions.Series;

internal static class FramingAndWrapper
{
    internal static Question Question { get; } = new(
        "framing-and-wrapper",
        "series_to_supervised or TimeDistributed?",
        [142],
        """
        They are different things and go together. Framing cuts a series into samples with targets, before there is any model.
        TimeDistributed is a layer that treats every step of such a sample alike.
        """,
        Run);

    private static void Run()
    {
        float[] series = [1, 2, 3, 4, 5];
        Console.Write(SupervisedFrames.PairsTable(series, nIn: 2, nOut: 1));

        var (x, y) = SupervisedFrames.ToShifted(series, steps: 2);
        using var model = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(2, 1);
        Console.WriteLine($"framed: x {Show.Shape(x)}, y {Show.Shape(y)}; the model's output {Shape.Of(model.Predict(x))}");
    }
}
