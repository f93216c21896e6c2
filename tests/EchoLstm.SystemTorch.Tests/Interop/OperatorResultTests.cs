using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class OperatorResultTests
{
    [Fact]
    public void Several_results_arrive_in_order()
    {
        var results = Operator.Find("aten::max", "dim").CallMany(Matrix(2, 2, 1, 5, 7, 3), 1);
        results.Should().HaveCount(2);
        Values(results[0]).Should().Equal(5, 7);
        results[1].data<long>().ToArray().Should().Equal(1, 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(500)]
    public void A_list_of_any_length_arrives(int length)
    {
        var values = Enumerable.Range(0, length).Select(i => (float)i).ToArray();
        var parts = Operator.Find("aten::unbind", "int").CallMany(Vector(values));
        parts.Select(part => part.item<float>()).Should().Equal(values);
    }

    [Fact]
    public void Numbers_and_truth_values_arrive()
    {
        Operator.Find("aten::equal").CallBoolean(Vector(1, 2), Vector(1, 2)).Should().BeTrue();
        Operator.Find("aten::equal").CallBoolean(Vector(1, 2), Vector(1, 3)).Should().BeFalse();
        Operator.Find("aten::item").CallScalar(Vector(1.5f)).ToDouble().Should().Be(1.5);
        Operator.Find("aten::size", "int").CallScalar(Vector(1, 2, 3), 0).ToInt64().Should().Be(3);
    }

    [Fact]
    public void Dropped_results_change_the_tensor_and_leave_nothing_behind()
    {
        var live = Tensor.TotalCount;
        using (var tensor = Vector(1, 2))
        {
            Operator.Find("aten::add_", "Scalar").CallDropping(tensor, 1);
            Values(tensor).Should().Equal(2, 3);
        }

        Tensor.TotalCount.Should().Be(live);
    }

    [Fact]
    public void Asking_for_one_tensor_where_there_are_more_says_so_and_frees_them()
    {
        var act = () => Operator.Find("aten::max", "dim").Call(Matrix(1, 2, 1, 5), 1);
        act.Should().Throw<InvalidOperationException>()
            .WithMessage("aten::max.dim was called for one tensor, but it is declared as aten::max.dim(*) -> (Tensor values, Tensor indices).");
    }

    [Fact]
    public void Asking_for_a_number_where_there_is_a_tensor_says_so()
    {
        var act = () => Operator.Find("aten::sum").CallScalar(Vector(1));
        act.Should().Throw<InvalidOperationException>().WithMessage("aten::sum was called for one number*");
    }

    [Fact]
    public void Results_join_the_open_scope()
    {
        using var scope = NewDisposeScope();
        var sum = Add(Vector(1), Vector(2));
        scope.Contains(sum).Should().BeTrue();
        scope.DisposablesCount.Should().Be(3);
    }
}
