using System.Text.Json;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Interop;

/// <summary>
/// A graph of Keras's functional API as the library's: layers and how they call each other. What an operation of Keras 3 computes is read
/// only where it makes a mask, which the library's layers hand on by themselves.
/// </summary>
internal sealed class KerasGraph
{
    // A model in a model counts as often as it is called.
    private const long MostCalls = 100_000;

    private readonly KerasPart _config;
    private readonly KerasLayers _reader;
    private readonly int _depth;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<Entry> _layers = [];
    private readonly List<CallSettings> _calls = [];
    private readonly List<Shape> _shapes = [];
    private readonly List<MaskedSteps> _steps = [];
    private readonly List<(Shape Shape, InputSettings Settings)> _inputs = [];
    private long _count;

    private KerasGraph(KerasPart config, KerasLayers reader, int depth) => (_config, _reader, _depth) = (config, reader, depth);

    /// <summary>Reads the configuration of a graph.</summary>
    /// <param name="config">The object with <c>layers</c>, <c>input_layers</c> and <c>output_layers</c>.</param>
    /// <param name="reader">Reads its layers.</param>
    /// <param name="before">How its layers' places begin in messages.</param>
    /// <param name="depth">How many layers it is in.</param>
    /// <exception cref="InvalidDataException">It is no sound graph.</exception>
    /// <exception cref="NotSupportedException">It has what is not read.</exception>
    internal static KerasGraph Read(KerasPart config, KerasLayers reader, string before, int depth)
    {
        var graph = new KerasGraph(config, reader, depth);
        graph.Read(before);
        return graph;
    }

    /// <summary>The graph, its layers in the order of the file.</summary>
    internal FunctionalSettings Settings { get; private set; } = null!;

    /// <summary>The shapes of its inputs, with their numbers of samples where the file fixes them.</summary>
    internal IReadOnlyList<Shape> InputShapes => [.. _inputs.Select(input => input.Shape)];

    /// <summary>What is known of the masked steps of its outputs.</summary>
    internal IEnumerable<MaskedSteps> OutputSteps => Settings.Outputs.Select(place => _steps[place]);

    /// <summary>How many calls of layers it is, those in models in it as often as they are called.</summary>
    internal long Count => _count;

    /// <summary>The layers of a graph in which each feeds the next alone; null for another.</summary>
    internal static SequentialSettings? ChainOf(FunctionalSettings graph)
    {
        var isChain = graph.Inputs.Count == 1 && graph.Calls.Count == graph.Layers.Count && graph.Outputs is [var last]
            && last == graph.Calls.Count
            && graph.Calls.Select((call, i) => !call.WithStates && call.Inputs is [var one] && one == i).All(isNext => isNext)
            // A model in it may make several.
            && graph.Calls.All(call => graph.Layers[call.Layer] is not FunctionalSettings { Outputs.Count: > 1 });
        return isChain
            ? new SequentialSettings { Layers = [.. graph.Calls.Select(call => graph.Layers[call.Layer])], Trainable = graph.Trainable }
            : null;
    }

    private void Read(string before)
    {
        _config.Skip("name", "trainable", "dtype");
        var layers = _config.Items("layers") ?? throw _config.Lacks("layers");
        if (layers.Count > SavedModel.MostLayers)
        {
            throw _config.Wrong("it has more layers than any model");
        }
        for (var i = 0; i < layers.Count; i++)
        {
            AddEntry(layers[i], KerasNetwork.LayerPlace(before, i));
        }
        var (inputs, outputs) = (Ends("input_layers"), Ends("output_layers"));
        // Keras 3 counts a graph's own making as its first call where another graph ends, and nowhere else.
        if (_reader.IsKeras3)
        {
            outputs =
            [
                .. outputs.Select(output => _entries.GetValueOrDefault(output.Layer) is { Kind: "Functional" }
                    ? output with { Call = output.Call - 1 } : output),
            ];
        }
        FindFirstCalls(outputs);
        foreach (var tensor in inputs)
        {
            AddInput(Find(tensor, _config));
        }
        foreach (var (entry, call) in Order(outputs))
        {
            AddCall(entry, call);
        }
        CheckAllUsed();
        Settings = new FunctionalSettings
        {
            Inputs = [.. _inputs.Select(input => input.Settings)],
            Layers = [.. _layers.Select(entry => entry.Settings!)],
            Calls = _calls,
            Outputs = [.. outputs.Select(output => Place(output, _config))],
            Trainable = _config.Flag("trainable") ?? true,
        };
        if (Settings.Outputs.FirstOrDefault(place => place < _inputs.Count, -1) is >= 0 and var input)
        {
            throw _config.Unread($"its input '{Settings.Inputs[input].Name}' is an output too");
        }
    }

