namespace EchoLstm.Tests.Models;

/// <summary>A model, or a part of it, that is moved or disposed between Compile and whatever is done next: right, or refused by name.</summary>
public class MovedModelTests
{
    private const string Complex = "Lstm 'lstm_1' has weights of ComplexFloat32, but a model computes with real floating-point numbers. Move it to such a type, e.g. with to(ScalarType.Float32).";
    private const string Meta = "Lstm 'lstm_1' has weights on the device META, where a tensor has a shape but no numbers. Make it anew and load its weights.";
    private const string First = "Lstm 'lstm_1' has weights of Float64 on CPU, but Dense 'dense' of Float32 on CPU. Move all layers to one type and device, e.g. with model.to(ScalarType.Float64).";
    private const string Last = "Lstm 'lstm_1' has weights of Float32 on CPU, but Dense 'dense' of Float64 on CPU. Move all layers to one type and device, e.g. with model.to(ScalarType.Float32).";

    private static readonly float[,,] X = { { { 0.1f }, { 0.2f } }, { { 0.3f }, { 0.4f } }, { { -0.1f }, { 0.5f } } };
    private static readonly float[,,] Y = { { { 0.2f }, { 0.3f } }, { { 0.1f }, { 0.1f } }, { { 0.7f }, { -0.5f } } };

    // What is done to the model, and what is then said; null where everything works.
    private static Dictionary<string, (Action<SequentialModel> Do, string? Message)> Moves => new()
    {
        ["to double"] = (model => model.to(ScalarType.Float64), null),
        ["to bfloat16"] = (model => model.to(ScalarType.BFloat16), null),
        ["to double and back"] = (model => model.to(ScalarType.Float64).to(ScalarType.Float32), null),
        ["to complex"] = (model => model.to(ScalarType.ComplexFloat32), Complex),
        ["to meta"] = (model => model.to(DeviceType.META), Meta),
        ["the first layer alone"] = (model => model.Layers[0].to(ScalarType.Float64), First),
        ["the last layer alone"] = (model => model.Layers[1].to(ScalarType.Float64), Last),
        ["the module of the first layer alone"] = (model => ((nn.Module)model.Layers[0].children().Single()).to(ScalarType.Float64), First),
        ["the first layer disposed"] = (model => model.Layers[0].Dispose(), "EchoLstm.Layers.Lstm"),
        ["a layer inside another disposed"] = (model => ((Dense)((TimeDistributed)model.Layers[1]).Inner).Dispose(), "EchoLstm.Layers.Dense"),
        ["a layer's module disposed"] = (model => model.Layers[0].children().Single().Dispose(), "EchoLstm.Layers.Lstm"),
        ["the module inside a layer inside another disposed"] = (model => ((Dense)((TimeDistributed)model.Layers[1]).Inner).children().Single().Dispose(), "EchoLstm.Layers.Dense"),
        ["the model disposed"] = (model => model.Dispose(), "EchoLstm.Models.SequentialModel"),
    };

    private static Dictionary<string, Action<SequentialModel>> Steps => new()
    {
        ["Fit"] = model => model.Fit(X, Y, epochs: 2, batchSize: 2, verbose: 0).Loss.Should().OnlyContain(loss => loss > 0 && loss < 1),
        ["TrainOnBatch"] = model => model.TrainOnBatch(X, Y)["loss"].Should().BeInRange(0, 1),
        ["Evaluate"] = model => model.Evaluate(X, Y)["loss"].Should().BeInRange(0, 1),
        ["Predict"] = model =>
        {
            using var output = model.Predict(X);
            output.isfinite().all().ToBoolean().Should().BeTrue();
        },
        ["Predict into memory"] = model =>
        {
            var y = new float[2];
            model.Predict([1, 2], y);
            y.Should().OnlyContain(value => value != 0);
        },
        ["a new stream"] = model =>
        {
            using var stream = model.OpenStream();
            stream.Step([1])[0].Should().NotBe(0);
        },
        ["the choice of an engine"] = model => model.Engine.Reason.Should().NotBeEmpty(),
    };

