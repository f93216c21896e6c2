using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Tools = TorchSharp.torch.nn.utils;

namespace EchoLstm.Tests.SystemTorch;

public class NNUtilsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Clipping_by_norm_scales_all_gradients_by_one_factor()
    {
        var parameters = WithGradients([3.0, 0.0], [4.0]);

        Tools.clip_grad_norm_(parameters, 1).Should().BeApproximately(5, 1e-6);
        parameters[0].grad!.ShouldHold(0.6, 0);
        parameters[1].grad!.ShouldHold(0.8);
        Tools.clip_grad_norm_(parameters, 10).Should().BeApproximately(1, 1e-5);
        parameters[1].grad!.ShouldHold(0.8);
    }

    [Theory]
    [InlineData(1.0, 8.0)]
    [InlineData(2.0, 5.0990195135927845)]
    [InlineData(double.PositiveInfinity, 4.0)]
    public void The_norm_may_have_any_order(double order, double expected)
        => Tools.clip_grad_norm_(WithGradients([3.0, 1.0], [-4.0]), 1, order).Should().BeApproximately(expected, 1e-6);

    [Fact]
    public void Clipping_by_value_cuts_each_element()
    {
        var parameters = WithGradients([3.0, -0.5], [-4.0]);

        Tools.clip_grad_value_(parameters, 1);

        parameters[0].grad!.ShouldHold(1, -0.5);
        parameters[1].grad!.ShouldHold(-1);
    }

    [Fact]
    public void Parameters_without_a_gradient_do_not_count()
    {
        Parameter[] parameters = [Parameter(ones(1)), .. WithGradients([2.0])];

        Tools.clip_grad_norm_(parameters, 1).Should().BeApproximately(2, 1e-6);
        Tools.clip_grad_value_(parameters, 0.5);
        Tools.clip_grad_norm_([], 1).Should().Be(0);
    }

    [Fact]
    public void Parameters_become_a_vector_and_back()
    {
        Parameter[] parameters = [Parameter(tensor(new[] { 1.0, 2, 3, 4 }).reshape(2, 2)), Parameter(tensor(new[] { 5.0 }))];

        Tools.parameters_to_vector(parameters).ShouldBe([5], 1, 2, 3, 4, 5);
        Tools.parameters_to_vector(parameters).requires_grad.Should().BeTrue();
        var vector = tensor(new[] { 6.0, 7, 8, 9, 10 });
        Tools.vector_to_parameters(vector, parameters);

        parameters[0].ShouldBe([2, 2], 6, 7, 8, 9);
        parameters[1].ShouldBe([1], 10);
        parameters[0].requires_grad.Should().BeTrue();
        parameters[0].is_leaf.Should().BeTrue();
        vector[0] = tensor(-1.0);
        parameters[0].ShouldHold(-1, 7, 8, 9);
    }

    [Fact]
    public void Sequences_are_filled_up()
    {
        Tensor[] sequences = [tensor(new[] { 1.0, 2, 3 }), tensor(new[] { 4.0 })];

        Tools.rnn.pad_sequence(sequences).ShouldBe([3, 2], 1, 4, 2, 0, 3, 0);
        Tools.rnn.pad_sequence(sequences, batch_first: true, padding_value: -1).ShouldBe([2, 3], 1, 2, 3, 4, -1, -1);
    }

    private static Parameter[] WithGradients(params double[][] gradients) => [.. gradients.Select(values =>
    {
        var parameter = Parameter(zeros(values.Length, dtype: ScalarType.Float64));
        parameter.grad = tensor(values);
        return parameter;
    })];
}
