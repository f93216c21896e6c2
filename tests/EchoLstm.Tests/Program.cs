using EchoLstm.Tests.Models.Saving;
using EchoLstm.Tests.Hunt;
using EchoLstm.Tests.Inference;
using EchoLstm.Tests.Interop;
using EchoLstm.Tests.Models;
using EchoLstm.Tests.Torch;

namespace EchoLstm.Tests;

/// <summary>What runs when the assembly is started as a program rather than by a test host: a child of one of the tests, or the hunt.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        if (args is [EndlessSaver.Command, var path])
        {
            EndlessSaver.Run(path);
        }
        if (args is [ReproducibilityTests.Command, var file])
        {
            ReproducibilityTests.Write(file);
            return 0;
        }
        if (args is [TorchChild.Command, .. var task])
        {
            return TorchChild.Run(task);
        }
        if (args is [KerasModelsCommand.Command, var folder])
        {
            return KerasModelsCommand.Run(folder);
        }
        if (args is [InferenceFilesCommand.Command, var files])
        {
            return InferenceFilesCommand.Run(files);
        }
        if (HuntCommand.TryRun(args) is { } exitCode)
        {
            return exitCode;
        }
        Console.Error.WriteLine("These are tests: run them with dotnet test. The command hunt makes calls of the library in search of errors.");
        return 2;
    }
}
