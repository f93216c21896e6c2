using System.Runtime.CompilerServices;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <content>Models with several inputs or outputs: one array for each, by place or by name.</content>
public abstract partial class Model
{
    /// <summary>Compiles with a loss for each output (Keras's <c>compile</c> with lists); the total is their weighted sum.</summary>
    /// <param name="losses">A loss for each output, in their order.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="lossWeights">How much each loss counts in the total (Keras's <c>loss_weights</c>). <value>null: 1</value></param>
    /// <param name="metrics">What is reported of each output. Its figures are named by the output, as in Keras: <c>decoder_loss</c>,
    /// <c>decoder_accuracy</c>. <value>null: the losses alone</value></param>
    /// <param name="weightedMetrics">What sample weights weigh, of each output. <value>null: nothing</value></param>
    /// <exception cref="ArgumentException">There is not one of each for each output, a weight is negative or not finite, or two metrics of
    /// an output have one name.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(
        IReadOnlyList<Loss> losses,
        Optimizer optimizer,
        IReadOnlyList<double>? lossWeights = null,
        IReadOnlyList<IReadOnlyList<Metric>>? metrics = null,
        IReadOnlyList<IReadOnlyList<Metric>>? weightedMetrics = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        ArgumentNullException.ThrowIfNull(optimizer);
        using var change = Guard.Change(nameof(Compile));
        ThrowIfDisposed();
        ThrowIfFitting(nameof(Compile));
        var names = OutputNames;
        OneEach(losses.Count, nameof(losses));
        OneEach(lossWeights?.Count ?? names.Count, nameof(lossWeights));
        OneEach(metrics?.Count ?? names.Count, nameof(metrics));
        OneEach(weightedMetrics?.Count ?? names.Count, nameof(weightedMetrics));
        if (losses.Contains(null!) || metrics?.Any(ofOne => ofOne is null || ofOne.Contains(null!)) == true
            || weightedMetrics?.Any(ofOne => ofOne is null || ofOne.Contains(null!)) == true)
        {
            throw new ArgumentNullException(nameof(losses), "One of the losses or metrics is null.");
        }
        if (lossWeights?.Any(weight => !(weight >= 0) || !double.IsFinite(weight)) == true)
        {
            throw new ArgumentOutOfRangeException(
                nameof(lossWeights), string.Join(", ", lossWeights), "lossWeights are finite numbers of at least 0.");
        }
        Head[] heads =
        [
            .. losses.Select((loss, i) => new Head(
                loss,
                lossWeights?[i] ?? 1,
                [.. metrics?[i] ?? [], .. weightedMetrics?[i] ?? []],
                metrics?[i].Count ?? 0)),
        ];
        _runner.Compile(new Compilation(names, heads, optimizer));

