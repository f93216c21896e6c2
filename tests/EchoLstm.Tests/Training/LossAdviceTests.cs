namespace EchoLstm.Tests.Training;

/// <summary>A loss that makes no sense for its model or targets runs, and says so once.</summary>
public class LossAdviceTests
{
    private const string OnlySoftmax =
        "categorical_crossentropy compares probabilities, but the model's last layer has no softmax. Training runs, but a lower loss need not be a better prediction. "
        + "Give the last Dense Activation.Softmax and targets that sum to 1, such as one-hot ones; for numbers that are no probabilities use Loss.MeanSquaredError().";

    private static readonly float[,] X = { { 1, 2 }, { 3, 4 } };
    private static readonly float[,] OneHot = { { 1, 0, 0 }, { 0, 0, 1 } };
    private static readonly float[,] Any = { { 0.2f, 0.3f, 0.5f }, { 0.9f, 0.8f, 0.7f } };

    [Fact]
    public void Without_softmax_and_with_targets_of_any_sum_there_is_one_warning_that_names_both() =>
        Warnings(Loss.CategoricalCrossentropy(), Activation.Linear, Any).Should().Equal(
            "categorical_crossentropy compares probabilities, but the model's last layer has no softmax, and y[1] sums to 2.4 over the classes, not to 1. "
            + "Training runs, but a lower loss need not be a better prediction. "
            + "Give the last Dense Activation.Softmax and targets that sum to 1, such as one-hot ones; for numbers that are no probabilities use Loss.MeanSquaredError().");

    [Fact]
    public void Without_softmax_alone_it_names_that() => Warnings(Loss.CategoricalCrossentropy(), Activation.Relu, OneHot).Should().Equal(OnlySoftmax);

    [Fact]
    public void A_class_index_needs_a_softmax_too() =>
        Warnings(Loss.SparseCategoricalCrossentropy(), Activation.Linear, new long[] { 0, 2 }).Should().Equal(
            "sparse_categorical_crossentropy compares probabilities, but the model's last layer has no softmax. Training runs, but a lower loss need not be a better prediction. "
            + "Give the last Dense Activation.Softmax, or pass fromLogits: true.");

    [Fact]
    public void A_softmax_before_logits_is_one_too_many() =>
        Warnings(Loss.CategoricalCrossentropy(fromLogits: true), Activation.Softmax, OneHot).Should().Equal(
            "categorical_crossentropy compares probabilities, but the model's last layer has a softmax of its own, to which fromLogits adds another. "
            + "Training runs, but a lower loss need not be a better prediction. Leave out one of the two.");

    [Fact]
    public void A_binary_crossentropy_needs_a_sigmoid() =>
        Warnings(Loss.BinaryCrossentropy(), Activation.Tanh, OneHot).Should().Equal(
            "binary_crossentropy compares probabilities, but the model's last layer has no sigmoid. Training runs, but a lower loss need not be a better prediction. "
            + "Give the last Dense Activation.Sigmoid, or pass fromLogits: true.");

    [Fact]
    public void Logarithms_of_probabilities_are_none()
    {
        foreach (var (module, loss, says) in new (nn.Module<Tensor, Tensor>, Loss, string)[] { (nn.LogSoftmax(-1), Loss.CategoricalCrossentropy(), "softmax"), (nn.LogSigmoid(), Loss.BinaryCrossentropy(), "sigmoid") })
        {
            using var model = new SequentialModel(new Dense(3), module);
            model.Compile(loss, new Sgd());
            model.Fit(X, OneHot, verbose: 0).Warnings.Should().ContainSingle().Which.Should().StartWith($"{loss.Name} compares probabilities, but the model's last layer has no {says}.");
        }
    }

