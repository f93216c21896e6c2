using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace TorchSharp.Interop;

/// <summary>Finds and loads the native half, once, when something first needs Torch.</summary>
internal static unsafe partial class NativeLoader
{
    internal const string LibraryName = "echolstm_torch";

    private static readonly Lock Gate = new();
    private static nint _library;

    /// <summary>True once the process is on its way out: finalisers and native callbacks then leave everything as it is.</summary>
    internal static volatile bool Exiting;

    internal static void Register() => NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, Resolve);

    /// <summary>Loads the native half now; throws what <see cref="NativeMethods"/> would throw at its first call.</summary>
    internal static void Load()
    {
        if (Volatile.Read(ref _library) == 0)
        {
            Resolve(LibraryName, typeof(NativeLoader).Assembly, null);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != LibraryName)
        {
            return 0;
        }

        lock (Gate)
        {
            if (_library == 0)
            {
                AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
                var library = LoadFirst();
                Initialize(library);
                _library = library;
            }

            return _library;
        }
    }

    private static IEnumerable<string> Candidates()
    {
        const string file = "lib" + LibraryName + ".so";
        yield return Path.Combine(AppContext.BaseDirectory, file);
        var architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        yield return Path.Combine(AppContext.BaseDirectory, "runtimes", $"linux-{architecture}", "native", file);

        // Where the host found the native files of packages that are used from the package cache.
        var searched = AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") as string ?? "";
        foreach (var directory in searched.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            yield return Path.Combine(directory, file);
        }
    }

    private static nint LoadFirst()
    {
        string? failure = null;
        foreach (var path in Candidates().Where(File.Exists).Distinct())
        {
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (DllNotFoundException error)
            {
                failure ??= error.Message;
            }
        }
        throw new NotSupportedException(failure is null ? NotFound(AppContext.BaseDirectory, RuntimeInformation.RuntimeIdentifier) : NotLoaded(failure));
    }

    internal static string NotFound(string folder, string platform) =>
        $"Torch is not available: lib{LibraryName}.so, the native half of EchoLstm.SystemTorch, is neither in {folder} nor in a package for {platform}. " +
        "Pack EchoLstm.SystemTorch on a machine of that platform: the repository's setup.sh tells what it needs.";

    /// <summary>The loader's words as one sentence with what to install, where it says which library is missing.</summary>
    internal static string NotLoaded(string failure)
    {
        if (MissingLibrary().Match(failure) is not { Success: true } missing)
        {
            return $"Torch is not available: lib{LibraryName}.so did not load: {failure.Trim()}";
        }
        // Debian's package of libtorch_cpu.so.1.13 is libtorch1.13.
        var package = missing.Groups["version"] is { Success: true, Value: var version } ? $"libtorch{version}" : "libtorch-dev";
        return $"Torch is not available: {missing.Groups["file"].Value} is missing. Install libtorch from the operating system's packages, on Debian and Ubuntu: apt-get install --no-install-recommends {package}";
    }

    [GeneratedRegex(@"(?<file>lib(torch\w*|c10)\.so(\.(?<version>\d+\.\d+))?): cannot open shared object file")]
    private static partial Regex MissingLibrary();

    private static void Initialize(nint library)
    {
        var initialize = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "elt_initialize");
        var chosenByUser = Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is { Length: > 0 };
        initialize(chosenByUser ? 0 : Environment.ProcessorCount);
    }

    private static void OnProcessExit(object? sender, EventArgs e)
    {
        // Where another thread is still loading the library, the process waits: half loaded, it could not be left safely.
        lock (Gate)
        {
            Exiting = true;
            if (_library != 0)
            {
                NativeMethods.elt_prepare_exit();
            }
        }
    }
}
