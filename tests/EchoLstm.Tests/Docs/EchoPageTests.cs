using EchoLstm.Data;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/echo.md.</summary>
public class EchoPageTests() : PageProgram("docs/echo.md")
{
    [Fact]
    public void Windows_of_a_random_sequence()
    {
        #region
        Console.WriteLine(SupervisedFrames.PairsTable([11, 22, 33, 44, 55], nIn: 3, nOut: 2, dropIncomplete: true));

        var (x, y) = SupervisedFrames.RandomEcho(new RandomSequence(seed: 11), nIn: 5, nOut: 5);
        Console.WriteLine($"X ({x.GetLength(0)}, {x.GetLength(1)}, {x.GetLength(2)}), y ({y.GetLength(0)}, {y.GetLength(1)}, 100)");
        #endregion
    }

    [Fact]
    public void The_echo_of_the_whole_sequence_is_learned_in_rounds()
    {
        #region
        using var model = EchoModels.SequenceEcho(seed: 11);
        var source = new RandomSequence(seed: 11);
        for (var round = 0; round < 600; round++)
        {
            var (x, y) = SupervisedFrames.RandomEcho(source, nIn: 5, nOut: 5);
            model.Fit(x, y, epochs: 1, batchSize: 7, shuffle: false, verbose: 0);
            model.ResetStates();
        }

        var (newX, newY) = SupervisedFrames.RandomEcho(source, nIn: 5, nOut: 5);
        var metrics = model.Evaluate(newX, newY, batchSize: 7);
        Console.WriteLine($"all 105 items of a new sequence right: {metrics["accuracy"] == 1}");
        #endregion
    }

    [Fact]
    public void Encoder_and_decoder_take_any_lengths()
    {
        #region
        using var model = new SequentialModel(
            new Lstm(32),                             // encoder: (samples, 10, 4) becomes (samples, 32)
            new RepeatVector(3),                      // (samples, 3, 32)
            new Lstm(32, returnSequences: true),      // decoder: (samples, 3, 32)
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(10, 4);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());
        #endregion
    }

    [Fact]
    public void The_tutorials_encoder_decoder()
    {
        #region
        using var tutorial = EchoModels.EncoderDecoder(seed: 11);    // 5 steps in, 2 out, of 100 classes
        var output = tutorial.OutputShape(tutorial.InputShape!);
        Console.WriteLine($"{tutorial.CountParameters()} parameters, {tutorial.InputShape} to {output}");
        #endregion
    }
}
