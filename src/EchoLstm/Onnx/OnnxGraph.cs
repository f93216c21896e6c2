using System.Runtime.InteropServices;
using Google.Protobuf;

namespace EchoLstm.Onnx;

/// <summary>A graph that grows node by node: ONNX's operators, constants, inputs and outputs, each under a name of its own.</summary>
internal sealed class OnnxGraph(int opset)
{
    /// <summary>The numbers that ONNX gives to types of elements.</summary>
    internal const int Float = 1;
    internal const int Int32 = 6;
    internal const int Int64 = 7;
    internal const int Bool = 9;

    private const int ReduceTakesAxesAsInput = 18;

    private readonly List<Node> _nodes = [];
    private readonly List<Constant> _constants = [];
    private readonly Dictionary<string, string> _smallConstants = [];
    private readonly List<Port> _inputs = [];
    private readonly List<Port> _outputs = [];
    private readonly HashSet<string> _names = [];
    private readonly HashSet<string> _nodeNames = [];
    private readonly Dictionary<string, string> _weights = [];
    private readonly HashSet<string> _reserved = [];
    private bool _isNamed; // whether the layer has given its name to a node

    /// <summary>The layer whose nodes are made, as names begin.</summary>
    internal string Path { get; private set; } = "";

    /// <summary>How many bytes the constants have.</summary>
    internal long Size { get; private set; }

    /// <summary>The nodes from now on are a layer's.</summary>
    internal void Begin(string path) => (Path, _isNamed) = (path, false);

