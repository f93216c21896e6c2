using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Samples;

public class SampleProgramTests
{
    [Fact]
    public void Without_arguments_all_three_models_are_shown_and_echo_the_sequence()
    {
        var run = SampleProgram.Run();

        run.ExitCode.Should().Be(0, run.Error);
        run.Error.Should().BeEmpty();
        run.Lines.Where(line => line == "Sequence: [0. 0.2 0.4 0.6 0.8]").Should().HaveCount(3);
        run.Lines.Where(line => line.StartsWith("Shapes: ", StringComparison.Ordinal)).Should().Equal(
            "Shapes: X (5, 1, 1), y (5, 1)",
            "Shapes: X (1, 5, 1), y (1, 5)",
            "Shapes: X (1, 5, 1), y (1, 5, 1)");
        run.Lines.Where(line => line.StartsWith("Total params: ", StringComparison.Ordinal)).Should().Equal(
            "Total params: 146",
            "Total params: 170",
            "Total params: 146");
        run.Lines.Where(line => line.StartsWith("Training: ", StringComparison.Ordinal)).Select(line => line[..line.IndexOf(", seed", StringComparison.Ordinal)]).Should().Equal(
            "Training: 1000 epochs, batch size 5",
            "Training: 500 epochs, batch size 1",
            "Training: 1000 epochs, batch size 1");
        Predictions(run).Should().HaveCount(3).And.AllSatisfy(lines => lines.Should().Equal("0.0", "0.2", "0.4", "0.6", "0.8"));
        run.Lines.Where(line => ClosingLine.IsMatch(line)).Select(line => line[..line.IndexOf(" parameters", StringComparison.Ordinal)]).Should().Equal(
            "one-to-one: 146",
            "many-to-one: 170",
            "many-to-many: 146");
    }

    [Fact]
    public void The_pairs_are_shown_as_a_table()
    {
        var run = SampleProgram.RunHere("many-to-many", "--epochs", "1");

        run.Lines.Should().ContainInConsecutiveOrder("X  , y", "0.0, 0.0", "0.2, 0.2", "0.4, 0.4", "0.6, 0.6", "0.8, 0.8");
    }

    [Fact]
    public void Another_length_sets_shapes_units_and_batch_size()
    {
        var run = SampleProgram.RunHere("--length", "3", "--epochs", "2");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain([
            "Sequence: [0. 0.33 0.67]",
            "Shapes: X (3, 1, 1), y (3, 1)",
            "Shapes: X (1, 3, 1), y (1, 3)",
            "Shapes: X (1, 3, 1), y (1, 3, 1)",
            "lstm_1 (LSTM)                (None, 3)                 60        ",
            "Total params: 64",
            "Total params: 72",
            "Training: 2 epochs, batch size 3, seed 71",
            "Training: 2 epochs, batch size 1, seed 71"]);
        Predictions(run).Should().HaveCount(3).And.AllSatisfy(lines => lines.Should().HaveCount(3));
    }

    [Fact]
    public void Options_count_before_the_command_too()
    {
        var run = SampleProgram.RunHere("--units", "2", "--seed", "-4", "one-to-one", "--epochs", "3", "--batch-size", "2");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain(["Total params: 35", "Training: 3 epochs, batch size 2, seed -4"]);
    }

    [Fact]
    public void One_seed_gives_one_run()
    {
        static string[] Run(string seed) =>
            [.. SampleProgram.RunHere("many-to-many", "--epochs", "20", "--seed", seed).Lines
                .Select(line => Regex.Replace(line, "trained in .* (ms|s),", ""))];

        var first = Run("3");
        Run("3").Should().Equal(first);
        Run("4").Should().NotEqual(first);
    }

    [Fact]
    public void Verbose_1_redirected_is_plain_lines()
    {
        var run = SampleProgram.Run("many-to-one", "--epochs", "40", "--verbose", "1");

        run.ExitCode.Should().Be(0, run.Error);
        run.Output.Where(char.IsControl).Distinct().Should().BeSubsetOf(Environment.NewLine);
        run.Lines.Where(line => Regex.IsMatch(line, @"^epoch +\d+/40 - loss: \d\.\d{4}(e-\d\d)?$")).Should().HaveCount(10);
    }

