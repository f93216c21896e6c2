using EchoLstm.Data;

namespace EchoLstm.Tests.Layers;

/// <summary>Lengths that overflow on the way to a weight are refused as lengths, not by Torch.</summary>
public class ImpossibleSizesTests
{
    public static TheoryData<Layer> Layers => new(new Lstm(2), new Gru(2), new SimpleRnn(2), new Dense(2), new Conv1D(2, 2), new TimeDistributed(new Dense(2)), new Bidirectional(new Lstm(2)));

    [Theory]
    [MemberData(nameof(Layers))]
    public void Features_beyond_any_memory(Layer layer)
    {
        using (layer)
        {
            var thrown = Assert.Throws<ShapeMismatchException>(() => layer.Build(new Shape(null, 5, long.MaxValue)));

            thrown.Message.Should().Be($"{layer.GetType().Name} '{layer.Name}' can't be built for (None, 5, 9223372036854775807): no memory holds so long an axis. Check how the lengths were computed.");
            layer.IsBuilt.Should().BeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_features(Layer layer)
    {
        using (layer)
        {
            var thrown = Assert.Throws<ShapeMismatchException>(() => layer.Build(new Shape(null, 5, 0)));

            thrown.Message.Should().Be($"{layer.GetType().Name} '{layer.Name}' can't be built for (None, 5, 0): an axis of length 0 leaves its samples without a number. Give the lengths that the data has.");
            layer.IsBuilt.Should().BeFalse();
        }
    }

    [Fact]
    public void A_model_trained_with_none()
    {
        using var model = new SequentialModel(new Dense(1));
        model.Compile(Loss.MeanSquaredError(), new Sgd());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[3, 5, 0], new float[3, 5, 1], verbose: 0),
            "SequentialModel 'sequential' can't be built for (None, 5, 0): an axis of length 0 leaves its samples without a number. Give the lengths that the data has.");
    }

