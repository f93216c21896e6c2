using System.Numerics;
using System.Text;

namespace TorchSharp.Interop;

/// <summary>
/// One argument of an operator call. It holds the managed object (so that a tensor cannot be finalised during the call)
/// and is turned into a <see cref="NativeArgument"/> on the stack of the call.
/// </summary>
internal readonly struct Argument
{
    private readonly ArgumentTag _tag;
    private readonly int _count;
    private readonly long _bits;
    private readonly object? _object;

    private Argument(ArgumentTag tag, long bits = 0, object? held = null, int count = 0)
    {
        _tag = tag;
        _bits = bits;
        _object = held;
        _count = count;
    }

    /// <summary>An optional argument that is absent; not the same as <see cref="Default"/>.</summary>
    internal static Argument None => default;

    /// <summary>The value that the operator's schema gives when the argument is left out.</summary>
    internal static Argument Default => new(ArgumentTag.Default);

    internal object? Held => _object;

    public static implicit operator Argument(torch.Tensor? value) => value is null ? None : new(ArgumentTag.Tensor, 0, value);
    public static implicit operator Argument(int value) => new(ArgumentTag.Int, value);
    public static implicit operator Argument(long value) => new(ArgumentTag.Int, value);
    public static implicit operator Argument(float value) => (double)value;
    public static implicit operator Argument(double value) => new(ArgumentTag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Argument(bool value) => new(ArgumentTag.Bool, value ? 1 : 0);
    public static implicit operator Argument(torch.ScalarType value) => (long)value;

    public static implicit operator Argument(long? value) => value is null ? None : value.Value;
    public static implicit operator Argument(double? value) => value is null ? None : value.Value;
    public static implicit operator Argument(bool? value) => value is null ? None : value.Value;
    public static implicit operator Argument(torch.ScalarType? value) => value is null ? None : value.Value;

    public static implicit operator Argument(long[]? value) => List(ArgumentTag.IntList, value);
    public static implicit operator Argument(ReadOnlySpan<long> value) => value.ToArray();
    public static implicit operator Argument(double[]? value) => List(ArgumentTag.DoubleList, value);
    public static implicit operator Argument(bool[]? value) => List(ArgumentTag.BoolList, value);
    public static implicit operator Argument(torch.Tensor?[]? value) => List(ArgumentTag.TensorList, value);
    public static implicit operator Argument(List<torch.Tensor> value) => value.ToArray();

    public static implicit operator Argument(string? value) => value is null ? None : new(ArgumentTag.String, 0, value, Encoding.UTF8.GetByteCount(value));

    public static implicit operator Argument(torch.Device? value) =>
        value is null ? None : new(ArgumentTag.Device, value.index, null, (int)value.type);

    public static implicit operator Argument(torch.Generator? value) => value is null ? None : new(ArgumentTag.Generator, 0, value);

    public static implicit operator Argument(Scalar? value) => value is null
        ? None
        : value.Kind switch
        {
            ScalarKind.Integer => value.Integer,
            ScalarKind.Real => value.Complex.Real,
            ScalarKind.Boolean => value.Integer != 0,
            _ => new(ArgumentTag.Complex, 0, value),
        };

    private static Argument List(ArgumentTag tag, Array? value) => value is null ? None : new(tag, 0, value, value.Length);

    /// <summary>How many bytes of the call's scratch memory this argument needs, a multiple of 8.</summary>
    internal int ScratchBytes => _tag switch
    {
        ArgumentTag.IntList or ArgumentTag.DoubleList or ArgumentTag.TensorList => _count * 8,
        ArgumentTag.BoolList or ArgumentTag.String => (_count + 7) & ~7,
        ArgumentTag.Complex => 16,
        _ => 0,
    };

    /// <summary>Writes the argument; what does not fit into 8 bytes goes to <paramref name="scratch"/>, which does not move.</summary>
    internal unsafe void Write(out NativeArgument native, byte* scratch)
    {
        native = default;
        native.Tag = _tag;
        native.Count = _count;
        switch (_tag)
        {
            case ArgumentTag.Tensor:
                native.Pointer = ((torch.Tensor)_object!).Handle;
                return;
            case ArgumentTag.Generator:
                native.Pointer = ((torch.Generator)_object!).LiveHandle;
                return;
            case ArgumentTag.IntList:
                ((long[])_object!).CopyTo(new Span<long>(scratch, _count));
                break;
            case ArgumentTag.DoubleList:
                ((double[])_object!).CopyTo(new Span<double>(scratch, _count));
                break;
            case ArgumentTag.BoolList:
                ((bool[])_object!).CopyTo(new Span<bool>(scratch, _count));
                break;
            case ArgumentTag.TensorList:
                var tensors = (torch.Tensor?[])_object!;
                for (var i = 0; i < tensors.Length; i++)
                {
                    ((nint*)scratch)[i] = tensors[i]?.Handle ?? 0;
                }

                break;
            case ArgumentTag.String:
                Encoding.UTF8.GetBytes((string)_object!, new Span<byte>(scratch, _count));
                break;
            case ArgumentTag.Complex:
                *(Complex*)scratch = ((Scalar)_object!).Complex;
                break;
            default:
                native.Integer = _bits;
                return;
        }

        native.Pointer = (nint)scratch;
    }
}
