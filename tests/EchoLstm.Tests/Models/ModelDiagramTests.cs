using EchoLstm.Tests.Pictures;

namespace EchoLstm.Tests.Models;

public class ModelDiagramTests
{
    [Fact]
    public void One_to_one_is_one_value_through_one_step()
    {
        using var model = EchoModels.OneToOne();

        SvgText.Texts(ModelDiagram.Draw(model)).Should().Equal(
            "One-to-one: 1 step in, 1 value out", "146 parameters, 146 trainable. On the right, one sample.",
            "Input", "(None, 1, 1)", "x",
            "LSTM", "lstm_1", "(None, 5)", "140 parameters", "LSTM",
            "Dense", "dense_1", "(None, 1)", "6 parameters", "Dense",
            "Output", "(None, 1)", "y");
    }

    [Fact]
    public void Many_to_one_goes_on_from_the_last_step_alone()
    {
        using var model = EchoModels.ManyToOne();
        var svg = ModelDiagram.Draw(model);

        SvgText.Texts(svg).Should().Equal(
            "Many-to-one: 5 steps in, a vector of 5 out", "170 parameters, 170 trainable. On the right, one sample.",
            "Input", "(None, 5, 1)", "x1", "x2", "x3", "x4", "x5",
            "LSTM", "lstm_1", "(None, 5)", "140 parameters", "LSTM", "LSTM", "LSTM", "LSTM", "LSTM",
            "Dense", "dense_1", "(None, 5)", "30 parameters", "Dense",
            "Output", "(None, 5)", "y1", "y2", "y3", "y4", "y5",
            "Arrows across: the state, from step to step.");
        // Down: 3 between the boxes, 5 to the Lstm, 1 to Dense and 1 to the output; across: 4.
        ArrowsOf(svg).Should().Be(new Arrows(Down: 3 + 5 + 1 + 1, Across: 4, Slanted: 0));
    }

    [Fact]
    public void Many_to_many_goes_on_from_every_step()
    {
        using var model = EchoModels.ManyToMany();
        var svg = ModelDiagram.Draw(model);

        SvgText.Texts(svg).Should().Equal(
            "Many-to-many: 5 steps in, 5 steps out", "146 parameters, 146 trainable. On the right, one sample.",
            "Input", "(None, 5, 1)", "x1", "x2", "x3", "x4", "x5",
            "LSTM", "lstm_1", "(None, 5, 5)", "140 parameters", "LSTM", "LSTM", "LSTM", "LSTM", "LSTM",
            "TimeDistributed(Dense)", "time_distributed_1", "(None, 5, 1)", "6 parameters", "Dense", "Dense", "Dense", "Dense", "Dense",
            "Output", "(None, 5, 1)", "y1", "y2", "y3", "y4", "y5",
            "Arrows across: the state, from step to step.");
        ArrowsOf(svg).Should().Be(new Arrows(Down: 3 + 5 + 5 + 5, Across: 4, Slanted: 0));
    }

    [Fact]
    public void An_encoders_last_state_goes_to_every_step_of_the_decoder()
    {
        using var model = EchoModels.EncoderDecoder(stepsIn: 5, stepsOut: 3);
        var svg = ModelDiagram.Draw(model);

        SvgText.Texts(svg).Should().StartWith("Many-to-many: 5 steps in, 3 steps out").And.ContainInOrder("x5", "Repeat", "y1", "y2", "y3")
            .And.EndWith("Arrows across: the state, from step to step. Dashed: the state, from batch to batch.");
        // Down: 5 boxes, 5 to the encoder, 1 to RepeatVector, 1 of its 3, 3 to Dense, 3 out. Across: 4, 2, and 2 of each Lstm's state. Slanted: 2 of RepeatVector's.
        ArrowsOf(svg).Should().Be(new Arrows(Down: 5 + 5 + 1 + 1 + 3 + 3, Across: 4 + 2 + 4, Slanted: 2));
    }

    [Fact]
    public void Of_many_steps_the_first_three_and_the_last_are_drawn()
    {
        using var model = new SequentialModel(new Lstm(2, returnSequences: true));
        model.Build(100, 3);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().ContainInConsecutiveOrder("x1", "x2", "x3", "…", "x100").And.ContainInConsecutiveOrder("y1", "y2", "y3", "…", "y100");
    }

    [Fact]
    public void A_length_that_may_vary_is_called_n()
    {
        using var model = new SequentialModel(new Lstm(2, returnSequences: true));
        model.Build(-1, 3);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().StartWith("Many-to-many: any number of steps in, any number of steps out")
            .And.ContainInConsecutiveOrder("x1", "x2", "x3", "…", "xn");
    }

    [Fact]
    public void A_layer_that_reads_backwards_begins_at_the_last_step()
    {
        using var model = new SequentialModel(new Lstm(2, goBackwards: true), new Dense(1));
        model.Build(3, 1);

        // The middle step's arrow is upright, the two others cross.
        ArrowsOf(ModelDiagram.Draw(model)).Should().Be(new Arrows(Down: 3 + 1 + 1 + 1, Across: 2, Slanted: 2));
    }

