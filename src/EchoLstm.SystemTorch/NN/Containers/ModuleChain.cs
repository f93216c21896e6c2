namespace TorchSharp.Modules;

/// <summary>The named modules of a sequential module, in the order in which they run.</summary>
internal sealed class ModuleChain
{
    private readonly List<(string Name, torch.nn.Module Module)> _items = [];

    internal int Count => _items.Count;

    internal torch.nn.Module this[int index] => _items[index].Module;

    internal IEnumerable<torch.nn.Module> Modules => _items.Select(item => item.Module);

    internal IEnumerable<(string name, torch.nn.Module module)> Named => _items;

    internal void Add(torch.nn.Module module) => Add(_items.Count.ToString(), module);

    internal void Add(string name, torch.nn.Module module) => _items.Add((name, module));

    internal IEnumerable<(string name, torch.nn.Module module)> NamedModules()
        => _items.Concat(_items.SelectMany(item => item.Module.named_modules().Select(below => ($"{item.Name}.{below.name}", below.module))));

    internal IEnumerable<(string name, Parameter parameter)> NamedParameters()
        => Once(module => module.named_parameters(true));

    internal IEnumerable<(string name, torch.Tensor buffer)> NamedBuffers(bool includeNonPersistent)
        => Once(module => module.named_buffers(true, includeNonPersistent));

    internal IEnumerable<(string Name, torch.nn.Module Module)> Slice(int start, int end)
    {
        if (start < 0 || start > Count) throw new IndexOutOfRangeException($"{start} is not a valid index.");
        if (end < 0 || end > Count) throw new IndexOutOfRangeException($"{end} is not a valid index.");
        return _items.Skip(start).Take(end - start);
    }

    /// <summary>The two ends of a range of positions.</summary>
    internal (int? start, int? end) Ends(Range range) => (range.Start.GetOffset(Count), range.End.GetOffset(Count));

    private IEnumerable<(string, T)> Once<T>(Func<torch.nn.Module, IEnumerable<(string, T)>> of) where T : torch.Tensor
    {
        var seen = new HashSet<torch.Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var (name, module) in _items)
            foreach (var (below, tensor) in of(module))
                if (seen.Add(tensor)) yield return ($"{name}.{below}", tensor);
    }
}
