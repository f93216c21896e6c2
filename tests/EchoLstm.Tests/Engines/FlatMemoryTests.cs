using EchoLstm.Data;

namespace EchoLstm.Tests.Engines;

/// <summary>Many steps hold no more memory than few: that of the whole process, so nothing else may run.</summary>
[Collection(RunsAlone.Name)]
public sealed class FlatMemoryTests
{
    // The garbage collector's own breathing; one small tensor lost in each of 90,000 steps would come to 30 MB.
    private const long Breath = 8L << 20;

    [Fact]
    public void A_million_training_steps_hold_flat_memory_and_reach_the_sequence()
    {
        using var scope = NewDisposeScope();
        using var model = EchoModels.ManyToMany(seed: 1);
        var frame = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        var (x, y) = (tensor(frame.X).repeat(1000, 1, 1), tensor(frame.Y).repeat(1000, 1, 1));
        model.Fit(x, y, epochs: 20, batchSize: 1, verbose: 0);
        var (before, live) = (MemoryInUse.Now(), DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        var history = model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 0);

        history.Engine.Kind.Should().Be(EngineKind.Fused);
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live);
        (MemoryInUse.Now() - before).Should().BeLessThan(Breath, "8 bytes lost in each step would come to that");
        history.Loss[^1].Should().BeLessThan(1e-6);
        model.GetWeights().Values().Should().OnlyContain(weight => double.IsFinite(weight));
    }

    [Fact]
    public void Forward_passes_that_nobody_runs_backward_hold_flat_memory()
    {
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        lstm.Build(new Shape(null, 4, 2));
        using var x = Numbers.Uniform(1, [16, 40, 2]);
        Run(2000);
        var before = MemoryInUse.Now();
        Run(20_000);
        (MemoryInUse.Now() - before).Should().BeLessThan(Breath, "one call keeps 0.2 MB until its backward pass, 20,000 would keep 4 GB");

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                lstm.call(x).Dispose();
            }
        }
    }

    // A step of an Lstm through autograd costs several of a Dense, and what it would lose is a whole graph: fewer show it.
    [Theory]
    [InlineData(EngineKind.Torch, "Dense", 100)]
    [InlineData(EngineKind.Torch, "Lstm", 20)]
    [InlineData(EngineKind.Auto, "Dense", 100)]
    [InlineData(EngineKind.Auto, "Lstm", 20)]
    public void A_fit_of_so_many_thousand_steps_holds_flat_memory(EngineKind engine, string layer, int thousands)
    {
        using var model = new SequentialModel(layer == "Lstm" ? new Lstm(1) : new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        using var x = layer == "Lstm" ? Numbers.Uniform(1, [1000, 1, 1]) : Numbers.Uniform(1, [1000, 1]);
        using var y = Numbers.Uniform(2, [1000, 1]);
        var afterWarmUp = 0L;
        var look = new LambdaCallback(onEpochEnd: progress =>
        {
            if (progress.Epoch + 1 == thousands / 10)
            {
                afterWarmUp = MemoryInUse.Now();
            }
        });

        model.Fit(x, y, epochs: thousands, batchSize: 1, verbose: 0, callbacks: [look]);

        (MemoryInUse.Now() - afterWarmUp).Should().BeLessThan(Breath);
    }
}
