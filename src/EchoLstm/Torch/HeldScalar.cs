using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm;

/// <summary>
/// Operations with numbers, for what runs once a time step. TorchSharp 0.107.0 makes a Scalar of a number, and of the factor 1 of a sum, which
/// the collector may free while Torch reads it; here it lives until the operation is done.
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
}
