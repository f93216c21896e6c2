using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Samples;

/// <summary>The other commands, mostly with too few rounds to learn. Some set Torch's threads.</summary>
[Collection(RunsAlone.Name)]
public class EchoCommandsTests
{
    private const string OnFused = "engine Fused: every layer has a kernel";

    [Fact]
    public void The_framing_is_the_tutorials()
    {
        var run = SampleProgram.RunHere("framing");

        run.Lines.Should().ContainInConsecutiveOrder("x(t-1), x(t), y(t-1)", "   NaN,    1,    NaN", "     1,    2,      1");
        run.Lines.Where(line => Regex.IsMatch(line, @"^\[(\d+, \d+, \d+)(, \d+){2}\] => \[\1\]$")).Should().HaveCount(21);
        run.Lines.Should().ContainInConsecutiveOrder(
            "One-hot encoded (25, 100), framed X (21, 5, 100) and y (21, 3, 100)",
            "Decoded again, they are the same integers: True");
    }

    [Fact]
    public void Echo_prints_the_tutorials_21_lines_all_right()
    {
        var run = SampleProgram.RunHere("echo");

        run.Lines.Should().Contain(["lstm_1 (LSTM)                (7, 5, 20)                9680      ", "Total params: 11,780"]);
        var lines = run.Lines.Where(line => line.StartsWith("Expected: ", StringComparison.Ordinal)).ToList();
        lines.Should().HaveCount(21).And.AllSatisfy(line => line.Should().MatchRegex(@"^Expected: (\[\d+(, \d+){4}\]) Predicted \1$"));
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(
            line,
            @"^echo: 11,780 parameters, last loss \d\.\d{4}, accuracy \d\.\d{4}, 105 of 105 items of a new sequence right, " +
            @"trained in \d+\.\d\d s, " + OnFused + "$"));
    }

    [Fact]
    public void Echo_shows_its_rounds_as_Keras_does()
    {
        var run = SampleProgram.RunHere("echo", "--rounds", "2", "--verbose", "2");

        run.Lines.Where(line => line == "Epoch 1/1").Should().HaveCount(2);
        run.Lines.Where(line => Regex.IsMatch(line, @"^ - \d+s - loss: 4\.\d{4} - accuracy: 0\.\d{4}$")).Should().HaveCount(2);
    }

    [Fact]
    public void One_seed_gives_one_echo()
    {
        static string[] Run(string seed) => SampleProgram.RunHere("echo", "--rounds", "3", "--seed", seed).Untimed;

        var first = Run("3");
        Run("3").Should().Equal(first);
        Run("4").Should().NotEqual(first);
    }

    [Fact]
    public void The_rate_is_measured_over_seeds()
    {
        var run = SampleProgram.RunHere("echo", "--rounds", "1", "--seeds", "2");

        run.Lines.Where(line => Regex.IsMatch(line, @"^   [12]  +4\.\d{4} +\d\.\d\d %$")).Should().HaveCount(2);
        run.Lines.Should().Contain("0 of 2 seeds end with every item right");
    }

    [Fact]
    public void The_partial_echo_is_the_tutorials_by_default()
    {
        var run = SampleProgram.RunHere("partial-echo", "--rounds", "1");

        run.Lines.Should().Contain([
            "lstm_1 (LSTM)                (21, 150)                 150600    ",
            "repeat_vector_1 (RepeatVecto (21, 2, 150)              0         ",
            "Total params: 346,300"]);
        run.Lines.Where(line => Regex.IsMatch(line, @"^Expected: \[\d+, \d+\] Predicted \[\d+, \d+\]$")).Should().HaveCount(21);
        run.Lines.Should().ContainSingle(line => line.EndsWith(OnFused, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(26, 7)]
    [InlineData(10, 5)]
    [InlineData(10, 10)]
    public void The_partial_echo_takes_other_lengths(int stepsIn, int stepsOut)
    {
        var run = SampleProgram.RunHere(
            "partial-echo", "--in", $"{stepsIn}", "--out", $"{stepsOut}", "--units", "3", "--classes", "4", "--rounds", "1");

        run.Lines.Where(line => Regex.IsMatch(line, $@"^Expected: \[[0-3](, [0-3]){{{stepsOut - 1}}}\] Predicted ")).Should().HaveCount(21);
    }

    [Fact]
    public void More_to_echo_than_was_heard_is_refused()
    {
        var run = SampleProgram.RunHere("partial-echo", "--in", "2", "--out", "3", "--rounds", "1");

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith(
            "error: RandomEcho expects 1 <= nOut <= nIn <= length but received nOut 3, nIn 2 and a length of 22. " +
            "An echo is no longer than what was heard");
    }

    [Theory]
    [InlineData("extension linear", "one-hot, 20 units 11,780", "0 to 1, 20 units 1,781", "0 to 1, 100 units 40,901")]
    [InlineData(
        "extension missing",
        "dropped 11,780", "padded with -1, masked 11,780", "padded with -1, not masked 11,780", "padded with 0, not masked 11,780")]
    [InlineData(
        "extension longer",
        "2 of 5, 150 units 346,300", "3 of 5, 200 units 581,700", "4 of 5, 250 units 877,100", "5 of 5, 300 units 1,232,500")]
    [InlineData("extension stateless", "stateful, batches of 7 11,780", "stateless, batches of 7 11,780", "stateless, batches of 1 11,780")]
    [InlineData(
        "extension topologies",
        "one-to-one, steps as features 420,800", "many-to-one, softmax a block 180,800", "encoder-decoder 346,300")]
    [InlineData("attention", "with attention, 50 units 60,600", "with attention, 150 units 391,600", "plain, 150 units 346,300")]
    public void Comparisons_are_tables(string command, params string[] rows)
    {
        var run = SampleProgram.RunHere([.. command.Split(' '), "--rounds", "1"]);

        run.ExitCode.Should().Be(0, run.Error);
        // Name, parameters, rounds, updates, share, items, seconds, engine.
        run.Lines.Select(line => Regex.Match(line, @"^(.+?) +([\d,]+) +- +\d+ +\d+\.\d\d % of [\d,]+ +\d+\.\d  (Fused|Torch)$"))
            .Where(match => match.Success)
            .Select(match => $"{match.Groups[1]} {match.Groups[2]} {match.Groups[3]}")
            .Should().Equal(rows.Select(row => row + (row.StartsWith("with attention", StringComparison.Ordinal) ? " Torch" : " Fused")));
    }

    [Fact]
    public void A_comparison_ends_when_its_echo_is_learned()
    {
        var run = SampleProgram.RunHere("extension", "stateless");

        // The first of ten checks in a row that were all right, one every ten rounds, and 21 windows in batches of 7 a round.
        var row = run.Lines.Single(line => line.StartsWith("stateful, batches of 7", StringComparison.Ordinal));
        var (rounds, updates) = (Number(row, 1), Number(row, 2));
        rounds.Should().BeInRange(200, 600);
        updates.Should().Be((rounds + 90) * 3);
        row.Should().Contain(" 100.00 % of 2,100 ");

        static int Number(string row, int place)
        {
            var text = Regex.Match(row, @" 11,780 +([\d,]+) +([\d,]+) ").Groups[place].Value;
            return int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        }
    }

    [Fact]
    public void The_article_runs_as_printed_with_one_warning_and_as_it_should_be()
    {
        var run = SampleProgram.RunHere("article", "--epochs", "2");

        run.Lines.Should().Contain(["Shapes: X (50, 64, 15), y (50, 64, 8)", "Total params: 6,408"]);
        run.Lines.Should().ContainSingle(line => line.StartsWith("Warning: ", StringComparison.Ordinal)).Which.Should().MatchRegex(
            @"^Warning: categorical_crossentropy compares probabilities, but the model's last layer has no softmax, " +
            @"and y\[0, 0\] sums to \d\.\d+ over the classes, not to 1\. .* use Loss\.MeanSquaredError\(\)\.$");
        run.Lines.Where(line => Regex.IsMatch(
            line,
            @"^6,408 parameters, loss \d+\.\d{4} to \d+\.\d{4}, prediction \(50, 64, 8\), trained in \d+\.\d\d s, " + OnFused + "$"))
            .Should().HaveCount(3);
    }

    [Fact]
    public void The_article_shown_as_Keras_does_warns_once_too() =>
        SampleProgram.RunHere("article", "--epochs", "1", "--verbose", "2").Lines
            .Should().ContainSingle(line => line.StartsWith("Warning: ", StringComparison.Ordinal));

    [Fact]
    public void The_next_step_is_predicted_and_the_forecast_goes_round()
    {
        var run = SampleProgram.RunHere("next-step");

        run.Lines.Should().ContainInConsecutiveOrder(
            "Known:    0.0 0.2 0.4 0.6 0.8",
            "Expected: 0.0 0.2 0.4 0.6 0.8 0.0 0.2 0.4 0.6 0.8",
            "Forecast: 0.0 0.2 0.4 0.6 0.8 0.0 0.2 0.4 0.6 0.8");
        run.Output.Should().Contain(OnFused);
        var largest = Regex.Match(run.Output, @"largest error (\d\.\d{4})").Groups[1].Value;
        double.Parse(largest, CultureInfo.InvariantCulture).Should().BeLessThan(0.05);
    }

    [Fact]
    public void Frames_are_told_by_their_direction()
    {
        var run = SampleProgram.RunHere("frames");

        run.Lines.Should().Contain("Shapes: X (200, 5, 1, 10, 10) (samples, frames, channels, height, width), y (200, 1)");
        run.Lines.Should().ContainSingle(line => Regex.IsMatch(
            line,
            @"^frames: 5,241 parameters, .* 100 % of 100 new samples right, trained in \d+\.\d\d s, " +
            @"engine Torch: TimeDistributed 'time_distributed_1' \(TimeDistributed\) has no fused kernel around a TorchSharp module$"));
    }

    [Fact]
    public void Stateful_one_to_one_learns_the_sequence()
    {
        var run = SampleProgram.RunHere("stateful");

        run.Lines.Should().Contain([
            "lstm_1 (LSTM)                (1, 5)                    140       ",
            "Training: 1000 epochs, batch size 1, seed 11"]);
        run.Lines.Should().ContainInConsecutiveOrder("Predictions:", "0.0", "0.2", "0.4", "0.6", "0.8");
        run.Output.Should().Contain(OnFused);
    }

    [Fact]
    public void Lengths_are_a_table()
    {
        var run = SampleProgram.RunHere("lengths", "--epochs", "10");

        run.Lines.Where(line => Regex.IsMatch(line, @"^ +\d+( +- +[\d,]+){3}$")).Should().HaveCount(6);
    }
}
