using System.Text.RegularExpressions;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests;

/// <summary>A folder of an assembly knows itself and those below it: by the types that its sources name.</summary>
public sealed partial class FolderOrderTests
{
    // Each folder stands above those that it may know; "" is the assembly's root. Folders that are not named are parts of the one around them.
    private static readonly Dictionary<string, string[]> Orders = new()
    {
        ["EchoLstm.Runtime"] = ["", "Files", "Data", "Layers", "Training", "Kernels", "Saving", "Inference"],
        ["EchoLstm"] = ["Torch", "", "Pictures", "Layers", "Training", "Engines", "Training/Callbacks", "Models", "Onnx"],
    };

    // Callbacks are told of the model that runs them, as in Keras. The only pair that may know each other.
    private const string Permitted = "EchoLstm: Training/Callbacks knows Models";

    [Fact]
    public void No_folder_knows_one_above_it()
    {
        var upward = Orders.SelectMany(order => Upward(order.Key, order.Value)).ToList();

        var told = string.Join('\n', upward.Select(found => $"{found.Folders}: {found.File} names {found.Type}"));
        upward.Select(found => found.Folders).Distinct().Order(StringComparer.Ordinal).Should().Equal([Permitted], told);
    }

    private static IEnumerable<(string Folders, string File, string Type)> Upward(string assembly, string[] order)
    {
        var root = Path.Combine(DocsFolder.Root, "src", assembly);
        var sources = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal))
            .Select(file => (File: file, Place: Place(file, order), Code: NoCode().Replace(File.ReadAllText(Path.Combine(root, file)), " ")))
            .ToList();
        // A type is seen where its namespace is the file's own, or around that, or used.
        var types = sources.SelectMany(source => Declaration().Matches(source.Code)
            .Select(match => (Name: match.Groups[1].Value, source.Place, Namespace: NamespaceOf(source.Code)))).Distinct().ToLookup(type => type.Name);
        return from source in sources
               let seen = Using().Matches(source.Code).Select(match => match.Groups[1].Value).ToHashSet()
               let own = NamespaceOf(source.Code)
               from name in Word().Matches(source.Code).Select(match => match.Value).Distinct()
               from type in types[name]
               where type.Place > source.Place && (seen.Contains(type.Namespace) || $"{own}.".StartsWith($"{type.Namespace}.", StringComparison.Ordinal))
               select ($"{assembly}: {order[source.Place]} knows {order[type.Place]}", source.File, name);
    }

    private static int Place(string file, string[] order)
    {
        var folder = Path.GetDirectoryName(file)!.Replace('\\', '/');
        var place = Enumerable.Range(0, order.Length).Where(i => $"{folder}/".StartsWith($"{order[i]}/", StringComparison.Ordinal) || (order[i].Length == 0 && folder.Length == 0));
        return place.OrderBy(i => order[i].Length).LastOrDefault(-1) is >= 0 and var found ? found : throw new InvalidOperationException($"{file} is in a folder that has no place in the order.");
    }

    private static string NamespaceOf(string code) => Namespace().Match(code).Groups[1].Value;

    [GeneratedRegex("""//[^\n]*|\$?@?"(\\.|[^"\\\n])*"|'(\\.|[^'\\])'""")]
    private static partial Regex NoCode();

    [GeneratedRegex(@"\b(?:class|struct|record|interface|enum|delegate \w+)\s+(?:struct\s+|class\s+)?([A-Z]\w*)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\bnamespace ([\w.]+)")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"\busing (?:static )?([\w.]+);")]
    private static partial Regex Using();

    // Not what follows a dot: a member may be called like a type.
    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Word();
}
