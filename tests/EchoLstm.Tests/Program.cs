using EchoLstm.Tests.Formats;
using EchoLstm.Tests.Models;

namespace EchoLstm.Tests;

/// <summary>What runs when the assembly is started as a program rather than by a test host: a child of one of the tests.</summary>
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
        Console.Error.WriteLine("These are tests: run them with dotnet test.");
        return 2;
    }
}
