using EchoLstm.Engines;
using EchoLstm.Engines.Fused;
using EchoLstm.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Once its buffers are there, the engine asks the runtime for no memory at all: not a byte in ten thousand batches.</summary>
public sealed class SteadyStateTests
{
    private const int Batches = 10_000;
    private const int Steps = 4;
    private const int ArenasOfWholeBatches = 3; // weights, gradients of lanes, activations

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Stacks => new()
    {
        ["Lstm"] = () => [new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(2))],
        ["stateful"] = () => [new Lstm(5, returnSequences: true, stateful: true), new Gru(4, returnSequences: true, stateful: true), new Dense(2)],
        ["masked"] = () => [new Masking(), new Lstm(5, returnSequences: true), new Dense(2)],
        ["dropout"] = () => [new Dropout(0.2), new Lstm(5, returnSequences: true, dropout: 0.2, recurrentDropout: 0.2), new Dense(2)],
        ["Bidirectional"] = () => [new Bidirectional(new Gru(5, returnSequences: true)), new Dense(2)],
        ["Gru"] = () => [new Gru(5, returnSequences: true, resetAfter: false), new SimpleRnn(3, returnSequences: true), new Dense(2)],
        ["encoder and decoder"] = () => [new Lstm(5), new RepeatVector(Steps), new Lstm(5, returnSequences: true), new Dense(2, Activation.Softmax)],
        ["words"] = () => [new Embedding(9, 5, maskZero: true), new Lstm(5, returnSequences: true), new Dense(2)],
    };

    public static TheoryData<string> Kinds => [.. Stacks.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Training_and_measuring_batches_allocate_nothing(string kind)
    {
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        using var scope = NewDisposeScope();
        var words = kind == "words";
        model.Build(words ? new Shape(Steps) : new Shape(Steps, 3), kind == "stateful" ? 2 : null);
        var compilation = new Compilation([""], [new Head(Loss.MeanSquaredError(), 1, [Metric.MeanAbsoluteError(), Metric.Accuracy(), Metric.RootMeanSquaredError(), Metric.R2Score(), Metric.F1Score(), Metric.Auc(), Metric.Precision(), Metric.TopKCategoricalAccuracy(1)], 8)], new Adam { ClipNorm = 1 });
        using var engine = model.PlanFused(compilation, out _)!.CreateEngine(compilation);
        using var set = new SampleSet(words ? ones(4, Steps, dtype: ScalarType.Int64) : Numbers.Uniform(1, [4, Steps, 3]), Numbers.Uniform(2, [4, Steps, 2]));
        var figures = new MetricMeans(compilation.Names, compilation.Metrics, 2).Batch;
        model.train();
        engine.BeginTraining();
        Run(100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(Batches);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        // A fifth of the batches is measured only; those of a model without a state are of one sample and two.
        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var batch = new Batch(set, i % 2 * 2, kind == "stateful" ? 2 : 1 + (i % 2));
                if (i % 5 == 4)
                {
                    engine.EvaluateOnBatch(batch, figures);
                }
                else
                {
                    engine.TrainOnBatch(batch, figures);
                }
            }
        }
    }

    [Fact]
    public void Batches_that_threads_share_take_no_more_memory_however_many_of_whatever_sizes()
    {
        var (shared, arenas) = Buffered(new Lstm(24, returnSequences: true), 8);

        arenas.Should().HaveCountGreaterThan(ArenasOfWholeBatches);
        shared.Should().Be(0);
    }

    [Fact]
    public void Threads_do_not_share_a_batch_whose_gradients_would_cost_more_than_they_save()
    {
        var (_, arenas) = Buffered(new Embedding(20_000, 8), null, new Lstm(24, returnSequences: true));

        arenas.Should().HaveCount(ArenasOfWholeBatches);
        arenas.Should().ContainSingle(arena => arena.Bytes == 0, "there are no gradients of lanes");
    }

    private static (long Bytes, List<Arena> Arenas) Buffered(nn.Module<Tensor, Tensor> first, int? features, params nn.Module<Tensor, Tensor>[] more)
    {
        const int Samples = 100, LongSteps = 16;
        using var scope = NewDisposeScope();
        using var model = new SequentialModel([first, .. more, new Dense(2)]) { Seed = 1 };
        model.Build(features is { } width ? [LongSteps, width] : [LongSteps]);
        var compilation = new Compilation([""], [new Head(Loss.MeanSquaredError(), 1, [Metric.MeanAbsoluteError()], 2)], new Adam());
        var plan = model.PlanFused(compilation, out _)!;
        List<Arena> arenas = [];
        plan.NewArena = () =>
        {
            arenas.Add(new Arena());
            return arenas[^1];
        };
        using var engine = plan.CreateEngine(compilation);
        using var set = new SampleSet(
            features is { } numbers ? Numbers.Uniform(1, [Samples, LongSteps, numbers]) : ones(Samples, LongSteps, dtype: ScalarType.Int64), Numbers.Uniform(2, [Samples, LongSteps, 2]));
        var figures = new MetricMeans(compilation.Names, compilation.Metrics, 2).Batch;
        int[] sizes = [17, 100, 33, 8, 64];
        engine.BeginTraining();
        Run(10);
        var bytes = arenas.Sum(arena => arena.Bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(40);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return (allocated + arenas.Sum(arena => arena.Bytes) - bytes, arenas);

        void Run(int rounds)
        {
            for (var i = 0; i < rounds * sizes.Length; i++)
            {
                var batch = new Batch(set, 0, sizes[i % sizes.Length]);
                engine.TrainOnBatch(batch, figures);
                engine.EvaluateOnBatch(batch, figures);
            }
        }
    }

    // What a fit allocates before and after its epochs differs: the runtime drops what it knows of types at a collection of any thread.
    [Fact]
    public void A_fit_allocates_nothing_for_an_epoch_but_its_place_in_the_history()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        using var x = Numbers.Uniform(1, [10, 5, 1]);
        using var y = Numbers.Uniform(2, [10, 5, 1]);
        var allocated = new AllocatedBetween(first: 4 * 1000, last: 4 * 11_000);
        model.Compile(Loss.MeanSquaredError(), new Adam { LearningRateSchedule = allocated });

        var history = model.Fit(x, y, epochs: 11_001, batchSize: 3, verbose: 0);

        history.Epochs.Should().HaveCount(11_001);
        allocated.Bytes.Should().Be(0, "the history's lists were made with a place for each epoch");
    }

    /// <summary>What the thread of a fit allocates between two of its steps.</summary>
    private sealed class AllocatedBetween(long first, long last) : LearningRateSchedule
    {
        private long _before;

        internal long? Bytes { get; private set; }

        public override double At(long step)
        {
            if (step == first)
            {
                _before = GC.GetAllocatedBytesForCurrentThread();
            }
            else if (step == last)
            {
                Bytes = GC.GetAllocatedBytesForCurrentThread() - _before;
            }
            return 0.001;
        }
    }

    [Theory]
    [InlineData("Lstm")]
    [InlineData("Gru")]
    public void Steps_of_a_stream_and_predictions_allocate_nothing(string kind)
    {
        using var model = new SequentialModel(Stacks[kind]()) { Seed = 1 };
        model.Build(new Shape(null, null, 3));
        using var stream = model.OpenStream();
        float[] input = [0.1f, 0.2f, 0.3f];
        var (output, predicted) = (new float[stream.OutputLength], new float[2]);
        var run = () =>
        {
            stream.Step(input, output);
            model.Predict(input, predicted);
        };

        Allocated(run).Should().Be(0);

        static long Allocated(Action action)
        {
            for (var i = 0; i < 100; i++)
            {
                action();
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Batches; i++)
            {
                action();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