    private void AddEntry(JsonElement json, string at)
    {
        var part = new KerasPart(json, _config.File, at);
        var name = part.Text("name") ?? part.NeededPart("config", part.Place).Text("name") ?? throw part.Lacks("name");
        var kind = part.Text("class_name") ?? throw part.Lacks("class_name");
        var place = new KerasPart(json, _config.File, $"{part.Place} '{name}' ({kind})");
        var entry = new Entry(part, place, name, kind, (part.Text("module") ?? "").Contains(".ops.", StringComparison.Ordinal));
        if (!_entries.TryAdd(name, entry))
        {
            throw part.Wrong($"two layers are named '{name}'");
        }
        if (!entry.IsOperation)
        {
            entry.Calls = KerasCall.AllOf(place);
            if (entry.IsInput != (entry.Calls.Count == 0))
            {
                throw place.Wrong(entry.IsInput ? "an input is called" : "it is not called");
            }
            if (entry.Calls.Any(call => call.IsCausal != entry.Calls[0].IsCausal))
            {
                throw place.Unread("it is called with 'use_causal_mask' as true and as false, and a layer has one of them for all calls");
            }
            if (!entry.IsInput)
            {
                entry.Layer = _layers.Count;
                _layers.Add(entry);
            }
        }
    }

    // One tensor, or a list or an object of tensors; Keras takes an object's in the order of its keys.
    private List<KerasTensor> Ends(string key)
    {
        var tensors = new List<KerasTensor>();
        Add(_config.Find(key) ?? throw _config.Lacks(key), 0);
        return tensors.Count > 0 ? tensors : throw _config.Wrong($"'{key}' is empty");

        void Add(JsonElement value, int depth)
        {
            if (KerasTensor.Of(value) is { } tensor)
            {
                tensors.Add(tensor);
            }
            else if (value.ValueKind == JsonValueKind.Array && depth < 4)
            {
                foreach (var item in value.EnumerateArray())
                {
                    Add(item, depth + 1);
                }
            }
            else if (value.ValueKind == JsonValueKind.Object && depth < 4)
            {
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    Add(member.Value, depth + 1);
                }
            }
            else
            {
                throw _config.Wrong($"'{key}' is of no known form");
            }
        }
    }

    // Of a model in the model, Keras counts its own making as a call, and doesn't list it; which models do so depends on the version. All
    // listed calls are used, so that the largest number used tells.
    private void FindFirstCalls(List<KerasTensor> outputs)
    {
        var used = _entries.Values.SelectMany(entry => entry.Calls).SelectMany(call => call.Inputs.Concat(call.States)).Concat(outputs);
        foreach (var ofLayer in used.GroupBy(tensor => tensor.Layer))
        {
            if (_entries.TryGetValue(ofLayer.Key, out var entry) && entry.IsModel
                && ofLayer.Max(tensor => tensor.Call) == entry.Calls.Count)
            {
                entry.FirstCall = 1;
            }
        }
    }

    private Entry Find(KerasTensor tensor, KerasPart user)
    {
        var entry = _entries.GetValueOrDefault(tensor.Layer) ?? throw user.Wrong($"there is no layer '{tensor.Layer}'");
        return entry.IsOperation
            ? throw entry.Place.Unread($"it is the operation '{entry.Kind}' of keras.ops, and layers are read")
            : entry;
    }

    private void AddInput(Entry entry)
    {
        if (!entry.IsInput)
        {
            throw entry.Place.Wrong("it is among 'input_layers' and no InputLayer");
        }
        if (entry.FirstValue.Length > 0)
        {
            throw entry.Place.Wrong("it is twice among 'input_layers'");
        }
        _ = _reader.Read(entry.Part, null, _depth);
        var shape = KerasNetwork.InputShapeOf(entry.Part) ?? throw entry.Place.Lacks("batch_shape");
        entry.FirstValue = [_inputs.Count];
        _inputs.Add((shape, new InputSettings { Name = entry.Name, Shape = [.. shape.Skip(1).Select(length => length ?? -1)] }));
        _shapes.Add(shape.With(0, null));
        _steps.Add(MaskedSteps.None);
    }

    // Each call after those that it needs; deep graphs need no deep stack.
    private List<(Entry Entry, int Call)> Order(List<KerasTensor> outputs)
    {
        var order = new List<(Entry, int)>();
        var isDone = new Dictionary<(string, int), bool>();
        var left = new Stack<(Entry Entry, int Call, int Next)>();
        foreach (var output in outputs)
        {
            Enter(output, _config);
            while (left.TryPop(out var top))
            {
                var call = top.Entry.Calls[top.Call];
                if (top.Next < call.Inputs.Count + call.States.Count)
                {
                    left.Push((top.Entry, top.Call, top.Next + 1));
                    var (next, inputs) = (top.Next, call.Inputs.Count);
                    Enter(next < inputs ? call.Inputs[next] : call.States[next - inputs], top.Entry.Place);
                }
                else
                {
                    isDone[(top.Entry.Name, top.Call)] = true;
                    order.Add((top.Entry, top.Call));
                }
            }
        }
        return order;

        void Enter(KerasTensor tensor, KerasPart user)
        {
            var entry = Find(tensor, user);
            if (entry.IsInput)
            {
                return;
            }
            var call = CallOf(entry, tensor, user);
            if (!isDone.TryGetValue((entry.Name, call), out var done))
            {
                isDone[(entry.Name, call)] = false;
                left.Push((entry, call, 0));
            }
            else if (!done)
            {
                throw entry.Place.Wrong("its layers feed each other in a circle");
            }
        }
    }

    private static int CallOf(Entry entry, KerasTensor tensor, KerasPart user)
    {
        var call = tensor.Call - entry.FirstCall;
        if (call < 0 || call >= entry.Calls.Count)
        {
            throw user.Wrong(string.Create(
                CultureInfo.InvariantCulture, $"it takes call {tensor.Call} of '{entry.Name}', which is called {entry.Calls.Count} times"));
        }
        entry.UsesStates[call] |= tensor.Output > 0;
        return call;
    }

    private void AddCall(Entry entry, int place)
    {
        var call = entry.Calls[place];
        if (call.Inputs.Count == 0)
        {
            throw entry.Place.Wrong("it is called with nothing");
        }
        List<int> inputs = [.. call.Inputs.Concat(call.States).Select(tensor => Place(tensor, entry.Place))];
        if (entry.Settings is null)
        {
            var read = _reader.Read(entry.Part, _shapes[inputs[0]].Rank, _depth) ?? throw entry.Place.Wrong("it computes nothing");
            entry.Settings = (call.IsCausal, read) switch
            {
                (true, AttentionSettings attention) => attention with { Name = entry.Name, UseCausalMask = true },
                (true, MultiHeadAttentionSettings heads) => heads with { Name = entry.Name, UseCausalMask = true },
                _ => read with { Name = entry.Name },
            };
            _reader.Renamed(read, entry.Settings);
        }
        var layer = entry.Settings;
        var note = _reader.NoteOf(layer);
        _count += note.Calls;
        if (_count > MostCalls)
        {
            throw _config.Wrong("it has more layers than any model");
        }
        var isRecurrent = layer.StateUnits.Count > 0;
        if (call.States.Count > 0 && !isRecurrent)
        {
            throw entry.Place.Unread("it is called with the argument 'initial_state', and is no recurrent layer");
        }
        if (isRecurrent && entry.UsesStates[place] && !note.ReturnsState)
        {
            throw entry.Place.Wrong("another takes its state, which it does not return");
        }
        var settings = new CallSettings
        {
            Layer = entry.Layer,
            Inputs = inputs,
            WithStates = isRecurrent && (inputs.Count > 1 || entry.UsesStates[place]),
        };
        CheckMasks(entry, call, settings);
        entry.FirstValue[place] = _shapes.Count;
        List<Shape> given = [.. inputs.Select(input => _shapes[input])];
        try
        {
            _shapes.AddRange(layer.OutputShapes(given, settings.WithStates, layer.Title));
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or ArithmeticException)
        {
            throw new InvalidDataException($"{_config.File}: {entry.Place.Place}: {error.Message}", error);
        }
        _reader.Masks.AddCall(_steps, layer, settings, [.. inputs.Select(NameOf)]);
        _calls.Add(settings);
    }

    private static string NameOf(int value) => value.ToString(CultureInfo.InvariantCulture);

    private int Place(KerasTensor tensor, KerasPart user)
    {
        var entry = Find(tensor, user);
        if (entry.IsInput)
        {
            return entry.FirstValue is not [var input]
                ? throw user.Wrong($"it needs the input '{entry.Name}', which is not among 'input_layers'")
                : tensor is { Call: 0, Output: 0 } ? input
                : throw user.Wrong($"the input '{entry.Name}' has one tensor");
        }
        var call = CallOf(entry, tensor, user);
        if (entry.FirstValue[call] < 0)
        {
            throw user.Wrong($"it takes what '{entry.Name}' makes only later");
        }
        var count = Outputs(entry, call);
        return tensor.Output < count ? entry.FirstValue[call] + tensor.Output : throw user.Wrong(string.Create(
            CultureInfo.InvariantCulture, $"it takes output {tensor.Output} of '{entry.Name}', which has {count}"));
    }

    private static int Outputs(Entry entry, int call) => entry.Settings switch
    {
        FunctionalSettings graph => graph.Outputs.Count,
        var layer => entry.UsesStates[call] ? 1 + layer!.StateUnits.Count : 1,
    };

    // Keras 3 says which masks a layer gets; here layers hand them on by themselves.
    private void CheckMasks(Entry entry, KerasCall call, CallSettings settings)
    {
        // What this one's is used for is its statistics.
        if (call.Masks is null || entry.Settings is BatchNormalizationSettings)
        {
            return;
        }
        for (var i = 0; i < call.Inputs.Count && !(settings.WithStates && i > 0); i++)
        {
            var said = i < call.Masks.Count && call.Masks[i] is { } mask ? MaskOf(mask, entry.Place, 0) : null;
            var own = _steps[settings.Inputs[i]].Mask;
            if (said != own)
            {
                throw entry.Place.Unread($"it is called with {(said is null ? "no mask" : "a mask")}, and its input "
                    + $"'{call.Inputs[i].Layer}' has {(own is null ? "none" : said is null ? "one" : "another")}");
            }
        }
    }

    // What a mask was made of, in the words of MaskedSteps.
    private string? MaskOf(KerasTensor mask, KerasPart user, int depth)
    {
        var entry = _entries.GetValueOrDefault(mask.Layer) ?? throw user.Wrong($"there is no layer '{mask.Layer}'");
        if (!entry.IsOperation)
        {
            throw user.Unread($"its mask is the output of the layer '{mask.Layer}', and masks that Keras makes itself are read");
        }
        if (depth > 64)
        {
            throw user.Wrong("its mask is made of more operations than any");
        }
        if (entry.Mask is null)
        {
            var (tensors, numbers) = KerasCall.OfOperation(entry.Place);
            if (entry.Kind == "NotEqual" && tensors is [var compared] && numbers is [var number])
            {
                entry.Mask = MaskedSteps.Unlike(NameOf(Place(compared, entry.Place)), number);
            }
            else
            {
                var made = tensors.Where(tensor => _entries.GetValueOrDefault(tensor.Layer)?.IsOperation == true)
                    .Select(tensor => MaskOf(tensor, user, depth + 1)).Aggregate((string?)null, MaskedSteps.Both);
                // Of two masks Keras may take either, and here both count.
                var isOne = entry.Kind != "LogicalOr" || made?.Contains('&', StringComparison.Ordinal) == false;
                entry.Mask = made is not null && entry.IsOfMask && isOne ? made : throw entry.Place.Unread(
                    $"it is the operation '{entry.Kind}' of keras.ops in a mask of {user.Place}, and the masks of Embedding and Masking "
                        + "are read");
            }
        }
        return entry.Mask;
    }

    private void CheckAllUsed()
    {
        foreach (var entry in _entries.Values)
        {
            if (entry.IsOperation ? entry.Mask is null && !entry.IsOfMask : entry.IsInput ? entry.FirstValue.Length == 0
                : Array.Exists(entry.FirstValue, value => value < 0))
            {
                throw entry.Place.Unread(entry.IsOperation ? $"it is the operation '{entry.Kind}' of keras.ops, and layers are read"
                    : entry.IsInput ? $"the input '{entry.Name}' is not among 'input_layers'"
                    : $"what '{entry.Name}' makes leads to no output");
            }
        }
        var used = _calls.SelectMany(call => call.Inputs).ToHashSet();
        if (Enumerable.Range(0, _inputs.Count).FirstOrDefault(input => !used.Contains(input), -1) is >= 0 and var unused)
        {
            throw _config.Unread($"the input '{_inputs[unused].Settings.Name}' leads to no output");
        }
    }

    /// <summary>A layer as the file lists it.</summary>
    private sealed class Entry(KerasPart part, KerasPart place, string name, string kind, bool isOperation)
    {
        private IReadOnlyList<KerasCall> _calls = [];

        internal KerasPart Part => part;

        /// <summary>The same with its name, for messages.</summary>
        internal KerasPart Place => place;

        internal string Name => name;

        internal string Kind => kind;

        internal bool IsOperation => isOperation;

        internal bool IsInput => kind == "InputLayer";

        internal bool IsModel => kind is "Sequential" or "Model" or "Functional";

        /// <summary>Whether it is of those that Keras makes masks of; it makes some that no layer takes, too.</summary>
        internal bool IsOfMask => kind is "NotEqual" or "Any" or "All" or "ExpandDims" or "Squeeze" or "BroadcastTo" or "Concatenate"
            or "LogicalAnd" or "LogicalOr" or "OnesLike" or "Cast";

        internal IReadOnlyList<KerasCall> Calls
        {
            get => _calls;
            set
            {
                _calls = value;
                FirstValue = [.. value.Select(_ => -1)];
                UsesStates = new bool[value.Count];
            }
        }

        internal int FirstCall { get; set; }

        /// <summary>Once it was read.</summary>
        internal LayerSettings? Settings { get; set; }

        internal int Layer { get; set; }

        /// <summary>The number of the first value that each call makes; -1: not yet.</summary>
        internal int[] FirstValue { get; set; } = [];

        /// <summary>Whether others take more of a call than its first output.</summary>
        internal bool[] UsesStates { get; private set; } = [];

        /// <summary>What an operation's mask is made of.</summary>
        internal string? Mask { get; set; }
    }
}
