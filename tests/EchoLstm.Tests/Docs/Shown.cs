using System.Globalization;
using System.Text;

namespace EchoLstm.Tests.Docs;

/// <summary>The console of the pages' programs, one a thread: what they print stands on the page below them.</summary>
internal static class Shown
{
    [ThreadStatic]
    private static StringBuilder? _printed;

    internal static void WriteLine(object? value) => (_printed ??= new StringBuilder()).Append(Convert.ToString(value, CultureInfo.InvariantCulture)).Append('\n');

    /// <summary>Expects what was printed since the last call as a block of text on the page.</summary>
    internal static void On(string page)
    {
        var lines = (_printed?.ToString() ?? "").ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd());
        _printed = null;
        DocsFolder.Blocks(DocsFolder.Read(page), "text").Should().Contain(string.Join('\n', lines).TrimEnd('\n'), $"docs/{page} shows what its programs print");
    }
}
