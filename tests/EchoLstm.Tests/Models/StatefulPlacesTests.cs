using EchoLstm.Files;

namespace EchoLstm.Tests.Models;

/// <summary>Where a stateful layer may be, and which samples fit its state.</summary>
public class StatefulPlacesTests
{
    private const string Why = ", which is stateful: all time steps are one batch for it, so that its state would not go from step to step. Leave out stateful: true inside; to remember from step to step, put a recurrent layer behind the TimeDistributed.";

    public static TheoryData<EngineKind> Engines => [EngineKind.Auto, EngineKind.Torch];

    [Fact]
    public void F9_a_stateful_layer_in_TimeDistributed_is_refused_however_deep()
    {
        foreach (var (inner, title) in new (nn.Module<Tensor, Tensor>, string)[]
        {
            (new Lstm(3, stateful: true), "Lstm 'lstm'"),
            (new Bidirectional(new Gru(3, stateful: true)), "Gru 'gru'"),
            (new SequentialModel(new Dense(2), new SequentialModel(new SimpleRnn(3, stateful: true))), "SimpleRnn 'simple_rnn_1'"),
            (nn.Sequential(new Lstm(3, stateful: true)), "Lstm 'lstm'"),
        })
        {
            Errors.Expect<ArgumentException>(
                () => new TimeDistributed(inner), $"TimeDistributed 'time_distributed' can't hold {title}{Why} (Parameter 'inner')");
            inner.Dispose();
        }
    }

    [Fact]
    public void F9_one_that_is_added_to_a_model_inside_is_refused_when_it_is_built_or_used()
    {
        var inner = new SequentialModel(new Dense(2));
        using var unbuilt = new SequentialModel(new TimeDistributed(inner), new Lstm(2));
        inner.Add(new Lstm(3, stateful: true));
        var message = $"TimeDistributed 'time_distributed_1' can't hold Lstm 'lstm_1'{Why}";
        Errors.Expect<InvalidOperationException>(() => unbuilt.Build(2, 3, 1), message);

        inner = new SequentialModel(new Dense(2));
        using var built = new SequentialModel(new TimeDistributed(inner));
        built.Build(2, 3, 1);
        inner.Add(new Lstm(3, stateful: true));
        Errors.Expect<InvalidOperationException>(() => built.Predict(new float[1, 2, 3, 1]), message);
    }

    [Fact]
    public void F9_a_file_with_one_is_refused_with_the_same_words()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "model.safetensors");
        using (var model = new SequentialModel(new TimeDistributed(new Lstm(3))))
        {
            model.Build(2, 3, 1);
            model.Save(path);
        }
        // As long as the word was.
        var bytes = File.ReadAllBytes(path);
        var text = System.Text.Encoding.Latin1.GetString(bytes);
        text = text.Replace("\\\"stateful\\\":false", "\\\"stateful\\\":true ", StringComparison.Ordinal);
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(text));

        Assert.Throws<InvalidDataException>(() => SequentialModel.Load(path)).Message.Should().Contain(
            $"TimeDistributed 'time_distributed' can't hold Lstm 'lstm'{Why}");
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F11_one_sample_fits_with_the_default_batch_size(EngineKind engine)
    {
        using var model = Model(engine);

        model.Fit(new float[1, 3, 1], new float[1, 1], epochs: 2, shuffle: false, verbose: 0).Loss.Should().HaveCount(2);
        model.Fit(new float[1, 3, 1], new float[1, 1], shuffle: false, verbose: 0, validationData: (new float[7, 3, 1], new float[7, 1]))["val_loss"].Should().HaveCount(1);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F11_a_state_of_other_samples_is_named_with_ResetStates(EngineKind engine)
    {
        using var model = Model(engine);
        model.Fit(new float[8, 3, 1], new float[8, 1], batchSize: 8, shuffle: false, verbose: 0);
        const string Message = "Lstm 'lstm_1' carries the state of 8 samples, so batches of 1 can't go on from it. Give it samples in multiples of 8, or call ResetStates first. (Parameter 'x')";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Predict(new float[1, 3, 1], carryState: true), Message);
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Evaluate(new float[1, 3, 1], new float[1, 1], carryState: true), Message);
        model.ResetStates();
        model.Predict<float[,]>(new float[1, 3, 1], carryState: true).GetLength(0).Should().Be(1);
    }

    [Fact]
    public void F11_a_split_that_leaves_no_whole_batches_is_named()
    {
        using var model = Model(EngineKind.Auto);

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[8, 3, 1], new float[8, 1], batchSize: 4, shuffle: false, validationSplit: 0.25),
            "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but validationSplit: 0.25 leaves 6 of 8 samples for training and 2 for validation, which batches of 4 do not divide. Batch sizes that fit: 1, 2, 3, 6. Take one of them, another split, or validationData. (Parameter 'validationSplit')");
        model.Fit(new float[8, 3, 1], new float[8, 1], batchSize: 2, shuffle: false, validationSplit: 0.25, verbose: 0)["val_loss"].Should().HaveCount(1);
        model.ResetStates();
        model.Fit(new float[8, 3, 1], new float[8, 1], shuffle: false, validationSplit: 0.25, verbose: 0)["val_loss"].Should().HaveCount(1);
    }

    private static SequentialModel Model(EngineKind engine)
    {
        var model = new SequentialModel(new Lstm(2, stateful: true), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        return model;
    }
}
