using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using EchoLstm.Engines;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

public sealed partial class SequentialModel
{
    /// <summary>Trains the model (Keras's <c>fit</c>); builds it first where it is not built.</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1; each trains on every sample once. <value>1</value></param>
    /// <param name="batchSize">The number of samples between two updates of the weights. A last short batch counts by its samples. <value>32</value></param>
    /// <param name="verbose">What is printed: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch; with 1 and 2 also <see cref="History.Warnings"/>, and where a fit ended early. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of samples. A stateful model must not. <value>true</value></param>
    /// <param name="validationSplit">The share of samples, the last of the data before shuffling, that are measured after each epoch instead of trained on; windows of one series overlap, so that the two parts then share time steps. <value>0</value></param>
    /// <param name="validationData">Inputs and targets to measure after each epoch; null: none.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0, to continue an earlier fit. <value>0</value></param>
    /// <param name="sampleWeight">How much each sample (samples), or each time step of each sample (samples, time steps), counts in the loss; null: 1. As in Keras the divisor stays their number.</param>
    /// <param name="classWeight">How much the samples or steps of a class count in the loss, for one-hot targets and class indices of any rank; classes that are not named: 1; null: 1 for all.</param>
    /// <param name="progress">Is told how far the fit is, ten times a second at most and once at the end; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs. That is no error: <c>Fit</c> returns the history of the epochs that ran to their end, and the model is as that batch left it.</param>
    /// <returns>Every figure of every epoch, and how the fit ended.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities, an argument is out of its range, or does not go with a stateful model. Nothing was trained.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another call is using it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, or was while it was trained.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, and there is no <see cref="TerminateOnNaN"/>.</exception>
    /// <remarks>A stateful model's state goes on from batch to batch and from epoch to epoch until <see cref="ResetStates"/>; validation leaves it alone.</remarks>
    public History Fit(
        TensorLike x,
        TensorLike y,
        int epochs = 1,
        int batchSize = 32,
        int verbose = 1,
        bool shuffle = true,
        double validationSplit = 0,
        (TensorLike X, TensorLike Y)? validationData = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        TensorLike? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
    {
        using var change = Gate.Change(nameof(Fit));
        var compilation = Compiled("Fit");
        AtLeastOne(epochs, nameof(epochs));
        AtLeastOne(batchSize, nameof(batchSize));
        if (verbose is < 0 or > 2)
        {
            throw new ArgumentOutOfRangeException(nameof(verbose), verbose, "verbose is 0 (nothing), 1 (a progress bar an epoch) or 2 (two lines an epoch).");
        }
        if (initialEpoch < 0 || initialEpoch >= epochs)
        {
            throw new ArgumentOutOfRangeException(nameof(initialEpoch), initialEpoch, string.Create(CultureInfo.InvariantCulture, $"initialEpoch counts from 0 and must lie below epochs, which is {epochs}."));
        }
        if (validationSplit is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(validationSplit), validationSplit, "validationSplit is a share of the samples: at least 0 and below 1.");
        }
        if (validationSplit > 0 && validationData is not null)
        {
            throw new ArgumentException("Give validationSplit or validationData, not both.", nameof(validationData));
        }

        using var all = Samples(x, y, compilation, sampleWeight, classWeight);
        using var validation = validationData is { } given ? Samples(given.X, given.Y, compilation, xName: "validationData.X", yName: "validationData.Y") : Split(all, 1 - validationSplit, takeLast: true);
        using var training = Split(all, 1 - validationSplit, takeLast: false) ?? all;

        var stateful = StatefulLayers;
        if (stateful.Count > 0 && shuffle)
        {
            throw new ArgumentException($"The model is stateful ({stateful[0].Title}): sample i of a batch goes on where sample i of the batch before ended, which shuffling would break. Pass shuffle: false.", nameof(shuffle));
        }
        SampleCheck.StatefulBatches(stateful, training.Count, batchSize, nameof(batchSize));
        SampleCheck.FixedBatches(InputShape!, training.Count, batchSize, nameof(batchSize));
        SampleCheck.CarriedState(stateful, batchSize, nameof(batchSize));
        if (validation is not null)
        {
            SampleCheck.StatefulBatches(stateful, validation.Count, batchSize, nameof(validationData));
            SampleCheck.FixedBatches(InputShape!, validation.Count, batchSize, nameof(validationData));
        }

        var batches = checked((int)((training.Count + batchSize - 1) / batchSize));
        _ = ReadyEngine();
        var warnings = compilation.AdviceOnce(this, training.Targets!);
        var observers = Observers(verbose, callbacks, progress, output);
        var reportsRate = observers.Exists(observer => observer.SchedulesLearningRate);
        var fit = new FitProgress(this, epochs, batches, training.Count, compilation, validation is not null, reportsRate) { Warnings = warnings };
        var history = new History(Engine, compilation.Names, validation is not null, epochs - initialEpoch, reportsRate) { Warnings = warnings };
        var order = shuffle ? new long[training.Count] : [];
        train();
        var stopwatch = Stopwatch.StartNew();
        var outer = _fitType;
        _fitType = NumberType().Type;
        _fits++;
        try
        {
            foreach (var observer in observers)
            {
                observer.OnTrainBegin(fit);
            }
            for (var epoch = initialEpoch; epoch < epochs && !fit.IsStopping && !cancellationToken.IsCancellationRequested; epoch++)
            {
                fit.BeginEpoch(epoch);
                foreach (var observer in observers)
                {
                    observer.OnEpochBegin(fit);
                }
                if (shuffle)
                {
                    Shuffle(order);
                }
                if (!TrainEpoch(training, batchSize, order, fit, observers, cancellationToken))
                {
                    break;
                }
                if (validation is not null)
                {
                    ThrowIfMoved();
                    if ((fit.Validation = Measure(validation, batchSize, carryState: false, cancellationToken)) is null)
                    {
                        break;
                    }
                }
                fit.EndEpoch();
                history.Add(epoch, fit.Training, fit.Validation, compilation.Optimizer.LearningRate);
                foreach (var observer in observers)
                {
                    observer.OnEpochEnd(fit);
                }
            }
        }
        finally
        {
            _fits--;
            _fitType = outer;
            _engine!.Publish();
        }
        var unfinished = fit.Diverged is not null ? FitOutcome.Diverged : fit.IsStopping ? FitOutcome.Stopped : FitOutcome.Canceled;
        fit.Outcome = history.Outcome = history.Epochs.Count == epochs - initialEpoch ? FitOutcome.Completed : unfinished;
        foreach (var observer in observers)
        {
            observer.OnTrainEnd(fit);
        }
        history.Duration = stopwatch.Elapsed;
        return history;
    }

