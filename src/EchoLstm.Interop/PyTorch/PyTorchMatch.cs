using System.Text.RegularExpressions;
using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>Which of a file's units is which layer's.</summary>
internal sealed partial record PyTorchMatch(Layer Layer, PyTorchUnit Unit)
{
    /// <summary>What only PyTorch counts.</summary>
    private const string Batches = "num_batches_tracked";

    /// <summary>A unit for each layer, and a layer for each unit.</summary>
    /// <exception cref="InvalidDataException">There is none, or more than one way; all faults are listed.</exception>
    internal static IReadOnlyList<PyTorchMatch> Find(
        IReadOnlyList<(string Name, Layer Layer)> places,
        IReadOnlyList<PyTorchUnit> units,
        IReadOnlyDictionary<string, string> names,
        string path)
    {
        var faults = new List<string>();
        var found = new Dictionary<string, PyTorchUnit>();
        var free = units.ToList();
        foreach (var (name, layer) in places)
        {
            var wanted = names.GetValueOrDefault(name) ?? name.Replace('/', '.');
            var unit = free.Find(unit => unit.Name == wanted);
            if (unit is null && names.ContainsKey(name))
            {
                faults.Add($"{layer.Title} shall have '{wanted}', which is not there");
            }
            else if (unit is not null && Misfit(layer, unit) is { } misfit)
            {
                faults.Add(misfit);
            }
            else if (unit is not null)
            {
                found[name] = unit;
                free.Remove(unit);
            }
        }
        if (faults.Count == 0)
        {
            Assign([.. places.Where(place => !found.ContainsKey(place.Name))], free, found, faults);
        }
        if (faults.Count > 0)
        {
            throw new InvalidDataException(
                $"{path} does not fit the layers; nothing was changed: {string.Join("; ", faults)}. It has "
                    + $"{string.Join("; ", units)}. Make the same layers, or say which is which, e.g. names: new Dictionary<string, "
                    + "string> { [\"lstm_1\"] = \"rnn\" }.");
        }
        return [.. places.Select(place => new PyTorchMatch(place.Layer, found[place.Name]))];
    }

    private static void Assign(
        List<(string Name, Layer Layer)> open, List<PyTorchUnit> free, Dictionary<string, PyTorchUnit> found, List<string> faults)
    {
        while (open.Count > 0)
        {
            var fitting = open.Select(place => free.Where(unit => Misfit(place.Layer, unit) is null).ToList()).ToList();
            // First those that one unit alone fits; then several of one kind, whose names count them.
            var next = fitting.FindIndex(candidates => candidates.Count == 1);
            next = next >= 0 ? next : fitting.FindIndex(candidates => candidates.Count > 1
                && candidates.Select(unit => Digits().Replace(unit.Name, "#")).Distinct().Count() == 1
                && fitting.Count(others => others.SequenceEqual(candidates)) == candidates.Count);
            if (next < 0)
            {
                faults.AddRange(open.Zip(fitting, (place, candidates) => Fault(place.Layer, candidates)));
                return;
            }
            var unit = fitting[next]
                .OrderBy(unit => Digits().Replace(unit.Name, digits => digits.Value.PadLeft(9, '0')), StringComparer.Ordinal).First();
            found[open[next].Name] = unit;
            free.Remove(unit);
            open.RemoveAt(next);
        }
        faults.AddRange(free.Select(unit => $"no layer is for {unit}"));
    }

    private static string Fault(Layer layer, List<PyTorchUnit> candidates)
    {
        if (PyTorchLayer.Expected(layer, out var reason) is not { } expected)
        {
            return $"{layer.Title} can't have PyTorch's weights: {reason}";
        }
        return candidates.Count == 0
            ? $"nothing there is for {layer.Title}, which needs {Text(expected)}"
            : $"{layer.Title} may be {string.Join(" or ", candidates.Select(unit => unit.Name))}";
    }

    // Why a unit is not the layer's; null where it may be.
    private static string? Misfit(Layer layer, PyTorchUnit unit)
    {
        if (PyTorchLayer.Expected(layer, out var reason) is not { } expected)
        {
            return $"{layer.Title} can't have PyTorch's weights: {reason}";
        }
        var isSame = unit.Tensors.Keys.Where(name => name != Batches).ToHashSet().SetEquals(expected.Keys)
            && expected.All(tensor => unit.ShapeOf(tensor.Key)!.SequenceEqual(tensor.Value));
        return isSame ? null : $"{layer.Title} needs {Text(expected)}, but there is {unit}";
    }

    private static string Text(IReadOnlyDictionary<string, long[]> tensors) =>
        string.Join(", ", tensors.Select(tensor => $"{tensor.Key} {Shape.Known(tensor.Value)}"));

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
