using System.Globalization;
using EchoLstm.Layers;
using EchoLstm.Pictures;

namespace EchoLstm.Models;

/// <summary>
/// The picture of <see cref="SequentialModel.SaveDiagram"/>: a row for each layer, with its box on the left and what it does with each time step on the right,
/// so that the arrows from row to row say which inputs lead to which outputs.
/// </summary>
internal sealed class ModelDiagram
{
    private const double Edge = 20, Header = 66, RowHeight = 78, BoxHeight = 48, BoxWidth = 340, Padding = 8;
    private const double CellWidth = 68, CellHeight = 30, Pitch = 92, StateArrow = 20, PartWidth = 36;
    private const double TitleSize = 15, NameSize = 13, DetailSize = 11, CellSize = 10;

    private readonly SequentialModel _model;
    private readonly SvgCanvas _canvas;
    private readonly double _left;
    private readonly double _width;
    private double _y;
    private bool _hasAcross;

    private ModelDiagram(SequentialModel model, IReadOnlyList<Shape> shapes, string title)
    {
        _model = model;
        var slots = Enumerable.Range(0, shapes.Count).Where(i => HasSteps(shapes, i)).Select(i => FramingSignal.SlotCount(shapes[i][1])).DefaultIfEmpty(1).Max();
        _left = Edge + BoxWidth + (2 * StateArrow) + 12;
        _width = Math.Max(((slots - 1) * Pitch) + CellWidth, Math.Max(Parts(shapes[0]).Count, Parts(shapes[^1]).Count) * PartWidth);
        _canvas = new SvgCanvas(
            _left + _width + (2 * StateArrow) + Edge,
            Header + (shapes.Count * RowHeight) + BoxHeight + 40,
            title,
            $"The layers of the model, from input to output: {string.Join(", ", model.Layers.Select(layer => layer.Name))}");
    }

    internal static string Draw(SequentialModel model)
    {
        List<Shape> shapes = [model.InputShape!];
        foreach (var layer in model.Layers)
        {
            shapes.Add(layer.OutputShape(shapes[^1]));
        }
        bool Sequence(int i) => FramingSignal.HasSteps(shapes[i], i > 0 ? model.Layers[i - 1] : null, i < model.Layers.Count ? model.Layers[i] : null);
        var input = new FramingSignal(shapes[0], Sequence(0), []);
        var output = new FramingSignal(shapes[^1], Sequence(shapes.Count - 1), []);
        var title = $"{(input.IsMany ? "Many" : "One")}-to-{(output.IsMany ? "many" : "one")}: {input.Words} in, {output.Words} out";
        return new ModelDiagram(model, shapes, title).Draw(shapes, title);
    }

    private bool HasSteps(IReadOnlyList<Shape> shapes, int i) =>
        FramingSignal.HasSteps(shapes[i], i > 0 ? _model.Layers[i - 1] : null, i < _model.Layers.Count ? _model.Layers[i] : null);

    private string Draw(IReadOnlyList<Shape> shapes, string title)
    {
        var inner = _left + _width + (2 * StateArrow) - Edge;
        _canvas.Text(Edge, Edge + TitleSize, title, TitleSize, inner);
        _canvas.Text(Edge, Edge + TitleSize + 20, Totals(), DetailSize, inner, "muted");

        _y = Header;
        var signal = Source(shapes[0], HasSteps(shapes, 0));
        Box("Input", "", shapes[0], "");
        Values("x", signal);
        for (var i = 0; i < _model.Layers.Count; i++)
        {
            var layer = _model.Layers[i];
            NextRow();
            Box(Kind(layer), layer.Name, shapes[i + 1], Parameters(layer.CountParameters()));
            signal = Layer(layer, signal, shapes[i + 1], HasSteps(shapes, i + 1));
        }
        NextRow();
        Box("Output", "", shapes[^1], "");
        Arrows(signal, signal.Slots);
        Values("y", signal);
        Footer(inner);
        return _canvas.Finish();
    }

