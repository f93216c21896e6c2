namespace EchoLstm.Tests.Models;

/// <summary>Batches that a model refuses which carries a state or was built for a number of samples. By the whole message, and that it changed nothing.</summary>
public class SequentialModelStateErrorTests
{
    [Fact]
    public void Shuffling_with_a_stateful_model()
    {
        using var model = SmallModels.Stateful();

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4),
            "The model is stateful (Lstm 'lstm_1'): sample i of a batch goes on where sample i of the batch before ended, which shuffling would break. Pass shuffle: false. (Parameter 'shuffle')");
    }

    [Fact]
    public void A_batch_size_that_does_not_divide_a_stateful_models_samples()
    {
        using var model = SmallModels.Stateful();
        const string Message = "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but 12 samples in batches of 5 leave 2 over. Batch sizes that divide 12: 1, 2, 3, 4, 6, 12. (Parameter 'batchSize')";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 5, shuffle: false), Message);
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Evaluate(new float[12, 5, 1], new float[12, 1], batchSize: 5), Message);
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Predict(new float[12, 5, 1], batchSize: 5), Message);
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4, shuffle: false, validationData: (new float[6, 5, 1], new float[6, 1])),
            "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but 6 samples in batches of 4 leave 2 over. Batch sizes that divide 6: 1, 2, 3, 6. (Parameter 'validationData')");
    }

    [Fact]
    public void A_batch_size_other_than_that_of_the_carried_state()
    {
        using var model = SmallModels.Stateful();
        model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4, verbose: 0, shuffle: false);
        const string Carries = "Lstm 'lstm_1' carries the state of 4 samples, so batches of ";

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 3, shuffle: false),
            $"{Carries}3 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'batchSize')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.TrainOnBatch(new float[12, 5, 1], new float[12, 1]),
            $"{Carries}12 can't go on from it. Give it batches of 4, or call ResetStates first. (Parameter 'x')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Predict(new float[12, 5, 1], batchSize: 6, carryState: true),
            $"{Carries}6 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'batchSize')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Evaluate(new float[6, 5, 1], new float[6, 1], batchSize: 3, carryState: true),
            $"{Carries}3 can't go on from it. Give it samples in multiples of 4, or call ResetStates first. (Parameter 'batchSize')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[40, 5, 1], new float[40, 1], shuffle: false),
            $"{Carries}32 can't go on from it. Use batchSize: 4, or call ResetStates first. (Parameter 'batchSize')");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[4, 5, 1], new float[4, 1], batchSize: 4, shuffle: false, validationSplit: 0.25),
            $"{Carries}3 can't go on from it. validationSplit: 0.25 leaves 3 samples to train on: give validationData instead, or samples of which it leaves a multiple of 4, or call ResetStates first. (Parameter 'batchSize')");
    }

    [Fact]
    public void A_callback_that_leaves_the_state_of_other_samples()
    {
        using var model = SmallModels.Stateful();
        model.RequestedEngine = EngineKind.Fused;
        var lstm = (Lstm)model.Layers[0];
        using var eight = torch.zeros(8, 5, 1);
        var callback = new LambdaCallback(onBatchEnd: _ =>
        {
            lstm.ResetStates();
            lstm.call(eight).Dispose();
        });

        Errors.Expect<InvalidOperationException>(
            () => model.Fit(new float[12, 5, 1], new float[12, 1], batchSize: 4, verbose: 0, shuffle: false, callbacks: [callback]),
            "Lstm 'lstm_1' carries the state of 8 samples, so a batch of 4 can't go on from it. Keep the batch size, or call ResetStates first.");
    }

    [Fact]
    public void Other_batches_than_the_model_was_built_for()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Build(new Shape(2), batchSize: 4);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "Use batchSize: 4 and a multiple of 4 samples, or build the model without a number of samples. (Parameter 'batchSize')";

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Fit(new float[10, 2], new float[10, 1], batchSize: 4), $"The model was built for batches of 4 samples, (4, 2), so 10 samples in batches of 4 don't fit. {Mend}");
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Fit(new float[12, 2], new float[12, 1], batchSize: 3), $"The model was built for batches of 4 samples, (4, 2), so 12 samples in batches of 3 don't fit. {Mend}");
        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Predict(new float[10, 2]), $"The model was built for batches of 4 samples, (4, 2), so 10 samples in batches of 4 don't fit. {Mend}");
        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Fit(new float[12, 2], new float[12, 1], batchSize: 4, validationData: (new float[6, 2], new float[6, 1])),
            "The model was built for batches of 4 samples, (4, 2), so 6 samples in batches of 4 don't fit. Use batchSize: 4 and a multiple of 4 samples, or build the model without a number of samples. (Parameter 'validationData')");
        model.Fit(new float[12, 2], new float[12, 1], batchSize: 4, verbose: 0).Loss.Should().ContainSingle();
    }
}
