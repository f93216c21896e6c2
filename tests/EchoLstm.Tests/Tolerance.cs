namespace EchoLstm.Tests;

/// <summary>How far a number may lie from the expected one; the reasons stand with the constants.</summary>
internal readonly record struct Tolerance(double Absolute, double Relative = 0)
{
    /// <summary>Equal bits.</summary>
    internal static readonly Tolerance None = new(0);

    /// <summary>Float32 keeps 24 bits and a few operations in a row lose some; PyTorch's own <c>assert_close</c> uses these.</summary>
    internal static readonly Tolerance Float32 = new(1e-5, 1.3e-6);

    /// <summary>Float64 against another order of summing.</summary>
    internal static readonly Tolerance Float64 = new(1e-12, 1e-10);

    internal bool Accepts(double actual, double expected) =>
        actual.Equals(expected) || Math.Abs(actual - expected) <= Absolute + (Relative * Math.Abs(expected));
}
