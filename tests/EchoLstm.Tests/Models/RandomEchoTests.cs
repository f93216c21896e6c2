using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>The models that echo random integers.</summary>
public class RandomEchoTests
{
    private const int Seed = 11;

    [Fact]
    public void The_sequence_echo_is_the_tutorials()
    {
        using var model = EchoModels.SequenceEcho();

        model.InputShape!.ToString().Should().Be("(7, 5, 100)");
        model.OutputShape(model.InputShape!).ToString().Should().Be("(7, 5, 100)");
        model.Layers.Select(layer => layer.CountParameters()).Should().Equal(9680, 2100);
        model.CountParameters().Should().Be(11780);
    }

    [Fact]
    public void The_encoder_decoder_is_the_tutorials()
    {
        using var model = EchoModels.EncoderDecoder();

        model.InputShape!.ToString().Should().Be("(21, 5, 100)");
        model.OutputShape(model.InputShape!).ToString().Should().Be("(21, 2, 100)");
        model.Layers.Select(layer => layer.CountParameters()).Should().Equal(150600, 0, 180600, 15100);
        model.CountParameters().Should().Be(346300);
    }

    [Theory]
    [InlineData(100, 10)]
    [InlineData(26, 7)]
    [InlineData(300, 50)]
    [InlineData(10, 5)]
    [InlineData(8, 1)]
    [InlineData(5, 5)]
    public void The_encoder_decoder_takes_any_lengths(int stepsIn, int stepsOut)
    {
        const int length = 302, classes = 10;
        var windows = length - stepsIn + 1;
        using var model = EchoModels.EncoderDecoder(windows, stepsIn, stepsOut, classes, units: 4, Seed);
        var (x, y) = SupervisedFrames.RandomEcho(new RandomSequence(Seed), stepsIn, stepsOut, length, classes);

        var losses = new List<double>();
        for (var round = 0; round < 10; round++)
        {
            losses.Add(model.Fit(x, y, epochs: 1, batchSize: windows, verbose: 0, shuffle: false).Loss[0]);
            model.ResetStates();
        }

        losses[^1].Should().BeLessThan(losses[0]);
        model.Predict<float[,,]>(x).GetLength(1).Should().Be(stepsOut);
    }

    [Fact]
    public void A_batch_size_that_leaves_samples_over_is_refused_with_those_that_do_not()
    {
        using var model = EchoModels.SequenceEcho();
        var (x, y) = SupervisedFrames.RandomEcho(new RandomSequence(Seed), 5, 5);

        Errors.Expect<ArgumentException>(
            () => model.Fit(x, y, batchSize: 5, shuffle: false),
            "The model is stateful (Lstm 'lstm_1'), so every batch must have as many samples, but 21 samples in batches of 5 leave 1 over. Batch sizes that divide 21: 1, 3, 7, 21. (Parameter 'batchSize')");
    }

    [Fact]
    public void The_sequence_echo_learns_a_few_classes_in_few_rounds()
    {
        const int classes = 10;
        using var model = EchoModels.SequenceEcho(classes: classes, seed: Seed);

        Learns(model, rounds: 120, batchSize: 7, stepsIn: 5, stepsOut: 5, classes);
    }

    [Fact]
    public void The_encoder_decoder_learns_a_few_classes_in_some_rounds()
    {
        const int classes = 4;
        using var model = EchoModels.EncoderDecoder(batchSize: 23, stepsIn: 3, stepsOut: 2, classes, units: 40, Seed);

        Learns(model, rounds: 500, batchSize: 23, stepsIn: 3, stepsOut: 2, classes);
    }

    [Fact]
    public void One_to_many_learns_a_sequence_for_each_value()
    {
        using var model = EchoModels.OneToMany(length: 3, units: 8, seed: Seed);
        model.Compile(Loss.MeanSquaredError(), new Adam(learningRate: 0.01));
        float[,] x = { { 0.3f }, { 0.6f }, { 0.9f } };
        float[,,] y = { { { 0 }, { 0.1f }, { 0.2f } }, { { 0 }, { 0.2f }, { 0.4f } }, { { 0 }, { 0.3f }, { 0.6f } } };

        var history = model.Fit(x, y, epochs: 400, batchSize: 3, verbose: 0);

        history.Loss[^1].Should().BeLessThan(1e-3);
        model.OutputShape(model.InputShape!).ToString().Should().Be("(None, 3, 1)");
    }

    private static void Learns(SequentialModel model, int rounds, int batchSize, int stepsIn, int stepsOut, int classes)
    {
        var source = new RandomSequence(Seed);
        for (var round = 0; round < rounds; round++)
        {
            var (x, y) = SupervisedFrames.RandomEcho(source, stepsIn, stepsOut, classes: classes);
            model.Fit(x, y, epochs: 1, batchSize, verbose: 0, shuffle: false);
            model.ResetStates();
        }
        var (newX, newY) = SupervisedFrames.RandomEcho(source, stepsIn, stepsOut, classes: classes);

        var predicted = OneHot.Decode(model.Predict<float[,,]>(newX, batchSize));

        predicted.Should().BeEquivalentTo(OneHot.Decode(newY), $"of {rounds} rounds with seed {Seed}");
        OneHot.Decode(model.Predict<float[,,]>(newX, batchSize)).Should().BeEquivalentTo(predicted, "predicting changes no state");
    }
}
