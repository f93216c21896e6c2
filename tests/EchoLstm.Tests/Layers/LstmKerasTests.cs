using EchoLstm.Tests.Golden;

namespace EchoLstm.Tests.Layers;

/// <summary>The numbers in Keras's own tests of its LSTM: kernel .01, recurrent kernel .02, bias .03 but 1 in the forget gate.</summary>
public class LstmKerasTests
{
    [Theory]
    [InlineData(false, true, true, new[] { .6288687, .86899155, .9460773 })]
    [InlineData(true, true, true, new[] { .35622165, .74789524, .8872726 })]
    [InlineData(false, false, true, new[] { .57019705, .8661914, .9459622 })]
    [InlineData(false, true, false, new[] { .54986924, .86226785, .9443936 })]
    public void An_Lstm_of_three_equal_units(bool goBackwards, bool unitForgetBias, bool useBias, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var lstm = Filled(new Lstm(3, goBackwards: goBackwards, useBias: useBias, unitForgetBias: unitForgetBias), 4);

        lstm.call(Input(3, 6, 4)).ShouldMatch([.. expected.SelectMany(value => Enumerable.Repeat(value, 3))], GoldenTolerances.Keras);
    }

    [Fact]
    public void The_second_call_of_a_stateful_Lstm()
    {
        using var scope = NewDisposeScope();
        using var lstm = Filled(new Lstm(4, stateful: true), 4);
        var x = Input(2, 3, 4);

        _ = lstm.call(x);

        lstm.call(x).ShouldMatch([.. new[] { .3124785, .6863672 }.SelectMany(value => Enumerable.Repeat(value, 4))], GoldenTolerances.Keras);
    }

    [Theory]
    [InlineData(false, new[] { .20574439, .3558822, .64930826, .66276 })]
    [InlineData(true, new[] { .13281618, .2790356, .5839337, .5992567 })]
    public void An_Lstm_with_an_initial_state(bool goBackwards, double[] expected)
    {
        using var scope = NewDisposeScope();
        using var lstm = Filled(new Lstm(2, goBackwards: goBackwards), 3);
        using var state = new LstmState(Input(2, 2), Input(2, 2));

        lstm.CallWithState(Input(2, 4, 3), state).Output.ShouldMatch(expected, GoldenTolerances.Keras);
    }

    private static Tensor Input(params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), dtype: ScalarType.Float32).reshape(shape);

    private static Lstm Filled(Lstm lstm, int features)
    {
        var units = lstm.Units;
        lstm.Build(new Shape(null, null, features));
        var bias = Enumerable.Repeat(.03f, 4 * units).ToArray();
        if (lstm.UnitForgetBias)
        {
            bias.AsSpan(units, units).Fill(1);
        }
        Array[] weights =
        [
            Numbers.Shaped(Enumerable.Repeat(.01f, features * 4 * units).ToArray(), features, 4 * units),
            Numbers.Shaped(Enumerable.Repeat(.02f, units * 4 * units).ToArray(), units, 4 * units),
            bias,
        ];
        lstm.SetWeights(lstm.UseBias ? weights : weights[..2]);
        return lstm;
    }
}
