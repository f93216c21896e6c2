using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using EchoLstm.Kernels;
using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// A layer in Keras's sense: a TorchSharp module that knows its output shape beforehand and makes its weights when it
/// learns its input shape, at <see cref="Build(Shape)"/> or at the first call.
/// </summary>
/// <remarks>
/// It is a plain <c>torch.nn.Module&lt;Tensor, Tensor&gt;</c>: call it, put it into your own module or train it with your own
/// loop. To add a layer of your own to a model, derive from TorchSharp's module and add that. The weights belong to the layer
/// and are disposed with it; a tensor that a call returns is the caller's (or its dispose scope's).
/// </remarks>
public abstract partial class Layer : nn.Module<Tensor, Tensor>, ITitled
{
    private readonly Lock _building = new();
    private Shape? _inputShape;
    private bool _isDisposed;
    private bool _isReleased;
    private LayerSettings _settings;

    private protected Layer(LayerSettings settings)
        : base(NativeTorch.Before(settings.KerasClass)) => _settings = settings;

    /// <summary>What the layer is, without its weights.</summary>
    internal LayerSettings Settings => Whole(_settings);

    /// <summary>The same without the settings of layers inside.</summary>
    private protected LayerSettings OwnSettings => _settings;

    /// <summary>Keras's name of the layer's class, as <c>Summary</c> prints it.</summary>
    internal string KerasClass => _settings.KerasClass;

