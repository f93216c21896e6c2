using System.Globalization;
using System.Text;

namespace EchoLstm.Browser;

/// <summary>Numbers as SVG writes them.</summary>
internal static class Svg
{
    internal static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>The points of a line, one a value, from left to right.</summary>
    internal static string Points(ReadOnlySpan<float> values, double left, double step, Func<float, double> y)
    {
        var points = new StringBuilder();
        for (var i = 0; i < values.Length; i++)
        {
            points.Append(CultureInfo.InvariantCulture, $"{left + (i * step):0.#},{y(values[i]):0.#} ");
        }
        return points.ToString();
    }
}
