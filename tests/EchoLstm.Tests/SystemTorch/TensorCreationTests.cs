using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorCreationTests
{
    [Fact]
    public void Scalars_take_the_type_of_their_number()
    {
        using var scope = NewDisposeScope();
        tensor(1.5f).OfType(ScalarType.Float32).ShouldBe([], 1.5);
        tensor(1.5).OfType(ScalarType.Float64).ShouldBe([], 1.5);
        tensor(7).OfType(ScalarType.Int32).ShouldBe([], 7);
        tensor(7L).OfType(ScalarType.Int64).ShouldBe([], 7);
        tensor((short)7).OfType(ScalarType.Int16).ShouldBe([], 7);
        tensor((byte)7).OfType(ScalarType.Byte).ShouldBe([], 7);
        tensor((sbyte)-7).OfType(ScalarType.Int8).ShouldBe([], -7);
        tensor(true).OfType(ScalarType.Bool).ShouldBe([], 1);
        tensor(1.5, dtype: float32).OfType(ScalarType.Float32).ShouldBe([], 1.5);
        tensor(3.0, dtype: float64, requires_grad: true).requires_grad.Should().BeTrue();
    }

    [Fact]
    public void Arrays_keep_shape_type_and_order()
    {
        using var scope = NewDisposeScope();
        tensor(new float[] { 1, 2, 3 }).OfType(ScalarType.Float32).ShouldBe([3], 1, 2, 3);
        tensor(new double[,] { { 1, 2 }, { 3, 4 } }).OfType(ScalarType.Float64).ShouldBe([2, 2], 1, 2, 3, 4);
        tensor(new long[,,] { { { 1, 2 } }, { { 3, 4 } }, { { 5, 6 } } }).OfType(ScalarType.Int64).ShouldBe([3, 1, 2], 1, 2, 3, 4, 5, 6);
        tensor(new int[,,,] { { { { 1 }, { 2 } } } }).OfType(ScalarType.Int32).ShouldBe([1, 1, 2, 1], 1, 2);
        tensor(new bool[] { true, false }).OfType(ScalarType.Bool).ShouldBe([2], 1, 0);
        tensor(new short[,] { { 1 }, { 2 } }).OfType(ScalarType.Int16).ShouldBe([2, 1], 1, 2);
        tensor(new byte[] { 255 }).OfType(ScalarType.Byte).ShouldBe([1], 255);
        tensor(new sbyte[] { -1 }).OfType(ScalarType.Int8).ShouldBe([1], -1);
        tensor(new float[0]).ShouldBe([0]);
        tensor(new float[2, 0]).ShouldBe([2, 0]);
    }

    [Fact]
    public void Lists_and_sizes_make_other_shapes()
    {
        using var scope = NewDisposeScope();
        IList<float> list = [1, 2, 3, 4, 5, 6];
        tensor(list).ShouldBe([6], 1, 2, 3, 4, 5, 6);
        tensor(list, 2, 3).ShouldBe([2, 3], 1, 2, 3, 4, 5, 6);
        tensor(list, 1, 2, 3).ShouldBe([1, 2, 3], 1, 2, 3, 4, 5, 6);
        tensor(list, 1, 2, 1, 3).ShouldBe([1, 2, 1, 3], 1, 2, 3, 4, 5, 6);
        tensor(new float[] { 1, 2, 3, 4 }, new long[] { 2, 2 }).ShouldBe([2, 2], 1, 2, 3, 4);
        tensor(new float[] { 1, 2, 3, 4 }.AsMemory(), new long[] { 4, 1 }).ShouldBe([4, 1], 1, 2, 3, 4);
        new float[] { 1, 2 }.ToTensor([1, 2]).ShouldBe([1, 2], 1, 2);
        new sbyte[] { -1, 2 }.ToTensor([2]).OfType(ScalarType.Int8).ShouldBe([2], -1, 2);
        new bool[] { true }.ToTensor([1]).OfType(ScalarType.Bool).ShouldBe([1], 1);
        FluentActions.Invoking(() => new[] { "a" }.ToTensor([1])).Should().Throw<Exception>();
        2.5f.ToTensor().OfType(ScalarType.Float32).ShouldBe([], 2.5);
    }

    [Fact]
    public void Arrays_convert_while_they_are_copied()
    {
        using var scope = NewDisposeScope();
        tensor(new double[] { 1.5, 2.5 }, dtype: float32).OfType(ScalarType.Float32).ShouldBe([2], 1.5, 2.5);
        tensor(new int[] { 1, 0 }, dtype: @bool).OfType(ScalarType.Bool).ShouldBe([2], 1, 0);
    }

    [Fact]
    public void A_tensor_from_an_array_is_a_copy()
    {
        using var scope = NewDisposeScope();
        float[] array = [1, 2];
        var copy = tensor(array);
        array[0] = 9;
        copy.ShouldHold(1, 2);
    }

    [Fact]
    public void From_array_shares_the_array()
    {
        using var scope = NewDisposeScope();
        float[,] array = { { 1, 2 }, { 3, 4 } };
        var shared = from_array(array);
        array[0, 1] = 9;
        shared.ShouldBe([2, 2], 1, 9, 3, 4);
        shared.mul_(2);
        array[1, 1].Should().Be(8);
    }

    [Fact]
    public void From_buffer_shares_a_part_of_the_array()
    {
        using var scope = NewDisposeScope();
        int[] array = [1, 2, 3, 4];
        var part = frombuffer(array, ScalarType.Int32, count: 2, offset: 1);
        array[1] = 9;
        part.ShouldBe([2], 9, 3);
        frombuffer(array, ScalarType.Float32).OfType(ScalarType.Float32).ShouldBe([4], 1, 9, 3, 4);
    }

    [Fact]
    public void As_tensor_keeps_what_is_a_tensor_already()
    {
        using var scope = NewDisposeScope();
        var original = ones(2);
        var same = as_tensor(original);
        same.add_(1);
        original.ShouldHold(2, 2);
        as_tensor(original, float64).OfType(ScalarType.Float64).ShouldHold(2, 2);
        as_tensor(new float[] { 1, 2 }).ShouldBe([2], 1, 2);
        as_tensor(new List<long> { 1, 2 }).OfType(ScalarType.Int64).ShouldBe([2], 1, 2);
    }

    [Fact]
    public void One_value_everywhere()
    {
        using var scope = NewDisposeScope();
        zeros(2).OfType(ScalarType.Float32).ShouldBe([2], 0, 0);
        zeros(2, 1).ShouldBe([2, 1], 0, 0);
        zeros(1, 2, 1).ShouldBe([1, 2, 1], 0, 0);
        zeros(1, 2, 1, 1).ShouldBe([1, 2, 1, 1], 0, 0);
        zeros(2L, 1L).ShouldBe([2, 1], 0, 0);
        zeros(new long[] { 1, 2 }, dtype: int64).OfType(ScalarType.Int64).ShouldBe([1, 2], 0, 0);
        zeros([2, 0]).ShouldBe([2, 0]);
        ones(2, dtype: float64).OfType(ScalarType.Float64).ShouldBe([2], 1, 1);
        ones(1, 2, 1, 1).ShouldBe([1, 2, 1, 1], 1, 1);
        ones(stackalloc long[] { 2, 1 }).ShouldBe([2, 1], 1, 1);
        full(2, 2.5).OfType(ScalarType.Float32).ShouldBe([2], 2.5, 2.5);
        full(1, 2, 7).OfType(ScalarType.Int64).ShouldBe([1, 2], 7, 7);
        full(new long[] { 2 }, 7, dtype: int32).OfType(ScalarType.Int32).ShouldBe([2], 7, 7);
        empty(3, 2).shape.Should().Equal(3, 2);
        empty(new long[] { 4 }, dtype: int16).OfType(ScalarType.Int16).shape.Should().Equal(4);
        ones(2, requires_grad: true).requires_grad.Should().BeTrue();
    }

    [Fact]
    public void In_the_shape_of_another()
    {
        using var scope = NewDisposeScope();
        var model = zeros(1, 2, dtype: float64);
        model.ones_like().OfType(ScalarType.Float64).ShouldBe([1, 2], 1, 1);
        ones_like(model, dtype: int32).OfType(ScalarType.Int32).ShouldBe([1, 2], 1, 1);
        zeros_like(model).ShouldBe([1, 2], 0, 0);
        model.full_like(3).OfType(ScalarType.Float64).ShouldBe([1, 2], 3, 3);
        full_like(model, 3).ShouldBe([1, 2], 3, 3);
        empty_like(model).shape.Should().Equal(1, 2);
        model.new_zeros(2).OfType(ScalarType.Float64).ShouldBe([2], 0, 0);
        model.new_zeros(new long[] { 2, 1 }).ShouldBe([2, 1], 0, 0);
        model.new_ones(2, 1).OfType(ScalarType.Float64).ShouldBe([2, 1], 1, 1);
        model.new_full(1, 2, 5).OfType(ScalarType.Float64).ShouldBe([1, 2], 5, 5);
        model.new_empty(1, 1, 2).OfType(ScalarType.Float64).shape.Should().Equal(1, 1, 2);
    }

    [Fact]
    public void Ranges()
    {
        using var scope = NewDisposeScope();
        arange(3).OfType(ScalarType.Int64).ShouldBe([3], 0, 1, 2);
        arange(1, 4).OfType(ScalarType.Int64).ShouldBe([3], 1, 2, 3);
        arange(0, 1, 0.25).OfType(ScalarType.Float32).ShouldBe([4], 0, 0.25, 0.5, 0.75);
        arange(5, 0, -2).ShouldBe([3], 5, 3, 1);
        arange(2, dtype: float64).OfType(ScalarType.Float64).ShouldBe([2], 0, 1);
        linspace(0, 1, 5).OfType(ScalarType.Float32).ShouldBe([5], 0, 0.25, 0.5, 0.75, 1);
        logspace(0, 2, 3).ShouldBe([3], 1, 10, 100);
        eye(2).ShouldBe([2, 2], 1, 0, 0, 1);
        eye(2, 3, dtype: int32).OfType(ScalarType.Int32).ShouldBe([2, 3], 1, 0, 0, 0, 1, 0);
        meshgrid([arange(2), arange(3)])[1].ShouldBe([2, 3], 0, 1, 2, 0, 1, 2);
    }

    [Fact]
    public void Numbers_and_arrays_become_tensors_where_one_is_asked_for()
    {
        using var scope = NewDisposeScope();
        Tensor one = 1.5f;
        one.OfType(ScalarType.Float32).ShouldBe([], 1.5);
        Tensor several = new long[] { 1, 2 };
        several.OfType(ScalarType.Int64).ShouldBe([2], 1, 2);
    }

    [Fact]
    public void The_default_type_is_what_was_set()
    {
        using var scope = NewDisposeScope();
        var before = get_default_dtype();
        before.Should().Be(ScalarType.Float32);
        FluentActions.Invoking(() => set_default_dtype(ScalarType.Int32)).Should().Throw<ArgumentException>();
        is_floating_point(ones(1)).Should().BeTrue();
        is_integral(arange(1)).Should().BeTrue();
        is_complex(ones(1)).Should().BeFalse();
        is_tensor(ones(1)).Should().BeTrue();
        is_tensor("x").Should().BeFalse();
    }

    [Fact]
    public void Too_few_elements_for_the_sizes_are_an_error() =>
        FluentActions.Invoking(() => tensor(new float[] { 1, 2, 3 }, new long[] { 2, 2 }))
            .Should().Throw<ArgumentException>().WithMessage("*4 vs. 3*");

    [Fact]
    public void Integers_cannot_require_a_gradient() =>
        FluentActions.Invoking(() => ones(2, dtype: int64, requires_grad: true)).Should().Throw<Exception>().WithMessage("*gradient*");
}
