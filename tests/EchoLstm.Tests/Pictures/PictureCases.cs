using EchoLstm.Pictures;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Pictures;

/// <summary>Pictures of all that they may have to show.</summary>
internal static class PictureCases
{
    internal const string LongName = "the_mean_absolute_percentage_error_of_the_third_output_between_the_first_and_the_last_of_all_months <&> \"quoted\" 数値予測の平均誤差 😀 \u0001\n";

    /// <summary>A history of these figures, epochs from 0; names with <c>val_</c> are the validation's.</summary>
    internal static History History(params (string Name, double[] Figures)[] figures)
    {
        var training = figures.Where(figure => !figure.Name.StartsWith("val_", StringComparison.Ordinal)).ToList();
        var validation = figures.Except(training).ToList();
        var names = training.Select(figure => figure.Name).ToList();
        var history = new History(new EngineInfo(EngineKind.Torch, "of a test"), names, validation.Count > 0, figures[0].Figures.Length);
        for (var epoch = 0; epoch < figures[0].Figures.Length; epoch++)
        {
            history.Add(epoch, Running(training, names, epoch), validation.Count > 0 ? Running(validation, names, epoch) : null);
        }
        return history;
    }

    internal static double[] Falling(int epochs, double from, double to) =>
        [.. Enumerable.Range(0, epochs).Select(i => from * Math.Pow(to / from, i / Math.Max(epochs - 1.0, 1)) * (1 + (0.1 * Math.Sin(i))))];

    internal static IEnumerable<(string Name, string Svg)> All() => Histories().Concat(Series()).Concat(Models());

    private static IEnumerable<(string Name, string Svg)> Histories()
    {
        yield return ("1 epoch", Plot(("loss", [0.5])));
        yield return ("1 epoch, validated", Plot(("loss", [0.5]), ("val_loss", [0.7])));
        yield return ("2 epochs", Plot(("loss", [0.5, 0.4]), ("val_loss", [0.6, 0.7])));
        yield return ("1000 epochs", Plot(("loss", Falling(1000, 1, 1e-6)), ("val_loss", Falling(1000, 1, 1e-3))));
        yield return ("100,000 epochs", Plot(("loss", Falling(100_000, 1, 0.5))));
        yield return ("gaps", Plot(("loss", [1, double.NaN, 0.5, 0.4, double.NaN, double.NaN, 0.3, 0.2, double.PositiveInfinity]), ("val_loss", [.. Enumerable.Repeat(double.NaN, 9)])));
        yield return ("nothing finite", Plot(("loss", [double.NaN, double.PositiveInfinity])));
        yield return ("huge", Plot(("loss", [-double.MaxValue, double.MaxValue]), ("error", [1e300, 1e299]), ("other", [1e-300, 1e300])));
        yield return ("tiny", Plot(("loss", [double.Epsilon, 3 * double.Epsilon, 1e-320]), ("error", [1e-12, 1.1e-12, 1.05e-12]), ("other", [-1e-9, 1e-9, 0])));
        yield return ("close together", Plot(("loss", [1e6, 1e6 + 1e-3, 1e6 + 2e-3]), ("error", [0.1234567891, 0.1234567892, 0.1234567893]), ("other", [5, 5, 5])));
        yield return ("zeros", Plot(("loss", [1, 0.01, 0, 0]), ("error", [0, 0, 0, 0]), ("accuracy", [0, 0.001, 0.9, 1])));
        yield return ("10 figures", Plot([.. Enumerable.Range(0, 10).SelectMany(i => new[] { Name("", i), Name("val_", i) }.Select(name => (name, Falling(20, i + 1, 0.1))))]));
        yield return ("long names", PictureCases.History((LongName, Falling(30, 1, 0.1)), ("val_" + LongName, Falling(30, 1, 0.2)), ("w" + LongName, Falling(30, 1, 0.01)), ("val_w" + LongName, Falling(30, 1, 0.02)))
            is var history ? HistoryPlot.Draw(history, LongName) : "");

        static string Name(string prefix, int i) => prefix + (i == 0 ? "loss" : string.Create(CultureInfo.InvariantCulture, $"metric_{i}"));
    }

    private static IEnumerable<(string Name, string Svg)> Series()
    {
        yield return ("one value", new SeriesPlot().Add("only", [1]).ToSvg());
        yield return ("expected and predicted", new SeriesPlot("The echo") { XLabel = "step", YLabel = "value" }.Add("expected", [0, 0.2f, 0.4f]).Add("predicted", [0.1f, 0.2f, 0.3f]).ToSvg());
        var many = new SeriesPlot(LongName) { XLabel = LongName, YLabel = LongName };
        for (var i = 0; i < 17; i++)
        {
            many.Add(i % 5 == 4 ? LongName + i : $"series {i}", [.. Enumerable.Range(0, 30).Select(step => MathF.Sin(step + i))], start: 1749 + i, step: 1 / 12.0);
        }
        yield return ("17 series", many.ToSvg());
        yield return ("huge series", new SeriesPlot("huge").Add("a", [float.MinValue, float.NaN, float.MaxValue], start: -1e9, step: 1e8).ToSvg());
        yield return ("10,000 values", new SeriesPlot().Add("a", [.. Enumerable.Range(0, 10_000).Select(step => MathF.Sin(step / 10f))]).ToSvg());
    }

