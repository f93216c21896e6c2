using System.Xml.Linq;
using EchoLstm.Tests.Pictures;

namespace EchoLstm.Tests.Models;

/// <summary>A graph's picture: which boxes there are, and that arrows go down past boxes, never through one.</summary>
public class GraphDiagramTests
{
    [Fact]
    public void An_encoder_decoder_has_a_box_for_each_input_layer_and_output()
    {
        Input past = new(-1, 3) { Name = "past" }, known = new(-1, 2) { Name = "known" };
        var (_, state) = new Lstm(4) { Name = "encoder" }.ApplyWithState(past);
        var (steps, _) = new Lstm(4, returnSequences: true) { Name = "decoder" }.ApplyWithState(known, state);
        using var model = new FunctionalModel([past, known], [new TimeDistributed(new Dense(1)) { Name = "head" }.Apply(steps)]);

        var svg = GraphDiagram.Draw(Built(model));

        SvgText.Texts(svg).Should().Equal(
            "2 inputs, 1 output", "245 parameters, 245 trainable. Dashed: a state.",
            "Input", "past", "(None, None, 3)",
            "LSTM", "encoder", "(None, 4) and 2 states", "128 parameters",
            "Input", "known", "(None, None, 2)",
            "LSTM", "decoder", "(None, None, 4) and 2 states", "112 parameters",
            "TimeDistributed(Dense)", "head", "(None, None, 1)", "5 parameters",
            "Output", "head", "(None, None, 1)");
        var lines = Lines(svg);
        lines.Should().HaveCount(5);
        lines.Where(line => line.IsDashed).Should().ContainSingle("both states go the same way");
        NothingCrosses(svg);
    }

    [Fact]
    public void A_layer_that_is_used_twice_is_drawn_twice_and_counted_once()
    {
        Input left = new(4, 3), right = new(7, 3);
        var shared = new Lstm(5);
        using var model = new FunctionalModel([left, right], [new Subtract().Apply(shared.Apply(left), shared.Apply(right))]);

        var texts = SvgText.Texts(GraphDiagram.Draw(Built(model)));

        texts.Should().ContainInOrder("180 parameters, 180 trainable.", "LSTM", "lstm_1", "(None, 5)", "180 parameters", "LSTM", "lstm_1", "(None, 5)", "the same weights");
    }

    [Fact]
    public void Arrows_that_skip_rows_pass_beside_the_boxes()
    {
        var x = new Input(6);
        Node node = x;
        for (var i = 0; i < 4; i++)
        {
            node = new Add().Apply(new Dense(6).Apply(node), x);       // the input is read in every second row
        }
        using var model = new FunctionalModel([x], [node, new Dense(2).Apply(x)]);

        NothingCrosses(GraphDiagram.Draw(Built(model)));
    }

    [Fact]
    public void It_is_written_as_that_of_any_model()
    {
        using var folder = new TemporaryFolder();
        var x = new Input(3);
        using Model model = new FunctionalModel([x], [new Dense(1).Apply(x)]);

        model.SaveDiagram(folder.File("graph.svg"));

        XDocument.Load(folder.File("graph.svg")).Root!.Name.LocalName.Should().Be("svg");
        Errors.Expect<ArgumentException>(
            () => model.SaveDiagram("graph.png"),
            "A picture is written as SVG: expected a file name that ends in .svg, received 'graph.png'. Write 'graph.svg': a browser shows it, and rsvg-convert makes a PNG or PDF of it, see docs/pictures.md. (Parameter 'path')");
    }

    private static FunctionalModel Built(FunctionalModel model)
    {
        model.Build();
        return model;
    }

    private static void NothingCrosses(string svg)
    {
        var boxes = XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "rect").Skip(1)
            .Select(box => (X: Number(box, "x"), Y: Number(box, "y"), Width: Number(box, "width"), Height: Number(box, "height"))).ToList();
        foreach (var line in Lines(svg))
        {
            line.Y2.Should().BeGreaterThan(line.Y1, "arrows go down");
            for (var t = 0.0; t <= 1; t += 0.02)
            {
                var (x, y) = (line.X1 + (t * (line.X2 - line.X1)), line.Y1 + (t * (line.Y2 - line.Y1)));
                boxes.Should().NotContain(box => x > box.X + 1 && x < box.X + box.Width - 1 && y > box.Y + 1 && y < box.Y + box.Height - 1);
            }
        }

        static double Number(XElement element, string name) => double.Parse(element.Attribute(name)!.Value, CultureInfo.InvariantCulture);
    }

    private static List<(double X1, double Y1, double X2, double Y2, bool IsDashed)> Lines(string svg) =>
    [
        .. XDocument.Parse(svg).Descendants().Where(element => element.Name.LocalName == "path" && element.Attribute("class")!.Value.Contains("-arrow", StringComparison.Ordinal))
            .Select(path =>
            {
                double[] at = [.. path.Attribute("d")!.Value[1..].Split('L', ' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture))];
                return (at[0], at[1], at[2], at[3], path.Attribute("class")!.Value.Contains("dashed", StringComparison.Ordinal));
            }),
    ];
}
