using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Onnx;

/// <summary>
/// A random graph with data: series, words and tables come in; layers read them, share weights, hand states on, merge and attend; and
/// whatever nobody reads goes out. In the caller's dispose scope.
/// </summary>
internal sealed class OnnxGraphCase : IDisposable
{
    private readonly Random _random;
    private readonly List<Node> _series = []; // of as many steps as the data has
    private readonly List<Node> _vectors = [];
    private readonly HashSet<Node> _unread = [];
    private readonly List<string> _what = [];
    private readonly List<Tensor> _data = [];

    private OnnxGraphCase(int seed)
    {
        _random = new Random(seed);
        var (samples, steps) = (_random.Next(1, 5), _random.Next(2, 7));
        List<Input> inputs = [];
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            inputs.Add(NewInput(seed + (31 * i), samples, steps));
        }
        for (var i = _random.Next(3, 9); i > 0; i--)
        {
            Grow();
        }
        List<Node> outputs = [.. _unread.Select(node => node is Input ? Made(new Dense(2), node) : node)];
        if (outputs.Count > 3)
        {
            List<Node> vectors = [.. outputs.Skip(2).Select(node => node.Shape.Rank == 3 ? Made(new GlobalAveragePooling1D(), node) : node)];
            outputs = [.. outputs.Take(2), vectors.Count == 1 ? vectors[0] : Made(new Concatenate(), [.. vectors])];
        }
        Model = new FunctionalModel(inputs, outputs) { Seed = seed };
        Model.Build();
        OnnxModelTests.Randomize(Model, seed);
        Description = $"seed {seed}: {string.Join(", ", _what)} on {string.Join(", ", inputs)} of {samples} samples and {steps} steps";
    }

    internal FunctionalModel Model { get; }

    internal TensorLike[] Data => [.. _data.Select(x => (TensorLike)x)];

    internal Dictionary<string, Tensor> Named => Model.InputNames.Zip(_data).ToDictionary(pair => pair.First, pair => pair.Second);

    internal string Description { get; }

    internal static OnnxGraphCase Create(int seed) => new(seed);

    public void Dispose() => Model.Dispose();

    private Input NewInput(int seed, long samples, long steps)
    {
        var features = _random.Next(1, 5);
        Input input;
        switch (_random.Next(3))
        {
            case 0:
                input = new Input(-1);
                _data.Add(Numbers.Uniform(seed, [samples, steps], 3.49).abs().round());
                Add(new Embedding(4, features, maskZero: Chance(2)), input);
                break;
            case 1:
                input = new Input(features);
                _data.Add(Numbers.Uniform(seed, [samples, features]));
                _vectors.Add(input);
                _unread.Add(input);
                break;
            default:
                input = new Input(-1, features);
                var x = Numbers.Uniform(seed, [samples, steps, features]);
                if (Chance(3))
                {
                    var missing = Numbers.Uniform(seed + 1, [samples, steps, 1]).gt(0.2).to(ScalarType.Float32);
                    _data.Add((x * (1 - missing)) - missing);
                    Add(new Masking(-1), input);
                }
                else
                {
                    _data.Add(x);
                    _series.Add(input);
                    _unread.Add(input);
                }
                break;
        }
        return input;
    }

    private void Grow()
    {
        if (_series.Count == 0)
        {
            Vector();
            return;
        }
        var x = Any(_series);
        switch (_random.Next(10))
        {
            case 0:
                var both = new Bidirectional(Recurrent(_random.Next(1, 4), Chance(2)), (MergeMode)_random.Next(4));
                var (output, states) = both.ApplyWithState(x);
                Add(both, [x], [output, .. states]);
                if (Chance(2))
                {
                    var second = new Bidirectional(Like((RecurrentLayer)both.Forward, true));
                    var y = Any(_series);
                    (output, _) = second.ApplyWithState(y, states);
                    Add(second, [y, .. states], [output]);
                }
                break;
            case 1 or 2:
                var first = Recurrent(_random.Next(1, 5), Chance(2));
                (output, states) = first.ApplyWithState(x);
                Add(first, [x], [output, .. states]);
                if (Chance(2))
                {
                    var second = Like(first, Chance(3));
                    var y = Any(_series);
                    (output, _) = second.ApplyWithState(y, states);
                    Add(second, [y, .. states], [output]);
                }
                break;
            case 3:
                // The same weights twice, where there is another of as many features.
                var shared = Chance(2) ? (Layer)Recurrent(2, Chance(2)) : new Dense(3, Activation.Tanh);
                Add(shared, [x], [shared.Apply(x)]);
                if (_series.FirstOrDefault(other => other != x && other.Shape.Last == x.Shape.Last) is { } twin)
                {
                    Add(shared, [twin], [shared.Apply(twin)]);
                }
                break;
            case 4:
                var units = _random.Next(1, 4);
                var (a, b) = (Made(new TimeDistributed(new Dense(units)), x), Made(new Dense(units), Any(_series)));
                Add(Merging(), a, b);
                break;
            case 5:
                Add(new Concatenate(), [.. Enumerable.Range(0, _random.Next(2, 4)).Select(_ => Any(_series))]);
                break;
            case 6:
                var features = new Dense(3);
                var (query, value) = (Made(features, x), Any(_series));
                Add(new AdditiveAttention(Chance(2)), Chance(2) ? [query, Made(new Dense(3), value)] : [query, value, Made(new Dense(3), value)]);
                break;
            case 7:
                Nested(x);
                break;
            case 8:
                // Of another number of steps: only read.
                var longer = Made(new Concatenate(1), Made(new Dense(2), x), Made(new Dense(2), Any(_series)));
                Add(Chance(2) ? Recurrent(2, false) : new GlobalMaxPooling1D(), longer);
                break;
            default:
                Vector();
                break;
        }
    }

    private void Vector()
    {
        if (_vectors.Count < 2)
        {
            Add(_series.Count > 0 ? Chance(2) ? new GlobalAveragePooling1D() : Recurrent(3, false) : new Dense(2), Any(_series.Count > 0 ? _series : _vectors));
            return;
        }
        var (a, b) = (Any(_vectors), Any(_vectors));
        switch (_random.Next(4))
        {
            case 0:
                var layer = new Dense(2, Activation.Tanh);
                Add(Merging(), Made(layer, a), Made(new Dense(2), b));
                break;
            case 1:
                Add(new Concatenate(), a, b);
                break;
            case 2 when _series.Count > 0:
                // Over the steps of both; what comes of it has none.
                Add(new Flatten(), Made(new Dot(1, normalize: Chance(2)), Made(new Dense(2), Any(_series)), Made(new Dense(3), Any(_series))));
                break;
            default:
                Add(new Dot(-1, normalize: Chance(2)), Made(new Dense(2), a), Made(new Dense(2), b));
                break;
        }
    }

    // A graph in the graph, called once or twice.
    private void Nested(Node x)
    {
        Input inside = new(-1, x.Shape.Last!.Value), beside = new(2);
        var (steps, states) = new Gru(2, returnSequences: true).ApplyWithState(inside, [beside]);
        var inner = new FunctionalModel([inside, beside], [new Dense(2).Apply(steps), new Add().Apply(states[0], beside)]);
        var start = Made(new Dense(2), Made(new GlobalAveragePooling1D(), x));
        var outputs = inner.ApplyMany(x, start);
        Add(inner, [x, start], [.. outputs]);
        if (Chance(2))
        {
            Add(inner, [x, outputs[1]], [.. inner.ApplyMany(x, outputs[1])]);
        }
    }

    private RecurrentLayer Recurrent(int units, bool sequences) => _random.Next(3) switch
    {
        0 => new Lstm(units, sequences, goBackwards: Chance(4)),
        1 => new Gru(units, sequences, goBackwards: Chance(4), resetAfter: Chance(2)),
        _ => new SimpleRnn(units, sequences, goBackwards: Chance(4)),
    };

    private static RecurrentLayer Like(RecurrentLayer layer, bool sequences) => layer switch
    {
        Lstm => new Lstm(layer.Units, sequences),
        Gru => new Gru(layer.Units, sequences, resetAfter: false),
        _ => new SimpleRnn(layer.Units, sequences),
    };

    private MergeLayer Merging() => _random.Next(6) switch
    {
        0 => new Add(),
        1 => new Subtract(),
        2 => new Multiply(),
        3 => new Average(),
        4 => new Maximum(),
        _ => new Minimum(),
    };

    private Node Made(Layer layer, params Node[] inputs)
    {
        _what.Add(layer.GetType().Name);
        foreach (var input in inputs)
        {
            _unread.Remove(input);
        }
        return layer.Apply(inputs);
    }

    private void Add(Layer layer, params Node[] inputs) => Added(inputs, [Made(layer, inputs)]);

    private void Add(Layer layer, Node[] inputs, Node[] outputs)
    {
        _what.Add(layer.GetType().Name);
        Added(inputs, outputs);
    }

    private void Added(Node[] inputs, Node[] outputs)
    {
        foreach (var input in inputs)
        {
            _unread.Remove(input);
        }
        foreach (var output in outputs)
        {
            (output.Shape.Rank == 3 ? _series : _vectors).Add(output);
            _unread.Add(output);
        }
    }

    private Node Any(List<Node> nodes) => nodes[_random.Next(nodes.Count)];

    private bool Chance(int one) => _random.Next(one) == 0;
}
