namespace EchoLstm.Tests.Engines.Fused;

/// <summary>NaN, infinities, denormals and numbers near the ends of float32, in weights and data: both engines go on alike, or stop alike and change nothing.</summary>
public sealed class NotFiniteTests
{
    private const int Steps = 3, Features = 4;

    private static readonly Tolerance Close = new(2e-6, 1e-4);

    // Gradients of huge numbers are differences of roundings in places, and Adam makes a step of 0.001 of each: twice that in two epochs, one way or the other.
    private static readonly Tolerance CloseWeights = new(2e-5, 1e-4), OfHugeGradients = new(0.0041, 1e-4);

    private static Dictionary<string, Func<nn.Module<Tensor, Tensor>[]>> Stacks => new()
    {
        ["Lstm"] = () => [new Lstm(5, returnSequences: true), new Dense(2)],
        ["Lstm, hard"] = () => [new Lstm(5, returnSequences: true, activation: Activation.Relu, recurrentActivation: Activation.HardSigmoid), new Dense(2)],
        ["Gru"] = () => [new Gru(5, returnSequences: true), new Dense(2)],
        ["Gru, reset before"] = () => [new Gru(5, returnSequences: true, resetAfter: false), new Dense(2)],
        ["SimpleRnn"] = () => [new SimpleRnn(5, returnSequences: true), new Dense(2)],
        ["Bidirectional"] = () => [new Bidirectional(new Lstm(3, returnSequences: true), MergeMode.Mul), new Dense(2)],
        ["Dense"] = () => [new Dense(5, Activation.Relu), new Dense(2, Activation.Softmax)],
        ["masked"] = () => [new Masking(), new Lstm(5, returnSequences: true), new Gru(5, returnSequences: true), new Dense(2)],
        ["repeated"] = () => [new Lstm(5), new RepeatVector(Steps), new Lstm(5, returnSequences: true), new Dense(2, Activation.Sigmoid)],
    };

