namespace EchoLstm.Tests.Layers;

/// <summary>AdditiveAttention, and the decoder that is built on it.</summary>
public class AttentionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_equals_loops_over_Kerass_formula(bool useScale)
    {
        using var scope = NewDisposeScope();
        using var attention = new AdditiveAttention(useScale);
        var query = Numbers.Uniform(1, [2, 3, 4], 2, ScalarType.Float64);
        var value = Numbers.Uniform(2, [2, 5, 6], 2, ScalarType.Float64);
        var key = Numbers.Uniform(3, [2, 5, 4], 2, ScalarType.Float64);
        var mask = tensor(new[,] { { true, true, false, true, true }, { false, true, true, true, false } });
        attention.Build(Shape.Of(query));
        attention.to(ScalarType.Float64);
        attention.WithArbitraryWeights(4);
        attention.CountParameters().Should().Be(useScale ? 4 : 0);
        var scale = useScale ? attention.GetWeights()[0].Values() : [1, 1, 1, 1];

        var (output, weights) = attention.Attend(query, value, key, mask);

        var (expectedOutput, expectedWeights) = Loops(query, value, key, (bool[,])NetArrays.FromTensor(mask), scale);
        weights.shape.Should().Equal(2, 3, 5);
        weights.ShouldMatch(expectedWeights, Tolerance.Float64, "the weights");
        output.shape.Should().Equal(2, 3, 6);
        output.ShouldMatch(expectedOutput, Tolerance.Float64, "the output");
    }

    [Fact]
    public void Without_a_key_the_value_is_the_key_and_its_own_mask_counts()
    {
        using var scope = NewDisposeScope();
        using var attention = new AdditiveAttention { Seed = 1 };
        var (query, value) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 5, 4]));
        var mask = tensor(new[,] { { true, true, false, true, true }, { false, true, true, true, false } });

        var (expected, _) = attention.Attend(query, value, value, mask);

        attention.Attend(query, value.alias().Masked(mask)).Output.ShouldMatchTensor(expected, Tolerance.None);
    }

    [Fact]
    public void Masked_steps_of_the_value_weigh_nothing_and_masked_steps_of_the_query_give_zeros()
    {
        using var scope = NewDisposeScope();
        using var attention = new AdditiveAttention { Seed = 1 };
        var x = Numbers.Uniform(1, [1, 4, 3]);
        var longer = cat([x, Numbers.Uniform(2, [1, 2, 3], 100)], 1).Masked(tensor(new[,] { { true, true, true, true, false, false } }));

        var output = attention.call(longer);

        output.narrow(1, 0, 4).ShouldMatchTensor(attention.call(x), Tolerance.Float32);
        output.narrow(1, 4, 2).ShouldMatch(new double[6], Tolerance.None);
        attention.Attend(x, longer).Weights.narrow(2, 4, 2).ShouldMatch(new double[8], Tolerance.None);
    }

    [Fact]
    public void In_a_model_the_input_attends_to_itself()
    {
        using var scope = NewDisposeScope();
        using var attention = new AdditiveAttention { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 4, 3]);

        attention.call(x).ShouldMatchTensor(attention.Attend(x, x).Output, Tolerance.None);
        attention.OutputShape(Shape.Of(x)).Should().Equal(Shape.Of(x));
    }

    [Fact]
    public void Its_scale_is_Glorot_uniform()
    {
        using var attention = new AdditiveAttention { Seed = 1 };
        attention.Build(new Shape(null, null, 300));
        var scale = attention.GetWeights().Single().Values();
        var limit = Math.Sqrt(6.0 / 600);

        scale.Should().HaveCount(300).And.OnlyContain(value => Math.Abs(value) <= limit);
        scale.Max().Should().BeGreaterThan(0.95 * limit);
        scale.Min().Should().BeLessThan(-0.95 * limit);
    }

    [Fact]
    public void Tensors_that_do_not_fit_are_an_error()
    {
        using var scope = NewDisposeScope();
        using var attention = new AdditiveAttention { Name = "a" };

        Errors.Expect<ShapeMismatchException>(
            () => attention.Attend(zeros(2, 3, 4), zeros(2, 5, 6)),
            "AdditiveAttention 'a' expects query (samples, query steps, features), value (samples, value steps, any), key (samples, value steps, features) and mask (samples, value steps) but received query (2, 3, 4), value (2, 5, 6), key (2, 5, 6) and no mask. Give key the query's features with a Dense before.");
        Errors.Expect<ShapeMismatchException>(
            () => attention.OutputShape(new Shape(null, 4)),
            "AdditiveAttention 'a' expects input of rank 3 (samples, time steps, features) but received (None, 4). After a recurrent layer, give that one returnSequences: true.");
    }

    [Fact]
    public void The_decoder_has_as_many_parameters_as_the_formula_says()
    {
        using var decoder = new AttentionDecoder(4, 2);
        decoder.Build(new Shape(null, 5, 3));

        decoder.CountParameters().Should().Be(16 + 16 + 4 + 128);
        decoder.CountingFormula.Should().Be("4² + (3 + 1) * 4 + 4 + 4 * ((3 + 1) * 4 + 4²)");
        decoder.Weights.Select(weight => weight.Name).Should().Equal("query/kernel", "key/kernel", "key/bias", "attention/scale", "lstm/kernel", "lstm/recurrent_kernel", "lstm/bias");
        decoder.OutputShape(new Shape(null, null, 3)).ToString().Should().Be("(None, 2, 4)");
    }

    [Fact]
    public void The_decoder_equals_its_equations_step_by_step()
    {
        using var scope = NewDisposeScope();
        using var decoder = new AttentionDecoder(4, 3);
        var x = Numbers.Uniform(1, [2, 5, 2], 1, ScalarType.Float64);
        decoder.Build(Shape.Of(x));
        decoder.to(ScalarType.Float64);
        decoder.WithArbitraryWeights(2);
        var weights = decoder.GetWeights().Select(weight => from_array(weight)).ToArray();
        var (queryKernel, keyKernel, keyBias, scale) = (weights[0], weights[1], weights[2], weights[3]);
        var (kernel, recurrent, bias) = (weights[4], weights[5], weights[6]);

        var (output, looks) = decoder.CallWithWeights(x);

        var (h, c) = (zeros(2, 4, dtype: ScalarType.Float64), zeros(2, 4, dtype: ScalarType.Float64));
        for (var i = 0; i < 3; i++)
        {
            var scores = ((h.matmul(queryKernel).unsqueeze(1) + x.matmul(keyKernel) + keyBias).tanh() * scale).sum(-1); // (samples, time steps)
            var look = nn.functional.softmax(scores, -1);
            var context = (look.unsqueeze(-1) * x).sum(1);
            var gates = (context.matmul(kernel) + h.matmul(recurrent) + bias).chunk(4, -1);
            c = (gates[1].sigmoid() * c) + (gates[0].sigmoid() * gates[2].tanh());
            h = gates[3].sigmoid() * c.tanh();

            looks.select(1, i).ShouldMatchTensor(look, Tolerance.Float64, $"the weights of step {i}");
            output.select(1, i).ShouldMatchTensor(h, Tolerance.Float64, $"the output of step {i}");
        }
        decoder.call(x).ShouldMatchTensor(output, Tolerance.None);
    }

    [Fact]
    public void The_decoders_gradients_equal_differences_also_with_a_mask()
    {
        using var scope = NewDisposeScope();
        using var decoder = new AttentionDecoder(2, 2);
        var x = Numbers.Uniform(1, [2, 3, 2], 1, ScalarType.Float64);
        decoder.Build(Shape.Of(x));
        decoder.to(ScalarType.Float64);
        decoder.WithArbitraryWeights(2);

        GradientCheck.Verify(inputs => decoder.call(inputs[0]), [x, .. decoder.parameters()]);
        x.Masked(tensor(new[,] { { true, false, true }, { true, true, false } }));
        GradientCheck.Verify(inputs => decoder.call(inputs[0]), [x, .. decoder.parameters()]);
    }

    [Fact]
    public void Padding_that_is_masked_changes_nothing_for_the_decoder()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Masking(), new Lstm(3, returnSequences: true), new AttentionDecoder(3, 2)) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 4, 2]);
        model.Build(-1, 2);

        model.Predict(cat([x, zeros(2, 3, 2)], 1)).ShouldMatchTensor(model.Predict(x), Tolerance.Float32);
    }

    /// <summary>Which of four numbers came second: the decoder has to look at one step.</summary>
    [Fact]
    public void An_encoder_decoder_with_attention_learns_to_echo_a_part()
    {
        const int Steps = 4;
        const int Classes = 4;
        var random = new Random(1);
        var x = new float[64, Steps, Classes];
        var y = new float[64, 2, Classes];
        for (var sample = 0; sample < 64; sample++)
        {
            for (var step = 0; step < Steps; step++)
            {
                var value = random.Next(Classes);
                x[sample, step, value] = 1;
                if (step < 2)
                {
                    y[sample, step, value] = 1;
                }
            }
        }
        using var model = new SequentialModel(
            new Lstm(16, returnSequences: true), new AttentionDecoder(16, 2), new TimeDistributed(new Dense(Classes, Activation.Softmax))) { Seed = 1 };
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(0.02), Metric.Accuracy());

        model.Fit(x, y, epochs: 60, batchSize: 16, verbose: 0);

        model.Evaluate(x, y)["accuracy"].Should().BeGreaterThan(0.97);
    }

    [Fact]
    public void A_decoder_behind_a_last_step_is_an_error()
    {
        using var model = new SequentialModel(new Lstm(3), new AttentionDecoder(3, 2));

        Errors.Expect<ShapeMismatchException>(
            () => model.Build(5, 1),
            "AttentionDecoder 'attention_decoder_1' expects input of rank 3 (samples, time steps, features) but received (None, 3). It looks at every step of the encoder: give the recurrent layer before it returnSequences: true.");
        Errors.Expect<ArgumentOutOfRangeException>(() => _ = new AttentionDecoder(3, 0), "AttentionDecoder's steps must be at least 1. (Parameter 'steps')\nActual value was 0.".ReplaceLineEndings());
    }

    private static (double[] Output, double[] Weights) Loops(Tensor query, Tensor value, Tensor key, bool[,] used, double[] scale)
    {
        var (q, v, k) = ((double[,,])NetArrays.FromTensor(query), (double[,,])NetArrays.FromTensor(value), (double[,,])NetArrays.FromTensor(key));
        var (output, all) = (new List<double>(), new List<double>());
        for (var sample = 0; sample < q.GetLength(0); sample++)
        {
            for (var i = 0; i < q.GetLength(1); i++)
            {
                var weights = Enumerable.Range(0, v.GetLength(1))
                    .Select(j => used[sample, j] ? Math.Exp(Enumerable.Range(0, scale.Length).Sum(f => scale[f] * Math.Tanh(q[sample, i, f] + k[sample, j, f]))) : 0).ToArray();
                weights = [.. weights.Select(weight => weight / weights.Sum())];
                all.AddRange(weights);
                output.AddRange(Enumerable.Range(0, v.GetLength(2)).Select(f => weights.Select((weight, j) => weight * v[sample, j, f]).Sum()));
            }
        }
        return ([.. output], [.. all]);
    }
}
