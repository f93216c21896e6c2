namespace EchoLstm.Torch;

internal static class TensorNumber
{
    /// <summary>The element, of any type that a double holds. TorchSharp's ToDouble may free its Scalar while it reads it.</summary>
    internal static double Number(this Tensor tensor)
    {
        using var wide = tensor.to(ScalarType.Float64);
        return wide.item<double>();
    }
}
