using System.Globalization;
using System.Text;

namespace EchoLstm.Pictures;

/// <summary>
/// How wide a text can become, in pixels: the reader's font is not known, so each character counts as in DejaVu Sans, the widest of the usual ones.
/// </summary>
internal static class TextWidth
{
    private const double Narrow = 0.42, Usual = 0.66, Capital = 0.79, Wide = 1.02, Foreign = 1.3;

    internal static double Of(string text, double fontSize) => text.EnumerateRunes().Sum(Ems) * fontSize;

    /// <summary>The text where it fits, else its beginning and an ellipsis.</summary>
    internal static string Fit(string text, double fontSize, double width)
    {
        if (Of(text, fontSize) <= width)
        {
            return text;
        }
        const char Ellipsis = '…';
        var (kept, used) = (new StringBuilder(), Of("…", fontSize));
        // Text elements, so that no accent or emoji is cut in two.
        foreach (var element in Elements(text))
        {
            used += Of(element, fontSize);
            if (used > width)
            {
                break;
            }
            kept.Append(element);
        }
        return kept.Append(Ellipsis).ToString();
    }

    private static IEnumerable<string> Elements(string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            yield return elements.GetTextElement();
        }
    }

    private static double Ems(Rune rune) => rune.Value switch
    {
        > 0x24F and not '…' and not '–' and not '·' and not '→' => Foreign,
        '…' or '→' or '@' or '%' or '+' or '=' or '<' or '>' or '~' => Wide,
        'm' or 'w' or 'M' or 'W' or 'Q' or 'O' => Wide,
        ' ' or '!' or '\'' or '(' or ')' or ',' or '.' or ':' or ';' or '[' or ']' or '|' or 'i' or 'j' or 'l' or 'f' or 't' or 'r' or 'I' or '-' or '/' => Narrow,
        >= 'A' and <= 'Z' => Capital,
        > 0x7F => Capital,
        _ => Usual,
    };
}
