namespace EchoLstm.Tests.Models;

/// <summary>Predictions and stream steps from .NET memory into .NET memory.</summary>
public sealed class MemoryPredictionTests
{
    private static readonly float[] FiveSteps = [0, 0.2f, 0.4f, 0.6f, 0.8f];

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void It_gives_what_the_tensor_gives(EngineKind engine)
    {
        using var model = EchoModels.ManyToOne(seed: 1);
        model.RequestedEngine = engine;
        float[] x = [.. FiveSteps, .. FiveSteps.Reverse(), 1, 2, 3, 4, 5];
        var y = new float[15];

        model.Predict(x, y, samples: 3);

        var expected = model.Predict<float[,]>(new[,,] { { { x[0] }, { x[1] }, { x[2] }, { x[3] }, { x[4] } }, { { x[5] }, { x[6] }, { x[7] }, { x[8] }, { x[9] } }, { { 1 }, { 2 }, { 3 }, { 4 }, { 5 } } });
        y.Should().Equal(expected.Cast<float>());
    }

    [Fact]
    public void A_length_that_may_vary_follows_from_the_numbers()
    {
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new Dense(2)) { Seed = 1 };
        model.Build(-1, 1);
        foreach (var steps in new[] { 1, 5, 2 })
        {
            var y = new float[steps * 2];
            model.Predict(FiveSteps.AsSpan(0, steps), y);
            var x = new float[1, steps, 1];
            Buffer.BlockCopy(FiveSteps, 0, x, 0, steps * sizeof(float));
            y.Should().Equal(model.Predict<float[,,]>(x).Cast<float>());
        }
    }

    [Fact]
    public void A_model_without_time_steps_takes_rows_of_features()
    {
        using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
        model.Build(3);
        var y = new float[4];
        model.Predict([1, 2, 3, 4, 5, 6], y, samples: 2);
        y.Should().Equal(model.Predict<float[,]>(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }).Cast<float>());
    }

    [Fact]
    public void A_stateful_model_begins_with_zeros_and_keeps_its_state()
    {
        using var model = EchoModels.SequenceEcho(batchSize: 1, steps: 2, classes: 3, units: 4, seed: 1);
        var (first, second) = (new float[6], new float[6]);
        model.Predict([1, 0, 0, 0, 1, 0], first);
        model.Predict([1, 0, 0, 0, 1, 0], second);
        second.Should().Equal(first);
        ((Lstm)model.Layers[0]).CopyState().Should().BeNull();
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_model_that_is_stateful_in_both_directions_too(EngineKind engine)
    {
        using var model = new SequentialModel(new Bidirectional(new Lstm(3, stateful: true))) { Seed = 1, RequestedEngine = engine };
        model.Build(5, 1);
        var (first, second) = (new float[6], new float[6]);
        model.Predict(FiveSteps, first);
        model.Predict(FiveSteps, second);
        second.Should().Equal(first);
        ((Lstm)((Bidirectional)model.Layers[0]).Forward).CopyState().Should().BeNull();
    }

    [Fact]
    public void Numbers_that_do_not_fit_are_explained()
    {
        using var model = EchoModels.ManyToOne(seed: 1);
        var y = new float[5];
        Action few = () => model.Predict([1, 2, 3], y);
        Action uneven = () => model.Predict(new float[11], new float[10], samples: 2);
        Action narrow = () => model.Predict(FiveSteps, new float[4]);
        Action wide = () => model.Predict(FiveSteps, new float[6]);
        Action strange = () => model.Predict([1, 2, float.NaN, 4, 5], y);

        few.Should().Throw<ShapeMismatchException>().WithMessage("The model takes (None, 5, 1), which 3 numbers for 1 samples do not fill. Give samples · time steps · features numbers.");
        narrow.Should().Throw<ShapeMismatchException>().WithMessage("The predictions of 1 samples have 5 numbers, but there is room for 4. Give y that length.");
        uneven.Should().Throw<ShapeMismatchException>().WithMessage("The model takes (None, 5, 1), which 11 numbers for 2 samples do not fill. Give samples · time steps · features numbers.");
        wide.Should().Throw<ShapeMismatchException>().WithMessage("The predictions of 1 samples have 5 numbers, but there is room for 6. Give y that length.");
        strange.Should().Throw<ArgumentException>().WithMessage("x[2] is NaN: the model can take numbers alone. Remove or replace it, or mask its time step.*");
        y.Should().OnlyContain(value => value == 0);
    }

    [Fact]
    public void A_layer_that_is_added_changes_how_many_numbers_there_are()
    {
        using var model = EchoModels.ManyToOne(seed: 1);
        model.Predict(FiveSteps, new float[5]);
        model.Add(new Dense(2));
        var y = new float[2];

        model.Predict(FiveSteps, y);

        y.Should().Equal(model.Predict<float[,]>(new[,,] { { { FiveSteps[0] }, { FiveSteps[1] }, { FiveSteps[2] }, { FiveSteps[3] }, { FiveSteps[4] } } }).Cast<float>());
    }

    [Fact]
    public void On_the_fused_engine_a_call_allocates_nothing()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        var y = new float[5];

        Allocated(() => model.Predict(FiveSteps, y)).Should().Be(0);

        static long Allocated(Action action)
        {
            for (var i = 0; i < 1000; i++)
            {
                action();
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                action();
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_stream_steps_into_memory(EngineKind engine)
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        model.RequestedEngine = engine;
        using var one = model.OpenStream();
        using var other = model.OpenStream();
        var output = new float[one.OutputLength];
        foreach (var value in FiveSteps)
        {
            one.Step([value], output);
            output.Should().Equal(other.Step([value]));
        }
        var none = () => one.Step([1], []);
        none.Should().Throw<ShapeMismatchException>().WithMessage("A stream's output after a step has 1 numbers, but there is room for 0. Give it a span of OutputLength numbers.");
        var narrow = () => one.Step([1], new float[2]);
        narrow.Should().Throw<ShapeMismatchException>().WithMessage("A stream's output after a step has 1 numbers, but there is room for 2. Give it a span of OutputLength numbers.");
        one.StepsRead.Should().Be(5);
    }
}
