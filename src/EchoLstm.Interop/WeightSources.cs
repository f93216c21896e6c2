using System.Collections.Immutable;
using EchoLstm.Layers;

namespace EchoLstm.Interop;

/// <summary>Gives each layer that has weights its arrays, in Keras's order; what does not fit is noted.</summary>
internal abstract class WeightSource
{
    /// <summary>How many bytes the file has: no more are read from it than that.</summary>
    internal abstract long Length { get; }

    /// <summary>The arrays for each holder.</summary>
    internal abstract IEnumerable<(WeightHolder Holder, IReadOnlyList<StoredArray> Arrays)> Assign(
        LayerSettings model, Shape input, bool byName, Action<string> faults);
}

/// <summary>
/// HDF5 as Keras has written it since 1.0: a group a layer, in the order of <c>layer_names</c>, its arrays in the order of
/// <c>weight_names</c>. What is between the layer's group and an array, nobody can foretell.
/// </summary>
internal sealed class LegacyWeights(Hdf5Group group) : WeightSource
{
    internal override long Length => group.File.Length;

    internal string? Version => group.Text("keras_version");

    /// <summary>What it was trained on. Keras 1 does not say it, but TensorFlow's names end in <c>:0</c> and Theano's do not.</summary>
    internal string? Backend => group.Text("backend") ?? group.File.Root.Text("backend")
        ?? ((Version ?? group.File.Root.Text("keras_version") ?? "1.").StartsWith("1.", StringComparison.Ordinal)
            && FirstName is { } name && !name.EndsWith(":0", StringComparison.Ordinal) ? "theano" : null);

    private string? FirstName => (group.Texts("layer_names") ?? [])
        .SelectMany(layer => group.Group(layer)?.Texts("weight_names") ?? []).FirstOrDefault();

    internal override IEnumerable<(WeightHolder Holder, IReadOnlyList<StoredArray> Arrays)> Assign(
        LayerSettings model, Shape input, bool byName, Action<string> faults)
    {
        var names = group.Texts("layer_names") ?? throw group.File.Damaged($"the group '{group.Path}' has no attribute 'layer_names'");
        if (names.Distinct().Count() < names.Count)
        {
            throw group.File.Damaged("its 'layer_names' has a name twice");
        }
        var layers = WeightHolder.WithShapes(model, input)
            .Select(with => (with.Layer, Holders: WeightHolder.OfLayer(with.Layer, with.Inputs, "", !model.Trainable)))
            .Where(layer => layer.Holders.Count > 0).ToList();
        List<(string Name, List<StoredArray> Arrays)> stored =
            [.. names.Select(name => (name, Arrays(name))).Where(layer => layer.Item2.Count > 0)];
        var known = layers.Select(layer => layer.Layer.Name!).ToHashSet();
        // Which of a graph's branches is listed first, its author may not know.
        byName |= model is FunctionalSettings && stored.Count == known.Count && stored.All(layer => known.Contains(layer.Name));
        if (byName)
        {
            foreach (var (name, arrays) in stored.Where(layer => !known.Contains(layer.Name)))
            {
                faults($"the file has weights for a layer '{name}' ({arrays.Count.ToString(CultureInfo.InvariantCulture)} arrays), which "
                    + $"the model does not have, or has without weights");
            }
        }
        else if (stored.Count != layers.Count)
        {
            faults(string.Create(
                CultureInfo.InvariantCulture,
                $"the model has {layers.Count} layers with weights ({string.Join(", ", layers.Select(layer => layer.Layer.Name))}), and "
                    + $"the file {stored.Count} ({string.Join(", ", stored.Select(layer => layer.Name))})"));
            return [];
        }
        var byLayer = stored.ToDictionary(layer => layer.Name, layer => layer.Arrays);
        return layers.SelectMany((layer, i) => Shared(
            layer.Holders,
            byName ? byLayer.GetValueOrDefault(layer.Layer.Name!) ?? [] : stored[i].Arrays));
    }

