using EchoLstm.Tests.Models.Saving;
using Dropout = EchoLstm.Layers.Dropout;
using Embedding = EchoLstm.Layers.Embedding;
using Flatten = EchoLstm.Layers.Flatten;

namespace EchoLstm.Tests.Interop;

/// <summary>A model to be written for Keras.</summary>
/// <param name="Make">Makes it, built; what is given says which hard sigmoid is that of the format.</param>
/// <param name="Inputs">The shape of each input, samples first.</param>
/// <param name="Words">Which inputs are classes, 0 to 2.</param>
/// <param name="Only">The one format that can have it; null: both.</param>
internal sealed record KerasSaveCase(Func<Activation, Model> Make, long[][] Inputs, bool[]? Words = null, string? Only = null)
{
    /// <summary>Whether it is a graph, or has one in it.</summary>
    internal bool IsGraph { get; init; }

    private const int Classes = 3;

    internal Model Model(bool isKeras3)
    {
        var model = Make(isKeras3 ? Activation.HardSigmoidKeras3 : Activation.HardSigmoid);
        // Nothing that could be mistaken for its neighbour; no variance below 0.
        var random = new SeededRandom(17);
        using var scope = NewDisposeScope();
        foreach (var weight in model.Weights)
        {
            using var old = weight.Value();
            var isVariance = weight.Name.EndsWith("variance", StringComparison.Ordinal);
            float[] values = [.. Enumerable.Range(0, (int)old.numel()).Select(_ => (float)(random.NextUniform(0.7) + (isVariance ? 1 : 0)))];
            using var withoutGradients = no_grad();
            weight.Write(tensor(values, old.shape));
        }
        return model;
    }

    /// <summary>Samples; the value that Masking looks for is in the middle and at an end.</summary>
    internal Array[] Data() =>
    [
        .. Inputs.Select((shape, i) =>
        {
            using var scope = NewDisposeScope();
            var numbers = Numbers.Uniform(i + 3, shape);
            if (Words?[i] == true)
            {
                return Numbers.Shaped([.. (numbers.abs() * Classes).floor().Values().Select(word => (float)word)], shape);
            }
            var values = numbers.Values().Select(value => (float)value).ToArray();
            if (shape.Length == 3 && shape[0] > 1)
            {
                var steps = (int)shape[1];
                foreach (var step in new[] { 1, (2 * steps) - 1 })
                {
                    System.Array.Fill(values, 2f, step * (int)shape[2], (int)shape[2]);
                }
            }
            return Numbers.Shaped(values, shape);
        }),
    ];
}

/// <summary>Models of all layers and options, in rows and in graphs.</summary>
internal static class KerasSaveCases
{
    internal static IReadOnlyDictionary<string, KerasSaveCase> All { get; } = Make();

    // What Keras does not have, or only with a batch size; and what a file of Keras can't say of the engine, which then rounds otherwise.
    private static HashSet<string> Others =>
    [
        "AttentionDecoder", "AdditiveAttention", "AdditiveAttention without scale", "Attention", "Attention with scale", "Attention of concatenated",
        "MultiHeadAttention", "MultiHeadAttention of other sizes", "stateful Lstm", "stateful Gru", "stateful SimpleRnn",
        "stateful Bidirectional", "stateful model", "every option of Attention", "every option of MultiHeadAttention",
        "every option of Lstm", "every option of Gru", "every option of SimpleRnn",
        "Lstm that returns its state", "Bidirectional whose twin is another",
    ];

