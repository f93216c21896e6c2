using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Learning;

internal static class StopEarly
{
    internal static Question Question { get; } = new(
        "stop-early",
        "A deep regression of two Bidirectional layers: how does training stop in time, and how do I keep the best model?",
        [137],
        """
        `EarlyStopping` looks at a figure after each epoch, by default `val_loss`, and ends the fit after `patience` epochs without a
        better one. With `restoreBestWeights: true` the model has the weights of its best epoch afterwards, not the last one's, so
        that no second callback has to keep the best model. The validation data are the last samples, taken before shuffling. The
        reader's model has 448 and 256 units and 64 in the Dense; a sixteenth of them shows the same. Relu instead of tanh in an LSTM is
        not bounded: if the loss becomes NaN, lower the learning rate or give the optimiser `ClipNorm`.
        """,
        Run);

    private static void Run()
    {
        manual_seed(1);
        var x = randn(50, 6, 3);
        var y = x.sum(2, keepdim: true) + (2 * randn(50, 6, 1));     // more than half of it is noise, which can only be learned by heart
        using var model = new SequentialModel(
            new Bidirectional(new Lstm(28, returnSequences: true, activation: Activation.Relu)),
            new Dropout(0.1),
            new Bidirectional(new Lstm(16, returnSequences: true, activation: Activation.Relu)),
            new Dropout(0.2),
            new TimeDistributed(new Dense(4, Activation.Relu)),
            new TimeDistributed(new Dense(1) { KernelRegularizer = Regularizer.L2(0.001) })) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        var stop = new EarlyStopping(patience: 10, restoreBestWeights: true);
        var history = model.Fit(x, y, epochs: 300, batchSize: 10, verbose: 0, validationSplit: 0.2, callbacks: [stop]);

        Console.WriteLine($"fewer than 300 epochs: {history.Epochs.Count < 300}, 10 of them after the best: {history.Epochs[^1] - stop.BestEpoch == 10}");
        Console.WriteLine($"loss of the training data: best epoch {Show.Number(history.Loss[stop.BestEpoch!.Value], 1)}, last epoch {Show.Number(history.Loss[^1], 1)}");
        Console.WriteLine($"loss of the validation data: best epoch {Show.Number(stop.Best!.Value, 1)}, last epoch {Show.Number(history["val_loss"][^1], 1)}");
        Console.WriteLine($"the model afterwards: {Show.Number(model.Evaluate(x[40..], y[40..])["loss"], 1)}");
    }
}
