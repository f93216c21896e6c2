using System.Collections.Immutable;
using System.Text.Json;

namespace EchoLstm.Interop;

/// <summary>A tensor of a graph as Keras names it: what a use of a layer makes.</summary>
internal readonly record struct KerasTensor(string Layer, int Call, int Output)
{
    /// <summary>The tensor of <c>["lstm_1", 0, 0]</c>; null for another array.</summary>
    internal static KerasTensor? Of(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= 3 && value[0].ValueKind == JsonValueKind.String
            && value[1].TryGetInt32Safely() is >= 0 and { } call && value[2].TryGetInt32Safely() is >= 0 and { } output
            ? new KerasTensor(value[0].GetString()!, call, output)
            : null;
}

/// <summary>
/// A use of a layer, in each of the forms that <c>inbound_nodes</c> has had: lists of tensors up to tf.keras 2, with arguments beside
/// them; and Keras 3's objects of args and kwargs.
/// </summary>
/// <param name="Inputs">The tensors that it gets.</param>
/// <param name="States">Those that are said to be its first state.</param>
/// <param name="Masks">The masks that it is said to get, one an input; null where nothing is said, as before Keras 3.</param>
/// <param name="IsCausal">Whether attention looks at no later step.</param>
internal sealed record KerasCall(
    IReadOnlyList<KerasTensor> Inputs, IReadOnlyList<KerasTensor> States, IReadOnlyList<KerasTensor?>? Masks, bool IsCausal)
{
    // Lists in lists, deeper than any layer takes them.
    private const int Deepest = 8;

    // What MultiHeadAttention takes one by one, where other layers take a list.
    private static readonly ImmutableArray<string> Parts = ["query", "value", "key"];

    /// <summary>All uses of a layer; an input has none.</summary>
    /// <exception cref="InvalidDataException">Keras writes none like that.</exception>
    /// <exception cref="NotSupportedException">It is called with what is not read.</exception>
    internal static IReadOnlyList<KerasCall> AllOf(KerasPart layer) =>
        [.. (layer.Items("inbound_nodes") ?? []).Select(node => node.ValueKind switch
        {
            JsonValueKind.Object => OfKeras3(layer, node),
            JsonValueKind.Array when node.GetArrayLength() > 0 => OfLists(layer, node),
            _ => throw layer.Wrong("'inbound_nodes' is of no known form"),
        })];

    private static KerasCall OfLists(KerasPart layer, JsonElement node)
    {
        var (inputs, states) = (new List<KerasTensor>(), new List<KerasTensor>());
        JsonElement? arguments = null;
        var isCausal = false;
        Add(node, 0);
        if (arguments is { } given)
        {
            var others = new List<JsonProperty>();
            foreach (var argument in given.EnumerateObject().Where(argument => Matters(layer, argument, ref isCausal)))
            {
                if (argument.Name is "initial_state" or "initialState")
                {
                    AddTensors(layer, argument.Value, states, "its first state", 0);
                }
                else if (IsPart(layer, argument.Name))
                {
                    others.Add(argument);
                }
                else
                {
                    throw Unknown(layer, argument.Name);
                }
            }
            foreach (var argument in others.OrderBy(argument => Parts.IndexOf(argument.Name)))
            {
                AddTensors(layer, argument.Value, inputs, $"its {argument.Name}", 0);
            }
        }
        return new KerasCall(inputs, states, null, isCausal);

        void Add(JsonElement value, int depth)
        {
            if (KerasTensor.Of(value) is { } tensor)
            {
                inputs.Add(tensor);
                if (value.GetArrayLength() > 3)
                {
                    arguments ??= value[3].ValueKind == JsonValueKind.Object ? value[3]
                        : throw layer.Wrong("'inbound_nodes' is of no known form");
                }
                return;
            }
            if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.String)
            {
                throw value[0].GetString() == "_CONSTANT_VALUE" ? layer.Unread("it is called with a constant, and layers' outputs are read")
                    : layer.Wrong("'inbound_nodes' is of no known form");
            }
            if (value.ValueKind != JsonValueKind.Array || depth > Deepest)
            {
                throw layer.Unread("it is called with a dictionary or another structure, and lists of tensors are read");
            }
            foreach (var item in value.EnumerateArray())
            {
                Add(item, depth + 1);
            }
        }
    }

    private static KerasCall OfKeras3(KerasPart layer, JsonElement node)
    {
        var part = new KerasPart(node, layer.File, layer.Place);
        var (inputs, states) = (new List<KerasTensor>(), new List<KerasTensor>());
        List<KerasTensor?>? masks = null;
        var isCausal = false;
        foreach (var argument in part.Items("args") ?? [])
        {
            AddTensors(layer, argument, inputs, "its input", 0);
        }
        if (part.Find("kwargs") is not { ValueKind: JsonValueKind.Object } named)
        {
            return new KerasCall(inputs, states, masks, isCausal);
        }
        foreach (var argument in named.EnumerateObject().OrderBy(argument => Parts.IndexOf(argument.Name.Split('_')[0])))
        {
            switch (argument.Name)
            {
                case var name when IsPart(layer, name):
                    AddTensors(layer, argument.Value, inputs, $"its {name}", 0);
                    break;
                case "query_mask" or "value_mask" or "key_mask" when IsHeads(layer):
                    masks ??= [];
                    AddMasks(layer, argument.Value, masks, 0);
                    break;
                case "initial_state":
                    AddTensors(layer, argument.Value, states, "its first state", 0);
                    break;
                case "mask":
                    masks = [];
                    AddMasks(layer, argument.Value, masks, 0);
                    break;
                default:
                    if (Matters(layer, argument, ref isCausal))
                    {
                        throw Unknown(layer, argument.Name);
                    }
                    break;
            }
        }
        return new KerasCall(inputs, states, masks, isCausal);
    }

    private static bool IsHeads(KerasPart layer) => layer.Text("class_name") == "MultiHeadAttention";

    private static bool IsPart(KerasPart layer, string argument) => IsHeads(layer) && Parts.Contains(argument);

    private static NotSupportedException Unknown(KerasPart layer, string argument) =>
        layer.Unread($"it is called with the argument '{argument}', which this reader does not know");

    // Null is what is missing; these switch off what there is not.
    private static bool Matters(KerasPart layer, JsonProperty argument, ref bool isCausal)
    {
        if (argument.Value.ValueKind == JsonValueKind.Null)
        {
            return false;
        }
        if (argument.Name is not ("training" or "use_causal_mask" or "return_attention_scores"))
        {
            return true;
        }
        if (argument is { Name: "use_causal_mask", Value.ValueKind: JsonValueKind.True }
            && layer.Text("class_name") is "Attention" or "MultiHeadAttention")
        {
            isCausal = true;
            return false;
        }
        return argument.Value.ValueKind == JsonValueKind.False ? false
            : throw layer.Unread($"it is called with '{argument.Name}' as {KerasPart.Words(argument.Value)}, and only false is read");
    }

    private static void AddTensors(KerasPart layer, JsonElement value, List<KerasTensor> tensors, string what, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.Object:
                tensors.Add(HistoryOf(layer, value));
                break;
            case JsonValueKind.Array when KerasTensor.Of(value) is { } tensor:
                tensors.Add(tensor);
                break;
            case JsonValueKind.Array when depth < Deepest:
                foreach (var item in value.EnumerateArray())
                {
                    AddTensors(layer, item, tensors, what, depth + 1);
                }
                break;
            default:
                throw layer.Unread($"{what} is {KerasPart.Words(value)}, and layers' outputs are read");
        }
    }

    private static void AddMasks(KerasPart layer, JsonElement value, List<KerasTensor?> masks, int depth)
    {
        if (value.ValueKind == JsonValueKind.Array && depth < Deepest)
        {
            foreach (var item in value.EnumerateArray())
            {
                AddMasks(layer, item, masks, depth + 1);
            }
            return;
        }
        masks.Add(value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Object => HistoryOf(layer, value),
            _ => throw layer.Unread($"its mask is {KerasPart.Words(value)}, and layers' masks are read"),
        });
    }

    private static KerasTensor HistoryOf(KerasPart layer, JsonElement value)
    {
        var part = new KerasPart(value, layer.File, layer.Place);
        if (part.Text("class_name") is { } kind && kind != "__keras_tensor__")
        {
            throw layer.Unread($"it is called with an object '{kind}', and layers' outputs are read");
        }
        return part.Part("config", layer.Place)?.Find("keras_history") is { } history && KerasTensor.Of(history) is { } tensor ? tensor
            : throw layer.Wrong("'inbound_nodes' is of no known form");
    }

    internal static (List<KerasTensor> Tensors, List<double> Numbers) OfOperation(KerasPart layer)
    {
        var (tensors, numbers) = (new List<KerasTensor>(), new List<double>());
        foreach (var node in layer.Items("inbound_nodes") ?? [])
        {
            Add(node, 0);
        }
        return (tensors, numbers);

        void Add(JsonElement value, int depth)
        {
            if (depth > 3 * Deepest)
            {
                throw layer.Wrong("'inbound_nodes' is of no known form");
            }
            switch (value.ValueKind)
            {
                case JsonValueKind.Object when value.TryGetProperty("class_name", out _):
                    tensors.Add(HistoryOf(layer, value));
                    break;
                case JsonValueKind.Object:
                    foreach (var member in value.EnumerateObject())
                    {
                        Add(member.Value, depth + 1);
                    }
                    break;
                case JsonValueKind.Array:
                    foreach (var item in value.EnumerateArray())
                    {
                        Add(item, depth + 1);
                    }
                    break;
                case JsonValueKind.Number when value.TryGetDouble(out var number):
                    numbers.Add(number);
                    break;
            }
        }
    }
}
