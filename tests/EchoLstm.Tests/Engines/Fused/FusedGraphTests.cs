using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>Graphs on the fused engine against Torch's autograd, and their gradients against finite differences.</summary>
public sealed class FusedGraphTests
{
    private const double Tolerance = 2e-5;

    /// <summary>50 graphs; 500 with ECHOLSTM_THOROUGH=1.</summary>
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, Thorough.Or(50, 500))];

    /// <summary>10 graphs whose batches threads share; 100 with ECHOLSTM_THOROUGH=1.</summary>
    public static TheoryData<int> SeedsOfLargeBatches => [.. Enumerable.Range(1, Thorough.Or(10, 100))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_graphs_have_torchs_outputs_losses_and_weights(int seed) => ShouldBeAsTorch(seed, isLarge: false);

    [Theory]
    [MemberData(nameof(SeedsOfLargeBatches))]
    public void Large_batches_of_random_graphs_have_torchs_outputs_losses_and_weights(int seed) => ShouldBeAsTorch(seed, isLarge: true);

    private static void ShouldBeAsTorch(int seed, bool isLarge)
    {
        using var scope = NewDisposeScope();
        using var fused = new RandomGraph(seed, isLarge);
        using var torchOwn = new RandomGraph(seed, isLarge);
        fused.Model.RequestedEngine = EngineKind.Fused;
        torchOwn.Model.RequestedEngine = EngineKind.Torch;

        Same(fused.Predict(), torchOwn.Predict(), fused.Description);
        var (one, other) = (fused.Fit(3), torchOwn.Fit(3));

        one.Engine.ToString().Should().Be("Fused: every layer has a kernel");
        one.Names.Should().Equal(other.Names);
        var wrong = other.Names.SelectMany(name => one[name].Zip(other[name]).Where(pair => !(Math.Abs(pair.First - pair.Second) <= Tolerance * (1 + Math.Abs(pair.Second))))
            .Select(pair => $"{name} is {pair.First}, not {pair.Second}"));
        string.Join("; ", wrong).Should().BeEmpty(fused.Description);
        foreach (var (found, expected) in fused.Model.GetWeights().Zip(torchOwn.Model.GetWeights()))
        {
            found.Values().Zip(expected.Values()).Max(pair => Math.Abs(pair.First - pair.Second) / (1 + Math.Abs(pair.Second))).Should().BeLessThan(Tolerance, "weights of {0}", fused.Description);
        }
        Same(fused.Predict(), torchOwn.Predict(), fused.Description);
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        var (past, known) = (new Input(-1, 3), new Input(-1, 2));
        var (_, states) = new Bidirectional(new Gru(4), MergeMode.Sum).ApplyWithState(past);
        var shared = new Lstm(4, returnSequences: true, activation: Activation.Sigmoid);
        var joined = new Dense(2).Apply(new Concatenate().Apply(states[0], states[1]));
        var steps = new AdditiveAttention().Apply(shared.Apply(past), shared.Apply(past));
        var other = new Gru(4, returnSequences: true).ApplyWithState(known, [states[0]]);
        var product = new Multiply().Apply(other.Output, new RepeatVector(3).Apply(states[1]));
        var dot = new Dot(1, 1, normalize: true).Apply(steps, steps);
        using var model = new FunctionalModel([past, known], [joined, new Subtract().Apply(product, other.Output), dot]) { Seed = 1, RequestedEngine = EngineKind.Fused };
        model.Compile([Loss.MeanSquaredError(), Loss.MeanSquaredError(), Loss.MeanSquaredError()], new Sgd(1), [1, 0.5, 2]);
        model.Build();
        TensorLike[] x = [Numbers.Uniform(1, [2, 4, 3]), Numbers.Uniform(2, [2, 3, 2])];
        TensorLike[] y = [Numbers.Uniform(3, [2, 2]), Numbers.Uniform(4, [2, 3, 4]), Numbers.Uniform(5, [2, 4, 4])];
        var before = model.GetWeights();

        model.TrainOnBatch((IReadOnlyList<TensorLike>)x, y);
        var after = model.GetWeights();
        model.Engine.Kind.Should().Be(EngineKind.Fused);

        // Each weight by so much up and down: the difference of the loss, which is float32, is the gradient to 1e-3 or so.
        const float Distance = 0.02f;
        for (var i = 0; i < before.Count; i++)
        {
            for (var place = 0; place < before[i].Length; place += 5)
            {
                var gradient = before[i].Values()[place] - after[i].Values()[place];
                gradient.Should().BeApproximately((At(i, place, Distance) - At(i, place, -Distance)) / (2 * Distance), 1.5e-3, "number {0} of weight {1}", place, i);
            }
        }

        double At(int weight, int place, float distance)
        {
            var moved = before.Select(array => (Array)array.Clone()).ToList();
            var index = new int[moved[weight].Rank];
            for (var (axis, left) = (index.Length - 1, place); axis >= 0; axis--)
            {
                (index[axis], left) = (left % moved[weight].GetLength(axis), left / moved[weight].GetLength(axis));
            }
            moved[weight].SetValue((float)moved[weight].GetValue(index)! + distance, index);
            model.SetWeights(moved);
            return model.Evaluate((IReadOnlyList<TensorLike>)x, y)["loss"];
        }
    }

    private static void Same(IReadOnlyList<Tensor> found, IReadOnlyList<Tensor> expected, string description)
    {
        found.Should().HaveSameCount(expected);
        foreach (var (one, other) in found.Zip(expected))
        {
            one.shape.Should().Equal(other.shape, "the outputs of {0}", description);
            (one - other).abs().max().ToDouble().Should().BeLessThan(Tolerance * (1 + other.abs().max().ToDouble()), "the outputs of {0}", description);
        }
    }
}
