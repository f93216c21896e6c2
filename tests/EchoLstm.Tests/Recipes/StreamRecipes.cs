using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for streams and long sequences.</summary>
public class StreamRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void Watch_a_stream_for_what_does_not_fit()
    {
        #region
        float[] known = [.. Enumerable.Range(0, 400).Select(i => MathF.Sin(i * 0.3f))];
        var (x, y) = SupervisedFrames.ToShifted(known, steps: 40);
        using var model = new SequentialModel(
            new Lstm(12, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        model.Fit(x, y, epochs: 20, verbose: 0);

        using var stream = model.OpenStream();
        float expected = 0;
        for (var i = 0; i < 200; i++)
        {
            var value = i == 120 ? 0 : MathF.Sin(i * 0.3f);            // one value is wrong
            if (i > 40 && MathF.Abs(value - expected) > 0.5f)
            {
                Console.WriteLine($"step {i} does not fit");
                value = expected;
            }
            expected = stream.Step([value])[0];                        // what comes next
        }
        #endregion
    }

    [Fact]
    public void Many_streams_at_once()
    {
        #region
        using var model = new SequentialModel(new Lstm(8), new Dense(2)) { Seed = 1 };
        model.Build(-1, 3);

        using var streams = model.OpenStream(batch: 100);              // 100 sequences side by side, a state each
        var (input, output) = (new float[100 * 3], new float[100 * 2]);    // 3 features in, 2 out, sequence by sequence
        for (var step = 0; step < 10; step++)
        {
            input[0] = step;                                           // feature 0 of sequence 0
            streams.Step(input, output);                               // all of them take a step
        }
        Console.WriteLine($"{streams.StepsRead} steps; sequences 1 and 2 read the same: {output[2] == output[4]}");
        #endregion
    }

    [Fact]
    public void A_state_across_batches()
    {
        #region
        var x = torch.ones(5, 1, 1);                                   // always 1: only the state can tell the steps apart
        var (_, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5));
        foreach (var stateful in new[] { false, true })
        {
            using var model = new SequentialModel(new Lstm(5, stateful: stateful), new Dense(1)) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.005));
            for (var epoch = 0; epoch < 250; epoch++)
            {
                model.Fit(x, y, batchSize: 1, shuffle: false, verbose: 0);    // each sample goes on from the one before
                model.ResetStates();
            }
            var values = model.Predict<float[,]>(x, batchSize: 1).Cast<float>();
            Console.WriteLine($"stateful {stateful,-5}  {string.Join(' ', values.Select(value => $"{value:F1}"))}");
        }
        #endregion
    }

    [Fact]
    public void A_very_long_sequence()
    {
        #region
        using var x = torch.rand(1, 20_000, 1);
        using var y = x.cumsum(1) / torch.arange(1, 20_001).reshape(1, -1, 1);    // the mean so far

        using var whole = new SequentialModel(
            new Lstm(8, returnSequences: true) { CheckpointSteps = 200 },
            new Dense(1)) { Seed = 1 };
        whole.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        whole.Fit(x, y, epochs: 2, verbose: 0);                       // gradients through all 20,000 steps

        using var parts = new SequentialModel(new Lstm(8, returnSequences: true, stateful: true), new Dense(1)) { Seed = 1 };
        parts.Build(-1, 1);
        parts.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        for (var epoch = 0; epoch < 2; epoch++)
        {
            parts.Fit(x.reshape(100, 200, 1), y.reshape(100, 200, 1), batchSize: 1, shuffle: false, verbose: 0);    // 100 updates
            parts.ResetStates();
        }
        var (atOnce, inParts) = (whole.Evaluate(x, y)["loss"], parts.Evaluate(x, y)["loss"]);
        Console.WriteLine($"after two epochs the loss is lower in parts: {inParts < atOnce}");
        #endregion
    }
}
