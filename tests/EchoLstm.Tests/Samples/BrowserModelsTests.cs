using System.Text.RegularExpressions;
using EchoLstm.Inference;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Samples;

/// <summary>The models of samples/Browser: those that the command makes, and those that stand beside the page. The command sets Torch's threads.</summary>
[Collection(RunsAlone.Name)]
public class BrowserModelsTests
{
    private static string Shipped { get; } = Path.Combine(DocsFolder.Root, "samples", "Browser", "wwwroot", "models");

    [Fact]
    public void The_command_makes_the_two_models()
    {
        using var folder = new TemporaryFolder();
        var run = SampleProgram.RunHere("browser-models", "--save", folder.Path);

        run.ExitCode.Should().Be(0, run.Error);
        folder.Names.Should().BeEquivalentTo("echo.safetensors", "sunspots.safetensors");
        EchoIsRight(folder.File("echo.safetensors"));
        ForecastIsBetterThanTheCycle(folder.File("sunspots.safetensors"));
        var errors = Regex.Match(run.Output, @"months ([\d.]+), of the numbers eleven years before ([\d.]+), of the training's mean ([\d.]+)\r?$",
            RegexOptions.Multiline);
        errors.Groups.Values.Skip(1).Select(error => double.Parse(error.Value, CultureInfo.InvariantCulture)).Should()
            .BeInAscendingOrder("what the README says of the seed").And.HaveCount(3);
    }

    [Fact]
    public void The_page_has_such_models()
    {
        EchoIsRight(Path.Combine(Shipped, "echo.safetensors"));
        ForecastIsBetterThanTheCycle(Path.Combine(Shipped, "sunspots.safetensors"));
    }

    [Fact]
    public void Without_a_folder_the_command_asks_for_one()
    {
        var run = SampleProgram.RunHere("browser-models");

        run.ExitCode.Should().Be(1);
        run.Error.TrimEnd().Should().Be("error: browser-models writes two files: give their folder, --save FOLDER.");
    }

    private static void EchoIsRight(string path)
    {
        using var model = InferenceModel.Load(path);
        using var stream = model.OpenStream();
        var delay = int.Parse(model.Metadata["delay"], CultureInfo.InvariantCulture);
        var random = new Random(5);
        int[] digits = [.. Enumerable.Range(0, 200).Select(_ => random.Next(10))];

        var said = digits.Select(digit =>
        {
            var oneHot = new float[10];
            oneHot[digit] = 1;
            var likely = stream.Step(oneHot);
            return Array.IndexOf(likely, likely.Max());
        }).ToList();

        delay.Should().Be(3);
        said.Skip(delay).Should().Equal(digits.SkipLast(delay), "sequences longer than those of the training too");
    }

    private static void ForecastIsBetterThanTheCycle(string path)
    {
        using var model = InferenceModel.Load(path);
        using var stream = model.OpenStream();
        var scaler = model.Scalers["sunspots"];
        float[] levels = [.. File.ReadLines(Path.Combine(DocsFolder.Root, "samples", "EchoLstm.Samples", "Sunspots", "monthly-sunspots.csv"))
            .Skip(1).Select(line => float.Parse(line.Split(',')[1], CultureInfo.InvariantCulture))];
        var (ofForecast, ofCycle) = (0.0, 0.0);

        for (var month = 0; month + 132 < levels.Length; month++)
        {
            var forecast = scaler.InverseTransform(stream.Step(scaler.Transform([levels[month]])));
            forecast.Should().HaveCount(132);
            for (var ahead = 0; month > 2396 && ahead < 132; ahead++) // from 1948-10 on
            {
                ofForecast += Math.Abs(forecast[ahead] - levels[month + 1 + ahead]);
                ofCycle += Math.Abs(levels[month + 1 + ahead - 132] - levels[month + 1 + ahead]);
            }
        }

        model.Metadata.Should().Contain("trained until", "1913-06").And.Contain("chosen until", "1948-09");
        ofForecast.Should().BeLessThan(ofCycle);
    }
}
