using System.Globalization;

namespace EchoLstm.Samples.Reporting;

/// <summary>Numbers as the program prints them, in every culture alike.</summary>
internal static class Figures
{
    /// <summary>As the tutorial prints a prediction, but never "-0.0".</summary>
    internal static string OneDecimal(float value) => value.ToString("0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>As Keras prints a loss: four decimals, or <c>1.5464e-04</c> at 1e-3 and below.</summary>
    internal static string Loss(double value) => value.ToString(Math.Abs(value) > 1e-3 ? "F4" : "0.0000e+00", CultureInfo.InvariantCulture);

    /// <summary>As NumPy prints a vector: <c>[0. 0.2 0.4]</c>.</summary>
    internal static string Vector(IEnumerable<float> values) => $"[{string.Join(' ', values.Select(Short))}]";

    /// <summary>The shape of an array: <c>(5, 1, 1)</c>.</summary>
    internal static string Shape(Array values) => new Shape([.. Enumerable.Range(0, values.Rank).Select(axis => (long?)values.GetLength(axis))]).ToString();

    private static string Short(float value)
    {
        var text = value.ToString("0.##;-0.##;0", CultureInfo.InvariantCulture);
        return text.Contains('.') ? text : text + '.';
    }
}
