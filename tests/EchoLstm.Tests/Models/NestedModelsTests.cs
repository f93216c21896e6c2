using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>Sequences of sequences, which the tutorial's readers ask for: TimeDistributed over recurrent layers, convolutions and whole models.</summary>
public class NestedModelsTests
{
    private const int Seed = 5;

    [Fact]
    public void A_grid_of_characters_is_read_by_rows_then_by_columns()
    {
        const int samples = 40, size = 10, characters = 3;
        var source = new RandomSequence(Seed);
        var (x, y) = (new float[samples, size, size, characters], new float[samples, 1]);
        for (var sample = 0; sample < samples; sample++)
        {
            var grid = source.Next(size * size, characters - 1);
            var line = source.Next(1, size)[0];
            y[sample, 0] = sample % 2;
            for (var i = 0; i < size; i++)
            {
                // A line of the third character, across or down.
                grid[sample % 2 == 0 ? (line * size) + i : (i * size) + line] = characters - 1;
            }
            for (var cell = 0; cell < grid.Length; cell++)
            {
                x[sample, cell / size, cell % size, grid[cell]] = 1;
            }
        }
        using var model = new SequentialModel(new TimeDistributed(new Lstm(8)), new Lstm(8), new Dense(1, Activation.Sigmoid)) { Seed = Seed };

        var history = Learn(model, x, y, epochs: 25);

        history["accuracy"][^1].Should().Be(1);
        model.Summary().Should().Contain("(None, 10, 8)");
    }

    [Fact]
    public void Long_series_are_read_in_chunks()
    {
        const int samples = 2, chunks = 100, steps = 80, series = 20;
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        var x = Numbers.Uniform(1, [samples, chunks, steps, series]);
        using var model = new SequentialModel(new TimeDistributed(new Lstm(6)), new Lstm(4), new Dense(1, Activation.Sigmoid)) { Seed = Seed };

        var history = Learn(model, x, tensor(new float[,] { { 0 }, { 1 } }), epochs: 3);

        history.Loss[^1].Should().BeLessThan(history.Loss[0]);
        model.Layers.Select(layer => layer.OutputShape(layer.InputShape!).ToString()).Should().Equal("(None, 100, 6)", "(None, 4)", "(None, 1)");
        var inner = (Lstm)((TimeDistributed)model.Layers[0]).Inner;
        model.Layers[0].call(x)[1, 42].Values().Should().Equal(inner.call(x[1, 42].unsqueeze(0))[0].Values(), (left, right) => Tolerance.Float32.Accepts(left, right), "a chunk is read on its own");
    }

    [Fact]
    public void Documents_are_read_by_words_then_by_sentences_with_attention_to_both()
    {
        const int samples = 40, sentences = 3, words = 4, vocabulary = 12, wanted = 7;
        var source = new RandomSequence(Seed);
        var (x, y) = (new long[samples, sentences, words], new float[samples, 1]);
        for (var sample = 0; sample < samples; sample++)
        {
            for (var word = 0; word < sentences * words; word++)
            {
                var drawn = source.Next(1, vocabulary)[0];
                x[sample, word / words, word % words] = drawn == wanted ? 0 : drawn;
            }
            if (sample % 2 == 1)
            {
                x[sample, source.Next(1, sentences)[0], source.Next(1, words)[0]] = wanted;
                y[sample, 0] = 1;
            }
        }
        using var model = new SequentialModel(
            new TimeDistributed(new SequentialModel(new Embedding(vocabulary, 8), new Gru(8, returnSequences: true), new AttentionDecoder(8, steps: 1), new Reshape(8))),
            new Gru(8, returnSequences: true),
            new AttentionDecoder(8, steps: 1),
            new Reshape(8),
            new Dense(1, Activation.Sigmoid)) { Seed = Seed };

        var history = Learn(model, x, y, epochs: 60);

        history["accuracy"][^1].Should().Be(1);
        // The layers inside are there to be asked where they looked.
        var ofWords = (SequentialModel)((TimeDistributed)model.Layers[0]).Inner;
        using var scope = NewDisposeScope();
        var read = ofWords.Layers[1].call(ofWords.Layers[0].call(tensor(new long[,] { { 1, 2, wanted, 3 } })));
        var (_, looks) = ((AttentionDecoder)ofWords.Layers[2]).CallWithWeights(read);
        looks.shape.Should().Equal(1, 1, words);
        looks.Values().Sum().Should().BeApproximately(1, 1e-5);
    }

