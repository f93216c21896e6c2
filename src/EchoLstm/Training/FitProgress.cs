using System.Diagnostics;
using EchoLstm.Layers;

namespace EchoLstm.Training;

/// <summary>Where a fit is; what callbacks see.</summary>
public sealed class FitProgress
{
    private readonly Stopwatch _epoch = new();

    internal FitProgress(Layer model, int epochs, int batches, long samples, IReadOnlyList<string> names, bool hasValidation = false)
    {
        Names = hasValidation ? [.. names, .. names.Select(name => FigureNames.ValidationPrefix + name)] : names;
        Model = model;
        Epochs = epochs;
        Batches = batches;
        Samples = samples;
        Training = new RunningFigures(names);
    }

    /// <summary>The model that is trained, e.g. to keep its weights.</summary>
    public Layer Model { get; }

    /// <summary>The epoch, counted from 0.</summary>
    public int Epoch { get; private set; }

    /// <summary>The number of the epoch after the last.</summary>
    public int Epochs { get; }

    /// <summary>How many batches of this epoch are done.</summary>
    public int BatchesDone { get; internal set; }

    /// <summary>How many batches an epoch has.</summary>
    public int Batches { get; }

    /// <summary>How many samples an epoch has.</summary>
    public long Samples { get; }

    /// <summary>How long this epoch has taken so far.</summary>
    public TimeSpan EpochDuration => _epoch.Elapsed;

    /// <summary>The names of the figures that each epoch of the fit ends with: <c>loss</c>, the metrics', and each with <c>val_</c> before it where there is validation.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The figures by name, <c>loss</c> first: of the epoch at its end, of its batches so far before.</summary>
    public IReadOnlyDictionary<string, double> Figures
    {
        get
        {
            var figures = new Dictionary<string, double>();
            if (BatchesDone > 0)
            {
                Training.AddTo(figures, "");
                Validation?.AddTo(figures, FigureNames.ValidationPrefix);
            }
            return figures;
        }
    }

    /// <summary>The means over the batches of this epoch so far.</summary>
    internal RunningFigures Training { get; }

    /// <summary>The means over the validation data, once this epoch has measured them.</summary>
    internal RunningFigures? Validation { get; set; }

    /// <summary>What is unsound about the fit although it runs; found once, at the first fit after <c>Compile</c>, and printed where verbose is above 0.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Whether someone has asked the fit to end.</summary>
    public bool IsStopping { get; private set; }

    /// <summary>Ends the fit after the present epoch (Keras's <c>stop_training</c>).</summary>
    public void Stop() => IsStopping = true;

    internal void BeginEpoch(int epoch)
    {
        Epoch = epoch;
        BatchesDone = 0;
        Training.Reset();
        Validation = null;
        _epoch.Restart();
    }
}
