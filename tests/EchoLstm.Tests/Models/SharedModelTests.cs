using System.Runtime.InteropServices;

namespace EchoLstm.Tests.Models;

/// <summary>One model, many threads: what may run at once gives what it gives alone, what may not is refused, and nobody is hurt by a disposal.</summary>
public sealed class SharedModelTests
{
    private const int ThreadCount = 4;
    private const int Rounds = 40;

    public static TheoryData<EngineKind> Engines => [EngineKind.Fused, EngineKind.Torch];

    [Theory]
    [MemberData(nameof(Engines))]
    public void Predictions_on_many_threads_have_the_bits_of_one(EngineKind engine)
    {
        using var model = Model(engine);
        var inputs = Inputs(ThreadCount);
        var expected = inputs.Select(x => Bits(model.Predict<float[,,]>(x))).ToArray();
        var evaluated = inputs.Select(x => model.Evaluate(x, Targets(x))).ToArray();

        Threads.Run(ThreadCount, i =>
        {
            var memory = new float[expected[i].Length];
            for (var round = 0; round < Rounds; round++)
            {
                Bits(model.Predict<float[,,]>(inputs[i])).Should().Equal(expected[i]);
                model.Predict(MemoryMarshal.CreateReadOnlySpan(ref inputs[i][0, 0, 0], inputs[i].Length), memory, samples: inputs[i].GetLength(0));
                MemoryMarshal.Cast<float, int>(memory).ToArray().Should().Equal(expected[i]);
                model.Evaluate(inputs[i], Targets(inputs[i])).Should().BeEquivalentTo(evaluated[i]);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Streams_on_many_threads_have_the_bits_of_one(EngineKind engine)
    {
        using var model = Model(engine);
        float[][] Streamed()
        {
            using var stream = model.OpenStream();
            return [.. Enumerable.Range(0, Rounds).Select(t => stream.Step([t / 7f, -t / 9f]))];
        }
        var expected = Streamed();
        var x = Inputs(1)[0];

        Threads.Run(ThreadCount, i =>
        {
            for (var round = 0; round < 5; round++)
            {
                if (i == 0)
                {
                    _ = model.Predict<float[,,]>(x);
                }
                Streamed().Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
            }
        });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_stateful_model_too_begins_each_prediction_with_zeros_and_keeps_its_state(EngineKind engine)
    {
        using var model = new SequentialModel(new Lstm(3, stateful: true), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(4, 2);
        var x = Inputs(1)[0];
        model.Predict(x, carryState: true).Dispose();
        var expected = Bits(model.Predict<float[,]>(x));
        using var before = ((Lstm)model.Layers[0]).CopyState()!;

        Threads.Run(ThreadCount, _ =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                Bits(model.Predict<float[,]>(x)).Should().Equal(expected);
            }
        });

        using var after = ((Lstm)model.Layers[0]).CopyState()!;
        after.Cell.Values().Should().Equal(before.Cell.Values());
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Its_state_is_whole_to_whoever_looks_while_others_predict(EngineKind engine)
    {
        using var folder = new TemporaryFolder();
        using var model = Stateful(engine);
        var x = Inputs(1)[0];
        model.Predict(x, carryState: true).Dispose();
        using var expected = ((Lstm)model.Layers[0]).CopyState()!;
        var cell = expected.Cell.Values();
        var saves = 2;

        Threads.Run(
            () => UntilSaved(() => model.Predict(x).Dispose()),
            () => UntilSaved(() =>
            {
                using var copied = ((Lstm)model.Layers[0]).CopyState();
                (copied?.Cell.Values()).Should().Equal(cell);
            }),
            () => Saved(0),
            () => Saved(1));

        void UntilSaved(Action action)
        {
            while (Volatile.Read(ref saves) > 0)
            {
                action();
            }
        }

        void Saved(int saver)
        {
            try
            {
                for (var round = 0; round < Thorough.Or(2, 5) * Rounds; round++)
                {
                    model.Save(folder.File($"{saver}"));
                    using var loaded = SequentialModel.Load(folder.File($"{saver}"));
                    using var saved = ((Lstm)loaded.Layers[0]).CopyState();
                    (saved?.Cell.Values()).Should().Equal(cell);
                }
            }
            finally
            {
                Interlocked.Decrement(ref saves);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Calls_that_carry_a_state_and_predictions_are_each_as_if_alone(EngineKind engine)
    {
        using var model = Stateful(engine);
        using var alone = Stateful(engine);
        var x = Inputs(1)[0];
        var expected = Bits(model.Predict<float[,]>(x));
        int[] Called(SequentialModel called)
        {
            using var scope = NewDisposeScope();
            using var withoutGradients = no_grad();
            return Bits(called.call(tensor(x)).data<float>().ToArray());
        }
        var calls = 1;

        Threads.Run(
            () =>
            {
                while (Volatile.Read(ref calls) > 0)
                {
                    Bits(model.Predict<float[,]>(x)).Should().Equal(expected);
                }
            },
            () =>
            {
                try
                {
                    for (var round = 0; round < 25 * Rounds; round++)
                    {
                        Called(model).Should().Equal(Called(alone));
                    }
                }
                finally
                {
                    Interlocked.Decrement(ref calls);
                }
            });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_disposal_lets_running_calls_finish_and_refuses_the_next(EngineKind engine)
    {
        var inputs = Inputs(ThreadCount);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            using var model = Model(engine);
            var inside = model.modules().OfType<Layer>().ToList();
            var expected = inputs.Select(x => Bits(model.Predict<float[,,]>(x))).ToArray();
            var running = new CountdownEvent(ThreadCount);

            Threads.Run(
                [.. Enumerable.Range(0, ThreadCount).Select(i => (Action)(() =>
                {
                    var stream = i == 0 ? model.OpenStream() : null;
                    Action untilRefused = () =>
                    {
                        for (var round = 0; round < int.MaxValue; round++)
                        {
                            if (stream is null)
                            {
                                Bits(model.Predict<float[,,]>(inputs[i])).Should().Equal(expected[i]);
                            }
                            else
                            {
                                stream.Step([1, 2]);
                            }
                            if (round == 2)
                            {
                                running.Signal();
                            }
                        }
                    };
                    Assert.Throws<ObjectDisposedException>(untilRefused).ObjectName.Should().EndWith(nameof(SequentialModel));
                })),
                () =>
                {
                    running.Wait();
                    model.Dispose();
                }]);

            inside.Should().OnlyContain(layer => layer.IsDisposed);
        }
    }

    [Fact]
    public void The_memory_is_freed_when_the_last_call_has_returned()
    {
        using var gate = new Gate();
        var model = new SequentialModel(new Dense(2), gate) { Seed = 1, RequestedEngine = EngineKind.Torch };
        model.Build(2);
        float[,]? predicted = null;
        gate.Close();

        Threads.Run(
            () => predicted = model.Predict<float[,]>(new float[,] { { 1, 2 } }),
            () =>
            {
                gate.WaitForCaller();
                model.Dispose();
                Assert.Throws<ObjectDisposedException>(() => model.Predict(new float[,] { { 1, 2 } }));
                model.Layers[0].IsDisposed.Should().BeFalse("a call still needs it");
                gate.Open();
            });

        predicted!.Length.Should().Be(2);
        model.Layers[0].IsDisposed.Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void While_it_is_fitted_other_threads_are_refused(EngineKind engine)
    {
        using var model = Model(engine);
        using var stream = model.OpenStream();
        var x = Inputs(1)[0];
        var weights = model.GetWeights();
        var (input, output) = (new float[8], new float[12]);
        (string Name, Action Call)[] calls =
        [
            ("Predict", () => model.Predict(x)),
            ("Predict", () => model.Predict(input, output)),
            ("Evaluate", () => model.Evaluate(x, Targets(x))),
            ("Fit", () => model.Fit(x, Targets(x), verbose: 0)),
            ("TrainOnBatch", () => model.TrainOnBatch(x, Targets(x))),
            ("Compile", () => model.Compile(Loss.MeanSquaredError(), new Adam())),
            ("Add", () => model.Add(new Dense(1))),
            ("Build", () => model.Build(4, 2)),
            ("GetWeights", () => model.GetWeights()),
            ("GetWeights", () => model.Layers[0].GetWeights()),
            ("SetWeights", () => model.SetWeights(weights)),
            ("SetWeights", () => model.Layers[1].SetWeights(model.Layers[1].GetWeights())),
            ("load_state_dict", () => model.load_state_dict([])),
            ("ResetStates", () => model.ResetStates()),
            ("ResetStates", () => ((Lstm)model.Layers[0]).ResetStates()),
            ("Trainable", () => model.Trainable = false),
            ("RequestedEngine", () => model.RequestedEngine = EngineKind.Torch),
            ("Summary", () => model.Summary()),
            ("SaveDiagram", () => model.SaveDiagram("never-written.svg")),
            ("Save", () => model.Save("never-written.safetensors")),
            ("SaveWeights", () => model.SaveWeights("never-written.safetensors")),
            ("LoadWeights", () => model.LoadWeights("never-read.safetensors")),
            ("The choice of an engine", () => _ = model.Engine),
            ("OpenStream", () => model.OpenStream()),
            ("Step", () => stream.Step([1, 2])),
            ("SaveState", () => stream.SaveState()),
            ("Forecast", () => model.Forecast(x, 1)),
            ("a call", () => model.call(zeros(1, 4, 2))),
            ("CallWithState", () => ((Lstm)model.Layers[0]).CallWithState(zeros(1, 4, 2))),
        ];
        var messages = new List<string>();
        var refused = false;

        model.Fit(x, Targets(x), epochs: 1, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ =>
        {
            foreach (var (name, call) in calls)
            {
                var first = name == "SetWeights" && refused ? "GetWeights" : name;
                refused |= name == "SetWeights";
                messages.Add(Threads.Elsewhere(call).Should().BeOfType<InvalidOperationException>(name).Which.Message);
                messages[^1].Should().Be($"{first} can't run while Fit runs on the same model on another thread. Wait until Fit returns, or give each thread a model of its own.");
            }
            Threads.Elsewhere(() => model.CountParameters().Should().Be(model.CountParameters())).Should().BeNull("the number of parameters does not change");
        })]);

        messages.Should().HaveCount(calls.Length);
        stream.Step([1, 2]).Should().HaveCount(3);
        model.Predict(x).shape.Should().Equal(3, 4, 3);
    }

    [Fact]
    public void While_calls_read_it_what_would_change_it_is_refused()
    {
        using var gate = new Gate();
        using var model = new SequentialModel(new Dense(2), gate) { Seed = 1, RequestedEngine = EngineKind.Torch };
        model.Build(2);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var x = new float[,] { { 1, 2 } };
        (string Name, Action Call)[] calls =
        [
            ("Fit", () => model.Fit(x, x, verbose: 0)),
            ("TrainOnBatch", () => model.TrainOnBatch(x, x)),
            ("Compile", () => model.Compile(Loss.MeanSquaredError(), new Adam())),
            ("SetWeights", () => model.SetWeights([])),
            ("SetWeights", () => model.Layers[0].SetWeights([])),
            ("Add", () => model.Add(new Dense(1))),
            ("ResetStates", () => model.ResetStates()),
        ];
        gate.Close();

        Threads.Run(
            () => model.Predict(x).Dispose(),
            () =>
            {
                gate.WaitForCaller();
                foreach (var (name, call) in calls)
                {
                    Assert.Throws<InvalidOperationException>(call).Message
                        .Should().Be($"{name} can't run while other calls use the same model; the first of them was Predict. Wait until they return, or give each thread a model of its own.");
                }
                gate.Open();
            });

        model.Fit(x, x, verbose: 0).Loss.Should().HaveCount(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Callbacks_may_use_and_change_the_model_that_is_fitted(EngineKind engine)
    {
        using var model = Model(engine);
        var x = Inputs(1)[0];
        var seen = new List<int>();
        using var stream = model.OpenStream();
        void Use(FitProgress _)
        {
            var weights = model.GetWeights();
            model.SetWeights(weights);
            seen.Add(Bits(model.Predict<float[,,]>(x))[0]);
            model.Evaluate(x, Targets(x));
            model.ResetStates();
            model.Summary(withFormulas: true).Should().Contain($"Engine: {engine}");
            stream.Step([1, 2]);
            model.Layers[0].Trainable = true;
            model.TrainOnBatch(x, Targets(x));
        }

        var history = model.Fit(x, Targets(x), epochs: 2, verbose: 0, callbacks: [new LambdaCallback(onTrainBegin: Use, onEpochBegin: Use, onBatchEnd: Use, onEpochEnd: Use, onTrainEnd: Use)]);

        history.Loss.Should().HaveCount(2);
        seen.Should().HaveCount(8).And.OnlyHaveUniqueItems("the weights move");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_disposal_ends_a_fit_after_its_batch(EngineKind engine)
    {
        var x = Inputs(1)[0];
        foreach (var elsewhere in (bool[])[false, true])
        {
            using var model = Model(engine);
            var batches = 0;

            Assert.Throws<ObjectDisposedException>(() => model.Fit(x, Targets(x), epochs: 1000, batchSize: 1, verbose: 0, callbacks: [new LambdaCallback(onBatchEnd: _ =>
            {
                if (++batches == 5)
                {
                    if (elsewhere)
                    {
                        Threads.Elsewhere(model.Dispose).Should().BeNull();
                    }
                    else
                    {
                        model.Dispose();
                    }
                    model.Layers[0].IsDisposed.Should().BeFalse("the fit still needs it");
                }
            })])).ObjectName.Should().EndWith(nameof(SequentialModel));

            batches.Should().Be(5);
            model.Layers[0].IsDisposed.Should().BeTrue();
        }
    }

    [Fact]
    public void Of_two_fits_at_once_one_runs()
    {
        for (var repeat = 0; repeat < 20; repeat++)
        {
            using var model = Model(EngineKind.Auto);
            var x = Inputs(1)[0];
            var (done, refused) = (0, 0);
            using var both = new Barrier(2);

            Threads.Run(2, _ =>
            {
                both.SignalAndWait();
                try
                {
                    model.Fit(x, Targets(x), epochs: 200, verbose: 0);
                    Interlocked.Increment(ref done);
                }
                catch (InvalidOperationException error) when (error.Message == "Fit can't run while Fit runs on the same model on another thread. Wait until Fit returns, or give each thread a model of its own.")
                {
                    Interlocked.Increment(ref refused);
                }
            });

            (done + refused).Should().Be(2);
            done.Should().BeGreaterThan(0);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_layer_of_a_model_that_is_disposed_refuses_its_model(EngineKind engine)
    {
        using var model = Model(engine);
        var x = Inputs(1)[0];
        using var stream = model.OpenStream();
        model.Predict(x).Dispose();

        model.Layers[0].Dispose();

        Assert.Throws<ObjectDisposedException>(() => stream.Step([1, 2])).ObjectName.Should().EndWith(nameof(Lstm));
        Assert.Throws<ObjectDisposedException>(() => model.Predict(x)).ObjectName.Should().EndWith(nameof(Lstm));
        Assert.Throws<ObjectDisposedException>(() => model.Predict(new float[8], new float[12]));
        Assert.Throws<ObjectDisposedException>(() => model.Fit(x, Targets(x), verbose: 0));
        Assert.Throws<ObjectDisposedException>(() => model.CountParameters()).ObjectName.Should().EndWith(nameof(Lstm), "it would count the others alone");
    }

    internal static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(5, returnSequences: true), new Gru(4, returnSequences: true), new TimeDistributed(new Dense(2)), new Dense(3)) { Seed = 3, RequestedEngine = engine };
        model.Build(4, 2);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        return model;
    }

    private static SequentialModel Stateful(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(3, returnSequences: true, stateful: true), new Gru(2, stateful: true), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(4, 2);
        return model;
    }

    private static float[][,,] Inputs(int count) => [.. Enumerable.Range(0, count).Select(i =>
    {
        var x = new float[3 + i, 4, 2];
        var random = new Random(i);
        for (var k = 0; k < x.Length; k++)
        {
            x[k / 8, k / 2 % 4, k % 2] = random.NextSingle() - 0.5f;
        }
        return x;
    })];

    private static float[,,] Targets(float[,,] x) => new float[x.GetLength(0), 4, 3];

    private static int[] Bits(Array values) => [.. values.Cast<float>().Select(BitConverter.SingleToInt32Bits)];

    /// <summary>A module that holds who comes until it is opened.</summary>
    private sealed class Gate() : nn.Module<Tensor, Tensor>(nameof(Gate))
    {
        private readonly ManualResetEventSlim _open = new(true), _called = new();

        public void Close()
        {
            _open.Reset();
            _called.Reset();
        }

        public void Open() => _open.Set();

        public void WaitForCaller() => _called.Wait(TimeSpan.FromMinutes(1)).Should().BeTrue();

        public override Tensor forward(Tensor input)
        {
            _called.Set();
            _open.Wait(TimeSpan.FromMinutes(1)).Should().BeTrue();
            return input.alias();
        }
    }
}
