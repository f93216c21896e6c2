namespace EchoLstm.Tests.Layers;

public class RegularizerTests
{
    private const double L1 = 0.02;
    private const double L2 = 0.03;

    public static TheoryData<string> Layers => [.. Cases.Keys];

    private static Dictionary<string, (Func<Regularizer?, nn.Module<Tensor, Tensor>> Make, int Regularized)> Cases { get; } = new()
    {
        ["Dense"] = (penalty => new Dense(3) { KernelRegularizer = penalty, BiasRegularizer = penalty }, 2),
        ["Lstm"] = (penalty => new Lstm(3, returnSequences: true) { KernelRegularizer = penalty, RecurrentRegularizer = penalty, BiasRegularizer = penalty }, 3),
        ["Gru"] = (penalty => new Gru(3, returnSequences: true) { KernelRegularizer = penalty, RecurrentRegularizer = penalty, BiasRegularizer = penalty }, 3),
        ["Gru with reset before"] = (penalty => new Gru(3, returnSequences: true, resetAfter: false) { KernelRegularizer = penalty, RecurrentRegularizer = penalty, BiasRegularizer = penalty }, 3),
        ["SimpleRnn"] = (penalty => new SimpleRnn(3, returnSequences: true) { KernelRegularizer = penalty, RecurrentRegularizer = penalty, BiasRegularizer = penalty }, 3),
        ["Conv1D"] = (penalty => new Conv1D(3, 2, padding: StepPadding.Same) { KernelRegularizer = penalty, BiasRegularizer = penalty }, 2),
        ["MultiHeadAttention"] = (penalty => new MultiHeadAttention(2, 3, outputSize: 3) { KernelRegularizer = penalty, BiasRegularizer = penalty }, 8),
        ["Bidirectional"] = (penalty => new Bidirectional(new Lstm(3, returnSequences: true) { KernelRegularizer = penalty, RecurrentRegularizer = penalty, BiasRegularizer = penalty }, MergeMode.Sum), 6),
        ["TimeDistributed"] = (penalty => new TimeDistributed(new Dense(3) { KernelRegularizer = penalty, BiasRegularizer = penalty }), 2),
        ["model"] = (penalty => new SequentialModel(new Dense(3) { KernelRegularizer = penalty, BiasRegularizer = penalty }), 2),
    };

    [Theory]
    [MemberData(nameof(Layers))]
    public void The_penalty_and_its_gradient_join_the_loss_by_hand(string name)
    {
        const double Rate = 0.1;
        var (make, regularized) = Cases[name];
        using var scope = NewDisposeScope();
        var (x, y) = (Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 5, 3]));
        using var with = Model(make(Regularizer.L1L2(L1, L2)));
        using var without = Model(make(null));
        with.Weights.Count(weight => weight.Regularizer is not null).Should().Be(regularized);
        var weights = with.GetWeights().Values();
        var penalty = (L1 * weights.Sum(Math.Abs)) + (L2 * weights.Sum(weight => weight * weight));
        without.SetWeights(with.GetWeights());

        with.Evaluate(x, y)["loss"].Should().BeApproximately(without.Evaluate(x, y)["loss"] + penalty, 1e-5);

        var loss = with.Fit(x, y, verbose: 0).Loss[0];
        loss.Should().BeApproximately(without.Fit(x, y, verbose: 0).Loss[0] + penalty, 1e-5);
        var expected = without.GetWeights().Values().Zip(weights, (moved, weight) => moved - (Rate * ((L1 * Math.Sign(weight)) + (2 * L2 * weight))));
        with.GetWeights().Values().ShouldMatch([.. expected], Tolerance.Float32, "the weights after a step of gradient descent");

        SequentialModel Model(nn.Module<Tensor, Tensor> layer)
        {
            var model = new SequentialModel(layer) { Seed = 1 };
            model.Build(5, 2);
            model.WithArbitraryWeights(3);
            model.Compile(Loss.MeanSquaredError(), new Sgd(Rate));
            return model;
        }
    }

    [Fact]
    public void An_Embedding_is_penalised_too()
    {
        using var model = new SequentialModel(new Embedding(3, 2) { EmbeddingsRegularizer = Regularizer.L2(0.5) }, new Flatten());
        model.Build(1);
        model.SetWeights([new float[,] { { 1, 2 }, { 3, 0 }, { 0, 0 } }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd());

        model.Evaluate(new[,] { { 0 } }, new float[,] { { 1, 2 } })["loss"].Should().BeApproximately(0.5 * (1 + 4 + 9), 1e-5);
    }

    [Fact]
    public void A_layer_that_is_added_later_is_penalised_too()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Compile(Loss.MeanSquaredError(), new Sgd(1e-9));
        model.Fit(new float[1, 1], new float[1, 1], verbose: 0);
        model.Add(new Dense(1, useBias: false) { KernelRegularizer = Regularizer.L1(2) });
        model.SetWeights([new float[,] { { 1 } }, new float[,] { { 3 } }]);

        model.Evaluate(new float[1, 1], new float[1, 1])["loss"].Should().BeApproximately(6, 1e-5);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void A_factor_below_0_is_an_error(double factor) =>
        Errors.Expect<ArgumentOutOfRangeException>(
            () => Regularizer.L2(factor),
            FormattableString.Invariant($"A regulariser's factor must be a finite number of at least 0. (Parameter 'l2')\nActual value was {factor}.").ReplaceLineEndings());
}
