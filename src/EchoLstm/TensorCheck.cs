namespace EchoLstm;

/// <summary>
/// Throws at tensors that can't be computed with, before Torch's native half sees them: its own words name neither the argument nor the
/// mend, and some of its calls end the process. A tensor is told by its name and, where it has one, the layer that it was given to.
/// </summary>
internal static class TensorCheck
{
    private const long ManyNumbers = 1 << 20;

    /// <summary>What Torch says of an error, without the frames of its native half, which the inner exception has.</summary>
    internal static string Words(Exception error) => error.Message.Trim().Split('\n')[0].Trim();

    /// <summary>Throws unless the tensor has dense, real numbers that can be read.</summary>
    internal static void Readable(Tensor tensor, string name, ITitled? owner = null)
    {
        Alive(tensor, name, owner);
        var type = tensor.dtype;
        var fault = type switch
        {
            ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64 =>
                $"is a tensor of complex numbers ({type}), but a model computes with real ones. Give it real and imaginary parts as two "
                    + "features, or the absolute values.",
            ScalarType.Float32 or ScalarType.Float64 or ScalarType.Float16 or ScalarType.BFloat16
                or ScalarType.Int64 or ScalarType.Int32 or ScalarType.Int16 or ScalarType.Int8 or ScalarType.Byte or ScalarType.Bool =>
                tensor.is_sparse ? "is a sparse tensor, but a model computes with dense ones. Convert it with to_dense()."
                : tensor.device_type == DeviceType.META ?
                    "is on the device META, where a tensor has a shape but no numbers. Give it numbers on the CPU or an accelerator."
                :
                    null,
            _ => $"is a tensor of {type}, but a model computes with plain numbers. Convert it with dequantize().",
        };
        if (fault is not null)
        {
            throw Wrong(name, owner, fault);
        }
        if (tensor.device_type == DeviceType.CPU && tensor.numel() > ManyNumbers)
        {
            // An expanded tensor shows more numbers than it has, and whatever computes with it makes them all.
            SizeGuard.CheckNumbers(
                $"{Subject(name, owner)}, of shape {Shape.Of(tensor)},",
                tensor.numel(),
                "Give fewer samples or time steps at once.",
                (int)tensor.ElementSize);
        }
    }

    internal static void Alive(Tensor tensor, string name, ITitled? owner = null)
    {
        if (tensor.IsInvalid)
        {
            throw Wrong(name, owner,
                "is a tensor that was disposed, by itself or with the dispose scope that it was made in. Dispose it later, or take it out "
                    + "of the scope with DetachFromDisposeScope().");
        }
    }

    /// <summary>Throws unless a readable tensor is of the type and on the device of what it is computed with.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">Its name.</param>
    /// <param name="owner">The layer that it was given to.</param>
    /// <param name="other">What it is computed with.</param>
    /// <param name="otherName">That with its verb, e.g. <c>the input is</c>.</param>
    /// <param name="mend">What else may mend it, for a type or a device.</param>
    internal static void Alike(Tensor tensor, string name, ITitled owner, Tensor other, string otherName, Func<string, string>? mend = null)
    {
        var (type, device) = (other.dtype, other.device_type);
        if (tensor.dtype != type)
        {
            throw Wrong(name, owner,
                $"is of {tensor.dtype}, but {otherName} of {type}. Convert it with "
                    + $"to(ScalarType.{type}){mend?.Invoke($"ScalarType.{type}")}.");
        }
        if (tensor.device_type != device)
        {
            throw Wrong(name, owner,
                $"is on the device {tensor.device_type}, but {otherName} on {device}. Move it with "
                    + $"to(DeviceType.{device}){mend?.Invoke($"DeviceType.{device}")}.");
        }
    }

    /// <summary>Throws unless a readable tensor's numbers are of a floating-point type.</summary>
    internal static void Floating(Tensor tensor, string name, ITitled owner)
    {
        if (!tensor.is_floating_point())
        {
            throw Wrong(
                name,
                owner,
                $"is of {tensor.dtype}, but the layer computes with floating-point numbers. Convert it, e.g. with to(ScalarType.Float32).");
        }
    }

    /// <summary>Throws where weights are of a type, or on a device, that nothing is computed with: a module can be moved there.</summary>
    internal static void Weight(Tensor weight, ITitled owner)
    {
        ObjectDisposedException.ThrowIf(weight.IsInvalid, owner);
        if (!weight.is_floating_point())
        {
            throw new InvalidOperationException($"{owner.Title} has weights of {weight.dtype}, but a model computes with real "
                + "floating-point numbers. Move it to such a type, e.g. with to(ScalarType.Float32).");
        }
        if (weight.device_type == DeviceType.META)
        {
            throw new InvalidOperationException($"{owner.Title} has weights on the device META, where a tensor has a shape but no numbers. "
                + "Make it anew and load its weights.");
        }
    }

    private static ArgumentException Wrong(string name, ITitled? owner, string fault) => new($"{Subject(name, owner)} {fault}", name);

    private static string Subject(string name, ITitled? owner) => owner is null ? name : $"The {name} of {owner.Title}";
}

/// <summary>What an error can be about, e.g. a layer.</summary>
internal interface ITitled
{
    string Title { get; }
}
