using EchoLstm.Layers;
using EchoLstm.Pictures;

namespace EchoLstm.Models;

/// <summary>
/// The picture of a SequentialModel by <see cref="Model.SaveDiagram"/>: a row for each layer, with its box on the left and what it does with each time
/// step on the right, so that the arrows from row to row say which inputs lead to which outputs.
/// </summary>
internal sealed class ModelDiagram
{
    private const double Edge = 20, Header = 66, RowHeight = 78, BoxHeight = DiagramBox.Height, BoxWidth = DiagramBox.Width;
    private const double CellWidth = 68, CellHeight = 30, Pitch = 92, StateArrow = 20, PartWidth = 36;
    private const double TitleSize = 15, DetailSize = DiagramBox.DetailSize, CellSize = 10;
    private const int MostDrawn = 5; // of the steps of a sequence, or the values of a vector
    private const double Left = Edge + BoxWidth + (2 * StateArrow) + 12;

    private readonly List<Signal> _signals = [];
    private readonly List<string> _notes = [];
    private readonly SvgCanvas _canvas;
    private readonly double _right;
    private double _y = Header;

    private ModelDiagram(SequentialModel model)
    {
        Shape[] shapes = [model.InputShape!, .. model.Outputs.Select(output => output.Output!)];
        foreach (var (i, shape) in shapes.Index())
        {
            _signals.Add(new Signal(shape, model.Layers.ElementAtOrDefault(i - 1), model.Layers.ElementAtOrDefault(i)));
        }
        var (input, output) = (_signals[0], _signals[^1]);
        var steps = ((_signals.Max(signal => signal.Steps().Count) - 1) * Pitch) + CellWidth;
        _right = Left + Math.Max(steps, Math.Max(input.Parts.Count, output.Parts.Count) * PartWidth);
        var width = _right + (2 * StateArrow) - Edge;
        var title = $"{(input.Count == "many" ? "Many" : "One")}-to-{output.Count}: {input.Words} in, {output.Words} out";
        var description = $"The layers of the model, from input to output: {string.Join(", ", model.Layers.Select(layer => layer.Name))}";
        _canvas = new SvgCanvas(width + (2 * Edge), Header + (_signals.Count * RowHeight) + BoxHeight + 40, title, description);
        _canvas.Text(Edge, Edge + TitleSize, title, TitleSize, width);
        var totals = $"{DiagramBox.Totals(model)} On the right, one sample.";
        _canvas.Text(Edge, Edge + TitleSize + 20, totals, DetailSize, width, "muted");

        Box("Input", "", input, "");
        var places = Places(input, (Left + _right) / 2);
        Values("x", input, places);
        foreach (var (i, layer) in model.Layers.Index())
        {
            NextRow();
            Box(DiagramBox.Kind(layer), layer.Name, _signals[i + 1], DiagramBox.Parameters(layer));
            places = Through(layer, _signals[i], places, _signals[i + 1]);
        }
        NextRow();
        Box("Output", "", output, "");
        Arrows(places);
        Values("y", output, places);
        _canvas.Text(Edge, _y + BoxHeight + 28, string.Join(' ', _notes.Distinct()), DetailSize, width, "muted");
    }

    /// <summary>Where a step, or the one vector, is drawn: its number, null for a gap; its middle; where arrows from it begin.</summary>
    private sealed record Place(string? Number, double X, params double[] From);

    internal static string Draw(SequentialModel model) => new ModelDiagram(model)._canvas.Finish();

    private void NextRow()
    {
        _y += RowHeight;
        _canvas.Arrow(Edge + (BoxWidth / 2), _y - RowHeight + BoxHeight, Edge + (BoxWidth / 2), _y);
    }

    private void Box(string kind, string name, Signal output, string parameters) =>
        DiagramBox.Draw(_canvas, Edge, _y, (kind, name), (output.Shape.ToString(), parameters));

