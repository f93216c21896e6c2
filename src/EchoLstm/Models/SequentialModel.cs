using System.Collections;
using System.Diagnostics.CodeAnalysis;
using EchoLstm.Engines.Fused;
using EchoLstm.Layers;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// Layers one after another, with Keras's way of building, training and running them (Keras's <c>Sequential</c>):
/// <c>Compile</c>, <c>Fit</c>, <c>Evaluate</c>, <c>Predict</c>, <c>Summary</c>.
/// </summary>
/// <remarks>See <see cref="Model"/> for what models have in common.</remarks>
/// <example><code>
/// using var model = new SequentialModel(new Lstm(5, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 1 };
/// model.Compile(Loss.MeanSquaredError(), new Adam());
/// model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 2);
/// using var prediction = model.Predict(x);
/// </code></example>
[SuppressMessage("Naming", "CA1710", Justification = "It is a model; its layers can be listed so that a collection initialiser may add "
    + "them.")]
public sealed class SequentialModel : Model, IEnumerable<Layer>
{
    private readonly List<Layer> _layers = [];
    private readonly Dictionary<string, int> _names = [];
    /// <summary>
    /// Creates a model of these layers; more come with <see cref="Add"/>, or in braces: <c>new SequentialModel { new Lstm(5), new Dense(1)
    /// }</c>.
    /// </summary>
    /// <param name="layers">The layers, first to last: EchoLstm's or any TorchSharp modules; they belong to the model from now on.</param>
    /// <exception cref="ArgumentException">A layer is given twice, or two have one name.</exception>
    public SequentialModel(params nn.Module<Tensor, Tensor>[] layers)
        : base(new SequentialSettings { Layers = [] })
    {
        ArgumentNullException.ThrowIfNull(layers);
        foreach (var layer in layers)
        {
            Add(layer);
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Layers => _layers;

    internal override Embedding? IndexReader => _layers.FirstOrDefault()?.IndexReader;

    internal override IEnumerable<(Layer Layer, Shape? Output)> Outputs
    {
        get
        {
            var shape = InputShape;
            foreach (var layer in _layers)
            {
                shape = shape is null ? null : layer.OutputShape(shape);
                yield return (layer, shape);
            }
        }
    }

    internal override IEnumerable<(Layer Layer, Shape Output)> OutputsFor(Shape input)
    {
        var shape = input;
        foreach (var layer in _layers)
        {
            foreach (var inner in layer is Model model ? model.OutputsFor(shape) : [])
            {
                yield return inner;
            }
            shape = layer.OutputShape(shape);
            yield return (layer, shape);
        }
    }

    // Each layer checks what comes to it.
    internal override void CheckTensor(Tensor tensor, string name, Layer owner) =>
        _layers.FirstOrDefault()?.CheckTensor(tensor, name, owner);

    internal override bool? EndsIn(Activation activation) => _layers.LastOrDefault()?.EndsIn(activation);

    internal override Activation? OutputActivation =>
        _layers.LastOrDefault(layer => !KeepsRange(layer))?.OutputActivation;

    // Its output lies between the least and the largest of its input.
    private static bool KeepsRange(Layer layer) => layer is Reshape or Flatten or RepeatVector or Dropout or SpatialDropout1D
        or MaxPooling1D or AveragePooling1D or GlobalAveragePooling1D or GlobalMaxPooling1D or UpSampling1D or Cropping1D;

    internal override bool ReadsScale =>
        _layers.Find(layer => layer is not (Masking or Dropout or Reshape or Flatten or RepeatVector or MaxPooling1D))?.ReadsScale ?? false;

    internal override Tensor? FirstMask(Tensor input) => _layers.FirstOrDefault()?.FirstMask(input);

    /// <summary>Adds a layer behind the last. In a model that is built, the new layer is built at once.</summary>
    /// <param name="layer">An EchoLstm layer, a model, or any TorchSharp module; it belongs to the model from now on.</param>
    /// <exception cref="ArgumentException">The layer is in the model already, or its name is, or it contains the model, or has too many
    /// layers inside each other.</exception>
    /// <exception cref="InvalidOperationException">A callback of <c>Fit</c> calls it, or another thread uses the model.</exception>
    /// <exception cref="ShapeMismatchException">The model is built and the layer can't take its output.</exception>
    public void Add(nn.Module<Tensor, Tensor> layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        using var change = Guard.Change(nameof(Add));
        ThrowIfDisposed();
        ThrowIfFitting(nameof(Add));
        if (ReferenceEquals(layer, this) || Nesting.AllOf(layer).Contains(this))
        {
            var how = ReferenceEquals(layer, this) ? "it was added to itself" : $"the {layer.GetName()} that was added contains it";
            throw new ArgumentException($"{Title} can't be a part of itself: {how}. Make a second model.", nameof(layer));
        }
        Nesting.Check(layer, Title, nameof(layer));
        (layer as Layer)?.CheckAlone(Title, nameof(layer));
        if (Nesting.AllOf(this).Contains(layer))
        {
            throw new ArgumentException(
                $"The layer {layer.GetName()} is in the model already. Make a second one; to share weights, write a TorchSharp module "
                    + $"that calls the layer twice.",
                nameof(layer));
        }
        var added = layer as Layer ?? new ModuleLayer(layer);
        if (IsBuilt)
        {
            added.Build(OutputShape(InputShape!), Generator);
        }
        NameInModel(added);
        register_module(added.Name, added);
        added.ShareGuard(Guard);
        _layers.Add(added);
        ForgetEngine();
    }

    /// <summary>Makes all weights for samples of a shape. Fit builds the model by itself.</summary>
    /// <param name="inputShape">The shape of one sample, without the samples axis (Keras's <c>input_shape</c>): (time steps, features),
    /// e.g. <c>Build(5, 1)</c>; -1 for a length that may vary.</param>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it, or the model was built for another shape.</exception>
    /// <exception cref="InsufficientMemoryException">A layer's weights would not fit in memory.</exception>
    public void Build(params long[] inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        Build(new Shape([.. inputShape.Select(length => length == -1 ? null : (long?)length)]), null);
    }

    /// <summary>Makes all weights for samples of a shape: <c>Build(new Shape(5, 1))</c> is <c>Build(5, 1)</c>.</summary>
    /// <param name="inputShape">The shape of one sample, (time steps, features). Where its first axis is unknown, that of any number of
    /// samples: <c>new Shape(null, 5, 1)</c> has the samples first.
    /// </param>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it, or the model was built for another shape.</exception>
    /// <exception cref="InsufficientMemoryException">A layer's weights would not fit in memory.</exception>
    public override void Build(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        if (inputShape.Rank == 0 || inputShape[0] is null)
        {
            base.Build(inputShape);
            return;
        }
        Build(inputShape, null);
    }

    /// <summary>Makes all weights for batches of one size, as a stateful model's may be (Keras's <c>batch_input_shape</c>).</summary>
    /// <param name="sampleShape">The shape of one sample, (time steps, features); null for a length that may vary.</param>
    /// <param name="batchSize">The number of samples of each batch; null: any.</param>
    /// <exception cref="ArgumentOutOfRangeException">batchSize is below 1.</exception>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it, or the model was built for another shape.</exception>
    /// <exception cref="InsufficientMemoryException">A layer's weights would not fit in memory.</exception>
    public void Build(Shape sampleShape, int? batchSize)
    {
        ArgumentNullException.ThrowIfNull(sampleShape);
        ThrowIfDisposed();
        ModelData.AtLeastOne(batchSize ?? 1, nameof(batchSize));
        var shape = new Shape([batchSize, .. sampleShape]);
        if (sampleShape.Rank > 1 && !Takes(shape) && Takes(sampleShape))
        {
            string[] lengths = [.. sampleShape.Skip(1).Select(length => length?.ToString(CultureInfo.InvariantCulture) ?? "-1")];
            var (sample, first) = (string.Join(", ", lengths), sampleShape[0] ?? batchSize);
            throw new ShapeMismatchException(
                $"Build takes the shape of one sample, but {sampleShape} has an axis too many for the layers; its first axis seems to be "
                    + "the "
                    + $"samples'. Write model.Build({sample}){(first is null ? "" : $", or for batches of {first} samples alone "
                    + $"model.Build(new Shape({sample.Replace("-1", "null", StringComparison.Ordinal)}), batchSize: {first})")}.",
                new Shape([.. sampleShape.Skip(1)]).ToString(),
                sampleShape.ToString());
        }
        base.Build(shape);
    }