    /// <summary>A node that has the layer's own name, as it does the layer's work; the others' names are longer.</summary>
    internal string Main(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        Add(type, _isNamed ? $"{Path}/{type}" : Path, inputs, 1, attributes)[0];

    internal string Op(string type, string[] inputs, params (string Name, object Value)[] attributes) =>
        Add(type, $"{Path}/{type}", inputs, 1, attributes)[0];

    /// <summary>A node with several outputs that has the layer's own name.</summary>
    internal string[] Mains(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes) =>
        Add(type, _isNamed ? $"{Path}/{type}" : Path, inputs, outputs, attributes);

    internal string[] Ops(string type, string[] inputs, int outputs, params (string Name, object Value)[] attributes) =>
        Add(type, $"{Path}/{type}", inputs, outputs, attributes);

    /// <summary>Sum, mean or largest over axes, which were an attribute once; ReduceSum's were changed earlier.</summary>
    internal string Reduce(string type, string input, bool keep, params long[] axes) =>
        Reduce($"{Path}/{type}", type, input, keep, axes);

    internal string MainReduce(string type, string input, bool keep, params long[] axes) => Reduce(Path, type, input, keep, axes);

    /// <summary>A weight; one that is asked for again, by a layer that is used again, is there once.</summary>
    internal string Floats(string name, float[] values, params long[] shape)
    {
        if (!_weights.TryGetValue(name, out var constant))
        {
            _weights[name] = constant = AddConstant(name, Float, shape, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
        return constant;
    }

    /// <summary>Whole numbers, a vector; the same ones are there once.</summary>
    internal string Integers(params long[] values) => Small(
        $"i_{string.Join('_', values.Select(Text))}", name =>
            AddConstant(name, Int64, [values.Length], MemoryMarshal.AsBytes(values.AsSpan()).ToArray()));

    internal string Integer(long value) => Small(
        $"n_{Text(value)}", name => AddConstant(name, Int64, [], BitConverter.GetBytes(value)));

    internal string Number(float value) => Small(
        $"f_{value.ToString("R", CultureInfo.InvariantCulture)}",
        name => AddConstant(name, Float, [], BitConverter.GetBytes(value)));

    internal string Input(string name, int type, params object?[] shape)
    {
        _inputs.Add(new Port(Unique(name), type, shape));
        return _inputs[^1].Name;
    }

    /// <summary>Keeps a name for an output that comes last.</summary>
    internal void Reserve(string name)
    {
        _ = Unique(name);
        _reserved.Add(name);
    }

    internal string Output(string name, string value, int type, params object?[] shape)
    {
        var unique = _reserved.Remove(name) ? name : Unique(name);
        _nodes.Add(new Node("Identity", Unique(unique, _nodeNames), [value], [unique], []));
        _outputs.Add(new Port(unique, type, shape));
        return unique;
    }

    /// <summary>The lengths of a value's axes, from one on, up to another.</summary>
    internal string Lengths(string value, long from, long to = long.MaxValue) =>
        Op("Slice", [Op("Shape", [value]), Integers(from), Integers(to), Integers(0)]);

    internal string Unsqueeze(string value, params long[] axes) => Op("Unsqueeze", [value, Integers(axes)]);

    internal string Squeeze(string value, params long[] axes) => Op("Squeeze", [value, Integers(axes)]);

    internal string Transpose(string value, params long[] axes) => Op("Transpose", [value], ("perm", axes));

    internal string Cast(string value, long type) => Op("Cast", [value], ("to", type));

    /// <summary>GraphProto, without what no output needs.</summary>
    internal void Write(CodedOutputStream stream, string name)
    {
        var needed = Needed();
        foreach (var node in _nodes.Where(node => node.Outputs.Any(needed.Contains)))
        {
            stream.Message(1, message => Write(message, node));
        }
        stream.Text(2, name);
        foreach (var constant in _constants.Where(constant => needed.Contains(constant.Name)))
        {
            stream.Message(5, message => // TensorProto
            {
                foreach (var length in constant.Shape)
                {
                    message.Number(1, length);
                }
                message.Number(2, constant.Type);
                message.Text(8, constant.Name);
                message.Bytes(9, UnsafeByteOperations.UnsafeWrap(constant.Bytes));
            });
        }
        foreach (var input in _inputs)
        {
            stream.Message(11, message => Write(message, input));
        }
        foreach (var output in _outputs)
        {
            stream.Message(12, message => Write(message, output));
        }
    }

    // A node stands behind those that it reads.
    private HashSet<string> Needed()
    {
        HashSet<string> needed = [.. _outputs.Select(output => output.Name)];
        foreach (var node in Enumerable.Reverse(_nodes).Where(node => node.Outputs.Any(needed.Contains)))
        {
            needed.UnionWith(node.Inputs);
        }
        return needed;
    }

    // NodeProto.
    private static void Write(CodedOutputStream stream, Node node)
    {
        foreach (var input in node.Inputs)
        {
            stream.Text(1, input);
        }
        foreach (var output in node.Outputs)
        {
            stream.Text(2, output);
        }
        stream.Text(3, node.Name);
        stream.Text(4, node.Type);
        foreach (var (name, value) in node.Attributes)
        {
            stream.Message(5, message => Write(message, name, value));
        }
    }

    // AttributeProto, whose field 20 says which of its others has the value.
    private static void Write(CodedOutputStream stream, string name, object value)
    {
        stream.Text(1, name);
        switch (value)
        {
            case float number:
                stream.Real(2, number);
                stream.Number(20, 1);
                break;
            case long number:
                stream.Number(3, number);
                stream.Number(20, 2);
                break;
            case string text:
                stream.Text(4, text);
                stream.Number(20, 3);
                break;
            case float[] numbers:
                Array.ForEach(numbers, number => stream.Real(7, number));
                stream.Number(20, 6);
                break;
            case long[] numbers:
                Array.ForEach(numbers, number => stream.Number(8, number));
                stream.Number(20, 7);
                break;
            case string[] texts:
                Array.ForEach(texts, text => stream.Text(9, text));
                stream.Number(20, 8);
                break;
            default:
                throw new ArgumentException($"An attribute can't be a {value.GetType().Name}.", nameof(value));
        }
    }

    // ValueInfoProto: a TypeProto with a Tensor with a TensorShapeProto with Dimensions.
    private static void Write(CodedOutputStream stream, Port port)
    {
        stream.Text(1, port.Name);
        stream.Message(2, type => type.Message(1, tensor =>
        {
            tensor.Number(1, port.Type);
            tensor.Message(2, shape =>
            {
                foreach (var length in port.Shape)
                {
                    shape.Message(1, dimension =>
                    {
                        if (length is long known)
                        {
                            dimension.Number(1, known);
                        }
                        else if (length is string any)
                        {
                            dimension.Text(2, any);
                        }
                    });
                }
            });
        }));
    }

    private string Reduce(string name, string type, string input, bool keep, long[] axes)
    {
        (string, object) kept = ("keepdims", keep ? 1L : 0);
        return type == "ReduceSum" || opset >= ReduceTakesAxesAsInput
            ? Add(type, name, [input, Integers(axes)], 1, [kept])[0]
            : Add(type, name, [input], 1, [("axes", axes), kept])[0];
    }

    private string[] Add(string type, string name, string[] inputs, int outputs, (string Name, object Value)[] attributes)
    {
        _isNamed |= name == Path;
        var unique = Unique(name, _nodeNames);
        string[] values = [Unique(unique), .. Enumerable.Range(1, outputs - 1).Select(i => Unique($"{unique}:{Text(i)}"))];
        _nodes.Add(new Node(type, unique, inputs, values, attributes));
        return values;
    }

    private string Small(string key, Func<string, string> add)
    {
        if (!_smallConstants.TryGetValue(key, out var name))
        {
            _smallConstants[key] = name = add($"constant/{key}");
        }
        return name;
    }

    private string AddConstant(string name, int type, long[] shape, byte[] bytes)
    {
        Size += bytes.Length;
        _constants.Add(new Constant(Unique(name), type, shape, bytes));
        return _constants[^1].Name;
    }

    private string Unique(string name) => Unique(name, _names);

    private static string Unique(string name, HashSet<string> taken)
    {
        var unique = name;
        for (var i = 2; !taken.Add(unique); i++)
        {
            unique = $"{name}_{Text(i)}";
        }
        return unique;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Node(string Type, string Name, string[] Inputs, string[] Outputs, (string Name, object Value)[] Attributes);

    private sealed record Constant(string Name, int Type, long[] Shape, byte[] Bytes);

    private sealed record Port(string Name, int Type, object?[] Shape);
}
