namespace EchoLstm.Tests;

/// <summary>While it lives, this thread writes numbers as Germans do, 1.234,5, whatever cultures the machine has.</summary>
internal sealed class GermanCulture : IDisposable
{
    private readonly CultureInfo _before = CultureInfo.CurrentCulture;

    internal GermanCulture()
    {
        CultureInfo.CurrentCulture = Make();
        $"{-1234.5:N1}".Should().Be("−1.234,5");
    }

    internal static CultureInfo Make()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NumberGroupSeparator = ".";
        culture.NumberFormat.PercentDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "−";
        return culture;
    }

    public void Dispose() => CultureInfo.CurrentCulture = _before;
}
