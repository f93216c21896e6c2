using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using EchoLstm.Data;
using EchoLstm.Inference;
using Microsoft.Extensions.Time.Testing;
using static EchoLstm.Tests.Inference.InferenceCases;

namespace EchoLstm.Tests.Inference;

/// <summary>Samples of many callers in one call of a model: each gets its own numbers, in its turn, and none is lost.</summary>
public class BatchingPredictorTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);

    public static TheoryData<string> Names => [.. Stacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_has_the_same_bits_in_every_batch(string name)
    {
        using var model = Create(name).Saved();
        foreach (var rows in new[] { 2, 3, 4, 5, 8, 17, 33 })
        {
            var (x, words, y) = (Inputs(rows), Indices(rows), new float[model.OutputLength(rows, Steps)]);
            var alone = new float[y.Length];
            var (width, length) = (x.Length / rows, y.Length / rows);
            if (ReadsWords(name))
            {
                model.Predict(words, y, rows);
            }
            else
            {
                model.Predict(x, y, rows);
            }
            for (var i = 0; i < rows; i++)
            {
                if (ReadsWords(name))
                {
                    model.Predict(words.AsSpan(i * Steps, Steps), alone.AsSpan(i * length, length));
                }
                else
                {
                    model.Predict(x.AsSpan(i * width, width), alone.AsSpan(i * length, length));
                }
            }
            Bits(y).Should().Equal(Bits(alone), "{0} rows", rows);
        }
    }

    // Large enough to be shared among threads; and one-hot rows, which are looked up where a whole batch is of such.
    [Theory]
    [InlineData(3, 70, 60)]
    [InlineData(9, 33, 20)]
    public void A_large_batch_has_the_same_bits_too(int features, int units, int steps)
    {
        using var model = Large(features, units);
        const int rows = 67;
        var x = new float[rows * steps * features];
        var random = new Random(1);
        for (var row = 0; row < rows * steps; row++)
        {
            if (row / steps % 2 == 0)
            {
                x[(row * features) + random.Next(features)] = 1;
                continue;
            }
            for (var k = 0; k < features; k++)
            {
                x[(row * features) + k] = (float)random.NextDouble();
            }
        }
        var (y, alone) = (new float[model.OutputLength(rows, steps)], new float[model.OutputLength(1, steps)]);
        model.Predict(x, y, rows);

        for (var i = 0; i < rows; i++)
        {
            model.Predict(x.AsSpan(i * steps * features, steps * features), alone);
            Bits(y.AsSpan(i * alone.Length, alone.Length)).Should().Equal(Bits(alone), "sample {0}", i);
        }
    }

    [Fact]
    public async Task A_full_batch_begins_at_once_and_the_rest_after_the_delay()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 3, Delay, timeProvider: clock);
        using var batches = new Batches(predictor);

        var first = Ask(predictor, 0, 1, 2, 3);
        await Answered(first[..3]);
        clock.Advance(Delay - TimeSpan.FromMilliseconds(1));
        var second = Ask(predictor, 4);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await Answered(first[3], second[0]);

        batches.Rows.Should().Equal(3, 2);
        predictor.Waiting.Should().Be(0);
        Expect(model, [.. first, .. second]);
    }

    [Fact]
    public async Task Without_a_delay_nothing_waits_for_others()
    {
        using var model = FreeSteps();
        await using var predictor = new BatchingPredictor(model, timeProvider: new FakeTimeProvider());

        for (var i = 0; i < 20; i++)
        {
            await Answered(Ask(predictor, i));
        }
    }

    [Fact]
    public async Task Samples_go_in_the_order_in_which_they_came()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 2, Delay, timeProvider: clock);
        var asked = Ask(predictor, [.. Enumerable.Range(0, 21)]);

        await Answered(asked[..20]);

        asked[20].Answer.IsCompleted.Should().BeFalse("its batch is not full, and the clock stands still");
        clock.Advance(Delay);
        await Answered(asked);
        Expect(model, asked);
    }

    [Fact]
    public async Task Other_lengths_go_in_batches_of_their_own_and_none_is_passed_over()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 4, Delay, timeProvider: clock);
        using var batches = new Batches(predictor);

        var rare = Ask(predictor, (7, 5));
        var common = Ask(predictor, (0, 3), (1, 3), (2, 3));
        var full = Ask(predictor, (3, 3), (4, 3));
        await Answered([.. common, full[0]]);
        rare[0].Answer.IsCompleted.Should().BeFalse();
        clock.Advance(Delay);
        await Answered([.. rare, .. full]);

        batches.Rows.Order().Should().Equal(1, 1, 4);
        Expect(model, [.. rare, .. common, .. full]);
    }

    [Fact]
    public void Of_batches_that_may_begin_the_one_goes_first_that_waited_longest()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        var groups = new BatchGroups(2, Delay, clock);
        void Add(int steps) => groups.Add(new BatchRequest(model, new float[steps], steps, clock.GetTimestamp(), () => { }));

        Add(5);
        clock.Advance(Delay);
        Add(3);
        Add(3);
        Add(7);
        Add(3);
        Add(3);

        string Next(bool all = false) => groups.Take(clock.GetTimestamp(), all) is { } batch ? $"{batch.Count} of {batch[0].Steps} steps" : "none";
        Next().Should().Be("1 of 5 steps", "it waited long enough, longer than those that fill their batch");
        Next().Should().Be("2 of 3 steps");
        Next().Should().Be("2 of 3 steps");
        groups.Left(clock.GetTimestamp()).Should().Be(Delay);
        Next().Should().Be("none");
        Next(all: true).Should().Be("1 of 7 steps");
        groups.Left(clock.GetTimestamp()).Should().BeNull();
        Next(all: true).Should().Be("none");
    }

    [Fact]
    public async Task Who_does_not_wait_any_more_takes_no_place()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 3, Delay, capacity: 3, clock);
        using var batches = new Batches(predictor);
        using var stop = new CancellationTokenSource();

        var first = Ask(predictor, 0);
        var gone = predictor.PredictAsync(Sample(1), stop.Token);
        predictor.Waiting.Should().Be(2);
        await stop.CancelAsync();
        await gone.Awaiting(task => task).Should().ThrowAsync<OperationCanceledException>();
        predictor.Waiting.Should().Be(1);
        var second = Ask(predictor, 2);
        clock.Advance(Delay - TimeSpan.FromMilliseconds(1));
        var third = Ask(predictor, 3);
        await Answered(first[0], second[0], third[0]);

        batches.Rows.Should().Equal(3);
        predictor.PredictAsync(Sample(1), stop.Token).IsCanceled.Should().BeTrue();
        predictor.Waiting.Should().Be(0);
        Expect(model, [.. first, .. second, .. third]);
    }

    [Fact]
    public async Task All_may_be_gone()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 4, Delay, timeProvider: clock);
        using var batches = new Batches(predictor);
        using var stop = new CancellationTokenSource();
        var gone = Enumerable.Range(0, 7).Select(i => predictor.PredictAsync(Sample(i, steps: 2 + (i % 3)), stop.Token)).ToArray();

        await stop.CancelAsync();
        clock.Advance(Delay);
        var last = Ask(predictor, 3);
        clock.Advance(Delay);

        await Answered(last);
        gone.Should().OnlyContain(task => task.IsCanceled);
        batches.Rows.Should().Equal(1);
    }

    [Fact]
    public async Task More_than_may_wait_are_refused_until_there_is_room()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 8, Delay, capacity: 3, clock);
        var asked = Ask(predictor, 0, 1, 2);

        (await predictor.Awaiting(it => it.PredictAsync(Sample(3))).Should().ThrowAsync<QueueFullException>()).WithMessage(
            "3 samples wait for their predictions already, and no more may. Ask again later (in a service answer 503), or make capacity larger.");

        clock.Advance(Delay);
        await Answered(asked);
        var later = Ask(predictor, 3);
        clock.Advance(Delay);
        await Answered(later);
        Expect(model, [.. asked, .. later]);
    }

    [Fact]
    public async Task Bad_input_is_told_to_its_caller_alone()
    {
        using var model = FreeSteps();
        using var words = Create("words").Saved();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 8, Delay, timeProvider: clock);
        await using var reader = new BatchingPredictor(words, maxRows: 2, Delay, timeProvider: clock);
        using var batches = new Batches(predictor);

        var good = Ask(predictor, 0);
        Task<float[]>[] bad =
        [
            predictor.PredictAsync(new float[] { 1, 2, 3, 4 }),
            predictor.PredictAsync(new float[] { 1, 2, float.NaN }),
            predictor.PredictAsync(new int[] { 1 }),
            reader.PredictAsync(new[] { 0, 1, 2, 3, 4, Words }),
            reader.PredictAsync(new float[6]),
            predictor.PredictAsync(ReadOnlyMemory<float>.Empty),
        ];
        good = [.. good, .. Ask(predictor, 1)];
        clock.Advance(Delay);
        await Answered(good);

        batches.Rows.Should().Equal(2);
        Expect(model, good);
        predictor.Waiting.Should().Be(0);
        (await Task.WhenAll(bad.Select(async task => (await task.Awaiting(it => it).Should().ThrowAsync<Exception>()).Which))).Select(error => $"{error.GetType().Name}: {error.Message}")
            .Should().SatisfyRespectively(
                text => text.Should().Be("ShapeMismatchException: The model takes (None, None, 3), which 4 numbers for 1 samples do not fill. Give samples · time steps · features numbers."),
                text => text.Should().StartWith("ArgumentException: x[2] is NaN: the model can take numbers alone."),
                text => text.Should().Be("InvalidOperationException: The model reads features, (None, None, 3), not indices: give them as floats, Predict(ReadOnlySpan<float>, ...)."),
                text => text.Should().StartWith($"ArgumentOutOfRangeException: words[5] is {Words}, but Embedding 'embedding_"),
                text => text.Should().Be("InvalidOperationException: The model reads indices: give them as integers, Predict(ReadOnlySpan<int>, ...)."),
                text => text.Should().StartWith("ShapeMismatchException: The model takes (None, None, 3), which 0 numbers for 1 samples do not fill."));
    }

    [Fact]
    public async Task Indices_are_batched_as_well()
    {
        using var model = Create("words").Saved();
        await using var predictor = new BatchingPredictor(model, maxRows: 4, Delay, timeProvider: new FakeTimeProvider());
        var words = Indices(4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => predictor.PredictAsync(words.AsMemory(i * Steps, Steps)))).WaitAsync(Long);

        var expected = new float[model.OutputLength(4, Steps)];
        model.Predict(words, expected, 4);
        answers.SelectMany(answer => answer).Should().Equal(expected);
    }

    [Fact]
    public async Task What_becomes_of_the_input_after_the_call_does_not_matter()
    {
        using var model = FreeSteps();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(model, maxRows: 4, Delay, timeProvider: clock);
        var x = Sample(1);

        var answer = predictor.PredictAsync(x);
        Array.Fill(x, float.NaN);
        clock.Advance(Delay);

        (await answer.WaitAsync(Long)).Should().Equal(Alone(model, Sample(1)));
    }

    [Fact]
    public async Task Another_model_takes_over_and_each_sample_has_the_one_that_it_came_to()
    {
        using var three = FreeSteps();
        using var words = Create("words").Saved();
        var clock = new FakeTimeProvider();
        await using var predictor = new BatchingPredictor(three, maxRows: 8, Delay, timeProvider: clock);
        using var batches = new Batches(predictor);

        var before = Ask(predictor, 0, 1);
        predictor.Model = words;
        var after = predictor.PredictAsync(Indices(1));
        clock.Advance(Delay);
        await Answered(before);

        Expect(three, before);
        var expected = new float[words.OutputLength(1, Steps)];
        words.Predict(Indices(1), expected);
        (await after.WaitAsync(Long)).Should().Equal(expected);
        predictor.Model.Should().BeSameAs(words);
        batches.Rows.Order().Should().Equal(1, 2);
    }

    [Fact]
    public async Task Many_threads_swaps_and_cancellations_lose_nothing()
    {
        InferenceModel[] models = [FreeSteps(seed: 1), FreeSteps(seed: 2)];
        await using var predictor = new BatchingPredictor(models[0], maxRows: 16, TimeSpan.FromMilliseconds(1), capacity: 100_000);
        using var batches = new Batches(predictor);
        const int threads = 8, calls = 400;
        int answered = 0, cancelled = 0, refused = 0;

        var swaps = Task.Run(async () =>
        {
            for (var i = 1; i <= 100; i++)
            {
                predictor.Model = models[i % 2];
                await Task.Yield();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(async () =>
        {
            var random = new Random(thread);
            await Task.WhenAll(Enumerable.Range(0, calls).Select(async call =>
            {
                var x = Sample(call, steps: 1 + random.Next(4));
                var (isBad, isStopped) = (random.Next(20) == 0, random.Next(10) == 0);
                using var stop = new CancellationTokenSource();
                if (isBad)
                {
                    x[^1] = float.NaN;
                }
                var task = predictor.PredictAsync(x, stop.Token);
                if (isStopped)
                {
                    await stop.CancelAsync();
                }
                try
                {
                    var y = await task;
                    models.Select(model => Alone(model, x)).Should().Contain(expected => expected.SequenceEqual(y));
                    isBad.Should().BeFalse();
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                    isStopped.Should().BeTrue();
                    Interlocked.Increment(ref cancelled);
                }
                catch (ArgumentException error)
                {
                    isBad.Should().BeTrue(error.Message);
                    Interlocked.Increment(ref refused);
                }
            }));
        }))).WaitAsync(Long);
        await swaps;

        (answered + cancelled + refused).Should().Be(threads * calls);
        refused.Should().BeGreaterThan(0);
        predictor.Waiting.Should().Be(0);
        await predictor.DisposeAsync();
        batches.Rows.Should().OnlyContain(rows => rows >= 1 && rows <= 16).And.Contain(rows => rows > 1);
        batches.Rows.Sum().Should().BeInRange(answered, answered + cancelled, "nothing was computed twice, and nothing that was refused");
    }

    [Fact]
    public async Task Disposal_answers_what_waits_and_refuses_what_comes()
    {
        using var model = FreeSteps();
        var predictor = new BatchingPredictor(model, maxRows: 2, TimeSpan.FromHours(1));
        var asked = Ask(predictor, [.. Enumerable.Range(0, 31).Select(i => (i, 1 + (i % 3)))]);

        await predictor.DisposeAsync().AsTask().WaitAsync(Long);

        asked.Should().OnlyContain(one => one.Answer.IsCompletedSuccessfully);
        Expect(model, asked);
        (await predictor.Awaiting(it => it.PredictAsync(Sample(0))).Should().ThrowAsync<ObjectDisposedException>()).Which.ObjectName.Should().Be("BatchingPredictor");
        predictor.Waiting.Should().Be(0);
        await predictor.DisposeAsync().AsTask().WaitAsync(Long);
    }

    [Fact]
    public async Task A_disposed_model_is_told_to_each_and_the_next_one_goes_on()
    {
        using var model = FreeSteps();
        var disposed = FreeSteps();
        disposed.Dispose();
        await using var predictor = new BatchingPredictor(disposed, maxRows: 2, Delay, timeProvider: new FakeTimeProvider());

        var failed = new[] { predictor.PredictAsync(Sample(0)), predictor.PredictAsync(Sample(1)) };
        foreach (var task in failed)
        {
            await task.Awaiting(it => it.WaitAsync(Long)).Should().ThrowAsync<ObjectDisposedException>().WithMessage("*InferenceModel*");
        }
        failed[0].Exception!.InnerException.Should().NotBeSameAs(failed[1].Exception!.InnerException, "a batch that fails is tried one by one");
        predictor.Model = model;
        var asked = Ask(predictor, 0, 1);

        await Answered(asked);
        Expect(model, asked);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_refused()
    {
        using var model = FreeSteps();
        Func<BatchingPredictor>[] wrong =
        [
            () => new BatchingPredictor(null!),
            () => new BatchingPredictor(model, maxRows: 0),
            () => new BatchingPredictor(model, maxDelay: TimeSpan.FromTicks(-1)),
            () => new BatchingPredictor(model, maxDelay: TimeSpan.MaxValue),
            () => new BatchingPredictor(model, capacity: 0),
        ];

        wrong.Select(make => make.Should().Throw<ArgumentException>().Which.ParamName).Should().Equal("model", "maxRows", "maxDelay", "maxDelay", "capacity");
    }

    private static InferenceModel FreeSteps(int seed = 3)
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(2)) { Seed = seed };
        model.Build(new Shape(null, null, Features));
        return model.Saved();
    }

    private static InferenceModel Large(int features, int units)
    {
        using var model = new SequentialModel(new Bidirectional(new Lstm(units, returnSequences: true)), new Gru(units), new Dense(7)) { Seed = 3 };
        model.Build(new Shape(null, null, features));
        return model.Saved();
    }

    private static float[] Sample(int seed, int steps = 1) => Inputs(1, steps, seed);

    private static float[] Alone(InferenceModel model, float[] x)
    {
        var y = new float[model.OutputLength(1, x.Length / Features)];
        model.Predict(x, y);
        return y;
    }

    private static List<Asked> Ask(BatchingPredictor predictor, params int[] seeds) => Ask(predictor, [.. seeds.Select(seed => (seed, 1))]);

    private static List<Asked> Ask(BatchingPredictor predictor, params (int Seed, int Steps)[] samples) =>
        [.. samples.Select(sample => Sample(sample.Seed, sample.Steps)).Select(x => new Asked(x, predictor.PredictAsync(x)))];

    private static Task Answered(params IEnumerable<Asked> asked) => Task.WhenAll(asked.Select(one => one.Answer)).WaitAsync(Long);

    private static void Expect(InferenceModel model, IEnumerable<Asked> asked)
    {
        foreach (var (x, answer) in asked)
        {
            Bits(answer.Result).Should().Equal(Bits(Alone(model, x)));
        }
    }

    private static int[] Bits(ReadOnlySpan<float> values) => [.. values.ToArray().Select(BitConverter.SingleToInt32Bits)];

    private sealed record Asked(float[] X, Task<float[]> Answer);

    /// <summary>The rows of each batch, as the predictor's own meter tells them.</summary>
    private sealed class Batches : IDisposable
    {
        private readonly ConcurrentQueue<int> _rows = new();
        private readonly MeterListener _listener = new();

        internal Batches(BatchingPredictor predictor)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, predictor) && instrument.Name == "echolstm.batch.rows")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((_, rows, _, _) => _rows.Enqueue(rows));
            _listener.Start();
        }

        internal IReadOnlyList<int> Rows => [.. _rows];

        public void Dispose() => _listener.Dispose();
    }
}
