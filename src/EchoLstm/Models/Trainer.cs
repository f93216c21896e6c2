using System.Diagnostics;
using EchoLstm.Engines;
using EchoLstm.Layers;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Trains a model: the order of the samples, epochs, validation, callbacks, and what is said of a loss that is not finite.
/// </summary>
internal sealed class Trainer(Model model, ModelRunner runner, Compilation compilation)
{
    /// <summary>A fit of data that was checked.</summary>
    internal History Fit(SampleSet samples, SampleSet? validation, FitSettings settings)
    {
        var (batchSize, validationBatch) = BatchSizes(samples, validation, settings);
        using var source = new ArrayBatches(samples, batchSize);
        using var measured = validation is null ? null : new ArrayBatches(validation, validationBatch);
        return Fit(source, measured, settings);
    }

    /// <summary>A fit of batches that are checked.</summary>
    internal History Fit(BatchSource source, BatchSource? validation, FitSettings settings)
    {
        using var undo = new BatchUndo(model);
        var observers = settings.Observers();
        CheckRate(observers);
        var (epochs, cancellation, samples) = (settings.Epochs, settings.Cancellation, source.Samples);
        _ = runner.ReadyToTrain();
        List<string> warnings = [];
        Warn(warnings, compilation.AdviceOnce(
            model,
            [.. compilation.Heads.Select((_, place) => model.MakerOf(place))],
            samples.AllInputs,
            samples.AllTargets,
            samples.AllWeights,
            samples.AllMasks,
            place => model.OutputShapes([.. samples.AllInputs.Select(Shape.Of)])[place].Last));
        var reportsRate = compilation.Optimizer.LearningRateSchedule is not null
            || observers.Exists(observer => observer.SchedulesLearningRate);
        var fit = new FitProgress(
            model, epochs, source.Batches, source.Count, compilation, runner.NewMeans(samples), validation is not null, reportsRate)
        {
            Warnings = warnings,
        };
        var history = new History(runner.Info, compilation.Names, validation is not null, epochs - settings.InitialEpoch, reportsRate)
        {
            Warnings = warnings,
        };
        model.train();
        var stopwatch = Stopwatch.StartNew();
        var outer = runner.FitType; // a callback may fit too
        runner.FitType = model.NumberType().Type;
        try
        {
            Tell(observers, fit, static (observer, fit) => observer.OnTrainBegin(fit));
            for (var epoch = settings.InitialEpoch; epoch < epochs && !fit.IsStopping && !cancellation.IsCancellationRequested; epoch++)
            {
                fit.BeginEpoch(epoch);
                Tell(observers, fit, static (observer, fit) => observer.OnEpochBegin(fit));
                source.BeginEpoch(settings.Shuffle ? model.Generator : null);
                if (!TrainEpoch(source, fit, warnings, undo, observers, cancellation))
                {
                    break;
                }
                if (validation is not null)
                {
                    runner.ThrowIfMoved();
                    if ((fit.Validation = runner.Measure(validation, carryState: false, cancellation)) is null)
                    {
                        break;
                    }
                }
                fit.EndEpoch();
                history.Add(epoch, fit.Training, fit.Validation, fit.EpochRate, fit.FirstRate);
                Tell(observers, fit, static (observer, fit) => observer.OnEpochEnd(fit));
            }
        }
        finally
        {
            runner.FitType = outer;
            runner.Publish();
        }
        var unfinished = fit.Diverged is not null ? FitOutcome.Diverged : fit.IsStopping ? FitOutcome.Stopped : FitOutcome.Canceled;
        fit.Outcome = history.Outcome = history.Epochs.Count == epochs - settings.InitialEpoch ? FitOutcome.Completed : unfinished;
        Tell(observers, fit, static (observer, fit) => observer.OnTrainEnd(fit));
        history.Duration = stopwatch.Elapsed;
        return history;
    }

