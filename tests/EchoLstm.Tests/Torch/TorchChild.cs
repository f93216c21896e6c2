using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using EchoLstm.Data;

namespace EchoLstm.Tests.Torch;

/// <summary>What a process of its own does with TorchSharp's native library: a process loads it once.</summary>
internal static class TorchChild
{
    internal const string Command = "torch";

    // In this order a program may meet them: without EchoLstm, with its help, in a load context of its own.
    internal const string Alone = "alone", Helped = "helped", Plugin = "plugin", ThrowingPlugin = "throwing plugin";
    internal const string Entries = "entries", Threads = "threads";

    private const int Failed = 1;

    /// <summary>Tells a child of this program that it gets no help but what its task asks for.</summary>
    internal const string Variable = "ECHOLSTM_TESTS_TORCH";

    /// <summary>Many a test uses TorchSharp before EchoLstm, as a program must not without calling Load.</summary>
    [ModuleInitializer]
    internal static void HelpTests()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Register();
        }
    }

    // A method that names a type may run its module's initialiser as it begins.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Register() => RuntimeHelpers.RunModuleConstructor(typeof(NativeTorch).Module.ModuleHandle);

    internal static int Run(string[] task) => task switch
    {
        [Alone] => Report(UseTorch),
        [Helped] => Report(UseTorchWithHelp),
        [Plugin] => Report(() => LoadInContext(new PluginContext(throws: false))),
        [ThrowingPlugin] => Report(() => LoadInContext(new PluginContext(throws: true))),
        [Entries, var model] => Report(() => _ = new Dense(1), () => LstmState.Zeros(1, 1), () => SequentialModel.Load(model)),
        [Threads] => Report(UseThreads),
        _ => throw new ArgumentException($"Unknown: {string.Join(' ', task)}"),
    };

    // A line each: what came of it.
    private static int Report(params Action[] actions)
    {
        var code = 0;
        foreach (var action in actions)
        {
            try
            {
                action();
                Console.WriteLine("done");
            }
            catch (Exception error)
            {
                var inner = error is TargetInvocationException or TypeInitializationException ? error.InnerException! : error;
                Console.WriteLine($"{error.GetType().Name}, {inner.GetType().Name}: {inner.Message}");
                code = Failed;
            }
        }
        return code;
    }

    private static void UseTorch()
    {
        using var numbers = torch.arange(5);
        numbers.sum().ToInt64().Should().Be(10);
    }

    private static void UseTorchWithHelp()
    {
        NativeTorch.Load();
        UseTorch();
    }

    private static void LoadInContext(PluginContext context)
    {
        var plugin = context.LoadFromAssemblyName(new AssemblyName("EchoLstm"));
        plugin.Should().NotBeSameAs(typeof(NativeTorch).Assembly);
        plugin.GetType(typeof(NativeTorch).FullName!)!.GetMethod(nameof(NativeTorch.Load))!.Invoke(null, null);
    }

    private static void UseThreads()
    {
        var errors = 0;
        void Use(int seed)
        {
            using var model = EchoModels.ManyToMany(seed: seed);
            model.RequestedEngine = seed % 2 == 0 ? EngineKind.Fused : EngineKind.Torch;
            var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
            model.Fit(x, y, epochs: 3, verbose: 0);
            using var wide = torch.ones(400, 400);
            using var product = wide.mm(wide); // on Torch's own threads
            using var other = torch.ones(3, 2);
            try
            {
                other.mm(other).Dispose();
            }
            catch (ExternalException)
            {
                Interlocked.Increment(ref errors);
            }
        }
        var threads = Enumerable.Range(0, 4).Select(seed => new Thread(() => Use(seed))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        errors.Should().Be(threads.Count, "Torch's errors are exceptions that can be caught");
    }

    /// <summary>A context that has the library, TorchSharp and its native half for itself, as a program's plugins have.</summary>
    private sealed class PluginContext(bool throws) : AssemblyLoadContext("plugin")
    {
        protected override Assembly? Load(AssemblyName name) =>
            name.Name is "EchoLstm" or "TorchSharp" ? LoadFromAssemblyPath(Beside($"{name.Name}.dll")) : null;

        // The usual plugin's context: what it finds it loads, or throws.
        protected override nint LoadUnmanagedDll(string name) =>
            throws && Beside($"lib{name}.so") is var path && File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;

        private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);
    }
}
