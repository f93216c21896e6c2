using EchoLstm.Kernels;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>Training that goes on after a load has the uninterrupted run's losses, digit for digit.</summary>
public class ResumeTests
{
    private const int Half = 3;

    private static readonly Dictionary<string, Func<Optimizer>> Optimizers = new()
    {
        ["Adam"] = () => new Adam(0.01),
        ["Adam, clipped"] = () => new Adam(0.01, 0.8, 0.99, 1e-6) { GlobalClipNorm = 0.1 },
        ["AdamW"] = () => new AdamW(0.01, weightDecay: 0.1),
        ["Nadam"] = () => new Nadam(0.01),
        ["Adamax"] = () => new Adamax(0.01),
        ["Adagrad"] = () => new Adagrad(0.05),
        ["Adam on a schedule"] = () => new Adam { LearningRateSchedule = new CosineDecay(0.001, 12, 0.1, warmupTarget: 0.02, warmupSteps: 5) },
        ["Sgd"] = () => new Sgd(0.1),
        ["Sgd with momentum"] = () => new Sgd(0.05, 0.9) { ClipNorm = 0.2 },
        ["Sgd with Nesterov's momentum"] = () => new Sgd(0.05, 0.9, nesterov: true),
        ["RmsProp"] = () => new RmsProp(0.01),
        ["RmsProp, centred"] = () => new RmsProp(0.01, centered: true) { ClipValue = 0.01 },
        ["RmsProp, centred with momentum"] = () => new RmsProp(0.01, 0.8, 0.5, 1e-5, centered: true),
    };

    private static readonly Dictionary<string, Func<SequentialModel>> Models = new()
    {
        ["shuffled"] = () => new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 },
        ["with dropout"] = () => new SequentialModel(new Lstm(5, returnSequences: true, dropout: 0.2), new Dropout(0.3), new Gru(3, returnSequences: true, dropout: 0.1, recurrentDropout: 0.2), new Dense(1)) { Seed = 2 },
        ["with generators of their own"] = () => new SequentialModel(new Lstm(3, returnSequences: true, dropout: 0.2) { Seed = 8 }, new Dropout(0.3) { Seed = 9 }, new Dense(1)) { Seed = 6 },
        ["stateful"] = () => new SequentialModel(new Lstm(4, returnSequences: true, stateful: true), new Gru(3, returnSequences: true, stateful: true), new SimpleRnn(3, returnSequences: true, stateful: true), new Dense(1)) { Seed = 3 },
        ["in both directions"] = () => new SequentialModel(new Bidirectional(new Gru(3, returnSequences: true, resetAfter: false)), new Bidirectional(new Lstm(2, returnSequences: true), MergeMode.Sum), new Dense(1)) { Seed = 4 },
        ["with masks and penalties"] = () => new SequentialModel(new Masking(), new SimpleRnn(17, returnSequences: true) { KernelRegularizer = Regularizer.L1L2(0.01, 0.02) }, new Dense(1)) { Seed = 5 },
    };

    public static TheoryData<string, string, EngineKind> Runs()
    {
        var data = new TheoryData<string, string, EngineKind>();
        foreach (var engine in new[] { EngineKind.Torch, EngineKind.Fused })
        {
            foreach (var optimizer in Optimizers.Keys)
            {
                data.Add(optimizer, "shuffled", engine);
            }
            foreach (var model in Models.Keys.Where(model => model != "shuffled"))
            {
                data.Add("Adam", model, engine);
                data.Add("RmsProp, centred with momentum", model, engine);
            }
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void It_goes_on_exactly_where_it_stopped(string optimizer, string kind, EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var whole = Compiled(optimizer, kind, engine);
        var expected = Fit(whole, 0, 2 * Half, kind);
        using var first = Compiled(optimizer, kind, engine);
        Fit(first, 0, Half, kind).Should().Equal(expected[..Half]);
        first.Save(path);

        using var second = SequentialModel.Load(path);

        second.Engine.Kind.Should().Be(engine);
        Fit(second, Half, 2 * Half, kind).Should().Equal(expected[Half..]);
        second.GetWeights().Values().Should().Equal(whole.GetWeights().Values());
        Fit(first, Half, 2 * Half, kind).Should().Equal(expected[Half..], "saving changes nothing");
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    [InlineData(1)]
    public void It_goes_on_at_any_vector_width(int width)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Compiled("RmsProp, centred with momentum", "in both directions", EngineKind.Fused);
        model.ForcedWidth = (LaneWidth)width;
        Fit(model, 0, Half, "in both directions");
        model.Save(path);
        using var loaded = SequentialModel.Load(path);
        loaded.ForcedWidth = (LaneWidth)width;

        Fit(loaded, Half, 2 * Half, "in both directions").Should().Equal(Fit(model, Half, 2 * Half, "in both directions"));
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void It_goes_on_from_a_callback_and_from_a_model_that_was_only_loaded(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var (path, copy) = (folder.File("model.safetensors"), folder.File("copy.safetensors"));
        using var whole = Compiled("Adam", "with dropout", engine);
        var expected = Fit(whole, 0, 2 * Half, "with dropout", new LambdaCallback(onEpochEnd: progress =>
        {
            if (progress.Epoch == Half - 1)
            {
                whole.Save(path);
            }
        }));
        using (var loaded = SequentialModel.Load(path))
        {
            loaded.Save(copy);
        }
        File.ReadAllBytes(copy).Should().Equal(File.ReadAllBytes(path));

        using var second = SequentialModel.Load(copy);

        Fit(second, Half, 2 * Half, "with dropout").Should().Equal(expected[Half..]);
    }

    private static SequentialModel Compiled(string optimizer, string kind, EngineKind engine)
    {
        var model = Models[kind]();
        model.RequestedEngine = engine;
        model.Compile(Loss.MeanSquaredError(), Optimizers[optimizer](), Metric.MeanAbsoluteError());
        return model;
    }

    private static double[] Fit(SequentialModel model, int from, int to, string kind, Callback? callback = null)
    {
        using var x = Numbers.Uniform(1, [8, 4, 2]);
        using var y = Numbers.Uniform(2, [8, 4, 1]);
        if (kind == "with masks and penalties")
        {
            using var last = x.narrow(1, 3, 1);
            last.zero_();
        }
        var history = model.Fit(x, y, epochs: to, initialEpoch: from, batchSize: 4, verbose: 0, shuffle: kind != "stateful", callbacks: callback is null ? null : [callback]);
        return [.. history.Loss];
    }
}
