using System.Runtime.InteropServices;
using EchoLstm.Data;
using EchoLstm.Engines.Fused;
using EchoLstm.Files;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Models.Saving;
using EchoLstm.Pictures;
using EchoLstm.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Layers that are trained and run together (Keras's <c>Model</c>): <c>Compile</c>, <c>Fit</c>, <c>Evaluate</c>, <c>Predict</c>,
/// <c>Summary</c>. <see cref="SequentialModel"/> puts them one after another.
/// </summary>
/// <remarks>
/// A model is a layer and a TorchSharp module itself: it can be called, put into another model, or wrapped in
/// <see cref="TimeDistributed"/>. It owns its layers and disposes them. Data has the samples as its first axis, (samples, time steps,
/// features) for recurrent layers. Any number of threads may predict, evaluate and stream at once; what changes the model (Fit, Compile,
/// SetWeights, ...) must run alone and is refused otherwise. Disposing frees a model when the last call that runs has returned.
/// </remarks>
public abstract partial class Model : Layer
{
    private readonly ModelRunner _runner;

    private protected Model(LayerSettings settings)
        : base(settings)
    {
        ShareGuard(new AccessGuard("model"));
        _runner = new ModelRunner(this);
    }

    /// <summary>The layers, from input to output. A TorchSharp module that is no <see cref="Layer"/> appears inside one.</summary>
    public abstract IReadOnlyList<Layer> Layers { get; }

    /// <summary>
    /// Whether the model has a loss and an optimiser: <c>Compile</c> was called, or the file that it was loaded from had them.
    /// </summary>
    public bool IsCompiled => _runner.Compilation is not null;

    /// <summary>
    /// The optimiser that the model was compiled with; null before. Its learning rate may be set: <c>model.Optimizer!.LearningRate =
    /// 1e-4</c>.
    /// </summary>
    public Optimizer? Optimizer => _runner.Compilation?.Optimizer;

    /// <summary>The loss that the model was compiled with, of several outputs the first's; null before.</summary>
    public Loss? Loss => _runner.Compilation?.Loss;

    /// <summary>The metrics that the model was compiled with, weighted ones last; none before.</summary>
    public IReadOnlyList<Metric> Metrics => _runner.Compilation is { } set ? [.. set.Heads.SelectMany(head => head.Metrics)] : [];

    /// <summary>
    /// Texts that <see cref="Save"/> writes into the model's file and <see cref="Load"/> gives back: where the data came from, units, a
    /// version, a licence.
    /// </summary>
    /// <remarks>
    /// The library reads none of it. Change it while no other thread saves the model. Of a model in a model, what the outer one has is
    /// saved.
    /// </remarks>
    public IDictionary<string, string> Metadata => Extras.Metadata;

    /// <summary>
    /// Fitted scalers by name, e.g. <c>x</c> and <c>y</c>, that travel in the model's file; the model applies none of them by itself.
    /// </summary>
    /// <remarks>Change it while no other thread saves the model.</remarks>
    public IDictionary<string, FeatureScaler> Scalers => Extras.Scalers;

    /// <summary>
    /// Lists of texts by name that travel in the model's file: class labels in the order of the outputs, words in the order of their
    /// indices.
    /// </summary>
    /// <remarks>Change it while no other thread saves the model.</remarks>
    public IDictionary<string, IReadOnlyList<string>> Vocabularies => Extras.Vocabularies;

    internal ModelExtras Extras { get; set; } = new();

    /// <summary>
    /// Which engine shall run the model's batches. Forcing <see cref="EngineKind.Fused"/> where it can't run the model is an error at the
    /// next run.
    /// </summary>
    /// <value><see cref="EngineKind.Auto"/></value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no engine.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using the model.</exception>
    public EngineKind RequestedEngine
    {
        get => _runner.Requested;
        set
        {
            if (!Enum.IsDefined(value))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value), value, $"{value} is no engine: expected one of {string.Join(", ", Enum.GetNames<EngineKind>())}.");
            }
            using var change = Guard.Change(nameof(RequestedEngine));
            _runner.Requested = value;
        }
    }

    /// <summary>Which engine runs the model as it is now, and why.</summary>
    /// <exception cref="InvalidOperationException">The model is not built, or <see cref="RequestedEngine"/> forces an engine that can't run
    /// it.</exception>
    public EngineInfo Engine
    {
        get
        {
            using var lease = _runner.Enter("The choice of an engine");
            ThrowIfNotBuilt("choose an engine");
            _ = _runner.Ready();
            return _runner.Info;
        }
    }

    /// <summary>Which engine runs the model and why, or why the one that was asked for can't.</summary>
    internal string EngineText
    {
        get
        {
            try
            {
                return Engine.ToString();
            }
            catch (InvalidOperationException error)
            {
                return error.Message;
            }
        }
    }

    /// <summary>How many floats the fused engine takes at once; null for what suits the model and the machine.</summary>
    internal LaneWidth? ForcedWidth { get; set; }

    internal Compilation? Compilation => _runner.Compilation;

    /// <summary>Each layer with its output's shape; null where the model is not built.</summary>
    internal abstract IEnumerable<(Layer Layer, Shape? Output)> Outputs { get; }

    /// <summary>Each layer, with those of models inside, and its output's shape for an input's.</summary>
    internal abstract IEnumerable<(Layer Layer, Shape Output)> OutputsFor(Shape input);

    internal IReadOnlyList<IStateful> StatefulLayers => [.. modules().OfType<IStateful>().Where(layer => layer.Stateful)];

    /// <summary>The layer of a name (Keras's <c>get_layer</c>).</summary>
    /// <param name="name">The name, e.g. <c>lstm_1</c>, as <see cref="Summary(bool, bool)"/> shows it.</param>
    /// <returns>The layer; it stays the model's.</returns>
    /// <exception cref="ArgumentException">There is no such layer; the message lists those that there are.</exception>
    public Layer GetLayer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Layers.FirstOrDefault(layer => layer.Name == name) ?? throw new ArgumentException(
            $"{Title} has no layer '{name}'; it has "
                + $"{(Layers.Count == 0 ? "none" : string.Join(", ", Layers.Select(layer => layer.Name)))}.", nameof(name));
    }

    /// <summary>The layer at a place (Keras's <c>get_layer(index=...)</c>).</summary>
    /// <param name="index">The place, counted from 0.</param>
    /// <returns>The layer; it stays the model's.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such place.</exception>
    public Layer GetLayer(int index) => index >= 0 && index < Layers.Count ? Layers[index] : throw new ArgumentOutOfRangeException(
        nameof(index), index, string.Create(CultureInfo.InvariantCulture, $"{Title} has {Layers.Count} layers, so an index of one lies "
            + $"from 0 to {Layers.Count - 1}."));

    /// <summary>
    /// Sets the loss that training minimises and the optimiser (Keras's <c>compile</c>). Compiling again begins the optimiser anew; the
    /// weights stay.
    /// </summary>
    /// <param name="loss">The loss, e.g. <c>Loss.MeanSquaredError()</c>.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="metrics">What is reported beside the loss, e.g. <c>Metric.Accuracy()</c>.</param>
    /// <exception cref="ArgumentException">Two metrics have one name, or the optimiser clips in more than one way.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(Loss loss, Optimizer optimizer, params Metric[] metrics) => Compile(loss, optimizer, [], metrics);

    /// <summary>Compiles with metrics that sample weights weigh (Keras's <c>weighted_metrics</c>): each is Σ weight · value / Σ weight.
    /// </summary>
    /// <param name="loss">The loss, e.g. <c>Loss.MeanSquaredError()</c>.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="weightedMetrics">What <c>sampleWeight</c> and <c>classWeight</c> weigh; <c>weighted_</c> stands before a name that one
    /// of the others has.</param>
    /// <param name="metrics">What is reported beside it, all samples and steps alike.</param>
    /// <exception cref="ArgumentException">Two metrics have one name, or the optimiser clips in more than one way.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    /// <example><code>
    /// model.Compile(Loss.MeanSquaredError(), new Adam(), weightedMetrics: [Metric.MeanAbsoluteError()]);
    /// </code></example>
    public void Compile(Loss loss, Optimizer optimizer, IReadOnlyList<Metric> weightedMetrics, params Metric[] metrics)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(metrics);
        ArgumentNullException.ThrowIfNull(weightedMetrics);
        if (metrics.Contains(null!) || weightedMetrics.Contains(null!))
        {
            throw new ArgumentNullException(nameof(metrics), "One of the metrics is null.");
        }
        using var change = Guard.Change(nameof(Compile));
        ThrowIfDisposed();
        ThrowIfFitting(nameof(Compile));
        var head = new Head(loss, 1, [.. metrics, .. weightedMetrics], metrics.Length);
        _runner.Compile(new Compilation(OutputNames, [.. OutputNames.Select(_ => head)], optimizer));
    }

    /// <summary>Compiles with a loss of your own.</summary>
    /// <param name="loss">Target and output, of equal shapes, to a tensor whose mean is the loss: one value, or one for each sample or
    /// step.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="metrics">What is reported beside the loss.</param>
    /// <exception cref="ArgumentException">Two metrics have one name, or the optimiser clips in more than one way.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(Func<Tensor, Tensor, Tensor> loss, Optimizer optimizer, params Metric[] metrics) =>
        Compile(Training.Loss.Custom(loss), optimizer, metrics);

    /// <summary>Trains the model (Keras's <c>fit</c>); builds it first where it is not built.</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="epochs">The number of the last epoch, counted from 1; each trains on every sample once. <value>1</value></param>
    /// <param name="batchSize">The number of samples between two updates of the weights. A last short batch counts by its samples; a
    /// stateful model takes none, but fewer samples than one batch are one. <value>32</value></param>
    /// <param name="verbose">What is printed: 0 nothing, 1 a progress bar an epoch, 2 two lines an epoch; with 1 and 2 also
    /// <see cref="History.Warnings"/>, and where a fit ended early. <value>1</value></param>
    /// <param name="shuffle">Whether each epoch has its own random order of samples. A stateful model must not. <value>true</value></param>
    /// <param name="validationSplit">The share of samples, the last of the data before shuffling, that are measured after each epoch
    /// instead of trained on; windows of one series overlap, so that the two parts then share time steps. <value>0</value></param>
    /// <param name="validationData">Inputs and targets, and their weights if wanted, to measure after each epoch: <c>(x, y)</c> or <c>(x,
    /// y, sampleWeight)</c>; null: none.</param>
    /// <param name="callbacks">What else to do at the turns of the fit; null: nothing.</param>
    /// <param name="initialEpoch">The epoch to begin with, counted from 0, to continue an earlier fit. <value>0</value></param>
    /// <param name="sampleWeight">How much each sample counts in the loss (samples), or each time step (samples, time steps), each inner
    /// step, or each number of the output (its shape); null: 1. As in Keras the divisor stays their number. The samples of
    /// <paramref name="validationSplit"/> keep theirs.</param>
    /// <param name="classWeight">How much the samples or steps of a class count in the loss of training, for one-hot targets and class
    /// indices of any rank; classes that are not named: 1; null: 1 for all.</param>
    /// <param name="mask">Which time steps of x are there, booleans of (samples, time steps) or, for series of series, (samples, time
    /// steps, inner steps); null: all. See <see cref="Masking"/>, which makes one from a value.</param>
    /// <param name="lengths">The same for sequences that are padded behind: how many steps each sample has; null: all.</param>
    /// <param name="progress">Is told how far the fit is, ten times a second at most and once at the end; null: nobody.</param>
    /// <param name="output">Where <paramref name="verbose"/> prints; null: the console.</param>
    /// <param name="cancellationToken">Ends the fit after the batch that runs. That is no error: <c>Fit</c> returns the history of the
    /// epochs that ran to their end, and the model is as that batch left it.</param>
    /// <returns>Every metric of every epoch, and how the fit ended.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities, an argument is out of its range, or does not go with a stateful
    /// model. Nothing was trained.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another call is using it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed, or was while it was trained.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite, and there is no
    /// <see cref="TerminateOnNaN"/>.</exception>
    /// <remarks>
    /// A stateful model's state goes on from batch to batch and from epoch to epoch until <see cref="ResetStates"/>; validation leaves it
    /// alone.
    /// </remarks>
    public History Fit(
        TensorLike x,
        TensorLike y,
        int epochs = 1,
        int batchSize = 32,
        int verbose = 1,
        bool shuffle = true,
        double validationSplit = 0,
        ValidationData? validationData = null,
        IReadOnlyList<Callback>? callbacks = null,
        int initialEpoch = 0,
        TensorLike? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null,
        IProgress<FitReport>? progress = null,
        TextWriter? output = null,
        CancellationToken cancellationToken = default)
    {
        using var change = Guard.Change(nameof(Fit));
        return FitGiven(
            new GivenSamples(x, y, sampleWeight, mask, lengths),
            new FitSettings(
                epochs, batchSize, verbose, shuffle, initialEpoch, callbacks, progress, output, cancellationToken, validationSplit),
            validationData,
            classWeight);
    }

    /// <summary>Trains on one batch (Keras's <c>train_on_batch</c>); builds the model first where it is not built.</summary>
    /// <param name="x">The inputs, samples first.</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="sampleWeight">How much each sample, step or number counts in the loss, as in <c>Fit</c>; null: 1.</param>
    /// <param name="classWeight">How much the samples or steps of a class count in the loss; null: 1 for all.</param>
    /// <param name="mask">Which time steps of x are there, as in <c>Fit</c>; null: all.</param>
    /// <param name="lengths">How many of its first time steps each sample has; null: all.</param>
    /// <returns>The loss and the metrics by name, measured before the update.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled, or another call is using it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <exception cref="TrainingDivergedException">The loss became NaN or infinite.</exception>
    public IReadOnlyDictionary<string, double> TrainOnBatch(
        TensorLike x,
        TensorLike y,
        TensorLike? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null)
    {
        using var change = Guard.Change(nameof(TrainOnBatch));
        return TrainGiven(new GivenSamples(x, y, sampleWeight, mask, lengths), classWeight);
    }

    /// <summary>Measures the model without training it (Keras's <c>evaluate</c>).</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="y">The targets, of the output's shape; class indices for a sparse loss.</param>
    /// <param name="batchSize">The number of samples that are run together; null: at least 32, or for a stateful model the number that its
    /// state is for.</param>
    /// <param name="carryState">For a stateful model: false begins with zeros, carries the state from batch to batch, and leaves the
    /// model's own as it was; true goes on from the model's state and advances it, as Keras does. <value>false</value></param>
    /// <param name="sampleWeight">How much each sample, step or number counts in the loss, as in <c>Fit</c>; null: 1.</param>
    /// <param name="mask">Which time steps of x are there, as in <c>Fit</c>; null: all.</param>
    /// <param name="lengths">How many of its first time steps each sample has; null: all.</param>
    /// <returns>The loss and the metrics by name.</returns>
    /// <exception cref="ShapeMismatchException">x or y do not fit the model or each other.</exception>
    /// <exception cref="ArgumentException">Data has NaN or infinities, or the batch size is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is not compiled or not built, or another thread is changing it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public IReadOnlyDictionary<string, double> Evaluate(
        TensorLike x,
        TensorLike y,
        int? batchSize = null,
        bool carryState = false,
        TensorLike? sampleWeight = null,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null)
    {
        using var lease = _runner.Enter(nameof(Evaluate));
        return EvaluateGiven(new GivenSamples(x, y, sampleWeight, mask, lengths), batchSize, carryState);
    }

    /// <summary>The outputs for some inputs (Keras's <c>predict</c>).</summary>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="batchSize">The number of samples that are run together; null: at least 32, or for a stateful model the number that its
    /// state is for.</param>
    /// <param name="carryState">For a stateful model: false begins with zeros, carries the state from batch to batch, and leaves the
    /// model's own as it was, so that predicting twice gives the same; true goes on from the model's state and advances it, as Keras does.
    /// <value>false</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value>
    /// </param>
    /// <param name="mask">Which time steps of x are there, as in <c>Fit</c>; null: all.</param>
    /// <param name="lengths">How many of its first time steps each sample has; null: all.</param>
    /// <returns>The outputs, samples first, without gradient; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">x does not fit the model.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, which are not allowed, or the batch size is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread is changing it.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public Tensor Predict(
        TensorLike x,
        int? batchSize = null,
        bool carryState = false,
        bool allowNonFinite = false,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null)
    {
        using var lease = _runner.Enter(nameof(Predict));
        ThrowIfEmpty();
        using var alias = x.Alias();
        if (mask is null && lengths is null && !carryState && _runner.TryPlain(alias ?? x, batchSize, allowNonFinite, out var plain))
        {
            var output = empty([plain.Samples, .. plain.Output]);
            _runner.Predict(plain, MemoryMarshal.Cast<byte, float>(output.bytes));
            return output;
        }
        ThrowIfShapeless("predict");
        var given = new GivenSamples(x, mask: mask, lengths: lengths, allowNonFinite: allowNonFinite);
        if (OutputNames.Count > 1)
        {
            throw new InvalidOperationException(
                $"{Title} has the outputs {string.Join(", ", OutputNames)}, and this call returns one. Call Predict with a list of arrays, "
                    + "Predict([x]), or a dictionary by the inputs' names.");
        }
        return PredictGiven(given, batchSize, carryState)[0];
    }

    /// <summary>
    /// The outputs as a .NET array, e.g. <c>model.Predict&lt;float[,,]&gt;(x)</c>; otherwise as
    /// <see cref="Predict(TensorLike, int?, bool, bool, TensorLike?, IReadOnlyList{int})"/>.
    /// </summary>
    /// <typeparam name="TArray">The array's type: <c>float[,]</c> for (samples, units), <c>float[,,]</c> for (samples, time steps,
    /// units).</typeparam>
    /// <param name="x">The inputs, samples first: (samples, time steps, features).</param>
    /// <param name="batchSize">The number of samples that are run together; null: 32, or for a stateful model the number that its state is
    /// for.</param>
    /// <param name="carryState">Whether a stateful model goes on from its own state and advances it. <value>false</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value>
    /// </param>
    /// <param name="mask">Which time steps of x are there, as in <c>Fit</c>; null: all.</param>
    /// <param name="lengths">How many of its first time steps each sample has; null: all.</param>
    /// <returns>The outputs, samples first.</returns>
    /// <exception cref="ArgumentException">The output is no such array; otherwise as the other overload.</exception>
    public TArray Predict<TArray>(
        TensorLike x,
        int? batchSize = null,
        bool carryState = false,
        bool allowNonFinite = false,
        TensorLike? mask = null,
        IReadOnlyList<int>? lengths = null)
        where TArray : class
    {
        if (mask is null && lengths is null && !carryState && PredictPlain<TArray>(x, batchSize, allowNonFinite) is { } floats)
        {
            return floats;
        }
        using var output = Predict(x, batchSize, carryState, allowNonFinite, mask, lengths);
        var array = NetArrays.FromTensor(output);
        return array as TArray ?? throw new ArgumentException(
            $"The prediction of shape {Shape.Of(output)} is a {ArrayElements.TypeName(array.GetType())}, not a "
                + $"{ArrayElements.TypeName(typeof(TArray))}. Call Predict<{ArrayElements.TypeName(array.GetType())}>.");
    }

    // From where the numbers lie to the array; null where they can't be read there, or the output has other axes.
    private TArray? PredictPlain<TArray>(TensorLike x, int? batchSize, bool allowNonFinite)
        where TArray : class
    {
        if (typeof(TArray) != typeof(float[,]) && typeof(TArray) != typeof(float[,,]))
        {
            return null;
        }
        using var lease = _runner.Enter(nameof(Predict));
        ThrowIfEmpty();
        using var alias = x.Alias();
        if (!_runner.TryPlain(alias ?? x, batchSize, allowNonFinite, out var plain)
            || plain.Output.Length + 1 != typeof(TArray).GetArrayRank())
        {
            return null;
        }
        Array outputs = plain.Output is [var steps, var units]
            ? new float[plain.Samples, steps, units]
            : new float[plain.Samples, plain.Output[0]];
        _runner.Predict(plain, MemoryMarshal.Cast<byte, float>(
            MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(outputs), outputs.Length * sizeof(float))));
        return (TArray)(object)outputs;
    }

    /// <summary>
    /// The outputs for inputs in .NET memory, into .NET memory (Keras's <c>predict_on_batch</c>): for many small predictions. On the fused
    /// engine nothing is allocated once a shape was seen.
    /// </summary>
    /// <param name="x">The inputs, samples · time steps · features numbers, or samples · features, or samples · time steps indices where
    /// the first layer is an Embedding; one sample after the other.</param>
    /// <param name="y">Receives the outputs, one sample after the other: the numbers of the model's output shape.</param>
    /// <param name="samples">How many samples; all are run together. <value>1</value></param>
    /// <param name="lengths">How many of its first time steps each sample has; the others are masked. Empty: all of them.
    /// <value>default</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sample's row. <value>false</value></param>
    /// <exception cref="ShapeMismatchException">x is not that many samples, y has not the output's length, or there are not as many lengths
    /// as samples.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities, which are not allowed, the message has the place; or a length is
    /// negative or longer than x.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, a layer can't leave masked time steps out, or another thread is
    /// changing the model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Predict(
        ReadOnlySpan<float> x, Span<float> y, int samples = 1, ReadOnlySpan<int> lengths = default, bool allowNonFinite = false)
    {
        using var lease = _runner.Enter(nameof(Predict));
        ThrowIfEmpty();
        ThrowIfNotBuilt("predict");
        ModelData.AtLeastOne(samples, nameof(samples));
        _runner.Predict(x, y, samples, lengths, allowNonFinite);
    }

    /// <summary>Predicts further than the model looks: its own predictions slide into the window, one a step.</summary>
    /// <param name="window">The last known steps, (samples, time steps, features), as many as the model was trained on.</param>
    /// <param name="steps">How many steps to predict.</param>
    /// <returns>The predictions, (samples, steps, features); the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">The window does not fit the model, or the model does not predict a next step of as many
    /// features.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or stateful.</exception>
    /// <exception cref="InsufficientMemoryException">Memory can't hold so many steps.</exception>
    /// <remarks>
    /// The model must map a window to the step after it: output (samples, features), or (samples, time steps, features), whose last step is
    /// then the next. Errors feed on themselves: the further, the less certain.
    /// <code>
    /// [x1 x2 x3] → p4    [x2 x3 p4] → p5    [x3 p4 p5] → p6
    /// </code>
    /// </remarks>
    public Tensor Forecast(TensorLike window, int steps)
    {
        using var lease = _runner.Enter(nameof(Forecast));
        ThrowIfNotBuilt("forecast");
        return SlidingForecast.Run(this, window, steps);
    }

    /// <summary>Opens a stream that runs the model one time step at a time, with a state of its own that begins with zeros.</summary>
    /// <param name="batch">How many sequences run beside each other. <value>1</value></param>
    /// <param name="allowNonFinite">Whether NaN and infinities are computed with; they stay in their sequence and its state.
    /// <value>false</value></param>
    /// <returns>The stream; the caller disposes it.</returns>
    /// <exception cref="InvalidOperationException">The model is not built or takes no time steps, or a layer needs later steps; the message
    /// names it and says why.</exception>
    /// <exception cref="ArgumentOutOfRangeException">batch is below 1.</exception>
    public ModelStepper OpenStream(int batch = 1, bool allowNonFinite = false)
    {
        using var use = Guard.Read(nameof(OpenStream));
        ThrowIfNotBuilt("be streamed");
        ModelData.AtLeastOne(batch, nameof(batch));
        return ModelStepper.Open(this, batch, allowNonFinite);
    }

    /// <summary>Forgets the state that stateful layers carry from batch to batch (Keras's <c>reset_states</c>).</summary>
    public void ResetStates()
    {
        using var change = Guard.Change(nameof(ResetStates));
        ThrowIfDisposed();
        foreach (var layer in StatefulLayers)
        {
            layer.PutState(null);
        }
    }

    /// <summary>The model as a table: each layer with its output shape and parameters, then the totals, as Keras 2 prints it.</summary>
    /// <param name="withFormulas">Whether a column says how each layer's parameters are counted, and a last line which engine runs the
    /// model and why. <value>false</value></param>
    /// <param name="fullNames">Whether long names and shapes are written whole, in columns as wide as they need; else cut, as Keras 2
    /// does. <value>false</value></param>
    /// <returns>The text, 65 characters wide without formulas and full names. Where the model is not built the shapes are unknown and it says so.
    /// </returns>
    public string Summary(bool withFormulas = false, bool fullNames = false)
    {
        using var lease = _runner.Enter(nameof(Summary));
        return ModelSummary.Of(this, withFormulas, fullNames);
    }

    /// <summary>Writes what <see cref="Summary(bool, bool)"/> returns, and ends the line.</summary>
    /// <param name="writer">Where to, e.g. <c>Console.Out</c>.</param>
    /// <param name="withFormulas">Whether a column says how each layer's parameters are counted, and a last line which engine runs the
    /// model and why. <value>false</value></param>
    /// <param name="fullNames">Whether long names and shapes are written whole, in columns as wide as they need; else cut, as Keras 2
    /// does. <value>false</value></param>
    public void Summary(TextWriter writer, bool withFormulas = false, bool fullNames = false)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(Summary(withFormulas, fullNames));
    }

    /// <summary>
    /// Writes a picture of the model as SVG: each layer with its output shape and parameters (Keras's <c>plot_model</c>), and beside it the
    /// framing: which inputs, at which time steps, lead to which outputs. A graph is drawn as one: a box for each use of a layer.
    /// </summary>
    /// <param name="path">The file to write, which ends in <c>.svg</c>, e.g. <c>model.svg</c>; a missing folder is made, and a file that
    /// is there is replaced when the new one is complete.
    /// </param>
    /// <exception cref="InvalidOperationException">The model is not built, so that its shapes are not known.</exception>
    /// <exception cref="ArgumentException">The path is empty or ends in anything else; nothing was written.</exception>
    /// <exception cref="IOException">The path is a folder, or writing failed; a file that was there is as it was.</exception>
    /// <remarks>
    /// Of more than five time steps the first three and the last are drawn. A layer that is drawn as one bar may use every step for every
    /// output. The file needs nothing else, and follows the light or dark colours of what shows it.
    /// </remarks>
    public void SaveDiagram(string path)
    {
        using var use = Guard.Read(nameof(SaveDiagram));
        ThrowIfDisposed();
        ThrowIfEmpty();
        ThrowIfNotBuilt("be drawn");
        SvgFile.Write(path, Drawn);
    }

    /// <summary>
    /// Saves the whole model (Keras's <c>save</c>): layers, weights, what Compile set, what the optimiser learned on the way, the states
    /// that stateful layers carry, and where its random numbers stand. After <see cref="Load"/> training goes on exactly where it stopped.
    /// The file is a safetensors file, whose weights are those of <see cref="SaveWeights"/>.
    /// </summary>
    /// <param name="path">The file; a missing folder is made. An old file is replaced as a whole: a process that is killed on the way leaves
    /// the old one or the new one.</param>
    /// <exception cref="ArgumentException">The path is empty, or promises another format, such as <c>.h5</c>.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, a weight is NaN or infinite, or a file can't hold a part of it:
    /// a TorchSharp module, a loss, a metric or a TorchSharp optimiser of your own, whose code it would need (use
    /// <see cref="SaveWeights"/>); or another thread trains it.</exception>
    /// <exception cref="IOException">The folder can't be made, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    /// <remarks>
    /// Hooks and <see cref="Engine"/>'s choice are found anew. Where the model is on another device, it comes back on the CPU.
    /// </remarks>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileName.Check(path, "Save writes a safetensors file", ".safetensors");
        using var lease = _runner.Enter(nameof(Save)); // a prediction has the carried states for itself until it gives them back
        ThrowIfNotBuilt("be saved");
        ThrowIfPartDisposed();
        ModelFile.Save(this, path);
    }

    /// <summary>Loads a model that <see cref="Save"/> wrote (Keras's <c>load_model</c>), on the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model, built, and compiled if it was; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or of a version that this library does not
    /// read.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static Model Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = SafetensorsFile.Open(path);
        return ModelFile.Load(file);
    }

    private protected static TModel Loaded<TModel>(string path)
        where TModel : Model
    {
        var model = Load(path);
        if (model is TModel wanted)
        {
            return wanted;
        }
        using (model)
        {
            throw new InvalidDataException(
                $"{path} has a {model.GetType().Name}, not a {typeof(TModel).Name}. "
                    + $"Load it with {model.GetType().Name}.Load, or Model.Load.");
        }
    }

    /// <summary>
    /// Saves the weights alone, as a plain safetensors file that Python's safetensors reads too (Keras's <c>save_weights</c>). The names
    /// are the layers' with Keras's names of their weights behind, e.g. <c>lstm_1.kernel</c>, the layouts those of
    /// <see cref="Layer.GetWeights"/>; a TorchSharp module's parameters and buffers come under its own names.
    /// </summary>
    /// <param name="path">The file; a missing folder is made. An old file is replaced as a whole: a process that is killed on the way leaves
    /// the old one or the new one.</param>
    /// <exception cref="ArgumentException">The path is empty, or promises another format, such as <c>.h5</c>.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, two weights have one name, a weight has a type that is not
    /// written or is NaN or infinite, or another thread trains the model.</exception>
    /// <exception cref="IOException">The folder can't be made, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileName.Check(path, "SaveWeights writes a safetensors file", ".safetensors");
        using var use = Guard.Read(nameof(SaveWeights));
        ThrowIfNotBuilt("save them");
        WeightFile.Save(this, path);
    }

    /// <summary>
    /// Loads weights that <see cref="SaveWeights"/>, <see cref="Save"/> or another safetensors library wrote (Keras's <c>load_weights</c>);
    /// all or none. Carried states are forgotten.
    /// </summary>
    /// <param name="path">The file, whose names and shapes must be those that <see cref="SaveWeights"/> writes for this model. Numbers of
    /// another floating-point type are converted.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread uses it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind, or does not fit: the message lists every weight that
    /// is missing, unexpected or misshapen, or names the first number that is NaN or infinite. Nothing was changed.</exception>
    /// <exception cref="IOException">Reading failed. Nothing was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public void LoadWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var change = Guard.Change(nameof(LoadWeights));
        ThrowIfNotBuilt("load them");
        using var file = SafetensorsFile.Open(path);
        WeightFile.Load(this, file);
        ResetStates();
    }

    /// <summary>Throws what <see cref="Save"/> would throw where a part is the user's own code, which no file can hold.</summary>
    internal void CheckSavable() => ModelFile.Check(this);

    internal override IReadOnlyList<LayerWeight> Weights =>
        [.. Layers.SelectMany(layer => layer.Weights.Select(weight => weight with { Name = $"{layer.Name}/{weight.Name}" }))];

    // The layers give the outputs their masks.
    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    private protected abstract string Drawn();

    internal virtual IReadOnlyList<Shape> InputShapes => [InputShape!];

    /// <summary>The fused engine's plan for the model as it is; null, and what stands in its way, where there is none.</summary>
    internal FusedPlan? PlanFused(Compilation? compilation, out string? obstacle)
    {
        ThrowIfNotBuilt("be run");
        return FusedPlan.TryCreate(this, FlatLayers, () => FlatCount, InputShapes, compilation, out obstacle, ForcedWidth);
    }

    /// <summary>The layers that are no models; those of a model among them take its place.</summary>
    internal IReadOnlyList<Layer> FlatLayers => [.. Layers.SelectMany(layer => layer is Model inner ? inner.FlatLayers : [layer])];

    internal int FlatCount
    {
        get
        {
            // Asked at every step of a stream: an enumerator would be allocated.
            var count = 0;
            for (var i = 0; i < Layers.Count; i++)
            {
                count += Layers[i] is Model inner ? inner.FlatCount : 1;
            }
            return count;
        }
    }

    /// <summary>The first layer whose output for these inputs has a value that is NaN or infinite; null where none has.</summary>
    internal abstract Layer? FirstNotFinite(Tensor[] inputs);

    /// <summary>Whether a step may be masked where nobody says so with the data.</summary>
    internal bool MayMask(bool isGiven) =>
        isGiven || modules().Any(module => module is Masking or Embedding { MaskZero: true });

    /// <summary>Which steps of an output count; null: all. In the caller's dispose scope.</summary>
    internal Tensor? FindOutputMask(Tensor[] inputs, Tensor?[] masks, int output) => _runner.OutputMask(inputs, masks, output);

    /// <summary>The names of the inputs, in their order, by which data may be given; of a SequentialModel Keras's, e.g.
    /// <c>lstm_1_input</c>.</summary>
    public virtual IReadOnlyList<string> InputNames => [$"{(Layers.Count == 0 ? Name : Layers[0].Name)}_input"];

    /// <summary>The names of the outputs, in their order: of the layers that make them.</summary>
    public virtual IReadOnlyList<string> OutputNames => [Layers.Count == 0 ? Name : Layers[^1].Name];

    internal virtual Layer MakerOf(int output) => this;

    /// <summary>Runs layers in evaluation mode, with zero states, while no prediction runs.</summary>
    internal T Inferring<T>(string what, Func<T> run)
    {
        using var lease = _runner.Enter(what);
        return _runner.Inferring(null, run);
    }

    internal (ScalarType Type, Device Device) NumberType()
    {
        var like = Nesting.Parameters(this).FirstOrDefault();
        return (like?.dtype ?? ScalarType.Float32, like?.device ?? CPU);
    }

    /// <summary>A copy of where the optimiser stands; null before training began. The caller disposes it.</summary>
    internal OptimizerProgress? ExportProgress() => _runner.ExportProgress();

    internal void GoOnFrom(OptimizerProgress? state) => _runner.GoOnFrom(state);

    /// <summary>Forgets what was of the layers that there were: the engine, and what the optimiser learned.</summary>
    private protected void ForgetEngine() => _runner.BeginAnew();

    /// <summary>Checks data of any number of samples: it comes in batches.</summary>
    internal virtual void CheckSamples(IReadOnlyList<Shape> inputShapes) => CheckInput(inputShapes[0], InputShape!.With(0, null));

    internal void CheckLayers()
    {
        Layer? none = null;
        CheckWeights(ref none);
    }

    internal void ThrowIfPartDisposed()
    {
        // Asked at every step of a stream: an enumerator would be allocated.
        for (var i = 0; i < Layers.Count; i++)
        {
            ObjectDisposedException.ThrowIf(Layers[i].IsDisposed, Layers[i]);
        }
    }

    // A fit is of the layers, the loss and the optimiser that it began with.
    private protected void ThrowIfFitting(string what)
    {
        if (_runner.FitType is not null)
        {
            throw new InvalidOperationException(
                $"{what} can't run inside Fit, where a callback called it. Stop the fit with progress.Stop(), and call it when Fit has "
                    + $"returned.");
        }
    }

    private protected void ThrowIfEmpty()
    {
        if (Layers.Count == 0)
        {
            throw new InvalidOperationException("The model has no layers. Give some to its constructor, or Add them.");
        }
    }

    internal void Compile(Compilation compilation) => _runner.Compile(compilation);

    /// <summary>Why a model from another library's file is not compiled as it was there; null: it was not, or is.</summary>
    internal string? WhyUncompiled { get; set; }

    private Compilation Compiled(string purpose)
    {
        ThrowIfDisposed();
        ThrowIfEmpty();
        return Compilation ?? throw new InvalidOperationException(
            $"The model must be compiled before {purpose}. {(WhyUncompiled is null ? "" : $"{WhyUncompiled} ")}Call Compile with a loss and "
                + $"an optimiser, e.g. model.Compile(Loss.MeanSquaredError(), new Adam()).");
    }

    private protected override void CheckInput(Shape inputShape) => CheckInput(inputShape, InputShape!);

    private void CheckInput(Shape inputShape, Shape built)
    {
        if (!built.Accepts(inputShape))
        {
            var advice = inputShape.Rank == built.Rank
                ? "Give it samples of that shape, or build it with -1 where a length may vary."
                : Advice(inputShape, built);
            throw new ShapeMismatchException(
                $"The model was built for input of shape {built} but received {inputShape}. "
                    + $"{advice}", built.ToString(), inputShape.ToString());
        }
    }

    private string Advice(Shape given, Shape built)
    {
        if (IndexReader is not null)
        {
            return $"Its Embedding reads whole numbers, an index for each place of {built}: give them without an axis of features.";
        }
        return built.Rank switch
        {
            2 when given.Rank == 3 && given.Last == built.Last =>
                $"It reads one vector of {built.Last} features a sample: give single steps as (samples, {built.Last}), an array with "
                    + $"Arrays.Reshape<float[,]>(x, -1, {built.Last}), or make the model anew and build it with Build(-1, {built.Last}).",
            2 => $"Give it (samples, {built.Last}), an array with Arrays.Reshape<float[,]>(x, -1, {built.Last}).",
            3 when given.Rank < 3 =>
                $"Reshape the input to (samples, time steps, features), an array with Arrays.Reshape<float[,,]>({Lengths(built)}).",
            _ => $"Reshape the input to {built}, whose first axis is the samples.",
        };
    }

    private static string Lengths(Shape built) =>
        string.Create(CultureInfo.InvariantCulture, $"x, -1, {built[1]?.ToString(CultureInfo.InvariantCulture) ?? "steps"}, {built[2]}");

    private protected override (string Save, string Load) FileCalls =>
        ("Write model.Save(path), or model.SaveWeights(path) for the weights alone",
            "Write SequentialModel.Load(path) for what Save wrote, or model.LoadWeights(path) for weights alone");

    private protected override void AfterLoad() => ResetStates();

    private protected override bool FinishesACall => _runner.IsUsedHere || Guard.IsChangedHere;

    private protected override void ReleaseOwn() => _runner.BeginAnew();
}
