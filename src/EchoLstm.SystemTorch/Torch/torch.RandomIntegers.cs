using TorchSharp.Interop;

namespace TorchSharp;

// Random whole numbers, permutations and draws by probability.
public static partial class torch
{
    private static readonly Operator RandintLowGeneratorOp = Operator.Find("aten::randint", "low_generator");
    private static readonly Operator RandpermGeneratorOp = Operator.Find("aten::randperm", "generator");

    /// <summary>Whole numbers from <c>low</c> up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        long low, long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
    {
        var type = dtype ?? ScalarType.Int64;
        CheckRange(low, type, nameof(low));
        CheckRange(high - 1, type, nameof(high));
        return Factory.Finish(
            RandintLowGeneratorOp.Call(low, high, size.Shape, generator, type, Argument.None, device ?? get_default_device()), requires_grad, names);
    }

    /// <summary>Whole numbers from 0 up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randint(0, high, size, dtype, device, requires_grad, generator, names);

    /// <summary>Whole numbers from 0 up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randint(0, high, new Size(size), dtype, device, requires_grad, generator, names);

    /// <summary>Whole numbers from <c>low</c> up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => randint(low, high, new Size(size), dtype, device, requires_grad, generator, names);

    /// <summary>Whole numbers from <c>low</c> up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        int low, int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randint(low, high, new Size(size), dtype, device, requires_grad, generator, names);

    /// <summary>Whole numbers from 0 up to, not including, <c>high</c>.</summary>
    public static Tensor randint(
        int high, int[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null,
        string[]? names = null)
        => randint(0, high, new Size(size), dtype, device, requires_grad, generator, names);

    /// <summary>Whole numbers from <c>low</c> up to, not including, <c>high</c>, in the shape of another tensor.</summary>
    public static Tensor randint_like(Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        => input.randint_like(low, high, dtype, device, requires_grad);

    /// <summary>The whole numbers from 0 up to, not including, <c>n</c> in random order.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null)
        => Factory.Finish(RandpermGeneratorOp.Call(n, generator, dtype ?? ScalarType.Int64, Argument.None, device ?? get_default_device()), requires_grad);

    /// <summary>Draws 0 or 1, each with its element as the probability of 1.</summary>
    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    /// <summary>Draws indices with the elements as weights.</summary>
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null)
        => input.multinomial(num_samples, replacement, generator);

    /// <summary>Normally distributed numbers with the given mean and deviation.</summary>
    public static Tensor normal(
        double mean, double std, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
        => randn(size, dtype, device, requires_grad: false, generator, names).mul_(std).add_(mean).requires_grad_(requires_grad);

    /// <summary>Normally distributed numbers, each with its own mean and deviation.</summary>
    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null)
    {
        using var noise = randn(mean.shape, dtype: null, std.device, requires_grad: false, generator);
        return mean.addcmul(noise, std, 1);
    }

    private static void CheckRange(long value, ScalarType dtype, string argument)
    {
        var (least, most) = dtype switch
        {
            ScalarType.Byte => (byte.MinValue, byte.MaxValue),
            ScalarType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
            ScalarType.Int16 => (short.MinValue, short.MaxValue),
            ScalarType.Int32 => (int.MinValue, int.MaxValue),
            _ => (long.MinValue, long.MaxValue),
        };
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(argument, value, $"The value is outside the range of {dtype}");
    }
}