    /// <summary>Trains on one batch (Keras's <c>train_on_batch</c>); builds the model first where it is not built.</summary>
    /// <param name="x">The inputs, samples first.</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <returns>The loss and the metrics by name, measured before the update.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another call is using it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public IReadOnlyDictionary<string, double> TrainOnBatch(TensorLike x, TensorLike y)
    {
        using var change = Gate.Change(nameof(TrainOnBatch));
        using var samples = Samples(x, y, Compiled("TrainOnBatch"));
        SampleCheck.CarriedState(StatefulLayers, checked((int)samples.Count), nameof(x));
        var progress = new FitProgress(this, 1, 1, samples.Count, _compilation!);
        progress.BeginEpoch(0);
        _ = ReadyEngine();
        train();
        try
        {
            TrainEpoch(samples, checked((int)samples.Count), [], progress, [], CancellationToken.None);
        }
        finally
        {
            _engine!.Publish();
        }
        return progress.Training.ToDictionary();
    }

    /// <summary>Trains on every batch; false where that ended before the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool TrainEpoch(SampleSet samples, int batchSize, ReadOnlySpan<long> order, FitProgress progress, List<Callback> observers, CancellationToken cancellation)
    {
        var engine = observers.Count > 0 ? ReadyEngine() : _engine!;
        var (areWatching, useModel) = (false, false);
        foreach (var observer in observers)
        {
            areWatching |= observer.WatchesBatches;
            useModel |= observer.WatchesBatches && observer.UsesModel;
        }
        Span<double> figures = stackalloc double[_compilation!.Names.Count];
        for (var start = 0L; start < samples.Count; start += batchSize)
        {
            if (cancellation.IsCancellationRequested)
            {
                return false;
            }
            var batch = new Batch(samples, start, Math.Min(batchSize, samples.Count - start), order);
            var counted = engine.TrainOnBatch(batch, figures);
            if (!double.IsFinite(figures[0]))
            {
                progress.Diverged = Diverged(batch, figures[0], progress);
                if (!IsEndedBy(observers, progress.Diverged))
                {
                    throw progress.Diverged;
                }
                return false;
            }
            progress.Training.Add(figures, batch.Count, counted);
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
                engine = useModel ? ReadyEngine() : engine;
            }
            // Whoever disposes the model, a callback or another thread, need not wait for the last epoch.
            ObjectDisposedException.ThrowIf(IsDisposed, this);
        }
        if (observers.Count > 0)
        {
            engine.Publish();
        }
        return true;
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

