using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using EchoLstm.Torch;
using Microsoft.Win32.SafeHandles;
using TorchSharp;

namespace EchoLstm;

/// <summary>Loads TorchSharp's native library, also where the system's libstdc++ is a little too old for it (Debian 12, Ubuntu 22.04).</summary>
/// <remarks>
/// Using anything of EchoLstm that needs Torch does this by itself. Only a program that calls TorchSharp before it has used anything of EchoLstm calls <see cref="Load"/> first.
/// <para>
/// The library of TorchSharp 0.107.0 for Linux asks for version GLIBCXX_3.4.32 of libstdc++ for one symbol that it never calls. Where the ordinary load has failed, and the file
/// is exactly so, a copy of it in memory that asks for 3.4.30 is loaded instead; no file is written or changed.
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

    // In the order in which one needs the other; libLibTorchSharp.so finds them by these names, as it has no folder in memory.
    private static readonly string[] Libtorch = ["libc10.so", "libtorch_cpu.so", "libtorch.so"];

    private static readonly Lazy<nint> Patched = new(LoadPatched);
    private static readonly Lazy<string?> Fault = new(FindFault);

    /// <summary>Loads the library if it isn't yet; safe to call again, and from any thread.</summary>
    /// <exception cref="DllNotFoundException">The library is there and the system can't load it: the message says which version of what is missing, and what to do.</exception>
    public static void Load()
    {
        if (Fault.Value is { } fault)
        {
            throw new DllNotFoundException(fault);
        }
    }

    /// <summary>A layer's name, once Torch is there: a base class's constructor calls Torch before any line of the layer runs.</summary>
    internal static T Before<T>(T value)
    {
        Load();
        return value;
    }

    /// <summary>What the loader's words about a library that is there come to for a reader.</summary>
    internal static string Explain(string loadersWords)
    {
        const string Needs = "TorchSharp's native library can't be loaded on this system: ";
        if (MissingVersion().Match(loadersWords) is { Success: true } version)
        {
            var (library, wanted) = (Path.GetFileName(version.Groups["library"].Value), version.Groups["version"].Value);
            return $"{Needs}it needs version {wanted} of {library}, and this system's {library} is older. Use a newer system: one with glibc 2.34 and GLIBCXX_3.4.30 of libstdc++.so.6 (GCC 12) "
                + $"or later, such as Debian 12, Ubuntu 22.04, Fedora 36 or newer; RHEL 9 has GLIBCXX_3.4.29. [{loadersWords.Trim()}]";
        }
        if (loadersWords.Contains("ld-linux-x86-64.so.2", StringComparison.Ordinal) || loadersWords.Contains("musl", StringComparison.Ordinal))
        {
            return $"{Needs}it needs glibc, and this system has another C library (musl, as in Alpine). Use an image with glibc 2.34 or later, such as Debian 12. [{loadersWords.Trim()}]";
        }
        return $"{Needs}{loadersWords.Trim()}. Install what the message names; the library needs Linux x64 with glibc 2.34 and GLIBCXX_3.4.30 of libstdc++.so.6 or later, macOS on arm64, or Windows x64.";
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "TorchSharp loads its library at its first use, wherever that is.")]
    internal static void Register()
    {
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Context.ResolvingUnmanagedDll += static (_, name) => name == Name ? Patched.Value : 0;
        }
    }

    private static AssemblyLoadContext Context => AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly) ?? AssemblyLoadContext.Default;

    // What keeps the library from loading; null where it is loaded, or where it isn't there: TorchSharp looks in more places and has words for that.
    private static string? FindFault()
    {
        if (NativeLibrary.TryLoad(Name, typeof(torch).Assembly, null, out _) || !OperatingSystem.IsLinux() || Folder is not { } folder)
        {
            return null;
        }
        try
        {
            NativeLibrary.Load(Path.Combine(folder, FileName));
            return null;
        }
        catch (DllNotFoundException refused)
        {
            return Explain(refused.Message);
        }
    }

    // 0 where it can't help: the loader goes on as if it had not been asked.
    private static nint LoadPatched()
    {
        try
        {
            if (Folder is not { } folder)
            {
                return 0;
            }
            var file = File.ReadAllBytes(Path.Combine(folder, FileName));
            if (!VersionNeed.TryRelax(file) || !Libtorch.All(name => NativeLibrary.TryLoad(Path.Combine(folder, name), out _)))
            {
                return 0;
            }
            const uint closedInChildren = 1; // MFD_CLOEXEC
            var number = memfd_create(FileName, closedInChildren);
            if (number < 0)
            {
                return 0;
            }
            // Never closed: the loader knows the library by this number, and must not meet another file under it.
            var memory = new SafeFileHandle(number, ownsHandle: false);
            RandomAccess.Write(memory, file, 0);
            if (!NativeLibrary.TryLoad($"/proc/self/fd/{number}", out var library))
            {
                return 0;
            }
            AnswerFirst(library);
            return library;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    // Else each of TorchSharp's native functions tries the ordinary load again at its first call, some 200 µs each.
    private static void AnswerFirst(nint library)
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == Name ? library : 0);
        }
        catch (InvalidOperationException)
        {
            // The program has a resolver of its own for TorchSharp: the event above answers after it.
        }
    }

    // The folder that has the library: runtimes/linux-x64/native, or the program's own where it was built for one platform.
    private static string? Folder =>
        ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat([AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native")])
        .FirstOrDefault(folder => File.Exists(Path.Combine(folder, FileName)));

    [GeneratedRegex(@"(?<library>[^\s:]+): version `(?<version>[^']+)' not found")]
    private static partial Regex MissingVersion();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
