using System.Runtime.InteropServices;

namespace EchoLstm.Tests.Torch;

/// <summary>TorchSharp's native library as the package has it.</summary>
internal static class TorchLibrary
{
    internal const string FileName = "libLibTorchSharp.so";

    /// <summary>The version whose library asks for GLIBCXX_3.4.32.</summary>
    private static readonly Version Version = new(0, 107, 0, 0);

    internal static string FullPath { get; } = Path.Combine(AppContext.BaseDirectory, FileName);

    /// <summary>Why the library is another than that of 0.107.0 for Linux x64; null where it is that.</summary>
    internal static string? Difference { get; } =
        !OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64
            ? "This is not Linux on x64, the only place where libstdc++ can be too old."
        : typeof(torch).Assembly.GetName().Version is var version && version != Version
            ? $"TorchSharp is {version} here, and {Version} is the one whose library asks for too much."
        : null;

    /// <summary>Whether the system itself loads it.</summary>
    internal static bool LoadsAsItIs { get; } = NativeLibrary.TryLoad(FullPath, out _);
}

/// <summary>A test of the library of TorchSharp 0.107.0 for Linux x64.</summary>
public sealed class TorchLibraryFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the library is another.</summary>
    public TorchLibraryFactAttribute() => Skip = TorchLibrary.Difference;
}

/// <summary>A test of what happens where libstdc++ is older than that library asks.</summary>
public sealed class OldSystemFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the library loads by itself.</summary>
    public OldSystemFactAttribute() =>
        Skip = TorchLibrary.Difference
            ?? (TorchLibrary.LoadsAsItIs ? "This system's libstdc++ has GLIBCXX_3.4.32, so that nothing fails (Debian 12: 3.4.30)." : null);
}

/// <summary>As <see cref="TorchLibraryFactAttribute"/>, for several cases.</summary>
public sealed class TorchLibraryTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test where the library is another.</summary>
    public TorchLibraryTheoryAttribute() => Skip = TorchLibrary.Difference;
}
