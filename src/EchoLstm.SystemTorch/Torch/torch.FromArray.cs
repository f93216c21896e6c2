using TorchSharp.Interop;

namespace TorchSharp;

// Tensors from arrays of any rank, or from what may be a tensor already.
public static partial class torch
{
    /// <summary>A tensor over the memory of an array of any rank.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device ?? CPU);

    /// <summary>A tensor over the memory of an array of any rank, or over a copy where type or device differ.</summary>
    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
        => Factory.Share(rawArray, dtype, device, requires_grad, names);

    /// <summary>
    /// A vector over the memory of <c>count</c> elements of an array (-1: all) from <c>offset</c> on, converted where the type differs.
    /// </summary>
    public static Tensor frombuffer(Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength) throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0) count = rawArray.LongLength - offset;
        if (count > rawArray.LongLength - offset) throw new IndexOutOfRangeException($"element count is too large: {count}");
        using var whole = Tensor.FromArray(rawArray, [rawArray.LongLength], Factory.TypeOf(rawArray));
        using var part = whole.narrow(0, offset, count);
        return Factory.Finish(part.to_type(dtype), requires_grad);
    }

    /// <summary>The same tensor, or a converted one where type or device differ; whether it requires a gradient stays.</summary>
    public static Tensor as_tensor(Tensor data, ScalarType? dtype = null, Device? device = null)
    {
        var type = dtype ?? data.dtype;
        if (type == data.dtype && (device is null || device.ToString() == data.device.ToString())) return data.alias();
        return Factory.Finish(data.to(type, device ?? data.device), data.requires_grad);
    }

    /// <summary>A tensor over the memory of an array of any rank where type and device allow it.</summary>
    public static Tensor as_tensor(Array data, ScalarType? dtype = null, Device? device = null) => from_array(data, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<bool> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(bool[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<byte> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(byte[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<sbyte> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(sbyte[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<short> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(short[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<int> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(int[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<long> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(long[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<float> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(float[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);

    /// <summary>A vector with a copy of a list.</summary>
    public static Tensor as_tensor(IList<double> rawArray, ScalarType? dtype = null, Device? device = null)
        => from_array(rawArray.ToArray(), dtype, device);

    /// <summary>A vector over the memory of an array where type and device allow it.</summary>
    public static Tensor as_tensor(double[] rawArray, ScalarType? dtype = null, Device? device = null) => from_array(rawArray, dtype, device);
}
