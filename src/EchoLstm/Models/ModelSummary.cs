using System.Globalization;
using System.Text;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>
/// The text of <see cref="Model.Summary(bool)"/>: Keras 2's <c>print_summary</c>, character for character; with formulas, more than Keras
/// says.
/// </summary>
internal static class ModelSummary
{
    private const int Width = 65;

    // Where each column ends, as Keras rounds 45 %, 85 % and 100 % of the width.
    private static readonly int[] Columns = [(int)(0.45 * Width), (int)(0.85 * Width), Width];

    internal static string Of(Model model, bool withFormulas)
    {
        var text = new StringBuilder();
        var formula = withFormulas ? model.Layers.Select(layer => layer.CountingFormula?.Length ?? 0).DefaultIfEmpty().Max() : 0;
        var width = withFormulas ? Width + 2 + formula : Width;
        text.AppendLine(new string('_', width));
        text.AppendLine(Row("Layer (type)", "Output Shape", "Param #", withFormulas ? "Counted as" : null));
        text.AppendLine(new string('=', width));
        foreach (var (i, (layer, shape)) in model.Outputs.Index())
        {
            text.AppendLine(Row(
                $"{layer.Name} ({layer.KerasClass})",
                shape?.ToString() ?? "not built",
                shape is null ? "?" : layer.CountParameters().ToString(CultureInfo.InvariantCulture),
                withFormulas ? layer.CountingFormula ?? "" : null));
            text.AppendLine(new string(i == model.Layers.Count - 1 ? '=' : '_', width));
        }
        text.AppendLine($"Total params: {Count(model, null)}");
        text.AppendLine($"Trainable params: {Count(model, true)}");
        text.AppendLine($"Non-trainable params: {Count(model, false)}");
        text.Append(new string('_', width));
        if (withFormulas && model.IsBuilt)
        {
            text.AppendLine().Append(CultureInfo.InvariantCulture, $"Engine: {model.EngineText}");
        }
        return text.ToString();
    }

    private static string Count(Model model, bool? trainable) =>
        model.IsBuilt ? model.CountParameters(trainable).ToString("N0", CultureInfo.InvariantCulture) : "not built yet";

    private static string Row(string layer, string shape, string parameters, string? formula)
    {
        var line = "";
        string[] fields = [layer, shape, parameters];
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                line = line[..^1] + ' ';
            }
            line += fields[i];
            line = line.Length > Columns[i] ? line[..Columns[i]] : line.PadRight(Columns[i]);
        }
        return formula is null ? line : $"{line}  {formula}".TrimEnd();
    }
}