    [Fact]
    public void What_is_sound_has_no_warning()
    {
        Warnings(Loss.CategoricalCrossentropy(), Activation.Softmax, OneHot).Should().BeEmpty();
        Warnings(Loss.CategoricalCrossentropy(), Activation.Softmax, new float[,] { { 0.5f, 0.25f, 0.25f }, { 0.1f, 0.2f, 0.7f } }).Should().BeEmpty();
        Warnings(Loss.CategoricalCrossentropy(fromLogits: true), Activation.Linear, OneHot).Should().BeEmpty();
        Warnings(Loss.SparseCategoricalCrossentropy(), Activation.Softmax, new long[] { 0, 2 }).Should().BeEmpty();
        Warnings(Loss.BinaryCrossentropy(), Activation.Sigmoid, OneHot).Should().BeEmpty();
        Warnings(Loss.BinaryCrossentropy(), Activation.HardSigmoid, OneHot).Should().BeEmpty();
        Warnings(Loss.BinaryCrossentropy(), Activation.Softmax, OneHot).Should().BeEmpty();
        Warnings(Loss.MeanSquaredError(), Activation.Linear, Any).Should().BeEmpty();
        Warnings(Loss.Custom((target, output) => (target - output).abs()), Activation.Linear, Any).Should().BeEmpty();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    public void Rows_of_padding_are_no_fault(float padding) =>
        Warnings(Loss.CategoricalCrossentropy(), Activation.Softmax, new[,] { { 0, 1f, 0 }, { padding, padding, padding } }).Should().BeEmpty();

    [Fact]
    public void The_last_layer_is_found_in_wrappers_and_models()
    {
        Advice(new TimeDistributed(new Dense(3))).Should().HaveCount(1);
        Advice(new TimeDistributed(new Dense(3, Activation.Softmax))).Should().BeEmpty();
        Advice(new SequentialModel(new Dense(3), new ActivationLayer(Activation.Softmax))).Should().BeEmpty();
        Advice(new SequentialModel(new Dense(3, Activation.Softmax), new ActivationLayer(Activation.Relu))).Should().HaveCount(1);
        Advice(new Lstm(3, returnSequences: true)).Should().HaveCount(1);
    }

    [Fact]
    public void A_module_that_is_not_known_gets_the_benefit_of_the_doubt() => Advice(nn.Softmax(-1)).Should().BeEmpty();

    [Fact]
    public void It_is_told_at_the_first_fit_after_Compile_alone()
    {
        using var model = Model(Activation.Relu, Loss.CategoricalCrossentropy());

        Fit(model).Warnings.Should().Equal(OnlySoftmax);
        Fit(model).Warnings.Should().BeEmpty();
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());
        Fit(model).Warnings.Should().Equal(OnlySoftmax);

        static History Fit(SequentialModel model) => model.Fit(X, OneHot, verbose: 0);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    public void It_is_printed_once_where_the_fit_is_shown(int verbose, int times)
    {
        using var model = Model(Activation.Relu, Loss.CategoricalCrossentropy());
        using var console = new ConsoleCapture();

        model.Fit(X, OneHot, epochs: 2, verbose: verbose);
        model.Fit(X, OneHot, epochs: 2, verbose: verbose);

        console.Output.ReplaceLineEndings("\n").Split('\n').Count(line => line == $"Warning: {OnlySoftmax}").Should().Be(times);
    }

    [Fact]
    public void A_callback_sees_it_before_the_first_epoch()
    {
        using var model = Model(Activation.Relu, Loss.CategoricalCrossentropy());
        var seen = new SeenAtBegin();

        model.Fit(X, OneHot, verbose: 0, callbacks: [seen]);

        seen.Warnings.Should().Equal(OnlySoftmax);
    }

    private static IReadOnlyList<string> Warnings(Loss loss, Activation activation, Array y)
    {
        using var model = Model(activation, loss);
        return model.Fit(X, y, verbose: 0).Warnings;
    }

    private static SequentialModel Model(Activation activation, Loss loss)
    {
        var model = new SequentialModel(new Dense(3, activation)) { Seed = 1 };
        model.Compile(loss, new Adam());
        return model;
    }

    private static IReadOnlyList<string> Advice(nn.Module<Tensor, Tensor> last)
    {
        using var model = new SequentialModel(last) { Seed = 1 };
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());
        return model.Fit(new float[,,] { { { 1, 2, 3 }, { 3, 4, 5 } } }, new float[,,] { { { 1, 0, 0 }, { 0, 0, 1 } } }, verbose: 0).Warnings;
    }

    private sealed class SeenAtBegin : Callback
    {
        internal IReadOnlyList<string> Warnings { get; private set; } = [];

        public override void OnTrainBegin(FitProgress progress) => Warnings = progress.Warnings;
    }
}
