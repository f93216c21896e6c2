using System.Globalization;

namespace EchoLstm.Pictures;

/// <summary>The range of an axis, its marks and where a value lies on it; for any finite numbers, the largest and the smallest included.</summary>
internal sealed class Axis
{
    // Beyond this ratio the small values of a linear axis lie on its edge.
    private const double LogRatio = 30;

    // Closer together than this, values are one as far as a picture is concerned.
    private const double Distinct = 1e-9;

    private readonly double _unit;
    private readonly double _low;
    private readonly double _high;

    private Axis(bool isLog, double unit, double low, double high, IReadOnlyList<(double At, string Text)> marks)
    {
        (IsLog, _unit, _low, _high) = (isLog, unit, low, high);
        Marks = [.. marks.Select(mark => ((mark.At - low) / (high - low), mark.Text))];
    }

    /// <summary>Whether equal distances are equal ratios.</summary>
    internal bool IsLog { get; }

    /// <summary>The marks: where each is, from 0 to 1, and what it says.</summary>
    internal IReadOnlyList<(double Fraction, string Text)> Marks { get; }

    /// <summary>An axis for values whose ends are marks; logarithmic where they span more than a factor of 30 and none is negative, unless that is not wanted.</summary>
    internal static Axis Rounded(IReadOnlyCollection<double> finite, bool mayBeLog)
    {
        var positive = finite.Where(value => value > 0).ToList();
        if (mayBeLog && positive.Count > 0 && finite.All(value => value >= 0) && positive.Max() / positive.Min() > LogRatio)
        {
            return Logarithmic(positive.Min(), positive.Max());
        }
        const int Marks = 5;
        var (unit, exponent, low, high) = Scaled(finite);
        var step = Step((high - low) / Marks);
        (low, high) = (Math.Floor((low / step) + Distinct) * step, Math.Ceiling((high / step) - Distinct) * step);
        return new Axis(false, unit, low, high, Linear(low, high, step, exponent));
    }

    /// <summary>An axis that ends where the values end.</summary>
    /// <param name="finite">The values.</param>
    /// <param name="width">The pixels that there are for marks.</param>
    /// <param name="fontSize">The size of the marks' text.</param>
    /// <param name="whole">Whether only whole numbers are marked.</param>
    internal static Axis Exact(IReadOnlyCollection<double> finite, double width, double fontSize, bool whole)
    {
        var (unit, exponent, low, high) = Scaled(finite);
        for (var marks = 10; ; marks--)
        {
            var step = Step((high - low) / marks);
            step = whole ? Math.Max(step, 1 / unit) : step;
            var texts = Linear(low, high, step, exponent);
            var widest = texts.Select(mark => TextWidth.Of(mark.Text, fontSize)).DefaultIfEmpty().Max();
            if (marks == 1 || texts.Count * (widest + fontSize) <= width)
            {
                return new Axis(false, unit, low, high, texts);
            }
        }
    }

    /// <summary>Where a finite value lies, from 0 to 1. On a logarithmic axis zero lies at the low end.</summary>
    internal double Fraction(double value) => IsLog
        ? value > 0 ? (Math.Log10(value) - _low) / (_high - _low) : 0
        : ((value / _unit) - _low) / (_high - _low);

    private static Axis Logarithmic(double least, double most)
    {
        const int MostMarks = 7;
        var (low, high) = ((int)Math.Floor(Math.Log10(least)), (int)Math.Ceiling(Math.Log10(most)));
        var each = ((high - low) / MostMarks) + 1;
        return new Axis(true, 1, low, high, [.. Enumerable.Range(low, high - low + 1).Where(power => (power - low) % each == 0).Select(power => ((double)power, Power(power)))]);
    }

    // In units of a power of ten, so that neither the largest differences nor the smallest steps leave a double's range.
    private static (double Unit, int Exponent, double Low, double High) Scaled(IReadOnlyCollection<double> finite)
    {
        var (least, most) = (finite.Min(), finite.Max());
        var largest = Math.Max(Math.Abs(least), Math.Abs(most));
        var exponent = largest > 0 ? (int)Math.Floor(Math.Log10(largest)) : 0;
        var unit = Math.Pow(10, exponent);
        if (unit == 0)
        {
            (unit, exponent) = (double.Epsilon, -324);
        }
        var (low, high) = (least / unit, most / unit);
        return high - low > Distinct ? (unit, exponent, low, high) : (unit, exponent, low - 0.5, high + 0.5);
    }

    // 1, 2 or 5 times a power of ten.
    private static double Step(double atLeast)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        return (atLeast / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }

    private static List<(double At, string Text)> Linear(double low, double high, double step, int exponent)
    {
        var (first, last) = ((long)Math.Ceiling((low / step) - Distinct), (long)Math.Floor((high / step) + Distinct));
        var stepExponent = (int)Math.Floor(Math.Log10(step) + Distinct);
        // Numbers of up to seven digits are written out.
        var isPlain = exponent is >= -4 and <= 6 && exponent + stepExponent >= -9;
        var decimals = Math.Max(0, isPlain ? -(stepExponent + exponent) : -stepExponent);
        var marks = new List<(double At, string Text)>();
        for (var i = first; i <= last; i++)
        {
            var at = i * step;
            var number = (isPlain ? at * Math.Pow(10, exponent) : at).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            marks.Add((at, i == 0 ? "0" : isPlain ? number : string.Create(CultureInfo.InvariantCulture, $"{number}e{exponent}")));
        }
        return marks;
    }

    private static string Power(int power) => power switch
    {
        >= 0 and <= 5 => Math.Pow(10, power).ToString("F0", CultureInfo.InvariantCulture),
        < 0 and >= -3 => Math.Pow(10, power).ToString("F" + (-power).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
        _ => string.Create(CultureInfo.InvariantCulture, $"1e{power}"),
    };
}
