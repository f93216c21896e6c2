using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>The echo of a part: an encoder that reads, RepeatVector, and a decoder that writes; in and out may have any lengths.</summary>
internal static class PartialEcho
{
    // So many windows as the tutorial's 25 integers give.
    private const int WindowsBeyondFirst = 20;

    internal static void Run(Settings settings)
    {
        var rounds = settings.Rounds ?? 5000;
        if (settings.Seeds is { } seeds)
        {
            Echo.Rate(seed => Create(settings with { Seed = seed }), rounds, seeds, sequences: 100, enough: 0.995);
            return;
        }
        using var echo = Create(settings);
        echo.Show("A sequence of random integers in, its first part out", rounds, settings);
    }

    private static Echo Create(Settings settings)
    {
        var (stepsIn, stepsOut, classes) = (settings.StepsIn ?? 5, settings.StepsOut ?? 2, settings.Classes ?? 100);
        var (length, units, seed) = (settings.Length ?? stepsIn + WindowsBeyondFirst, settings.Units ?? 150, settings.Seed ?? 11);
        var windows = length - stepsIn + 1;
        var model = new SequentialModel(
            new Lstm(units, stateful: true),
            new RepeatVector(stepsOut),
            new Lstm(units, returnSequences: true, stateful: true),
            new TimeDistributed(new Dense(classes, Activation.Softmax))) { Seed = seed };
        model.Build(new Shape(stepsIn, classes), batchSize: windows);
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        return new Echo("partial-echo", model, windows, seed, stepsIn, stepsOut, length, classes);
    }
}
