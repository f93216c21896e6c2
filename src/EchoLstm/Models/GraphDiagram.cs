using EchoLstm.Layers;
using EchoLstm.Pictures;

namespace EchoLstm.Models;

/// <summary>
/// The picture of a graph by <see cref="Model.SaveDiagram"/>: a box for each input, use of a layer and output, in rows, so that every arrow
/// goes down. An arrow that passes a row has a place of its own in it, so that none crosses a box.
/// </summary>
internal sealed class GraphDiagram
{
    private const double Edge = 20, Header = 66, RowHeight = 84, BoxWidth = DiagramBox.Width, Gap = 24, PassWidth = 4;
    private const double TitleSize = 15;
    private const int Sweeps = 8;

    private readonly List<List<Place>> _rows = [];
    private readonly List<Arrow> _arrows = [];

    private GraphDiagram(Graph graph)
    {
        var makers = new Dictionary<Node, Place>(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs)
        {
            makers.Add(input, new Place { Box = new("Input", input.Name, input.Shape.ToString(), "") });
        }
        var used = new HashSet<Layer>();
        var arrows = new List<(Place From, Place To, bool IsState)>();
        List<Place> below = [];
        foreach (var call in graph.Calls)
        {
            var layer = call.Layer;
            var shape = call.WithStates ? $"{call.Outputs[0].Shape} and {Count(call.Outputs.Count - 1, "state")}"
                : string.Join(", ", call.Outputs.Select(output => output.Shape));
            var parameters = used.Add(layer) ? DiagramBox.Parameters(layer) : "the same weights";
            var box = new BoxText(DiagramBox.Kind(layer), layer.Name, shape, parameters);
            Under(new Place { Box = box }, call.Inputs, call.WithStates, call.Outputs);
        }
        foreach (var (node, name) in graph.Outputs.Zip(graph.OutputNames))
        {
            Under(new Place { Box = new("Output", name, node.Shape.ToString(), "") }, [node], false, []);
        }
        // An input stands right above what reads it first.
        foreach (var input in graph.Inputs)
        {
            var place = makers[input];
            place.Row = arrows.Where(arrow => arrow.From == place).Min(arrow => arrow.To.Row) - 1;
        }
        foreach (var place in below.Concat(graph.Inputs.Select(input => makers[input])))
        {
            RowOf(place.Row).Add(place);
        }
        foreach (var (from, to, isState) in arrows)
        {
            Pass(from, to, isState);
        }
        Arrange();

        void Under(Place place, IReadOnlyList<Node> inputs, bool withStates, IReadOnlyList<Node> outputs)
        {
            place.Row = 1 + inputs.Max(node => makers[node].Row);
            below.Add(place);
            foreach (var (node, i) in inputs.Select((node, i) => (node, i)))
            {
                arrows.Add((makers[node], place, (withStates && i > 0) || (node.Call?.WithStates == true && node.Index > 0)));
            }
            foreach (var output in outputs)
            {
                makers.Add(output, place);
            }
        }
    }

    internal static string Draw(FunctionalModel model) => new GraphDiagram(model.Graph).Finish(model);

    private List<Place> RowOf(int row)
    {
        while (_rows.Count <= row)
        {
            _rows.Add([]);
        }
        return _rows[row];
    }

    // From row to row; of several alike one is drawn.
    private void Pass(Place from, Place to, bool isState)
    {
        if (_arrows.Exists(arrow => arrow.Origin == from && arrow.Goal == to && arrow.IsState == isState))
        {
            return;
        }
        var last = from;
        for (var row = from.Row + 1; row < to.Row; row++)
        {
            var pass = new Place { Row = row };
            RowOf(row).Add(pass);
            _arrows.Add(new(last, pass, from, to, isState));
            last = pass;
        }
        _arrows.Add(new(last, to, from, to, isState));
    }

