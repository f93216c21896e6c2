namespace EchoLstm.Torch;

/// <summary>
/// Operations with numbers. TorchSharp 0.107.0 makes a Scalar of a number, and of the factor 1 of a sum, which the collector may free while
/// Torch reads it; here it lives until the operation is done.
/// </summary>
internal static class HeldScalar
{
    internal static Tensor Plus(this Tensor left, Tensor right)
    {
        using var factor = 1.ToScalar();
        return left.add(right, factor);
    }

    internal static Tensor Plus(this Tensor tensor, double number)
    {
        using var added = number.ToScalar();
        using var factor = 1.ToScalar();
        return tensor.add(added, factor);
    }

    internal static Tensor Times(this Tensor tensor, double number)
    {
        using var factor = number.ToScalar();
        return tensor.mul(factor);
    }

    internal static Tensor Within(this Tensor tensor, double low, double high)
    {
        using var least = low.ToScalar();
        using var most = high.ToScalar();
        return tensor.clamp(least, most);
    }

    /// <summary>1 - x.</summary>
    internal static Tensor OneMinus(Tensor tensor)
    {
        using var negative = tensor.negative();
        return negative.Plus(1);
    }

    internal static Tensor Above(this Tensor tensor, double number)
    {
        using var least = number.ToScalar();
        return tensor.gt(least);
    }

    internal static Tensor Differs(this Tensor tensor, double number)
    {
        using var other = number.ToScalar();
        return tensor.ne(other);
    }

    /// <summary>Which elements are no place of a list: below 0, or the count and more.</summary>
    internal static Tensor Outside(this Tensor tensor, long count)
    {
        using var zero = 0L.ToScalar();
        using var end = count.ToScalar();
        using var before = tensor.lt(zero);
        using var behind = tensor.ge(end);
        return before.logical_or(behind);
    }
}
