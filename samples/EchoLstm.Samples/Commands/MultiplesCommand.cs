using System.CommandLine;
using System.Globalization;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>
/// Does a sequence hold a multiple of ten? A reader's classifier, which fails on plain numbers: what makes 30 like 70 and unlike 31 can't be read off their size.
/// As classes, or with the last digit as a feature, the question is easy.
/// </summary>
internal static class MultiplesCommand
{
    private const int Steps = 5, Classes = 100, Base = 10;
    private const int TrainingSamples = 1000, NewSamples = 500, BatchSize = 32, Units = 200;

    internal static Command Create() => FitOptions.Command("multiples", "Does a sequence hold a multiple of ten? The answer depends on how numbers are represented (about half a minute).", epochs: 20, Print);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        var source = new RandomSequence(settings.Seed);
        var (known, fresh) = (Sequences(source, TrainingSamples), Sequences(source, NewSamples));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Does a sequence of {Steps} integers hold a multiple of {Base}? {TrainingSamples} samples, {settings.Epochs} epochs, batch size {BatchSize}, seed {settings.Seed}"));
        Console.WriteLine();
        Console.WriteLine("                      parameters  accuracy  on new samples  seconds");
        Console.WriteLine("--------------------  ----------  --------  --------------  -------");
        Row("always \"no\"", "0", Share(known), Share(fresh), 0);
        Train("numbers of 0 to 1", Scaled);
        Train("one-hot classes", sequences => OneHot.Encode(sequences, Classes));
        Train("one-hot last digit", sequences => OneHot.Encode(Map(sequences, value => value % Base), Base));

        void Train(string name, Func<int[,], float[,,]> represent)
        {
            var x = represent(known);
            using var model = new SequentialModel(new Lstm(Units), new Dense(1, Activation.Sigmoid)) { Seed = settings.Seed };
            model.Build(Steps, x.GetLength(2));
            model.Compile(Loss.BinaryCrossentropy(), new Adam(), Metric.Accuracy());
            var history = TrainingRun.Show(model, x, Labels(known), settings.Epochs, BatchSize, settings.Verbose, name);
            var figures = model.Evaluate(represent(fresh), Labels(fresh));
            Row(name, model.CountParameters().ToString("N0", CultureInfo.InvariantCulture), history["accuracy"][^1], figures["accuracy"], history.Duration.TotalSeconds);
        }
    }

    private static void Row(string name, string parameters, double known, double fresh, double seconds) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-20}  {parameters,10}  {known,8:F4}  {fresh,14:F4}  {seconds,7:F1}"));

    private static int[,] Sequences(RandomSequence source, int samples)
    {
        var sequences = new int[samples, Steps];
        var drawn = source.Next(samples * Steps, Classes);
        Buffer.BlockCopy(drawn, 0, sequences, 0, drawn.Length * sizeof(int));
        return sequences;
    }

    private static float[,] Labels(int[,] sequences)
    {
        var labels = new float[sequences.GetLength(0), 1];
        for (var sample = 0; sample < labels.Length; sample++)
        {
            labels[sample, 0] = Enumerable.Range(0, Steps).Any(step => sequences[sample, step] % Base == 0) ? 1 : 0;
        }
        return labels;
    }

    private static double Share(int[,] sequences) => 1 - Labels(sequences).Cast<float>().Average();

    private static float[,,] Scaled(int[,] sequences)
    {
        var scaled = new float[sequences.GetLength(0), Steps, 1];
        for (var sample = 0; sample < sequences.GetLength(0); sample++)
        {
            for (var step = 0; step < Steps; step++)
            {
                scaled[sample, step, 0] = (float)sequences[sample, step] / (Classes - 1);
            }
        }
        return scaled;
    }

    private static int[,] Map(int[,] values, Func<int, int> function)
    {
        var mapped = new int[values.GetLength(0), values.GetLength(1)];
        for (var i = 0; i < values.GetLength(0); i++)
        {
            for (var j = 0; j < values.GetLength(1); j++)
            {
                mapped[i, j] = function(values[i, j]);
            }
        }
        return mapped;
    }
}
