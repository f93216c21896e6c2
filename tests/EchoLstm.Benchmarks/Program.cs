using System.CommandLine;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using EchoLstm.Benchmarks.Commands;

namespace EchoLstm.Benchmarks;

/// <summary>The benchmarks: peers, linear, memory, latency, many, windows and model are commands of its own; anything else goes to BenchmarkDotNet.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        // The commands call TorchSharp themselves.
        NativeTorch.Load();
        var root = new RootCommand("Benchmarks of EchoLstm. Anything else than these commands goes to BenchmarkDotNet: -- --filter '*' runs its benchmarks, -- --list flat names them.")
        {
            PeersCommand.Create(),
            LinearCommand.Create(),
            MemoryCommand.Create(),
            LatencyCommand.Create(),
            ManyCommand.Create(),
            WindowsCommand.Create(),
            ModelCommand.Create(),
        };
        if (args is ["--help" or "-h"] || root.Subcommands.Any(command => args.FirstOrDefault() == command.Name))
        {
            return root.Parse(args).Invoke();
        }
        // In this process: the project that BenchmarkDotNet would build lacks TorchApplication.props, so it copies Torch for every platform,
        // 1 GB, which can take longer than the 2 minutes that it has.
        var config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance));
        var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args, config);
        return summaries.Any(summary => summary.HasCriticalValidationErrors) ? 1 : 0;
    }
}
