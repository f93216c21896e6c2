namespace EchoLstm.Tests.Models.Saving;

/// <summary>The optimiser goes on where it was when another engine takes over.</summary>
public class EngineChangeTests
{
    private const int Half = 6;

    public static TheoryData<string, EngineKind, bool> Changes()
    {
        var data = new TheoryData<string, EngineKind, bool>();
        foreach (var optimizer in Optimizers.Keys)
        {
            foreach (var from in new[] { EngineKind.Torch, EngineKind.Fused })
            {
                data.Add(optimizer, from, false);
                data.Add(optimizer, from, true);
            }
        }
        return data;
    }

    private static readonly Dictionary<string, Func<Optimizer>> Optimizers = new()
    {
        ["Adam"] = () => new Adam(0.01),
        ["AdamW"] = () => new AdamW(0.01, weightDecay: 0.1),
        ["Nadam"] = () => new Nadam(0.01),
        ["Adamax"] = () => new Adamax(0.01),
        ["Sgd with momentum"] = () => new Sgd(0.05, 0.9),
        ["RmsProp, centred with momentum"] = () => new RmsProp(0.002, momentum: 0.8, centered: true),
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Training_goes_on_on_the_other_engine(string optimizer, EngineKind from, bool throughAFile)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var whole = Compiled(optimizer, from);
        var expected = Fit(whole, 0, 2 * Half);
        using var first = Compiled(optimizer, from);
        Fit(first, 0, Half);
        first.Save(path);
        using var loaded = SequentialModel.Load(path);
        var second = throughAFile ? loaded : first;
        var other = from == EngineKind.Torch ? EngineKind.Fused : EngineKind.Torch;
        using var anew = SequentialModel.Load(path);
        anew.Compile(Loss.MeanSquaredError(), Optimizers[optimizer]());

        second.RequestedEngine = other;
        var losses = Fit(second, Half, 2 * Half);

        second.Engine.Kind.Should().Be(other);
        losses.ShouldMatch(expected[Half..], new Tolerance(1e-4), "the losses");
        Math.Abs(Fit(anew, Half, 2 * Half)[3] - expected[Half + 3]).Should().BeGreaterThan(10 * Math.Abs(losses[3] - expected[Half + 3]), "an optimiser that began anew would be seen");
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void What_came_from_the_engine_before_is_taken_over_once(EngineKind to)
    {
        var alone = Losses();
        var watched = Losses(new LambdaCallback(onBatchEnd: _ => { }));

        watched.Should().Equal(alone);

        double[] Losses(params Callback[] callbacks)
        {
            using var scope = NewDisposeScope();
            using var model = Compiled("Adam", to == EngineKind.Torch ? EngineKind.Fused : EngineKind.Torch);
            Fit(model, 0, Half);
            model.RequestedEngine = to;
            return [.. model.Fit(Numbers.Uniform(1, [8, 4, 2]), Numbers.Uniform(2, [8, 4, 1]), epochs: Half, batchSize: 4, verbose: 0, callbacks: callbacks).Loss];
        }
    }

    [Fact]
    public void A_layer_that_is_frozen_leaves_the_others_what_they_learned()
    {
        using var scope = NewDisposeScope();
        using var model = Compiled("Adam", EngineKind.Auto);
        Fit(model, 0, Half);
        model.Engine.Kind.Should().Be(EngineKind.Fused);
        using var before = model.ExportProgress()!;

        model.Layers[1].Trainable = false;
        model.Optimizer!.LearningRate = 0;
        Fit(model, Half, Half + 1);

        using var after = model.ExportProgress()!;
        model.Engine.Kind.Should().Be(EngineKind.Torch);
        after.Steps.Should().Be(before.Steps + 2);
        after.Moments.Keys.Should().BeEquivalentTo(before.Moments.Keys.Where(name => !name.StartsWith("time_distributed_1")));
        foreach (var (name, moments) in after.Moments)
        {
            // Two more steps leave 0.999² of each, and add what is positive.
            moments[1].Values().Zip(before.Moments[name][1].Values()).Should().OnlyContain(pair => pair.First >= 0.998 * pair.Second);
        }
    }

    [Fact]
    public void On_one_engine_too_a_layer_that_is_frozen_leaves_the_others_what_they_learned()
    {
        using var scope = NewDisposeScope();
        using var model = Compiled("Sgd with momentum", EngineKind.Torch);
        Fit(model, 0, Half);
        using var before = model.ExportProgress()!;

        model.Layers[1].Trainable = false;
        model.Optimizer!.LearningRate = 0;
        Fit(model, Half, Half + 1);

        using var after = model.ExportProgress()!;
        after.Steps.Should().Be(before.Steps + 2);
        after.Moments.Keys.Should().BeEquivalentTo(before.Moments.Keys.Where(name => !name.StartsWith("time_distributed_1")));
    }

    [Fact]
    public void Parameters_that_moved_to_another_type_keep_their_moments()
    {
        using var scope = NewDisposeScope();
        using var model = Compiled("Sgd with momentum", EngineKind.Auto);
        Fit(model, 0, Half);
        using var before = model.ExportProgress()!;

        model.to(ScalarType.Float64);
        using var x = Numbers.Uniform(1, [8, 4, 2], 1, ScalarType.Float64);
        _ = model.Predict(x);

        using var after = model.ExportProgress()!;
        after.Steps.Should().Be(before.Steps);
        foreach (var (name, moments) in after.Moments)
        {
            moments[0].Values().Should().Equal(before.Moments[name][0].Values());
        }
    }

    private static SequentialModel Compiled(string optimizer, EngineKind engine)
    {
        var model = new SequentialModel(
            new Bidirectional(new Gru(5, returnSequences: true)),
            new TimeDistributed(new Dense(3, Activation.Tanh)),
            new Lstm(4, returnSequences: true),
            new SimpleRnn(3, returnSequences: true),
            new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), Optimizers[optimizer]());
        return model;
    }

    private static double[] Fit(SequentialModel model, int from, int to)
    {
        using var x = Numbers.Uniform(1, [8, 4, 2]);
        using var y = Numbers.Uniform(2, [8, 4, 1]);
        return [.. model.Fit(x, y, epochs: to, initialEpoch: from, batchSize: 4, verbose: 0).Loss];
    }
}