    /// <summary>Places for steps; shorter sequences are at the right, where what was read before them ends.</summary>
    private List<Place> Places(Signal signal, double alone, double? from = null)
    {
        var numbers = signal.Steps();
        var first = numbers.Count == 1 ? alone : _right - (CellWidth / 2) - ((numbers.Count - 1) * Pitch);
        return [.. numbers.Select((number, i) => new Place(number, first + (i * Pitch), from ?? first + (i * Pitch)))];
    }

    /// <summary>Draws what a layer does, and the arrows to it.</summary>
    private List<Place> Through(Layer layer, Signal input, List<Place> places, Signal output)
    {
        var isRecurrent = layer is RecurrentLayer or Bidirectional;
        var isOfEachStep = layer is TimeDistributed or Dense or ActivationLayer or Dropout or Masking or Embedding;
        // A layer that reads backwards has its first cell at the last step.
        var isBackwards = layer is RecurrentLayer { GoBackwards: true };
        Arrows(places, isBackwards);
        if (!isRecurrent && layer is not RepeatVector && (input.IsSequence ? !(isOfEachStep && output.IsSequence) : output.IsSequence))
        {
            // Every output may depend on every input: one bar.
            var after = Places(output, (places[0].X + places[^1].X) / 2);
            var (left, right) = (Math.Min(places[0].X, after[0].X), Math.Max(places[^1].X, after[^1].X));
            Cell((left + right) / 2, right - left + CellWidth, DiagramBox.Kind(layer), "cell");
            return after;
        }
        var cells = isBackwards ? [.. places.Select((place, i) => place with { Number = places[^(i + 1)].Number })] : places;
        cells.ForEach(cell => Cell(cell.X, CellWidth, cell.Number is null ? null : DiagramBox.Name(layer), "cell"));
        if (layer is RepeatVector)
        {
            return Places(output, cells[0].X, cells[0].X);
        }
        if (isRecurrent)
        {
            States(layer, cells);
        }
        if (output.IsSequence)
        {
            var numbers = output.Steps(endsWhole: cells.Count > 1 && cells[1].Number is null);
            return [.. cells.Zip(numbers, (cell, number) => new Place(number, cell.X, cell.X))];
        }
        double[] ends = layer is Bidirectional ? [.. new[] { cells[0].X, cells[^1].X }.Distinct()] : [cells[^1].X];
        return [new Place("1", ends.Average(), ends)];
    }

    private void States(Layer layer, List<Place> cells)
    {
        var middle = _y + (BoxHeight / 2);
        (bool IsForward, double Y)[] ways = layer is Bidirectional ? [(true, middle - 5), (false, middle + 5)] : [(true, middle)];
        foreach (var (isForward, y) in ways)
        {
            foreach (var (before, after) in cells.Zip(cells.Skip(1)))
            {
                _notes.Add("Arrows across: the state, from step to step.");
                var (left, right) = (before.X + Half(before), after.X - Half(after));
                _canvas.Arrow(isForward ? left : right, y, isForward ? right : left, y);
            }
        }
        if (layer is RecurrentLayer { Stateful: true })
        {
            _notes.Add("Dashed: the state, from batch to batch.");
            var (left, right) = (cells[0].X - Half(cells[0]), cells[^1].X + Half(cells[^1]));
            _canvas.Arrow(left - (2 * StateArrow), middle, left, middle, dashed: true);
            _canvas.Arrow(right, middle, right + (2 * StateArrow), middle, dashed: true);
        }

        static double Half(Place cell) => cell.Number is null ? 12 : CellWidth / 2;
    }

    private void Arrows(List<Place> places, bool isMirrored = false)
    {
        var (start, end) = (_y - RowHeight + ((BoxHeight + CellHeight) / 2), _y + ((BoxHeight - CellHeight) / 2));
        foreach (var (i, place) in places.Index().Where(indexed => indexed.Item.Number is not null))
        {
            Array.ForEach(place.From, from => _canvas.Arrow(from, start, places[isMirrored ? ^(i + 1) : i].X, end));
        }
    }

