namespace EchoLstm.Pictures;

/// <summary>
/// How wide a text can become, in pixels: the reader's font is not known, so characters count as in DejaVu Sans, the widest usual one.
/// </summary>
internal static class TextWidth
{
    internal static double Of(string text, double fontSize) => fontSize * text.EnumerateRunes().Sum(rune => rune.Value switch
    {
        '…' or '→' => 1.02,
        '–' or '·' => 0.79,
        > 0x24F => 1.3,
        > 0x7F or (>= 'A' and <= 'Z' and not ('I' or 'M' or 'O' or 'Q' or 'W')) => 0.79,
        var other when "@%+=<>~mwMWQO".Contains((char)other, StringComparison.Ordinal) => 1.02,
        var other when " !'(),.:;[]|ijlftrI-/".Contains((char)other, StringComparison.Ordinal) => 0.42,
        _ => 0.66,
    });

    /// <summary>The text where it fits, else its beginning and an ellipsis; no accent or emoji is cut in two.</summary>
    internal static string Fit(string text, double fontSize, double width)
    {
        // A width that was made of this text's own by adding and subtracting may lack the last digit.
        bool Fits(string part) => Of(part, fontSize) <= width + 0.001;
        var ends = StringInfo.ParseCombiningCharacters(text);
        return Fits(text) ? text : text[..ends.TakeWhile(end => Fits(text[..end] + '…')).LastOrDefault()] + '…';
    }
}
