namespace EchoLstm.Tests.Layers;

/// <summary>SpatialDropout1D and GaussianNoise.</summary>
public class NoiseTests
{
    [Fact]
    public void SpatialDropout1D_drops_a_feature_for_a_whole_sequence()
    {
        using var scope = NewDisposeScope();
        using var dropout = new SpatialDropout1D(0.5) { Seed = 1 };

        var output = dropout.call(ones(3, 4, 40));

        output.Values().Distinct().Order().Should().Equal(0, 2);
        for (var step = 1; step < 4; step++)
        {
            output.select(1, step).ShouldMatchTensor(output.select(1, 0), Tolerance.None, $"step {step}");
        }
        output[0].Values().Should().NotEqual(output[1].Values(), "each sample has its own draws");
        output.Values().Average().Should().BeInRange(0.6, 1.4);
    }

    [Fact]
    public void GaussianNoise_adds_normal_numbers_of_its_deviation_and_passes_gradients_through()
    {
        using var scope = NewDisposeScope();
        using var noise = new GaussianNoise(0.25) { Seed = 1 };
        var x = (ones(100, 20, 10) * 3).requires_grad_();

        var output = noise.call(x);
        output.sum().backward();
        var added = output.Values().Select(value => value - 3).ToArray();

        // 20,000 draws: the mean's deviation is 0.0018, that of the deviation 0.0013.
        added.Average().Should().BeApproximately(0, 5 * 0.0018);
        Math.Sqrt(added.Average(value => value * value)).Should().BeApproximately(0.25, 5 * 0.0013);
        x.grad!.Values().Should().OnlyContain(value => value == 1);
        noise.call(x).Values().Should().NotEqual(output.Values(), "each call draws anew");
    }

    [Fact]
    public void Outside_of_training_and_at_0_nothing_happens()
    {
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [2, 4, 3]);
        foreach (var layer in new Layer[] { new SpatialDropout1D(0), new GaussianNoise(0), new SpatialDropout1D(0.5), new GaussianNoise(0.5) })
        {
            using (layer)
            {
                if (layer is SpatialDropout1D { Rate: > 0 } or GaussianNoise { Stddev: > 0 })
                {
                    layer.eval();
                }
                layer.call(x).ShouldMatchTensor(x, Tolerance.None, layer.Title);
            }
        }
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void One_seed_gives_one_training_and_Predict_draws_nothing(EngineKind engine)
    {
        var (first, second, other) = (Train(5), Train(5), Train(6));

        second.Should().Equal(first);
        other.Should().NotEqual(first);

        double[] Train(int seed)
        {
            using var scope = NewDisposeScope();
            using var model = new SequentialModel(new GaussianNoise(0.1), new Lstm(3, returnSequences: true), new SpatialDropout1D(0.3), new Lstm(2), new Dense(1)) { Seed = seed, RequestedEngine = engine };
            model.Compile(Loss.MeanSquaredError(), new Adam());
            var x = Numbers.Uniform(1, [6, 4, 2]);
            var history = model.Fit(x, Numbers.Uniform(2, [6, 1]), epochs: 3, batchSize: 2, verbose: 0);
            model.Predict(x).ShouldMatchTensor(model.Predict(x), Tolerance.None);
            return [.. history.Loss, .. model.GetWeights().Values()];
        }
    }

    [Fact]
    public void Wrong_settings_are_errors()
    {
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new SpatialDropout1D(1),
            "rate is the share of values that are dropped: at least 0 and below 1. (Parameter 'rate')\nActual value was 1.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new GaussianNoise(-0.1),
            FormattableString.Invariant($"stddev is a standard deviation: expected a finite number of at least 0. (Parameter 'stddev')\nActual value was {-0.1}.").ReplaceLineEndings());
    }
}
