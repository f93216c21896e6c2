namespace EchoLstm.Layers;

/// <summary>
/// A tensor that a graph will compute (Keras's symbolic tensor): what an <see cref="Input"/> stands for, or what a layer makes of other
/// nodes. It has a shape and no numbers; <c>FunctionalModel</c> is the graph from some nodes to others.
/// </summary>
public class Node
{
    private protected Node(Shape shape) => Shape = shape;

    internal Node(NodeCall call, int index, Shape shape)
        : this(shape) => (Call, Index) = (call, index);

    /// <summary>The shape, samples first; null where a length is not known.</summary>
    public Shape Shape { get; }

    /// <summary>The layer that makes it; null for an <see cref="Input"/>.</summary>
    public Layer? Layer => Call?.Layer;

    /// <summary>The use of a layer that makes it; null for an input.</summary>
    internal NodeCall? Call { get; }

    /// <summary>Its place among what that use makes.</summary>
    internal int Index { get; }

    internal virtual string Title => Layer!.Name;

    /// <summary>The layer's name and the shape, e.g. <c>lstm_1 (None, 64)</c>.</summary>
    public override string ToString() => $"{Title} {Shape}";
}

/// <summary>What a graph is given (Keras's <c>Input</c>).</summary>
/// <example><code>
/// var series = new Input(-1, 3);        // any number of time steps of 3 features
/// var kind = new Input(4) { Name = "kind" };
/// </code></example>
public sealed class Input : Node
{
    private string? _name;

    /// <summary>An input of a shape.</summary>
    /// <param name="shape">The shape of one sample, without the samples axis: (time steps, features); -1 for a length that may
    /// vary.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is neither -1 nor at least 1.</exception>
    public Input(params long[] shape)
        : base(Checked(shape))
    {
    }

    /// <summary>Its name, by which data may be given to it.</summary>
    /// <value>The model numbers it: <c>input_1</c></value>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public string Name
    {
        get => _name ?? DefaultName;
        init
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
            _name = value;
        }
    }

    internal const string DefaultName = "input";

    internal bool HasName => _name is not null;

    internal override string Title => Name;

    internal void GiveName(string name) => _name = name;

    private static Shape Checked(long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        var wrong = Array.FindIndex(shape, length => length is < 1 and not -1);
        return wrong < 0 ? new Shape([null, .. shape.Select(length => length == -1 ? null : (long?)length)])
            : throw new ArgumentOutOfRangeException(
                nameof(shape),
                shape[wrong],
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Axis {wrong} of an Input's shape is {shape[wrong]}: expected a length of at least 1, or -1 where it may vary."));
    }
}

/// <summary>One use of a layer.</summary>
internal sealed class NodeCall
{
    internal NodeCall(Layer layer, IReadOnlyList<Node> inputs, bool withStates, IReadOnlyList<Shape> outputs)
    {
        (Layer, Inputs, WithStates) = (layer, [.. inputs], withStates);
        Outputs = [.. outputs.Select((shape, i) => new Node(this, i, shape))];
    }

    internal Layer Layer { get; }

    internal IReadOnlyList<Node> Inputs { get; }

    /// <summary>Whether the layer begins with the states behind its first input, if there are any, and gives those after it.</summary>
    internal bool WithStates { get; }

    internal IReadOnlyList<Node> Outputs { get; }
}