    private static Dictionary<string, KerasSaveCase> Make()
    {
        var cases = new Dictionary<string, KerasSaveCase>
        {
            ["words"] = Row([2, 6], _ =>
            [
                new Embedding(5, 4, maskZero: true), new Lstm(3, returnSequences: true), new Bidirectional(new Gru(3, returnSequences: true, resetAfter: false)),
                new TimeDistributed(new Dense(4, Activation.Softmax)),
            ], areWords: true),
            ["masked steps"] = Row([2, 6, 3], hard =>
            [
                new Masking(2), new Lstm(4, returnSequences: true, recurrentActivation: hard), new Dropout(0.5), new Lstm(3), new Dense(2),
            ]),
            ["convolutions"] = Row([2, 12, 3], _ =>
            [
                new Conv1D(4, 3, 2, StepPadding.Same, Activation.Relu), new BatchNormalization(), new MaxPooling1D(2), new SimpleRnn(3),
                new Dense(2, Activation.Elu),
            ]),
            ["causal convolution"] = Row([2, 7, 3], _ => [new Conv1D(4, 3, padding: StepPadding.Causal), new Gru(3, resetAfter: false), new Dense(1)]),
            ["films"] = Row([2, 3, 6, 5, 2], _ =>
            [
                new TimeDistributed(new Conv2D(3, (2, 3), activation: Activation.Tanh)), new TimeDistributed(new AveragePooling2D((2, 2))),
                new TimeDistributed(new Flatten()), new Lstm(3),
            ]),
            ["encoder-decoder"] = Row([2, 5, 3], hard =>
            [
                new Gru(4, recurrentActivation: hard, resetAfter: false), new LayerNormalization(0.01), new RepeatVector(4),
                new Bidirectional(new Lstm(3, returnSequences: true, goBackwards: true), MergeMode.Mul), new TimeDistributed(new Dense(2)),
            ]),
            ["models in models, partly frozen"] = Row([2, 5, 3], _ =>
            [
                new SequentialModel(new BatchNormalization(), new SequentialModel(new Dense(4), new BatchNormalization { Trainable = false })),
                new TimeDistributed(new SequentialModel(new Dense(3, Activation.Relu) { Trainable = false }, new BatchNormalization(), new Dense(3))),
                new SequentialModel(new Lstm(2) { Name = "inner" }) { Trainable = false },
            ]),
            ["half of a Bidirectional frozen"] = Row([2, 4, 3], _ => [HalfFrozen(), new Dense(2)]),
            ["frozen model"] = Row([2, 4, 3], _ => [new BatchNormalization(), new Lstm(3), new Dense(2)], frozen: true),
            ["stateful"] = new(_ =>
            {
                var model = new SequentialModel(new Lstm(3, returnSequences: true, stateful: true), new SimpleRnn(2, stateful: true)) { Seed = 1 };
                model.Build(new Shape(null, 3), batchSize: 2);
                return model;
            }, [[2, 4, 3]]),
            ["compiled"] = Compiled(
                new Sgd(0.1, 0.5, nesterov: true) { LearningRateSchedule = new CosineDecay(0.1, 100, 0.01), ClipNorm = 1 },
                Loss.CategoricalCrossentropy(fromLogits: true),
                Metric.Accuracy(), Metric.Precision(0.25, 1), Metric.Recall(), Metric.F1Score(), Metric.Auc(50, AucCurve.Pr),
                Metric.TopKCategoricalAccuracy(2), Metric.R2Score(), Metric.RootMeanSquaredError()),
            ["compiled with AdamW"] = Compiled(new AdamW(), Loss.KullbackLeiblerDivergence(), Metric.MeanAbsolutePercentageError()),
            ["compiled with RmsProp"] = Compiled(
                new RmsProp { LearningRateSchedule = new PiecewiseConstantDecay([10, 20], [1, 0.5, 0.25]) }, Loss.BinaryFocalCrossentropy()),
            ["two inputs, shared layers"] = Graph([[2, 5, 3], [2, 6, 3], [2, 2]], inputs =>
            {
                var (read, dense) = (new Lstm(4), new Dense(3, Activation.Tanh));
                var (a, b) = (read.Apply(inputs[0]), read.Apply(inputs[1]));
                var joined = new Concatenate().Apply(dense.Apply(a), dense.Apply(b), inputs[2]);
                return [new Dense(2).Apply(joined), new Dot(1).Apply(a, b)];
            }),
            ["states of Lstm"] = Graph([[2, 5, 3], [2, 4, 2]], inputs =>
            {
                var (_, states) = new Lstm(3).ApplyWithState(inputs[0]);
                var (steps, after) = new Lstm(3, returnSequences: true).ApplyWithState(inputs[1], states);
                return [new TimeDistributed(new Dense(2)).Apply(steps), after[1], states[0]];
            }),
            ["states of Gru and SimpleRnn"] = Graph([[2, 5, 3]], inputs =>
            {
                var (_, states) = new Gru(3, resetAfter: false).ApplyWithState(inputs[0]);
                var (steps, after) = new SimpleRnn(3, returnSequences: true).ApplyWithState(inputs[0], states);
                return [new Gru(3, resetAfter: false).ApplyWithState(steps, after).Output];
            }),
            ["states of Bidirectional"] = Graph([[2, 5, 3]], inputs =>
            {
                var (steps, states) = new Bidirectional(new Lstm(2, returnSequences: true)).ApplyWithState(inputs[0]);
                return [new Bidirectional(new Lstm(2), MergeMode.Sum).ApplyWithState(steps, states).Output, states[3]];
            }),
            ["a layer at several depths"] = Graph([[2, 3], [2, 3]], inputs =>
            {
                var (twice, once) = (new Dense(3, Activation.Tanh) { Name = "twice" }, new Dense(3, Activation.Relu) { Name = "once" });
                return [new Concatenate().Apply(twice.Apply(once.Apply(inputs[0])), new Dense(2).Apply(twice.Apply(inputs[1])))];
            }),
            ["models in graphs"] = Graph([[2, 5, 3], [2, 5, 3]], inputs =>
            {
                Input one = new(-1, 3), other = new(-1, 3);
                var both = new Add().Apply(new Dense(4).Apply(one), new Dense(4).Apply(other));
                var inner = new FunctionalModel([one, other], [new Lstm(3).Apply(both), new GlobalAveragePooling1D().Apply(both)]);
                var row = new SequentialModel(new BatchNormalization(), new Dense(3));
                var (first, second) = (inner.ApplyMany(inputs[0], inputs[1]), inner.ApplyMany(row.Apply(inputs[0]), row.Apply(inputs[1])));
                return [new Multiply().Apply(first[0], second[0]), new Average().Apply(first[1], second[1]), second[0]];
            }),
            ["attention"] = Attention(areMasked: false, () => new AdditiveAttention()),
            ["attention to masked words"] = Attention(areMasked: true, () => new AdditiveAttention()),
            ["dot attention to masked words"] = Attention(areMasked: true, () => new Attention(useScale: true)),
            ["heads over masked words"] = Attention(areMasked: true, () => new MultiHeadAttention(2, 3, valueSize: 2)),
            ["heads of three inputs"] = Graph([[2, 5, 4], [2, 6, 3], [2, 6, 2]], inputs =>
                [new MultiHeadAttention(2, 3, valueSize: 4, dropout: 0.25, outputSize: 5).Apply(inputs[0], inputs[1], inputs[2])]),
            ["heads of one input, without later steps"] = Graph([[2, 5, 4]], inputs =>
            {
                var seen = new MultiHeadAttention(2, 3, useBias: false, useCausalMask: true) { KernelRegularizer = Regularizer.L2(0.25) }.Apply(inputs[0]);
                return [new LayerNormalization().Apply(new Add().Apply(inputs[0], seen))];
            }),
            ["a layer of heads that is called twice"] = Graph([[2, 5, 4], [2, 3, 4]], inputs =>
            {
                var heads = new MultiHeadAttention(2, 3);
                return [heads.Apply(inputs[0], inputs[1]), heads.Apply(inputs[1], inputs[0])];
            }),
            ["attention without later steps"] = Graph([[2, 5, 3], [2, 5, 4], [2, 5, 3]], inputs =>
                [new Attention(useScale: true, ScoreMode.Concat, dropout: 0.25, useCausalMask: true).Apply(inputs[0], inputs[1], inputs[2])]),
        };
        foreach (var activation in Enum.GetValues<Activation>())
        {
            cases[$"Dense with {activation}"] = Row([2, 3], _ => [new Dense(4, activation)]) with
            {
                Only = activation is Activation.HardSigmoid ? ".h5"
                    : activation is Activation.HardSigmoidKeras3 or Activation.LeakyRelu ? ".keras" : null,
            };
        }
        for (var seed = 1; seed <= 24; seed++)
        {
            var own = seed;
            cases[string.Create(CultureInfo.InvariantCulture, $"drawn {seed}")] = Row([2, 8, 3], hard => Drawn(own, hard));
        }
        foreach (var (name, given) in SavedCases.All.Where(given => !Others.Contains(given.Key)))
        {
            cases[name] = new(_ => SavedCases.Model(given), [given.InputShape], [given.ReadsClasses || name.Contains("Embedding")])
            {
                IsGraph = name.StartsWith("graph", StringComparison.Ordinal),
                Only = name.Contains("Keras 3", StringComparison.Ordinal) ? ".keras"
                    : name.Contains("hard sigmoid", StringComparison.Ordinal) ? ".h5" : null,
            };
        }
        return cases;
    }