    // Each where its neighbours of the row above are on average, then of the row below, in turns; rows are centred.
    private void Arrange()
    {
        Spread();
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            var fromAbove = sweep % 2 == 0;
            foreach (var row in fromAbove ? _rows : Enumerable.Reverse(_rows))
            {
                var wanted = row.ToDictionary(place => place, place => _arrows
                    .Where(arrow => (fromAbove ? arrow.To : arrow.From) == place)
                    .Select(arrow => fromAbove ? arrow.From.X : arrow.To.X).DefaultIfEmpty(place.X).Average());
                List<Place> ordered = [.. row.OrderBy(place => wanted[place])];
                row.Clear();
                row.AddRange(ordered);
                Spread();
            }
        }
    }

    private void Spread()
    {
        var widest = _rows.Max(WidthOf);
        foreach (var row in _rows)
        {
            var left = Edge + ((widest - WidthOf(row)) / 2);
            foreach (var place in row)
            {
                place.X = left + (place.Width / 2);
                left += place.Width + Gap;
            }
        }
    }

    private static double WidthOf(List<Place> row) => row.Sum(place => place.Width) + (Gap * (row.Count - 1));

    private string Finish(FunctionalModel model)
    {
        var width = Math.Max(_rows.Max(WidthOf), 2 * BoxWidth);
        var title = $"{Count(model.InputNames.Count, "input")}, {Count(model.OutputNames.Count, "output")}";
        var canvas = new SvgCanvas(
            width + (2 * Edge),
            Header + (_rows.Count * RowHeight),
            title,
            $"The layers of the model, from inputs to outputs: {string.Join(", ", model.Layers.Select(layer => layer.Name))}");
        canvas.Text(Edge, Edge + TitleSize, title, TitleSize, width);
        var states = _arrows.Exists(arrow => arrow.IsState) ? " Dashed: a state." : "";
        canvas.Text(Edge, Edge + TitleSize + 20, DiagramBox.Totals(model) + states, DiagramBox.DetailSize, width, "muted");
        foreach (var arrow in _arrows)
        {
            var (start, end) = (Port(arrow, isEnd: false), Port(arrow, isEnd: true));
            if (arrow.To.Box is null)
            {
                var style = arrow.IsState ? "arrow dashed" : "arrow";
                canvas.Line(start.X, start.Y, end.X, end.Y, style);
                canvas.Line(end.X, end.Y, end.X, end.Y + DiagramBox.Height, style);
            }
            else
            {
                canvas.Arrow(start.X, start.Y, end.X, end.Y, arrow.IsState);
            }
        }
        foreach (var place in _rows.SelectMany(row => row))
        {
            if (place.Box is { } box)
            {
                DiagramBox.Draw(canvas, place.X - (BoxWidth / 2), Top(place), (box.Kind, box.Name), (box.Shape, box.Parameters));
            }
        }
        return canvas.Finish();
    }

    private static string Count(int count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    // Several arrows at one box share its width, in the order of where they come from or go to.
    private (double X, double Y) Port(Arrow arrow, bool isEnd)
    {
        var place = isEnd ? arrow.To : arrow.From;
        var y = Top(place) + (isEnd ? 0 : DiagramBox.Height);
        if (place.Box is null)
        {
            return (place.X, y);
        }
        List<Arrow> all = isEnd
            ? [.. _arrows.Where(other => other.To == place).OrderBy(other => other.From.X)]
            : [.. _arrows.Where(other => other.From == place).OrderBy(other => other.To.X)];
        return (place.X - (BoxWidth / 2) + (BoxWidth * (all.IndexOf(arrow) + 1) / (all.Count + 1)), y);
    }

    private static double Top(Place place) => Header + (place.Row * RowHeight);

    /// <summary>A place in a row: a box, or where an arrow passes.</summary>
    private sealed class Place
    {
        internal int Row { get; set; }

        internal double X { get; set; }

        internal BoxText? Box { get; init; }

        internal double Width => Box is null ? PassWidth : BoxWidth;
    }

    private sealed record BoxText(string Kind, string Name, string Shape, string Parameters);

    /// <summary>From a row to the next, a part of what goes from a box to a box.</summary>
    private sealed record Arrow(Place From, Place To, Place Origin, Place Goal, bool IsState);
}
