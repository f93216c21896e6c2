using System.Globalization;
using EchoLstm.Engines;
using EchoLstm.Engines.Fused;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Pictures;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>
/// Layers one after another, with Keras's way of building, training and running them (Keras's <c>Sequential</c>):
/// <c>Compile</c>, <c>Fit</c>, <c>Evaluate</c>, <c>Predict</c>, <c>Summary</c>.
/// </summary>
/// <remarks>
/// The model is a layer and a TorchSharp module itself: it can be called, saved with <see cref="Save"/> or TorchSharp's <c>save</c>, put into another model, or
/// wrapped in <see cref="TimeDistributed"/>. It owns its layers and disposes them. Data has the samples as its first axis,
/// (samples, time steps, features) for recurrent layers. Any number of threads may predict, evaluate and stream at once; what changes the model (Fit, Compile,
/// SetWeights, ...) must run alone and is refused otherwise. Disposing frees a model when the last call that runs has returned.
/// </remarks>
/// <example><code>
/// using var model = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
/// model.Compile(Loss.MeanSquaredError(), new Adam());
/// model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 2);
/// using var prediction = model.Predict(x);
/// </code></example>
public sealed partial class SequentialModel : Layer, ISavable
{
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, int> _names = [];

    // The engine has one set of buffers, so predictions and evaluations take turns.
    private readonly Lock _turns = new();
    private SeededRandom? _random;
    private Compilation? _compilation;
    private Engine? _engine;
    private EngineInfo? _engineInfo;
    private ScalarType? _fitType; // of the data of the fit that runs
    private int _fits; // how many run, one inside the other's callback
    private OptimizerProgress? _progress; // what the next engine's optimiser goes on from

    /// <summary>Creates a model of these layers; more come with <see cref="Add"/>.</summary>
    /// <param name="layers">The layers, first to last: EchoLstm's or any TorchSharp modules; they belong to the model from now on.</param>
    /// <exception cref="ArgumentException">A layer is given twice, or two have one name.</exception>
    public SequentialModel(params nn.Module<Tensor, Tensor>[] layers)
        : base(new SequentialSettings { Layers = [] })
    {
        ArgumentNullException.ThrowIfNull(layers);
        ShareGate(new UseGate("model"));
        foreach (var layer in layers)
        {
            Add(layer);
        }
    }

    /// <summary>The layers, first to last. A TorchSharp module that is no <see cref="Layer"/> appears inside one.</summary>
    public IReadOnlyList<Layer> Layers => _layers;

