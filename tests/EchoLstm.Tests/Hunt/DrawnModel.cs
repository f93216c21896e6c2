using Module = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace EchoLstm.Tests.Hunt;

/// <summary>A model whose layers mostly fit one another, and the shapes of its data.</summary>
/// <param name="Recipe">Makes it.</param>
/// <param name="Inputs">The shape of a sample of each input.</param>
/// <param name="Outputs">The shape of a sample's output, of each, as far as the layers fit.</param>
/// <param name="Classes">How many classes it reads; 0 where it computes with its input.</param>
internal sealed record DrawnModel(Recipe<Layer> Recipe, IReadOnlyList<long[]> Inputs, IReadOnlyList<long[]> Outputs, int Classes)
{
    private const int Attempts = 6;

    internal long[] Input => Inputs[0];

    internal long[] Output => Outputs[0];

    internal static DrawnModel Any(Draw draw)
    {
        var classes = draw.Chance(0.12) ? draw.Between(2, 5) : 0;
        var steps = draw.Between(1, 5);
        long[] input = classes > 0 ? [steps] : draw.Below(10) switch
        {
            0 => [steps],
            1 => [draw.Between(1, 3), steps, draw.Between(1, 3)],
            _ => [steps, draw.Between(1, 3)],
        };
        if (draw.Chance(0.2))
        {
            return DrawnGraph.Any(draw, classes, input);
        }
        var shape = new Shape([1, .. input.Select(length => (long?)length)]);
        List<Recipe<Module>> layers = [];
        for (var left = draw.Chance(0.02) ? 0 : draw.Of(1, 1, 2, 2, 2, 3, 3, 4); left > 0; left--)
        {
            var (recipe, output) = Fitting(draw, shape, layers.Count == 0 ? classes : 0);
            layers.Add(recipe);
            shape = output;
        }
        return new(Made(draw, layers), [input], [[.. shape.Skip(1).Select(length => length ?? 1)]], classes);
    }

    internal static Recipe<Loss> Loss(Draw draw, long[] output) => draw.Below(18) switch
    {
        0 => Named("BinaryCrossentropy(true)", () => EchoLstm.Training.Loss.BinaryCrossentropy(true)),
        1 => Named("BinaryCrossentropy()", () => EchoLstm.Training.Loss.BinaryCrossentropy()),
        2 => Named("CategoricalCrossentropy(true)", () => EchoLstm.Training.Loss.CategoricalCrossentropy(true)),
        3 or 4 when output.Length > 0 => Named(Sparse, () => EchoLstm.Training.Loss.SparseCategoricalCrossentropy(true)),
        5 or 6 => FaultyModule.Loss(draw.Of(Enum.GetValues<Fault>())),
        8 => Named("Quantile(0.1, 0.9)", () => EchoLstm.Training.Loss.Quantile(0.1, 0.9)),
        9 => Named("CosineSimilarity()", EchoLstm.Training.Loss.CosineSimilarity),
        10 => Named("CategoricalFocalCrossentropy()", () => EchoLstm.Training.Loss.CategoricalFocalCrossentropy()),
        7 => Named("MeanAbsoluteError()", EchoLstm.Training.Loss.MeanAbsoluteError),
        11 => Named("BinaryFocalCrossentropy()", () => EchoLstm.Training.Loss.BinaryFocalCrossentropy()),
        12 => Named("Huber(0.5)", () => EchoLstm.Training.Loss.Huber(0.5)),
        13 => Named("KullbackLeiblerDivergence()", EchoLstm.Training.Loss.KullbackLeiblerDivergence),
        14 => Named("LogCosh()", EchoLstm.Training.Loss.LogCosh),
        15 => Named("MeanAbsolutePercentageError()", EchoLstm.Training.Loss.MeanAbsolutePercentageError),
        16 => Named("MeanSquaredLogarithmicError()", EchoLstm.Training.Loss.MeanSquaredLogarithmicError),
        _ => Named("MeanSquaredError()", EchoLstm.Training.Loss.MeanSquaredError),
    };

