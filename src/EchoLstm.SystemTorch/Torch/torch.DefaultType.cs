namespace TorchSharp;

public static partial class torch
{
    private static ScalarType _defaultDtype = ScalarType.Float32;

    /// <summary>Element type of new tensors where none is asked for.</summary>
    public static ScalarType get_default_dtype() => _defaultDtype;

    /// <summary>Sets the element type of new tensors where none is asked for; a floating-point one.</summary>
    public static void set_default_dtype(ScalarType dtype)
    {
        if (!is_floating_point(dtype)) throw new ArgumentException("only floating-point types are supported as the default type");
        _defaultDtype = dtype;
    }

    /// <summary>Sets the element type of new tensors to that of another tensor.</summary>
    public static void set_default_tensor_type(Tensor t) => set_default_dtype(t.dtype);
}
