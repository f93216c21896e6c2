using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using EchoLstm.Torch;
using Microsoft.Win32.SafeHandles;

namespace EchoLstm;

/// <summary>
/// Loads TorchSharp's native library, also where the system's libstdc++ is a little too old for it (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// Layers and models do this by themselves. Only a program that calls TorchSharp before it has used anything of EchoLstm
/// calls <see cref="Load"/> first.
/// <para>The library of TorchSharp 0.107.0 for Linux asks for version GLIBCXX_3.4.32 of libstdc++ for one symbol that it never calls.
/// Where the ordinary load has failed, and the file is exactly so, a copy of it in memory that asks for 3.4.30 is loaded instead; no file
/// is written or changed. On other systems TorchSharp loads its library as ever.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// NativeTorch.Load();                       // before the first line that uses TorchSharp
/// using var numbers = torch.arange(5);
/// </code>
/// </example>
public static partial class NativeTorch
{
    private const string Name = "LibTorchSharp", FileName = "libLibTorchSharp.so";

    // Each needs those before it. A copy in memory finds them by their names, as it lies in no folder.
    private static readonly ImmutableArray<string> Libtorch = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private static readonly Lazy<(nint Library, string? Refusal)> Helped = new(Help);
    private static readonly Lazy<bool> Loaded = new(LoadOnce);

    /// <summary>Loads the library if it isn't yet. It may be called again, at almost no cost, and from any thread.</summary>
    /// <exception cref="DllNotFoundException">The library is there and the system can't load it: the message says which version of what is
    /// missing, and what to do.
    /// </exception>
    /// <exception cref="TypeInitializationException">The library is not beside the program: a package such as TorchSharp-cpu is missing.
    /// The inner exception has TorchSharp's words.
    /// </exception>
    public static void Load() => _ = Loaded.Value;

    /// <summary>A layer's name, once the library is loaded: a base class's constructor calls Torch before any line of the layer.</summary>
    internal static string Before(string name)
    {
        Load();
        return name;
    }

    /// <summary>What a reader can do about the words with which the system refused a library that is there.</summary>
    internal static string Explain(string refusal)
    {
        // .NET's own line comes first and says no more than that loading failed.
        var lines = refusal.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var words = string.Join("; ", lines.Length > 1 ? lines[1..] : lines);
        string advice;
        if (MissingVersion().Match(words) is { Success: true } missing)
        {
            var library = Path.GetFileName(missing.Groups["library"].Value);
            advice = $"it needs {missing.Groups["version"].Value} of {library}, and the {library} here is older. Use a newer system, or a "
                + "container of one, such as Debian 13 or Ubuntu 24.04 (for TorchSharp 0.107.0, Debian 12 and Ubuntu 22.04 do).";
        }
        else if (MuslsWords().IsMatch(words))
        {
            advice = "it needs glibc, and this system has another C library (musl, as in Alpine). Use a system or a container with glibc, "
                + "such as Debian 13 or Ubuntu 24.04.";
        }
        else
        {
            advice = "see what the loader says; where it names a file that is missing, install the package that has it.";
        }
        return $"TorchSharp's native library can't be loaded on this system: {advice} The loader says: {words}";
    }

    private static bool IsHelpedHere => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads its library at its first use, wherever that is.")]
    internal static void Register()
    {
        // The context that TorchSharp is in is the one that is asked; a program may have loaded it into one of its own.
        if (IsHelpedHere && AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) is { } context)
        {
            context.ResolvingUnmanagedDll += static (_, name) => name == Name ? Helped.Value.Library : 0;
        }
    }

    private static bool LoadOnce()
    {
        // TorchSharp would go on from a refusal to copy all of libtorch, and then name a package that is not missing.
        if (IsHelpedHere && RefusalByName() is { } refusal)
        {
            throw new DllNotFoundException(Explain(refusal));
        }
        torch.InitializeDeviceType(DeviceType.CPU);
        return true;
    }

    private static string? RefusalByName()
    {
        try
        {
            return NativeLibrary.TryLoad(Name, typeof(torch).Assembly, null, out _) ? null : Helped.Value.Refusal;
        }
        catch (DllNotFoundException refused)
        {
            return refused.Message; // a load context of the program's own throws instead of looking on: nobody else is asked
        }
    }

    // After the ordinary load has failed: the library, or why there is none; neither where it isn't there, as TorchSharp looks on.
    private static (nint Library, string? Refusal) Help()
    {
        if (Find([.. Libtorch, FileName]) is not [.. var libtorch, var file])
        {
            return (0, null);
        }
        if (NativeLibrary.TryLoad(file, out var library))
        {
            return (library, null); // in a folder that the load context does not know
        }
        try
        {
            var bytes = File.ReadAllBytes(file);
            if (!VersionNeed.TryRelax(bytes))
            {
                return (NativeLibrary.Load(file), null); // for the words with which it is refused
            }
            foreach (var needed in libtorch)
            {
                NativeLibrary.Load(needed);
            }
            return (LoadFromMemory(bytes), null);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or TypeLoadException)
        {
            return (0, error.Message);
        }
    }

    private static nint LoadFromMemory(byte[] bytes)
    {
        const uint closedInChildren = 1; // MFD_CLOEXEC
        var number = memfd_create(FileName, closedInChildren);
        if (number < 0)
        {
            throw new IOException($"memfd_create: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        // Never closed: the loader knows the library by this number, and must not meet another file under it.
        RandomAccess.Write(new SafeFileHandle(number, ownsHandle: false), bytes, 0);
        return NativeLibrary.Load($"/proc/self/fd/{number}");
    }

    /// <summary>The files' full paths; null unless all are there.</summary>
    private static string[]? Find(string[] names)
    {
        string[] roots = [AppContext.BaseDirectory, Path.GetDirectoryName(typeof(torch).Assembly.Location) ?? ""];
        string[] folders =
        [
            .. ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator),
            .. roots,
            .. roots.Select(root => Path.Combine(root, "runtimes", "linux-x64", "native")),
        ];
        string? PathOf(string name) =>
            folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        string[] paths = [.. names.Select(PathOf).OfType<string>()];
        return paths.Length == names.Length ? paths : null;
    }

    [GeneratedRegex("(?<library>[^ :]+): version `(?<version>[^']+)' not found")]
    private static partial Regex MissingVersion();

    [GeneratedRegex("Error (loading shared library|relocating) ")]
    private static partial Regex MuslsWords();

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
