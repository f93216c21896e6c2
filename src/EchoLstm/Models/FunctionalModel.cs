using EchoLstm.Engines.Fused;
using EchoLstm.Layers;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>
/// A graph of layers from some inputs to some outputs (Keras's functional API): for several inputs or outputs, layers that are used more
/// than once, branches that meet again, and states that go from one recurrent layer into another.
/// </summary>
/// <remarks>
/// All that a <see cref="SequentialModel"/> does it does too. Its shapes are known, so that it builds itself when weights are asked for
/// first. A stream needs layers that each compute a step without later ones. It owns its layers: those that it shares with another model
/// are disposed with whichever of the two is disposed first.
/// </remarks>
/// <example><code>
/// var past = new Input(-1, 3);  var known = new Input(-1, 2);
/// var (_, state) = new Lstm(64).ApplyWithState(past);
/// var (steps, _) = new Lstm(64, returnSequences: true).ApplyWithState(known, state);
/// var y = new TimeDistributed(new Dense(1)).Apply(steps);
/// using var model = new FunctionalModel([past, known], [y]);
/// model.Compile(Loss.MeanSquaredError(), new Adam());
/// model.Fit([x1, x2], [target], epochs: 100);
/// </code></example>
public sealed class FunctionalModel : Model
{
    private readonly Graph _graph;
    /// <summary>The graph from inputs to outputs.</summary>
    /// <param name="inputs">What data is given for, each an <see cref="Input"/>, in the order of <c>Fit([...], ...)</c>.</param>
    /// <param name="outputs">What it gives: nodes that layers made.</param>
    /// <exception cref="ArgumentException">An output needs an input that is not among them, an input leads to no output, or two layers or
    /// inputs have one name; the message names them.</exception>
    public FunctionalModel(IReadOnlyList<Node> inputs, IReadOnlyList<Node> outputs)
        : base(new FunctionalSettings { Inputs = [], Layers = [], Calls = [], Outputs = [] })
    {
        _graph = Graph.Of(inputs, outputs);
        var guard = _graph.Layers.Select(layer => layer.Guard).FirstOrDefault(guard => guard.IsOfModel) ?? Guard;
        foreach (var layer in _graph.Layers)
        {
            Nesting.Check(layer, Title, nameof(outputs));
            register_module(layer.Name, layer);
        }
        ShareGuard(guard);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Layer> Layers => _graph.Layers;

    /// <inheritdoc/>
    public override IReadOnlyList<string> InputNames => _graph.InputNames;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OutputNames => _graph.OutputNames;

    internal Graph Graph => _graph;

    internal override IReadOnlyList<Shape> InputShapes => [.. _graph.Inputs.Select(input => input.Shape)];

    internal override bool HasSeveral => _graph.Inputs.Count + _graph.Outputs.Count > 2;

    internal override void CheckAlone(string outer, string parameter)
    {
        if (HasSeveral)
        {
            throw new ArgumentException(
                $"{outer} can't take {Title}, which has the inputs {string.Join(", ", InputNames)} and the outputs "
                    + $"{string.Join(", ", OutputNames)}: a layer in it takes one tensor and gives one. Apply the graph to nodes with "
                    + "ApplyMany, in a FunctionalModel.",
                parameter);
        }
    }

    internal override Embedding? IndexReader => IndexReaderOf(0);

    internal override IEnumerable<(Layer Layer, Shape? Output)> Outputs =>
        Layers.Select(layer => (layer, (Shape?)_graph.Calls.First(call => call.Layer == layer).Outputs[0].Shape));

    internal override IEnumerable<(Layer Layer, Shape Output)> OutputsFor(Shape input) =>
        Layers.Select(layer => (layer, _graph.Calls.First(call => call.Layer == layer).Outputs[0].Shape));

    internal override void CheckTensor(Tensor tensor, string name, Layer owner) => CheckTensorOf(0, tensor, name, owner);

    // The layers that read it check it.
    internal override void CheckTensorOf(int input, Tensor tensor, string name, Layer owner)
    {
        foreach (var (layer, place) in _graph.ReadersOf(input))
        {
            layer.CheckTensorOf(place, tensor, name, owner);
        }
    }

    internal override bool? EndsIn(Activation activation) => MakerOf(0).EndsIn(activation);

    internal override Activation? OutputActivation => MakerOf(0).OutputActivation;

    internal override bool ReadsScale => ReadsScaleOf(0);

    internal override bool ReadsScaleOf(int input) => _graph.ReadersOf(input).Any(reader => reader.Layer.ReadsScale);

    internal override Tensor? FirstMask(Tensor input) =>
        _graph.ReadersOf(0).ToList() is [var only] ? only.Layer.FirstMask(input) : null;

    internal override Embedding? IndexReaderOf(int input) =>
        _graph.ReadersOf(input).Select(reader => reader.Layer.IndexReaderOf(reader.Place)).OfType<Embedding>().FirstOrDefault();

    internal override Layer MakerOf(int output) => _graph.Outputs[output].Layer!;

    /// <summary>Makes all weights; the shapes are those of the inputs. Fit, Predict and the others do so by themselves.</summary>
    /// <exception cref="InsufficientMemoryException">A layer's weights would not fit in memory.</exception>
    public void Build() => Build(_graph.Inputs[0].Shape);

    /// <summary>Says that the model gets these nodes as a layer, and gives the nodes of all that it makes of them; with one output
    /// <see cref="Layer.Apply"/> does the same.</summary>
    /// <param name="inputs">A node for each input, in their order.</param>
    /// <returns>A node for each output, in their order.</returns>
    /// <exception cref="ShapeMismatchException">The nodes do not fit the inputs.</exception>
    public IReadOnlyList<Node> ApplyMany(params Node[] inputs) => ApplyAll(inputs, withStates: false);

    /// <summary>Loads a graph that <see cref="Model.Save"/> wrote, on the CPU; see <see cref="Model.Load"/>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model, built, and compiled if it was; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, of a version that this library does not read, or has a
    /// SequentialModel.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static new FunctionalModel Load(string path) => Loaded<FunctionalModel>(path);

    /// <summary>The shape of the output, of several the first, for a shape of the input; of several the first, and the others as they were
    /// said to be.</summary>
    /// <param name="inputShape">The input's shape, samples first.</param>
    /// <returns>The output's shape, samples first.</returns>
    /// <exception cref="ShapeMismatchException">The model can't take such an input.</exception>
    public override Shape OutputShape(Shape inputShape)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        var samples = inputShape.Rank == 0 ? null : inputShape[0];
        return OutputShapes([inputShape, .. _graph.Inputs.Skip(1).Select(input => input.Shape.With(0, samples))])[0];
    }

