using static TorchSharp.Tests.Ops;
using static TorchSharp.torch;

namespace TorchSharp.Tests;

public class TensorAccessorTests
{
    [Fact]
    public void Elements_are_read_and_written_by_position_and_by_indices()
    {
        using var tensor = Matrix(2, 3, 1, 2, 3, 4, 5, 6);
        var elements = tensor.data<float>();
        elements.Count.Should().Be(6);
        elements[4].Should().Be(5);
        elements[1, 2].Should().Be(6);
        elements[0, 1] = 9;
        Values(tensor).Should().Equal(1, 9, 3, 4, 5, 6);
        elements.Should().Equal(1, 9, 3, 4, 5, 6);
    }

    [Fact]
    public void A_transposed_tensor_reads_in_its_own_order()
    {
        using var tensor = Transposed(Matrix(2, 3, 1, 2, 3, 4, 5, 6));
        var elements = tensor.data<float>();
        elements.ToArray().Should().Equal(1, 4, 2, 5, 3, 6);
        elements.Should().Equal(1, 4, 2, 5, 3, 6);
        elements[3].Should().Be(5);
        elements[2, 0].Should().Be(3);
        elements.ToNDArray().Should().BeEquivalentTo(new float[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } });
    }

    [Fact]
    public void Parts_are_copied_from_and_to_a_position()
    {
        using var tensor = Transposed(Matrix(2, 3, 1, 2, 3, 4, 5, 6));
        var elements = tensor.data<float>();
        var target = new float[4];
        elements.CopyTo(target, 1, 2);
        target.Should().Equal(0, 2, 5, 3);
        elements.CopyFrom([-1, -2], 0, 4);
        elements.ToArray().Should().Equal(1, 4, 2, 5, -1, -2);

        using var flat = Vector(1, 2, 3);
        flat.data<float>().CopyFrom(new float[] { 8, 9 }.AsSpan(), 1, 2);
        Values(flat).Should().Equal(1, 2, 9);
    }

    [Fact]
    public void Ranks_from_zero_to_seven_become_arrays()
    {
        using var scalar = Sum(Vector(1, 2));
        scalar.data<float>().ToArray().Should().Equal(3);
        using var seven = Zeros(1, 2, 1, 2, 1, 2, 1);
        seven.data<float>()[0, 1, 0, 1, 0, 1, 0] = 5;
        var array = seven.data<float>().ToNDArray();
        array.Rank.Should().Be(7);
        array.GetValue(0, 1, 0, 1, 0, 1, 0).Should().Be(5f);
        using var empty = Vector();
        empty.data<float>().ToArray().Should().BeEmpty();
    }

    [Fact]
    public void Equality_compares_elements()
    {
        using var one = Transposed(Matrix(2, 2, 1, 2, 3, 4));
        using var other = Matrix(2, 2, 1, 3, 2, 4);
        (one.data<float>() == other.data<float>()).Should().BeTrue();
        (one.data<float>() != Vector(1, 3, 2, 5).data<float>()).Should().BeTrue();
        one.data<float>().Equals(other.data<float>()).Should().BeTrue();
    }

    [Fact]
    public void Positions_outside_throw()
    {
        using var tensor = Matrix(2, 2, 1, 2, 3, 4);
        var elements = tensor.data<float>();
        elements.Invoking(e => e[4]).Should().Throw<IndexOutOfRangeException>();
        elements.Invoking(e => e[-1]).Should().Throw<ArgumentOutOfRangeException>();
        elements.Invoking(e => e[1, 2]).Should().Throw<IndexOutOfRangeException>();
        elements.Invoking(e => e.CopyTo(new float[1], 0, 4)).Should().Throw<ArgumentOutOfRangeException>();
        tensor.Invoking(t => t.ReadCpuSingle(4)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_element_type_must_be_the_tensors()
    {
        using var tensor = Vector(1);
        tensor.Invoking(t => t.data<double>()).Should().Throw<ArgumentException>().WithMessage("Double is not compatible with Float32");
        tensor.Invoking(t => t.item<int>()).Should().Throw<ArgumentException>().WithMessage("Int32 is not compatible with Float32");
        Vector(1, 2).Invoking(t => t.item<float>()).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Single_elements_convert()
    {
        ((float)Vector(1.5f)).Should().Be(1.5f);
        ((double)Vector(1.5f)).Should().Be(1.5);
        ((int)Vector(2.9f)).Should().Be(2);
        ((long)Tensor.FromData<long>([7], [1], ScalarType.Int64)).Should().Be(7);
        ((bool)Vector(0)).Should().BeFalse();
        Vector(3).ToScalar().Type.Should().Be(ScalarType.Float64);
        var complex = Tensor.FromData<(float, float)>([(1, 2)], [1], ScalarType.ComplexFloat32);
        complex.ToComplexFloat64().Should().Be(new System.Numerics.Complex(1, 2));
    }

    [Fact]
    public void Bytes_are_the_memory_itself()
    {
        using var tensor = Vector(1, 2);
        tensor.bytes.Length.Should().Be(8);
        var source = Vector(3, 4);
        tensor.bytes = source.bytes;
        Values(tensor).Should().Equal(3, 4);
        tensor.Invoking(t => t.bytes = new byte[4]).Should().Throw<ArgumentException>();
        Transposed(Matrix(2, 2, 1, 2, 3, 4)).Invoking(t => t.bytes.Length).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Bytes_go_through_streams()
    {
        using var source = Vector([.. Enumerable.Range(0, 50_000).Select(i => (float)i)]);
        using var stream = new MemoryStream();
        source.WriteBytesToStream(stream);
        stream.Length.Should().Be(200_000);
        stream.Position = 0;
        using var target = Zeros(50_000);
        target.ReadBytesFromStream(stream);
        Values(target).Should().Equal(Values(source));
        target.Invoking(t => t.ReadBytesFromStream(stream)).Should().Throw<EndOfStreamException>();
    }
}