    [Fact]
    public void Verbose_2_is_Keras_lines()
    {
        var run = SampleProgram.RunHere("one-to-one", "--epochs", "3", "--verbose", "2");

        var first = Array.IndexOf(run.Lines, "Epoch 1/3");
        first.Should().BePositive();
        run.Lines[first..(first + 6)].Should().SatisfyRespectively(
            line => line.Should().Be("Epoch 1/3"),
            line => line.Should().MatchRegex(@"^ - \d+s - loss: 0\.\d{4}$"),
            line => line.Should().Be("Epoch 2/3"),
            line => line.Should().MatchRegex(@"^ - \d+s - loss: 0\.\d{4}$"),
            line => line.Should().Be("Epoch 3/3"),
            line => line.Should().MatchRegex(@"^ - \d+s - loss: 0\.\d{4}$"));
    }

    [Theory]
    [InlineData("--length takes a whole number of at least 1, not '0'.", "--length", "0")]
    [InlineData("--units takes a whole number of at least 1, not '-1'.", "many-to-one", "--units", "-1")]
    [InlineData("--epochs takes a whole number of at least 1, not 'many'.", "all", "--epochs", "many")]
    [InlineData("--batch-size takes a whole number of at least 1, not '0'.", "one-to-one", "--batch-size", "0")]
    [InlineData("--seed takes a whole number, not '1.5'.", "--seed", "1.5")]
    [InlineData("--verbose takes a whole number from 0 to 2, not '3'.", "--verbose", "3")]
    [InlineData("--seeds takes a whole number of at least 1, not '99999999999'.", "rates", "--seeds", "99999999999")]
    [InlineData("--seed does not go with rates.", "--seed", "3", "rates")]
    [InlineData("--length does not go with readme.", "--length", "3", "readme")]
    [InlineData("Unrecognized command or argument '--depth'.", "--depth", "3")]
    [InlineData("Unrecognized command or argument 'some-to-many'.", "some-to-many")]
    [InlineData("Required argument missing for option: '--length'.", "--length")]
    public void A_wrong_command_line_explains_itself(string message, params string[] arguments)
    {
        var run = SampleProgram.RunHere(arguments);

        run.ExitCode.Should().Be(2);
        run.Output.Should().BeEmpty();
        run.Error.ReplaceLineEndings("\n").Split('\n').Should().Contain([message, "Add --help to see the commands and options."]);
    }

    [Fact]
    public void A_refusal_of_the_library_is_one_line()
    {
        var run = SampleProgram.Run("many-to-one", "--units", "2000000000");

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Error.TrimEnd().Should().StartWith("error: Lstm 'lstm_1' asks for 16,000,000,016,000,000,000 parameters").And.NotContain("\n");
    }

    [Fact]
    public void Help_lists_commands_options_and_defaults()
    {
        var run = SampleProgram.Run("--help");

        run.ExitCode.Should().Be(0);
        foreach (var name in (string[])["one-to-one", "many-to-one", "many-to-many", "all", "rates", "readme", "--length", "--units", "--epochs", "--batch-size", "--seed", "--verbose"])
        {
            run.Output.Should().MatchRegex($"(?m)^ +{name}\\b.* .+");
        }
        run.Output.Should().Contain("[default: 5]").And.Contain("[default: the length]").And.Contain("[default: 1000; many-to-one: 500]").And.Contain("[default: 1; one-to-one: the length]");
    }

    [Fact]
    public void Rates_are_a_table()
    {
        var run = SampleProgram.Run("rates", "--seeds", "3", "--length", "2", "--epochs", "5");

        run.ExitCode.Should().Be(0, run.Error);
        run.Lines.Should().Contain("model         epochs  batch size  learned  median last loss");
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(line, @"^one-to-one +5 +2 +[\d.]+ % +\d\.\d{4}$"));
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(line, @"^many-to-many +5 +1 +[\d.]+ % +\d\.\d{4}$"));
    }

    private static Regex ClosingLine { get; } = new(
        @"^[a-z-]+: \d+ parameters, last loss \d\.\d{4}(e-\d\d)?, largest error 0\.\d{4}, trained in \d+\.\d ms, engine Fused: every layer has a kernel$");

    private static List<string[]> Predictions(SampleProgram run) =>
        [.. run.Lines.Index().Where(line => line.Item == "Predictions:").Select(line => run.Lines.Skip(line.Index + 1).TakeWhile(text => text.Length > 0).ToArray())];
}
