namespace EchoLstm.Tests.Layers;

/// <summary>The Dropout layer, and the dropout of recurrent layers.</summary>
public class DropoutTests
{
    public static TheoryData<RecurrentKind> Kinds => RecurrentKinds.All;

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public void In_training_it_drops_its_share_and_keeps_the_mean(double rate)
    {
        using var scope = NewDisposeScope();
        using var dropout = new Dropout(rate) { Seed = 1 };
        var output = dropout.call(ones(200, 10, 10)).Values();
        // 20,000 draws: the share's deviation is at most 0.0036.
        const double Five = 5 * 0.0036;

        output.Distinct().Order().Should().HaveCount(2).And.Subject.First().Should().Be(0);
        output.Max().Should().BeApproximately(1 / (1 - rate), 1e-5);
        output.Count(value => value == 0).Should().BeCloseTo((int)(20_000 * rate), (uint)(20_000 * Five));
        output.Average().Should().BeApproximately(1, Five / (1 - rate));
    }

    [Fact]
    public void Each_value_is_drawn_anew_and_gradients_pass_where_values_do()
    {
        using var scope = NewDisposeScope();
        using var dropout = new Dropout(0.5) { Seed = 1 };
        var x = ones(2, 50, 3).requires_grad_();

        var output = dropout.call(x);
        output.sum().backward();

        x.grad!.ShouldMatchTensor(output, Tolerance.None, "the gradient");
        output.select(1, 0).Values().Should().NotEqual(output.select(1, 1).Values());
        dropout.call(x).Values().Should().NotEqual(output.Values());
    }

    [Fact]
    public void Outside_of_training_and_at_rate_0_nothing_is_dropped()
    {
        using var scope = NewDisposeScope();
        using var dropout = new Dropout(0.5);
        using var none = new Dropout(0);
        var x = Numbers.Uniform(1, [4, 5]);

        none.call(x).ShouldMatchTensor(x, Tolerance.None);
        dropout.eval();
        dropout.call(x).ShouldMatchTensor(x, Tolerance.None);
    }

    [Fact]
    public void Predict_and_Evaluate_drop_nothing_also_after_Fit()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(
            new Dropout(0.5), new Lstm(3, returnSequences: true, dropout: 0.5, recurrentDropout: 0.5), new Gru(3, dropout: 0.5, recurrentDropout: 0.5), new Dropout(0.5), new Dense(1)) { Seed = 1 };
        using var without = new SequentialModel(new Lstm(3, returnSequences: true), new Gru(3), new Dense(1));
        var (x, y) = (Numbers.Uniform(1, [6, 4, 2]), Numbers.Uniform(2, [6, 1]));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(x, y, epochs: 2, verbose: 0);
        without.Build(4, 2);
        without.Compile(Loss.MeanSquaredError(), new Adam());
        without.SetWeights(model.GetWeights());

