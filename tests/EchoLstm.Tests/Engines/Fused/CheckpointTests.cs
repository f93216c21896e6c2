namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Gradient checkpointing: the numbers of a training step that keeps everything, in less memory.</summary>
public sealed class CheckpointTests
{
    // Sums over rows are taken segment by segment.
    private const float Rounding = 2e-5f;

    [Theory]
    [InlineData(1, 500, 5, 100, "")]
    [InlineData(1, 500, 5, 64, "")]
    [InlineData(1, 500, 5, 7, "last")]
    [InlineData(1, 500, 5, 1, "")]
    [InlineData(1, 500, 5, 500, "")]
    [InlineData(1, 500, 5, 9999, "last")]
    [InlineData(9, 40, 20, 12, "")]
    [InlineData(9, 40, 20, 12, "last backwards")]
    [InlineData(9, 40, 20, 12, "dropped out")]
    [InlineData(9, 40, 20, 12, "without bias")]
    [InlineData(4, 41, 6, 10, "stateful")]
    [InlineData(4, 41, 6, 10, "last stateful")]
    [InlineData(40, 60, 64, 25, "")]
    [InlineData(3, 50, 9, 8, "one-hot")]
    [InlineData(3, 50, 9, 8, "masked")]
    [InlineData(3, 50, 9, 8, "recurrent dropout")]
    [InlineData(3, 50, 9, 8, "stacked")]
    [InlineData(3, 50, 9, 8, "repeated")]
    public void Every_number_is_that_of_the_plain_pass(int samples, int steps, int units, int segment, string how)
    {
        using var scope = NewDisposeScope();
        var isLast = how.StartsWith("last", StringComparison.Ordinal);
        var x = Numbers.Uniform(1, [samples, steps, 3]);
        if (how == "one-hot")
        {
            x = nn.functional.one_hot((x.select(-1, 0) * 1e4).abs().to(int64).remainder(3), 3).to(float32);
        }
        else if (how == "masked")
        {
            x.narrow(1, 20, 5).zero_();
        }
        var y = isLast ? Numbers.Uniform(2, [samples, 2]) : Numbers.Uniform(2, [samples, steps, 2]);
        using var plain = Model(null);
        using var checkpointed = Model(segment);

        for (var round = 0; round < 3; round++)
        {
            Distance(plain.Predict(x), checkpointed.Predict(x)).Should().Be(0);
            var (one, two) = (Fit(plain), Fit(checkpointed));
            two.Engine.Kind.Should().Be(EngineKind.Fused);
            two.Loss[0].Should().BeApproximately(one.Loss[0], 1e-6);
            foreach (var (a, b) in plain.GetWeights().Zip(checkpointed.GetWeights()))
            {
                // The learning rate is 1, so weights differ by what gradients differ.
                a.Cast<float>().Zip(b.Cast<float>(), (p, q) => Math.Abs(p - q)).Max().Should().BeLessThan(Rounding);
            }
            checkpointed.SetWeights(plain.GetWeights());
        }

        History Fit(SequentialModel model) => model.Fit(x, y, batchSize: samples, verbose: 0, shuffle: false);

        static double Distance(Tensor a, Tensor b) => (a - b).abs().max().ToDouble();

        SequentialModel Model(int? checkpoint)
        {
            var lstm = new Lstm(
                units,
                returnSequences: !isLast,
                stateful: how.EndsWith("stateful", StringComparison.Ordinal),
                goBackwards: how.EndsWith("backwards", StringComparison.Ordinal),
                useBias: how != "without bias",
                dropout: how == "dropped out" ? 0.3 : 0,
                recurrentDropout: how == "recurrent dropout" ? 0.3 : 0) { CheckpointSteps = checkpoint };
            var model = new SequentialModel(
            [
                .. how == "masked" ? new Layer[] { new Masking() } : [],
                .. how == "stacked" ? new Layer[] { new Dense(4), new Lstm(5, returnSequences: true) { CheckpointSteps = checkpoint } } : [],
                .. how == "repeated" ? new Layer[] { new Lstm(4), new RepeatVector(steps) } : [],
                lstm,
                new Dense(2),
            ]) { Seed = 5 };
            model.Build(new Shape(steps, 3), samples);
            model.Compile(Loss.MeanSquaredError(), new Sgd(1));
            return model;
        }
    }

    [Fact]
    public void A_training_step_takes_memory_for_a_segment_and_the_states_between_segments()
    {
        const int steps = 40_000;
        var x = new float[1, steps, 1];
        var y = new float[1, 1];
        var (plain, checkpointed) = (Allocated(null), Allocated(200));

        // Four gates, two states and the squashed cell state, each of 20 units in whole vectors, for all steps; or for 200 of them.
        plain.Should().BeGreaterThan(7L * 20 * sizeof(float) * steps);
        checkpointed.Should().BeLessThan(plain / 20);

        long Allocated(int? checkpoint)
        {
            using var model = new SequentialModel(new Lstm(20) { CheckpointSteps = checkpoint }, new Dense(1)) { Seed = 1 };
            model.Build(new Shape(null, null, 1));
            model.Compile(Loss.MeanSquaredError(), new Sgd());
            model.Fit(new float[1, 2, 1], y, verbose: 0);
            var before = GC.GetAllocatedBytesForCurrentThread();
            model.Fit(x, y, verbose: 0);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_segment_has_at_least_one_step(int steps)
    {
        var make = () => new Lstm(5) { CheckpointSteps = steps };

        make.Should().Throw<ArgumentOutOfRangeException>().WithMessage("CheckpointSteps is a number of time steps: at least 1, or null to keep every step.*").And.ActualValue.Should().Be(steps);
    }
}
