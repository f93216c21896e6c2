namespace EchoLstm.Pictures;

/// <summary>The range of an axis, its marks and where a value lies on it; for any finite numbers, even the largest and smallest.</summary>
internal sealed class Axis
{
    // Beyond this ratio the small values of a linear axis lie on its edge.
    private const double LogRatio = 30;

    // Closer together than this, values are one as far as a picture is concerned.
    private const double Distinct = 1e-9;

    // A linear axis counts in units of a power of ten, so that neither the largest differences nor the smallest leave a double's range.
    private readonly int _exponent;
    private readonly double _unit;
    private double _low;
    private double _high;

    private Axis(IReadOnlyCollection<double> finite)
    {
        var (least, most) = (finite.Min(), finite.Max());
        var largest = Math.Max(Math.Abs(least), Math.Abs(most));
        _exponent = largest > 0 ? Math.Max((int)Math.Floor(Math.Log10(largest)), -300) : 0;
        _unit = Math.Pow(10, _exponent);
        var space = (most / _unit) - (least / _unit) > Distinct ? 0 : 0.5;
        (_low, _high) = ((least / _unit) - space, (most / _unit) + space);
    }

    private Axis(int low, int high)
    {
        (IsLog, _low, _high) = (true, low, high);
        var powers = Enumerable.Range(low, high - low + 1).Where(power => (power - low) % (((high - low) / 7) + 1) == 0);
        Marks = [.. powers.Select(power => (Place(power), PowerOfTen(power)))];
    }

    /// <summary>Whether equal distances are equal ratios.</summary>
    internal bool IsLog { get; }

    /// <summary>The marks: where each is, from 0 to 1, and what it says.</summary>
    internal IReadOnlyList<(double Fraction, string Text)> Marks { get; private set; } = [];

    /// <summary>An axis whose ends are marks; logarithmic, if it may be, where values span over a factor of 30, none negative.</summary>
    internal static Axis Rounded(IReadOnlyCollection<double> finite, bool mayBeLog)
    {
        var positive = finite.Where(value => value > 0).DefaultIfEmpty(1).ToList();
        if (mayBeLog && finite.All(value => value >= 0) && positive.Max() / positive.Min() > LogRatio)
        {
            return new Axis((int)Math.Floor(Math.Log10(positive.Min())), (int)Math.Ceiling(Math.Log10(positive.Max())));
        }
        var axis = new Axis(finite);
        var step = Step((axis._high - axis._low) / 5);
        (axis._low, axis._high) = (Math.Floor((axis._low / step) + Distinct) * step, Math.Ceiling((axis._high / step) - Distinct) * step);
        axis.Mark(step);
        return axis;
    }

    /// <summary>An axis that ends where the values end, with as many marks, of whole numbers if so wished, as have room.</summary>
    internal static Axis Exact(IReadOnlyCollection<double> finite, double width, double fontSize, bool whole)
    {
        var axis = new Axis(finite);
        var marks = 10;
        do
        {
            axis.Mark(Math.Max(Step((axis._high - axis._low) / marks), whole ? 1 / axis._unit : 0));
        }
        while (--marks > 0 && axis.Marks.Any(mark => axis.Marks.Count * (TextWidth.Of(mark.Text, fontSize) + fontSize) > width));
        return axis;
    }

    /// <summary>Where a finite value lies, from 0 to 1. On a logarithmic axis zero lies at the low end.</summary>
    internal double Fraction(double value) => !IsLog ? Place(value / _unit) : value > 0 ? Place(Math.Log10(value)) : 0;

    private double Place(double at) => (at - _low) / (_high - _low);

    // 1, 2 or 5 times a power of ten.
    private static double Step(double atLeast)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(atLeast)));
        return power * (atLeast / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
    }

    private void Mark(double step)
    {
        var (first, last) = ((long)Math.Ceiling((_low / step) - Distinct), (long)Math.Floor((_high / step) + Distinct));
        var stepExponent = (int)Math.Floor(Math.Log10(step) + Distinct);
        // Numbers of up to seven digits are written out.
        var isPlain = _exponent is >= -4 and <= 6 && _exponent + stepExponent >= -9;
        var decimals = string.Create(CultureInfo.InvariantCulture, $"F{Math.Max(0, -stepExponent - (isPlain ? _exponent : 0))}");
        var ending = isPlain ? "" : string.Create(CultureInfo.InvariantCulture, $"e{_exponent}");
        string Text(double at) => at == 0 ? "0" : (isPlain ? at * _unit : at).ToString(decimals, CultureInfo.InvariantCulture) + ending;
        Marks = [.. Enumerable.Range(0, (int)(last - first + 1)).Select(i => (first + i) * step).Select(at => (Place(at), Text(at)))];
    }

    private static string PowerOfTen(int power) => power is >= -3 and <= 5
        ? Math.Pow(10, power).ToString("0.###", CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"1e{power}");
}