    /// <summary>Which engine shall run the model's batches. Forcing <see cref="EngineKind.Fused"/> where it can't run the model is an error at the next run.</summary>
    /// <value><see cref="EngineKind.Auto"/></value>
    /// <exception cref="ArgumentOutOfRangeException">The value is no engine.</exception>
    /// <exception cref="InvalidOperationException">Another thread is using the model.</exception>
    public EngineKind RequestedEngine
    {
        get;
        set
        {
            if (!Enum.IsDefined(value))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, $"{value} is no engine: expected one of {string.Join(", ", Enum.GetNames<EngineKind>())}.");
            }
            using var change = Gate.Change(nameof(RequestedEngine));
            field = value;
        }
    }

    /// <summary>How many floats the fused engine takes at once; null for what suits the model and the machine.</summary>
    internal LaneWidth? ForcedWidth { get; set; }

    /// <summary>Which engine runs the model as it is now, and why.</summary>
    /// <exception cref="InvalidOperationException">The model is not built, or <see cref="RequestedEngine"/> forces an engine that can't run it.</exception>
    public EngineInfo Engine
    {
        get
        {
            using var turn = new Turn(this, "The choice of an engine");
            ThrowIfNotBuilt("choose an engine");
            _ = Runner();
            return _engineInfo!;
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

    internal override IReadOnlyList<LayerWeight> Weights =>
        [.. _layers.SelectMany(layer => layer.Weights.Select(weight => weight with { Name = $"{layer.Name}/{weight.Name}" }))];

    internal override IReadOnlyList<LayerWeight> StoredWeights =>
        [.. _layers.SelectMany(layer => layer.StoredWeights.Select(weight => weight with { Name = $"{layer.Name}/{weight.Name}" }))];

    // Each layer checks what comes to it.
    internal override void CheckTensor(Tensor tensor, string name, Layer owner) => _layers.FirstOrDefault()?.CheckTensor(tensor, name, owner);

    internal override Embedding? IndexReader => _layers.FirstOrDefault()?.IndexReader;

    internal override bool? EndsIn(Activation activation) => _layers.LastOrDefault()?.EndsIn(activation);

    internal override SeededRandom? Generator
    {
        get => _random;
        set => _random = value;
    }

    /// <summary>What Compile set; null before.</summary>
    internal new Compilation? Settings => _compilation;

    private IReadOnlyList<IStateful> StatefulLayers => [.. modules().OfType<IStateful>().Where(layer => layer.Stateful)];

    // The last layer gives its output the mask.
    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    /// <summary>Adds a layer behind the last. In a model that is built, the new layer is built at once.</summary>
    /// <param name="layer">An EchoLstm layer, a model, or any TorchSharp module; it belongs to the model from now on.</param>
    /// <exception cref="ArgumentException">The layer is in the model already, or its name is, or it contains the model, or has too many layers inside each other.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    /// <exception cref="ShapeMismatchException">The model is built and the layer can't take its output.</exception>
    public void Add(nn.Module<Tensor, Tensor> layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        using var change = Gate.Change(nameof(Add));
        ThrowIfDisposed();
        ThrowIfFitting(nameof(Add));
        if (ReferenceEquals(layer, this) || Nesting.AllOf(layer).Contains(this))
        {
            throw new ArgumentException($"{Title} can't be a part of itself: {(ReferenceEquals(layer, this) ? "it was added to itself" : $"the {layer.GetName()} that was added contains it")}. Make a second model.", nameof(layer));
        }
        Nesting.Check(layer, Title, nameof(layer));
        if (Nesting.AllOf(this).Contains(layer))
        {
            throw new ArgumentException($"The layer {layer.GetName()} is in the model already. Make a second one; to share weights, write a TorchSharp module that calls the layer twice.", nameof(layer));
        }
        var added = layer as Layer ?? new ModuleLayer(layer);
        if (IsBuilt)
        {
            added.Build(OutputShape(InputShape!), _random);
        }
        NameInModel(added);
        register_module(added.Name, added);
        added.ShareGate(Gate);
        _layers.Add(added);
        _lengths.Clear();
        // The engine knows the layers that were there when it began, and so does the optimiser.
        _engine?.Dispose();
        _engine = null;
        GoOnFrom(null);
    }

    /// <summary>Makes all weights for samples of a shape. Fit builds the model by itself.</summary>
    /// <param name="inputShape">The shape of one sample, without the samples axis (Keras's <c>input_shape</c>): (time steps, features), e.g. <c>Build(5, 1)</c>; -1 for a length that may vary.</param>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it, or the model was built for another shape.</exception>
    /// <exception cref="InsufficientMemoryException">A layer's weights would not fit in memory.</exception>
    public void Build(params long[] inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        Build(new Shape([null, .. inputShape.Select(length => length == -1 ? null : (long?)length)]));
    }

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ThrowIfEmpty();
        return _layers.Aggregate(inputShape, (shape, layer) => layer.OutputShape(shape));
    }

    /// <summary>Sets what training makes small and how (Keras's <c>compile</c>). Compiling again begins the optimiser anew; the weights stay.</summary>
    /// <param name="loss">The loss, e.g. <c>Loss.MeanSquaredError()</c>.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="metrics">What is reported beside the loss, e.g. <c>Metric.Accuracy()</c>.</param>
    /// <exception cref="ArgumentException">Two metrics have one name, or the optimiser clips in more than one way.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(Loss loss, Optimizer optimizer, params Metric[] metrics)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(metrics);
        if (metrics.Contains(null!))
        {
            throw new ArgumentNullException(nameof(metrics), "One of the metrics is null.");
        }
        using var change = Gate.Change(nameof(Compile));
        ThrowIfDisposed();
        ThrowIfFitting(nameof(Compile));
        _compilation = new Compilation(loss, optimizer, [.. metrics]);
        _engine?.Dispose();
        _engine = null;
        GoOnFrom(null);
    }

    /// <summary>Compiles with a loss of your own.</summary>
    /// <param name="loss">Target and output, of equal shapes, to a tensor whose mean is the loss: one number, or one for each sample or step.</param>
    /// <param name="optimizer">The optimiser, e.g. <c>new Adam()</c>.</param>
    /// <param name="metrics">What is reported beside the loss.</param>
    /// <exception cref="ArgumentException">Two metrics have one name, or the optimiser clips in more than one way.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    public void Compile(Func<Tensor, Tensor, Tensor> loss, Optimizer optimizer, params Metric[] metrics) =>
        Compile(Loss.Custom(loss), optimizer, metrics);

    /// <summary>Forgets the state that stateful layers carry from batch to batch (Keras's <c>reset_states</c>).</summary>
    public void ResetStates()
    {
        using var change = Gate.Change(nameof(ResetStates));
        ThrowIfDisposed();
        foreach (var layer in StatefulLayers)
        {
            layer.PutState(null);
        }
    }

    /// <summary>The model as a table: each layer with its output shape and parameters, then the totals, as Keras 2 prints it.</summary>
    /// <param name="withFormulas">Whether a column says how each layer's parameters are counted, and a last line which engine runs the model and why. <value>false</value></param>
    /// <returns>The text, 65 characters wide without formulas. Where the model is not built the shapes are unknown and it says so.</returns>
    public string Summary(bool withFormulas = false)
    {
        using var turn = new Turn(this, nameof(Summary));
        ThrowIfDisposed();
        return ModelSummary.Of(this, withFormulas);
    }

    /// <summary>Writes what <see cref="Summary(bool)"/> returns, and ends the line.</summary>
    /// <param name="writer">Where to, e.g. <c>Console.Out</c>.</param>
    /// <param name="withFormulas">Whether a column says how each layer's parameters are counted, and a last line which engine runs the model and why. <value>false</value></param>
    public void Summary(TextWriter writer, bool withFormulas = false)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteLine(Summary(withFormulas));
    }

    /// <summary>
    /// Writes a picture of the model as SVG: each layer with its output shape and parameters (Keras's <c>plot_model</c>), and beside it the
    /// framing: which inputs, at which time steps, lead to which outputs.
    /// </summary>
    /// <param name="path">
    /// The file to write, which ends in <c>.svg</c>, e.g. <c>model.svg</c>; a missing folder is made, and a file that is there is replaced when
    /// the new one is complete.
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
        using var use = Gate.Read(nameof(SaveDiagram));
        ThrowIfDisposed();
        ThrowIfEmpty();
        ThrowIfNotBuilt("be drawn");
        SvgFile.Write(path, () => ModelDiagram.Draw(this));
    }

    private protected override void AfterLoad() => ResetStates();

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        _random = random;
        var shape = inputShape;
        foreach (var layer in _layers)
        {
            layer.Build(shape, random);
            shape = layer.OutputShape(shape);
        }
    }

    private protected override void CheckInput(Shape inputShape) => CheckInput(inputShape, InputShape!);

    /// <summary>Checks data of any number of samples: it comes in batches.</summary>
    private void CheckSample(Shape inputShape) => CheckInput(inputShape, InputShape!.With(0, null));

    private static void CheckInput(Shape inputShape, Shape built)
    {
        if (!built.Accepts(inputShape))
        {
            throw new ShapeMismatchException(
                $"The model was built for input of shape {built} but received {inputShape}. {(inputShape.Rank == built.Rank ? "Give it samples of that shape, or build it with -1 where a length may vary." : "Reshape the input to (samples, time steps, features).")}",
                built.ToString(),
                inputShape.ToString());
        }
    }

    private protected override LayerSettings Whole(LayerSettings own) =>
        (SequentialSettings)own with { Layers = [.. _layers.Select(layer => layer.Settings)], RequestedEngine = RequestedEngine };

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        // Intermediate results live until the end: their masks travel with them.
        using var scope = NewDisposeScope();
        var x = input;
        foreach (var layer in _layers)
        {
            x = layer.call(x);
        }
        if (StepMasks.Of(x) is { } final && !ReferenceEquals(final, mask))
        {
            final.MoveToOuterDisposeScope();
        }
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Adds a layer that comes from a file; a name that the model would give is given by it, so that later layers are counted on.</summary>
    internal void AddLoaded(Layer layer)
    {
        if (layer.HasGivenName && layer.Name == NumberedName(layer))
        {
            _names[layer.DefaultName] = _names.GetValueOrDefault(layer.DefaultName) + 1;
        }
        Add(layer);
    }

    /// <summary>The type and device that the model computes with: its first parameter's.</summary>
    internal (ScalarType Type, Device Device) NumberType()
    {
        var like = parameters().FirstOrDefault();
        return (like?.dtype ?? ScalarType.Float32, like?.device ?? CPU);
    }

    private string NumberedName(Layer layer) =>
        string.Create(CultureInfo.InvariantCulture, $"{layer.DefaultName}_{_names.GetValueOrDefault(layer.DefaultName) + 1}");

    private void NameInModel(Layer layer)
    {
        if (!layer.HasGivenName)
        {
            layer.GiveName(NumberedName(layer));
            _names[layer.DefaultName] = _names.GetValueOrDefault(layer.DefaultName) + 1;
        }
        if (_layers.Any(other => other.Name == layer.Name))
        {
            throw new ArgumentException($"Two layers of the model are named '{layer.Name}'. Give each a name of its own.", nameof(layer));
        }
    }

    // A fit is of the layers, the loss and the optimiser that it began with.
    private void ThrowIfFitting(string what)
    {
        if (_fits > 0)
        {
            throw new InvalidOperationException($"{what} can't run inside Fit, where a callback called it. Stop the fit with progress.Stop(), and call it when Fit has returned.");
        }
    }

    private void ThrowIfEmpty()
    {
        if (_layers.Count == 0)
        {
            throw new InvalidOperationException("The model has no layers. Give some to its constructor, or Add them.");
        }
    }

    private Compilation Compiled(string purpose)
    {
        ThrowIfDisposed();
        ThrowIfEmpty();
        return _compilation ?? throw new InvalidOperationException($"The model must be compiled before {purpose}. Call Compile with a loss and an optimiser, e.g. model.Compile(Loss.MeanSquaredError(), new Adam()).");
    }

    /// <summary>Throws where layers can't compute, or not with each other.</summary>
    internal void CheckLayers()
    {
        Layer? none = null;
        CheckWeights(ref none);
    }

    /// <summary>Throws where somebody disposed a layer without its model.</summary>
    internal void ThrowIfPartDisposed()
    {
        foreach (var layer in _layers)
        {
            ObjectDisposedException.ThrowIf(layer.IsDisposed, layer);
        }
    }

    /// <summary>The engine for the model as it is now; the last one where that still fits, since it has the optimiser's moments.</summary>
    private Engine Runner()
    {
        ThrowIfPartDisposed();
        if (_engine is not null && _engineInfo!.Kind == EngineKind.Fused && RequestedEngine != EngineKind.Torch && _engine.StillFits())
        {
            return _engine;
        }
        CheckLayers();
        string reason;
        FusedPlan? plan = null;
        if (RequestedEngine == EngineKind.Torch)
        {
            reason = "it was asked for";
        }
        else
        {
            plan = FusedPlan.TryCreate(_layers, InputShape!, _compilation, out var obstacle, ForcedWidth);
            reason = obstacle ?? "every layer has a kernel";
        }
        if (plan is null && RequestedEngine == EngineKind.Fused)
        {
            throw new InvalidOperationException($"The fused engine was asked for but can't run the model: {reason}. Set RequestedEngine to Auto or Torch.");
        }
        var kind = plan is null ? EngineKind.Torch : EngineKind.Fused;
        if (_engine is null || _engine.Kind != kind || kind == EngineKind.Fused)
        {
            // The optimiser goes on where it was, whichever engine runs it.
            if (_engine?.ExportOptimizer() is { } state)
            {
                GoOnFrom(state);
            }
            _engine?.Dispose();
            _engine = plan is null ? new TorchEngine(this, _compilation) : plan.CreateEngine(_compilation);
        }
        _engineInfo = new EngineInfo(kind, reason);
        return _engine;
    }

    /// <summary>A copy of where the optimiser stands; null before training began. The caller disposes it.</summary>
    internal OptimizerProgress? ExportProgress() => _engine?.ExportOptimizer() ?? _progress?.Copy();

    /// <summary>Lets the next engine's optimiser go on from here; it is the model's from now on.</summary>
    internal void GoOnFrom(OptimizerProgress? state)
    {
        _progress?.Dispose();
        _progress = state;
    }

    private protected override bool FinishesACall => _turns.IsHeldByCurrentThread || Gate.IsChangedHere;

    private protected override void ReleaseOwn()
    {
        _engine?.Dispose();
        _engine = null;
        GoOnFrom(null);
    }

    /// <summary>A call that reads the model and runs its engine: refused while another changes it or after a disposal, else when the calls before it are done.</summary>
    private readonly ref struct Turn
    {
        private readonly UseGate.Use _use;
        private readonly Lock.Scope _scope;

        internal Turn(SequentialModel model, string what)
        {
            _use = model.Gate.Read(what);
            try
            {
                model.ThrowIfDisposed();
                _scope = model._turns.EnterScope();
            }
            catch
            {
                _use.Dispose();
                throw;
            }
        }

        public void Dispose()
        {
            _scope.Dispose();
            _use.Dispose();
        }
    }
}
