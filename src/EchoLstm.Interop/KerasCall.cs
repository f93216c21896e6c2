using System.Text.Json;

namespace EchoLstm.Interop;

/// <summary>A tensor of a graph as Keras names it: what a use of a layer makes.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Call">Which of its uses.</param>
/// <param name="Output">Which of that use's outputs.</param>
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
internal sealed record KerasCall(
    IReadOnlyList<KerasTensor> Inputs, IReadOnlyList<KerasTensor> States, IReadOnlyList<KerasTensor?>? Masks)
{
    // Lists in lists, deeper than any layer takes them.
    private const int Deepest = 8;

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
        Add(node, 0);
        if (arguments is { } given)
        {
            foreach (var argument in given.EnumerateObject().Where(argument => Matters(layer, argument)))
            {
                if (argument.Name is not ("initial_state" or "initialState"))
                {
                    throw Unknown(layer, argument.Name);
                }
                AddTensors(layer, argument.Value, states, "its first state", 0);
            }
        }
        return new KerasCall(inputs, states, null);

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
        foreach (var argument in part.Items("args") ?? [])
        {
            AddTensors(layer, argument, inputs, "its input", 0);
        }
        if (part.Find("kwargs") is not { ValueKind: JsonValueKind.Object } named)
        {
            return new KerasCall(inputs, states, masks);
        }
        foreach (var argument in named.EnumerateObject())
        {
            switch (argument.Name)
            {
                case "initial_state":
                    AddTensors(layer, argument.Value, states, "its first state", 0);
                    break;
                case "mask":
                    masks = [];
                    AddMasks(layer, argument.Value, masks, 0);
                    break;
                default:
                    if (Matters(layer, argument))
                    {
                        throw Unknown(layer, argument.Name);
                    }
                    break;
            }
        }
        return new KerasCall(inputs, states, masks);
    }

    private static NotSupportedException Unknown(KerasPart layer, string argument) =>
        layer.Unread($"it is called with the argument '{argument}', which this reader does not know");

    // Null is what is missing; these switch off what there is not.
    private static bool Matters(KerasPart layer, JsonProperty argument) =>
        argument.Value.ValueKind != JsonValueKind.Null
        && (argument.Name is not ("training" or "use_causal_mask" or "return_attention_scores")
            || (argument.Value.ValueKind == JsonValueKind.False ? false
                : throw layer.Unread($"it is called with '{argument.Name}' as {KerasPart.Words(argument.Value)}, and only false is read")));

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

    /// <summary>All tensors that an operation of Keras 3 computes with, and the numbers.</summary>
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
