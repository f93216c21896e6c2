using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorTextTests
{
    private static string Text(Tensor tensor, TensorStringStyle style, string? format = null, int? width = null) =>
        tensor.ToString(style, format, width, CultureInfo.InvariantCulture, "\n");

    [Fact]
    public void Metadata_is_shape_type_and_device()
    {
        using var scope = NewDisposeScope();
        zeros(2, 3).ToString().Should().Be("[2x3], type = Float32, device = cpu");
        tensor(1L).ToString().Should().Be("[], type = Int64, device = cpu");
        zeros(2).metastr().Should().Be("[2], type = Float32, device = cpu");
        zeros(2).ToString(false).Should().Be("[2], type = Float32, device = cpu");
    }

    [Fact]
    public void Julia_style()
    {
        using var scope = NewDisposeScope();
        Text(tensor(1.5f), julia).Should().Be("[], type = Float32, device = cpu, value = 1.5");
        Text(tensor(new float[] { 1, 2.5f }), julia).Should().Be("[2], type = Float32, device = cpu\n 1 2.5\n");
        Text(tensor(new double[,] { { 1, -10 }, { 0.25, 3 } }), julia).Should().Be("[2x2], type = Float64, device = cpu\n    1 -10\n 0.25   3\n");
        Text(arange(4).reshape(2, 1, 2), julia).Should().Be("[2x1x2], type = Int64, device = cpu\n[0,..,..] =\n 0 1\n\n[1,..,..] =\n 2 3\n");
        Text(arange(2).reshape(1, 1, 1, 2), julia).Should().Be("[1x1x1x2], type = Int64, device = cpu\n[0,0,..,..] =\n 0 1\n");
        Text(arange(10), julia, width: 10).Should().Be("[10], type = Int64, device = cpu\n 0 1 2 ...\n");
        Text(tensor(new float[] { 1.23456789f }), julia, "F2").Should().Be("[1], type = Float32, device = cpu\n 1.23\n");
        Text(tensor(new bool[] { true, false }), julia).Should().Be("[2], type = Bool, device = cpu\n True False\n");
    }

    [Fact]
    public void Numpy_style()
    {
        using var scope = NewDisposeScope();
        Text(tensor(2), numpy).Should().Be("2");
        Text(tensor(new double[] { 1, 2.5 }), numpy).Should().Be("[1, 2.5]");
        Text(arange(4).reshape(2, 2), numpy).Should().Be("[[0, 1]\n [2, 3]]");
        Text(arange(4).reshape(2, 1, 2), numpy).Should().Be("[[[0, 1]]\n\n [[2, 3]]]");
        Text(arange(10), numpy).Should().Be("[0, 1, 2, ... 7, 8, 9]");
        Text(arange(8).reshape(8, 1), numpy).Should().Be("[[0]\n [1]\n [2]\n ...\n [5]\n [6]\n [7]]");
        Text(zeros(0), numpy).Should().Be("[]");
    }

    [Fact]
    public void CSharp_style()
    {
        using var scope = NewDisposeScope();
        Text(tensor(2f), csharp).Should().Be("[], type = Float32, device = cpu, value = 2");
        Text(tensor(new float[] { 1, 2.5f }), csharp).Should().Be("[2], type = Float32, device = cpu, value = float [] {1f, 2.5f}");
        Text(arange(4).reshape(2, 2), csharp).Should().Be("[2x2], type = Int64, device = cpu, value = \nlong [,] {\n {0L, 1L},\n {2L, 3L}\n}");
        Text(arange(8, dtype: int32).reshape(8, 1), csharp).Should().Be("[8x1], type = Int32, device = cpu, value = \nint [,] {\n {0},\n {1},\n {2},\n ...\n {5},\n {6},\n {7}\n}");
    }

    [Fact]
    public void Short_names_of_the_styles()
    {
        using var scope = NewDisposeScope();
        var t = tensor(new float[] { 1, 2 });
        var culture = CultureInfo.InvariantCulture;
        t.str(newLine: "\n", cultureInfo: culture).Should().Be("[2], type = Float32, device = cpu\n 1 2\n");
        t.jlstr(newLine: "\n", cultureInfo: culture).Should().Be("[2], type = Float32, device = cpu\n 1 2\n");
        t.npstr(cultureInfo: culture).Should().Be("[1, 2]");
        t.cstr(cultureInfo: culture).Should().Be("[2], type = Float32, device = cpu, value = float [] {1f, 2f}");
        t.ToString(true, newLine: "\n", cultureInfo: culture).Should().Be("[2], type = Float32, device = cpu\n 1 2\n");
        t.print(style: numpy).Should().BeSameAs(t);
    }

    [Fact]
    public void Lists_nest_like_the_dimensions()
    {
        using var scope = NewDisposeScope();
        var rows = (System.Collections.ArrayList)tensor(new long[,] { { 1, 2 }, { 3, 4 } }).tolist();
        rows.Count.Should().Be(2);
        ((Scalar)((System.Collections.ArrayList)rows[1]!)[0]!).ToInt64().Should().Be(3);
        ((Scalar)tensor(2.5).tolist()).ToDouble().Should().Be(2.5);
    }

    [Fact]
    public void The_default_style_cannot_be_set_to_default() =>
        FluentActions.Invoking(() => torch.TensorStringStyle = TorchSharp.TensorStringStyle.Default).Should().Throw<ArgumentException>();
}
