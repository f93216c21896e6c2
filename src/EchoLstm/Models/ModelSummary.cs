using System.Globalization;
using System.Text;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>
/// The text of <see cref="Model.Summary(bool, bool)"/>: Keras 2's <c>print_summary</c>, character for character; with formulas, more than Keras
/// says.
/// </summary>
internal static class ModelSummary
{
    private const int Width = 65;

    // Where each column ends, as Keras rounds 45 %, 85 % and 100 % of the width.
    private static readonly int[] Columns = [(int)(0.45 * Width), (int)(0.85 * Width), Width];

    internal static string Of(Model model, bool withFormulas, bool fullNames)
    {
        var text = new StringBuilder();
        var rows = model.Outputs.Select(output => Fields(output.Layer, output.Output)).ToList();
        var columns = fullNames ? Fitting([["Layer (type)", "Output Shape", "Param #"], .. rows]) : Columns;
        var formula = withFormulas ? model.Layers.Select(layer => layer.CountingFormula?.Length ?? 0).DefaultIfEmpty().Max() : 0;
        var width = withFormulas ? columns[^1] + 2 + formula : columns[^1];
        text.AppendLine(new string('_', width));
        text.AppendLine(Row(columns, ["Layer (type)", "Output Shape", "Param #"], withFormulas ? "Counted as" : null));
        text.AppendLine(new string('=', width));
        for (var i = 0; i < rows.Count; i++)
        {
            text.AppendLine(Row(columns, rows[i], withFormulas ? model.Layers[i].CountingFormula ?? "" : null));
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

    private static string[] Fields(Layer layer, Shape? shape) =>
    [
        $"{layer.Name} ({layer.KerasClass})",
        shape?.ToString() ?? "not built",
        shape is null ? "?" : layer.CountParameters().ToString(CultureInfo.InvariantCulture),
    ];

    // Keras's columns, each as much wider as its longest field asks for.
    private static int[] Fitting(IReadOnlyList<string[]> rows)
    {
        var columns = new int[Columns.Length];
        var end = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            end += Math.Max(Columns[i] - (i == 0 ? 0 : Columns[i - 1]), rows.Max(row => row[i].Length) + 1);
            columns[i] = end;
        }
        return columns;
    }

    private static string Count(Model model, bool? trainable) =>
        model.IsBuilt ? model.CountParameters(trainable).ToString("N0", CultureInfo.InvariantCulture) : "not built yet";

    private static string Row(int[] columns, string[] fields, string? formula)
    {
        var line = "";
        for (var i = 0; i < fields.Length; i++)
        {
            if (i > 0)
            {
                line = line[..^1] + ' ';
            }
            line += fields[i];
            line = line.Length > columns[i] ? line[..columns[i]] : line.PadRight(columns[i]);
        }
        return formula is null ? line : $"{line}  {formula}".TrimEnd();
    }
}