    /// <summary>
    /// Loads a model that <see cref="Model.Save"/> wrote (Keras's <c>load_model</c>), on the CPU; see <see cref="Model.Load"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <returns>The model, built, and compiled if it was; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or of a version that this library does not
    /// read, or has a FunctionalModel.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static new SequentialModel Load(string path) => Loaded<SequentialModel>(path);

    /// <inheritdoc/>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        ThrowIfEmpty();
        return _layers.Aggregate(inputShape, (shape, layer) => layer.OutputShape(shape));
    }

    private protected override string Drawn() => ModelDiagram.Draw(this);

    IEnumerator<Layer> IEnumerable<Layer>.GetEnumerator() => _layers.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _layers.GetEnumerator();

    internal override Layer? FirstNotFinite(Tensor[] inputs)
    {
        var x = inputs[0];
        foreach (var layer in _layers)
        {
            var before = x;
            x = layer.call(x);
            if (!x.isfinite().all().item<bool>())
            {
                return (layer as Model)?.FirstNotFinite([before]) ?? layer;
            }
        }
        return null;
    }

    /// <summary>
    /// Adds a layer that comes from a file; a name that the model would give is given by it, so that later layers are counted on.
    /// </summary>
    internal void AddLoaded(Layer layer)
    {
        if (layer.HasGivenName && layer.Name == NumberedName(layer))
        {
            _names[layer.DefaultName] = _names.GetValueOrDefault(layer.DefaultName) + 1;
        }
        Add(layer);
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        Generator = random;
        var shape = inputShape;
        foreach (var layer in _layers)
        {
            layer.Build(shape, random);
            shape = layer.OutputShape(shape);
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

    private bool Takes(Shape shape)
    {
        if (IsBuilt)
        {
            return InputShape!.Accepts(shape);
        }
        try
        {
            _ = OutputShape(shape);
            return true;
        }
        catch (ShapeMismatchException)
        {
            return false;
        }
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
}