        void OneEach(int count, string name)
        {
            if (count != names.Count)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Title} has {names.Count} outputs, {string.Join(", ", names)}, but {name} has {count}. Give one for each, in "
                            + $"that order."),
                    name);
            }
        }
    }

    /// <summary>The same by the outputs' names.</summary>
    /// <param name="losses">A loss for each output.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="lossWeights">How much some losses count in the total; the others count 1. <value>null: 1</value></param>
    /// <param name="metrics">What is reported of some outputs. <value>null: the losses alone</value></param>
    /// <param name="weightedMetrics">What sample weights weigh, of some outputs. <value>null: nothing</value></param>
    /// <exception cref="ArgumentException">A name is no output's, an output has no loss, a weight is negative or not finite, or two metrics
    /// of an output have one name.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(
        IReadOnlyDictionary<string, Loss> losses,
        Optimizer optimizer,
        IReadOnlyDictionary<string, double>? lossWeights = null,
        IReadOnlyDictionary<string, IReadOnlyList<Metric>>? metrics = null,
        IReadOnlyDictionary<string, IReadOnlyList<Metric>>? weightedMetrics = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        var names = OutputNames;
        CheckNames(lossWeights?.Keys ?? [], names, nameof(lossWeights));
        CheckNames(metrics?.Keys ?? [], names, nameof(metrics));
        CheckNames(weightedMetrics?.Keys ?? [], names, nameof(weightedMetrics));
        Compile(
            InOrder(losses, names, nameof(losses)),
            optimizer,
            [.. names.Select(name => lossWeights?.TryGetValue(name, out var weight) == true ? weight : 1)],
            [.. names.Select(name => metrics?.GetValueOrDefault(name) ?? [])],
            [.. names.Select(name => weightedMetrics?.GetValueOrDefault(name) ?? [])]);
    }

    /// <summary>Trains a model with several inputs or outputs (Keras's <c>fit</c> with lists); otherwise as for one of each.</summary>
    /// <param name="x">An array for each input, in their order; the same samples in each.</param>
    /// <param name="y">Targets for each output, in their order.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1. <value>1</value></param>
    /// <param name="batchSize">The number of samples between two updates of the weights. <value>32</value></param>
    /// <param name="verbose">What is printed: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of samples. <value>true</value></param>
    /// <param name="validationSplit">The share of samples, the last of the data, that are measured after each epoch.
    /// <value>0</value></param>
    /// <param name="validationData">What to measure after each epoch; null: nothing.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0. <value>0</value></param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of each output; null, also for one of them: 1.</param>
    /// <param name="mask">Which time steps of each input are there; null, also for one of them: all.</param>
    /// <param name="lengths">How many of its first time steps each sample of each input has; null, also for one of them: all.</param>
    /// <param name="progress">Is told how far the fit is; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs.</param>
    /// <returns>Every metric of every epoch, and how the fit ended.</returns>
    /// <exception cref="ShapeMismatchException">Data does not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">There is not one array for each input and output, or as for one of each.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another call is using it.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, and there is no
    /// <see cref="TerminateOnNaN"/>.</exception>
    [OverloadResolutionPriority(1)] // an array of TensorLike is a list
    public History Fit(
        IReadOnlyList<TensorLike> x,
        IReadOnlyList<TensorLike> y,
        int epochs = 1,
        int batchSize = 32,
        int verbose = 1,
        bool shuffle = true,
        double validationSplit = 0,
        ValidationData? validationData = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        IReadOnlyList<TensorLike?>? sampleWeight = null,
        IReadOnlyList<TensorLike?>? mask = null,
        IReadOnlyList<IReadOnlyList<int>?>? lengths = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
    {
        using var change = Guard.Change(nameof(Fit));
        return FitGiven(
            Listed(x, y, sampleWeight, mask, lengths),
            new FitSettings(
                epochs, batchSize, verbose, shuffle, initialEpoch, callbacks, progress, output, cancellationToken, validationSplit),
            validationData,
            null);
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="y">Targets for each output.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1. <value>1</value></param>
    /// <param name="batchSize">The number of samples between two updates of the weights. <value>32</value></param>
    /// <param name="verbose">What is printed: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of samples. <value>true</value></param>
    /// <param name="validationSplit">The share of samples, the last of the data, that are measured after each epoch.
    /// <value>0</value></param>
    /// <param name="validationData">What to measure after each epoch; null: nothing.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0. <value>0</value></param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of some outputs, 1 in the others; null: 1.</param>
    /// <param name="mask">Which time steps of some inputs are there; null: all.</param>
    /// <param name="progress">Is told how far the fit is; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs.</param>
    /// <returns>Every metric of every epoch, and how the fit ended.</returns>
    /// <exception cref="ArgumentException">An input or output has no array, or a name is none of theirs.</exception>
    public History Fit(
        IReadOnlyDictionary<string, TensorLike> x,
        IReadOnlyDictionary<string, TensorLike> y,
        int epochs = 1,
        int batchSize = 32,
        int verbose = 1,
        bool shuffle = true,
        double validationSplit = 0,
        ValidationData? validationData = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        IReadOnlyDictionary<string, TensorLike>? sampleWeight = null,
        IReadOnlyDictionary<string, TensorLike>? mask = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
    {
        using var change = Guard.Change(nameof(Fit));
        return FitGiven(
            Named(x, y, sampleWeight, mask),
            new FitSettings(
                epochs, batchSize, verbose, shuffle, initialEpoch, callbacks, progress, output, cancellationToken, validationSplit),
            validationData,
            null);
    }

    /// <summary>Trains a model with several inputs or outputs on one batch.</summary>
    /// <param name="x">An array for each input, in their order.</param>
    /// <param name="y">Targets for each output, in their order.</param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of each output; null, also for one of them: 1.</param>
    /// <param name="mask">Which time steps of each input are there; null, also for one of them: all.</param>
    /// <returns>The loss and the metrics by name, measured before the update.</returns>
    /// <exception cref="ArgumentException">There is not one array for each input and output, or as for one of each.</exception>
    [OverloadResolutionPriority(1)] // an array of TensorLike is a list
    public IReadOnlyDictionary<string, double> TrainOnBatch(
        IReadOnlyList<TensorLike> x,
        IReadOnlyList<TensorLike> y,
        IReadOnlyList<TensorLike?>? sampleWeight = null,
        IReadOnlyList<TensorLike?>? mask = null)
    {
        using var change = Guard.Change(nameof(TrainOnBatch));
        return TrainGiven(Listed(x, y, sampleWeight, mask, null), null);
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="y">Targets for each output.</param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of some outputs, 1 in the others; null: 1.</param>
    /// <param name="mask">Which time steps of some inputs are there; null: all.</param>
    /// <returns>The loss and the metrics by name, measured before the update.</returns>
    /// <exception cref="ArgumentException">An input or output has no array, or a name is none of theirs.</exception>
    public IReadOnlyDictionary<string, double> TrainOnBatch(
        IReadOnlyDictionary<string, TensorLike> x,
        IReadOnlyDictionary<string, TensorLike> y,
        IReadOnlyDictionary<string, TensorLike>? sampleWeight = null,
        IReadOnlyDictionary<string, TensorLike>? mask = null)
    {
        using var change = Guard.Change(nameof(TrainOnBatch));
        return TrainGiven(Named(x, y, sampleWeight, mask), null);
    }

    /// <summary>Measures a model with several inputs or outputs.</summary>
    /// <param name="x">An array for each input, in their order.</param>
    /// <param name="y">Targets for each output, in their order.</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is
    /// for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of each output; null, also for one of them: 1.</param>
    /// <param name="mask">Which time steps of each input are there; null, also for one of them: all.</param>
    /// <param name="lengths">How many of its first time steps each sample of each input has; null, also for one of them: all.</param>
    /// <returns>The loss and the metrics by name.</returns>
    /// <exception cref="ArgumentException">There is not one array for each input and output, or as for one of each.</exception>
    [OverloadResolutionPriority(1)] // an array of TensorLike is a list
    public IReadOnlyDictionary<string, double> Evaluate(
        IReadOnlyList<TensorLike> x,
        IReadOnlyList<TensorLike> y,
        int? batchSize = null,
        bool carryState = false,
        IReadOnlyList<TensorLike?>? sampleWeight = null,
        IReadOnlyList<TensorLike?>? mask = null,
        IReadOnlyList<IReadOnlyList<int>?>? lengths = null)
    {
        using var lease = _runner.Enter(nameof(Evaluate));
        return EvaluateGiven(Listed(x, y, sampleWeight, mask, lengths), batchSize, carryState);
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="y">Targets for each output.</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is
    /// for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <param name="sampleWeight">How much each sample or step counts in the loss of some outputs, 1 in the others; null: 1.</param>
    /// <param name="mask">Which time steps of some inputs are there; null: all.</param>
    /// <returns>The loss and the metrics by name.</returns>
    /// <exception cref="ArgumentException">An input or output has no array, or a name is none of theirs.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(
        IReadOnlyDictionary<string, TensorLike> x,
        IReadOnlyDictionary<string, TensorLike> y,
        int? batchSize = null,
        bool carryState = false,
        IReadOnlyDictionary<string, TensorLike>? sampleWeight = null,
        IReadOnlyDictionary<string, TensorLike>? mask = null)
    {
        using var lease = _runner.Enter(nameof(Evaluate));
        return EvaluateGiven(Named(x, y, sampleWeight, mask), batchSize, carryState);
    }

    /// <summary>The outputs of a model with several inputs or outputs (Keras's <c>predict</c> with a list).</summary>
    /// <param name="x">An array for each input, in their order.</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is
    /// for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value>
    /// </param>
    /// <param name="mask">Which time steps of each input are there; null, also for one of them: all.</param>
    /// <param name="lengths">How many of its first time steps each sample of each input has; null, also for one of them: all.</param>
    /// <returns>A tensor for each output, in their order, samples first; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ArgumentException">There is not one array for each input, or as for one of each.</exception>
    [OverloadResolutionPriority(1)] // an array of TensorLike is a list
    public IReadOnlyList<Tensor> Predict(
        IReadOnlyList<TensorLike> x,
        int? batchSize = null,
        bool carryState = false,
        bool allowNonFinite = false,
        IReadOnlyList<TensorLike?>? mask = null,
        IReadOnlyList<IReadOnlyList<int>?>? lengths = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        using var lease = _runner.Enter(nameof(Predict));
        ThrowIfEmpty();
        ThrowIfShapeless("predict");
        return PredictGiven(new GivenSamples(x, null, null, mask, lengths, allowNonFinite), batchSize, carryState);
    }

    /// <summary>The same by the names of the inputs and outputs.</summary>
    /// <param name="x">An array for each input.</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is
    /// for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value>
    /// </param>
    /// <param name="mask">Which time steps of some inputs are there; null: all.</param>
    /// <returns>A tensor for each output, samples first; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ArgumentException">An input has no array, or a name is no input's.</exception>
    public IReadOnlyDictionary<string, Tensor> Predict(
        IReadOnlyDictionary<string, TensorLike> x,
        int? batchSize = null,
        bool carryState = false,
        bool allowNonFinite = false,
        IReadOnlyDictionary<string, TensorLike>? mask = null)
    {
        ArgumentNullException.ThrowIfNull(x);
        var outputs = Predict(
            InOrder(x, InputNames, nameof(x)), batchSize, carryState, allowNonFinite, SomeInOrder(mask, InputNames, nameof(mask)));
        return ByOutput(outputs);
    }

    internal IReadOnlyDictionary<string, Tensor> ByOutput(IReadOnlyList<Tensor> outputs) =>
        new NamedValues<Tensor>("output", OutputNames.Zip(outputs, KeyValuePair.Create));

    /// <summary>What a dictionary has for each name, in the names' order.</summary>
    /// <exception cref="ArgumentException">A name is missing, or is none of them.</exception>
    internal static IReadOnlyList<T> InOrder<T>(IReadOnlyDictionary<string, T> given, IReadOnlyList<string> names, string argument)
    {
        CheckNames(given.Keys, names, argument);
        if (names.FirstOrDefault(name => !given.ContainsKey(name)) is { } missing)
        {
            throw new ArgumentException(
                $"{argument} has nothing for '{missing}'; the model has {string.Join(", ", names)}. Give each its own.", argument);
        }
        return [.. names.Select(name => given[name])];
    }

    /// <summary>The same where some may be missing.</summary>
    internal static IReadOnlyList<TensorLike?>? SomeInOrder(
        IReadOnlyDictionary<string, TensorLike>? given, IReadOnlyList<string> names, string argument)
    {
        CheckNames(given?.Keys ?? [], names, argument);
        return given is null ? null : [.. names.Select(name => given.TryGetValue(name, out var one) ? one : (TensorLike?)null)];
    }

    private static void CheckNames(IEnumerable<string> given, IReadOnlyList<string> names, string argument)
    {
        if (given.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException(
                $"{argument} names '{unknown}', which the model does not have; it has {string.Join(", ", names)}.", argument);
        }
    }

    /// <summary>Throws where data can't be checked because nothing says which shape it must have.</summary>
    private protected virtual void ThrowIfShapeless(string purpose) => ThrowIfNotBuilt(purpose);

    private static GivenSamples Listed(
        IReadOnlyList<TensorLike> x,
        IReadOnlyList<TensorLike> y,
        IReadOnlyList<TensorLike?>? sampleWeight,
        IReadOnlyList<TensorLike?>? mask,
        IReadOnlyList<IReadOnlyList<int>?>? lengths)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return new GivenSamples(x, y, sampleWeight, mask, lengths);
    }

    private GivenSamples Named(
        IReadOnlyDictionary<string, TensorLike> x,
        IReadOnlyDictionary<string, TensorLike> y,
        IReadOnlyDictionary<string, TensorLike>? sampleWeight,
        IReadOnlyDictionary<string, TensorLike>? mask)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        return new GivenSamples(
            InOrder(x, InputNames, nameof(x)),
            InOrder(y, OutputNames, nameof(y)),
            SomeInOrder(sampleWeight, OutputNames, nameof(sampleWeight)),
            SomeInOrder(mask, InputNames, nameof(mask)),
            null);
    }

    private History FitGiven(
        in GivenSamples given, FitSettings settings, ValidationData? validationData, IReadOnlyDictionary<int, double>? classWeight)
    {
        var compilation = Compiled("Fit");
        settings.Check();
        var validationSplit = settings.ValidationSplit;
        if (validationSplit is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(validationSplit), validationSplit, "validationSplit is a share of the samples: at least 0 and below 1.");
        }
        if (validationSplit > 0 && validationData is not null)
        {
            throw new ArgumentException("Give validationSplit or validationData, not both.", nameof(validationData));
        }
        var (training, last) = ModelData.ForTraining(this, given, compilation, classWeight, validationSplit);
        using (training)
        using (last)
        {
            using var validation = validationData is null ? null
                : ModelData.Samples(this, validationData.GivenFor(InputNames, OutputNames), compilation);
            return new Trainer(this, _runner, compilation).Fit(training, validation ?? last, settings);
        }
    }

    private IReadOnlyDictionary<string, double> TrainGiven(in GivenSamples given, IReadOnlyDictionary<int, double>? classWeight)
    {
        var compilation = Compiled(nameof(TrainOnBatch));
        var (samples, _) = ModelData.ForTraining(this, given, compilation, classWeight);
        using var owned = samples;
        return new Trainer(this, _runner, compilation).TrainOnBatch(samples);
    }

    private IReadOnlyDictionary<string, double> EvaluateGiven(in GivenSamples given, int? batchSize, bool carryState)
    {
        var compilation = Compiled("Evaluate");
        ThrowIfShapeless("be evaluated");
        using var samples = ModelData.Samples(this, given, compilation);
        using var source = new ArrayBatches(samples, ModelData.BatchSize(this, samples, batchSize, carryState));
        return _runner.Measure(source, carryState)!.ToDictionary();
    }

    private Tensor[] PredictGiven(in GivenSamples given, int? batchSize, bool carryState)
    {
        using var samples = ModelData.Samples(this, given, null);
        return _runner.Predict(samples, ModelData.BatchSize(this, samples, batchSize, carryState), carryState);
    }
}
