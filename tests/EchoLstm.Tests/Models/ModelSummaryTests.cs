namespace EchoLstm.Tests.Models;

/// <summary>The summaries that Keras 2 printed in the tutorials, character for character: lines are padded with blanks as Keras pads them.</summary>
public class ModelSummaryTests
{
    private const string Rule = "_________________________________________________________________";
    private const string DoubleRule = "=================================================================";
    private const string Header = "Layer (type)                 Output Shape              Param #   ";

    [Fact]
    public void One_to_one_prints_the_tutorials_text()
    {
        using var model = EchoModels.OneToOne();

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                (None, 5)                 140       ",
            Rule,
            "dense_1 (Dense)              (None, 1)                 6         ",
            DoubleRule,
            "Total params: 146",
            "Trainable params: 146",
            "Non-trainable params: 0",
            Rule));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_writer_gets_the_text_as_lines(bool withFormulas)
    {
        using var model = EchoModels.OneToOne();
        using var writer = new StringWriter();

        model.Summary(writer, withFormulas);

        writer.ToString().Should().Be(model.Summary(withFormulas) + Environment.NewLine);
        Assert.Throws<ArgumentNullException>(() => model.Summary(null!)).ParamName.Should().Be("writer");
    }

    [Fact]
    public void Full_names_make_the_columns_as_wide_as_they_need()
    {
        using var model = new SequentialModel(new Lstm(5, returnSequences: true) { Name = "the_layer_that_reads_the_series" }, new TimeDistributed(new Dense(1)));
        model.Build(5, 1);
        var (rule, doubleRule) = (new string('_', 75), new string('=', 75));

        model.Summary(fullNames: true).Should().Be(Lines(
            rule,
            "Layer (type)                           Output Shape              Param #   ",
            doubleRule,
            "the_layer_that_reads_the_series (LSTM) (None, 5, 5)              140       ",
            rule,
            "time_distributed_1 (TimeDistributed)   (None, 5, 1)              6         ",
            doubleRule,
            "Total params: 146",
            "Trainable params: 146",
            "Non-trainable params: 0",
            rule));
        model.Summary(withFormulas: true, fullNames: true).Should().Contain("the_layer_that_reads_the_series (LSTM) (None, 5, 5)              140         4 * ((1 + 1) * 5 + 5²)");
        using var writer = new StringWriter();
        model.Summary(writer, fullNames: true);
        writer.ToString().Should().Be(model.Summary(fullNames: true) + Environment.NewLine);
        using var small = EchoModels.OneToOne();
        small.Summary(fullNames: true).Should().Be(small.Summary(), "what fits needs no more");
    }

    [Fact]
    public void Many_to_one_prints_the_tutorials_text()
    {
        using var model = EchoModels.ManyToOne();

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                (None, 5)                 140       ",
            Rule,
            "dense_1 (Dense)              (None, 5)                 30        ",
            DoubleRule,
            "Total params: 170",
            "Trainable params: 170",
            "Non-trainable params: 0",
            Rule));
    }

    [Fact]
    public void Many_to_many_prints_the_tutorials_text()
    {
        using var model = EchoModels.ManyToMany();

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                (None, 5, 5)              140       ",
            Rule,
            "time_distributed_1 (TimeDist (None, 5, 1)              6         ",
            DoubleRule,
            "Total params: 146",
            "Trainable params: 146",
            "Non-trainable params: 0",
            Rule));
    }

    [Fact]
    public void Every_line_but_the_totals_is_65_characters_wide()
    {
        using var model = EchoModels.ManyToMany();

        model.Summary().Split(Environment.NewLine).Where(line => !line.Contains("params")).Should().OnlyContain(line => line.Length == 65);
    }

    [Fact]
    public void A_fixed_batch_size_stands_in_the_shapes()
    {
        using var model = new SequentialModel(new Lstm(20, returnSequences: true, stateful: true), new TimeDistributed(new Dense(100, Activation.Softmax)));
        model.Build(new Shape(5, 100), batchSize: 7);

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                (7, 5, 20)                9680      ",
            Rule,
            "time_distributed_1 (TimeDist (7, 5, 100)               2100      ",
            DoubleRule,
            "Total params: 11,780",
            "Trainable params: 11,780",
            "Non-trainable params: 0",
            Rule));
    }

    [Fact]
    public void An_encoder_decoder_counts_each_layers_name()
    {
        using var model = new SequentialModel(new Lstm(150), new RepeatVector(2), new Lstm(150, returnSequences: true), new TimeDistributed(new Dense(100)), new Dense(1));
        model.Build(new Shape(5, 100), batchSize: 21);

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                (21, 150)                 150600    ",
            Rule,
            "repeat_vector_1 (RepeatVecto (21, 2, 150)              0         ",
            Rule,
            "lstm_2 (LSTM)                (21, 2, 150)              180600    ",
            Rule,
            "time_distributed_1 (TimeDist (21, 2, 100)              15100     ",
            Rule,
            "dense_1 (Dense)              (21, 2, 1)                101       ",
            DoubleRule,
            "Total params: 346,401",
            "Trainable params: 346,401",
            "Non-trainable params: 0",
            Rule));
    }

    [Fact]
    public void A_model_that_is_not_built_says_so()
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(1));

        model.Summary().Should().Be(Lines(
            Rule,
            Header,
            DoubleRule,
            "lstm_1 (LSTM)                not built                 ?         ",
            Rule,
            "dense_1 (Dense)              not built                 ?         ",
            DoubleRule,
            "Total params: not built yet",
            "Trainable params: not built yet",
            "Non-trainable params: not built yet",
            Rule));
    }

    [Fact]
    public void Formulas_stand_behind_the_table()
    {
        using var model = EchoModels.ManyToMany();
        var rule = new string('_', 89);

        model.Summary(withFormulas: true).Should().Be(Lines(
            rule,
            "Layer (type)                 Output Shape              Param #     Counted as",
            new string('=', 89),
            "lstm_1 (LSTM)                (None, 5, 5)              140         4 * ((1 + 1) * 5 + 5²)",
            rule,
            "time_distributed_1 (TimeDist (None, 5, 1)              6           5 * 1 + 1",
            new string('=', 89),
            "Total params: 146",
            "Trainable params: 146",
            "Non-trainable params: 0",
            rule,
            "Engine: Fused: every layer has a kernel"));
    }

    [Fact]
    public void A_formula_without_a_bias_has_none()
    {
        using var model = new SequentialModel(new Lstm(5, useBias: false), new RepeatVector(2), new Dense(3, useBias: false));
        model.Build(4, 2);
        var summary = model.Summary(withFormulas: true);

        summary.Should().Contain("140         4 * ((2) * 5 + 5²)" + Environment.NewLine).And.Contain("15          5 * 3" + Environment.NewLine);
        summary.Should().Contain("repeat_vector_1 (RepeatVecto (None, 2, 5)              0" + Environment.NewLine);
    }

    [Fact]
    public void Frozen_layers_count_as_non_trainable()
    {
        using var model = EchoModels.OneToOne();
        model.Layers[0].Trainable = false;

        model.Summary().Should().EndWith(Lines(
            DoubleRule,
            "Total params: 146",
            "Trainable params: 6",
            "Non-trainable params: 140",
            Rule));
        model.CountParameters(trainable: true).Should().Be(6);
        model.CountParameters(trainable: false).Should().Be(140);
    }

    [Fact]
    public void A_long_shape_is_cut_at_its_column_as_Keras_cuts_it()
    {
        using var model = new SequentialModel(new Dense(1_000_000_000) { Name = "a_name_that_is_far_too_long_for_its_column" });

        model.Summary().Split(Environment.NewLine)[3].Should().Be("a_name_that_is_far_too_long_ not built                 ?         ");
    }

    [Fact]
    public void A_model_without_layers_is_a_table_without_rows()
    {
        using var model = new SequentialModel();

        model.Summary().Should().StartWith(Lines(Rule, Header, DoubleRule, "Total params: not built yet"));
    }

    private static string Lines(params string[] lines) => string.Join(Environment.NewLine, lines);
}