        model.Predict(x).ShouldMatchTensor(without.Predict(x), Tolerance.Float32);
        model.Evaluate(x, y)["loss"].Should().BeApproximately(without.Evaluate(x, y)["loss"], 1e-6);
        model.training.Should().BeTrue("Fit trains, and Predict leaves it as it was");
        model.call(x).Values().Should().NotEqual(model.Predict(x).Values());
    }

    [Fact]
    public void A_model_that_is_called_right_after_Build_drops_until_eval_and_Predict_never()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Dropout(0.5)) { Seed = 1 };
        model.Build(1000);
        var x = ones(1, 1000);

        model.call(x).Values().Should().Contain(0).And.Contain(2);
        model.Predict(x).Values().Should().OnlyContain(value => value == 1);
        model.eval();
        model.call(x).Values().Should().OnlyContain(value => value == 1);
    }

    [Fact]
    public void A_stream_drops_nothing()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(
            new Lstm(3, returnSequences: true, dropout: 0.5), new Dropout(0.5), new TimeDistributed(new Dense(2)), new ActivationLayer(Activation.Softmax)) { Seed = 1 };
        var x = Numbers.Uniform(1, [1, 4, 2]);
        model.Build(4, 2);
        var expected = model.Predict(x);
        model.train();
        using var stepper = model.OpenStream();

        for (var t = 0; t < 4; t++)
        {
            stepper.Step([.. x[0, t].Values().Select(value => (float)value)]).Values().ShouldMatch(expected[0, t].Values(), Tolerance.Float32, $"step {t}");
        }
    }

    [Fact]
    public void One_seed_gives_one_training_and_another_seed_another()
    {
        var (first, second, other) = (Train(5), Train(5), Train(6));

        second.Should().Equal(first);
        other.Should().NotEqual(first);

        static double[] Train(int seed)
        {
            using var scope = NewDisposeScope();
            using var model = new SequentialModel(new Lstm(3, dropout: 0.3, recurrentDropout: 0.3), new Dropout(0.3), new Dense(1)) { Seed = seed };
            model.Compile(Loss.MeanSquaredError(), new Adam());
            var history = model.Fit(Numbers.Uniform(1, [6, 4, 2]), Numbers.Uniform(2, [6, 1]), epochs: 3, batchSize: 2, verbose: 0);
            return [.. history.Loss, .. model.GetWeights().Values()];
        }
    }

    /// <summary>A linear unit without memory, whose output is its input, shows the mask.</summary>
    [Fact]
    public void A_recurrent_layer_drops_the_same_inputs_at_every_step()
    {
        using var scope = NewDisposeScope();
        using var rnn = new SimpleRnn(20, returnSequences: true, activation: Activation.Linear, useBias: false, dropout: 0.5) { Seed = 1 };
        rnn.Build(new Shape(null, null, 20));
        rnn.SetWeights([NetArrays.FromTensor(eye(20)), new float[20, 20]]);

        var output = rnn.call(ones(3, 4, 20));

        output.Values().Distinct().Order().Should().Equal(0, 2);
        for (var step = 1; step < 4; step++)
        {
            output.select(1, step).ShouldMatchTensor(output.select(1, 0), Tolerance.None, $"step {step}");
        }
        output[0].Values().Should().NotEqual(output[1].Values(), "each sample has its own mask");
        rnn.call(ones(3, 4, 20)).Values().Should().NotEqual(output.Values(), "each call has its own masks");
    }

    /// <summary>A linear unit that adds 1 to its memory shows the mask: 1, 1, 1 where it is dropped, 1, 3, 7 where it is doubled.</summary>
    [Fact]
    public void A_recurrent_layer_drops_the_same_memories_at_every_step()
    {
        using var scope = NewDisposeScope();
        using var rnn = new SimpleRnn(20, returnSequences: true, activation: Activation.Linear, recurrentDropout: 0.5) { Seed = 1 };
        rnn.Build(new Shape(null, null, 1));
        rnn.SetWeights([new float[1, 20], NetArrays.FromTensor(eye(20)), NetArrays.FromTensor(ones(20))]);

        var output = rnn.call(zeros(3, 3, 1));

        var ways = Enumerable.Range(0, 3).SelectMany(sample => Enumerable.Range(0, 20).Select(unit => string.Join(' ', output[sample].select(1, unit).Values()))).ToList();
        ways.Distinct().Order().Should().Equal("1 1 1", "1 3 7");
    }

    /// <summary>With one feature and rate 0.5 a sequence is read as zeros or doubled.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_reads_a_sequence_with_one_mask(RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        using var layer = kind.Make(3, returnSequences: true, dropout: 0.5);
        var x = Numbers.Uniform(1, [1, 5, 1]);
        layer.Build(Shape.Of(x));
        layer.WithArbitraryWeights(2);
        layer.eval();
        var (zeroed, doubled) = (layer.call(zeros_like(x)), layer.call(x * 2));
        layer.train();

        ShouldBeEither(() => layer.call(x), zeroed, doubled);
    }

    /// <summary>With one unit and rate 0.5 the recurrent kernel is zero or doubled; the state that a gate mixes in is whole.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_remembers_with_one_mask(RecurrentKind kind)
    {
        using var scope = NewDisposeScope();
        using var layer = kind.Make(1, returnSequences: true, recurrentDropout: 0.5);
        var x = Numbers.Uniform(1, [1, 5, 2]);
        layer.Build(Shape.Of(x));
        var weights = layer.WithArbitraryWeights(2).GetWeights();
        layer.eval();
        var (zeroed, doubled) = (WithRecurrentKernelTimes(0), WithRecurrentKernelTimes(2));
        layer.SetWeights(weights);
        layer.train();

        ShouldBeEither(() => layer.call(x), zeroed, doubled);

        Tensor WithRecurrentKernelTimes(float factor)
        {
            var scaled = Numbers.Shaped([.. weights[1].Values().Select(value => (float)value * factor)], weights[1].GetLength(0), weights[1].GetLength(1));
            layer.SetWeights([weights[0], scaled, .. weights.Skip(2)]);
            return layer.call(x);
        }
    }

    [Fact]
    public void A_rate_outside_of_0_to_1_is_an_error()
    {
        foreach (var rate in new[] { -0.1, 1, double.NaN })
        {
            Errors.Expect<ArgumentOutOfRangeException>(
                () => _ = new Dropout(rate),
                FormattableString.Invariant($"rate is the share of values that are dropped: at least 0 and below 1. (Parameter 'rate')\nActual value was {rate}.").ReplaceLineEndings());
        }
    }

    private static void ShouldBeEither(Func<Tensor> output, Tensor first, Tensor second)
    {
        first.Values().Should().NotEqual(second.Values());
        var seen = new HashSet<bool>();
        for (var call = 0; call < 30; call++)
        {
            var values = output();
            var isFirst = values.allclose(first, atol: 1e-5);
            values.ShouldMatchTensor(isFirst ? first : second, Tolerance.Float32, $"call {call}");
            seen.Add(isFirst);
        }
        seen.Should().HaveCount(2, "30 draws show both");
    }
}
