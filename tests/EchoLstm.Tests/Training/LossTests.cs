namespace EchoLstm.Tests.Training;

/// <summary>Losses against values worked out by hand, from Keras's order of operations.</summary>
public class LossTests
{
    // Keras's epsilon: how near to 0 and 1 a probability may come before its logarithm.
    private const double Epsilon = 1e-7;

    [Fact]
    public void Mean_squared_error_is_the_mean_over_the_last_axis()
    {
        Each(Loss.MeanSquaredError(), Doubles(2, [1, 2, 3, 4]), Doubles(2, [1, 4, 0, 0])).ShouldMatch([2, 12.5], Tolerance.Float64);
        Loss.MeanSquaredError().Name.Should().Be("mean_squared_error");
    }

    [Fact]
    public void Mean_absolute_error_is_the_mean_over_the_last_axis()
    {
        Each(Loss.MeanAbsoluteError(), Doubles(2, [1, 2, 3, 4]), Doubles(2, [1, 4, 0, 0])).ShouldMatch([1, 3.5], Tolerance.Float64);
        Loss.MeanAbsoluteError().Name.Should().Be("mean_absolute_error");
    }

    [Fact]
    public void Binary_crossentropy_is_the_mean_over_the_last_axis()
    {
        double[] expected = [-(Math.Log(0.8) + Math.Log(1 - 0.3)) / 2, -((0.25 * Math.Log(0.5)) + (0.75 * Math.Log(0.5)) + Math.Log(0.9)) / 2];

        Each(Loss.BinaryCrossentropy(), Doubles(2, [1, 0, 0.25, 1]), Doubles(2, [0.8, 0.3, 0.5, 0.9])).ShouldMatch(expected, Tolerance.Float64);
        Loss.BinaryCrossentropy().Name.Should().Be("binary_crossentropy");
    }

    [Fact]
    public void Binary_crossentropy_clips_at_1e_7()
    {
        double[] expected = [-Math.Log(Epsilon), -Math.Log(1 - (1 - Epsilon)), -Math.Log(1 - Epsilon)];

        Each(Loss.BinaryCrossentropy(), Doubles(1, [1, 0, 0]), Doubles(1, [0, 1, 0])).ShouldMatch(expected, Tolerance.Float64);
    }

    [Fact]
    public void Categorical_crossentropy_is_the_sum_over_the_classes()
    {
        double[] expected = [-Math.Log(0.7), -((0.5 * Math.Log(0.2)) + (0.5 * Math.Log(0.8)))];

        Each(Loss.CategoricalCrossentropy(), Doubles(2, [0, 1, 0.5, 0.5]), Doubles(2, [0.3, 0.7, 0.2, 0.8])).ShouldMatch(expected, Tolerance.Float64);
        Loss.CategoricalCrossentropy().Name.Should().Be("categorical_crossentropy");
    }

    [Fact]
    public void Categorical_crossentropy_divides_the_output_by_its_sum_and_then_clips_at_1e_7()
    {
        // (1, 3) becomes (.25, .75); (0, 2) becomes (0, 1) and is clipped on both sides; (-1, 2) becomes (-1, 2) and is clipped to (1e-7, 1 - 1e-7).
        double[] expected = [-Math.Log(0.25), -Math.Log(Epsilon), -Math.Log(1 - Epsilon)];

        Each(Loss.CategoricalCrossentropy(), Doubles(2, [1, 0, 1, 0, 0, 1]), Doubles(2, [1, 3, 0, 2, -1, 2])).ShouldMatch(expected, Tolerance.Float64);
    }

    [Fact]
    public void Targets_that_do_not_sum_to_1_are_taken_as_they_are() =>
        Each(Loss.CategoricalCrossentropy(), Doubles(2, [3, 2]), Doubles(2, [0.5, 0.5])).ShouldMatch([5 * Math.Log(2)], Tolerance.Float64);