    internal override IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputShapes)
    {
        CheckSamples(inputShapes);
        var shapes = new Shape[_graph.Values];
        return _graph.Run(inputShapes, shapes, static (call, given) => call.Layer.OutputShapes(given, call.WithStates));
    }

    internal override void CheckSamples(IReadOnlyList<Shape> inputShapes)
    {
        if (inputShapes.Count != _graph.Inputs.Count)
        {
            FunctionalSettings.CheckInputs(_graph.InputSettings, inputShapes, Title);
        }
        for (var i = 0; i < inputShapes.Count; i++)
        {
            var input = _graph.Inputs[i];
            if (!input.Shape.Accepts(inputShapes[i]))
            {
                throw new ShapeMismatchException(
                    $"The input '{input.Name}' has shape {input.Shape} but received {inputShapes[i]}. Give it samples of that shape, or "
                        + "make the Input with -1 where a length may vary.",
                    input.Shape.ToString(),
                    inputShapes[i].ToString());
            }
        }
    }

    internal override void ThrowIfNotBuilt(string purpose)
    {
        ThrowIfDisposed();
        if (!IsBuilt)
        {
            Build(_graph.Inputs[0].Shape, null);
        }
    }

    // Its shapes are known: the data is checked before the weights are made.
    private protected override void ThrowIfShapeless(string purpose) => ThrowIfDisposed();

    internal override Layer? FirstNotFinite(Tensor[] inputs)
    {
        Layer? first = null;
        _graph.Run(inputs, new Tensor[_graph.Values], (call, given) =>
        {
            var outputs = Run(call, given);
            first ??= outputs.All(output => output.isfinite().all().item<bool>()) ? null : call.Layer;
            return outputs;
        });
        return first;
    }

    private protected override string Drawn() => GraphDiagram.Draw(this);

    private protected override (string Save, string Load) FileCalls =>
        (base.FileCalls.Save, "Write FunctionalModel.Load(path) for what Save wrote, or model.LoadWeights(path) for weights alone");

    // Whatever it is given, the inputs say what it is for.
    private protected override Shape BuiltFor(Shape inputShape) => _graph.Inputs[0].Shape;

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        Generator = random;
        foreach (var layer in _graph.InCallOrder)
        {
            var calls = _graph.Calls.Where(call => call.Layer == layer).ToList();
            // Of lengths that differ from use to use none is the layer's.
            var first = calls.Select(call => call.Inputs[0].Shape).Aggregate(static (one, other) => one.Rank != other.Rank ? one
                : new Shape([.. one.Select((length, i) => length == other[i] ? length : null)]));
            layer.Build(
                calls[0].WithStates ? [first] : [first, .. calls[0].Inputs.Skip(1).Select(node => node.Shape)],
                random);
        }
    }

    private protected override LayerSettings Whole(LayerSettings own) => (FunctionalSettings)own with
    {
        RequestedEngine = RequestedEngine,
        Inputs = _graph.InputSettings,
        Layers = [.. Layers.Select(layer => layer.Settings)],
        Calls = _graph.CallSettings,
        Outputs = _graph.OutputPlaces,
    };

    private protected override Tensor Compute(Tensor input, Tensor? mask) => !HasSeveral ? ComputeMany([input], [mask])[0]
        : throw new ShapeMismatchException(
            $"{Title} takes the inputs {string.Join(", ", InputNames)} and gives the outputs {string.Join(", ", OutputNames)}, but a call "
                + "gives one tensor and takes one. Call Predict with a list of arrays.",
            "one input and one output",
            $"{_graph.Inputs.Count} and {_graph.Outputs.Count}");

    private protected override Tensor[] ComputeMany(Tensor[] inputs, Tensor?[] masks)
    {
        // Intermediate results live until the end: their masks travel with them.
        using var scope = NewDisposeScope();
        var outputs = _graph.Run(inputs, new Tensor[_graph.Values], Run);
        // A tensor, and a mask, may be several outputs' or an input's: each output is a tensor of its own.
        HashSet<object> known = new(ReferenceEqualityComparer.Instance);
        known.UnionWith(inputs);
        known.UnionWith(masks.OfType<object>());
        for (var i = 0; i < outputs.Length; i++)
        {
            var mask = StepMasks.Of(outputs[i]);
            var output = known.Add(outputs[i]) ? outputs[i] : outputs[i].alias();
            if (mask is not null)
            {
                StepMasks.Attach(output, mask);
                if (known.Add(mask))
                {
                    mask.MoveToOuterDisposeScope();
                }
            }
            outputs[i] = output.MoveToOuterDisposeScope();
        }
        return outputs;
    }

    private static Tensor[] Run(NodeCall call, Tensor[] given) =>
        call.WithStates ? call.Layer.CallWithStates(given) : call.Layer.CallMany(given);
}
