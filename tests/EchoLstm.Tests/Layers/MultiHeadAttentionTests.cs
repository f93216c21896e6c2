using EchoLstm.Tests.Golden;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Layers;

/// <summary>MultiHeadAttention: golden numbers of another implementation of Keras, weights, masks, training.</summary>
public sealed class MultiHeadAttentionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData("plain")]
    [InlineData("key")]
    [InlineData("no-bias")]
    [InlineData("masked")]
    [InlineData("causal")]
    public void It_gives_the_golden_outputs_and_weights(string name)
    {
        var golden = GoldenCase.Load("multi-head-attention", name);
        using var attention = new MultiHeadAttention(
            (int)golden.Number("heads"),
            (int)golden.Number("keySize"),
            valueSize: (int)golden.Number("valueSize"),
            useBias: golden.Flag("useBias"),
            outputSize: golden.Has("outputSize") ? (int)golden.Number("outputSize") : null,
            useCausalMask: golden.Flag("useCausalMask"));
        var (query, value, key) = (golden.Tensor("query").ToTensor(), golden.Tensor("value").ToTensor(), golden.Has("key") ? golden.Tensor("key").ToTensor() : null);
        var mask = golden.Has("valueMask") ? tensor(golden.Numbers("valueMask")).to(ScalarType.Bool).reshape(2, 5) : null;
        _ = attention.Attend(query, value, key);
        attention.Weights.Select(weight => weight.Name).Should().Equal(golden.Weights.Select(weight => weight.Name));
        attention.SetWeights([.. golden.Weights.Select(weight => weight.ToArray())]);

        var (output, weights) = attention.Attend(query, value, key, mask);

        output.shape.Should().Equal(golden.Tensor("output").Shape);
        output.ShouldMatch(golden.Tensor("output").Values, GoldenTolerances.Outputs, "the output");
        weights.shape.Should().Equal(golden.Tensor("scores").Shape);
        weights.ShouldMatch(golden.Tensor("scores").Values, GoldenTolerances.Outputs, "the weights");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Its_gradients_equal_differences_for_query_value_and_key(bool masked)
    {
        using var attention = new MultiHeadAttention(2, 3, valueSize: 2, useCausalMask: masked);
        Tensor[] inputs = [Numbers.Uniform(1, [2, 3, 4], 1, ScalarType.Float64), Numbers.Uniform(2, [2, 4, 2], 1, ScalarType.Float64), Numbers.Uniform(3, [2, 4, 3], 1, ScalarType.Float64)];
        var mask = masked ? tensor(new[,] { { true, false, true, true }, { true, true, true, false } }) : null;
        _ = attention.Attend(inputs[0], inputs[1], inputs[2]);
        attention.OwnWeight!.dtype.Should().Be(ScalarType.Float64, "the first call was of doubles");
        attention.WithArbitraryWeights(4);

        GradientCheck.Verify(given => attention.Attend(given[0], given[1], given[2], mask).Output, [.. inputs, .. attention.parameters()]);
    }

    [Fact]
    public void Its_weights_have_Kerass_names_shapes_and_initial_values()
    {
        using var attention = new MultiHeadAttention(6, 20, valueSize: 30) { Seed = 1 };
        attention.Build(new Shape(null, null, 50));

        attention.Weights.Zip(attention.GetWeights(), (weight, values) => $"{weight.Name} ({string.Join(", ", Enumerable.Range(0, values.Rank).Select(values.GetLength))})").Should().Equal(
            "query/kernel (50, 6, 20)", "query/bias (6, 20)", "key/kernel (50, 6, 20)", "key/bias (6, 20)",
            "value/kernel (50, 6, 30)", "value/bias (6, 30)", "attention_output/kernel (6, 30, 50)", "attention_output/bias (50)");
        attention.CountParameters().Should().Be(2 * (51 * 120) + (51 * 180) + (181 * 50));
        attention.CountingFormula.Should().Be("6 * ((50 + 1 + 50 + 1) * 20 + (50 + 1) * 30) + (6 * 30 + 1) * 50");
        // Of a kernel of three axes Keras multiplies both fans by the first.
        foreach (var (index, limit) in new[] { (0, Math.Sqrt(6.0 / (50 * (6 + 20)))), (4, Math.Sqrt(6.0 / (50 * (6 + 30)))), (6, Math.Sqrt(6.0 / (6 * (30 + 50)))) })
        {
            var values = attention.GetWeights()[index].Values();
            values.Should().OnlyContain(value => Math.Abs(value) <= limit);
            values.Max().Should().BeGreaterThan(0.99 * limit);
            attention.GetWeights()[index + 1].Values().Should().OnlyContain(value => value == 0);
        }
    }

    [Fact]
    public void Steps_that_are_masked_in_value_or_key_weigh_nothing_and_the_output_has_the_querys_mask()
    {
        var (q, v, k) = (Numbers.Uniform(1, [1, 3, 4]), Numbers.Uniform(2, [1, 3, 2]), Numbers.Uniform(3, [1, 3, 5]));
        var (longerV, longerK) = (cat([v, ones(1, 2, 2) * 50], 1), cat([k, ones(1, 2, 5) * 50], 1));
        using var attention = new MultiHeadAttention(2, 3) { Seed = 1 };
        var expected = attention.Attend(q, v, k).Output;
        var (first, second) = (tensor(new[,] { { true, true, true, false, true } }), tensor(new[,] { { true, true, true, true, false } }));

        attention.Attend(q, longerV.alias().Masked(first), longerK.alias().Masked(second)).Output.ShouldMatchTensor(expected, Tolerance.Float32);
        attention.Attend(q, longerV, longerK, first.logical_and(second)).Output.ShouldMatchTensor(expected, Tolerance.Float32);

        var queryMask = tensor(new[,] { { true, true, false } });
        var made = attention.CallMany([q.alias().Masked(queryMask), v, k])[0];
        StepMasks.Of(made)!.ShouldMatch([1, 1, 0], Tolerance.None);
        made.narrow(1, 0, 2).ShouldMatchTensor(expected.narrow(1, 0, 2), Tolerance.Float32);
    }

    [Fact]
    public void Training_drops_what_the_seed_says_and_tells_the_weights_before_that_as_Keras()
    {
        var x = Numbers.Uniform(1, [2, 6, 4]);
        (Tensor Output, Tensor Weights) Trained(int seed, bool training)
        {
            using var attention = new MultiHeadAttention(2, 3, dropout: 0.5) { Seed = 1 };
            attention.Build(Shape.Of(x));
            attention.Generator = new SeededRandom(seed);
            attention.train(training);
            return attention.Attend(x, x);
        }

        var (dropped, again, other, whole) = (Trained(2, true), Trained(2, true), Trained(3, true), Trained(2, false));

        dropped.Output.ShouldMatchTensor(again.Output, Tolerance.None);
        dropped.Output.Values().Should().NotEqual(other.Output.Values()).And.NotEqual(whole.Output.Values());
        dropped.Weights.ShouldMatchTensor(whole.Weights, Tolerance.None);
    }

    [Fact]
    public void A_causal_mask_hides_later_steps()
    {
        var x = Numbers.Uniform(1, [2, 5, 4]);
        using var attention = new MultiHeadAttention(2, 3, useCausalMask: true) { Seed = 1 };

        var whole = attention.call(x);

        attention.call(x.narrow(1, 0, 3)).ShouldMatchTensor(whole.narrow(1, 0, 3), Tolerance.Float32);
        attention.Attend(x, x).Weights.triu(1).ShouldMatch(new double[2 * 2 * 25], Tolerance.None);
    }

    [Fact]
    public void A_graph_with_query_value_and_key_of_other_features_trains_and_comes_back_from_its_file()
    {
        var (q, v, k) = (Numbers.Uniform(1, [6, 3, 4]), Numbers.Uniform(2, [6, 5, 2]), Numbers.Uniform(3, [6, 5, 3]));
        var y = Numbers.Uniform(4, [6, 3, 1]);
        var (query, value, key) = (new Input(-1, 4), new Input(-1, 2), new Input(-1, 3));
        var node = new MultiHeadAttention(2, 3, dropout: 0.2).Apply(query, value, key);
        node.Shape.ToString().Should().Be("(None, None, 4)");
        using var model = new FunctionalModel([query, value, key], [new Dense(1).Apply(new LayerNormalization().Apply(new Add().Apply(query, node)))]) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        using var folder = new TemporaryFolder();
        var path = folder.File("attention.safetensors");

        var history = model.Fit([q, v, k], [y], epochs: 40, verbose: 0);
        model.Save(path);
        using var loaded = FunctionalModel.Load(path);

        history.Loss[^1].Should().BeLessThan(history.Loss[0] / 2);
        loaded.Predict([q, v, k])[0].ShouldMatchTensor(model.Predict([q, v, k])[0], Tolerance.None);
        loaded.Fit([q, v, k], [y], epochs: 2, verbose: 0).Loss.Should().Equal(model.Fit([q, v, k], [y], epochs: 2, verbose: 0).Loss);
        model.CountParameters().Should().Be(30 + 24 + 18 + 28 + 8 + 5);
        model.Summary().Should().Contain("multi_head_attention_1 (MultiHe (None, None, 4)      100         input_1[0][0]");
    }

    [Fact]
    public void What_does_not_fit_is_told()
    {
        using var attention = new MultiHeadAttention(2, 3) { Name = "m" };
        _ = attention.Attend(zeros(2, 3, 4), zeros(2, 5, 2));

        Errors.Expect<ShapeMismatchException>(
            () => attention.Attend(zeros(2, 3, 4), zeros(2, 5, 2), zeros(2, 4, 2)),
            "MultiHeadAttention 'm' expects query (samples, query steps, features), value (samples, value steps, any), key (samples, value steps, any) and mask (samples, value steps) but received query (2, 3, 4), value (2, 5, 2), key (2, 4, 2) and no mask. Give value and key the query's samples, and both as many steps.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.Attend(zeros(2, 3, 4), zeros(2, 5, 3)),
            "MultiHeadAttention 'm' was built for a value of 2 features but received 3, in a value of shape (2, 5, 3). Give it as many as it was built for, or make a new layer.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.call(zeros(2, 3, 4)),
            "MultiHeadAttention 'm' was built for a value of 2 features but received 4, in a value of shape (2, 3, 4). Give it as many as it was built for, or make a new layer.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.Apply(new Input(-1, 4) { Name = "q" }, new Input(-1, 3) { Name = "v" }),
            "MultiHeadAttention 'm' was applied to (None, 3, 4), (None, 5, 2), (None, 5, 2) before and now to (None, None, 4), (None, None, 3), but its weights fit one number of features alone. Give both as many features, or make a second layer. It was applied to q (None, None, 4), v (None, None, 3).");
        Errors.Expect<ShapeMismatchException>(
            () => new MultiHeadAttention(2, 3) { Name = "n" }.Attend(zeros(2, 3, 4), zeros(3, 5, 2)),
            "MultiHeadAttention 'n' expects query (samples, query steps, features), value (samples, value steps, any), key (samples, value steps, any) and mask (samples, value steps) but received query (2, 3, 4), value (3, 5, 2), key (3, 5, 2) and no mask. Give value and key the query's samples, and both as many steps.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new MultiHeadAttention(0, 3),
            $"MultiHeadAttention's heads must be at least 1. (Parameter 'heads'){Environment.NewLine}Actual value was 0.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new MultiHeadAttention(1, 3, outputSize: 0),
            $"MultiHeadAttention's outputSize must be at least 1. (Parameter 'outputSize'){Environment.NewLine}Actual value was 0.");
    }
}
