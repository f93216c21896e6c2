using System.Numerics;
using TorchSharp.Interop;
using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

/// <summary>Every kind of argument, converted against the schema of an operator that takes it.</summary>
public class OperatorArgumentTests
{
    [Fact]
    public void Defaults_fill_what_is_left_out()
    {
        Values(Operator.Find("aten::add", "Tensor").Call(Vector(1, 2), Vector(10, 20))).Should().Equal(11, 22);
    }

    [Fact]
    public void Default_stands_for_a_default_before_a_given_argument()
    {
        var argsort = Operator.Find("aten::sort");
        var sorted = argsort.CallMany(Vector(2, 3, 1), Argument.Default, true);
        Values(sorted[0]).Should().Equal(3, 2, 1);
    }

    [Fact]
    public void Scalar_parameters_take_every_kind_of_number()
    {
        var add = Operator.Find("aten::add", "Scalar");
        Values(add.Call(Vector(1), 2)).Should().Equal(3);
        Values(add.Call(Vector(1), 2L)).Should().Equal(3);
        Values(add.Call(Vector(1), 0.5f)).Should().Equal(1.5f);
        Values(add.Call(Vector(1), 0.25)).Should().Equal(1.25f);
        Values(add.Call(Vector(1), true)).Should().Equal(2);
        Values(add.Call(Vector(1), (Scalar)(Half)2)).Should().Equal(3);
        Values(add.Call(Vector(1), (Scalar)(byte)2, (Scalar)3.0)).Should().Equal(7);
    }

    [Fact]
    public void Scalar_kind_decides_the_type_of_the_result()
    {
        var full = Operator.Find("aten::full");
        ((ScalarType)full.Call(new long[] { 1 }, (Scalar)1L).Info.ScalarType).Should().Be(ScalarType.Int64);
        ((ScalarType)full.Call(new long[] { 1 }, (Scalar)1.0).Info.ScalarType).Should().Be(ScalarType.Float32);
        ((ScalarType)full.Call(new long[] { 1 }, (Scalar)true).Info.ScalarType).Should().Be(ScalarType.Bool);
        var complex = full.Call(new long[] { 1 }, (Scalar)new Complex(1, -2), ScalarType.ComplexFloat64);
        complex.item<Complex>().Should().Be(new Complex(1, -2));
    }

    [Fact]
    public void Optional_arguments_take_none()
    {
        var clamp = Operator.Find("aten::clamp");
        Values(clamp.Call(Vector(-1, 5), Argument.None, 2)).Should().Equal(-1, 2);
        Values(clamp.Call(Vector(-1, 5), (Scalar)0, Argument.None)).Should().Equal(0, 5);

        var sum = Operator.Find("aten::sum", "dim_IntList");
        Values(sum.Call(Matrix(2, 2, 1, 2, 3, 4), (long[]?)null)).Should().Equal(10);
        Values(sum.Call(Matrix(2, 2, 1, 2, 3, 4), new long[] { 1 }, false, (ScalarType?)null)).Should().Equal(3, 7);

        var layerNorm = Operator.Find("aten::layer_norm");
        Values(layerNorm.Call(Vector(-1, 1), new long[] { 2 }, (Tensor?)null, (Tensor?)null, 0.0)).Should().Equal(-1, 1);
    }

    [Fact]
    public void Optional_numbers_take_values_and_null()
    {
        var clip = Operator.Find("aten::nan_to_num");
        Values(clip.Call(Vector(float.NaN), (double?)4)).Should().Equal(4);
        Values(clip.Call(Vector(float.NaN), (double?)null)).Should().Equal(0);

        var slice = Operator.Find("aten::slice", "Tensor");
        Values(slice.Call(Vector(1, 2, 3), 0, (long?)1, (long?)null)).Should().Equal(2, 3);
        Values(slice.Call(Vector(1, 2, 3), 0, Argument.None, (long?)2)).Should().Equal(1, 2);
    }

    [Fact]
    public void Float_parameters_take_ints()
    {
        var dropout = Operator.Find("aten::dropout");
        Values(dropout.Call(Vector(1, 2), 1, true)).Should().Equal(0, 0);
        Values(dropout.Call(Vector(1, 2), 0.5, false)).Should().Equal(1, 2);
    }

    [Fact]
    public void Int_lists_take_arrays_spans_and_one_int_where_the_length_is_fixed()
    {
        var reshape = Operator.Find("aten::reshape");
        reshape.Call(Vector(1, 2, 3, 4), new long[] { 2, -1 }).ReadSizes().Should().Equal(2, 2);
        ReadOnlySpan<long> sizes = [4, 1];
        reshape.Call(Vector(1, 2, 3, 4), sizes).ReadSizes().Should().Equal(4, 1);
        reshape.Call(Vector(1), Array.Empty<long>()).ReadSizes().Should().BeEmpty();

        var pool = Operator.Find("aten::avg_pool2d");
        pool.Call(Zeros(1, 1, 4, 6), 2).ReadSizes().Should().Equal(1, 1, 2, 3);
    }