    private static KerasSaveCase Compiled(Optimizer optimizer, Loss loss, params Metric[] metrics) => new(_ =>
    {
        var model = new SequentialModel(new Dense(3)) { Seed = 1 };
        model.Build(2);
        model.Compile(loss, optimizer, metrics);
        return model;
    }, [[4, 2]]);

    private static KerasSaveCase Row(long[] shape, Func<Activation, Layer[]> layers, bool areWords = false, bool frozen = false) => new(hard =>
    {
        var model = new SequentialModel(layers(hard)) { Seed = 1 };
        model.Build(new Shape([null, .. shape.Skip(1).Select((length, i) => i == 0 && shape.Length == 3 && layers(hard)[0] is not Conv1D ? null : (long?)length)]));
        if (frozen)
        {
            model.Trainable = false;
        }
        return model;
    }, [shape], [areWords]);

    private static KerasSaveCase Graph(long[][] shapes, Func<Input[], Node[]> make) => new(_ =>
    {
        Input[] inputs = [.. shapes.Select(shape => new Input([.. shape.Skip(1).Select((length, i) => i == 0 && shape.Length == 3 ? -1 : length)]))];
        var model = new FunctionalModel(inputs, make(inputs)) { Seed = 1 };
        model.Build();
        return model;
    }, shapes)
    {
        IsGraph = true,
    };

