using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

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
