using System.Diagnostics;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using Spectre.Console;

namespace EchoLstm.Tests.Samples;

public class ReportingTests
{
    [Theory]
    [InlineData(0.25001f, "0.3")]
    [InlineData(0.2f, "0.2")]
    [InlineData(-0.04f, "0.0")]
    [InlineData(-0.06f, "-0.1")]
    public void A_prediction_has_one_decimal_and_zero_no_sign(float value, string expected) => Figures.OneDecimal(value).Should().Be(expected);

    [Theory]
    [InlineData(0.2012, "0.2012")]
    [InlineData(0.00011, "1.1000e-04")]
    [InlineData(0, "0.0000e+00")]
    public void A_loss_is_as_Keras_prints_it(double value, string expected) => Figures.Loss(value).Should().Be(expected);

    [Fact]
    public void The_live_bar_shows_title_share_and_note()
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(writer) });

        var result = LiveBar.Run(console, "many-to-many", 2, bar =>
        {
            bar.Advance("loss 0.2012");
            bar.Advance("loss 0.1999");
            return 3;
        });

        result.Should().Be(3);
        writer.ToString().Should().MatchRegex("many-to-many .* 100% loss 0.1999");
    }

    [Fact]
    public void The_live_bar_is_drawn_ten_times_a_second_at_most()
    {
        var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(writer) });
        var clock = Stopwatch.StartNew();

        LiveBar.Run(console, "many-to-many", int.MaxValue, bar =>
        {
            while (clock.Elapsed < TimeSpan.FromSeconds(1))
            {
                bar.Advance("loss 0.2012");
            }
            return 0;
        });

        // Once at the beginning and once at the end more than the time has tenths.
        writer.ToString().Split("many-to-many").Should().HaveCountGreaterThan(2).And.HaveCountLessThan((int)(clock.Elapsed.TotalSeconds * 10) + 4);
    }

    [Fact]
    public void A_failure_is_one_line_about_its_cause()
    {
        var failure = new TypeInitializationException("TorchSharp.torch", new AggregateException(new DllNotFoundException("TorchSharp's native library can't be loaded:\n  use a newer system")));

        ErrorLine.Of(failure).Should().Be("error: TorchSharp's native library can't be loaded: use a newer system");
    }
}