    private static KerasSaveCase Attention(bool areMasked, Func<AttentionLayer> looks) => new(_ =>
    {
        Input source = new(-1) { Name = "source" }, target = new(-1) { Name = "target" };
        var (seen, states) = new Lstm(4, returnSequences: true).ApplyWithState(new Embedding(5, 4, areMasked).Apply(source));
        var (steps, _) = new Lstm(4, returnSequences: true).ApplyWithState(new Embedding(5, 3, areMasked).Apply(target), states);
        var attended = new Concatenate().Apply(looks().Apply(steps, seen), steps);
        var model = new FunctionalModel([source, target], [new Dense(4, Activation.Softmax).Apply(attended)]) { Seed = 1 };
        model.Build();
        return model;
    }, [[2, 6], [2, 5]], [true, true])
    {
        IsGraph = true,
    };

    private static Bidirectional HalfFrozen()
    {
        var both = new Bidirectional(new Lstm(2, returnSequences: true), MergeMode.Ave);
        both.Forward.Trainable = false;
        both.Backward.Trainable = true;
        return both;
    }

    private static Layer[] Drawn(int seed, Activation hard)
    {
        var random = new SeededRandom(seed);
        var layers = new List<Layer>();
        var count = 2 + Below(3);
        for (var i = 0; i < count; i++)
        {
            var last = i == count - 1;
            layers.Add(Recurrent(!last));
            switch (last ? 0 : Below(7))
            {
                case 1:
                    layers.Add(new Dropout(0.3));
                    break;
                case 2:
                    layers.Add(new LayerNormalization(0.01));
                    break;
                case 3:
                    layers.Add(new BatchNormalization(0.9, 0.01));
                    break;
                case 4:
                    layers.Add(new TimeDistributed(new Dense(3, Of(Activation.Relu, Activation.Selu, Activation.Softplus))));
                    break;
                case 5:
                    layers.Add(new Conv1D(4, 1 + Below(3), padding: StepPadding.Same, activation: Of(Activation.Linear, Activation.Tanh)));
                    break;
                case 6:
                    layers.Add(new LeakyRelu(0.1));
                    break;
            }
        }
        layers.Add(new Dense(2, Of(Activation.Linear, Activation.Sigmoid, Activation.Softmax)));
        if (Below(2) == 0 && !layers.OfType<Conv1D>().Any())
        {
            layers.Insert(0, new Masking(2));
        }
        return [.. layers];

        Layer Recurrent(bool sequences)
        {
            var (units, gates, bias) = (1 + Below(5), Of(Activation.Sigmoid, hard), Below(4) > 0);
            var activation = Of(Activation.Tanh, Activation.Tanh, Activation.Relu, Activation.Sigmoid);
            var backwards = Below(4) == 0;
            RecurrentLayer layer = Below(3) switch
            {
                0 => new Lstm(units, sequences, goBackwards: backwards, activation: activation, recurrentActivation: gates, useBias: bias),
                1 => new Gru(units, sequences, goBackwards: backwards, activation: activation, recurrentActivation: gates, useBias: bias, resetAfter: Below(4) == 0),
                _ => new SimpleRnn(units, sequences, goBackwards: backwards, activation: activation, useBias: bias),
            };
            return Below(3) == 0 ? new Bidirectional(layer, Of(MergeMode.Concat, MergeMode.Sum, MergeMode.Mul, MergeMode.Ave)) : layer;
        }

        int Below(int most) => (int)((random.NextUniform(0.5) + 0.5) * most * 0.999999);

        T Of<T>(params T[] values) => values[Below(values.Length)];
    }
}
