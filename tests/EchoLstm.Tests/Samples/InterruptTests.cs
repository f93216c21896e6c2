using System.Diagnostics;
using System.Globalization;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;

namespace EchoLstm.Tests.Samples;

/// <summary>Ctrl-C: the first ends a training and leaves a report, the second ends the program.</summary>
public class InterruptTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public void The_first_press_is_for_the_training_and_the_second_for_the_system()
    {
        using var interrupt = new Interrupt();
        var token = interrupt.Token;

        token.IsCancellationRequested.Should().BeFalse();
        interrupt.Press().Should().BeTrue();
        token.IsCancellationRequested.Should().BeTrue();
        interrupt.Press().Should().BeFalse();
    }

    [Theory]
    [InlineData(0, "Interrupted after 0 of 500 epochs.\n")]
    [InlineData(2, "Interrupted after 2 of 500 epochs.\nepoch   1/500 - loss 1\nepoch   2/500 - loss 2\n")]
    [InlineData(25, "Interrupted after 25 of 500 epochs.\nepoch   3/500 - loss 3\nepoch   6/500 - loss 6\nepoch   9/500 - loss 9\nepoch  12/500 - loss 12\nepoch  15/500 - loss 15\nepoch  18/500 - loss 18\nepoch  21/500 - loss 21\nepoch  24/500 - loss 24\nepoch  25/500 - loss 25\n")]
    public void What_was_reached_is_told_in_about_ten_lines(int reached, string text)
    {
        var writer = new StringWriter();

        PartialHistory.Print(writer, "epoch", [.. Enumerable.Range(1, reached).Select(epoch => string.Create(CultureInfo.InvariantCulture, $"loss {epoch}"))], 500);

        writer.ToString().ReplaceLineEndings("\n").Should().Be('\n' + text);
    }

    [Theory]
    [InlineData("Training:", "epoch", "many-to-many", "--epochs", "1000000", "--length", "500", "--units", "50")]
    [InlineData("Training:", "epoch", "many-to-many", "--epochs", "1000000", "--length", "500", "--units", "50", "--verbose", "2")]
    [InlineData("Training:", "round", "partial-echo", "--rounds", "1000000")]
    public async Task The_program_tells_what_it_had_reached_and_exits_with_130(string ready, string unit, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        // A shell's background job hands down that SIGINT is ignored; here it shall be a terminal's.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", host, Path.Combine(AppContext.BaseDirectory, "EchoLstm.Samples.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        using var late = new CancellationTokenSource(Patience);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(late.Token) is { } line && !line.StartsWith(ready, StringComparison.Ordinal))
            {
            }
            var output = process.StandardOutput.ReadToEndAsync(late.Token);
            var error = process.StandardError.ReadToEndAsync(late.Token);
            await Task.Delay(TimeSpan.FromSeconds(3), late.Token);

            using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(late.Token);

            process.ExitCode.Should().Be(130);
            (await error).Should().BeEmpty();
            (await output).Should().MatchRegex($"Interrupted after [1-9][0-9]* of 1000000 {unit}s\\.\n({unit} +[0-9]+/1000000 - loss: .*\n)+$");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
