using System.Text.RegularExpressions;

namespace EchoLstm.Interop;

/// <summary>The tensors of one layer of a PyTorch module: <c>fc.weight</c> and <c>fc.bias</c>, or a layer of <c>nn.LSTM</c>.</summary>
/// <param name="Name">What stands before the tensors' names; with <c>.l1</c> behind it for the second layer of a stack.</param>
/// <param name="Tensors">The tensors by their own names, e.g. <c>weight_ih</c>, <c>weight_hh_reverse</c>, <c>running_mean</c>.</param>
internal sealed partial record PyTorchUnit(string Name, IReadOnlyDictionary<string, PyTorchTensor> Tensors)
{
    /// <summary>Puts a state dictionary's tensors together.</summary>
    internal static IReadOnlyList<PyTorchUnit> Of(IEnumerable<PyTorchTensor> tensors)
    {
        var units = new Dictionary<string, Dictionary<string, PyTorchTensor>>();
        var stacks = new Dictionary<string, int>(); // how many layers a module has
        var parts = tensors.Select(tensor => (Tensor: tensor, Part: PartOf(tensor.Name))).ToList();
        foreach (var (_, part) in parts.Where(part => part.Part.Layer >= 0))
        {
            stacks[part.Prefix] = Math.Max(stacks.GetValueOrDefault(part.Prefix), part.Layer + 1);
        }
        foreach (var (tensor, (prefix, leaf, layer)) in parts)
        {
            var name = layer < 0 || stacks[prefix] == 1 ? prefix : string.Create(CultureInfo.InvariantCulture, $"{prefix}.l{layer}");
            if (!units.TryGetValue(name, out var unit))
            {
                units[name] = unit = [];
            }
            unit[leaf] = tensor;
        }
        return [.. units.Select(unit => new PyTorchUnit(unit.Key, unit.Value)).OrderBy(unit => unit.Name, StringComparer.Ordinal)];
    }

    internal long[]? ShapeOf(string tensor) => Tensors.TryGetValue(tensor, out var found) ? found.Shape : null;

    public override string ToString()
    {
        var tensors = Tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal)
            .Select(tensor => $"{tensor.Key} {tensor.Value.ShapeText}");
        return $"{(Name.Length == 0 ? "the root" : Name)} ({string.Join(", ", tensors)})";
    }

    // prefix.weight_ih_l1_reverse is weight_ih_reverse of layer 1; a cell's weight_ih is of layer 0.
    private static (string Prefix, string Leaf, int Layer) PartOf(string name)
    {
        var dot = name.LastIndexOf('.');
        var (prefix, leaf) = dot < 0 ? ("", name) : (name[..dot], name[(dot + 1)..]);
        return Recurrent().Match(leaf) is { Success: true } match
            ? (prefix, match.Groups[1].Value + match.Groups[3].Value,
                match.Groups[2].Success ? int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) : 0)
            : (prefix, leaf, -1);
    }

    [GeneratedRegex(@"^((?:weight|bias)_(?:ih|hh|hr))(?:_l(\d{1,6}))?(_reverse)?$")]
    private static partial Regex Recurrent();
}

/// <summary>A tensor of a state dictionary.</summary>
internal sealed record PyTorchTensor(string Name, long[] Shape, Func<float[]> Read)
{
    internal string ShapeText => EchoLstm.Shape.Known(Shape).ToString();
}