    private List<StoredArray> Arrays(string layer)
    {
        var own = group.Group(layer) ?? throw group.File.Damaged($"there is no group '{layer}' in '{group.Path}', which its 'layer_names' "
            + $"has");
        var names = own.Texts("weight_names") ?? throw group.File.Damaged($"the group '{own.Path}' has no attribute 'weight_names'");
        return [.. names.Select(name => (own.Dataset(name) ?? throw group.File.Damaged($"there is no array '{name}' in '{own.Path}', which "
            + $"its 'weight_names' has")).Numbers())];
    }

    // A model in the model has the arrays of all its layers: those that are trained before those that are not.
    private static IEnumerable<(WeightHolder Holder, IReadOnlyList<StoredArray> Arrays)> Shared(
        List<WeightHolder> holders, List<StoredArray> arrays)
    {
        if (holders is [{ IsPartlyTrained: false } only])
        {
            return [(only, arrays)];
        }
        var left = new Queue<StoredArray>(arrays);
        var given = holders.Select(holder => new StoredArray?[holder.AreTrained.Count]).ToList();
        foreach (var isTrained in (ReadOnlySpan<bool>)[true, false])
        {
            for (var i = 0; i < holders.Count; i++)
            {
                for (var j = 0; j < given[i].Length; j++)
                {
                    if (holders[i].AreTrained[j] == isTrained && left.TryDequeue(out var array))
                    {
                        given[i][j] = array;
                    }
                }
            }
        }
        // Too many are a fault of the last.
        return holders.Zip(given, (holder, own) =>
            (holder, (IReadOnlyList<StoredArray>)[.. own.OfType<StoredArray>(), .. ReferenceEquals(own, given[^1]) ? left : []]));
    }
}

/// <summary>
/// HDF5 as Keras 3 writes it (and TensorFlow from 2.12 on, in .keras): groups named by the layer's class and a counter, arrays by numbers.
/// </summary>
internal sealed class Keras3Weights(Hdf5Group root) : WeightSource
{
    private static readonly ImmutableArray<string> Containers = ["layers", "_layer_checkpoint_dependencies"];

    /// <summary>The layers in a MultiHeadAttention, in the order of its weights; tf.keras and the first of Keras 3 call them the same
    /// behind an underscore.</summary>
    internal static ImmutableArray<string> Projections { get; } = ["query_dense", "key_dense", "value_dense", "output_dense"];

    internal override long Length => root.File.Length;

    internal static bool IsIn(Hdf5Group root) => Containers.Any(root.Links.ContainsKey) && !root.Attributes.ContainsKey("layer_names");

    internal override IEnumerable<(WeightHolder Holder, IReadOnlyList<StoredArray> Arrays)> Assign(
        LayerSettings model, Shape input, bool byName, Action<string> faults)
    {
        var given = new List<(WeightHolder, IReadOnlyList<StoredArray>)>();
        Assign(root, model, input, byName, "", false, faults, given);
        return given;
    }

    private void Assign(
        Hdf5Group group,
        LayerSettings model,
        Shape input,
        bool byName,
        string before,
        bool isFrozen,
        Action<string> faults,
        List<(WeightHolder, IReadOnlyList<StoredArray>)> given)
    {
        var layers = LayersIn(group);
        var withShapes = WeightHolder.WithShapes(model, input).ToList();
        var groups = GroupsOf(layers, withShapes, before, faults);
        foreach (var (layer, shapes) in withShapes)
        {
            if (!groups.TryGetValue(layer, out var own))
            {
                continue;
            }
            var (name, frozen) = ($"{before}{layer.Name}", isFrozen || !layer.Trainable);
            if (byName && own.Group("vars")?.Text("name") is { } said && said != layer.Name)
            {
                faults($"'{own.Path}' is that of a layer '{said}', where the model has '{layer.Name}'");
            }
            if (WeightHolder.IsModel(layer))
            {
                Assign(own, layer, shapes[0], byName, $"{name}/", frozen, faults, given);
            }
            else if (layer.WeightsOf(shapes).Any())
            {
                given.Add((new WeightHolder(layer, shapes, name, frozen), [.. Arrays(own, layer, shapes, faults)]));
            }
        }
    }

