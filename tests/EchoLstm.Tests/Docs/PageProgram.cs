using System.Text.RegularExpressions;

namespace EchoLstm.Tests.Docs;

/// <summary>
/// The programs of a page, a test each: what they print stands on the page, no fit is warned of, and <see cref="PagesTests"/> sees that
/// their #regions stand there.
/// </summary>
public abstract partial class PageProgram : IDisposable
{
    private readonly string _page;
    private readonly CultureInfo _culture = CultureInfo.CurrentCulture;
    private readonly DisposeScope _tensors = torch.NewDisposeScope();
    private readonly Warned _warned = new();

    protected PageProgram(string page)
    {
        _page = page;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
    }

    /// <summary>The console of the programs.</summary>
    protected StringWriter Console { get; } = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Expects what was printed since the last call as a block of text on the page; the end of a test does so too.</summary>
    protected void ExpectOnPage()
    {
        var lines = Console.ToString().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd());
        var printed = string.Join('\n', lines).TrimEnd('\n');
        Console.GetStringBuilder().Clear();
        if (printed.Length > 0)
        {
            DocsFolder.Blocks(DocsFolder.ReadPage(_page), "text").Any(block => Agree(block, printed))
                .Should().BeTrue($"{_page} has what its program prints as a block of text:\n{printed}\n");
        }
    }

    /// <summary>Whether the program shows a mistake that is warned of.</summary>
    protected bool ShowsWarning { get; set; }

    private void ExpectNoWarning()
    {
        _warned.Dispose();
        (_warned.Warnings.Count > 0).Should().Be(ShowsWarning, $"the programs of {_page} are sound, or show what is not: {string.Join(' ', _warned.Warnings)}");
    }

    public virtual void Dispose()
    {
        CultureInfo.CurrentCulture = _culture;
        _tensors.Dispose();
        ExpectOnPage();
        ExpectNoWarning();
        GC.SuppressFinalize(this);
    }

    // Another processor rounds otherwise: a decimal number may differ by one in its last place, and nothing else may.
    internal static bool Agree(string shown, string printed)
    {
        var (left, right) = (Decimals().Matches(shown), Decimals().Matches(printed));
        return Decimals().Replace(shown, "#") == Decimals().Replace(printed, "#")
            && left.Zip(right).All(pair => Close(pair.First.Value, pair.Second.Value));
    }

    private static bool Close(string shown, string printed)
    {
        var places = shown.Length - shown.IndexOf('.', StringComparison.Ordinal) - 1;
        return places == printed.Length - printed.IndexOf('.', StringComparison.Ordinal) - 1
            && Math.Abs(Number(shown) - Number(printed)) * (decimal)Math.Pow(10, places) <= 1;
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"-?\d+\.\d+")]
    private static partial Regex Decimals();
}
