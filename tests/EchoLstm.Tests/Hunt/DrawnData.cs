namespace EchoLstm.Tests.Hunt;

/// <summary>Tensors and arrays of a wanted shape, right and wrong: of another rank, size, type or layout, disposed, null.</summary>
internal static class DrawnData
{
    private const double Right = 0.7;

    private static readonly ScalarType[] Types =
    [
        ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int32, ScalarType.Int64, ScalarType.Byte,
        ScalarType.Int8, ScalarType.Bool, ScalarType.ComplexFloat32,
    ];

    /// <summary>What a model takes as data: a tensor or an array, in half of the cases each.</summary>
    internal static Drawn<TensorLike> Data(Draw draw, long[] shape, int classes = 0)
    {
        if (draw.Chance(0.5))
        {
            var tensor = AnyTensor(draw, shape, classes);
            return new(TensorLike.FromTensor(tensor.Value), tensor.Text);
        }
        if (draw.Chance(0.05))
        {
            var (length, rows) = (draw.Mostly(shape.Aggregate(1L, (product, axis) => product * axis), 0, 3), draw.Between(1, 3));
            var memory = Floats(draw, [length], classes);
            return draw.Chance(0.5) ? new(TensorLike.FromReadOnlyMemory(memory), $"memory of {length}")
                : new(TensorLike.FromRows([.. Enumerable.Repeat(memory, rows)]), $"{rows} rows of {length}");
        }
        var array = AnyArray(draw, shape, classes);
        // What is no array of numbers is refused where it is converted: in the call, not here.
        return array.Value is null || Record.Exception(() => NetArrays.Check(array.Value)) is null ? new(TensorLike.FromArray(array.Value), array.Text) : new(default, "default");
    }

    /// <summary>A tensor; whole numbers of [0, classes) where there are classes.</summary>
    internal static Drawn<Tensor?> AnyTensor(Draw draw, long[] shape, int classes = 0)
    {
        if (draw.Chance(Right))
        {
            return new(Plain(draw, shape, classes), Text(ScalarType.Float32, shape));
        }
        if (draw.Chance(0.02))
        {
            return new(null, "null");
        }
        shape = draw.Chance(0.4) ? OtherShape(draw, shape) : shape;
        var type = draw.Chance(0.4) ? draw.Of(Types) : ScalarType.Float32;
        var plain = Plain(draw, shape, classes).to(type);
        return draw.Chance(0.4) ? OtherLayout(draw, plain) : draw.Chance(0.3) ? OtherNumbers(draw, plain) : new(plain, Text(type, shape));
    }

    /// <summary>An array, mostly of float.</summary>
    internal static Drawn<Array?> AnyArray(Draw draw, long[] shape, int classes = 0)
    {
        if (draw.Chance(0.03))
        {
            return draw.Of<Drawn<Array?>>(
                new(null, "null"),
                new(new string[,] { { "a" } }, "string[,]"),
                new(new float[][] { [1] }, "float[][]"),
                new(new decimal[2, 3, 1], "decimal[2, 3, 1]"));
        }
        shape = draw.Chance(Right) ? shape : OtherShape(draw, shape);
        if (shape.Length == 0)
        {
            shape = [1];
        }
        var numbers = Floats(draw, shape, classes);
        if (draw.Chance(0.04))
        {
            numbers.AsSpan()[..Math.Min(1, numbers.Length)].Fill(draw.Of(float.NaN, float.PositiveInfinity, 1e38f));
        }
        var sizes = string.Join(", ", shape);
        return draw.Below(8) switch
        {
            0 => new(Numbers.Shaped([.. numbers.Select(number => (double)number)], shape), $"double[{sizes}]"),
            1 => new(Numbers.Shaped([.. numbers.Select(number => float.IsFinite(number) ? (int)Math.Clamp(number, -9, 9) : 0)], shape),
                $"int[{sizes}]"),
            2 => new(Numbers.Shaped([.. numbers.Select(number => number > 0)], shape), $"bool[{sizes}]"),
            _ when Array.TrueForAll(numbers, float.IsFinite) => new(Numbers.Shaped(numbers, shape), $"float[{sizes}]"),
            _ => new(Numbers.Shaped(numbers, shape), string.Create(CultureInfo.InvariantCulture, $"float[{sizes}] with {numbers[0]}")),
        };
    }

    internal static float[] Floats(Draw draw, long[] shape, int classes = 0)
    {
        var numbers = new float[shape.Aggregate(1L, (product, length) => product * length)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = classes > 0 ? draw.Below(classes) : draw.Number();
        }
        return numbers;
    }

    internal static long[] OtherShape(Draw draw, long[] shape)
    {
        var other = shape.ToList();
        var axis = draw.Below(Math.Max(1, shape.Length));
        switch (draw.Below(5))
        {
            case 0 when other.Count > 0:
                other.RemoveAt(axis);
                break;
            case 1:
                other.Insert(axis, draw.Between(1, 3));
                break;
            case 2 when other.Count > 0:
                other[axis] = 0;
                break;
            case 3 when other.Count > 0:
                other[axis] = draw.Of(1, other[axis] + 1, 2 * other[axis], 40);
                break;
            default:
                other.Reverse();
                break;
        }
        return [.. other];
    }

    private static Tensor Plain(Draw draw, long[] shape, int classes) => tensor(Floats(draw, shape, classes)).reshape(shape);

    private static Drawn<Tensor?> OtherLayout(Draw draw, Tensor tensor)
    {
        var text = Text(tensor.dtype, tensor.shape);
        switch (draw.Below(7))
        {
            case 0 when tensor.dim() >= 2:
                return new(tensor.transpose(0, -1).contiguous().transpose(0, -1), $"{text} transposed in memory");
            case 1 when tensor.dim() >= 1 && tensor.shape[0] > 0:
                return new(tensor.narrow(0, 0, 1).expand(tensor.shape), $"{text} expanded from one sample");
            case 2 when tensor.dim() >= 1:
                return new(stack([tensor, tensor], -1).select(-1, 0), $"{text} with gaps in memory");
            case 3 when tensor.dim() >= 1:
                return new(tensor.Sparse(), $"{text} sparse");
            case 4 when tensor.is_floating_point():
                return new(tensor.requires_grad_(), $"{text} that asks for its gradient");
            case 5:
                return new(empty(tensor.shape, tensor.dtype, META), $"{text} of the meta device");
            default:
                tensor.Dispose();
                return new(tensor, $"{text} disposed");
        }
    }

    private static Drawn<Tensor?> OtherNumbers(Draw draw, Tensor tensor)
    {
        var number = draw.Of(double.NaN, double.PositiveInfinity, -1, 1e30, 127, 0);
        if (tensor.numel() > 0 && tensor.is_floating_point())
        {
            tensor.view(-1).select(0, draw.Below((int)tensor.numel())).fill_(number);
        }
        return new(tensor, string.Create(CultureInfo.InvariantCulture, $"{Text(tensor.dtype, tensor.shape)} with {number}"));
    }

    private static string Text(ScalarType type, long[] shape) => $"{type} ({string.Join(", ", shape)})";
}
