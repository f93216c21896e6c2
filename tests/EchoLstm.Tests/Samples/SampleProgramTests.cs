using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Samples;

/// <summary>The three models of the TimeDistributed tutorial, and the program around them.</summary>
public class SampleProgramTests
{
    [Fact]
    public void Without_arguments_all_three_models_are_shown_and_echo_the_sequence()
    {
        var run = SampleProgram.Run(AppContext.BaseDirectory);

        run.ExitCode.Should().Be(0, run.Error);
        run.Error.Should().BeEmpty();
        run.Lines.Where(line => line == "Sequence: [0. 0.2 0.4 0.6 0.8]").Should().HaveCount(3);
        Starting(run, "Shapes: ").Should().Equal(
            "Shapes: X (5, 1, 1), y (5, 1)",
            "Shapes: X (1, 5, 1), y (1, 5)",
            "Shapes: X (1, 5, 1), y (1, 5, 1)");
        Starting(run, "lstm_1 (LSTM) ").Select(line => line.TrimEnd()[^3..]).Should().Equal("140", "140", "140");
        Starting(run, "Total params: ").Should().Equal("Total params: 146", "Total params: 170", "Total params: 146");
        Starting(run, "Training: ").Should().Equal(
            "Training: 1000 epochs, batch size 5, seed 71",
            "Training: 500 epochs, batch size 1, seed 71",
            "Training: 1000 epochs, batch size 1, seed 71");
        Predictions(run).Should().HaveCount(3).And.AllSatisfy(lines => lines.Should().Equal("0.0", "0.2", "0.4", "0.6", "0.8"));
        run.Lines.Where(line => ClosingLine.IsMatch(line)).Select(line => line[..line.IndexOf(" parameters", StringComparison.Ordinal)])
            .Should().Equal("one-to-one: 146", "many-to-one: 170", "many-to-many: 146");
    }

    [Fact]
    public void The_pairs_are_shown_as_a_table() =>
        SampleProgram.RunHere("many-to-many", "--epochs", "1").Lines
            .Should().ContainInConsecutiveOrder("X  , y", "0.0, 0.0", "0.2, 0.2", "0.4, 0.4", "0.6, 0.6", "0.8, 0.8");

    [Fact]
    public void Another_length_sets_shapes_units_and_batch_size()
    {
        var run = SampleProgram.RunHere("all", "--length", "3", "--epochs", "2");

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
    public void Units_seed_epochs_and_batch_size_are_options()
    {
        var run = SampleProgram.RunHere("one-to-one", "--units", "2", "--seed", "-4", "--epochs", "3", "--batch-size", "2");

        run.Lines.Should().Contain(["Total params: 35", "Training: 3 epochs, batch size 2, seed -4"]);
    }

    [Fact]
    public void One_seed_gives_one_run()
    {
        static string[] Run(string seed) => SampleProgram.RunHere("many-to-many", "--epochs", "20", "--seed", seed).Untimed;

        var first = Run("3");
        Run("3").Should().Equal(first);
        Run("4").Should().NotEqual(first);
    }

    [Fact]
    public void Verbose_2_is_Keras_lines()
    {
        var run = SampleProgram.RunHere("one-to-one", "--epochs", "2", "--verbose", "2");

        var first = Array.IndexOf(run.Lines, "Epoch 1/2");
        first.Should().BePositive();
        string.Join('\n', run.Lines[first..(first + 4)]).Should().MatchRegex(
            @"^Epoch 1/2\n - \d+s - loss: 0\.\d{4}\nEpoch 2/2\n - \d+s - loss: 0\.\d{4}$");
    }

    [Fact]
    public void The_models_are_drawn()
    {
        using var folder = new TemporaryFolder();
        SampleProgram.RunHere("many-to-one", "--epochs", "2", "--plot", folder.Path).ExitCode.Should().Be(0);

        folder.Names.Should().BeEquivalentTo("many-to-one-loss.svg", "many-to-one-model.svg", "many-to-one-predictions.svg");
    }

    [Theory]
    [InlineData("'some-to-many'", "some-to-many")]
    [InlineData("'--depth'", "one-to-one", "--depth", "3")]
    [InlineData("'many'", "all", "--epochs", "many")]
    [InlineData("epochs", "all", "--epochs", "0")]
    [InlineData("rounds", "echo", "--rounds", "0")]
    public void What_it_does_not_understand_is_an_error(string named, params string[] arguments)
    {
        var run = SampleProgram.RunHere(arguments);

        run.ExitCode.Should().Be(1);
        run.Error.Should().Contain(named);
    }

    [Fact]
    public void A_refusal_of_the_library_is_one_line()
    {
        var run = SampleProgram.RunHere("many-to-one", "--units", "2000000000");

        run.ExitCode.Should().Be(1);
        run.Output.Should().BeEmpty();
        run.Error.TrimEnd().Should().StartWith("error: Lstm 'lstm_1' asks for 16,000,000,016,000,000,000 parameters").And.NotContain("\n");
    }

    [Fact]
    public void Help_lists_the_commands()
    {
        var run = SampleProgram.RunHere("--help");

        run.ExitCode.Should().Be(0);
        string[] names = ["one-to-one", "many-to-one", "many-to-many", "echo", "partial-echo", "extension", "article", "sunspots"];
        foreach (var name in names)
        {
            run.Output.Should().MatchRegex($"(?m)^ +{name}\\b.* .+");
        }
    }

    [Fact]
    public void Rates_are_a_table()
    {
        var run = SampleProgram.RunHere("rates", "--seeds", "3", "--length", "2", "--epochs", "5");

        run.Lines.Should().Contain("model         epochs  batch size  learned  median last loss");
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(line, @"^one-to-one +5 +2 +[\d.]+ % +\d\.\d{4}$"));
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(line, @"^many-to-many +5 +1 +[\d.]+ % +\d\.\d{4}$"));
    }

    private static Regex ClosingLine { get; } = new(
        @"^[a-z-]+: \d+ parameters, last loss \d\.\d{4}(e-\d\d)?, largest error 0\.\d{4}, trained in \d+\.\d ms, " +
        "engine Fused: every layer has a kernel$");

    private static IEnumerable<string> Starting(SampleProgram run, string start) =>
        run.Lines.Where(line => line.StartsWith(start, StringComparison.Ordinal));

    private static List<string[]> Predictions(SampleProgram run) =>
        [.. run.Lines.Index().Where(line => line.Item == "Predictions:")
            .Select(line => run.Lines.Skip(line.Index + 1).TakeWhile(text => text.Length > 0).ToArray())];
}