    [Fact]
    public void A_signal_is_cut_into_parts_that_a_convolution_reads_and_their_number_may_vary()
    {
        const int samples = 30, parts = 4, steps = 32;
        var source = new RandomSequence(Seed);
        var (x, y) = (new float[samples, parts, steps, 1], new float[samples, 1]);
        for (var sample = 0; sample < samples; sample++)
        {
            // A slow wave or a fast one, from any phase.
            y[sample, 0] = sample % 2;
            var phase = source.Next(1, steps)[0];
            for (var step = 0; step < parts * steps; step++)
            {
                x[sample, step / steps, step % steps, 0] = MathF.Sin((step + phase) * (sample % 2 == 0 ? 0.2f : 0.9f));
            }
        }
        using var model = new SequentialModel(
            new TimeDistributed(new Conv1D(4, kernelSize: 3, activation: Activation.Relu)),
            new TimeDistributed(new MaxPooling1D(2)),
            new TimeDistributed(new Flatten()),
            new Lstm(6),
            new Dense(1, Activation.Sigmoid)) { Seed = Seed };
        model.Build(-1, steps, 1);

        var history = Learn(model, x, y, epochs: 25);

        history["accuracy"][^1].Should().Be(1);
        model.Layers.Select(layer => layer.OutputShape(layer.InputShape!).ToString()).Should().Equal("(None, None, 30, 4)", "(None, None, 15, 4)", "(None, None, 60)", "(None, 6)", "(None, 1)");
        model.Predict<float[,]>(new float[1, 7, steps, 1]).Length.Should().Be(1);
    }

    [Fact]
    public void A_film_is_read_by_a_convolution_a_frame()
    {
        const int samples = 4, frames = 3;
        using var scope = NewDisposeScope();
        manual_seed(Seed);
        var x = Numbers.Uniform(1, [samples, frames, 2, 6, 6]);
        using var convolution = nn.Conv2d(2, 5, 3);
        using var model = new SequentialModel(new TimeDistributed(convolution), new TimeDistributed(nn.ReLU()), new TimeDistributed(new Flatten()), new Lstm(4, returnSequences: true)) { Seed = Seed };
        model.Build(frames, 2, 6, 6);

        model.OutputShape(model.InputShape!).ToString().Should().Be("(None, 3, 4)");
        model.Layers[0].call(x)[2, 1].Values().Should().Equal(convolution.call(x[2, 1].unsqueeze(0))[0].Values(), (left, right) => Tolerance.Float32.Accepts(left, right), "each frame goes through the same convolution");
        using var output = model.Predict(x);
        output.shape.Should().Equal(samples, frames, 4);
    }

    private static History Learn(SequentialModel model, TensorLike x, TensorLike y, int epochs)
    {
        model.Compile(Loss.BinaryCrossentropy(), new Adam(learningRate: 0.02), Metric.Accuracy());
        return model.Fit(x, y, epochs, batchSize: 10, verbose: 0, callbacks: [new StopWhenAllRight()]);
    }

    private sealed class StopWhenAllRight : Callback
    {
        public override void OnEpochEnd(FitProgress progress)
        {
            if (progress.Figures["accuracy"] == 1 && progress.Figures["loss"] < 0.5)
            {
                progress.Stop();
            }
        }
    }

    [Fact]
    public void A_model_is_no_part_of_itself()
    {
        using var inner = new SequentialModel(new Dense(1));
        using var outer = new SequentialModel(inner);

        Errors.Expect<ArgumentException>(() => inner.Add(inner), "SequentialModel 'sequential_1' can't be a part of itself: it was added to itself. Make a second model. (Parameter 'layer')");
        Errors.Expect<ArgumentException>(() => inner.Add(outer), "SequentialModel 'sequential_1' can't be a part of itself: the Sequential that was added contains it. Make a second model. (Parameter 'layer')");

        outer.Build(2);
        outer.CountParameters().Should().Be(3);
    }
}