    /// <summary>The layer's name, e.g. <c>lstm_1</c>: given by the user, else by the model that it is added to.</summary>
    /// <value>The class in snake case until a model numbers it.</value>
    public string Name
    {
        get => _settings.Name ?? DefaultName;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            GiveName(value);
        }
    }

    /// <summary>The seed of the initial weights where the layer is built on its own; in a model, the model's seed governs unless this is
    /// set.</summary>
    /// <value>null: another one for each layer.</value>
    public int? Seed
    {
        get => _settings.Seed;
        init => Change(_settings with { Seed = value });
    }

    /// <summary>The shape that the layer was built for, samples first; null before it is built.</summary>
    public Shape? InputShape
    {
        get => Volatile.Read(ref _inputShape);
        private set => Volatile.Write(ref _inputShape, value);
    }

    /// <summary>Whether the layer has its weights.</summary>
    public bool IsBuilt => InputShape is not null;

    /// <summary>Whether training changes the layer's weights (Keras's <c>trainable</c>). A TorchSharp BatchNorm that is frozen, by itself
    /// or in a layer that is, runs as for inference: its statistics stay, and it uses them.</summary>
    /// <value>true</value>
    public bool Trainable
    {
        get => _settings.Trainable;
        set
        {
            using var change = Guard.Change(nameof(Trainable));
            Change(_settings with { Trainable = value });
            FreezeOrThaw();
        }
    }

    /// <summary>Whether this layer, or one that it is in, was made not to train last.</summary>
    private protected bool IsFrozen { get; private set; }

    /// <summary>Who uses the layer; a layer in a model has the model's.</summary>
    internal AccessGuard Guard { get; private set; } = new("layer");

    internal bool HasGivenName => _settings.Name is not null;

    internal string DefaultName => SnakeCase(KerasClass);

    internal string Title => $"{GetType().Name} '{Name}'";

    string ITitled.Title => Title;

    /// <summary>What the layer knows, in Keras's order: its weights, and the running statistics and other buffers of TorchSharp modules.
    /// Empty before it is built.</summary>
    internal virtual IReadOnlyList<LayerWeight> Weights => [];

    /// <summary>How many numbers of its own the layer has that are weights to Keras but that no training step moves.</summary>
    internal virtual long UntrainedNumbers => 0;

    /// <summary>How the parameters are counted, as a formula with this layer's sizes; null where there is none.</summary>
    internal virtual string? CountingFormula => null;

    /// <summary>One of the layer's own weights, whose type and device the input must have; null where there are none, or before the layer
    /// is built.</summary>
    internal virtual Tensor? OwnWeight => null;

    /// <summary>Where the weights are, in the order of Torch's layout (see <see cref="WeightLayout.Torch"/>).</summary>
    internal virtual IReadOnlyList<ParameterMemory> Memories => [];

    /// <summary>Which time steps of the output count, given those of the input; null where all do (Keras's <c>compute_mask</c>).</summary>
    internal virtual Tensor? OutputMask(Tensor input, Tensor? mask) => mask;

    /// <summary>Whether the output is what the activation gives; null where that is not known.</summary>
    internal virtual bool? EndsIn(Activation activation) => null;

    /// <summary>The activation whose values the output is of, or of which it is a share; null where that is not known.</summary>
    internal virtual Activation? OutputActivation => null;

    /// <summary>Whether the layer multiplies its input by weights, so that it matters how large the numbers are.</summary>
    internal virtual bool ReadsScale => false;

    /// <summary>The same of one of several inputs.</summary>
    internal virtual bool ReadsScaleOf(int input) => ReadsScale;

    /// <summary>The mask that the layer makes of a model's input before anything is computed; null where it makes none.</summary>
    internal virtual Tensor? FirstMask(Tensor input) => null;

    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>What the layer draws from after it is built; null where it draws nothing.</summary>
    internal SeededRandom? Generator { get; set; }

    /// <summary>What the layer remembers from step to step in a stream: how many tensors of (batch, units).</summary>
    internal virtual (int Count, long Units) StreamState => (0, 0);

    /// <summary>Runs the next time step of a layer without a <see cref="LayerSettings.StreamObstacle"/>; in evaluation mode, without
    /// gradients, in a dispose scope.</summary>
    /// <param name="input">A sequence of that step alone, (batch, 1, ...), with its mask.</param>
    /// <param name="state">The state before it; empty at the start.</param>
    /// <returns>The output after it and the state.</returns>
    internal virtual (Tensor Output, Tensor[] State) StreamStep(Tensor input, Tensor[] state) => (call(input), state);

    /// <summary>The layer that looks up the input's numbers as rows of its table; null where the input is computed with.</summary>
    internal virtual Embedding? IndexReader => null;

    /// <summary>The shape of the output for a shape of the input (Keras's <c>compute_output_shape</c>); needs no weights.</summary>
    /// <param name="inputShape">The input's shape, samples first; null where a length is not known.</param>
    /// <returns>The output's shape, samples first.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    public virtual Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        return _settings.OutputShape(inputShape, Title);
    }

    /// <summary>Makes the weights for an input shape (Keras's <c>build</c>). A layer builds itself at its first call.</summary>
    /// <param name="inputShape">The input's shape, samples first; null where a length is not known, e.g. <c>new Shape(null, 5,
    /// 1)</c>.</param>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input, or was built for another.</exception>
    /// <exception cref="InsufficientMemoryException">The weights would not fit in memory.</exception>
    public virtual void Build(Shape inputShape)
    {
        using var use = IsBuilt ? Guard.Read(nameof(Build)) : Guard.Change(nameof(Build));
        Build(inputShape, null);
    }

    internal void Build(Shape inputShape, SeededRandom? modelRandom) => Build([inputShape], modelRandom);

    /// <summary>Builds for several inputs; those behind the first make weights in few layers.</summary>
    internal void Build(IReadOnlyList<Shape> inputShapes, SeededRandom? modelRandom)
    {
        var inputShape = inputShapes[0];
        ArgumentNullException.ThrowIfNull(inputShape);
        ThrowIfDisposed();
        SizeGuard.Check(Title, inputShape);
        // First calls on several threads at once make the weights once.
        using var building = _building.EnterScope();
        if (IsBuilt)
        {
            CheckInput(inputShape);
            return;
        }
        _ = inputShapes.Count == 1 ? OutputShape(inputShape) : OutputShapes(inputShapes)[0];
        SizeGuard.CheckNotEmpty(Title, inputShape);
        var random = modelRandom is not null && (Seed is null || modelRandom.IsBlank) ?
            modelRandom :
            new SeededRandom(Seed ?? Random.Shared.Next());
        using (NewDisposeScope())
        using (no_grad())
        {
            CreateWeights(inputShapes, random);
            // TorchSharp's recurrent modules leave their parameters to the scope that they are made in.
            foreach (var parameter in Nesting.Parameters(this))
            {
                parameter.DetachFromDisposeScope();
            }
        }
        if (!Trainable)
        {
            FreezeOrThaw();
        }
        _builtFor = inputShapes;
        InputShape = BuiltFor(inputShape);
    }

    /// <summary>Runs the layer, after building it if need be.</summary>
    /// <param name="input">The input, samples first.</param>
    /// <returns>The output; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    /// <exception cref="ObjectDisposedException">The layer is disposed.</exception>
    public sealed override Tensor forward(Tensor input)
    {
        using var use = Guard.Read("a call");
        EnsureBuilt(input);
        try
        {
            var mask = StepMasks.Of(input);
            var output = Compute(input, mask);
            if (OutputMask(input, mask) is { } outputMask)
            {
                StepMasks.Attach(output, outputMask);
            }
            if (StepMasks.SamplesOf(input) is { } samples && output.dim() > 0 && output.shape[0] == samples.shape[0])
            {
                StepMasks.AttachSamples(output, samples);
            }
            return output;
        }
        catch (ExternalException error)
        {
            throw Failed(input, error);
        }
    }

    /// <summary>Throws where the output would not fit in memory, for a layer that makes more numbers than it is given.</summary>
    private protected void CheckOutputSize(Tensor input)
    {
        var output = OutputShape(Shape.Of(input));
        SizeGuard.CheckNumbers(
            $"{Title} on input of shape {Shape.Of(input)}",
            output.Aggregate(1m, (product, length) => product * length!.Value),
            "Give fewer samples or time steps at once.");
    }

    /// <summary>Torch's own words do not say which layer failed.</summary>
    private protected ArgumentException Failed(Tensor input, ExternalException error) =>
        new($"{Title} failed on input of shape {Shape.Of(input)}, {input.dtype}: {TensorCheck.Words(error)}", nameof(input), error);

    /// <summary>The number of the layer's parameters, counted from the tensors that hold them (Keras's <c>count_params</c>).</summary>
    /// <param name="trainable">true: only those that training changes; false: only the others; null: all.</param>
    /// <returns>The number of single values.</returns>
    /// <exception cref="InvalidOperationException">The layer is not built yet, so that it has no parameters to count.</exception>
    /// <exception cref="ObjectDisposedException">It is disposed, or a layer in it is.</exception>
    public long CountParameters(bool? trainable = null)
    {
        using var look = Guard.Look();
        ThrowIfNotBuilt("count its parameters");
        var layers = Nesting.AllOf(this).OfType<Layer>().Distinct().ToList();
        if (layers.Find(layer => layer.IsDisposed) is { } disposed)
        {
            ObjectDisposedException.ThrowIf(true, disposed);
        }
        var trained = Nesting.Parameters(this).Where(parameter => trainable is null || parameter.requires_grad == trainable)
            .Sum(parameter => parameter.numel());
        return trainable == true ? trained : trained + layers.Sum(layer => layer.UntrainedNumbers);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking) => Move(dtype, () => base._to(dtype, non_blocking));

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
        Move(deviceType, () => base._to(deviceType, deviceIndex, non_blocking));

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking) =>
        Move(device, () => base._to(device, dtype, non_blocking));

    private nn.Module Move(object target, Func<nn.Module> move)
    {
        if (Nesting.AllOf(this).OfType<Layer>().FirstOrDefault(layer => layer.IsDisposed) is { } disposed)
        {
            ObjectDisposedException.ThrowIf(true, disposed);
        }
        try
        {
            return move();
        }
        // What a layer inside has told already has the cause within it.
        catch (Exception error) when (error.InnerException is null
            && error is InvalidOperationException and not ObjectDisposedException or ExternalException)
        {
            throw new InvalidOperationException(
                $"{Title} can't be moved to {target}: {TensorCheck.Words(error)}"
                    + (target is ScalarType ? "" : " A device needs its own package of TorchSharp's, and a driver."),
                error);
        }
        finally
        {
            // Open streams have weights of their own; they look where these have gone.
            Guard.NoteChange();
        }
    }

    /// <summary>The parameters, e.g. for a TorchSharp optimiser.</summary>
    /// <param name="recurse">Whether those of the layers inside are meant too. <value>true</value></param>
    /// <returns>The parameters.</returns>
    /// <exception cref="InvalidOperationException">The layer, or one inside, makes its weights when it is built and is not: an optimiser
    /// over what there is would not train it.</exception>
    public override IEnumerable<TorchSharp.Modules.Parameter> parameters(bool recurse = true)
    {
        if (recurse)
        {
            ThrowIfWeightsAreToCome();
        }
        return base.parameters(recurse);
    }

    /// <summary>The parameters by name, as TorchSharp lists them; none of a layer that is not built yet.</summary>
    /// <param name="recurse">Whether those of the layers inside are meant too. <value>true</value></param>
    /// <returns>Names and parameters.</returns>
    /// <exception cref="InvalidOperationException">A TorchSharp optimiser asks, or <c>parameters()</c> of a module around the layer, and
    /// the layer has no weights yet: see <see cref="parameters"/>.</exception>
    public override IEnumerable<(string name, TorchSharp.Modules.Parameter parameter)> named_parameters(bool recurse = true)
    {
        if (recurse && !IsBuilt && IsAskedForOptimizer())
        {
            ThrowIfWeightsAreToCome();
        }
        return base.named_parameters(recurse);
    }

    // A module around the layer asks for its state dictionary by the same call as for an optimiser, and its parameters() is
    // named_parameters() without the names: who asks, and how, is on the stack alone.
    private static bool IsAskedForOptimizer()
    {
        var (leavesNamesOut, isInTorch) = (false, false);
        foreach (var frame in new StackTrace().GetFrames())
        {
            var asks = frame.GetMethod()?.DeclaringType;
            for (var type = asks; type is not null; type = type.DeclaringType)
            {
                if (type == typeof(optim) || typeof(optim.Optimizer).IsAssignableFrom(type))
                {
                    return true;
                }
            }
            leavesNamesOut |= asks?.DeclaringType == typeof(Enumerable) && asks.Name.Contains("Select", StringComparison.Ordinal);
            isInTorch |= leavesNamesOut && asks?.Assembly == typeof(nn).Assembly;
        }
        return leavesNamesOut && !isInTorch;
    }

    private void ThrowIfWeightsAreToCome()
    {
        if (!IsBuilt && Nesting.AllOf(this).OfType<Layer>().FirstOrDefault(layer => layer.LacksWeights) is { } layer)
        {
            throw new InvalidOperationException(
                $"{layer.Title} has no weights yet, so that an optimiser over the parameters would not train it. Build it first: a model "
                    + "by model.Build(5, 1) for samples of 5 time steps and 1 feature, a layer by layer.Build(new Shape(null, 5, 1)), "
                    + "either by one call with data.");
        }
    }

    // Whether weights of its own come with Build; what it holds says so for one feature as for many.
    private bool LacksWeights
    {
        get
        {
            try
            {
                return !IsBuilt && !named_children().Any(child => child.module is Layer)
                    && _settings.Weights(new Shape(null, 1, 1)).Any();
            }
            catch (ShapeMismatchException)
            {
                return true;
            }
        }
    }

    /// <summary>Loads a state dictionary, all or nothing, and forgets a model's carried states; see TorchSharp's
    /// <c>Module.load_state_dict</c>.</summary>
    /// <param name="source">Tensors by name.</param>
    /// <param name="strict">Whether missing and unexpected names are errors. <value>true</value></param>
    /// <param name="skip">Names to leave alone; null: none.</param>
    /// <returns>The names that were missing and those that were unexpected.</returns>
    /// <exception cref="ArgumentException">A tensor is null, disposed, complex, sparse or without numbers; nothing was changed.</exception>
    /// <exception cref="ShapeMismatchException">A tensor has another shape than the layer's of that name; nothing was changed.</exception>
    /// <exception cref="InvalidOperationException">Names are missing or unexpected and strict is true, or another thread uses the
    /// layer.</exception>
    public override (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
        Dictionary<string, Tensor> source,
        bool strict = true,
        IList<string>? skip = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        using var change = Guard.Change(nameof(load_state_dict));
        var own = state_dict();
        if (strict)
        {
            ThrowUnlessAlike(own.Keys.Except(skip ?? []), source.Keys.Except(skip ?? []));
        }
        foreach (var (name, given) in source)
        {
            if (skip?.Contains(name) == true || !own.TryGetValue(name, out var mine))
            {
                continue;
            }
            if (given is null)
            {
                throw new ArgumentNullException(
                    nameof(source),
                    $"The state dictionary's {name} is null. Nothing was changed. Give it a tensor, or skip the name.");
            }
            TensorCheck.Readable(given, name);
            if (!mine.shape.SequenceEqual(given.shape))
            {
                throw new ShapeMismatchException(
                    $"The state dictionary does not fit {Title}: {name} is {Shape.Of(given)}, expected {Shape.Of(mine)}. "
                        + "Nothing was changed. Load it into a model of the same layers, or skip the name.",
                    Shape.Of(mine).ToString(),
                    Shape.Of(given).ToString());
            }
        }
        var result = base.load_state_dict(source, strict, skip);
        AfterLoad();
        return result;
    }

    private void ThrowUnlessAlike(IEnumerable<string> own, IEnumerable<string> given)
    {
        var (missing, unexpected) = (own.Except(given).ToList(), given.Except(own).ToList());
        if (missing.Count + unexpected.Count > 0)
        {
            throw new InvalidOperationException(
                $"The state dictionary does not fit {Title}: it lacks {Listed(missing)} and has {Listed(unexpected)} too many. Nothing was "
                    + "changed. Load it into a model of the same layers, skip these names, or load with strict: false.");
        }

        static string Listed(List<string> names) => names.Count == 0 ? "nothing" : string.Join(", ", names);
    }

    /// <summary>What changes with the weights.</summary>
    private protected virtual void AfterLoad()
    {
    }

    /// <summary>Makes and registers the weights, if there are any; runs without gradients, in a dispose scope.</summary>
    private protected virtual void CreateWeights(Shape inputShape, SeededRandom random)
    {
    }

    private protected virtual void CreateWeights(IReadOnlyList<Shape> inputShapes, SeededRandom random) =>
        CreateWeights(inputShapes[0], random);

    /// <summary>The layer's function of an input that was checked.</summary>
    private protected abstract Tensor Compute(Tensor input, Tensor? mask);

    private protected virtual bool ComputesWithFloats => false;

    private protected virtual void CheckInput(Shape inputShape)
    {
        _ = OutputShape(inputShape);
        // Layers that make no weight for each feature take any number of them.
        if (InputShape!.Last is { } built && inputShape.Last is { } given && built != given && !FitsWeights([InputShape], [inputShape]))
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{Title} was built for {built} features but received {given}, in input of shape {inputShape}. Give it as many as it "
                        + $"was built for, or make a new layer."),
                InputShape.ToString(),
                inputShape.ToString());
        }
    }

    /// <summary>Throws unless the layer can compute with the tensor, whatever its shape.</summary>
    internal virtual void CheckTensor(Tensor tensor, string name, Layer owner)
    {
        TensorCheck.Readable(tensor, name, owner);
        if (OwnWeight is { } weight)
        {
            TensorCheck.Weight(weight, this);
            TensorCheck.Alike(
                tensor,
                name,
                owner,
                weight,
                $"{(owner == this ? "the layer" : Title)}'s weights are",
                to => $"; where another layer made it, move all layers alike, e.g. model.to({to})");
        }
        else if (ComputesWithFloats)
        {
            TensorCheck.Floating(tensor, name, owner);
        }
    }

    /// <summary>Throws where the layer and those inside it can't compute, or not with each other: somebody disposed or moved some of them
    /// alone.</summary>
    /// <param name="before">The last layer before that has weights; null for none. Receives the last one here.</param>
    internal virtual void CheckWeights(ref Layer? before)
    {
        ThrowIfDisposed();
        if (OwnWeight is { } weight)
        {
            TensorCheck.Weight(weight, this);
            if (before?.OwnWeight is { } other && (other.dtype != weight.dtype || other.device_type != weight.device_type))
            {
                throw new InvalidOperationException(
                    $"{before.Title} has weights of {other.dtype} on {other.device_type}, but {Title} of {weight.dtype} on "
                        + $"{weight.device_type}. Move all layers to one type and device, e.g. with model.to(ScalarType.{other.dtype}).");
            }
            before = this;
        }
        foreach (var (_, module) in named_children())
        {
            (module as Layer)?.CheckWeights(ref before);
        }
    }

    internal void EnsureBuilt(Tensor input, params Tensor[] others)
    {
        ArgumentNullException.ThrowIfNull(input);
        ThrowIfDisposed();
        CheckTensor(input, nameof(input), this);
        var shape = Shape.Of(input);
        if (IsBuilt)
        {
            CheckInput(shape);
            return;
        }
        _ = OutputShape(shape); // an error shows the shape that came
        Build([shape.With(0, null), .. others.Select(other => Shape.Of(other).With(0, null))], null);
        if (IndexReader is null && input.is_floating_point() && input.dtype != ScalarType.Float32)
        {
            this.to(input.dtype);
        }
        if (input.device_type != DeviceType.CPU)
        {
            this.to(input.device);
        }
    }

    /// <summary>Throws where there are no weights yet and nothing says which shape to make them for.</summary>
    internal virtual void ThrowIfNotBuilt(string purpose)
    {
        ThrowIfDisposed();
        if (!IsBuilt)
        {
            throw new InvalidOperationException(
                $"{Title} has no weights yet, so it can't {purpose}. Call Build with an input shape, or call it once with data.");
        }
    }

    /// <exception cref="ShapeMismatchException">It is not known.</exception>
    internal long FeaturesOf(Shape inputShape, string expected) => inputShape.Last ?? throw new ShapeMismatchException(
        $"{Title} must know the number of features to make its weights but received {inputShape}. Give the last axis a length.",
        expected,
        inputShape.ToString());

    private protected static int AtLeastOne(int value, string name, string layer) =>
        value >= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{layer}'s {name} must be at least 1.");

    private protected static int AtLeastZero(int value, string name, string layer) =>
        value >= 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{layer}'s {name} must be at least 0.");

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(IsDisposed && (_isReleased || !FinishesACall), this);

    /// <summary>Whether this thread is inside a call that began before the disposal and is to finish.</summary>
    private protected virtual bool FinishesACall => false;

    internal bool IsDisposed => Volatile.Read(ref _isDisposed);

    internal void GiveName(string name) => Change(_settings with { Name = name });

    private protected void Change(LayerSettings settings) => _settings = settings;

    private protected virtual LayerSettings Whole(LayerSettings own) => own;

    internal void ShareGuard(AccessGuard guard)
    {
        foreach (var layer in Nesting.AllOf(this).OfType<Layer>())
        {
            layer.Guard = guard;
        }
    }

    /// <summary>Every part is registered by an explicit name; reflection over fields would find some twice.</summary>
    protected sealed override void RegisterComponents()
    {
    }

    /// <summary>Releases the layer's weights and states: at once, or when the last call that is running has returned. Calls that begin
    /// afterwards are refused.</summary>
    /// <param name="disposing">Whether it was disposed rather than finalised.</param>
    protected sealed override void Dispose(bool disposing)
    {
        if (!disposing)
        {
            base.Dispose(disposing);
        }
        else if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            Guard.WhenIdle(Release);
        }
    }

    private protected virtual void ReleaseOwn()
    {
    }

    private void Release()
    {
        _isReleased = true;
        ReleaseOwn();
        foreach (var child in children())
        {
            child.Dispose();
        }
        // TorchSharp would list all levels again at each level.
        ClearModules();
        base.Dispose(true);
    }

    /// <summary>What a layer sets back that trains again.</summary>
    private protected virtual void AfterThaw()
    {
    }

    private void FreezeOrThaw()
    {
        foreach (var layer in Nesting.AllOf(this).OfType<Layer>())
        {
            layer.IsFrozen = !Trainable;
            if (Trainable)
            {
                layer.AfterThaw();
            }
        }
        foreach (var parameter in Nesting.Parameters(this))
        {
            parameter.requires_grad = Trainable;
        }
    }

    // Keras's two steps: "TimeDistributed" becomes time_distributed, "LSTM" lstm, "Conv1D" conv1d and "PReLU" p_re_lu.
    internal static string SnakeCase(string name)
    {
        var words = WordStart().Replace(name, "$1_$2");
        return LowerThenUpper().Replace(words, "$1_$2").ToLowerInvariant();
    }

    [GeneratedRegex("(.)([A-Z][a-z0-9]+)")]
    private static partial Regex WordStart();

    [GeneratedRegex("([a-z])([A-Z])")]
    private static partial Regex LowerThenUpper();
}
