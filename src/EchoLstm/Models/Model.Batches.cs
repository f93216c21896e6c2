using EchoLstm.Data;
using EchoLstm.Engines;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <content>Data that comes in batches, so that it need not be in memory all at once.</content>
public abstract partial class Model
{
    /// <summary>
    /// Trains the model on batches that a program makes (Keras's <c>fit</c> of a generator, a Sequence or a dataset): of data that is read
    /// or cut as it is needed. Memory holds one batch at a time.
    /// </summary>
    /// <typeparam name="TX">The type of a batch's inputs: a tensor, an array, or <see cref="TensorLike"/>.</typeparam>
    /// <typeparam name="TY">The type of its targets.</typeparam>
    /// <param name="batches">The batches; each epoch goes through them from the beginning. Each is checked when it is its turn.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1. <value>1</value></param>
    /// <param name="stepsPerEpoch">How many batches make an epoch; the next one goes on where it ended, and where the batches end they
    /// begin anew. null: all of them. An endless source needs it.</param>
    /// <param name="verbose">As in the other overload. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of batches, where they are a list; others keep theirs, and a
    /// stateful model's must. <value>true</value></param>
    /// <param name="validationData">What to measure after each epoch; null: nothing.</param>
    /// <param name="validationBatches">The same as batches; null: nothing.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0. <value>0</value></param>
    /// <param name="classWeight">How much the samples or steps of a class count in the loss; null: 1 for all.</param>
    /// <param name="progress">Is told how far the fit is; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs.</param>
    /// <returns>Every metric of every epoch, and how the fit ended.</returns>
    /// <exception cref="ShapeMismatchException">A batch does not fit the model; the batches before it have trained it.</exception>
    /// <exception cref="ArgumentException">There are no batches, data has NaN or infinities, or an argument is out of its
    /// range.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, another call is using it, or the batches can't be gone
    /// through again.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, and there is no
    /// <see cref="TerminateOnNaN"/>.</exception>
    /// <example><code>
    /// var batches = SupervisedFrames.Windows(series, new ForecastWindow { Past = 168 }, batchSize: 256, shuffle: true);
    /// model.Fit(batches, epochs: 3);
    /// </code></example>
    public History Fit<TX, TY>(
        IEnumerable<(TX X, TY Y)> batches,
        int epochs = 1,
        int? stepsPerEpoch = null,
        int verbose = 1,
        bool shuffle = true,
        ValidationData? validationData = null,
        IEnumerable<(TX X, TY Y)>? validationBatches = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        IReadOnlyDictionary<int, double>? classWeight = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
        where TX : notnull
        where TY : notnull
    {
        ArgumentNullException.ThrowIfNull(batches);
        var settings = new FitSettings(epochs, 1, verbose, shuffle, initialEpoch, callbacks, progress, output, cancellationToken);
        var measured = validationBatches is null ? null : Given(validationBatches);
        return FitBatches(Given(batches), settings, stepsPerEpoch, validationData, measured, classWeight);
    }

    /// <summary>The same for batches with sample weights.</summary>
    /// <typeparam name="TX">The type of a batch's inputs: a tensor, an array, or <see cref="TensorLike"/>.</typeparam>
    /// <typeparam name="TY">The type of its targets.</typeparam>
    /// <typeparam name="TWeight">The type of its weights.</typeparam>
    /// <param name="batches">The batches, each with how much its samples, steps or numbers count.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1. <value>1</value></param>
    /// <param name="stepsPerEpoch">How many batches make an epoch; null: all of them.</param>
    /// <param name="verbose">As in the other overload. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of batches, where they are a list. <value>true</value></param>
    /// <param name="validationData">What to measure after each epoch; null: nothing.</param>
    /// <param name="validationBatches">The same as batches; null: nothing.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0. <value>0</value></param>
    /// <param name="classWeight">How much the samples or steps of a class count in the loss; null: 1 for all.</param>
    /// <param name="progress">Is told how far the fit is; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs.</param>
    /// <returns>Every metric of every epoch, and how the fit ended.</returns>
    public History Fit<TX, TY, TWeight>(
        IEnumerable<(TX X, TY Y, TWeight SampleWeight)> batches,
        int epochs = 1,
        int? stepsPerEpoch = null,
        int verbose = 1,
        bool shuffle = true,
        ValidationData? validationData = null,
        IEnumerable<(TX X, TY Y, TWeight SampleWeight)>? validationBatches = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        IReadOnlyDictionary<int, double>? classWeight = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
        where TX : notnull
        where TY : notnull
        where TWeight : notnull
    {
        ArgumentNullException.ThrowIfNull(batches);
        var settings = new FitSettings(epochs, 1, verbose, shuffle, initialEpoch, callbacks, progress, output, cancellationToken);
        var measured = validationBatches is null ? null : Given(validationBatches);
        return FitBatches(Given(batches), settings, stepsPerEpoch, validationData, measured, classWeight);
    }

    /// <summary>Measures the model on batches that a program makes (Keras's <c>evaluate</c> of a generator or a dataset).</summary>
    /// <typeparam name="TX">The type of a batch's inputs: a tensor, an array, or <see cref="TensorLike"/>.</typeparam>
    /// <typeparam name="TY">The type of its targets.</typeparam>
    /// <param name="batches">The batches.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <returns>The loss and the metrics by name.</returns>
    /// <exception cref="ShapeMismatchException">A batch does not fit the model.</exception>
    /// <exception cref="ArgumentException">There are no batches, or data has NaN or infinities.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled or not built, or another thread is changing it.</exception>
    public IReadOnlyDictionary<string, double> Evaluate<TX, TY>(IEnumerable<(TX X, TY Y)> batches, bool carryState = false)
        where TX : notnull
        where TY : notnull
    {
        ArgumentNullException.ThrowIfNull(batches);
        return EvaluateBatches(Given(batches), carryState);
    }

    /// <summary>The same for batches with sample weights.</summary>
    /// <typeparam name="TX">The type of a batch's inputs: a tensor, an array, or <see cref="TensorLike"/>.</typeparam>
    /// <typeparam name="TY">The type of its targets.</typeparam>
    /// <typeparam name="TWeight">The type of its weights.</typeparam>
    /// <param name="batches">The batches, each with how much its samples, steps or numbers count.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <returns>The loss and the metrics by name.</returns>
    public IReadOnlyDictionary<string, double> Evaluate<TX, TY, TWeight>(
        IEnumerable<(TX X, TY Y, TWeight SampleWeight)> batches, bool carryState = false)
        where TX : notnull
        where TY : notnull
        where TWeight : notnull
    {
        ArgumentNullException.ThrowIfNull(batches);
        return EvaluateBatches(Given(batches), carryState);
    }

    private IEnumerable<GivenSamples> Given<TX, TY>(IEnumerable<(TX X, TY Y)> batches) =>
        Mapped(batches, batch => Given(batch.X, batch.Y, (object?)null));

    private IEnumerable<GivenSamples> Given<TX, TY, TWeight>(IEnumerable<(TX X, TY Y, TWeight Weight)> batches) =>
        Mapped(batches, batch => Given(batch.X, batch.Y, batch.Weight));

    private GivenSamples Given<TX, TY, TWeight>(TX x, TY y, TWeight? weight)
    {
        var (xs, ys, weights) = (Several(x, InputNames, "x"), Several(y, OutputNames, "y"), Several(weight, OutputNames, "sampleWeight"));
        return xs is null && ys is null && weights is null
            ? new GivenSamples(TensorLike.From(x), TensorLike.From(y), weight is null ? (TensorLike?)null : TensorLike.From(weight))
            : new GivenSamples(
                xs ?? [TensorLike.From(x)],
                ys ?? [TensorLike.From(y)],
                weight is null ? null : [.. (weights ?? [TensorLike.From(weight)]).Select(one => (TensorLike?)one)],
                null,
                null);
    }

    // An array for each input or output, by place or by name; null: one alone.
    private static IReadOnlyList<TensorLike>? Several<T>(T data, IReadOnlyList<string> names, string argument) => data switch
    {
        IReadOnlyList<TensorLike> list => list,
        IReadOnlyList<Tensor> tensors => [.. tensors.Select(tensor => (TensorLike)tensor)],
        IReadOnlyDictionary<string, TensorLike> named => InOrder(named, names, argument),
        _ => null,
    };

    // A list stays one, and a count stays known. Samples are copied, so that windows need no arrays of their own.
    private static IEnumerable<GivenSamples> Mapped<T>(IEnumerable<T> batches, Func<T, GivenSamples> map) => batches switch
    {
        WindowBatches windows => new MappedCollection(windows.Count, () => ((IEnumerable<T>)windows.Cut(reuses: true)).Select(map)),
        IReadOnlyList<T> list => new MappedList<T>(list, map),
        IReadOnlyCollection<T> all => new MappedCollection(all.Count, () => all.Select(map)),
        _ => batches.Select(map),
    };

    private History FitBatches(
        IEnumerable<GivenSamples> batches,
        FitSettings settings,
        int? stepsPerEpoch,
        ValidationData? validationData,
        IEnumerable<GivenSamples>? validationBatches,
        IReadOnlyDictionary<int, double>? classWeight)
    {
        using var change = Guard.Change(nameof(Fit));
        var compilation = Compiled("Fit");
        settings.Check();
        ModelData.AtLeastOne(stepsPerEpoch ?? 1, nameof(stepsPerEpoch));
        if (validationData is not null && validationBatches is not null)
        {
            throw new ArgumentException("Give validationData or validationBatches, not both.", nameof(validationBatches));
        }
        var size = StatefulLayers.FirstOrDefault()?.StateSamples;
        using var source = new GivenBatches(
            batches,
            given => CheckedBatch(ModelData.ForTraining(this, given, compilation, classWeight).Training, given, settings.Shuffle, ref size),
            nameof(batches),
            stepsPerEpoch);
        using var samples = validationData is null ? null
            : ModelData.Samples(this, validationData.GivenFor(InputNames, OutputNames), compilation);
        using BatchSource? validation = samples is not null
            ? new ArrayBatches(samples, ModelData.BatchSize(this, samples, null, carryState: false))
            : validationBatches is not null ? Measured(validationBatches, compilation, nameof(validationBatches)) : null;
        return new Trainer(this, _runner, compilation).Fit(source, validation, settings);
    }

    private IReadOnlyDictionary<string, double> EvaluateBatches(IEnumerable<GivenSamples> batches, bool carryState)
    {
        using var lease = _runner.Enter(nameof(Evaluate));
        var compilation = Compiled("Evaluate");
        ThrowIfShapeless("be evaluated");
        using var source = Measured(batches, compilation, nameof(batches), carryState);
        return _runner.Measure(source, carryState)!.ToDictionary();
    }

    private GivenBatches Measured(IEnumerable<GivenSamples> batches, Compilation compilation, string name, bool carryState = false)
    {
        var size = carryState ? StatefulLayers.FirstOrDefault()?.StateSamples : null;
        return new(
            batches, given => CheckedBatch(ModelData.Samples(this, given, compilation), given, shuffles: false, ref size), name);
    }

    /// <summary>A batch that goes on where the one before ended, if the model is stateful.</summary>
    private SampleSet CheckedBatch(SampleSet samples, in GivenSamples given, bool shuffles, ref long? size)
    {
        try
        {
            SampleCheck.Unshuffled(StatefulLayers, shuffles);
            if (StatefulLayers.Count > 0 && (size ??= samples.Count) != samples.Count)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{given.NameOf("x")} has {samples.Count} samples, but {StatefulLayers[0].Title} goes on from the state of {size}: "
                            + $"sample i continues sample i of the batch before. Give batches of one size, and call ResetStates before "
                            + $"others."),
                    given.NameOf("x"));
            }
            SampleCheck.FixedBatches(InputShape!, samples.Count, checked((int)samples.Count), given.NameOf("x"));
            return samples;
        }
        catch
        {
            samples.Dispose();
            throw;
        }
    }
}