    private Hdf5Group LayersIn(Hdf5Group group) => Containers.Select(group.Group).FirstOrDefault(found => found is not null)
        ?? throw root.File.Damaged($"the group '{group.Path}' has no group 'layers'");

    // The layers of a class have its groups, in order of their counters.
    private static Dictionary<LayerSettings, Hdf5Group> GroupsOf(
        Hdf5Group layers, List<(LayerSettings Layer, IReadOnlyList<Shape> Inputs)> withShapes, string before, Action<string> faults)
    {
        var found = new Dictionary<LayerSettings, Hdf5Group>(ReferenceEqualityComparer.Instance);
        foreach (var kind in withShapes.GroupBy(layer => Layer.SnakeCase(layer.Layer.KerasClass)))
        {
            // Of a wrapper's class some may have weights and some none.
            if (!kind.Any(layer => layer.Layer.WeightsOf(layer.Inputs).Any()))
            {
                continue;
            }
            // TensorFlow leaves numbers out; the order stays.
            var groups = layers.Links.Keys.Where(name => CounterOf(name, kind.Key) is not null)
                .OrderBy(name => CounterOf(name, kind.Key)).ToList();
            var count = kind.Count();
            if (groups.Count != count)
            {
                faults(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the model{(before.Length == 0 ? "" : $" '{before[..^1]}'")} has {count} layers of the class "
                        + $"{kind.First().Layer.KerasClass}, and '{layers.Path}' has {groups.Count} groups for them "
                        + $"({string.Join(", ", groups)})"));
                continue;
            }
            foreach (var (layer, name) in kind.Zip(groups))
            {
                found[layer.Layer] = layers.Group(name)!;
            }
        }
        return found;
    }

    private IEnumerable<StoredArray> Arrays(
        Hdf5Group own, LayerSettings layer, IReadOnlyList<Shape> inputs, Action<string> faults)
    {
        return layer switch
        {
            BidirectionalSettings both => Below("forward_layer", both.Layer, inputs).Concat(Below("backward_layer", both.Layer, inputs)),
            TimeDistributedSettings wrapper => Below("layer", wrapper.Layer, [TimeDistributedSettings.StepShape(inputs[0])]),
            RecurrentSettings => Vars(own.Group("cell")),
            MultiHeadAttentionSettings => Projections.SelectMany(name => Vars(own.Group(name) ?? own.Group($"_{name}"))),
            SequentialSettings or FunctionalSettings => OfModel(),
            _ => Vars(own),
        };

        IEnumerable<StoredArray> Below(string name, LayerSettings inner, IReadOnlyList<Shape> given) =>
            own.Group(name) is { } group ? Arrays(group, inner, given, faults) : [];

        IEnumerable<StoredArray> OfModel()
        {
            var withShapes = WeightHolder.WithShapes(layer, inputs[0]).ToList();
            var groups = GroupsOf(LayersIn(own), withShapes, $"{layer.Name}/", faults);
            return withShapes.Where(inner => groups.ContainsKey(inner.Layer))
                .SelectMany(inner => Arrays(groups[inner.Layer], inner.Layer, inner.Inputs, faults));
        }
    }

    private IEnumerable<StoredArray> Vars(Hdf5Group? own)
    {
        if (own?.Group("vars") is not { } vars)
        {
            return [];
        }
        var arrays = new List<StoredArray>();
        for (var i = 0; i < vars.Links.Count; i++)
        {
            var name = i.ToString(CultureInfo.InvariantCulture);
            arrays.Add((vars.Dataset(name) ?? throw root.File.Damaged($"'{vars.Path}' has no array '{name}' but others")).Numbers());
        }
        return arrays;
    }

    /// <summary>0 for <c>dense</c>, 1 for <c>dense_1</c>; null for another class.</summary>
    private static int? CounterOf(string name, string kind) =>
        name == kind ? 0
        : name.StartsWith($"{kind}_", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(kind.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : null;
}