    public static TheoryData<string, float> StacksAndNumbers
    {
        get
        {
            var cases = new TheoryData<string, float>();
            foreach (var name in Stacks.Keys)
            {
                foreach (var number in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e30f, -1e25f, 1e-40f, -1e-42f])
                {
                    // An infinite weight times a masked step's zeros: see the test of its own.
                    if (name != "masked" || !float.IsInfinity(number))
                    {
                        cases.Add(name, number);
                    }
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(StacksAndNumbers))]
    public void One_strange_weight_has_the_same_end_on_both_engines(string stack, float number)
    {
        using var scope = NewDisposeScope();
        var places = Make(stack, EngineKind.Torch).parameters().Count();
        for (var place = 0; place < places; place++)
        {
            foreach (var last in (bool[])[false, true])
            {
                Fused(stack, place, last, number).ShouldEqual(Torchs(stack, place, last, number), $"{number} as the {(last ? "last" : "first")} number of parameter {place} of {stack}", OfWeights(number));
            }
        }

        static Ending Fused(string stack, int place, bool last, float number) => End(stack, EngineKind.Fused, place, last, number);
        static Ending Torchs(string stack, int place, bool last, float number) => End(stack, EngineKind.Torch, place, last, number);
    }

    [Theory]
    [InlineData("Lstm", 1e30f)]
    [InlineData("Gru", 1e30f)]
    [InlineData("SimpleRnn", 1e30f)]
    [InlineData("Dense", 1e30f)]
    [InlineData("Lstm", 1e-39f)]
    [InlineData("Gru", 1e-39f)]
    [InlineData("SimpleRnn", 1e-39f)]
    [InlineData("Dense", 1e-39f)]
    public void Inputs_near_the_ends_of_the_floats_have_the_same_end_on_both_engines(string stack, float scale)
    {
        using var scope = NewDisposeScope();
        End(stack, EngineKind.Fused, scale: scale).ShouldEqual(End(stack, EngineKind.Torch, scale: scale), $"inputs of {scale}", OfWeights(scale));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Data_that_is_not_finite_is_the_same_error_on_both_engines(float number)
    {
        using var scope = NewDisposeScope();
        foreach (var engine in (EngineKind[])[EngineKind.Fused, EngineKind.Torch])
        {
            var model = Make("Lstm", engine);
            var before = model.GetWeights().Values();
            var (good, bad) = (zeros(2, Steps, Features), zeros(2, Steps, Features));
            bad[1, 2, 3] = number;
            var badTarget = zeros(2, Steps, 2);
            badTarget[1, 2, 1] = number;
            FluentActions.Invoking(() => model.Fit(bad, zeros(2, Steps, 2), verbose: 0)).Should().Throw<ArgumentException>().WithMessage("x[1, 2, 3] is *");
            FluentActions.Invoking(() => model.Fit(good, badTarget, verbose: 0)).Should().Throw<ArgumentException>().WithMessage("y[1, 2, 1] is *");
            FluentActions.Invoking(() => model.Predict(bad)).Should().Throw<ArgumentException>().WithMessage("x[1, 2, 3] is *");
            model.GetWeights().Values().Should().Equal(before);
        }
    }

    [Theory]
    [InlineData("Lstm", float.NaN)]
    [InlineData("Lstm", float.PositiveInfinity)]
    [InlineData("Gru", float.NaN)]
    [InlineData("SimpleRnn", float.NegativeInfinity)]
    [InlineData("Bidirectional", float.NaN)]
    public void A_one_hot_row_meets_weights_that_are_not_finite_as_a_product_does(string stack, float number)
    {
        using var scope = NewDisposeScope();
        var x = nn.functional.one_hot(tensor([0L, 1, 1, 0, 0, 1]), Features).to(ScalarType.Float32).reshape(2, Steps, Features); // features 2 and 3 are never on
        foreach (var engine in (EngineKind[])[EngineKind.Fused, EngineKind.Torch])
        {
            var model = Make(stack, engine);
            model.Predict(x).isfinite().all().ToBoolean().Should().BeTrue();
            using (no_grad())
            {
                model.parameters().First()[0, Features - 1] = number; // the last feature's weight: 0 * NaN and 0 * infinity are NaN
            }
            model.Predict(x).isnan().any().ToBoolean().Should().BeTrue("of {0}", engine);
            FluentActions.Invoking(() => model.Fit(x, zeros(2, Steps, 2), verbose: 0)).Should().Throw<TrainingDivergedException>();
        }
    }

    [Fact]
    public void What_a_masked_step_would_compute_reaches_neither_loss_nor_weights()
    {
        using var scope = NewDisposeScope();
        var model = Make("masked", EngineKind.Fused);
        SetNumber(model, 0, last: false, float.PositiveInfinity); // times the masked steps' zeros: NaN
        var y = Numbers.Uniform(2, [2, Steps, 2]);
        var x = ones(2, Steps, Features);
        x[0, 1] = zeros(Features);

        model.Fit(x, y, epochs: 3, verbose: 0).Loss.Should().OnlyContain(loss => double.IsFinite(loss));
        model.GetWeights().Values().Should().NotContain(double.NaN);
    }

    [Fact]
    public void Gradients_whose_squares_vanish_move_the_weights_by_a_step_at_most()
    {
        using var scope = NewDisposeScope();
        foreach (var optimizer in (Optimizer[])[new Adam(0.01, epsilon: 1e-30), new RmsProp(0.01, epsilon: 1e-38)])
        {
            var model = Make("Lstm", EngineKind.Fused);
            model.Compile(Loss.MeanSquaredError(), optimizer);
            var before = model.GetWeights().Values();
            var weights = full(2, 1e-19f);
            model.Fit(Numbers.Uniform(1, [2, Steps, Features]), Numbers.Uniform(2, [2, Steps, 2]), epochs: 3, verbose: 0, sampleWeight: weights);
            model.GetWeights().Values().Zip(before, (after, first) => Math.Abs(after - first)).Max().Should().BePositive().And.BeLessThan(0.12, "of {0}", optimizer.Name);
        }
    }

    private static Tolerance OfWeights(float number) => float.IsFinite(number) && Math.Abs(number) > 1 ? OfHugeGradients : CloseWeights;

    private static SequentialModel Make(string stack, EngineKind engine)
    {
        var model = new SequentialModel(Stacks[stack]()) { Seed = 1, RequestedEngine = engine };
        model.Build(Steps, Features);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    // In place, as a user may: SetWeights takes no such numbers.
    private static void SetNumber(SequentialModel model, int place, bool last, float number)
    {
        using var withoutGradients = no_grad();
        var numbers = model.parameters().ElementAt(place).view(-1);
        numbers[last ? numbers.shape[0] - 1 : 0] = number;
    }

    private static Ending End(string stack, EngineKind engine, int? place = null, bool last = false, float number = 0, float scale = 1)
    {
        var model = Make(stack, engine);
        if (place is { } weight)
        {
            SetNumber(model, weight, last, number);
        }
        var (x, y) = (Numbers.Uniform(1, [2, Steps, Features]) * scale, Numbers.Uniform(2, [2, Steps, 2]));
        if (stack == "masked")
        {
            x[0, 1] = zeros(Features);
            x[1, 0] = zeros(Features);
        }
        var before = model.GetWeights().Values();
        var predicted = model.Predict(x).Values();
        string? error = null;
        var losses = Array.Empty<double>();
        try
        {
            losses = [.. model.Fit(x, y, epochs: 2, verbose: 0).Loss];
        }
        catch (TrainingDivergedException diverged)
        {
            error = diverged.Message.Replace("infinite", "NaN", StringComparison.Ordinal); // infinity times a mask's 0 is NaN in Torch's mean
            if (diverged.Epoch == 0)
            {
                model.GetWeights().Values().Should().Equal(before, "a batch without a loss changes no weight");
            }
        }
        return new Ending(error, predicted, losses, model.GetWeights().Values());
    }

    private sealed record Ending(string? Error, double[] Predicted, double[] Losses, double[] Weights)
    {
        internal void ShouldEqual(Ending expected, string what, Tolerance weights)
        {
            Error.Should().Be(expected.Error, "of {0}", what);
            Predicted.ShouldMatch(expected.Predicted, Close, $"the predictions with {what}");
            Losses.Take(1).ToArray().ShouldMatch([.. expected.Losses.Take(1)], Close, $"the first loss with {what}");
            Weights.ShouldMatch(expected.Weights, weights, $"the weights after training with {what}");
        }
    }
}
