using EchoLstm.Data;
using EchoLstm.Engines;
using EchoLstm.Engines.Fused;
using EchoLstm.Kernels;
using Xunit.Abstractions;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>What only many steps, or very long sequences, show: how far the engines drift apart, and how large their buffers are.</summary>
public sealed class LongTrainingTests(ITestOutputHelper output)
{
    private const int Megabyte = 1 << 20;

    // Measured: weights 6e-8 apart after 30 steps, 2.4e-7 after 1,000 and 1.1e-6 after 3,000, losses 1e-7 to 9e-6 of their value: less than in proportion to the steps.
    [Fact]
    public void The_engines_drift_apart_no_faster_than_roundings_add_up()
    {
        using var scope = NewDisposeScope();
        using var fused = EchoModels.ManyToMany(seed: 1);
        using var torchs = EchoModels.ManyToMany(seed: 1);
        (fused.RequestedEngine, torchs.RequestedEngine) = (EngineKind.Fused, EngineKind.Torch);
        var frame = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        var (x, y) = (tensor(frame.X), tensor(frame.Y));
        var done = 0;
        foreach (var steps in (int[])[10, 30, 100, 300, 1000, 3000])
        {
            var (one, other) = (fused.Fit(x, y, epochs: steps - done, verbose: 0), torchs.Fit(x, y, epochs: steps - done, verbose: 0));
            done = steps;
            var loss = Math.Abs(one.Loss[^1] - other.Loss[^1]) / other.Loss[^1];
            var weights = fused.GetWeights().Values().Zip(torchs.GetWeights().Values(), (a, b) => Math.Abs(a - b)).Max();
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps,5} steps: weights differ by {weights:E1}, losses by {loss:E1} of {other.Loss[^1]:E2}"));
            weights.Should().BeLessThan(1e-6 + (steps * 5e-9), "after {0} steps", steps);
            loss.Should().BeLessThan(1e-5 + (steps * 3e-8), "after {0} steps", steps);
        }
    }

    [Fact]
    public void A_sequence_of_82600_steps_is_trained_in_less_than_100_megabytes()
    {
        using var scope = NewDisposeScope();
        var half = BytesFor(41_300);
        var whole = BytesFor(82_600);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{half / 1e6:F1} MB for 41,300 steps, {whole / 1e6:F1} MB for 82,600"));
        whole.Should().BeLessThan(100 * Megabyte).And.BeCloseTo(2 * half, (ulong)Megabyte);
    }

    private static long BytesFor(int steps)
    {
        using var model = new SequentialModel(new Lstm(5, returnSequences: true), new Dense(1)) { Seed = 1 };
        model.Build(new Shape(null, null, 1));
        var compilation = new Compilation([""], [new Head(Loss.MeanSquaredError(), 1, [], 0)], new Adam());
        var plan = model.PlanFused(compilation, out _)!;
        List<Arena> arenas = [];
        plan.NewArena = () =>
        {
            arenas.Add(new Arena());
            return arenas[^1];
        };
        using var engine = plan.CreateEngine(compilation);
        using var set = new SampleSet(Numbers.Uniform(1, [1, steps, 1]), Numbers.Uniform(2, [1, steps, 1]));
        engine.BeginTraining();
        var figures = new double[1];
        engine.TrainOnBatch(new Batch(set, 0, 1), figures);
        figures[0].Should().BePositive();
        return arenas.Sum(arena => arena.Bytes);
    }
}
