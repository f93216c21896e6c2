using System.Runtime.CompilerServices;

namespace EchoLstm.Kernels.Lanes;

/// <summary>One float: where the machine has no vectors, and the reference for those that have.</summary>
internal readonly unsafe struct Lanes1(float value) : ILanes<Lanes1>
{
    private readonly float _value = value;

    public static int Count => 1;

    public static Lanes1 Zero => default;

    public static Lanes1 All(float value) => new(value);

    public static Lanes1 Load(float* from) => new(*from);

    public void Store(float* to) => *to = _value;

    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(a._value + b._value);

    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(a._value - b._value);

    public static Lanes1 operator -(Lanes1 a) => new(-a._value);

    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(a._value * b._value);

    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 MultiplyAdd(Lanes1 a, Lanes1 b, Lanes1 c) => new(float.MultiplyAddEstimate(a._value, b._value, c._value));

    public static Lanes1 SquareRoot(Lanes1 a) => new(MathF.Sqrt(a._value));

    public static Lanes1 Abs(Lanes1 a) => new(MathF.Abs(a._value));

    public static Lanes1 Least(Lanes1 a, Lanes1 b) => a._value < b._value ? a : b;

    public static Lanes1 Greatest(Lanes1 a, Lanes1 b) => a._value > b._value ? a : b;

    public static Lanes1 WhereLess(Lanes1 a, Lanes1 b, Lanes1 then, Lanes1 otherwise) => a._value < b._value ? then : otherwise;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes1 PowerOfTwo(Lanes1 biased) =>
        new(BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(biased._value) << 23));

    public float Sum() => _value;

    public float Largest() => _value;
}
