using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>The echo of whole sequences: a stateful LSTM that returns every step, and a softmax over the integers for each.</summary>
internal static class SequenceEcho
{
    private const int BatchSize = 7, Steps = 5, Classes = 100, Units = 20;

    internal static void Run(Settings settings)
    {
        var rounds = settings.Rounds ?? 500;
        if (settings.Seeds is { } seeds)
        {
            Echo.Rate(Create, rounds, seeds, sequences: 1, enough: 1);
            return;
        }
        using var echo = Create(settings.Seed ?? 11);
        echo.Show("A sequence of random integers in, the same out", rounds, settings);
    }

    private static Echo Create(int seed)
    {
        var model = new SequentialModel(
            new Lstm(Units, returnSequences: true, stateful: true),
            new TimeDistributed(new Dense(Classes, Activation.Softmax))) { Seed = seed };
        model.Build(new Shape(Steps, Classes), BatchSize);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return new Echo("echo", model, BatchSize, seed);
    }
}