    // States, a layer that is used twice, names that are too long, an arrow past several rows.
    private static FunctionalModel Graph()
    {
        Input past = new(-1, 3) { Name = "past" }, known = new(-1, 2) { Name = LongName };
        var (_, state) = new Lstm(4) { Name = $"encoder {LongName}" }.ApplyWithState(past);
        var (steps, _) = new Lstm(4, returnSequences: true).ApplyWithState(known, state);
        var shared = new Dense(4);
        var both = new Concatenate().Apply(shared.Apply(shared.Apply(steps)), steps, known);
        var model = new FunctionalModel([past, known], [new Dense(1).Apply(both), new Dense(2) { Name = "far" }.Apply(state[0])]) { Seed = 1 };
        model.Build();
        return model;
    }

    private static IEnumerable<(string Name, string Svg)> Models()
    {
        yield return ("one-to-one", Diagram(EchoModels.OneToOne()));
        yield return ("many-to-one", Diagram(EchoModels.ManyToOne()));
        yield return ("many-to-many", Diagram(EchoModels.ManyToMany()));
        yield return ("one-to-many", Diagram(EchoModels.OneToMany()));
        yield return ("sequence echo", Diagram(EchoModels.SequenceEcho()));
        yield return ("encoder and decoder", Diagram(EchoModels.EncoderDecoder()));
        yield return ("graph", GraphDiagram.Draw(Graph()));
        for (var count = 1; count <= 12; count++)
        {
            var layers = Enumerable.Range(1, count).Select(i => new Lstm(i, returnSequences: true) { Name = $"{i} {LongName}" });
            yield return (string.Create(CultureInfo.InvariantCulture, $"{count} layers"), Diagram(new SequentialModel([.. layers]), 1000, 3));
        }
        yield return ("any length", Diagram(new SequentialModel(new Masking(), new Lstm(3, returnSequences: true, goBackwards: true), new Bidirectional(new Gru(2, returnSequences: true)), new SimpleRnn(4), new Dense(100)), -1, 2));
        yield return ("words", Diagram(new SequentialModel(new Embedding(50, 4), new Conv1D(4, 3), new MaxPooling1D(2), new Bidirectional(new Lstm(3)), new RepeatVector(2), new Lstm(3, returnSequences: true, stateful: true), new Flatten(), new Dense(1)), new EchoLstm.Shape(20), batchSize: 2));
        yield return ("frames", Diagram(new SequentialModel(new TimeDistributed(torch.nn.Conv2d(1, 2, 3)), new TimeDistributed(new Flatten()), new Lstm(2, returnSequences: true), new Dense(1), new Dropout(0.5)), 7, 1, 6, 6));
        yield return ("a model in a model", Diagram(new SequentialModel(new SequentialModel(new Lstm(2), new RepeatVector(3)), new AttentionDecoder(4, 3)), 4, 2));
        yield return ("vectors alone", Diagram(new SequentialModel(new Dense(40), new ActivationLayer(Activation.Relu), torch.nn.Linear(40, 3), new Reshape(3, 1)), 6));
        yield return ("counts of digits", Diagram(new SequentialModel(new Lstm(100), new Dense(1000)), 3, 5000));
    }

    private static string Plot(params (string Name, double[] Figures)[] figures) => HistoryPlot.Draw(History(figures), null);

    private static MetricMeans Running(List<(string Name, double[] Figures)> figures, List<string> names, int epoch)
    {
        var running = new MetricMeans(names, [.. names.Skip(1).Select(name => Metric.Custom((y, output) => output, name))], 1);
        double[] sums = [figures[0].Figures[epoch], .. figures.Skip(1).SelectMany(figure => new[] { figure.Figures[epoch], 1 })];
        sums.CopyTo(running.Batch, 0);
        running.Add(1);
        return running;
    }

    private static string Diagram(SequentialModel model, params long[] inputShape)
    {
        using (model)
        {
            if (!model.IsBuilt)
            {
                model.Build(inputShape);
            }
            return ModelDiagram.Draw(model);
        }
    }

    private static string Diagram(SequentialModel model, EchoLstm.Shape sampleShape, int batchSize)
    {
        model.Build(sampleShape, batchSize);
        return Diagram(model);
    }
}
