using System.CommandLine;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Echo;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>
/// The first model with an update after each number: batches of 1, whose state goes on to the next, and is forgotten after each epoch. The tutorial takes all
/// samples as one batch to do without it.
/// </summary>
internal static class StatefulCommand
{
    internal static Command Create() => FitOptions.Command("stateful", "One value in, one value out, with an update after each and state from one to the next (seconds).", epochs: 1000, Print, hasPictures: true);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        EchoRun.Print(Sample, new EchoSettings(EchoOptions.DefaultLength, null, settings.Epochs, null, settings.Seed, settings.Verbose, settings.Plot), shuffle: false, ForgetAfterEpoch);
    }

    private static EchoSample Sample { get; } = new("stateful", "One value in, one value out, one at a time", OneToOneCommand.Sample.Epochs, _ => 1, Build, OneToOneCommand.Sample.Frame);

    private static SequentialModel Build(int length, int? units, int? seed)
    {
        var model = new SequentialModel(new Lstm(units ?? length, stateful: true), new Dense(1)) { Seed = seed };
        model.Build(new Shape(1, 1), batchSize: 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static LambdaCallback ForgetAfterEpoch { get; } = new(onEpochEnd: progress => progress.Model.ResetStates());
}
