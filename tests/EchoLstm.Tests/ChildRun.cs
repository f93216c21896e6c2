using System.Diagnostics;
using System.Xml.Linq;

namespace EchoLstm.Tests;

/// <summary>Some of this assembly's tests in a process of their own: with other processor features, or where a failure would take the process along.</summary>
internal sealed record ChildRun(int ExitCode, string Output, IReadOnlyList<string> Passed, IReadOnlyList<string> NotPassed)
{
    private const string Variable = "ECHOLSTM_TESTS_CHILD";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>What <see cref="Run"/> told this process; null where it is nobody's child.</summary>
    internal static string? Task => Environment.GetEnvironmentVariable(Variable);

    /// <summary>Runs tests.</summary>
    /// <param name="task">What the child reads as <see cref="Task"/>.</param>
    /// <param name="filter">Which tests, as <c>dotnet test --filter</c> has it; none that start children.</param>
    /// <param name="environment">Variables of the child's environment.</param>
    internal static ChildRun Run(string task, string filter, params (string Name, string Value)[] environment)
    {
        var folder = Directory.CreateTempSubdirectory("echolstm-child-");
        try
        {
            var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
            var start = new ProcessStartInfo(
                host,
                ["vstest", typeof(ChildRun).Assembly.Location, $"--TestCaseFilter:{filter}", "--logger:trx;LogFileName=child.trx", $"--ResultsDirectory:{folder.FullName}"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            start.Environment[Variable] = task;
            foreach (var (name, value) in environment)
            {
                start.Environment[name] = value;
            }
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"The tests of the child '{task}' took longer than {Patience}.");
            }
            var results = Path.Combine(folder.FullName, "child.trx");
            var tests = File.Exists(results) ? XDocument.Load(results).Descendants().Where(element => element.Name.LocalName == "UnitTestResult").ToList() : [];
            string[] Named(bool passed) => [.. tests.Where(test => ((string?)test.Attribute("outcome") == "Passed") == passed).Select(test => (string)test.Attribute("testName")!)];
            return new ChildRun(process.ExitCode, output.Result + error.Result, Named(passed: true), Named(passed: false));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Fails unless all passed, and as many as there must be.</summary>
    internal void ShouldHavePassed(int atLeast)
    {
        NotPassed.Should().BeEmpty("the child said: {0}", Output);
        ExitCode.Should().Be(0, "the child said: {0}", Output);
        Passed.Count.Should().BeGreaterThanOrEqualTo(atLeast, "the child said: {0}", Output);
    }
}
