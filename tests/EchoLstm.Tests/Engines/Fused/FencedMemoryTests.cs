using EchoLstm.Engines;
using EchoLstm.Engines.Fused;
using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Tests.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>No kernel reads or writes beside its buffers: each lies between fences, see <see cref="FencedArena"/>, and training gives the bits that it gives without them.</summary>
public sealed class FencedMemoryTests
{
    private const string GuardPages = "guard pages";

    private static readonly int[] SomeSizes = [1, 3, 4, 5, 8, 9, 16, 17, 33, 49, 70];

    // Around every vector's and every panel's end.
    private static IEnumerable<int> SizesBesidePages =>
        Enumerable.Range(1, 70).Where(units => Thorough.IsAsked || units < 10 || units % 16 is 15 or 0 or 1 || units % 48 is 47 or 2);

    private static Dictionary<string, Func<int, nn.Module<Tensor, Tensor>[]>> Kinds => new()
    {
        ["Lstm"] = units => [new Lstm(units, returnSequences: true), new Lstm(units, goBackwards: true, dropout: 0.2, recurrentDropout: 0.2), new Dense(units)],
        ["Gru"] = units => [new Gru(units, returnSequences: true), new Gru(units, resetAfter: false, recurrentDropout: 0.2), new RepeatVector(3), new SimpleRnn(units, returnSequences: true)],
        ["Bidirectional"] = units => [new Bidirectional(new Lstm(units, returnSequences: true)), new Bidirectional(new Gru(units), MergeMode.Mul)],
        ["masked"] = units => [new Masking(), new Dropout(0.2), new Gru(units, returnSequences: true, goBackwards: true), new Lstm(units, returnSequences: true), new ActivationLayer(Activation.Softmax)],
        ["normalised"] = units => [new LayerNormalization(), new Dense(units, Activation.Gelu), new GaussianNoise(0.1), new SpatialDropout1D(0.2), new LayerNormalization(center: false), new PRelu([1]), new PRelu([2]), new GlobalAveragePooling1D()],
        ["steps"] = units => [new ZeroPadding1D(1, 2), new Dense(units, Activation.Mish), new PRelu(), new UpSampling1D(2), new Cropping1D(1), new LeakyRelu(), new Elu(), new GlobalMaxPooling1D(keepdims: true)],
        ["words"] = units => [new Embedding(7, units, maskZero: true), new SimpleRnn(units), new Dense(units, Activation.Softmax), new Reshape(-1, 1), new Flatten()],
    };

    public static TheoryData<string, int> KindsAndWidths
    {
        get
        {
            var cases = new TheoryData<string, int>();
            foreach (var name in Kinds.Keys)
            {
                foreach (var width in (int[])[16, 8, 4, 1])
                {
                    cases.Add(name, width);
                }
            }
            return cases;
        }
    }

    public static TheoryData<int> AllWidths => Widths.All;

    private static bool WithPages => ChildRun.Task == GuardPages && FencedArena.HasPages;

