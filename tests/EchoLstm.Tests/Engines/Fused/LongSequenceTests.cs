namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Long sequences of few samples, which the kernels run in blocks of time steps.</summary>
public sealed class LongSequenceTests
{
    [Theory]
    [InlineData(1, 257, 5, "")]
    [InlineData(1, 320, 5, "backwards")]
    [InlineData(3, 300, 20, "")]
    [InlineData(2, 333, 9, "masked")]
    [InlineData(2, 333, 9, "masked backwards")]
    [InlineData(7, 260, 33, "dropped out")]
    [InlineData(1, 700, 4, "stateful")]
    [InlineData(1, 300, 5, "last")]
    [InlineData(2, 300, 5, "without bias")]
    public void Outputs_and_gradients_are_torchs(int samples, int steps, int units, string how)
    {
        using var scope = NewDisposeScope();
        var x = Numbers.Uniform(1, [samples, steps, 3]);
        var y = how == "last" ? Numbers.Uniform(2, [samples, 2]) : Numbers.Uniform(2, [samples, steps, 2]);
        using var fused = Model(EngineKind.Fused);
        using var other = Model(EngineKind.Torch);
        other.SetWeights(fused.GetWeights());

        (fused.Predict(x) - other.Predict(x)).abs().max().ToDouble().Should().BeLessThan(1e-5);
        for (var update = 0; update < 2; update++)
        {
            var before = fused.GetWeights();
            other.SetWeights(before);
            var one = fused.Fit(x, y, batchSize: samples, verbose: 0, shuffle: false);
            var two = other.Fit(x, y, batchSize: samples, verbose: 0, shuffle: false);
            one.Engine.Kind.Should().Be(EngineKind.Fused);
            one.Loss[0].Should().BeApproximately(two.Loss[0], 1e-5);
            foreach (var (a, b) in fused.GetWeights().Zip(other.GetWeights()))
            {
                // The learning rate is 1, so weights differ by what gradients differ.
                a.Cast<float>().Zip(b.Cast<float>(), (p, q) => Math.Abs(p - q)).Max().Should().BeLessThan(2e-5f);
            }
        }

        SequentialModel Model(EngineKind engine)
        {
            var lstm = new Lstm(
                units,
                returnSequences: how != "last",
                stateful: how == "stateful",
                goBackwards: how.EndsWith("backwards", StringComparison.Ordinal),
                useBias: how != "without bias",
                dropout: how == "dropped out" ? 0.3 : 0,
                recurrentDropout: how == "dropped out" ? 0.2 : 0);
            var isMasked = how.StartsWith("masked", StringComparison.Ordinal);
            var model = new SequentialModel([.. isMasked ? new Layer[] { new Masking() } : [], lstm, new Dense(2)]) { Seed = 5, RequestedEngine = engine };
            model.Build(new Shape(steps, 3), samples);
            model.Compile(Loss.MeanSquaredError(), new Sgd(1));
            if (isMasked)
            {
                x.narrow(1, 250, 20).zero_();
            }
            return model;
        }
    }
}
