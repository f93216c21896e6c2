using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>
/// A random graph with data: up to 8 calls behind each other of layers that have kernels, shared layers, skips, merges, states as edges, models inside, several inputs and
/// outputs, masks and weights. The same seed gives the same graph; its tensors are in the caller's dispose scope.
/// </summary>
internal sealed class RandomGraph : IDisposable
{
    private const int Depth = 8;
    private static readonly Activation[] Activations = [Activation.Linear, Activation.Tanh, Activation.Sigmoid, Activation.Relu, Activation.Softmax];

    private readonly Random _random;
    private readonly int _samples;
    private readonly List<Value> _values = [];
    private readonly List<(Layer Layer, long Features, int Rank)> _layers = []; // that may be applied again
    private readonly List<(Node[] States, Type Kind)> _states = [];
    private readonly List<Input> _inputs = [];
    private readonly List<Node> _outputs = [];
    private readonly HashSet<Node> _used = [];
    private readonly bool _dropsOut;

    /// <param name="seed">Which.</param>
    /// <param name="isLarge">Whether its batch is large enough for threads to share it by samples, as half of these are.</param>
    internal RandomGraph(int seed, bool isLarge = false)
    {
        _random = new Random(seed);
        _samples = isLarge ? _random.Next(64, 200) : _random.Next(1, 6);
        _dropsOut = Chance(3);
        var data = new List<Tensor>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            data.Add(AddInput());
        }
        for (var i = _random.Next(3, 14); i > 0; i--)
        {
            AddCall();
        }
        X = [.. data];
        Masks = [.. _values.Take(_inputs.Count).Zip(_inputs).Select(pair => pair.First.Steps > 0 && Chance(4) ? (TensorLike?)Mask(pair.First.Steps) : null)];
        var (losses, targets, weights) = (new List<Loss>(), new List<Tensor>(), new List<double>());
        var unread = _values.Where(value => !_used.Contains(value.Node)).OrderBy(value => value.Node is Input ? 0 : 1).ToList();
        foreach (var value in unread)
        {
            AddHead(value, losses, targets);
        }
        if (_outputs.Count == 0 || Chance(3))
        {
            AddHead(_values[_random.Next(_values.Count)], losses, targets);
        }
        Y = [.. targets];
        SampleWeights = [.. Y.Select(_ => Chance(4) ? (TensorLike?)tensor([.. Enumerable.Range(0, _samples).Select(_ => Chance(4) ? 0 : _random.NextSingle() * 2)]) : null)];
        Model = new FunctionalModel([.. _inputs], [.. _outputs]) { Seed = seed };
        Metric[] metrics = [Metric.MeanAbsoluteError()];
        Model.Compile([.. losses], new Sgd(0.1), [.. losses.Select(_ => Chance(3) ? 0.5 + _random.NextDouble() : 1)], [.. losses.Select(_ => metrics)], null);
        Description = $"seed {seed}: {string.Join(", ", Model.Graph.Calls.Select(call => $"{call.Layer.Name}({string.Join(", ", call.Inputs.Select(node => node.ToString()))})"))}, outputs {string.Join(", ", _outputs)}"
            + (Masks.Any(mask => mask is not null) ? ", masked" : "");
    }

    internal FunctionalModel Model { get; }

    internal Tensor[] X { get; }

    internal Tensor[] Y { get; }

    internal TensorLike?[] Masks { get; }

    internal TensorLike?[] SampleWeights { get; }

    internal string Description { get; }

    internal IReadOnlyList<Tensor> Predict() => Model.Predict([.. X.Select(x => (TensorLike)x)], mask: Masks);

    internal History Fit(int epochs) => Model.Fit(
        [.. X.Select(x => (TensorLike)x)], [.. Y.Select(y => (TensorLike)y)], epochs, batchSize: _samples, shuffle: false, verbose: 0, mask: Masks, sampleWeight: SampleWeights);

    public void Dispose() => Model.Dispose();

    private bool Chance(int one) => _random.Next(one) == 0;

    private int Length() => _random.Next(1, 20);

    private Activation Any(long units) => Activations[_random.Next(units > 1 ? Activations.Length : Activations.Length - 1)];

    private Dense AnyDense()
    {
        var units = Length();
        return new Dense(units, Any(units), useBias: !Chance(5));
    }

    private Tensor Numbers(params long[] shape) => tensor([.. Enumerable.Range(0, (int)shape.Aggregate((a, b) => a * b)).Select(_ => (_random.NextSingle() - 0.5f) * 2)]).reshape(shape);

    private Tensor Mask(int steps) => tensor([.. Enumerable.Range(0, _samples * steps).Select(_ => !Chance(4))]).reshape(_samples, steps);

    private Tensor AddInput()
    {
        var steps = Chance(3) && _values.Find(value => value.Steps > 0) is { } like ? like.Steps : _random.Next(1, 6);
        switch (_random.Next(4))
        {
            case 0:
                var features = Length();
                Take(new Input(features), 0, 0);
                return Numbers(_samples, features);
            case 1:
                var words = _random.Next(2, 9);
                var input = new Input(-1);
                Take(input, steps, 0);
                _values.RemoveAt(_values.Count - 1);
                var embedding = new Embedding(words, Length(), maskZero: Chance(2));
                _used.Add(input);
                _values.Add(new Value(embedding.Apply(input), steps, 1, embedding.MaskZero));
                return tensor([.. Enumerable.Range(0, _samples * steps).Select(_ => (long)_random.Next(words))]).reshape(_samples, steps);
            default:
                var width = Length();
                Take(new Input(Chance(2) ? -1 : steps, width), steps, 0);
                return Numbers(_samples, steps, width);
        }

        void Take(Input node, int length, int depth)
        {
            _inputs.Add(node);
            _values.Add(new Value(node, length, depth, Masked: true));
        }
    }

    private void AddCall()
    {
        var from = Read();
        if (from is null)
        {
            return;
        }
        var (node, steps, depth, masked) = from;
        switch (_random.Next(from.HasSteps ? 12 : 7))
        {
            case 0:
                var dense = AnyDense();
                Add(dense.Apply(node), steps, depth, masked, from);
                _layers.Add((dense, from.Width, node.Shape.Rank));
                break;
            case 1 when _layers.Where(one => one.Features == from.Width && one.Rank == node.Shape.Rank).ToList() is [_, ..] again:
                var layer = again[_random.Next(again.Count)].Layer;
                var made = layer.Apply(node);
                Add(made, made.Shape.Rank == 3 ? steps : 0, depth, masked, from);
                break;
            case 2:
                Merge(from);
                break;
            case 3:
                Layer small = _random.Next(4) switch
                {
                    0 => new ActivationLayer(Any(from.Width)),
                    1 => new LayerNormalization(0.01),
                    2 when _dropsOut => new Dropout(0.3),
                    _ => new LeakyRelu(),
                };
                Add(small.Apply(node), steps, depth, masked, from);
                break;
            case 4 when !from.HasSteps:
                var n = Chance(2) && _values.Find(value => value.Steps > 0) is { } like ? like.Steps : _random.Next(1, 6);
                Add(new RepeatVector(n).Apply(node), n, depth, masked: false, from);
                break;
            case 5:
                var inner = from.HasSteps
                    ? new SequentialModel(new Dense(Length(), Activation.Tanh), new SimpleRnn(Length(), returnSequences: true))
                    : new SequentialModel(new Dense(Length(), Activation.Tanh), new Dense(Length()));
                Add(inner.Apply(node), steps, depth, masked, from);
                break;
            case 6 when from.HasSteps:
                Add((Chance(2) ? (Layer)new GlobalAveragePooling1D() : new GlobalMaxPooling1D()).Apply(node), 0, depth, masked: false, from);
                break;
            case 7 when _values.Where(value => value.HasSteps && value.Width == from.Width && value.Depth < Depth).ToList() is [_, ..] keys:
                var (key, value) = (keys[_random.Next(keys.Count)], Read(one => one.HasSteps));
                if (Chance(2) || value is null || value.Steps != key.Steps)
                {
                    Add(new AdditiveAttention(!Chance(3)).Apply(node, key.Node), steps, Math.Max(depth, key.Depth), masked, from, key);
                }
                else
                {
                    Add(new AdditiveAttention().Apply(node, value.Node, key.Node), steps, Math.Max(depth, Math.Max(key.Depth, value.Depth)), masked, from, key, value);
                }
                break;
            case > 4 when from.HasSteps:
                Recurrent(from);
                break;
        }
    }

    private void Recurrent(Value from)
    {
        var (node, steps, depth, masked) = from;
        var given = Chance(2) && _states.Count > 0 ? _states[_random.Next(_states.Count)] : default;
        var units = (int)(given.States?[0].Shape.Last ?? Length());
        var sequences = !Chance(3);
        var dropout = _dropsOut && Chance(4) ? 0.25 : 0;
        var kind = given.Kind ?? new[] { typeof(Lstm), typeof(Gru), typeof(SimpleRnn), typeof(Bidirectional) }[_random.Next(4)];
        RecurrentLayer recurrent = kind == typeof(Gru) || (kind == typeof(Bidirectional) && Chance(2) && given.States is null)
            ? new Gru(units, sequences, resetAfter: Chance(2), dropout: dropout, goBackwards: Chance(5))
            : kind == typeof(SimpleRnn) ? new SimpleRnn(units, sequences, recurrentDropout: dropout, goBackwards: Chance(5))
            : new Lstm(units, sequences, dropout: dropout, goBackwards: kind == typeof(Lstm) && Chance(5)) { CheckpointSteps = Chance(4) ? 2 : null };
        if (kind == typeof(Bidirectional) && given.States is { Length: 2 })
        {
            recurrent = new Gru(units, sequences);
        }
        var mode = (MergeMode)_random.Next(4);
        if (given.States is null && Chance(2))
        {
            var layer = kind == typeof(Bidirectional) ? (Layer)new Bidirectional(recurrent, mode) : recurrent;
            Add(layer.Apply(node), sequences ? steps : 0, depth, masked && sequences, from);
            _layers.Add((layer, from.Width, 3));
            return;
        }
        var (output, states) = kind == typeof(Bidirectional)
            ? new Bidirectional(recurrent, mode).ApplyWithState(node, given.States)
            : recurrent.ApplyWithState(node, given.States);
        foreach (var state in given.States ?? [])
        {
            _used.Add(state);
        }
        Add(output, sequences ? steps : 0, depth, masked && sequences, from);
        _states.Add(([.. states], kind));
        if (Chance(2))
        {
            _values.Add(new Value(states[^1], 0, depth + 1, false));
        }
    }

    private void Merge(Value from)
    {
        var others = _values.Where(value => value.Depth < Depth && value.Steps == from.Steps && value.Node.Shape.Rank == from.Node.Shape.Rank).ToList();
        var other = others[_random.Next(others.Count)];
        var depth = Math.Max(from.Depth, other.Depth);
        var masked = from.Masked || other.Masked;
        switch (_random.Next(4))
        {
            case 0:
                Add(new Concatenate().Apply(from.Node, other.Node, from.Node), from.Steps, depth, masked, from, other);
                break;
            case 1 when from.HasSteps && _values.Where(value => value.HasSteps && value.Width == from.Width && value.Depth < Depth).ToList() is { Count: > 0 } behind:
                var next = behind[_random.Next(behind.Count)];
                Add(new Concatenate(1).Apply(from.Node, next.Node), from.Steps + next.Steps, Math.Max(from.Depth, next.Depth), from.Masked || next.Masked, from, next);
                break;
            case 2 when other.Width == from.Width && !from.HasSteps:
                Add(new Dot(-1, normalize: Chance(2)).Apply(from.Node, other.Node), 0, depth, masked: false, from, other);
                break;
            case 2 when from.HasSteps && other.Steps == from.Steps:
                Add(new Dot(1, 1, normalize: Chance(2)).Apply(from.Node, other.Node), (int)from.Width, depth, masked: false, from, other);
                break;
            default:
                var same = _values.Where(value => value.Depth < Depth && (value.Width == from.Width || value.Width == 1)
                    && (value.Steps == from.Steps || (!value.HasSteps && from.HasSteps))).ToList();
                var (one, two) = (same[_random.Next(same.Count)], same[_random.Next(same.Count)]);
                MergeLayer layer = _random.Next(6) switch { 0 => new Multiply(), 1 => new Average(), 2 => new Maximum(), 3 => new Minimum(), 4 => new Subtract(), _ => new Add() };
                Node[] merged = layer is Subtract ? [from.Node, one.Node] : [from.Node, one.Node, two.Node];
                Add(layer.Apply(merged), from.Steps, Math.Max(from.Depth, Math.Max(one.Depth, two.Depth)), from.Masked || one.Masked || two.Masked, layer is Subtract ? [from, one] : [from, one, two]);
                break;
        }
    }

    private void AddHead(Value value, List<Loss> losses, List<Tensor> targets)
    {
        var node = value.Node;
        _used.Add(node);
        var (units, kind) = (_random.Next(2, 6), _random.Next(4));
        long[] rows = value.HasSteps ? [_samples, value.Steps] : [_samples];
        var y = kind == 3 ? node : new Dense(units, kind == 1 ? Activation.Softmax : Activation.Linear).Apply(node);
        if (kind == 3 && node is Input)
        {
            (y, kind) = (new Dense(units).Apply(node), 0);
        }
        _outputs.Add(y);
        losses.Add(kind == 1 ? Loss.CategoricalCrossentropy() : kind == 2 ? Loss.MeanAbsoluteError() : Loss.MeanSquaredError());
        targets.Add(kind == 1
            ? nn.functional.one_hot(tensor([.. Enumerable.Range(0, (int)rows.Aggregate((a, b) => a * b)).Select(_ => (long)_random.Next(units))]), units).to(ScalarType.Float32).reshape([.. rows, units])
            : Numbers([.. rows, y.Shape.Last!.Value]));
    }

    private Value? Read(Func<Value, bool>? fits = null)
    {
        var some = _values.Where(value => value.Depth < Depth && value.Node.Shape.Last is not null && fits?.Invoke(value) != false).ToList();
        return some.Count == 0 ? null : some[_random.Next(some.Count)];
    }

    private void Add(Node node, int steps, int depth, bool masked, params Value[] from)
    {
        foreach (var value in from)
        {
            _used.Add(value.Node);
        }
        _values.Add(new Value(node, steps, depth + 1, masked));
    }

    /// <summary>A node with what it will be.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Steps">Its time steps; 0 for none.</param>
    /// <param name="Depth">How many calls are before it.</param>
    /// <param name="Masked">Whether it may have a mask.</param>
    private sealed record Value(Node Node, int Steps, int Depth, bool Masked)
    {
        internal bool HasSteps => Steps > 0;

        internal long Width => Node.Shape.Last ?? 0;
    }
}
