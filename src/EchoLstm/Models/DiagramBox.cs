using EchoLstm.Layers;
using EchoLstm.Pictures;

namespace EchoLstm.Models;

/// <summary>A layer in a diagram: its kind and name, its output's shape and its parameters.</summary>
internal static class DiagramBox
{
    internal const double Width = 340, Height = 48, DetailSize = 11;
    private const double NameSize = 13, Padding = 8, Between = 12;

    /// <summary>Draws a box of two lines, each with a text at its left and one at its right end.</summary>
    internal static void Draw(
        SvgCanvas canvas, double x, double y, (string Left, string Right) first, (string Left, string Right) second)
    {
        const double Inner = Width - (2 * Padding);
        canvas.BeginGroup("layer");
        canvas.Rectangle(x, y, Width, Height, "box", 6);
        Line(y + 20, first.Left, NameSize, "ink", first.Right);
        Line(y + 38, second.Left, DetailSize, "muted", second.Right);
        canvas.EndGroup();

        // The text on the right keeps its width up to a half of the box; the left one gets the rest.
        void Line(double baseline, string start, double size, string @class, string end)
        {
            var right = Math.Min(TextWidth.Of(end, DetailSize), Math.Max(Inner / 2, Inner - Between - TextWidth.Of(start, size)));
            canvas.Text(x + Padding, baseline, start, size, end.Length > 0 ? Inner - right - Between : Inner, @class);
            canvas.Text(x + Width - Padding, baseline, end, DetailSize, right, "muted", "end");
        }
    }

    internal static string Totals(Model model) => string.Create(
        CultureInfo.InvariantCulture, $"{Parameters(model)}, {model.CountParameters(trainable: true):N0} trainable.");

    internal static string Parameters(Layer layer) => layer.CountParameters() is not 1 and var count
        ? string.Create(CultureInfo.InvariantCulture, $"{count:N0} parameters")
        : "1 parameter";

    internal static string Kind(Layer layer) =>
        layer is TimeDistributed or Bidirectional ? $"{layer.KerasClass}({Name(layer)})" : layer.KerasClass;

    internal static string Name(Layer layer) => layer switch
    {
        TimeDistributed each => Kind(each.InnerLayer),
        Bidirectional both => both.Forward.KerasClass,
        RepeatVector => "Repeat",
        _ => layer.KerasClass,
    };
}
