namespace EchoLstm.Tests.Models;

/// <summary>Sequence to sequence as a model: greedy and beam search against every sequence tried, unequal lengths, files.</summary>
public sealed class FunctionalSeq2SeqTests : IDisposable
{
    private const int Start = 1, Stop = 2;

    private static readonly long[,] Sources = { { 1, 2, 3, 1 }, { 3, 1, 0, 0 }, { 2, 2, 1, 0 } };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Greedy_decoding_takes_the_most_probable_symbol_of_the_trained_model_at_each_step(bool attention)
    {
        using var model = EchoModels.Seq2Seq(inputs: 3, outputs: 4, units: 5, attention: attention, seed: 1);

        var told = model.Decode(Sources, Start, maxSteps: 4);

        for (var sample = 0; sample < 3; sample++)
        {
            List<long> read = [Start];
            for (var step = 0; step < 4; step++)
            {
                var probabilities = Probabilities(model, sample, read);
                read.Add(1 + probabilities.Skip(1).Select((value, i) => (value, i)).MaxBy(one => one.value).i);
            }
            told[sample].Select(symbol => (long)symbol).Should().Equal(read.Skip(1), $"of sample {sample}");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_beam_as_wide_as_all_beginnings_finds_the_most_probable_sequence(bool attention)
    {
        using var model = EchoModels.Seq2Seq(inputs: 3, outputs: 4, units: 5, attention: attention, seed: 1);

        var told = model.Decode(Sources, Start, maxSteps: 3, stop: Stop, beam: 64);

        for (var sample = 0; sample < 3; sample++)
        {
            var best = All([]).MaxBy(sequence => Score(model, sample, sequence))!;
            told[sample].Should().Equal([.. best.TakeWhile(symbol => symbol != Stop)], $"of sample {sample}");
        }

        static IEnumerable<int[]> All(int[] beginning) => beginning.Length == 3 || beginning.LastOrDefault() == Stop
            ? [beginning]
            : Enumerable.Range(1, 4).SelectMany(symbol => All([.. beginning, symbol]));
    }

    [Fact]
    public void A_source_is_decoded_alike_alone_and_padded_beside_longer_ones()
    {
        using var model = EchoModels.Seq2Seq(inputs: 3, outputs: 4, units: 5, attention: true, seed: 1);

        model.Decode(Sources, Start, maxSteps: 4, stop: Stop, beam: 3)[1]
            .Should().Equal(model.Decode(new long[,] { { 3, 1 } }, Start, maxSteps: 4, stop: Stop, beam: 3)[0]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_is_trained_with_teacher_forcing_and_comes_back_from_its_file(bool attention)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "translator.safetensors");
        using var model = EchoModels.Seq2Seq(inputs: 3, outputs: 4, units: 12, attention: attention, seed: 1);
        var targets = new long[,] { { Start, 3, 4, 3, Stop }, { Start, 4, Stop, 0, 0 }, { Start, 3, 3, Stop, 0 } };
        model.Model.Optimizer!.LearningRate = 0.03;

        var history = model.Fit(Sources, targets, epochs: 80, verbose: 0);
        model.Model.Save(path);
        using var loaded = Seq2Seq.Load(path);

        history["accuracy"][^1].Should().Be(1);
        foreach (var one in new[] { model, loaded })
        {
            one.Decode(Sources, Start, maxSteps: 6, stop: Stop).Select(told => string.Join(" ", told)).Should().Equal("3 4 3", "4", "3 3");
        }
    }

    [Fact]
    public void A_target_without_steps_to_learn_is_told()
    {
        using var model = EchoModels.Seq2Seq(inputs: 3, outputs: 4, units: 5, seed: 1);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model.Model,
            () => model.Fit(Sources, new long[3, 1]),
            "target has shape (3, 1), expected (samples, time steps) of 2 steps or more: a symbol that says start, then those to learn.");
        Assert.Throws<ArgumentOutOfRangeException>(() => EchoModels.Seq2Seq(0, 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(Sources, Start, maxSteps: 0));
        Errors.Expect<ArgumentException>(
            () => model.Fit(new[,] { { 1, 2 }, { 2, 1 } }, new[,] { { Start, 3, 4 }, { 0, Start, 3 } }, verbose: 0),
            "target[1, 0] is 0, which is padding, but a target begins with the symbol that says start. Pad behind: SequencePadding.PadSequences(targets, padding: PaddingSide.Post). (Parameter 'target')");
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(new[,] { { 1, 99 } }, Start, maxSteps: 1)).Message.Should().StartWith("source[0, 1] is 99, but Embedding 'source_embedding' has ");
        foreach (var other in new[] { 0, 99 })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(Sources, other, maxSteps: 1)).Message.Should().StartWith($"start is {other}, which is no symbol of the targets: expected 1 to ");
            Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(Sources, Start, maxSteps: 1, stop: other)).Message.Should().StartWith($"stop is {other}, which is no symbol of the targets: expected 1 to ");
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Decode(Sources, Start, 1, beam: 0));
    }

    // By the model that is trained, which reads all that was told so far at once.
    private static double[] Probabilities(Seq2Seq model, int sample, IReadOnlyList<long> read) =>
        model.Model.Predict([tensor(Sources)[sample].unsqueeze(0), tensor(read.ToArray()).unsqueeze(0)])[0][0, -1].Values();

    private static double Score(Seq2Seq model, int sample, int[] sequence)
    {
        List<long> read = [Start];
        var score = 0.0;
        foreach (var symbol in sequence)
        {
            score += Math.Log(Probabilities(model, sample, read)[symbol]);
            read.Add(symbol);
        }
        return score;
    }
}