    internal static Recipe<Metric>[] Metrics(Draw draw) => draw.Below(7) switch
    {
        0 => [new("Metric.Accuracy()", Metric.Accuracy)],
        1 => [new("Metric.MeanAbsoluteError()", Metric.MeanAbsoluteError), FaultyModule.Metric(draw.Of(Enum.GetValues<Fault>()))],
        2 => [new("Metric.F1Score()", () => Metric.F1Score()), new("Metric.Auc()", () => Metric.Auc()), new("Metric.R2Score()", Metric.R2Score)],
        3 => [new("Metric.Precision(classId: 1)", () => Metric.Precision(classId: 1)), new("Metric.Recall()", () => Metric.Recall())],
        4 => [new("Metric.RootMeanSquaredError()", Metric.RootMeanSquaredError), new("Metric.TopKCategoricalAccuracy(2)", () => Metric.TopKCategoricalAccuracy(2))],
        5 => [new("Metric.MeanAbsolutePercentageError()", Metric.MeanAbsolutePercentageError), new("Metric.MeanSquaredError()", Metric.MeanSquaredError)],
        _ => [],
    };

    internal const string Sparse = "SparseCategoricalCrossentropy(true)";

    internal static Recipe<Optimizer> Optimizer(Draw draw)
    {
        var options = new Options(draw);
        var rate = options.Write(null, draw.Mostly(draw.Of(0.001, 0.1), 0, -1, double.NaN, 1e30));
        double? clip = draw.Chance(0.2) ? options.Write("ClipNorm", draw.Mostly(1.0, 0, -1)) : null;
        return draw.Below(12) switch
        {
            0 or 1 => options.Recipe<Optimizer>("new Sgd", () => new Sgd(rate, 0.9, true) { ClipNorm = clip }),
            2 or 3 => options.Recipe<Optimizer>("new RmsProp", () => new RmsProp(rate, centered: true) { GlobalClipNorm = clip }),
            6 => options.Recipe<Optimizer>("new AdamW", () => new AdamW(rate) { ClipNorm = clip }),
            7 => options.Recipe<Optimizer>("new Nadam", () => new Nadam(rate) { ClipNorm = clip }),
            8 => new("new Adamax(scheduled)", () => new Adamax { LearningRateSchedule = new ExponentialDecay(0.01, 3, 0.5) }),
            9 => options.Recipe<Optimizer>("new Adagrad", () => new Adagrad(rate) { GlobalClipNorm = clip }),
            10 => options.Recipe<Optimizer>("new Sgd, CosineDecay", () => new Sgd { LearningRateSchedule = new CosineDecay(rate, 4, warmupTarget: 0.1, warmupSteps: 2) }),
            11 => options.Recipe<Optimizer>("new RmsProp, PiecewiseConstantDecay", () => new RmsProp { LearningRateSchedule = new PiecewiseConstantDecay([2], [0.1, rate]) }),
            4 => new("new TorchOptimizer(AdamW)", () => new TorchOptimizer(parameters => optim.AdamW(parameters))),
            5 => new("new TorchOptimizer(null)", () => new TorchOptimizer(_ => null!)),
            _ => options.Recipe<Optimizer>("new Adam", () => new Adam(rate) { ClipValue = clip }),
        };
    }

    // A layer alone too, where there is just one.
    private static Recipe<Layer> Made(Draw draw, List<Recipe<Module>> layers)
    {
        if (layers.Count == 1 && draw.Chance(0.3))
        {
            return new(layers[0].Text, () => layers[0].Make() as Layer ?? new ModuleLayer(layers[0].Make()));
        }
        var engine = draw.Chance(0.7) ? EngineKind.Auto : draw.Of(EngineKind.Torch, EngineKind.Torch, EngineKind.Torch, EngineKind.Fused);
        return new(
            $"new SequentialModel({string.Join(", ", layers)}){(engine == EngineKind.Auto ? "" : $" {{ RequestedEngine = {engine} }}")}",
            () => new SequentialModel([.. layers.Select(layer => layer.Make())]) { Seed = 1, RequestedEngine = engine });
    }

    private static Recipe<Loss> Named(string text, Func<Loss> make) => new(text, make);

    // A layer that takes the shape, mostly; else one that does not.
    private static (Recipe<Module> Layer, Shape Output) Fitting(Draw draw, Shape shape, int classes)
    {
        for (var attempt = 0; ; attempt++)
        {
            var recipe = classes > 0 ? DrawnLayers.Embedding(draw, classes) : DrawnLayers.Any(draw);
            var wrongOne = attempt == Attempts || draw.Chance(0.02);
            try
            {
                using var made = recipe.Make();
                return (recipe, (made as Layer ?? new ModuleLayer(made)).OutputShape(shape));
            }
            catch (Exception) when (wrongOne)
            {
                return (recipe, shape);
            }
            catch (Exception)
            {
                // Another try.
            }
        }
    }
}