    [Fact]
    public void Of_many_steps_that_are_read_backwards_the_last_three_are_written_whole()
    {
        using var model = new SequentialModel(new Lstm(2, returnSequences: true, goBackwards: true));
        model.Build(100, 3);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().ContainInConsecutiveOrder("x1", "x2", "x3", "…", "x100")
            .And.ContainInConsecutiveOrder("LSTM", "…", "LSTM", "LSTM", "LSTM", "Output")
            .And.ContainInConsecutiveOrder("y1", "…", "y98", "y99", "y100");
    }

    [Fact]
    public void A_layer_behind_one_that_reads_backwards_has_its_steps_where_they_come_from()
    {
        using var model = new SequentialModel(new Lstm(2, returnSequences: true, goBackwards: true), new Lstm(2, returnSequences: true));
        model.Build(100, 3);
        var svg = ModelDiagram.Draw(model);

        SvgText.Texts(svg).Should().ContainInConsecutiveOrder("y1", "…", "y98", "y99", "y100");
        // Down: 3 between the boxes, the middle one of those that cross to the first Lstm, 4 to the second and 4 out.
        ArrowsOf(svg).Down.Should().Be(3 + 1 + 4 + 4);
    }

    [Fact]
    public void A_long_name_leaves_the_kind_of_its_layer_whole()
    {
        using var model = new SequentialModel(new Lstm(2) { Name = new string('m', 60) });
        model.Build(1, 1);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().Contain(["LSTM", "(None, 2)"])
            .And.ContainSingle(text => text.EndsWith("mm…", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bidirectional_layer_has_arrows_both_ways_and_ends_at_both_ends()
    {
        using var model = new SequentialModel(new Bidirectional(new Lstm(2)));
        model.Build(3, 1);

        var svg = ModelDiagram.Draw(model);
        ArrowsOf(svg).Should().Be(new Arrows(Down: 2 + 3, Across: 4, Slanted: 2));
        LinesOf(svg).Where(ends => ends[1] == ends[3]).Select(ends => double.Parse(ends[0], CultureInfo.InvariantCulture) < double.Parse(ends[2], CultureInfo.InvariantCulture))
            .Should().Equal(true, true, false, false);
    }

    [Fact]
    public void Sequences_of_sequences_have_their_outer_steps()
    {
        using var model = new SequentialModel(new TimeDistributed(new Lstm(2, returnSequences: true)));
        model.Build(3, 4, 1);

        SvgText.Texts(ModelDiagram.Draw(model))[0].Should().Be("Many-to-many: 3 steps in, 3 steps out");
    }

    [Fact]
    public void One_parameter_is_no_parameters()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().Equal(
            "One-to-one: 1 value in, 1 value out", "1 parameter, 1 trainable. On the right, one sample.",
            "Input", "(None, 1)", "x",
            "Dense", "dense_1", "(None, 1)", "1 parameter", "Dense",
            "Output", "(None, 1)", "y");
    }

    [Fact]
    public void A_layer_that_may_use_every_step_is_one_bar()
    {
        using var model = new SequentialModel(new Conv1D(4, 3), new Flatten(), new Dense(2));
        model.Build(5, 1);

        SvgText.Texts(ModelDiagram.Draw(model)).Should().ContainInConsecutiveOrder("Conv1D", "conv1d_1", "(None, 3, 4)", "16 parameters", "Conv1D", "Flatten", "flatten_1", "(None, 12)", "0 parameters", "Flatten");
    }

    [Fact]
    public void What_does_not_train_is_counted_so()
    {
        using var model = new SequentialModel(new Lstm(5) { Trainable = false }, new Dense(1));
        model.Build(5, 1);

        SvgText.Texts(ModelDiagram.Draw(model))[1].Should().Be("146 parameters, 6 trainable. On the right, one sample.");
    }

    [Fact]
    public void It_is_written_to_a_file()
    {
        using var folder = new TemporaryFolder();
        using var model = EchoModels.OneToOne();

        model.SaveDiagram(folder.File("model.svg"));

        File.ReadAllText(folder.File("model.svg")).Should().Be(ModelDiagram.Draw(model)).And.StartWith("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<svg ").And.EndWith("</svg>\n");
    }

    [Fact]
    public void A_model_without_shapes_can_not_be_drawn()
    {
        using var model = new SequentialModel(new Lstm(2)) { Name = "mine" };
        Errors.Expect<InvalidOperationException>(() => model.SaveDiagram("model.svg"), "SequentialModel 'mine' has no weights yet, so it can't be drawn. Call Build with an input shape, or call it once with data.");
        using var empty = new SequentialModel();
        Errors.Expect<InvalidOperationException>(() => empty.SaveDiagram("model.svg"), "The model has no layers. Give some to its constructor, or Add them.");
    }

    // Each arrow is a line "Mx yLx y"; its head is a path of another class.
    private static Arrows ArrowsOf(string svg)
    {
        var lines = LinesOf(svg);
        return new Arrows(lines.Count(ends => ends[0] == ends[2]), lines.Count(ends => ends[1] == ends[3]), lines.Count(ends => ends[0] != ends[2] && ends[1] != ends[3]));
    }

    private static List<string[]> LinesOf(string svg) => [.. SvgText.Paths(svg, "arrow").Select(path => path[1..].Split('L', ' '))];

    private sealed record Arrows(int Down, int Across, int Slanted);
}
