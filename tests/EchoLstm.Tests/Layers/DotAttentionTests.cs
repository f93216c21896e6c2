using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Layers;

/// <summary>Attention by dot products: Keras's published numbers, its formula in loops, masks.</summary>
public sealed class DotAttentionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    /// <summary>The values that Keras's own tests of its layer have.</summary>
    [Theory]
    [InlineData(ScoreMode.Dot, new[] { 2.462, 3.462, 1.538, 2.538 }, new[] { 0.269, 0.731, 0.731, 0.269 })]
    [InlineData(ScoreMode.Concat, new[] { 1.727, 2.727, 2.272, 3.272 }, new[] { 0.636, 0.363, 0.363, 0.636 })]
    public void It_gives_Kerass_numbers(ScoreMode mode, double[] output, double[] weights)
    {
        var (query, key) = (tensor(new float[,,] { { { 1, 0 }, { 0, 1 } } }), tensor(new float[,,] { { { 0, 1 }, { 1, 0 } } }));
        var value = tensor(new float[,,] { { { 1, 2 }, { 3, 4 } } });
        using var attention = new Attention(scoreMode: mode);

        var made = attention.Attend(query, value, key);

        made.Output.ShouldMatch(output, new Tolerance(1e-3));
        made.Weights.ShouldMatch(weights, new Tolerance(1e-3));
    }

    [Fact]
    public void Masked_steps_of_value_and_query_are_as_in_Keras()
    {
        var (query, value) = (tensor(new float[,,] { { { 1, 0 }, { 0, 1 } } }), ones(1, 2, 2));
        var mask = tensor(new[,] { { true, false } });
        using var attention = new Attention();

        var made = attention.Attend(query.Masked(mask), value, valueMask: mask);

        made.Output.ShouldMatch([1, 1, 0, 0], Tolerance.None);
        made.Weights.ShouldMatch([1, 0, 1, 0], Tolerance.None);
    }

    [Theory]
    [InlineData(false, ScoreMode.Dot, false)]
    [InlineData(true, ScoreMode.Dot, true)]
    [InlineData(false, ScoreMode.Concat, true)]
    [InlineData(true, ScoreMode.Concat, false)]
    public void It_equals_loops_over_Kerass_formula(bool useScale, ScoreMode mode, bool causal)
    {
        using var attention = new Attention(useScale, mode, useCausalMask: causal);
        var query = Numbers.Uniform(1, [2, 3, 4], 1, ScalarType.Float64);
        var value = Numbers.Uniform(2, [2, 5, 6], 1, ScalarType.Float64);
        var key = Numbers.Uniform(3, [2, 5, 4], 1, ScalarType.Float64);
        bool[,] mask = { { true, false, true, true, true }, { true, true, true, false, false } };
        attention.Build(Shape.Of(query));
        attention.GetWeights().Values().Should().Equal(Enumerable.Repeat(1.0, (useScale ? 1 : 0) + (mode == ScoreMode.Concat ? 1 : 0)));
        attention.to(ScalarType.Float64);
        attention.WithArbitraryWeights(4);
        var weights = attention.GetWeights().Values();
        var (scale, concat) = (useScale ? weights[0] : 1, mode == ScoreMode.Concat ? weights[^1] : 1);

        var made = attention.Attend(query, value, key, tensor(mask));

        var (q, v, k) = ((double[,,])NetArrays.FromTensor(query), (double[,,])NetArrays.FromTensor(value), (double[,,])NetArrays.FromTensor(key));
        for (var sample = 0; sample < 2; sample++)
        {
            for (var i = 0; i < 3; i++)
            {
                double Score(int j) => mode == ScoreMode.Dot
                    ? scale * Enumerable.Range(0, 4).Sum(f => q[sample, i, f] * k[sample, j, f])
                    : concat * Enumerable.Range(0, 4).Sum(f => Math.Tanh(scale * (q[sample, i, f] + k[sample, j, f])));
                double[] shares = [.. Enumerable.Range(0, 5).Select(j => mask[sample, j] && !(causal && j > i) ? Math.Exp(Score(j)) : 0)];
                shares = [.. shares.Select(share => share / shares.Sum())];
                made.Weights[sample, i].ShouldMatch(shares, Tolerance.Float64, "the weights");
                made.Output[sample, i].ShouldMatch([.. Enumerable.Range(0, 6).Select(f => Enumerable.Range(0, 5).Sum(j => shares[j] * v[sample, j, f]))], Tolerance.Float64);
            }
        }
        GradientCheck.Verify(inputs => attention.Attend(inputs[0], inputs[1], inputs[2], tensor(mask)).Output, [query, value, key, .. attention.parameters()]);
    }

    [Fact]
    public void Training_drops_shares_of_the_weights_that_the_seed_says()
    {
        var x = Numbers.Uniform(1, [2, 8, 4]);
        Tensor Trained(int seed)
        {
            using var attention = new Attention(dropout: 0.5) { Seed = seed };
            return attention.Attend(x, x).Weights;
        }

        var (first, again, other) = (Trained(1), Trained(1), Trained(2));

        first.Values().Count(weight => weight == 0).Should().BeInRange(32, 96);
        first.ShouldMatchTensor(again, Tolerance.None);
        first.Values().Should().NotEqual(other.Values());
        using var predicting = new Attention(dropout: 0.5);
        predicting.eval();
        predicting.Attend(x, x).Weights.sum(-1).ShouldMatch([.. Enumerable.Repeat(1.0, 16)], Tolerance.Float32);
    }

    [Fact]
    public void In_a_graph_it_takes_query_value_and_key_with_their_masks()
    {
        var (q, v, k) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 5, 6]), Numbers.Uniform(3, [2, 5, 4]));
        var (query, value, key) = (new Input(-1, 4), new Input(-1, 6), new Input(-1, 4));
        var attention = new Attention(useScale: true);
        var node = attention.Apply(query, value, key);
        using var model = new FunctionalModel([query, value, key], [node, new Lstm(2).Apply(node)]) { Seed = 1 };

        var output = model.Predict([q, v, k], lengths: [new[] { 3, 2 }, new[] { 5, 3 }, null]);

        node.Shape.ToString().Should().Be("(None, None, 6)");
        var queryMask = tensor(new[,] { { true, true, true }, { true, true, false } });
        var valueMask = tensor(new[,] { { true, true, true, true, true }, { true, true, true, false, false } });
        var expected = attention.Attend(q.alias().Masked(queryMask), v, k, valueMask).Output;
        output[0].ShouldMatchTensor(expected, Tolerance.None);
        output[1].ShouldMatchTensor(((Lstm)model.Layers[^1]).call(expected.Masked(queryMask)), Tolerance.Float32);
    }

    [Theory]
    [InlineData("dot")]
    [InlineData("scaled")]
    [InlineData("additive")]
    public void Without_a_weight_for_each_feature_it_is_shared_by_inputs_of_any_number_of_features(string kind)
    {
        Layer attention = kind == "additive" ? new AdditiveAttention(useScale: false) : new Attention(useScale: kind == "scaled");
        var (one, other) = (new Input(-1, 4), new Input(-1, 2));
        using var model = new FunctionalModel([one, other], [attention.Apply(one, one), attention.Apply(other)]) { RequestedEngine = EngineKind.Torch };
        var (x, y) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 5, 2]));

        var made = model.Predict([x, y]);

        made[0].shape.Should().Equal(2, 3, 4);
        made[1].ShouldMatchTensor(((AttentionLayer)attention).Attend(y, y).Output, Tolerance.None);
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        using var attention = new Attention { Name = "a" };

        Errors.Expect<ShapeMismatchException>(
            () => attention.Attend(zeros(2, 3, 4), zeros(2, 5, 6)),
            "Attention 'a' expects query (samples, query steps, features), value (samples, value steps, any), key (samples, value steps, features) and mask (samples, value steps) but received query (2, 3, 4), value (2, 5, 6), key (2, 5, 6) and no mask. Give key the query's features with a Dense before.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.Attend(zeros(2, 4), zeros(2, 5, 6)),
            "Attention 'a' expects input of rank 3 (samples, time steps, features) but received (2, 4). After a recurrent layer, give that one returnSequences: true.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.Apply(new Input(3, 4) { Name = "q" }, new Input(5, 6) { Name = "v" }),
            "Attention 'a' expects query (samples, query steps, features), value (samples, value steps, any) and, where it is not the value, key (samples, value steps, features) but received (None, 3, 4), (None, 5, 6). Give key the query's features with a Dense before. It was applied to q (None, 3, 4), v (None, 5, 6).");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Attention(dropout: 1),
            $"dropout is the share of values that are dropped: at least 0 and below 1. (Parameter 'dropout'){Environment.NewLine}Actual value was 1.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new Attention(scoreMode: (ScoreMode)7),
            $"7 is no way to score: expected one of Dot, Concat. (Parameter 'scoreMode'){Environment.NewLine}Actual value was 7.");
    }
}