    /// <summary>One step on one batch.</summary>
    /// <returns>The loss and the metrics by name, measured before the update.</returns>
    internal IReadOnlyDictionary<string, double> TrainOnBatch(SampleSet samples)
    {
        using var undo = new BatchUndo(model);
        var size = checked((int)samples.Count);
        SampleCheck.CarriedState(model.StatefulLayers, size, size, "x", "Give it batches of", "Give it batches of");
        var progress = new FitProgress(model, 1, 1, size, compilation, runner.NewMeans(samples));
        progress.BeginEpoch(0);
        _ = runner.ReadyToTrain();
        model.train();
        try
        {
            using var source = new ArrayBatches(samples, size);
            TrainEpoch(source, progress, [], undo, [], CancellationToken.None);
        }
        finally
        {
            runner.Publish();
        }
        return progress.Training.ToDictionary();
    }

    /// <summary>The sizes of batches to train on and to validate with; throws where the data can't be cut into such.</summary>
    private (int Training, int Validation) BatchSizes(SampleSet samples, SampleSet? validation, FitSettings settings)
    {
        var (stateful, built) = (model.StatefulLayers, model.InputShape!);
        var (batchSize, validationBatch) = (settings.BatchSize, settings.BatchSize);
        SampleCheck.Unshuffled(stateful, settings.Shuffle);
        if (stateful.Count > 0)
        {
            // Fewer samples than a batch are one batch.
            batchSize = (int)Math.Min(batchSize, samples.Count);
            validationBatch = (int)Math.Min(validationBatch, validation?.Count ?? validationBatch);
        }
        SampleCheck.CarriedState(
            stateful,
            samples.Count,
            batchSize,
            nameof(batchSize),
            multiples: settings.ValidationSplit == 0 ? "Give it samples in multiples of"
                : string.Create(CultureInfo.InvariantCulture, $"validationSplit: {settings.ValidationSplit} leaves ")
                    + string.Create(CultureInfo.InvariantCulture, $"{samples.Count} samples to train on: give validationData instead, or ")
                    + "samples of which it leaves a multiple of");
        if (settings.ValidationSplit > 0)
        {
            SampleCheck.StatefulSplit(stateful, settings.ValidationSplit, samples.Count, validation!.Count, batchSize, validationBatch);
        }
        SampleCheck.StatefulBatches(stateful, samples.Count, batchSize, nameof(batchSize));
        SampleCheck.FixedBatches(built, samples.Count, batchSize, nameof(batchSize));
        if (validation is not null)
        {
            SampleCheck.StatefulBatches(stateful, validation.Count, validationBatch, "validationData");
            SampleCheck.FixedBatches(built, validation.Count, validationBatch, "validationData");
        }
        return (batchSize, validationBatch);
    }

    // Before anything is trained: one that lowers the rate may first do so after many epochs.
    private void CheckRate(List<Callback> observers)
    {
        if (compilation.Optimizer.LearningRateSchedule is { } schedule
            && observers.Find(observer => observer.SchedulesLearningRate) is { } second)
        {
            throw new ArgumentException(
                $"The learning rate follows {schedule.GetType().Name}, so {second.GetType().Name} can't change it. Leave out the callback, "
                    + $"or the optimiser's {nameof(Optimizer.LearningRateSchedule)}.",
                "callbacks");
        }
    }