    public static TheoryData<string, string, EngineKind, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, string, EngineKind, bool>();
            foreach (var move in Moves.Keys)
            {
                foreach (var step in Steps.Keys)
                {
                    foreach (var engine in new[] { EngineKind.Auto, EngineKind.Torch })
                    {
                        cases.Add(move, step, engine, true);
                        cases.Add(move, step, engine, false);
                    }
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void What_is_done_next_works_or_says_what_was_moved(string move, string step, EngineKind engine, bool wasTrained)
    {
        using var model = Model(engine);
        if (wasTrained)
        {
            model.Fit(X, Y, epochs: 2, batchSize: 2, verbose: 0);
        }
        var (act, message) = Moves[move];
        act(model);

        Expect(() => Steps[step](model), message);
    }

    [Theory]
    [InlineData(EngineKind.Auto)]
    [InlineData(EngineKind.Torch)]
    public void A_stream_that_was_open_says_what_happened_to_its_model(EngineKind engine)
    {
        foreach (var (move, (act, message)) in Moves)
        {
            using var model = Model(engine);
            using var stream = model.OpenStream();
            stream.Step([1]);
            act(model);

            var step = () => { stream.Step([1]); };

            if (move == "to double and back")
            {
                step();
                continue;
            }
            if (move == "the module of the first layer alone" && engine == EngineKind.Auto)
            {
                // TorchSharp's own module says nothing of it, and the stream has its own weights: it looks when it is reset.
                step();
                step = stream.Reset;
            }
            Expect(step, message ?? "The model's weights were moved to another type or device while the stream was open. Open a new stream.");
        }
    }

    [Fact]
    public void A_device_that_is_not_there_is_told_in_our_words()
    {
        if (cuda.is_available())
        {
            return;
        }
        using var model = Model(EngineKind.Auto);
        using var layer = new Dense(1);
        layer.Build(new Shape(null, 2));

        foreach (var (moved, title) in new (Layer, string)[] { (model, model.Title), (layer, "Dense 'dense'") })
        {
            var move = () => { moved.to(DeviceType.CUDA); };

            move.Should().Throw<InvalidOperationException>()
                .WithMessage($"{title} can't be moved to CUDA: *CUDA* A device needs its own package of TorchSharp's, and a driver.")
                .Which.Message.Should().NotContain("\n");
        }
        model.Predict([1, 2], new float[2]);
    }

    [Fact]
    public void A_model_of_which_a_layer_is_disposed_is_not_moved()
    {
        using var model = Model(EngineKind.Auto);
        model.Layers[0].Dispose();

        var move = () => { model.to(ScalarType.Float64); };

        move.Should().Throw<ObjectDisposedException>().Which.ObjectName.Should().Be("EchoLstm.Layers.Lstm");
    }

    [Theory]
    [InlineData(EngineKind.Auto)]
    [InlineData(EngineKind.Torch)]
    public void A_stream_reads_tensors_of_any_real_type_in_the_models(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = Model(engine);
        using var one = model.OpenStream();
        using var other = model.OpenStream();
        foreach (var type in new[] { ScalarType.Float64, ScalarType.Int64, ScalarType.Float16, ScalarType.Bool })
        {
            one.Step(ones(1, 1, dtype: type)).Values().Should().Equal(other.Step([1]).Select(value => (double)value));
        }
        Errors.Expect<ArgumentException>(
            () => one.Step(tensor(new[] { 1e300 }).reshape(1, 1)),
            "input[0, 0] is 1E+300, which is infinite in the model's type Float32. Scale the data, or convert the model with model.to(ScalarType.Float64). (Parameter 'input')");
        Errors.Expect<ArgumentException>(() => one.Step(ones(1, 1).Sparse()), "input is a sparse tensor, but a model computes with dense ones. Convert it with to_dense(). (Parameter 'input')");
        Errors.Expect<ArgumentException>(
            () => one.Step(ones(1, 1, device: META)),
            "input is on the device META, where a tensor has a shape but no numbers. Give it numbers on the CPU or an accelerator. (Parameter 'input')");
        one.StepsRead.Should().Be(4);
    }

    [Fact]
    public void The_fused_engine_that_was_asked_for_names_the_layer_that_was_moved()
    {
        using var model = Model(EngineKind.Fused);
        model.to(ScalarType.Float64);

        foreach (var (name, step) in Steps.Where(step => step.Key != "a new stream"))
        {
            Errors.Expect<InvalidOperationException>(
                () => step(model),
                "The fused engine was asked for but can't run the model: Lstm 'lstm_1': its weights are Float64, not Float32. Set RequestedEngine to Auto or Torch.");
        }
    }

    [Theory]
    [InlineData(EngineKind.Auto, false)]
    [InlineData(EngineKind.Torch, false)]
    [InlineData(EngineKind.Torch, true)]
    public void Training_goes_on_in_the_new_type_as_it_would_have_in_the_old(EngineKind engine, bool hasNoGradients)
    {
        using var model = Model(engine);
        using var reference = Model(engine);
        foreach (var trained in new[] { model, reference })
        {
            trained.Fit(X, Y, epochs: 20, batchSize: 2, shuffle: false, verbose: 0);
        }
        if (hasNoGradients)
        {
            // TorchSharp then moves most parameters in place.
            model.zero_grad();
        }
        model.to(ScalarType.Float64);

        foreach (var trained in new[] { model, reference })
        {
            trained.Fit(X, Y, epochs: 20, batchSize: 2, shuffle: false, verbose: 0);
        }

        model.GetWeights().Should().AllSatisfy(weight => weight.GetType().GetElementType().Should().Be<double>());
        model.GetWeights().Values().ShouldMatch(reference.GetWeights().Values(), new Tolerance(1e-4)); // forty steps of 0.01, each rounded
        using var progress = model.ExportProgress()!;
        progress.Steps.Should().Be(80);
        progress.Moments.Values.SelectMany(moments => moments).Should().OnlyContain(moment => moment.dtype == ScalarType.Float64);
    }

    [Fact]
    public void One_of_TorchSharps_optimisers_begins_anew_in_the_new_type()
    {
        using var model = Model(EngineKind.Torch);
        model.Compile(Loss.MeanSquaredError(), new TorchOptimizer(parameters => optim.Adam(parameters, lr: 0.01)));
        model.Fit(X, Y, epochs: 5, verbose: 0);
        var before = model.Evaluate(X, Y)["loss"];
        foreach (var type in new[] { ScalarType.Float64, ScalarType.Float32 })
        {
            model.to(type);
            model.Fit(X, Y, epochs: 20, verbose: 0);
            model.Evaluate(X, Y)["loss"].Should().BeLessThan(before);
            before = model.Evaluate(X, Y)["loss"];
        }
    }

    [Theory]
    [InlineData(EngineKind.Auto)]
    [InlineData(EngineKind.Torch)]
    public void A_callback_that_moves_the_model_is_told_to_wait(EngineKind engine)
    {
        const string Message = "The model was moved from Float32 to Float64 inside Fit, whose data is of Float32. Stop the fit with progress.Stop(), and move the model when Fit has returned.";
        Action<SequentialModel>[] fits =
        [
            model => model.Fit(X, Y, epochs: 3, verbose: 0, callbacks: [new LambdaCallback(onTrainBegin: _ => model.to(ScalarType.Float64))]),
            model => model.Fit(X, Y, epochs: 3, verbose: 0, callbacks: [new LambdaCallback(onEpochBegin: _ => model.to(ScalarType.Float64))]),
            model => model.Fit(X, Y, epochs: 3, verbose: 0, validationData: (X, Y), callbacks: [new LambdaCallback(onEpochEnd: _ => model.to(ScalarType.Float64))]),
        ];
        foreach (var fit in fits)
        {
            using var model = Model(engine);
            Errors.Expect<InvalidOperationException>(() => fit(model), Message);
            model.Fit(X, Y, verbose: 0).Loss.Should().ContainSingle("the fit is over, and the next is of the new type");
        }
    }

    [Fact]
    public void The_weights_of_a_table_that_was_replaced_are_read_where_they_are()
    {
        using var model = new SequentialModel(new Embedding(5, 3), new Lstm(2)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        var x = new[,] { { 0, 1, 4 } };
        model.Fit(x, new float[1, 2], verbose: 0);
        using (var output = model.call(tensor(x)))
        using (var sum = output.sum())
        {
            sum.backward(); // with a gradient TorchSharp's module replaces its table, and does not dispose the old one
        }
        model.to(ScalarType.Float64).to(ScalarType.Float32);
        model.SetWeights([.. model.GetWeights().Select(weight => Array.CreateInstance(typeof(float), NetLengths(weight)))]);

        model.Engine.Kind.Should().Be(EngineKind.Fused);
        model.Predict<float[,]>(x).Cast<float>().Should().OnlyContain(value => value == 0);

        static int[] NetLengths(Array array) => [.. Enumerable.Range(0, array.Rank).Select(array.GetLength)];
    }

    [Fact]
    public void A_module_of_TorchSharps_that_was_disposed_is_told_too()
    {
        using var linear = nn.Linear(1, 2);
        using var model = new SequentialModel(linear, new Dense(1));
        model.Build(1);
        linear.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Predict(new float[2, 1])).ObjectName.Should().Be("TorchSharp.Modules.Linear");
    }

    private static void Expect(Action step, string? message)
    {
        if (message is null)
        {
            step();
        }
        else if (message.StartsWith("EchoLstm.", StringComparison.Ordinal))
        {
            Assert.Throws<ObjectDisposedException>(step).ObjectName.Should().Be(message);
        }
        else
        {
            Errors.Expect<InvalidOperationException>(step, message);
        }
    }

    private static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1, RequestedEngine = engine };
        model.Build(2, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01), Metric.MeanAbsoluteError());
        return model;
    }
}
