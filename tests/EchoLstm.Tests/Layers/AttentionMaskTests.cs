using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Layers;

/// <summary>
/// What masks of query and value do to each layer of attention, by numbers that are computed by hand from Keras's formulas: two steps of a
/// query look at values of 9, 18 and 27.
/// </summary>
public sealed class AttentionMaskTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // Scores of 0, ln 3 and ln 5 at the first step, and twice that at the second: shares of 1 : 3 : 5 and 1 : 9 : 25.
    [Theory]
    [InlineData(false, false, 22, 846.0 / 35)]
    [InlineData(false, true, 15.75, 17.1)]
    [InlineData(true, false, 22, 0)]
    [InlineData(true, true, 15.75, 0)]
    public void Dot_attention_leaves_out_the_values_steps_and_zeroes_the_querys(bool masksQuery, bool masksValue, double first, double second) =>
        Shown(new Attention(), [], [1, 2], [0, Math.Log(3), Math.Log(5)], masksQuery, masksValue, first, second);

    // tanh of 0, 0.5 and -0.5, times 2 ln 3: shares of 3 : 9 : 1. At the second step tanh of 0.5, 0.8 and 0: 3 : 3^1.6 : 1.
    [Theory]
    [InlineData(false, false, 216.0 / 13, 16.163180)]
    [InlineData(false, true, 15.75, 14.931660)]
    [InlineData(true, false, 216.0 / 13, 0)]
    [InlineData(true, true, 15.75, 0)]
    public void Additive_attention_does_the_same(bool masksQuery, bool masksValue, double first, double second)
    {
        var half = Math.Atanh(0.5);
        Shown(new AdditiveAttention(), [2 * Math.Log(3)], [0, half], [0, half, -half], masksQuery, masksValue, first, second);
    }

    // Of one head, whose projections are all 1: the shares of dot attention. A masked step of the query looks at all steps alike, since no
    // score outweighs a mask, and what it gives is masked.
    [Theory]
    [InlineData(false, false, 22, 846.0 / 35)]
    [InlineData(false, true, 15.75, 17.1)]
    [InlineData(true, false, 22, 18)]
    [InlineData(true, true, 15.75, 18)]
    public void Heads_leave_out_the_values_steps_and_hand_the_querys_mask_on(bool masksQuery, bool masksValue, double first, double second) =>
        Shown(new MultiHeadAttention(1, 1, useBias: false), [1, 1, 1, 1], [1, 2], [0, Math.Log(3), Math.Log(5)], masksQuery, masksValue, first, second);

    // Up to Keras 3.11 a value's mask (samples, value steps) is laid over scores (samples, query steps, value steps) as it is: with as many
    // samples as steps each step of a query gets another sample's mask. Here as in tf.keras, and in Keras from 3.12 on.
    [Fact]
    public void A_values_mask_is_its_own_samples_also_where_there_are_as_many_samples_as_steps()
    {
        var (query, key, value) = (ones(2, 2, 1), zeros(2, 2, 1), tensor(new float[,,] { { { 1 }, { 2 } }, { { 3 }, { 4 } } }));
        var mask = tensor(new[,] { { true, false }, { false, true } });

        var made = new Attention().Attend(query, value, key, mask);

        made.Output.ShouldMatch([1, 1, 4, 4], Tolerance.None, "and not 1, 2, 3, 4");
    }

    private static void Shown(
        AttentionLayer layer, double[] weights, double[] query, double[] key, bool masksQuery, bool masksValue, double first, double second)
    {
        var (q, k, v) = (tensor(query).reshape(1, 2, 1).@float(), tensor(key).reshape(1, 3, 1).@float(), tensor(new float[,,] { { { 9 }, { 18 }, { 27 } } }));
        Input queries = new(-1, 1), values = new(-1, 1), keys = new(-1, 1);
        using var model = new FunctionalModel([queries, values, keys], [layer.Apply(queries, values, keys)]);
        model.Build();
        model.SetWeights([.. model.GetWeights().Zip(weights, (weight, number) =>
            Numbers.Shaped(Enumerable.Repeat((float)number, weight.Length).ToArray(), [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);

        var output = model.Predict([q, v, k], lengths: [masksQuery ? [1] : null, masksValue ? [2] : null, null])[0];

        output.ShouldMatch([first, second], new Tolerance(2e-6, 2e-6));
    }
}