    /// <summary>Trains on every batch; false where that ended before the last.</summary>
    private bool TrainEpoch(
        BatchSource source,
        FitProgress progress,
        List<string> warnings,
        BatchUndo undo,
        List<Callback> observers,
        CancellationToken cancellation)
    {
        var engine = observers.Count > 0 ? runner.ReadyToTrain() : runner.Current;
        var (areWatching, useModel) = (false, false);
        foreach (var observer in observers)
        {
            areWatching |= observer.WatchesBatches;
            useModel |= observer.WatchesBatches && observer.UsesModel;
        }
        var means = progress.Training;
        var samples = 0L;
        while (!cancellation.IsCancellationRequested && source.MoveNext())
        {
            var batch = source.Current;
            if (source.Name is { } name)
            {
                var own = source.Samples;
                Warn(warnings, compilation.AdviceOnLater(own.Inputs, own.Targets!, own.Weights, own.Mask, name));
            }
            // The fused engine carries a state when the loss is known; Torch's layers do at once.
            undo.Remember(withStates: engine.Kind == EngineKind.Torch);
            var isDone = false;
            try
            {
                engine.TrainOnBatch(batch, means.Batch);
                isDone = double.IsFinite(means.Batch[0]) && !engine.HasLostGradients;
            }
            finally
            {
                if (!isDone)
                {
                    undo.PutBack();
                }
            }
            if (!isDone)
            {
                progress.Diverged = Diverged(batch, means.Batch[0], engine.HasLostGradients, progress, undo);
                if (!IsEndedBy(observers, progress.Diverged))
                {
                    throw progress.Diverged;
                }
                return false;
            }
            undo.KeepFinite();
            means.Add(batch.Count);
            samples += batch.Count;
            progress.BatchesDone++;
            if (areWatching)
            {
                if (useModel)
                {
                    engine.Publish();
                }
                foreach (var observer in observers)
                {
                    if (observer.WatchesBatches)
                    {
                        observer.OnBatchEnd(progress);
                    }
                }
                engine = useModel ? runner.ReadyToTrain() : engine;
            }
            // Whoever disposes the model, a callback or another thread, need not wait for the last epoch.
            ObjectDisposedException.ThrowIf(model.IsDisposed, model);
        }
        if (cancellation.IsCancellationRequested && progress.BatchesDone != progress.Batches)
        {
            return false;
        }
        if (observers.Count > 0)
        {
            engine.Publish();
        }
        (progress.Batches, progress.Samples) = (progress.BatchesDone, samples);
        return true;
    }

    private static void Warn(List<string> warnings, IEnumerable<string> advice)
    {
        foreach (var warning in advice)
        {
            warnings.Add(warning);
            Trace.TraceWarning(warning); // for programs that print nothing
        }
    }

    private static void Tell(List<Callback> observers, FitProgress fit, Action<Callback, FitProgress> what)
    {
        foreach (var observer in observers)
        {
            what(observer, fit);
        }
    }

    /// <summary>Whether a callback ends a fit whose loss is not finite; each is asked.</summary>
    private static bool IsEndedBy(List<Callback> observers, TrainingDivergedException diverged)
    {
        var ended = false;
        foreach (var observer in observers)
        {
            ended |= observer.EndsFit(diverged);
        }
        return ended;
    }

    private TrainingDivergedException Diverged(
        in Batch batch, double loss, bool hasLostGradients, FitProgress progress, BatchUndo undo)
    {
        runner.Publish();
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var culprit = hasLostGradients ? null : undo.FirstNotFinite(batch.Gather().AllInputs);
        var forgotten = undo.ForgetNotFinite();
        var losses = string.Join(" or ", compilation.Heads.Select(head => head.Loss.Name).Distinct());
        var where = forgotten.Count > 0
            ? $"The state that {forgotten[0].Title} carried into the batch is not finite; it is reset, as by ResetStates."
            : WeightFile.FirstUnfit(model) is var (place, number)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The weight {place} was {number} before it: set weights of before that, or make the model anew.")
            : hasLostGradients
            ? "The outputs and the loss are finite: on the way back the numbers became too large."
            : culprit is null
            ? $"Every layer's output is finite, so it is the loss {losses} itself; check that outputs and targets lie where it is defined."
            : $"The output of {culprit.GetType().Name} '{culprit.Name}' is the first that is not finite.";
        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"{(hasLostGradients ? "A gradient became NaN or infinite"
                : double.IsNaN(loss) ? "The loss became NaN" : "The loss became infinite")} in epoch {progress.Epoch + 1} of "
                + $"{progress.Epochs}, batch {progress.BatchesDone + 1}{(progress.Batches > 0 ? $" of {progress.Batches}" : "")}; ");
        var kept = model.StatefulLayers.Count > 0 ? "no weight and no carried state" : "no weight";
        return new TrainingDivergedException(
            $"{what}this batch changed {kept}. {where} Lower the learning rate, clip gradients (ClipNorm), or scale the data.",
            progress.Epoch,
            progress.BatchesDone,
            culprit?.Name);
    }
}
