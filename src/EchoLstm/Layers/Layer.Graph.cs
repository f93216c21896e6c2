using System.Runtime.InteropServices;

namespace EchoLstm.Layers;

/// <content>A layer as a part of a graph: applied to nodes, and computing with several tensors.</content>
public abstract partial class Layer
{
    private IReadOnlyList<Shape>? _appliedTo;
    private IReadOnlyList<Shape>? _builtFor;

    /// <summary>Says that the layer gets these nodes, and gives the node of what it makes of them (Keras's call of a layer with symbolic
    /// tensors). Nothing is computed; a <c>FunctionalModel</c> runs it.</summary>
    /// <param name="inputs">One node; several for a merging layer, for attention (query, value and, if wanted, key) and for a model with
    /// several inputs.</param>
    /// <returns>The output; its shape is known at once.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such inputs, or was applied to others with other features.</exception>
    /// <exception cref="ArgumentException">There is no input, one is null, or the layer gives several outputs.</exception>
    /// <remarks>A layer that is applied several times has its weights once.</remarks>
    /// <example><code>
    /// var x = new Input(-1, 3);
    /// var y = new Dense(1).Apply(new Lstm(8).Apply(x));
    /// </code></example>
    public Node Apply(params Node[] inputs)
    {
        var outputs = ApplyAll(inputs, withStates: false);
        return outputs.Count == 1 ? outputs[0] : throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"{Title} gives {outputs.Count} outputs, and Apply returns one. Call ApplyMany."),
            nameof(inputs));
    }

    /// <summary>The shapes of what the layer makes of one input or several; needs no weights.</summary>
    internal virtual IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputShapes) =>
        inputShapes.Count == 1 ? [OutputShape(inputShapes[0])] : Settings.OutputShapes(inputShapes, Title);

    /// <summary>The same with its states behind it where a call gives them.</summary>
    internal IReadOnlyList<Shape> OutputShapes(IReadOnlyList<Shape> inputShapes, bool withStates)
    {
        if (!withStates)
        {
            return OutputShapes(inputShapes);
        }
        Settings.CheckStates(inputShapes, Title);
        return [OutputShape(inputShapes[0]), .. Settings.StatesOf(inputShapes[0])];
    }

    internal virtual bool HasSeveral => false;

    /// <summary>Throws where the layer can't be where it gets one tensor and is to give one.</summary>
    /// <param name="outer">What it is put into, as that names itself.</param>
    /// <param name="parameter">What the caller calls the layer.</param>
    internal virtual void CheckAlone(string outer, string parameter)
    {
        // A merging layer says so of the shapes that it gets.
    }

    /// <summary>The layer that looks up an input's numbers as rows of its table; null where the input is computed with.</summary>
    internal virtual Embedding? IndexReaderOf(int input) => input == 0 ? IndexReader : null;

    /// <summary>Throws unless the layer can compute with the tensor as that input, whatever its shape; see
    /// <see cref="CheckTensor"/>.</summary>
    internal virtual void CheckTensorOf(int input, Tensor tensor, string name, Layer owner) => CheckTensor(tensor, name, owner);

    /// <summary>The nodes of all that the layer makes, with its states behind them or not.</summary>
    internal IReadOnlyList<Node> ApplyAll(IReadOnlyList<Node> inputs, bool withStates)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ThrowIfDisposed();
        if (inputs.Count == 0 || inputs.Contains(null!))
        {
            throw new ArgumentException(
                $"{Title} was applied to {(inputs.Count == 0 ? "nothing" : "a node that is null")}: expected nodes, such as "
                    + "new Input(-1, 3) or what another layer's Apply returned.",
                nameof(inputs));
        }
        Shape[] shapes = [.. inputs.Select(node => node.Shape)];
        try
        {
            var outputs = OutputShapes(shapes, withStates);
            CheckShared(withStates ? shapes[..1] : shapes);
            return new NodeCall(this, inputs, withStates, outputs).Outputs;
        }
        catch (ShapeMismatchException error)
        {
            throw new ShapeMismatchException(
                $"{error.Message} It was applied to {string.Join(", ", inputs)}.", error.Expected, error.Received, error);
        }
    }

    /// <summary>Runs the layer on one tensor or several, after building it if need be.</summary>
    /// <returns>What it makes, with their masks; the caller's, or its dispose scope's.</returns>
    internal Tensor[] CallMany(Tensor[] inputs)
    {
        if (inputs.Length == 1 && !HasSeveral)
        {
            return [call(inputs[0])];
        }
        using var use = Guard.Read("a call");
        ThrowIfDisposed();
        for (var i = 0; i < inputs.Length; i++)
        {
            CheckTensorOf(i, inputs[i], string.Create(CultureInfo.InvariantCulture, $"inputs[{i}]"), this);
        }
        Shape[] shapes = [.. inputs.Select(Shape.Of)];
        _ = OutputShapes(shapes);
        if (!IsBuilt)
        {
            Build([.. shapes.Select(shape => shape.With(0, null))], null);
        }
        else
        {
            CheckFirst(shapes[0]);
        }
        try
        {
            return ComputeMany(inputs, [.. inputs.Select(StepMasks.Of)]);
        }
        catch (ExternalException error)
        {
            throw Failed(inputs[0], error);
        }
    }

    /// <summary>Runs a recurrent layer from the states behind the first input, if there are any.</summary>
    /// <returns>The output, with its mask, then the states after it; the caller's, or its dispose scope's.</returns>
    internal virtual Tensor[] CallWithStates(Tensor[] inputs) => throw new InvalidOperationException($"{Title} has no state.");

    /// <summary>Gives an output its mask inside a dispose scope, which a mask that was made there outlives.</summary>
    private protected void AttachMask(Tensor output, Tensor input, Tensor? mask)
    {
        if (OutputMask(input, mask) is { } made)
        {
            StepMasks.Attach(output, ReferenceEquals(made, mask) ? made : made.MoveToOuterDisposeScope());
        }
    }

    /// <summary>The layer's function of several inputs that were checked; it gives its outputs their masks.</summary>
    private protected virtual Tensor[] ComputeMany(Tensor[] inputs, Tensor?[] masks) =>
        throw new InvalidOperationException($"{Title} computes with one tensor.");

    /// <summary>What a layer that is built for a shape says that it is built for.</summary>
    private protected virtual Shape BuiltFor(Shape inputShape) => inputShape;

    // A layer of several inputs may be built for another first one: only its features matter.
    private protected virtual void CheckFirst(Shape inputShape) => CheckInput(inputShape);

    // The weights must be of one shape for all that the layer is applied to.
    private void CheckShared(IReadOnlyList<Shape> shapes)
    {
        _appliedTo ??= _builtFor ?? shapes;
        if (ReferenceEquals(_appliedTo, shapes) || HasModule(Settings))
        {
            return;
        }
        if (!FitsWeights(_appliedTo, shapes))
        {
            var (before, now) = (string.Join(", ", _appliedTo), string.Join(", ", shapes));
            throw new ShapeMismatchException(
                $"{Title} was applied to {before} before and now to {now}, but its weights fit one number of features alone. Give "
                    + "both as many features, or make a second layer.",
                before,
                now);
        }
    }

    // Whether the weights for one input are of the shapes of those for another.
    private bool FitsWeights(IReadOnlyList<Shape> before, IReadOnlyList<Shape> now) => Settings.WeightsOf(before)
        .Zip(Settings.WeightsOf(now)).All(pair => pair.First.Shape.AsSpan().SequenceEqual(pair.Second.Shape));

    private static bool HasModule(LayerSettings settings) => settings is ModuleSettings || settings.Inner.Any(HasModule);
}
