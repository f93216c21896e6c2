namespace EchoLstm.Layers;

/// <summary>Random masks for dropout, from the library's own generator.</summary>
internal static class DropoutMask
{
    /// <summary>Zeros at the rate given, and 1 / (1 - rate) elsewhere, so that the mean stays.</summary>
    internal static Tensor Draw(SeededRandom random, double rate, ReadOnlySpan<long> shape, Tensor like)
    {
        var count = 1L;
        foreach (var length in shape)
        {
            count = checked(count * length);
        }
        var values = new float[count];
        random.DrawKept(rate, values);
        using var flat = tensor(values, dtype: like.dtype, device: like.device);
        return flat.reshape(shape.ToArray());
    }

    internal static double CheckRate(double rate, string name) =>
        rate is >= 0 and < 1 ?
            rate :
            throw new ArgumentOutOfRangeException(name, rate, $"{name} is the share of values that are dropped: at least 0 and below 1.");
}
