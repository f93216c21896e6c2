using EchoLstm.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>What must give the same bits: any number of threads, any vector width in the forward pass, step by step or all at once.</summary>
[Collection(RunsAlone.Name)]
public sealed class FusedBitsTests
{
    private const int Steps = 6;

    public static TheoryData<string> Kinds => ["Lstm", "Gru", "Gru, reset before", "SimpleRnn"];

    [Theory]
    [MemberData(nameof(Kinds))]
    [InlineData("Bidirectional")]
    [InlineData("masked")]
    public void The_number_of_threads_changes_no_bit(string kind)
    {
        var before = get_num_threads();
        try
        {
            var expected = Trained(kind, 1);
            Trained(kind, 2).Should().Equal(expected);
            Trained(kind, 8).Should().Equal(expected);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_width_of_the_vectors_changes_no_bit_of_the_outputs(string kind)
    {
        using var model = Model(kind, 17, 5);
        using var x = Inputs(5, 5);
        var outputs = ((LaneWidth[])[LaneWidth.One, LaneWidth.Four, LaneWidth.Eight, LaneWidth.Sixteen]).Select(width => Predicted(model, x, width)).ToArray();
        outputs[0].Should().Equal(outputs[1]).And.Equal(outputs[2]).And.Equal(outputs[3]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stepping_gives_the_bits_of_the_whole_pass_at_every_width(string kind)
    {
        foreach (var width in (LaneWidth[])[LaneWidth.One, LaneWidth.Four, LaneWidth.Eight, LaneWidth.Sixteen])
        {
            using var model = Model(kind, 9, 5);
            using var x = Inputs(3, 5);
            var whole = Predicted(model, x, width).Chunk(2).ToArray(); // (sample, step) rows of 2
            using var stepper = model.OpenStream(3);
            for (var t = 0; t < Steps; t++)
            {
                using var step = x.select(1, t);
                using var output = stepper.Step(step);
                for (var i = 0; i < 3; i++)
                {
                    output.data<float>().Skip(2 * i).Take(2).Should().Equal(whole[(i * Steps) + t], "sample {0}, step {1}, width {2}", i, t, width);
                }
            }
        }
    }

    // Batches of 12 samples share their products among threads, those of 100 their samples.
    private static double[] Trained(string kind, int threads)
    {
        set_num_threads(threads);
        using var scope = NewDisposeScope();
        using var model = Model(kind, 48, 40);
        var (x, y) = (Inputs(112, 40), Inputs(112, 2));
        IReadOnlyList<int>? lengths = kind == "masked" ? [.. Enumerable.Range(0, 112).Select(sample => sample % (Steps + 1))] : null;
        var history = model.Fit(x, y, epochs: 2, batchSize: 100, shuffle: false, verbose: 0, lengths: lengths);
        history.Engine.Kind.Should().Be(EngineKind.Fused);
        var figures = model.Evaluate(x, y, batchSize: 100, lengths: lengths);
        return [.. model.GetWeights().Values(), .. history.Loss, .. figures.Values, .. model.Predict(x, lengths: lengths).Values()];
    }

    private static float[] Predicted(SequentialModel model, Tensor x, LaneWidth width)
    {
        model.ForcedWidth = width;
        model.Compile(Loss.MeanSquaredError(), new Adam()); // a new engine
        using var output = model.Predict(x);
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        return output.data<float>().ToArray();
    }

    private static SequentialModel Model(string kind, int units, int features)
    {
        Layer Recurrent() => kind switch
        {
            "Lstm" => new Lstm(units, returnSequences: true),
            "Gru" => new Gru(units, returnSequences: true),
            "Gru, reset before" => new Gru(units, returnSequences: true, resetAfter: false),
            "SimpleRnn" => new SimpleRnn(units, returnSequences: true),
            "masked" => new Lstm(units, returnSequences: true),
            _ => new Bidirectional(new Gru(units, returnSequences: true)),
        };
        var model = new SequentialModel(Recurrent(), Recurrent(), new Dense(2)) { Seed = 1 };
        model.Build(Steps, features);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        return model;
    }

    private static Tensor Inputs(int samples, int features)
    {
        var random = new Random(samples);
        using var flat = tensor([.. Enumerable.Range(0, samples * Steps * features).Select(_ => random.NextSingle() - 0.5f)]);
        return flat.reshape(samples, Steps, features);
    }
}
