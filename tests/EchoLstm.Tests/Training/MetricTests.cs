namespace EchoLstm.Tests.Training;

public class MetricTests
{
    [Fact]
    public void Accuracy_of_one_output_is_binary_with_threshold_one_half()
    {
        using var scope = NewDisposeScope();

        // 0.5 itself is class 0.
        Accuracy(tensor(new float[,] { { 1 }, { 0 }, { 1 }, { 0 }, { 0 } }), tensor(new float[,] { { 0.6f }, { 0.4f }, { 0.4f }, { 0.6f }, { 0.5f } }))
            .Should().Equal(1, 1, 0, 0, 1);
    }

    [Fact]
    public void Accuracy_of_several_outputs_asks_whether_the_largest_agree()
    {
        using var scope = NewDisposeScope();

        Accuracy(tensor(new float[,] { { 0, 1, 0 }, { 0.2f, 0.3f, 0.5f }, { 1, 0, 0 } }), tensor(new float[,] { { 0.1f, 0.8f, 0.1f }, { 0.6f, 0.3f, 0.1f }, { 9, 8, 7 } }))
            .Should().Equal(1, 0, 1);
    }

    [Fact]
    public void Accuracy_with_class_indices_asks_whether_the_largest_output_is_that_class()
    {
        using var scope = NewDisposeScope();
        var output = tensor(new float[,] { { 0.1f, 0.8f, 0.1f }, { 0.6f, 0.3f, 0.1f } });

        Accuracy(tensor(new long[] { 1, 2 }), output).Should().Equal(1, 0);
        Accuracy(tensor(new long[,] { { 1 }, { 2 } }), output).Should().Equal(1, 0);
    }

    [Fact]
    public void Accuracy_counts_each_time_step()
    {
        using var scope = NewDisposeScope();
        var oneHot = zeros(2, 3, 4);

        using var categorical = ((MeanMetric)Metric.Accuracy()).PerStep(oneHot, oneHot);
        categorical.shape.Should().Equal(2, 3);
        using var binary = ((MeanMetric)Metric.Accuracy()).PerStep(zeros(2, 3, 1), zeros(2, 3, 1));
        binary.shape.Should().Equal(2, 3);
        using var sparse = ((MeanMetric)Metric.Accuracy()).PerStep(zeros(2, 3, dtype: ScalarType.Int64), oneHot);
        sparse.shape.Should().Equal(2, 3);
    }

    [Fact]
    public void The_first_of_equal_maxima_counts()
    {
        using var scope = NewDisposeScope();

        Accuracy(tensor(new float[,] { { 1, 0 }, { 0, 1 } }), tensor(new float[,] { { 0.5f, 0.5f }, { 0.5f, 0.5f } })).Should().Equal(1, 0);
    }

    [Fact]
    public void Errors_are_means_over_the_last_axis()
    {
        using var scope = NewDisposeScope();
        var (target, output) = (tensor(new double[,] { { 1, 2 } }), tensor(new double[,] { { 1, 5 } }));

        ((MeanMetric)Metric.MeanSquaredError()).PerStep(target, output).ShouldMatch([4.5], Tolerance.Float64);
        ((MeanMetric)Metric.MeanAbsoluteError()).PerStep(target, output).ShouldMatch([1.5], Tolerance.Float64);
        ((MeanMetric)Metric.Custom((a, b) => a - b, "difference")).PerStep(target, output).ShouldMatch([0, -3], Tolerance.Float64);
    }

    [Fact]
    public void They_have_Kerass_names()
    {
        new[] { Metric.Accuracy(), Metric.MeanSquaredError(), Metric.MeanAbsoluteError(), Metric.Custom((a, b) => a, "mine") }.Select(metric => metric.Name)
            .Should().Equal("accuracy", "mean_squared_error", "mean_absolute_error", "mine");
        Assert.Throws<ArgumentException>(() => Metric.Custom((a, b) => a, "")).ParamName.Should().Be("name");
    }

    private static double[] Accuracy(Tensor target, Tensor output)
    {
        using var each = ((MeanMetric)Metric.Accuracy()).PerStep(target, output);
        return each.Values();
    }
}