    /// <summary>The engine, ready to train the model as it is now: a callback may have moved, frozen or hooked a layer.</summary>
    private Engine ReadyEngine()
    {
        ThrowIfMoved();
        var engine = Runner();
        engine.BeginTraining();
        if (_progress is { } state)
        {
            engine.ImportOptimizer(state);
            GoOnFrom(null);
        }
        return engine;
    }

    // The fit's data is in the type that the model had when it began.
    private void ThrowIfMoved()
    {
        if (_fitType is { } type && NumberType().Type is var now && now != type)
        {
            throw new InvalidOperationException($"The model was moved from {type} to {now} inside Fit, whose data is of {type}. Stop the fit with progress.Stop(), and move the model when Fit has returned.");
        }
    }

    private TrainingDivergedException Diverged(in Batch batch, double loss, FitProgress progress)
    {
        _engine!.Publish();
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var x = batch.Gather().Inputs;
        Layer? culprit = null;
        foreach (var layer in _layers)
        {
            x = layer.call(x);
            if (!x.isfinite().all().item<bool>())
            {
                culprit = layer;
                break;
            }
        }
        var where = culprit is null
            ? $"Every layer's output is finite, so it is the loss {_compilation!.Loss.Name} itself; check that outputs and targets lie where it is defined."
            : $"The output of {culprit.GetType().Name} '{culprit.Name}' is the first that is not finite.";
        return new TrainingDivergedException(
            string.Create(CultureInfo.InvariantCulture, $"The loss became {(double.IsNaN(loss) ? "NaN" : "infinite")} in epoch {progress.Epoch + 1} of {progress.Epochs}, batch {progress.BatchesDone + 1} of {progress.Batches}; this batch changed no weight. {where} Lower the learning rate, clip gradients (ClipNorm), or scale the data."),
            progress.Epoch,
            progress.BatchesDone,
            culprit?.Name);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Shuffle(long[] order)
    {
        for (var i = 0L; i < order.LongLength; i++)
        {
            order[i] = i;
        }
        _random!.Shuffle(order);
    }

    private static List<Callback> Observers(int verbose, IReadOnlyList<Callback>? callbacks, IProgress<FitReport>? progress, TextWriter? output)
    {
        List<Callback> observers = [.. callbacks ?? []];
        if (observers.Contains(null!))
        {
            throw new ArgumentNullException(nameof(callbacks), "One of the callbacks is null.");
        }
        if (progress is not null)
        {
            observers.Add(new ProgressReporter(progress, TimeProvider.System));
        }
        if (verbose > 0)
        {
            observers.Add(Printer(verbose, output));
        }
        return observers;
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "Keras prints progress; verbose: 0 or a writer keeps the console free.")]
    private static Callback Printer(int verbose, TextWriter? output)
    {
        var writer = output ?? Console.Out;
        var live = ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;
        return verbose == 1 ? new ProgressBar(writer, live, TimeProvider.System) : new EpochLog(writer);
    }

    private static SampleSet? Split(SampleSet samples, double trainingShare, bool takeLast)
    {
        if (trainingShare >= 1)
        {
            return null;
        }
        var first = (long)(samples.Count * trainingShare);
        if (first == 0 || first == samples.Count)
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"validationSplit would leave {first} of {samples.Count} samples for training and {samples.Count - first} for validation. Both need at least one."),
                "validationSplit");
        }
        return takeLast ? samples.Part(first, samples.Count - first) : samples.Part(0, first);
    }

    private static void AtLeastOne(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");
        }
    }
}
