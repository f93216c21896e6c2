namespace EchoLstm.Tests.Layers;

/// <summary>Stacks of layers, and layers reached through the wrappers and models that they are in.</summary>
public class WrappedLayerTests
{
    [Fact]
    public void Layers_inside_wrappers_are_reached_read_and_frozen()
    {
        using var words = new SequentialModel(new Lstm(3), new Dense(2));
        using var model = new SequentialModel(new TimeDistributed(words), new Bidirectional(new Gru(4)), new Dense(1)) { Seed = 1 };
        model.Build(5, 6, 2);

        var inner = (SequentialModel)((TimeDistributed)model.Layers[0]).Inner;
        inner.Should().BeSameAs(words);
        var lstm = (Lstm)inner.Layers[0];
        lstm.GetWeights()[0].Values().Should().Equal(model.GetWeights()[0].Values());
        ((Bidirectional)model.Layers[1]).Backward.Units.Should().Be(4);

        var (all, own) = (model.CountParameters(), lstm.CountParameters());
        lstm.Trainable = false;
        model.CountParameters(trainable: false).Should().Be(own);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var before = (lstm.GetWeights().Values(), inner.Layers[1].GetWeights().Values());
        using var scope = NewDisposeScope();
        model.Fit(Numbers.Uniform(1, [4, 5, 6, 2]), Numbers.Uniform(2, [4, 1]), verbose: 0);

        lstm.GetWeights().Values().Should().Equal(before.Item1, "it is frozen");
        inner.Layers[1].GetWeights().Values().Should().NotEqual(before.Item2, "it is not");
        model.CountParameters().Should().Be(all);
    }

    [Fact]
    public void A_stack_of_every_kind_of_layer_trains_and_predicts_the_declared_shape()
    {
        using var model = new SequentialModel(
            new Embedding(10, 8), new Conv1D(6, 3, padding: StepPadding.Causal, activation: Activation.Relu), new MaxPooling1D(2), new Dropout(0.2),
            new Bidirectional(new Lstm(5, returnSequences: true, dropout: 0.1)), new Gru(6, returnSequences: true), new AdditiveAttention(), new Attention(), new MultiHeadAttention(2, 3), new AttentionDecoder(4, 3),
            new SimpleRnn(4, returnSequences: true), new TimeDistributed(new Dense(4)), new ActivationLayer(Activation.Tanh), new Reshape(6, 2), new Flatten(), new RepeatVector(2), new Dense(1)) { Seed = 3 };
        var x = new int[12, 8];
        var y = new float[12, 2, 1];
        for (var i = 0; i < 12; i++)
        {
            for (var step = 0; step < 8; step++)
            {
                x[i, step] = ((i * 7) + (step * 3)) % 10;
            }
            (y[i, 0, 0], y[i, 1, 0]) = (x[i, 0] / 10f, x[i, 0] / 10f);
        }
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));

        var history = model.Fit(x, y, epochs: 40, verbose: 0);

        history.Loss[^1].Should().BeLessThan(history.Loss[0] / 2);
        using var prediction = model.Predict(x);
        prediction.shape.Should().Equal(12, 2, 1);
        model.OutputShape(new Shape(null, 8)).ToString().Should().Be("(None, 2, 1)");
        model.Summary().Should().Contain("embedding_1 (Embedding)").And.Contain("conv1d_1 (Conv1D)").And.Contain("max_pooling1d_1 (MaxPooling1 ").And.Contain("simple_rnn_1 (SimpleRNN)").And.Contain("reshape_1 (Reshape)");
    }

    [Fact]
    public void A_deep_regression_of_two_Bidirectional_layers_counts_as_Keras_does()
    {
        using var model = new SequentialModel(
            new Bidirectional(new Lstm(448, returnSequences: true, activation: Activation.Relu)), new Dropout(0.1),
            new Bidirectional(new Lstm(256, returnSequences: true, activation: Activation.Relu)), new Dropout(0.2),
            new TimeDistributed(new Dense(64, Activation.Relu)), new TimeDistributed(new Dense(1) { KernelRegularizer = Regularizer.L2() }));
        model.Build(10, 15);

        var first = 2L * 4 * ((16 * 448) + (448 * 448));
        var second = 2L * 4 * ((897 * 256) + (256 * 256));
        model.CountParameters().Should().Be(first + second + (513 * 64) + 65);
    }

    [Fact]
    public void Two_models_of_128_and_64_units_count_as_the_readers_say()
    {
        using var dense = Ten(new Dense(1));
        using var distributed = Ten(new TimeDistributed(new Dense(1)));

        dense.Layers.Select(layer => layer.CountParameters()).Should().Equal(68_096, 0, 49_408, 0, 0, 33_024, 65);
        distributed.CountParameters().Should().Be(dense.CountParameters());
        dense.OutputShape(new Shape(null, 10, 4)).ToString().Should().Be("(None, 5, 1)");

        static SequentialModel Ten(Layer last)
        {
            var model = new SequentialModel(
                new Lstm(128, returnSequences: true), new Dropout(0.2), new Lstm(64), new Dropout(0.2), new RepeatVector(5), new Lstm(64, returnSequences: true), last);
            model.Build(10, 4);
            return model;
        }
    }
}