    [Fact]
    public void Huber_is_a_square_up_to_delta_and_straight_from_there()
    {
        Each(Loss.Huber(), Doubles(2, [0, 0, 0, 1]), Doubles(2, [0.5, -3, 0.6, 0.4])).ShouldMatch([(0.125 + 2.5) / 2, 0.18], Tolerance.Float64);
        Each(Loss.Huber(0.2), Doubles(1, [1, 1]), Doubles(1, [1.1, 2])).ShouldMatch([0.005, 0.2 * (1 - 0.1)], Tolerance.Float64);
        Each(Loss.Huber(), Doubles(4, [0, 1, 0, 0]), Doubles(4, [0.6, 0.4, 0.4, 0.6])).ShouldMatch([0.155], Tolerance.Float64);
        Loss.Huber().Name.Should().Be("huber");
        Errors.Expect<ArgumentOutOfRangeException>(() => Loss.Huber(0), $"delta must be a finite number above 0. (Parameter 'delta'){Environment.NewLine}Actual value was 0.");
    }

    [Fact]
    public void Log_cosh_is_that_and_finite_however_large_the_error()
    {
        Each(Loss.LogCosh(), Doubles(2, [1, 2]), Doubles(2, [1.5, 0])).ShouldMatch([(Math.Log(Math.Cosh(0.5)) + Math.Log(Math.Cosh(2))) / 2], Tolerance.Float64);
        Each(Loss.LogCosh(), Doubles(1, [0, 0]), Doubles(1, [1000, -1000])).ShouldMatch([1000 - Math.Log(2), 1000 - Math.Log(2)], Tolerance.Float64);
        Each(Loss.LogCosh(), Doubles(4, [0, 1, 0, 0]), Doubles(4, [1, 1, 0, 0])).ShouldMatch([Math.Log(Math.Cosh(1)) / 4], Tolerance.Float64);
        Loss.LogCosh().Name.Should().Be("log_cosh");
    }

    [Fact]
    public void Quantile_weighs_what_lies_above_the_output_by_q_and_what_lies_below_by_the_rest()
    {
        Each(Loss.Quantile(0.9), Doubles(1, [3, 1]), Doubles(1, [1, 3])).ShouldMatch([1.8, 0.2], Tolerance.Float64);
        Each(Loss.Quantile(0.1, 0.5, 0.9), Doubles(3, [1, 1, 1]), Doubles(3, [0, 3, 0])).ShouldMatch([(0.1 + 1 + 0.9) / 3], Tolerance.Float64);
        Loss.Quantile(0.5).Name.Should().Be("quantile");
        Errors.Expect<ArgumentException>(() => Loss.Quantile(), "There is no quantile. Give one, such as 0.9, or one for each output. (Parameter 'quantiles')");
        Errors.Expect<ArgumentOutOfRangeException>(() => Loss.Quantile(0.5, 1), $"A quantile must be above 0 and below 1. (Parameter 'quantiles'){Environment.NewLine}Actual value was 1.");
    }

