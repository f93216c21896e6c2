using System.Text.RegularExpressions;
using EchoLstm.Tests.Pictures;

namespace EchoLstm.Tests.Samples;

/// <summary>The forecast of a real series: it is better than what needs no network. The command sets Torch's threads.</summary>
[Collection(RunsAlone.Name)]
public class SunspotsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(11)]
    public void The_networks_beat_the_last_month_and_the_linear_prediction(int seed)
    {
        var run = SampleProgram.RunHere("sunspots", "--seed", $"{seed}");

        run.Lines.Should().Contain([
            "the last month again           19.42     14.33",
            "linear, of 24 months           17.74     13.16"]);
        var (squared, absolute) = (Error(run, 1), Error(run, 2));
        squared.Should().BeLessThan(17.74);
        absolute.Should().BeLessThan(13.16);
        run.Lines.Where(line => Regex.IsMatch(line, @"^network [123]: 1?\d\d epochs, validation loss 0\.\d{4} after epoch \d+$"))
            .Should().HaveCount(3, "each stops early");
    }

    [Fact]
    public void The_command_tells_it_all_and_draws_it()
    {
        using var folder = new TemporaryFolder();
        var run = SampleProgram.RunHere("sunspots", "--epochs", "3", "--plot", folder.Path);

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().ContainInOrder(
            "Training:   1973 months, 1749-02 to 1913-06",
            "Validation: 423 months, 1913-07 to 1948-09",
            "Test:       423 months, 1948-10 to 1983-12",
            "Shapes: X (1949, 24, 2), y (1949, 1, 2); features: level and change since the month before",
            "Total params: 1,250",
            "One month ahead, over 399 months from 1950-10, in sunspots:");
        run.Lines.Should().ContainSingle(line => line.StartsWith("sunspots: 1,250 parameters a network", StringComparison.Ordinal))
            .Which.Should().EndWith("engine Fused: every layer has a kernel");
        folder.Names.Should().BeEquivalentTo("sunspots-loss.svg", "sunspots-model.svg", "sunspots-predictions.svg");
        SvgText.Texts(File.ReadAllText(folder.File("sunspots-predictions.svg"))).Should()
            .StartWith(["Monthly sunspot numbers, the test part", "real", "predicted a month ahead", "forecast from its own predictions"])
            .And.Contain("1960");
    }

    private static double Error(SampleProgram run, int column) =>
        double.Parse(Regex.Match(run.Output, @"(?m)^LSTM +([\d.]+) +([\d.]+)").Groups[column].Value, CultureInfo.InvariantCulture);
}