    [Fact]
    public void A_model_built_for_them()
    {
        using var model = new SequentialModel(new Lstm(2));

        Errors.ExpectWithoutChange<ShapeMismatchException>(model, () => model.Build(5, long.MaxValue), "SequentialModel 'sequential' can't be built for (None, 5, 9223372036854775807): no memory holds so long an axis. Check how the lengths were computed.");
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void No_features_at_all(Layer layer)
    {
        using (layer)
        {
            var thrown = Assert.Throws<ShapeMismatchException>(() => layer.Build(new Shape(null, 5, 0)));

            thrown.Message.Should().EndWith(
                $" can't be built for {thrown.Received}: an axis of length 0 leaves its samples without a number. Give the lengths that the data has.");
            layer.IsBuilt.Should().BeFalse();
        }
    }

    [Fact]
    public void A_decoder_of_no_features_or_of_no_samples()
    {
        using var scope = NewDisposeScope();
        using var decoder = new AttentionDecoder(3, 2);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            decoder,
            () => decoder.Build(new Shape(null, 5, 0)),
            "AttentionDecoder 'attention_decoder' can't be built for (None, 5, 0): an axis of length 0 leaves its samples without a number. "
                + "Give the lengths that the data has.");
        decoder.call(zeros(0, 5, 4)).shape.Should().Equal(0, 2, 3);
        using var model = new SequentialModel(new AttentionDecoder(3, 2));
        model.Build(5, 4);
        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model, () => model.Predict(new float[0, 5, 4]), "x has no samples: its shape is (0, 5, 4). Give at least one sample; the samples are the first axis.");
    }

    [Fact]
    public void A_shape_without_axes()
    {
        using var scope = NewDisposeScope();
        foreach (var layer in new Layer[] { new MaxPooling1D(), new SequentialModel(nn.Linear(1, 1)), new Dense(1), new Lstm(1), new Embedding(2, 1), new Flatten() })
        {
            using (layer)
            {
                Assert.Throws<ShapeMismatchException>(() => layer.Build(new Shape())).Message.Should().Contain("received ().");
                Assert.Throws<ShapeMismatchException>(() => layer.call(tensor(1f))).Message.Should().Contain("received ().");
                layer.IsBuilt.Should().BeFalse();
            }
        }
        using var activation = new ActivationLayer(Activation.Relu);
        activation.call(tensor(-1f)).item<float>().Should().Be(0);
        new Shape().Last.Should().BeNull();
    }

    [Fact]
    public void More_numbers_than_memory_holds()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(1);
        using var dense = new Dense(1);
        using var model = new SequentialModel(new Lstm(1), new Dense(1)) { Seed = 1 };
        model.Build(-1, 1);
        var one = zeros(1, 1, 1);
        (string, Action)[] calls =
        [
            ("The input of Lstm 'lstm', of shape (1, 1099511627776, 1), would take 1,099,511,627,776 numbers, 4,398,046,511,104 bytes, but", () => lstm.call(one.expand(1, 1L << 40, 1))),
            ("The input of Dense 'dense', of shape (1099511627776, 1, 1), would take 1,099,511,627,776 numbers, 4,398,046,511,104 bytes, but", () => dense.call(one.expand(1L << 40, 1, 1))),
            ("x, of shape (1, 1099511627776, 1), would take 1,099,511,627,776 numbers, 4,398,046,511,104 bytes, but", () => model.Predict(one.expand(1, 1L << 40, 1))),
            ("LstmState.Zeros would take 2,305,843,009,213,693,952 numbers, 9,223,372,036,854,775,808 bytes, but", () => LstmState.Zeros(1L << 40, 1 << 20)),
            ("A forecast of 2147483647 steps would take 277,025,390,463 numbers, 1,108,101,561,852 bytes, but", () => model.Forecast(new float[1, 2, 1], int.MaxValue)),
            ("ToPadded would take 4,294,967,294 numbers, but an array holds 2,147,483,591 at most.", () => SupervisedFrames.ToPadded([1, 2], int.MaxValue, 1)),
            ("PadSequences would take 4,294,967,294 numbers, but an array holds 2,147,483,591 at most.", () => SequencePadding.PadSequences<float>([[1], [2]], int.MaxValue)),
            ("A sequence would take 2,147,483,647 numbers, but an array holds 2,147,483,591 at most.", () => new RandomSequence(1).Next(int.MaxValue)),
        ];
        foreach (var (start, call) in calls)
        {
            Assert.Throws<InsufficientMemoryException>(call).Message.Should().StartWith(start);
        }
    }

    [Fact]
    public void A_recurrent_layer_of_more_steps_than_memory_holds_gates_for()
    {
        using var scope = NewDisposeScope();
        var samples = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / sizeof(float) / 2; // the input would fit
        foreach (var layer in new RecurrentLayer[] { new Lstm(4), new Lstm(4) { UsesFusedKernel = false }, new Gru(4), new SimpleRnn(4) })
        {
            using (layer)
            {
                Assert.Throws<InsufficientMemoryException>(() => layer.call(zeros(1, 1, 1).expand(samples, 1, 1)))
                    .Message.Should().StartWith($"{layer.Title} on input of shape ({samples}, 1, 1) would take ").And.EndWith(" Give fewer samples or time steps at once; a stateful layer goes on where it was.");
            }
        }
    }

    [Fact]
    public void A_reshape_to_them()
    {
        Errors.Expect<ArgumentException>(() => _ = new Reshape(long.MaxValue, 4, -1), "Reshape can't make (9223372036854775807, 4, -1): no tensor has so many values. Check how the lengths were computed. (Parameter 'targetShape')");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_mask_value_that_no_data_can_have(double value)
    {
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Masking(value),
            FormattableString.Invariant($"maskValue must be a finite number: NaN equals nothing, and data may not hold infinities. Replace what is missing in the data by a number that it does not have, e.g. -1, and mask that. (Parameter 'maskValue'){Environment.NewLine}Actual value was {value}."));
    }
}