    [Fact]
    public void As_many_quantiles_as_outputs()
    {
        using var model = new EchoLstm.Models.SequentialModel(new EchoLstm.Layers.Dense(2)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.Quantile(0.1, 0.5, 0.9), new Adam());

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Fit(new float[4, 1], new float[4, 2], verbose: 0),
            "The loss quantile was given 3 quantiles, one for each output of the last axis, but the model's output is (4, 2). Give the last layer 3 units, or Loss.Quantile as many quantiles as there are outputs, or one for all.");
    }

    [Fact]
    public void Percentages_are_of_the_target()
    {
        Each(Loss.MeanAbsolutePercentageError(), Doubles(2, [2, -4]), Doubles(2, [3, -3])).ShouldMatch([(50 + 25) / 2.0], Tolerance.Float64);
        Each(Loss.MeanAbsolutePercentageError(), Doubles(1, [0]), Doubles(1, [1])).ShouldMatch([100 / Epsilon], Tolerance.Float64);
        Loss.MeanAbsolutePercentageError().Name.Should().Be("mean_absolute_percentage_error");
    }

    [Fact]
    public void Squared_logarithmic_errors_take_what_is_not_positive_as_1e_7()
    {
        Each(Loss.MeanSquaredLogarithmicError(), Doubles(2, [1, -2]), Doubles(2, [3, 1]))
            .ShouldMatch([(Math.Pow(Math.Log(4.0 / 2), 2) + Math.Pow(Math.Log(2) - Math.Log(1 + Epsilon), 2)) / 2], Tolerance.Float64);
        Loss.MeanSquaredLogarithmicError().Name.Should().Be("mean_squared_logarithmic_error");
    }

    [Fact]
    public void The_divergence_is_a_sum_of_what_is_clipped_to_1e_7_and_1()
    {
        Each(Loss.KullbackLeiblerDivergence(), Doubles(2, [0.25, 0.75, 0, 1]), Doubles(2, [0.5, 0.5, 0.2, 0.8]))
            .ShouldMatch([(0.25 * Math.Log(0.5)) + (0.75 * Math.Log(1.5)), (Epsilon * Math.Log(Epsilon / 0.2)) + Math.Log(1 / 0.8)], Tolerance.Float64);
        Loss.KullbackLeiblerDivergence().Name.Should().Be("kl_divergence");
    }

    [Fact]
    public void Cosine_similarity_as_a_loss_is_negative_where_vectors_agree()
    {
        Each(Loss.CosineSimilarity(), Doubles(2, [0, 1, 1, 1, 1, 1, 3, 4, 0, 0]), Doubles(2, [1, 0, 1, 1, -1, -1, 4, 3, 1, 2]))
            .ShouldMatch([0, -1, 1, -24 / 25.0, 0], Tolerance.Float64);
        Loss.CosineSimilarity().Name.Should().Be("cosine_similarity");
    }

    [Fact]
    public void A_vector_of_zeros_has_a_gradient_for_cosine_similarity()
    {
        using var scope = NewDisposeScope();
        var output = zeros(1, 2, dtype: ScalarType.Float64).requires_grad_();

        Loss.CosineSimilarity().PerStep(Doubles(2, [3, 4]), output).sum().backward();

        output.grad!.Values().ShouldMatch([-0.6 / Epsilon, -0.8 / Epsilon], new Tolerance(1e-3));
    }

    [Fact]
    public void Binary_focal_crossentropy_counts_less_what_is_right_already()
    {
        double[] expected = [(Math.Pow(0.2, 2) * -Math.Log(0.8)) + (Math.Pow(0.3, 2) * -Math.Log(0.7))];
        double[] balanced = [(0.3 * 0.2 * -Math.Log(0.8)) + (0.7 * 0.3 * -Math.Log(0.7))];

        Each(Loss.BinaryFocalCrossentropy(), Doubles(2, [1, 0]), Doubles(2, [0.8, 0.3])).ShouldMatch([expected[0] / 2], Tolerance.Float64);
        Each(Loss.BinaryFocalCrossentropy(applyClassBalancing: true, alpha: 0.3, gamma: 1), Doubles(2, [1, 0]), Doubles(2, [0.8, 0.3])).ShouldMatch([balanced[0] / 2], Tolerance.Float64);
        Each(Loss.BinaryFocalCrossentropy(), Doubles(2, [0, 1, 0, 0]), Doubles(2, [0.6, 0.4, 0.4, 0.6])).ShouldMatch([0.330, 0.206], new Tolerance(5e-4), "Keras's example");
        Each(Loss.BinaryFocalCrossentropy(gamma: 0), Doubles(2, [0, 1, 0, 0]), Doubles(2, [0.6, 0.4, 0.4, 0.6])).ShouldMatch([0.916, 0.714], new Tolerance(5e-4), "Keras's example");
        Loss.BinaryFocalCrossentropy().Name.Should().Be("binary_focal_crossentropy");
        Errors.Expect<ArgumentOutOfRangeException>(() => Loss.BinaryFocalCrossentropy(alpha: 2), $"alpha is a share, of 0 to 1. (Parameter 'alpha'){Environment.NewLine}Actual value was 2.");
        Errors.Expect<ArgumentOutOfRangeException>(() => Loss.BinaryFocalCrossentropy(gamma: -1), $"gamma must be a finite number of at least 0. (Parameter 'gamma'){Environment.NewLine}Actual value was -1.");
    }

    [Fact]
    public void Categorical_focal_crossentropy_divides_by_the_sum_clips_and_weighs()
    {
        double[] expected = [0.25 * Math.Pow(0.75, 2) * -Math.Log(0.25), 0.25 * -Math.Log(Epsilon) * Math.Pow(1 - Epsilon, 2)];

        Each(Loss.CategoricalFocalCrossentropy(), Doubles(2, [1, 0, 1, 0]), Doubles(2, [1, 3, 0, 2])).ShouldMatch(expected, Tolerance.Float64);
        Each(Loss.CategoricalFocalCrossentropy(), Doubles(3, [0, 1, 0, 0, 0, 1]), Doubles(3, [0.05, 0.9, 0.05, 0.1, 0.85, 0.05]))
            .ShouldMatch([2.63401289e-04, 6.75912094e-01], new Tolerance(1e-7), "Keras's example");
        Loss.CategoricalFocalCrossentropy().Name.Should().Be("categorical_focal_crossentropy");
        Errors.Expect<ArgumentOutOfRangeException>(() => Loss.CategoricalFocalCrossentropy(alpha: -1), $"alpha must be a finite number of at least 0. (Parameter 'alpha'){Environment.NewLine}Actual value was -1.");
    }

    [Fact]
    public void Clipped_probabilities_pass_no_gradient()
    {
        using var scope = NewDisposeScope();
        var output = tensor(new double[,] { { 0, 2 } }).requires_grad_();

        Loss.CategoricalCrossentropy().PerStep(Doubles(2, [1, 0]), output).sum().backward();

        output.grad!.Values().Should().Equal(0, 0);
    }

    [Fact]
    public void Sparse_crossentropy_takes_the_class_with_or_without_an_axis_of_its_own()
    {
        using var scope = NewDisposeScope();
        var output = tensor(new double[] { 0.1, 0.9, 0.6, 0.4, 0.5, 0.5, 1, 0 }).reshape(2, 2, 2);
        double[] expected = [-Math.Log(0.9), -Math.Log(0.6), -Math.Log(0.5), -Math.Log(Epsilon)];

        foreach (var type in new[] { ScalarType.Int64, ScalarType.Int32, ScalarType.Float32 })
        {
            var classes = tensor(new long[] { 1, 0, 0, 1 }).reshape(2, 2).to(type);
            var loss = Loss.SparseCategoricalCrossentropy();
            loss.PerStep(classes, output).ShouldMatch(expected, Tolerance.Float64);
            loss.PerStep(classes.unsqueeze(-1), output).ShouldMatch(expected, Tolerance.Float64);
        }
        Loss.SparseCategoricalCrossentropy().Name.Should().Be("sparse_categorical_crossentropy");
    }

    [Fact]
    public void From_logits_equals_from_probabilities_after_softmax_or_sigmoid()
    {
        using var scope = NewDisposeScope();
        var logits = Numbers.Uniform(1, [3, 4, 5], 3, ScalarType.Float64);
        var target = nn.functional.softmax(Numbers.Uniform(2, [3, 4, 5], 3, ScalarType.Float64), -1);
        var classes = target.argmax(-1);
        var probabilities = nn.functional.softmax(logits, -1);

        Loss.CategoricalCrossentropy(fromLogits: true).PerStep(target, logits)
            .ShouldMatchTensor(Loss.CategoricalCrossentropy().PerStep(target, probabilities), Tolerance.Float64);
        Loss.SparseCategoricalCrossentropy(fromLogits: true).PerStep(classes, logits)
            .ShouldMatchTensor(Loss.SparseCategoricalCrossentropy().PerStep(classes, probabilities), Tolerance.Float64);
        Loss.BinaryCrossentropy(fromLogits: true).PerStep(target, logits)
            .ShouldMatchTensor(Loss.BinaryCrossentropy().PerStep(target, logits.sigmoid()), Tolerance.Float64);
        Loss.CategoricalFocalCrossentropy(fromLogits: true).PerStep(target, logits)
            .ShouldMatchTensor(Loss.CategoricalFocalCrossentropy().PerStep(target, probabilities), Tolerance.Float64);
        Loss.BinaryFocalCrossentropy(fromLogits: true).PerStep(target, logits)
            .ShouldMatchTensor(Loss.BinaryFocalCrossentropy().PerStep(target, logits.sigmoid()), Tolerance.Float64);
    }

    [Fact]
    public void From_logits_stays_finite_where_probabilities_would_be_0()
    {
        using var scope = NewDisposeScope();

        Loss.CategoricalCrossentropy(fromLogits: true).PerStep(Doubles(2, [1, 0]), Doubles(2, [-500, 500])).ShouldMatch([1000], Tolerance.Float64);
        Loss.BinaryCrossentropy(fromLogits: true).PerStep(Doubles(1, [1]), Doubles(1, [-800])).ShouldMatch([800], Tolerance.Float64);
    }

    [Fact]
    public void On_sequences_there_is_one_number_for_each_step()
    {
        using var scope = NewDisposeScope();
        var (target, output) = (Numbers.Uniform(1, [2, 3, 4]).abs(), Numbers.Uniform(2, [2, 3, 4]).abs());

        foreach (var loss in new[] { Loss.MeanSquaredError(), Loss.MeanAbsoluteError(), Loss.BinaryCrossentropy(), Loss.CategoricalCrossentropy() })
        {
            loss.PerStep(target, output).shape.Should().Equal([2, 3], loss.Name);
        }
    }

    [Fact]
    public void A_loss_of_ones_own_is_a_function_of_target_and_output()
    {
        using var scope = NewDisposeScope();
        var loss = Loss.Custom((target, output) => target * 2 - output, "mine");

        loss.Name.Should().Be("mine");
        loss.PerStep(Doubles(1, [3]), Doubles(1, [1])).ShouldMatch([5], Tolerance.Float64);
        Assert.Throws<ArgumentNullException>(() => Loss.Custom(null!)).ParamName.Should().Be("function");
        Assert.Throws<ArgumentException>(() => Loss.Custom((target, output) => output, " ")).ParamName.Should().Be("name");
    }

    [Fact]
    public void They_leave_no_tensor_but_the_result()
    {
        using var target = Numbers.Uniform(1, [2, 3]);
        using var output = Numbers.Uniform(2, [2, 3]);
        using var classes = zeros(2, dtype: ScalarType.Int64);
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        foreach (var fromLogits in new[] { false, true })
        {
            Loss.MeanSquaredError().PerStep(target, output).Dispose();
            Loss.MeanAbsoluteError().PerStep(target, output).Dispose();
            Loss.BinaryCrossentropy(fromLogits).PerStep(target, output).Dispose();
            Loss.CategoricalCrossentropy(fromLogits).PerStep(target, output).Dispose();
            Loss.SparseCategoricalCrossentropy(fromLogits).PerStep(classes, output).Dispose();
            Loss.SparseCategoricalCrossentropy(fromLogits, ignoreClass: 0).PerStep(classes, output).Dispose();
            Loss.Huber().PerStep(target, output).Dispose();
            Loss.LogCosh().PerStep(target, output).Dispose();
            Loss.Quantile(0.1, 0.5, 0.9).PerStep(target, output).Dispose();
            Loss.MeanAbsolutePercentageError().PerStep(target, output).Dispose();
            Loss.MeanSquaredLogarithmicError().PerStep(target, output).Dispose();
            Loss.KullbackLeiblerDivergence().PerStep(target, output).Dispose();
            Loss.CosineSimilarity().PerStep(target, output).Dispose();
            Loss.BinaryFocalCrossentropy(true, fromLogits: fromLogits).PerStep(target, output).Dispose();
            Loss.CategoricalFocalCrossentropy(fromLogits: fromLogits).PerStep(target, output).Dispose();
            PerStep(Metric.Accuracy(), target, output).Dispose();
            PerStep(Metric.MeanSquaredError(), target, output).Dispose();
            PerStep(Metric.MeanAbsoluteError(), target, output).Dispose();
            PerStep(Metric.MeanAbsolutePercentageError(), target, output).Dispose();
            ((RowMetric)Metric.F1Score()).Add(target, output, null, new double[9]);
        }

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(before);
    }

    private static Tensor PerStep(Metric metric, Tensor target, Tensor output) => ((MeanMetric)metric).PerStep(target, output);

    private static double[] Each(Loss loss, Tensor target, Tensor output)
    {
        using var each = loss.PerStep(target, output);
        return each.Values();
    }

    private static Tensor Doubles(long columns, double[] values) => tensor(values).reshape(-1, columns);
}
