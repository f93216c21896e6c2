using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace TorchSharp.Interop;

/// <summary>Finds and loads the native half, once, when something first needs Torch.</summary>
internal static unsafe class NativeLoader
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
        var failures = new StringBuilder();
        foreach (var path in Candidates().Where(File.Exists).Distinct())
        {
            try
            {
                return NativeLibrary.Load(path);
            }
            catch (DllNotFoundException failure)
            {
                failures.Append(' ').Append(failure.Message.Trim());
            }
        }

        var reason = failures.Length > 0
            ? $"lib{LibraryName}.so did not load:{failures}"
            : $"lib{LibraryName}.so was not found beside the application in {AppContext.BaseDirectory}.";
        throw new NotSupportedException(
            $"Torch is not available: {reason} " +
            "It needs libtorch from the operating system's packages: run ./setup.sh, or install libtorch-dev (Debian, Ubuntu), and build again.");
    }

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
