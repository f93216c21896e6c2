#region README: names
using System.Globalization;
using EchoLstm;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
#endregion

namespace EchoLstm.Samples.Readme;

/// <summary>The programs of README, region by region.</summary>
internal static class ReadmePrograms
{
    internal static void ManyToMany()
    {
        #region README: many-to-many
        var sequence = EchoSequence.Linear(5);                          // 0, 0.2, 0.4, 0.6, 0.8
        var (x, y) = EchoSequence.FrameManyToMany(sequence);            // both (1, 5, 1): samples, time steps, features

        using var model = new SequentialModel(
            new Lstm(5, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 71 };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        var history = model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 0);
        history.SavePlot("loss.svg");                                   // the loss, epoch by epoch
        model.SaveDiagram("model.svg");                                 // layers, shapes, and which step leads to which
        model.Save("sequence.safetensors");                             // layers, weights, optimiser: training could go on

        using var loaded = SequentialModel.Load("sequence.safetensors");
        foreach (var value in loaded.Predict<float[,,]>(x))
        {
            Console.WriteLine(value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture));
        }

        try
        {
            loaded.Predict(new float[5, 1]);                            // the samples' axis is missing
        }
        catch (ShapeMismatchException mistake)
        {
            Console.WriteLine(mistake.Message);
        }
        #endregion
    }

    internal static void OneToOne()
    {
        #region README: one-to-one
        var (x, y) = EchoSequence.FrameOneToOne(EchoSequence.Linear(5)); // (5, 1, 1) and (5, 1)

        using var model = new SequentialModel(new Lstm(5), new Dense(1)) { Seed = 71 };
        model.Build(1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        model.Fit(x, y, epochs: 1000, batchSize: 5, verbose: 0);
        foreach (var value in model.Predict<float[,]>(x))
        {
            Console.WriteLine(value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture));
        }
        #endregion
    }

    internal static void ManyToOne()
    {
        #region README: many-to-one
        var (x, y) = EchoSequence.FrameManyToOne(EchoSequence.Linear(5)); // (1, 5, 1) and (1, 5)

        using var model = new SequentialModel(new Lstm(5), new Dense(5)) { Seed = 71 };
        model.Build(5, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        Console.WriteLine(model.Summary());

        model.Fit(x, y, epochs: 500, batchSize: 1, verbose: 0);
        foreach (var value in model.Predict<float[,]>(x))
        {
            Console.WriteLine(value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture));
        }
        #endregion
    }
}