    /// <summary>The model's input or output: a place for each step, or the numbers of a vector beside each other.</summary>
    private void Values(string letter, Signal signal, List<Place> places)
    {
        var (parts, width) = (signal.Parts, signal.Parts.Count > 1 ? PartWidth : CellWidth);
        if (parts.Count > 1)
        {
            var first = Math.Clamp(places[0].X - (parts.Count * width / 2), Left, _right - (parts.Count * width));
            places = [.. parts.Select((number, i) => new Place(number, first + ((i + 0.5) * width)))];
        }
        string? Text(string? number) => number is null ? null : places.Count > 1 ? letter + number : letter;
        places.ForEach(place => Cell(place.X, width, Text(place.Number), "value"));
    }

    /// <summary>A box with a text; where there is none, an ellipsis alone.</summary>
    private void Cell(double x, double width, string? text, string @class)
    {
        var baseline = _y + (BoxHeight / 2) + (CellSize * 0.35);
        if (text is null)
        {
            _canvas.Text(x, baseline, "…", CellSize, width, "muted", "middle");
            return;
        }
        _canvas.BeginGroup(@class + "s");
        _canvas.Rectangle(x - (width / 2), _y + ((BoxHeight - CellHeight) / 2), width, CellHeight, @class, 5);
        _canvas.Text(x, baseline, text, CellSize, width - 4, "ink", "middle");
        _canvas.EndGroup();
    }

    /// <summary>What goes from one layer of a drawn model to the next: the time steps of a sequence, or one vector.</summary>
    /// <param name="Shape">Its shape, samples first.</param>
    /// <param name="From">The layer that it leaves; null at the model's input.</param>
    /// <param name="To">The layer that reads it; null at the model's output.</param>
    private sealed record Signal(Shape Shape, Layer? From, Layer? To)
    {
        /// <summary>Whether its axis 1 is time.</summary>
        internal bool IsSequence { get; } = Shape.Rank switch
        {
            3 => true,
            > 3 => From is TimeDistributed || To is TimeDistributed,
            2 => To?.IndexReader is not null,
            _ => false,
        };

        /// <summary>One or many, as a framing is called.</summary>
        internal string Count => IsSequence && Shape[1] != 1 ? "many" : "one";

        internal string Words => (IsSequence, Shape.Rank) switch
        {
            (true, _) when Shape[1] is { } steps => string.Create(CultureInfo.InvariantCulture, $"{steps} step{(steps == 1 ? "" : "s")}"),
            (true, _) => "any number of steps",
            (false, > 2) => $"an array of {new Shape([.. Shape.Skip(1)])}",
            (false, 2) when Shape.Last is > 1 and { } size => string.Create(CultureInfo.InvariantCulture, $"a vector of {size}"),
            _ => "1 value",
        };

        /// <summary>The numbers of the steps that are drawn, or that of the only place: the first and the last, null for a gap.</summary>
        /// <param name="endsWhole">Whether the last steps are drawn rather than the first: behind a layer that reads backwards.</param>
        internal IReadOnlyList<string?> Steps(bool endsWhole = false) => IsSequence ? Numbers(Shape[1], endsWhole) : ["1"];

        /// <summary>The numbers of a vector's values, as far as they are drawn.</summary>
        internal IReadOnlyList<string?> Parts =>
            !IsSequence && Shape.Rank == 2 && Shape.Last is > 1 and { } size ? Numbers(size, endsWhole: false) : ["1"];

        private static string?[] Numbers(long? count, bool endsWhole)
        {
            string Last(long before) => count is { } known ? (known - before).ToString(CultureInfo.InvariantCulture)
                : before == 0 ? "n" : string.Create(CultureInfo.InvariantCulture, $"n-{before}");
            return count <= MostDrawn ? [.. Enumerable.Range(1, (int)count).Select(i => Last(count.Value - i))]
                : endsWhole ? ["1", null, Last(2), Last(1), Last(0)] : ["1", "2", "3", null, Last(0)];
        }
    }
}
