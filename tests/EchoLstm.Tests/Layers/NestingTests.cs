namespace EchoLstm.Tests.Layers;

/// <summary>Layers inside layers inside layers.</summary>
public class NestingTests
{
    private const int Deepest = 100;

    [Fact]
    public void A_hundred_levels_are_made_run_and_disposed()
    {
        using (var model = (SequentialModel)Nested(new Dense(1), Deepest - 1, inner => new SequentialModel(inner)))
        {
            model.Build(2);
            model.Predict<float[,]>(new float[3, 2]).Length.Should().Be(3);
            model.GetWeights().Should().HaveCount(2);
        }
    }

    [Fact]
    public void More_are_refused()
    {
        using var model = new SequentialModel { Name = "outermost" };
        using var deepest = Nested(new Dense(1), Deepest - 1, inner => new SequentialModel(inner));
        using var distributed = Nested(new Dense(1), Deepest - 1, inner => new TimeDistributed(inner));

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.Add(deepest),
            "SequentialModel 'outermost' can't take the Sequential: more than 100 layers would be inside each other. Put layers one after the other into one model. (Parameter 'layer')");
        Errors.Expect<ArgumentException>(
            () => _ = new TimeDistributed(distributed),
            "TimeDistributed 'time_distributed' can't take the TimeDistributed: more than 100 layers would be inside each other. Put layers one after the other into one model. (Parameter 'inner')");
        model.Layers.Should().BeEmpty();
    }

    [Fact]
    public void Three_hundred_levels_are_refused_at_once()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();

        Assert.Throws<ArgumentException>(() => Nested(new Dense(1), 300, inner => new SequentialModel(inner))).Message.Should().Contain("more than 100 layers would be inside each other");

        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5), "a thousand took 40 seconds");
    }

    [Fact]
    public void What_is_inside_is_disposed_with_what_is_around_it()
    {
        var dense = new Dense(1);
        var model = (SequentialModel)Nested(dense, 3, inner => new SequentialModel(new TimeDistributed(inner)));
        model.Build(new Shape(null, 2, 2, 2, 2));
        var weight = dense.parameters().First();

        model.Dispose();
        model.Dispose();

        weight.IsInvalid.Should().BeTrue();
        Assert.Throws<ObjectDisposedException>(() => dense.call(zeros(1, 2)));
    }

    private static nn.Module<Tensor, Tensor> Nested(nn.Module<Tensor, Tensor> innermost, int times, Func<nn.Module<Tensor, Tensor>, nn.Module<Tensor, Tensor>> around) =>
        Enumerable.Range(0, times).Aggregate(innermost, (inner, _) => around(inner));
}