    [Fact]
    public void Int_lists_longer_than_the_scratch_memory_on_the_stack_work()
    {
        var index = Operator.Find("aten::tensor_split", "indices");
        var cuts = Enumerable.Range(1, 200).Select(i => (long)i).ToArray();
        index.CallMany(Zeros(300), cuts, 0).Should().HaveCount(201);
    }

    [Fact]
    public void Double_lists_convert()
    {
        var upsample = Operator.Find("aten::upsample_nearest1d", "vec");
        Values(upsample.Call(Tensor.FromData<float>([1, 2], [1, 1, 2], ScalarType.Float32), Argument.None, new[] { 2.0 }))
            .Should().Equal(1, 1, 2, 2);
    }

    [Fact]
    public void Bool_lists_convert()
    {
        var linear = Operator.Find("aten::_slow_conv2d_backward", "output_mask");
        var gradient = Zeros(1, 1, 1, 1);
        var results = linear.CallMany(
            gradient, Zeros(1, 1, 2, 2), Zeros(1, 1, 2, 2), new long[] { 2, 2 }, new long[] { 1, 1 }, new long[] { 0, 0 },
            new[] { true, true, true });
        results.Should().HaveCount(3);
        results[0].ReadSizes().Should().Equal(1, 1, 2, 2);
    }

    [Fact]
    public void Tensor_lists_convert_also_when_empty()
    {
        var cat = Operator.Find("aten::cat");
        Values(cat.Call(new[] { Vector(1), Vector(2, 3) })).Should().Equal(1, 2, 3);
        Values(cat.Call(new List<Tensor> { Vector(1), Vector(2) }, 0)).Should().Equal(1, 2);
        var act = () => cat.Call(Array.Empty<Tensor>());
        act.Should().Throw<System.Runtime.InteropServices.ExternalException>().WithMessage("aten::cat: *non-empty*");
    }

    [Fact]
    public void Lists_of_optional_tensors_convert_with_gaps()
    {
        var index = Operator.Find("aten::index", "Tensor");
        var second = Tensor.FromData<long>([1], [1], ScalarType.Int64);
        Values(index.Call(Matrix(2, 2, 1, 2, 3, 4), new Tensor?[] { null, second })).Should().Equal(2, 4);
    }

    [Fact]
    public void Strings_convert_also_none_and_beyond_ascii()
    {
        var div = Operator.Find("aten::div", "Tensor_mode");
        Values(div.Call(Vector(7), Vector(2), "floor")).Should().Equal(3);
        Values(div.Call(Vector(7), Vector(2), (string?)null)).Should().Equal(3.5f);
        var act = () => div.Call(Vector(7), Vector(2), "näher");
        act.Should().Throw<System.Runtime.InteropServices.ExternalException>().WithMessage("*näher*");
    }

    [Fact]
    public void Scalar_types_layouts_and_devices_convert()
    {
        var zeros = Operator.Find("aten::zeros");
        var made = zeros.Call(new long[] { 2 }, ScalarType.Int32, Argument.None, new Device("cpu"), false);
        ((ScalarType)made.Info.ScalarType).Should().Be(ScalarType.Int32);

        var shape = zeros.Call(new long[] { 2 }, (ScalarType?)ScalarType.Float64, 0L, new Device(DeviceType.META));
        ((DeviceType)shape.Info.DeviceType).Should().Be(DeviceType.META);
        shape.Info.Data.Should().Be(0);
    }

    [Fact]
    public void Generators_convert()
    {
        var randn = Operator.Find("aten::randn", "generator");
        using var first = new Generator(7);
        using var second = new Generator(7);
        var a = randn.Call(new long[] { 3 }, first);
        var b = randn.Call(new long[] { 3 }, second);
        Values(a).Should().Equal(Values(b));
        Values(randn.Call(new long[] { 3 }, first)).Should().NotEqual(Values(a));
        Values(randn.Call(new long[] { 3 }, (Generator?)null)).Should().HaveCount(3);
    }

    [Fact]
    public void Reference_arguments_that_are_null_are_none()
    {
        Argument[] nothing = [(Tensor?)null, (Scalar?)null, (Generator?)null, (Device?)null, (string?)null, (bool[]?)null, (double[]?)null, (bool?)null];
        var add = Operator.Find("aten::add", "Tensor");
        foreach (var none in nothing)
        {
            var act = () => add.Call(Vector(1), none);
            act.Should().Throw<System.Runtime.InteropServices.ExternalException>().WithMessage("*'other' (position 1) cannot be none*");
        }
    }
}
