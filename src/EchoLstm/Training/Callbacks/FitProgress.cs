using System.Diagnostics;
using EchoLstm.Models;

namespace EchoLstm.Training;

/// <summary>Where a fit is; what callbacks see.</summary>
public sealed class FitProgress
{
    private readonly Stopwatch _epoch = new();
    private readonly Compilation _compilation;
    private bool _reportsRate;

    internal FitProgress(
        Model model,
        int epochs,
        int batches,
        long samples,
        Compilation compilation,
        MetricMeans training,
        bool hasValidation = false,
        bool reportsRate = false)
    {
        Names = hasValidation || reportsRate ?
            MonitoredMetric.NamesOfEpoch(compilation.Names, hasValidation, reportsRate) :
            compilation.Names;
        _compilation = compilation;
        _reportsRate = reportsRate;
        FirstRate = LearningRate;
        Model = model;
        Epochs = epochs;
        Batches = batches;
        Samples = samples;
        Training = training;
    }

    /// <summary>
    /// The model that is trained: to predict, evaluate, save it or keep its weights. What would change the fit under way (Compile, Add) is
    /// refused.
    /// </summary>
    public Model Model { get; }

    /// <summary>The epoch, counted from 0 as in Keras; what a fit prints counts from 1.</summary>
    public int Epoch { get; private set; }

    /// <summary>The number of the epoch after the last.</summary>
    public int Epochs { get; }

    /// <summary>
    /// The size of the optimiser's steps (Keras's <c>model.optimizer.learning_rate</c>). What a callback sets holds from the next batch on,
    /// and after the fit; the history has it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or not a number.</exception>
    /// <exception cref="InvalidOperationException">It is set although it follows a schedule.</exception>
    public double LearningRate
    {
        get => _compilation.Optimizer.LearningRate;
        set => _compilation.Optimizer.LearningRate = value;
    }

    /// <summary>How many batches of this epoch are done.</summary>
    public int BatchesDone { get; internal set; }

    /// <summary>How many batches an epoch has; 0 where only the end of the first will tell.</summary>
    public int Batches { get; internal set; }

    /// <summary>How many samples an epoch has; 0 where only the end of the first will tell.</summary>
    public long Samples { get; internal set; }

    /// <summary>How long this epoch has taken so far.</summary>
    public TimeSpan EpochDuration => _epoch.Elapsed;

    /// <summary>
    /// The names of what each epoch of the fit ends with: <c>loss</c>, the metrics', each with <c>val_</c> before it where there is
    /// validation, and <c>learning_rate</c> where the optimiser has a schedule or a callback announces that it changes the rate
    /// (<see cref="Callback.SchedulesLearningRate"/>).
    /// </summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The metrics by name, <c>loss</c> first: of the epoch at its end, of its batches so far before.</summary>
    public IReadOnlyDictionary<string, double> Figures
    {
        get
        {
            var metrics = new Dictionary<string, double>();
            if (BatchesDone > 0)
            {
                Training.AddTo(metrics, "");
                Validation?.AddTo(metrics, MonitoredMetric.ValidationPrefix);
                if (EpochRate is { } rate)
                {
                    metrics[MonitoredMetric.LearningRate] = rate;
                }
            }
            return metrics;
        }
    }

    internal double FirstRate { get; }

    /// <summary>The rate that the epoch ended with, once a callback announced that it changes it, or did.</summary>
    internal double? EpochRate { get; private set; }

    /// <summary>The means over the batches of this epoch so far.</summary>
    internal MetricMeans Training { get; }

    /// <summary>The means over the validation data, once this epoch has measured them.</summary>
    internal MetricMeans? Validation { get; set; }

    /// <summary>How the fit ended; null before that.</summary>
    internal FitOutcome? Outcome { get; set; }

    /// <summary>Why the loss was not finite, where that ended the fit without an exception.</summary>
    internal TrainingDivergedException? Diverged { get; set; }

    /// <summary>
    /// What is unsound about the fit although it runs; found once, at the first fit after <c>Compile</c>, or where a later batch of a
    /// source of batches has numbers far from 1; printed where verbose is above 0.
    /// </summary>
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
        EpochRate = null;
        _epoch.Restart();
    }

    /// <summary>Notes the rate that the epoch's batches ended with, before a callback changes it for the next.</summary>
    internal void EndEpoch()
    {
        _reportsRate |= LearningRate != FirstRate;
        EpochRate = _reportsRate ? LearningRate : null;
    }
}
