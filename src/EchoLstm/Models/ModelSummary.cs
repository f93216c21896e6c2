using System.Text;
using EchoLstm.Layers;

namespace EchoLstm.Models;

/// <summary>
/// The text of <see cref="Model.Summary(bool, bool)"/>: Keras 2's <c>print_summary</c>, character for character; with formulas, more than Keras
/// says.
/// </summary>
internal static class ModelSummary
{
    private static string[] Titles => ["Layer (type)", "Output Shape", "Param #", "Connected to"];

    // Where each column ends, as Keras rounds 45 %, 85 % and 100 % of a width of 65, and of 98 for a graph 33 %, 55 %, 67 % and 100 %.
    private static readonly int[] Columns = [(int)(0.45 * 65), (int)(0.85 * 65), 65];
    private static int[] GraphColumns => [(int)(0.33 * 98), (int)(0.55 * 98), (int)(0.67 * 98), 98];

    internal static string Of(Model model, bool withFormulas, bool fullNames)
    {
        var text = new StringBuilder();
        if (model is FunctionalModel)
        {
            model.ThrowIfNotBuilt("be counted");
        }
        var usual = model is FunctionalModel ? GraphColumns : Columns;
        var titles = Titles[..usual.Length];
        var rows = model is FunctionalModel graph
            ? [.. graph.Graph.Rows.Select(row => Fields(graph.Graph, row))]
            : model.Outputs.Select(output => new Row([Fields(output.Layer, output.Output)], output.Layer.CountingFormula ?? "")).ToList();
        var columns = fullNames ? Fitting(usual, [titles, .. rows.SelectMany(row => row.Lines)]) : usual;
        var formula = withFormulas ? rows.Select(row => row.Formula.Length).DefaultIfEmpty().Max() : 0;
        var width = withFormulas ? columns[^1] + 2 + formula : columns[^1];
        text.AppendLine(new string('_', width));
        text.AppendLine(Line(columns, titles, withFormulas ? "Counted as" : null));
        text.AppendLine(new string('=', width));
        for (var i = 0; i < rows.Count; i++)
        {
            for (var line = 0; line < rows[i].Lines.Length; line++)
            {
                text.AppendLine(Line(columns, rows[i].Lines[line], !withFormulas ? null : line == 0 ? rows[i].Formula : ""));
            }
            text.AppendLine(new string(i == rows.Count - 1 ? '=' : '_', width));
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

    // One line for each tensor that the layer gets: the layer that makes it, which of its uses, and which of what that makes.
    private static Row Fields(Graph graph, object row)
    {
        if (row is Input input)
        {
            return new Row([[$"{input.Name} (InputLayer)", input.Shape.ToString(), "0", ""]], "");
        }
        var layer = (Layer)row;
        var uses = graph.Calls.Where(call => call.Layer == layer).ToList();
        var shapes = uses.Select(use => use.Outputs.Count == 1 ? use.Outputs[0].Shape.ToString()
            : $"[{string.Join(", ", use.Outputs.Select(node => node.Shape))}]").Distinct().ToList();
        string[] sources =
        [
            .. uses.SelectMany(use => use.Inputs).Select(node => string.Create(
                CultureInfo.InvariantCulture, $"{node.Title}[{UseOf(graph, node)}][{node.Index}]")),
        ];
        string[] first =
        [
            $"{layer.Name} ({layer.KerasClass})",
            shapes.Count == 1 ? shapes[0] : "multiple",
            layer.CountParameters().ToString(CultureInfo.InvariantCulture),
            sources[0],
        ];
        return new Row([first, .. sources.Skip(1).Select(source => (string[])["", "", "", source])], layer.CountingFormula ?? "");
    }

    private static int UseOf(Graph graph, Node node) =>
        node.Call is null ? 0 : graph.Calls.Where(call => call.Layer == node.Layer).ToList().IndexOf(node.Call);

    // Keras's columns, each as much wider as its longest field asks for.
    private static int[] Fitting(int[] usual, IReadOnlyList<string[]> rows)
    {
        var columns = new int[usual.Length];
        var end = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            end += Math.Max(usual[i] - (i == 0 ? 0 : usual[i - 1]), rows.Max(row => row[i].Length) + 1);
            columns[i] = end;
        }
        return columns;
    }

    private static string Count(Model model, bool? trainable) =>
        model.IsBuilt ? model.CountParameters(trainable).ToString("N0", CultureInfo.InvariantCulture) : "not built yet";

    private static string Line(int[] columns, string[] fields, string? formula)
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

    /// <summary>A layer's lines, and how its parameters are counted.</summary>
    private sealed record Row(string[][] Lines, string Formula);
}
