namespace EchoLstm.Tests.Layers;

public class TimeDistributedTests
{
    public static TheoryData<string, long[]> Inner => new()
    {
        { "Dense", [2, 5, 3] },
        { "Dense with softmax", [2, 5, 3] },
        { "Conv1d", [2, 5, 2, 6] },
        { "Conv2d", [2, 5, 1, 4, 6] },
        { "Lstm", [2, 5, 4, 3] },
        { "Lstm with sequences", [2, 5, 4, 3] },
        { "RepeatVector", [2, 5, 3] },
        { "model", [2, 5, 4, 3] },
        { "module of a user", [2, 5, 3] },
        { "TimeDistributed", [2, 5, 4, 3] },
    };

    [Theory]
    [MemberData(nameof(Inner))]
    public void It_equals_a_loop_over_the_time_steps(string inner, long[] shape)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var distributed = new TimeDistributed(Make(inner)) { Seed = 1 };
        var x = Numbers.Uniform(2, shape);

        var output = distributed.call(x);

        output.shape[..2].Should().Equal(2, 5);
        var loop = stack([.. Enumerable.Range(0, 5).Select(t => distributed.Inner.call(x.select(1, t)))], 1);
        output.ShouldMatchTensor(loop, Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Inner))]
    public void Its_gradients_equal_those_of_a_loop_over_the_time_steps(string inner, long[] shape)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var distributed = new TimeDistributed(Make(inner)) { Seed = 1 };
        var x = Numbers.Uniform(2, shape).requires_grad_();
        distributed.Build(new Shape([null, .. shape.Skip(1)]));

        List<double> Gradients(Func<Tensor> run)
        {
            distributed.zero_grad();
            x.grad = null;
            run().pow(2).sum().backward();
            return [.. x.grad!.Values(), .. distributed.parameters().SelectMany(parameter => parameter.grad!.Values())];
        }

        Gradients(() => distributed.call(x))
            .ShouldMatch(Gradients(() => stack([.. Enumerable.Range(0, 5).Select(t => distributed.Inner.call(x.select(1, t)))], 1)), new Tolerance(1e-5, 1e-5), "the gradients");
    }

    [Fact]
    public void It_calls_the_inner_module_once_with_time_folded_into_the_samples()
    {
        using var scope = NewDisposeScope();
        var calls = new List<long[]>();
        using var distributed = new TimeDistributed(new Recorder(calls));

        distributed.Build(new Shape(null, 5, 3));
        calls.Clear();
        _ = distributed.call(zeros(2, 5, 3));

        calls.Should().ContainSingle().Which.Should().Equal(10, 3);
    }

    [Fact]
    public void Around_a_Dense_it_is_a_Dense_with_the_same_count_shape_output_and_losses()
    {
        using var distributed = new SequentialModel(new Lstm(4, returnSequences: true), new TimeDistributed(new Dense(1))) { Seed = 9 };
        using var plain = new SequentialModel(new Lstm(4, returnSequences: true), new Dense(1)) { Seed = 9 };
        using var x = Numbers.Uniform(1, [6, 5, 2]);
        using var y = Numbers.Uniform(2, [6, 5, 1]);
        var losses = new List<IReadOnlyList<double>>();
        foreach (var model in new[] { distributed, plain })
        {
            model.Build(5, 2);
            model.Compile(Loss.MeanSquaredError(), new Adam());
            losses.Add(model.Fit(x, y, epochs: 20, batchSize: 2, verbose: 0).Loss);
        }

        distributed.CountParameters().Should().Be(plain.CountParameters());
        distributed.OutputShape(distributed.InputShape!).Should().Equal(plain.OutputShape(plain.InputShape!));
        losses[0].ShouldMatch(losses[1], Tolerance.Float32, "the losses");
        using var scope = NewDisposeScope();
        distributed.Predict(x).ShouldMatchTensor(plain.Predict(x), Tolerance.Float32);
    }

    [Fact]
    public void Keras_gives_these_numbers()
    {
        using var scope = NewDisposeScope();
        using var distributed = new TimeDistributed(new Dense(1, useBias: false));
        distributed.Build(new Shape(null, 2, 4));
        distributed.SetWeights([Numbers.Shaped(Enumerable.Repeat(0.01f, 4).ToArray(), 4, 1)]);

        distributed.call(arange(24, dtype: ScalarType.Float32).reshape(3, 2, 4)).ShouldMatch([.06, .22, .38, .54, .70, .86], Golden.GoldenTolerances.Keras);
    }

    [Fact]
    public void The_inner_module_is_reachable_and_has_its_own_weights()
    {
        var dense = new Dense(3);
        using var distributed = new TimeDistributed(dense);
        distributed.Build(new Shape(null, 5, 2));

        distributed.Inner.Should().BeSameAs(dense);
        dense.CountParameters().Should().Be(9);
        dense.GetWeights().Values().Should().Equal(distributed.GetWeights().Values());
    }

    [Theory]
    [InlineData(new long[] { 32, 8 }, "(32, 8)")]
    [InlineData(new long[] { 32 }, "(32,)")]
    public void Fewer_than_3_axes_are_refused(long[] shape, string printed)
    {
        using var distributed = new TimeDistributed(new Dense(1));
        using var x = zeros(shape);
        var message = $"TimeDistributed 'time_distributed' expects input of rank 3 or more (samples, time steps, features, ...) but received {printed}. The Lstm before it probably lacks returnSequences: true, so that it passes on its last step alone; to predict one vector a sample, leave TimeDistributed out.";

        var thrown = Errors.ExpectWithoutChange<ShapeMismatchException>(distributed, () => distributed.call(x), message);
        thrown.Expected.Should().Be("(samples, time steps, features, ...)");
        thrown.Received.Should().Be(printed);
        distributed.Build(new Shape(null, 5, 8));
        Errors.ExpectWithoutChange<ShapeMismatchException>(distributed, () => distributed.call(x), message);
    }

    [Fact]
    public void A_module_that_can_not_take_a_step_is_named_with_what_it_got()
    {
        using var distributed = new TimeDistributed(new Dense(1));
        distributed.Build(new Shape(null, 5, 2));
        using var x = zeros(3, 5, 4);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            distributed,
            () => distributed.call(x),
            "Dense 'dense' was built for 2 features but received 4, in input of shape (15, 4). Give it as many as it was built for, or make a new layer.");
    }

    [Fact]
    public void No_inner_module_is_refused() =>
        Assert.Throws<ArgumentNullException>(() => new TimeDistributed(null!)).ParamName.Should().Be("inner");

    private static nn.Module<Tensor, Tensor> Make(string inner) => inner switch
    {
        "Dense" => new Dense(4),
        "Dense with softmax" => new Dense(4, Activation.Softmax),
        "Conv1d" => nn.Conv1d(2, 3, 3),
        "Conv2d" => nn.Conv2d(1, 3, 2),
        "Lstm" => new Lstm(4),
        "Lstm with sequences" => new Lstm(4, returnSequences: true, goBackwards: true),
        "RepeatVector" => new RepeatVector(3),
        "model" => new SequentialModel(new Lstm(4), new Dense(2, Activation.Tanh)),
        "module of a user" => new GatedLinear(3, 2),
        "TimeDistributed" => new TimeDistributed(new Dense(2)),
        _ => throw new ArgumentOutOfRangeException(nameof(inner)),
    };

    private sealed class Recorder(List<long[]> calls) : nn.Module<Tensor, Tensor>(nameof(Recorder))
    {
        public override Tensor forward(Tensor input)
        {
            calls.Add(input.shape);
            return input * 2;
        }
    }
}
