using TorchSharp.Modules;

namespace EchoLstm.Layers;

/// <summary>
/// Layers inside each other. TorchSharp's own lists of what is inside take the cube of the depth, and each call goes through every level on
/// the thread's stack: far deeper than anybody needs, it would end the process.
/// </summary>
internal static class Nesting
{
    /// <summary>How many layers may be inside each other.</summary>
    internal const int Deepest = 100;

    /// <summary>Throws where something has too many levels to be put into one more.</summary>
    internal static void Check(nn.Module inner, string outer, string parameter)
    {
        if (Levels(inner).Skip(Deepest - 1).Any())
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{outer} can't take the {inner.GetName()}: more than {Deepest} layers would be inside each other. Put layers one "
                        + $"after the other into one model."),
                parameter);
        }
    }

    /// <summary>A module and all that are inside it.</summary>
    internal static IEnumerable<nn.Module> AllOf(nn.Module module) => Levels(module).SelectMany(level => level);

    /// <summary>The parameters that there are by now, with their names, as TorchSharp lists them; a layer that is not built yet has
    /// none.</summary>
    internal static IEnumerable<(string Name, Parameter Parameter)> NamedParameters(nn.Module module)
    {
        var seen = new HashSet<nint>();
        return Below(module, "").Where(named => seen.Add(named.Parameter.Handle));

        static IEnumerable<(string Name, Parameter Parameter)> Below(nn.Module module, string prefix)
        {
            foreach (var (name, parameter) in module.named_parameters(recurse: false))
            {
                yield return (prefix + name, parameter);
            }
            foreach (var (name, child) in module.named_children())
            {
                foreach (var named in Below(child, $"{prefix}{name}."))
                {
                    yield return named;
                }
            }
        }
    }

    internal static IEnumerable<Parameter> Parameters(nn.Module module) => NamedParameters(module).Select(named => named.Parameter);

    // The module, its children, their children, and so on.
    private static IEnumerable<List<nn.Module>> Levels(nn.Module module)
    {
        for (List<nn.Module> level = [module]; level.Count > 0; level = [.. level.SelectMany(one => one.children())])
        {
            yield return level;
        }
    }
}
