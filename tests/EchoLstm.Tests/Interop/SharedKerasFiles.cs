using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Interop;

/// <summary>Files that Keras wrote for other people, which lie beside the repository where it is developed and are not a part of it.</summary>
internal static class SharedKerasFiles
{
    internal static string Folder { get; } = Path.GetFullPath(Path.Combine(DocsFolder.Root, "..", "shared", "keras-files"));

    internal static string? Missing => Directory.Exists(Folder) ? null : $"Other people's files of Keras are not here: {Folder}.";
}

/// <summary>A test of other people's files, skipped where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedKerasTheoryAttribute : TheoryAttribute
{
    public SharedKerasTheoryAttribute() => Skip = SharedKerasFiles.Missing;
}
