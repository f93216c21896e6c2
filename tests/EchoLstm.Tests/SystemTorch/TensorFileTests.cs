using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Tests.SystemTorch;

public class TensorFileTests
{
    private static byte[] Bytes(Tensor tensor)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        tensor.Save(writer);
        writer.Flush();
        return stream.ToArray();
    }

    [Fact]
    public void The_layout_is_type_dimensions_sizes_elements()
    {
        using var scope = NewDisposeScope();
        Bytes(tensor(new short[,] { { 1, 2 }, { 3, -1 } })).Should().Equal(2, 2, 2, 2, 1, 0, 2, 0, 3, 0, 0xff, 0xff);
        Bytes(tensor(1.0f)).Should().Equal(6, 0, 0, 0, 0x80, 0x3f);
        Bytes(zeros(300, dtype: uint8)).Should().StartWith(new byte[] { 0, 1, 0xac, 0x02, 0 }).And.HaveCount(304);
    }

    [Fact]
    public void What_was_saved_comes_back()
    {
        using var scope = NewDisposeScope();
        Tensor[] tensors = [randn(3, 4), tensor(new double[] { double.NaN, 1 }), zeros(0, 2), tensor(new bool[] { true, false }), arange(5), tensor(7)];
        foreach (var original in tensors)
        {
            using var reader = new BinaryReader(new MemoryStream(Bytes(original)));
            var loaded = Tensor.Load(reader);
            loaded.dtype.Should().Be(original.dtype);
            loaded.shape.Should().Equal(original.shape);
            loaded.bytes.ToArray().Should().Equal(original.bytes.ToArray());
        }
    }

    [Fact]
    public void Several_tensors_follow_each_other()
    {
        using var scope = NewDisposeScope();
        byte[] both = [.. Bytes(ones(2)), .. Bytes(arange(3))];
        using var reader = new BinaryReader(new MemoryStream(both));
        var target = zeros(2);
        target.Load(reader);
        target.ShouldHold(1, 1);
        TensorExtensionMethods.Load(reader).ShouldHold(0, 1, 2);
    }

    [Fact]
    public void Files_and_skipping()
    {
        using var scope = NewDisposeScope();
        string file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            tensor(new float[] { 1, 2 }).Save(file);
            Tensor.Load(file).ShouldHold(1, 2);
        }
        finally
        {
            File.Delete(file);
        }

        using var reader = new BinaryReader(new MemoryStream([.. Bytes(ones(2)), .. Bytes(arange(2))]));
        var untouched = zeros(2);
        untouched.Load(reader, skip: true);
        untouched.ShouldHold(0, 0);
        TensorExtensionMethods.Load(reader).ShouldHold(0, 1);
        FluentActions.Invoking(() => Tensor.Load(file)).Should().Throw<FileNotFoundException>();
    }

    [Fact]
    public void Type_and_shape_must_fit()
    {
        using var scope = NewDisposeScope();
        byte[] saved = Bytes(ones(2));
        FluentActions.Invoking(() => zeros(2, dtype: float64).Load(new BinaryReader(new MemoryStream(saved)))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => zeros(3).Load(new BinaryReader(new MemoryStream(saved)))).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 6 })]
    [InlineData(new byte[] { 6, 1 })]
    [InlineData(new byte[] { 6, 1, 2, 0, 0 })]
    public void A_file_that_ends_early_is_an_error(byte[] file) =>
        FluentActions.Invoking(() => Tensor.Load(new BinaryReader(new MemoryStream(file)))).Should().Throw<Exception>();

    [Fact]
    public void A_leaf_with_a_gradient_can_be_loaded_into()
    {
        using var scope = NewDisposeScope();
        var leaf = zeros(2, requires_grad: true);
        using var reader = new BinaryReader(new MemoryStream(Bytes(ones(2))));
        leaf.Load(reader);
        leaf.ShouldHold(1, 1);
        leaf.requires_grad.Should().BeTrue();
    }
}