    [Theory]
    [MemberData(nameof(KindsAndWidths))]
    public void Training_and_predicting_stay_within_their_buffers(string kind, int width)
    {
        foreach (var units in WithPages ? SizesBesidePages : SomeSizes)
        {
            using var scope = NewDisposeScope();
            var expected = Trained(kind, units, (LaneWidth)width, null);
            foreach (var fence in (Fence[])[Fence.Before, Fence.Behind])
            {
                Trained(kind, units, (LaneWidth)width, fence).Should().Equal(expected, "{0} units of {1}, {2}", units, kind, fence);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void Losses_and_metrics_stay_within_their_rows(int width) =>
        Widths.Run(width, FencedChecks<Lanes512>.Rows, FencedChecks<Lanes256>.Rows, FencedChecks<Lanes128>.Rows, FencedChecks<Lanes1>.Rows);

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void Packing_stays_within_the_parameters(int width) =>
        Widths.Run(width, FencedChecks<Lanes512>.Packing, FencedChecks<Lanes256>.Packing, FencedChecks<Lanes128>.Packing, FencedChecks<Lanes1>.Packing);

    internal static string TaskOfChildren => GuardPages;

    internal static bool IsGuarded => WithPages;

    private static float[] Trained(string kind, int units, LaneWidth width, Fence? fence)
    {
        var (samples, steps, features) = (3, 2, 71 - units);
        using var model = new SequentialModel([.. Kinds[kind](units), new Dense(units)]) { Seed = units };
        var words = kind == "words";
        model.Build(words ? [steps] : [steps, features]);
        var x = words
            ? tensor([.. Enumerable.Range(0, samples * steps).Select(i => (long)i)]).reshape(samples, steps)
            : Numbers.Uniform(units, [samples, steps, features]);
        var y = Numbers.Uniform(units + 1, [.. model.OutputShape(Shape.Of(x)).Select(length => length!.Value)]);
        var compilation = new Compilation([""], [new Head(Loss.MeanSquaredError(), 1, [Metric.MeanAbsoluteError()], 1)], new Adam { ClipNorm = 0.5 });
        model.ForcedWidth = width;
        var plan = model.PlanFused(compilation, out var reason);
        reason.Should().BeNull();
        List<FencedArena> arenas = [];
        if (fence is { } side)
        {
            plan!.NewArena = () =>
            {
                arenas.Add(new FencedArena(side, WithPages));
                return arenas[^1];
            };
        }
        using var set = new SampleSet(x, y);
        var engine = plan!.CreateEngine(compilation);
        var figures = new MetricMeans(compilation.Names, compilation.Metrics, units).Batch;
        List<float> results = [];
        engine.BeginTraining();
        foreach (var count in (int[])[3, 1, 3])
        {
            engine.TrainOnBatch(new Batch(set, 0, count), figures);
            results.AddRange(figures.Select(figure => (float)figure));
        }
        engine.EvaluateOnBatch(new Batch(set, 0, samples), figures);
        engine.Publish();
        using var output = engine.PredictOnBatch(new Batch(set, 0, samples));
        results.AddRange(output.data<float>());
        results.AddRange(model.GetWeights().Values().Select(value => (float)value));
        arenas.ForEach(arena => arena.FencesShouldStand($"{units} units of {kind}"));
        arenas.ForEach(arena => arena.Dispose());
        return [.. results];
    }
}

/// <summary>The building blocks that work on memory which no arena gave.</summary>
internal static unsafe class FencedChecks<V>
    where V : struct, ILanes<V>
{
    internal static void Rows()
    {
        foreach (var fence in (Fence[])[Fence.Before, Fence.Behind])
        {
            for (var units = 1; units <= 70; units++)
            {
                using var arena = new FencedArena(fence, FencedMemoryTests.IsGuarded);
                float[] values = [.. Enumerable.Range(1, units).Select(i => i / (units + 1f))];
                float[] hot = [.. Enumerable.Range(0, units).Select(i => i == units / 2 ? 1f : 0)];
                var output = arena.Copy(values);
                var target = arena.Copy(hot);
                var gradient = arena.Take(units);
                foreach (var kind in Enum.GetValues<FusedLossKind>())
                {
                    float.IsFinite((float)FusedLoss<V>.Row(kind, output, target, units, gradient, 1)).Should().BeTrue("{0} of {1} units", kind, units);
                    new ReadOnlySpan<float>(gradient, units).IndexOfAnyExceptInRange(float.MinValue, float.MaxValue).Should().Be(-1, "{0} of {1} units", kind, units);
                }
                foreach (var kind in Enum.GetValues<FusedMetricKind>())
                {
                    float.IsFinite((float)FusedMetric<V>.Row(kind, output, target, units)).Should().BeTrue("{0} of {1} units", kind, units);
                }
                arena.FencesShouldStand($"a row of {units}");
            }
        }
    }

    internal static void Packing()
    {
        foreach (var fence in (Fence[])[Fence.Before, Fence.Behind])
        {
            for (var units = 1; units <= 70; units++)
            {
                const int Gates = 3, Features = 5;
                using var arena = new FencedArena(fence, FencedMemoryTests.IsGuarded);
                float[] values = [.. Enumerable.Range(0, Gates * units * Features).Select(i => (float)i)];
                var columns = Gates * Gemm<V>.Padded(units);
                var from = arena.Copy(values);
                var to = arena.Take(values.Length);
                var panels = arena.Take(Features * columns);
                WeightBlock[] blocks = [new(0, Features, Gates)];
                PackedWeights<V>.Exchange(blocks, units, [new(from, 1, Features)], panels, unpacks: false);
                PackedWeights<V>.Exchange(blocks, units, [new(to, 1, Features)], panels, unpacks: true);
                new ReadOnlySpan<float>(to, values.Length).ToArray().Should().Equal(values);
                arena.FencesShouldStand($"{units} units");
            }
        }
    }
}
