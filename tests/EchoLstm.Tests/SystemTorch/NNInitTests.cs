using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace EchoLstm.Tests.SystemTorch;

public class NNInitTests : IDisposable
{
    private const int Rows = 60, Columns = 90;

    private readonly DisposeScope _scope = NewDisposeScope();

    public NNInitTests() => manual_seed(5);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Constants_fill_in_place_even_a_leaf_that_wants_a_gradient()
    {
        var parameter = Parameter(empty(2, 3));

        init.constant_(parameter, 2.5).Should().BeSameAs(parameter);
        parameter.ShouldBe([2, 3], 2.5, 2.5, 2.5, 2.5, 2.5, 2.5);
        init.ones_(parameter).ShouldHold(1, 1, 1, 1, 1, 1);
        init.zeros_(parameter).ShouldHold(0, 0, 0, 0, 0, 0);
        init.eye_(parameter).ShouldHold(1, 0, 0, 0, 1, 0);
        parameter.is_leaf.Should().BeTrue();
        FluentActions.Invoking(() => init.eye_(zeros(2))).Should().Throw<ExternalException>().WithMessage("*2 dimensions*");
    }

    [Fact]
    public void Uniform_and_normal_have_the_range_and_moments_asked_for()
    {
        double[] uniform = NNSamples.Elements(init.uniform_(empty(Rows, Columns), -2, 3));
        double[] normal = NNSamples.Elements(init.normal_(empty(Rows, Columns), 4, 0.5));

        uniform.Should().OnlyContain(value => value >= -2 && value <= 3);
        uniform.Average().Should().BeApproximately(0.5, 0.1);
        normal.Average().Should().BeApproximately(4, 0.05);
        Deviation(normal).Should().BeApproximately(0.5, 0.05);
    }

    [Fact]
    public void Bounds_and_deviations_follow_from_the_fans()
    {
        double xavier = Math.Sqrt(6.0 / (Rows + Columns)), kaiming = Math.Sqrt(6.0 / Columns);

        Bound(init.xavier_uniform_(empty(Rows, Columns))).Should().BeApproximately(xavier, 0.02 * xavier);
        Bound(init.glorot_uniform_(empty(Rows, Columns), 2)).Should().BeApproximately(2 * xavier, 0.04 * xavier);
        Bound(init.kaiming_uniform_(empty(Rows, Columns))).Should().BeApproximately(kaiming, 0.02 * kaiming);
        Bound(init.kaiming_uniform_(empty(Rows, Columns), Math.Sqrt(5))).Should().BeApproximately(1 / Math.Sqrt(Columns), 0.02 / Math.Sqrt(Columns));
        Bound(init.kaiming_uniform_(empty(Rows, Columns), mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.Tanh))
            .Should().BeApproximately(Math.Sqrt(3.0 / Rows) * 5 / 3, 0.02 * Math.Sqrt(3.0 / Rows) * 5 / 3);
        Deviation(NNSamples.Elements(init.xavier_normal_(empty(Rows, Columns)))).Should().BeApproximately(xavier / Math.Sqrt(3), 0.05 * xavier);
        Deviation(NNSamples.Elements(init.glorot_normal_(empty(Rows, Columns)))).Should().BeApproximately(xavier / Math.Sqrt(3), 0.05 * xavier);
        Deviation(NNSamples.Elements(init.kaiming_normal_(empty(Rows, Columns), nonlinearity: init.NonlinearityType.ReLU)))
            .Should().BeApproximately(Math.Sqrt(2.0 / Columns), 0.05 * Math.Sqrt(2.0 / Columns));
    }

    [Theory]
    [InlineData(4, 7)]
    [InlineData(7, 4)]
    [InlineData(5, 5)]
    public void Orthogonal_rows_or_columns_are_orthonormal(int rows, int columns)
    {
        var matrix = init.orthogonal_(empty(rows, columns, dtype: ScalarType.Float64), 3);

        var product = (rows <= columns ? matrix.mm(matrix.t()) : matrix.t().mm(matrix)) / 9;
        product.sub(eye(Math.Min(rows, columns), dtype: ScalarType.Float64)).abs().max().item<double>().Should().BeLessThan(1e-5);
        init.orthogonal_(empty(3, 2, 2)).shape.Should().Equal(3, 2, 2);
        FluentActions.Invoking(() => init.orthogonal_(empty(3))).Should().Throw<ExternalException>();
    }

    [Fact]
    public void Fans_count_inputs_and_outputs_of_a_unit()
    {
        init.CalculateFanInAndFanOut(empty(5, 3)).Should().Be((3L, 5L));
        init.CalculateFanInAndFanOut(empty(8, 4, 3, 2)).Should().Be((24L, 48L));
        FluentActions.Invoking(() => init.CalculateFanInAndFanOut(empty(3))).Should().Throw<ArgumentException>().WithMessage("*fewer than 2 dimensions*");
    }

    [Fact]
    public void Gains_are_PyTorchs()
    {
        init.calculate_gain(init.NonlinearityType.Linear).Should().Be(1);
        init.calculate_gain(init.NonlinearityType.Sigmoid).Should().Be(1);
        init.calculate_gain(init.NonlinearityType.Conv2D).Should().Be(1);
        init.calculate_gain(init.NonlinearityType.Tanh).Should().BeApproximately(5.0 / 3, 1e-15);
        init.calculate_gain(init.NonlinearityType.ReLU).Should().BeApproximately(Math.Sqrt(2), 1e-15);
        init.calculate_gain(init.NonlinearityType.LeakyReLU, 2).Should().BeApproximately(Math.Sqrt(0.4), 1e-15);
    }

    private static double Bound(Tensor values) => NNSamples.Elements(values).Max(Math.Abs);

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
