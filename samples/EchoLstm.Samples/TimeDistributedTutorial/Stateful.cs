using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>
/// The first model with an update after each number: batches of 1, whose state goes on to the next and is forgotten after each epoch.
/// The tutorial takes all samples as one batch to do without it.
/// </summary>
internal static class Stateful
{
    internal static void Run(Settings settings)
    {
        var oneToOne = EchoTask.OneToOne(settings);
        oneToOne.Dispose();
        var model = new SequentialModel(new Lstm(5, stateful: true), new Dense(1)) { Seed = settings.Seed ?? 11 };
        model.Build(new Shape(1, 1), batchSize: 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        var forget = new LambdaCallback(onEpochEnd: _ => model.ResetStates());
        var task = oneToOne with { Name = "stateful", Title = "One value in, one value out, one at a time", Model = model, BatchSize = 1 };
        ThreeModels.Show(task, settings, shuffle: false, forget);
    }
}