    private string Totals() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Parameters(_model.CountParameters())}, {_model.CountParameters(trainable: true):N0} trainable. On the right, one sample.");

    private void Footer(double width)
    {
        var stateful = _model.Layers.Any(layer => layer is RecurrentLayer { Stateful: true });
        string[] sentences = [_hasAcross ? "Arrows across: the state, from step to step." : "", stateful ? "Dashed: the state, from batch to batch." : ""];
        if (string.Join(' ', sentences.Where(sentence => sentence.Length > 0)) is { Length: > 0 } text)
        {
            _canvas.Text(Edge, _y + BoxHeight + 28, text, DetailSize, width, "muted");
        }
    }

    private void NextRow()
    {
        _y += RowHeight;
        _canvas.Arrow(Edge + (BoxWidth / 2), _y - RowHeight + BoxHeight, Edge + (BoxWidth / 2), _y);
    }

    private void Box(string kind, string name, Shape shape, string parameters)
    {
        const double Inner = BoxWidth - (2 * Padding), Between = 12;
        _canvas.BeginGroup("layer");
        _canvas.Rectangle(Edge, _y, BoxWidth, BoxHeight, "box", 6);
        Line(_y + 20, kind, NameSize, "ink", name);
        Line(_y + 38, shape.ToString(), DetailSize, "muted", parameters);
        _canvas.EndGroup();

        // The text on the right keeps its width up to a half of the box; the left one gets the rest.
        void Line(double baseline, string start, double size, string @class, string end)
        {
            var right = Math.Min(TextWidth.Of(end, DetailSize), Math.Max(Inner / 2, Inner - Between - TextWidth.Of(start, size)));
            _canvas.Text(Edge + Padding, baseline, start, size, end.Length > 0 ? Inner - right - Between : Inner, @class);
            if (end.Length > 0)
            {
                _canvas.Text(Edge + BoxWidth - Padding, baseline, end, DetailSize, right, "muted", "end");
            }
        }
    }

    private FramingSignal Source(Shape shape, bool isSequence) =>
        new(shape, isSequence, isSequence ? Sequence(FramingSignal.StepNumbers(shape[1])) : [new FramingSlot("1", _left + (_width / 2))]);

    /// <summary>Places for steps; shorter sequences are at the right, where what was read before them ends.</summary>
    private IReadOnlyList<FramingSlot> Sequence(IReadOnlyList<string?> numbers, double? from = null)
    {
        var first = numbers.Count == 1 ? from ?? (_left + (_width / 2)) : _left + _width - (CellWidth / 2) - ((numbers.Count - 1) * Pitch);
        return [.. numbers.Select((number, i) => new FramingSlot(number, first + (i * Pitch), [from ?? (first + (i * Pitch))]))];
    }

    /// <summary>Draws what a layer does, and the arrows to it.</summary>
    private FramingSignal Layer(Layer layer, FramingSignal input, Shape shape, bool isSequence)
    {
        switch (layer)
        {
            case RecurrentLayer recurrent when input.IsSequence:
                return Recurrent(recurrent, input, shape, isSequence);
            case Bidirectional both when input.IsSequence:
                Arrows(input, input.Slots);
                Cells(input.Slots, both.Forward.KerasClass);
                Across(input.Slots, -5, forward: true);
                Across(input.Slots, 5, forward: false);
                return isSequence
                    ? Passed(input, shape)
                    : new FramingSignal(shape, false, [new FramingSlot("1", (input.Slots[0].X + input.Slots[^1].X) / 2, [.. new[] { input.Slots[0].X, input.Slots[^1].X }.Distinct()])]);
            case TimeDistributed or Dense or ActivationLayer or Dropout or Masking or Embedding when input.IsSequence && isSequence:
                Arrows(input, input.Slots);
                Cells(input.Slots, layer is TimeDistributed { Inner: var inner } ? KindOf(inner) : layer.KerasClass);
                return Passed(input, shape);
            case RepeatVector:
                Arrows(input, input.Slots);
                Cells(input.Slots, "Repeat");
                return new FramingSignal(shape, true, Sequence(FramingSignal.StepNumbers(shape[1]), input.Slots[0].X));
            case var _ when !input.IsSequence && !isSequence:
                Arrows(input, input.Slots);
                Cells(input.Slots, layer.KerasClass);
                return new FramingSignal(shape, false, [new FramingSlot("1", input.Slots[0].X)]);
            default:
                return Whole(layer, input, shape, isSequence);
        }
    }

    private FramingSignal Recurrent(RecurrentLayer layer, FramingSignal input, Shape shape, bool isSequence)
    {
        // A layer that reads backwards has its first cell at the last step.
        var cells = layer.GoBackwards ? Mirrored(input.Slots) : input.Slots;
        Arrows(input, layer.GoBackwards ? [.. cells.Reverse()] : cells);
        Cells(cells, layer.KerasClass);
        Across(cells, 0, forward: true);
        if (layer.Stateful)
        {
            var (first, last) = (cells[0].X - (CellWidth / 2), cells[^1].X + (CellWidth / 2));
            var middle = _y + (BoxHeight / 2);
            _canvas.Arrow(first - (2 * StateArrow), middle, first, middle, dashed: true);
            _canvas.Arrow(last, middle, last + (2 * StateArrow), middle, dashed: true);
        }
        if (!isSequence)
        {
            return new FramingSignal(shape, false, [new FramingSlot("1", cells[^1].X)]);
        }
        var numbers = FramingSignal.StepNumbers(shape[1], endsWhole: layer.GoBackwards);
        return new FramingSignal(shape, true, [.. cells.Select((cell, i) => new FramingSlot(numbers[i], cell.X))]);
    }

    private static IReadOnlyList<FramingSlot> Mirrored(IReadOnlyList<FramingSlot> slots) =>
        [.. slots.Select((slot, i) => new FramingSlot(slots[^(i + 1)].Number, slot.X))];

    private static FramingSignal Passed(FramingSignal input, Shape shape) =>
        new(shape, true, [.. input.Slots.Select(slot => new FramingSlot(slot.Number, slot.X))]);

    /// <summary>A layer whose every output may depend on every input.</summary>
    private FramingSignal Whole(Layer layer, FramingSignal input, Shape shape, bool isSequence)
    {
        var middle = (input.Slots[0].X + input.Slots[^1].X) / 2;
        var slots = isSequence && shape[1] != 1 ? Sequence(FramingSignal.StepNumbers(shape[1])) : [new FramingSlot("1", middle)];
        Arrows(input, input.Slots);
        var left = Math.Min(input.Slots[0].X, slots[0].X) - (CellWidth / 2);
        var right = Math.Max(input.Slots[^1].X, slots[^1].X) + (CellWidth / 2);
        Cell((left + right) / 2, right - left, Kind(layer), "cell");
        return new FramingSignal(shape, isSequence, slots);
    }

    private void Arrows(FramingSignal signal, IReadOnlyList<FramingSlot> to)
    {
        var (start, end) = (_y - RowHeight + ((BoxHeight + CellHeight) / 2), _y + ((BoxHeight - CellHeight) / 2));
        for (var i = 0; i < signal.Slots.Count; i++)
        {
            if (signal.Slots[i].Number is not null)
            {
                foreach (var from in signal.Slots[i].From)
                {
                    _canvas.Arrow(from, start, to[i].X, end);
                }
            }
        }
    }

    private void Cells(IReadOnlyList<FramingSlot> slots, string text)
    {
        foreach (var slot in slots)
        {
            if (slot.Number is null)
            {
                Dots(slot.X);
            }
            else
            {
                Cell(slot.X, CellWidth, text, "cell");
            }
        }
    }

    private void Across(IReadOnlyList<FramingSlot> slots, double shift, bool forward)
    {
        const double HalfDots = 12;
        var y = _y + (BoxHeight / 2) + shift;
        for (var i = 1; i < slots.Count; i++)
        {
            _hasAcross = true;
            var from = slots[i - 1].X + (slots[i - 1].Number is null ? HalfDots : CellWidth / 2);
            var to = slots[i].X - (slots[i].Number is null ? HalfDots : CellWidth / 2);
            _canvas.Arrow(forward ? from : to, y, forward ? to : from, y);
        }
    }

    private void Dots(double x) => _canvas.Text(x, _y + (BoxHeight / 2) + (CellSize * 0.35), "…", CellSize, CellWidth, "muted", "middle");

    private void Cell(double x, double width, string text, string @class)
    {
        _canvas.BeginGroup(@class + "s");
        _canvas.Rectangle(x - (width / 2), _y + ((BoxHeight - CellHeight) / 2), width, CellHeight, @class, 5);
        _canvas.Text(x, _y + (BoxHeight / 2) + (CellSize * 0.35), text, CellSize, width - 4, "ink", "middle");
        _canvas.EndGroup();
    }

    /// <summary>The model's input or output: a place for each step, or the numbers of a vector beside each other.</summary>
    private void Values(string letter, FramingSignal signal)
    {
        if (signal.IsSequence)
        {
            foreach (var slot in signal.Slots)
            {
                if (slot.Number is null)
                {
                    Dots(slot.X);
                }
                else
                {
                    Cell(slot.X, CellWidth, signal.Slots.Count == 1 ? letter : letter + slot.Number, "value");
                }
            }
            return;
        }
        var parts = Parts(signal.Shape);
        var width = parts.Count == 1 ? CellWidth : PartWidth;
        var first = Math.Clamp(signal.Slots[0].X - (parts.Count * width / 2), _left, _left + _width - (parts.Count * width));
        for (var i = 0; i < parts.Count; i++)
        {
            Cell(first + ((i + 0.5) * width), width, parts[i] == "…" ? "…" : letter + parts[i], "value");
        }
    }

    /// <summary>The numbers of a vector's values, as far as they are drawn.</summary>
    private static IReadOnlyList<string> Parts(Shape shape) => shape.Rank == 2 && shape.Last is > 1 and { } size
        ? [.. FramingSignal.StepNumbers(size).Select(number => number ?? "…")]
        : [""];

    private static string Parameters(long count) => count == 1 ? "1 parameter" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} parameters");

    private static string Kind(Layer layer) => layer switch
    {
        TimeDistributed wrapper => $"TimeDistributed({KindOf(wrapper.Inner)})",
        Bidirectional both => $"Bidirectional({both.Forward.KerasClass})",
        _ => layer.KerasClass,
    };

    private static string KindOf(TorchSharp.torch.nn.Module module) => module is Layer layer ? Kind(layer) : module.GetName();
}
