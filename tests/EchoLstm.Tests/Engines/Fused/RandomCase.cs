using EchoLstm.Kernels;

namespace EchoLstm.Tests.Engines.Fused;

/// <summary>
/// A random model with data: any layers that have kernels, with any of their options, any loss that has a fused form. The same seed gives the same case, random draws
/// of dropout included. Its tensors are in the caller's dispose scope.
/// </summary>
internal sealed class RandomCase : IDisposable
{
    // Lengths around every vector width and the panels of three vectors.
    private static readonly int[] Around = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 70];

    private static readonly Activation[] Activations = Enum.GetValues<Activation>();
    private static readonly Activation[] OfCells = [.. Activations.Where(KernelFactory.CellTakes).Except([Activation.Exponential])]; // it explodes

    private readonly Random _random;
    private readonly List<nn.Module<Tensor, Tensor>> _layers = [];
    private readonly int _samples, _steps;
    private readonly bool _stateful, _isLarge;
    private Shape _shape;
    private bool _masked;

    private RandomCase(int seed, Func<Optimizer>? optimizer, bool isLarge)
    {
        _random = new Random(seed);
        (_samples, _steps, _stateful, _isLarge) = (_random.Next(1, 8), _random.Next(1, 7), Chance(6), isLarge);
        if (isLarge)
        {
            _samples = _random.Next(16, 70);
            _steps = 1 + (_random.Next(256, 640) / _samples);
        }
        X = RandomInput();
        var input = _shape = Shape.Of(X);
        Masks();
        Middle();
        (var loss, Y) = End();
        Model = new SequentialModel([.. _layers]) { Seed = seed };
        Model.Build(new Shape([.. input.Skip(1)]), _stateful ? _samples : null);
        Optimizer = optimizer?.Invoke() ?? AnyOptimizer();
        Model.Compile(loss, Optimizer, loss.Name.StartsWith("sparse", StringComparison.Ordinal) ? [Metric.Accuracy()] : [Metric.Accuracy(), Metric.MeanAbsoluteError()]);
        Weigh(loss);
        Description = $"seed {seed}: {string.Join(", ", Model.Layers.Select(Described))} on {input}, {loss.Name}, {Optimizer.Name}{(_masked ? ", masked" : "")}{(_stateful ? ", stateful" : "")}{(SampleWeight is null ? "" : ", weighted")}{(ClassWeight is null ? "" : ", classes weighted")}";
    }

    internal SequentialModel Model { get; }

    internal Tensor X { get; }

    internal Tensor Y { get; }

    internal Optimizer Optimizer { get; }

    internal Tensor? SampleWeight { get; private set; }

    internal IReadOnlyDictionary<int, double>? ClassWeight { get; private set; }

    internal string Description { get; }

    /// <summary>Makes a case.</summary>
    /// <param name="seed">Which.</param>
    /// <param name="optimizer">Makes its optimiser; null for any.</param>
    /// <param name="isLarge">Whether its batch is large enough for threads to share it by samples, as most of these are.</param>
    internal static RandomCase Create(int seed, Func<Optimizer>? optimizer = null, bool isLarge = false) => new(seed, optimizer, isLarge);

    /// <summary>Trains on all samples as one batch.</summary>
    internal History Fit(int epochs) => Model.Fit(
        X, Y, epochs, batchSize: _samples, shuffle: false, verbose: 0, sampleWeight: SampleWeight is { } given ? given : default(TensorLike?), classWeight: ClassWeight);

    public void Dispose() => Model.Dispose();

    private static string Described(Layer layer) => layer switch
    {
        RecurrentLayer r => $"{layer.GetType().Name}({r.Units}{(r.ReturnSequences ? ", sequences" : "")}{(r.GoBackwards ? ", backwards" : "")}{(r.Dropout > 0 ? ", dropout" : "")}{(r.RecurrentDropout > 0 ? ", recurrent dropout" : "")}{(r is Gru { ResetAfter: false } ? ", reset before" : "")})",
        Bidirectional b => $"Bidirectional({Described(b.Forward)}, {b.MergeMode})",
        Dense d => $"Dense({d.Units}, {d.Activation})",
        TimeDistributed { Inner: Layer inner } => $"TimeDistributed({Described(inner)})",
        _ => layer.GetType().Name,
    };

    private Activation Any(Activation[] activations) => activations[_random.Next(activations.Length)];

    private bool Chance(int one) => _random.Next(one) == 0;

    private int Length() => Chance(_isLarge ? 1 : 3) ? Around[_random.Next(Around.Length)] : _random.Next(1, 13);

    private void Add(nn.Module<Tensor, Tensor> layer)
    {
        _layers.Add(layer);
        _shape = ((Layer)layer).OutputShape(_shape);
    }

    private float[] Numbers(long count) => [.. Enumerable.Range(0, (int)count).Select(_ => (_random.NextSingle() - 0.5f) * 2)];

    private Tensor Ones(int oneIn) => tensor([.. Enumerable.Range(0, _samples * _steps).Select(_ => Chance(oneIn) ? 1f : 0f)]);

    private Tensor RandomInput()
    {
        var features = Length();
        switch (_random.Next(6))
        {
            case 0:
                var classes = _random.Next(1, 20);
                _embedding = new Embedding(classes, Length(), maskZero: Chance(2)) { EmbeddingsRegularizer = AnyRegularizer() };
                var indices = Enumerable.Range(0, _samples * _steps).Select(_ => _random.Next(classes)).ToArray();
                return (Chance(2) ? tensor([.. indices.Select(i => (long)i)]) : tensor([.. indices.Select(i => (float)i)])).reshape(_samples, _steps);
            case 1:
                var hot = Enumerable.Range(0, _samples * _steps).Select(_ => (long)_random.Next(features)).ToArray();
                return nn.functional.one_hot(tensor(hot), features).to(ScalarType.Float32).reshape(_samples, _steps, features);
            default:
                return tensor(Numbers(_samples * _steps * features)).reshape(_samples, _steps, features);
        }
    }

    private Embedding? _embedding;

    private void Masks()
    {
        if (_embedding is not null)
        {
            Add(_embedding);
            _masked = _embedding.MaskZero;
        }
        else if (Chance(4))
        {
            // Any steps, the first and all of a sample's too; and steps of which only the first feature is the mask's value.
            var missing = Ones(3).reshape(_samples, _steps, 1);
            X.mul_(1 - missing).sub_(missing * 2);
            var partly = Ones(4).reshape(_samples, _steps);
            X.select(2, 0).mul_(1 - partly).sub_(partly * 2);
            Add(new Masking(-2));
            _masked = true;
        }
        if (Chance(6))
        {
            Add(Dropped(new Dropout(0.3)));
        }
    }

    private void Middle()
    {
        var stacked = _random.Next(1, 3);
        for (var i = 0; i < stacked; i++)
        {
            var sequences = i < stacked - 1 || Chance(2);
            AddRecurrent(sequences);
            if (!sequences)
            {
                _masked = false;
            }
            if (Chance(6))
            {
                Add(Dropped(new Dropout(0.2)));
            }
            if (Chance(5))
            {
                AddRowByRow();
            }
            if (Chance(8))
            {
                Add(Dropped(new ActivationLayer(Any(Activations))));
            }
        }
        if (_shape.Rank == 2 && Chance(3))
        {
            Add(new RepeatVector(_random.Next(1, 5)));
            AddRecurrent(sequences: true);
        }
        if (_shape.Rank == 3 && Chance(6))
        {
            Add(Chance(2) ? new GlobalAveragePooling1D(Chance(2)) : new GlobalMaxPooling1D(Chance(2)));
            _masked = false;
        }
        if (_shape.Rank == 3 && !_masked && Chance(5))
        {
            Add(_random.Next(3) switch
            {
                0 => new UpSampling1D(_random.Next(1, 4)),
                1 => new ZeroPadding1D(_random.Next(3), _random.Next(3)),
                _ => new Cropping1D(0, (int)_shape[1]!.Value - 1),
            });
        }
        if (!_masked && Chance(6))
        {
            var numbers = _shape.Skip(1).Aggregate(1L, (product, length) => product * length!.Value);
            var divisor = Enumerable.Range(1, (int)numbers).Where(length => numbers % length == 0).OrderBy(_ => _random.Next()).First();
            Add(Chance(2) ? new Flatten() : new Reshape(-1, divisor));
        }
        if (Chance(3))
        {
            Add(new Dense(Length(), Any(Activations), useBias: !Chance(4)) { KernelRegularizer = AnyRegularizer(), BiasRegularizer = AnyRegularizer() });
        }
    }

    private void AddRowByRow()
    {
        switch (_random.Next(_shape.Rank == 3 ? 7 : 5))
        {
            case 0:
                Add(Dropped(new LeakyRelu(_random.NextDouble())));
                break;
            case 1:
                Add(Dropped(new Elu(_random.NextDouble())));
                break;
            case 2:
                Add(Dropped(new GaussianNoise(0.1)));
                break;
            case 3 or 4:
                Add(Dropped(new LayerNormalization(0.01, center: !Chance(4), scale: !Chance(4)) { GammaRegularizer = AnyRegularizer(), BetaRegularizer = AnyRegularizer() }));
                break;
            case 5:
                Add(new SpatialDropout1D(0.3));
                break;
            default:
                Add(new PRelu(_random.Next(4) switch { 0 => [], 1 => [1], 2 => [2], _ => [1, 2] }) { AlphaRegularizer = AnyRegularizer() });
                break;
        }
    }

    private nn.Module<Tensor, Tensor> Dropped(Layer layer) => _shape.Rank == 3 && Chance(2) ? new TimeDistributed(layer) : layer;

    private void AddRecurrent(bool sequences)
    {
        var (units, backwards, bias) = (Length(), Chance(4), !Chance(4));
        var (dropout, recurrentDropout) = (Chance(6) ? 0.25 : 0, Chance(6) ? 0.25 : 0);
        var activation = Chance(5) ? Any(OfCells) : Activation.Tanh;
        var gate = Chance(5) ? Any([Activation.HardSigmoid, Activation.HardSigmoidKeras3]) : Activation.Sigmoid;
        var (kernel, recurrent, ofBias) = (AnyRegularizer(), AnyRegularizer(), AnyRegularizer());
        RecurrentLayer layer = _random.Next(4) switch
        {
            0 => new SimpleRnn(units, sequences, _stateful, backwards, activation, bias, dropout, recurrentDropout)
            {
                KernelRegularizer = kernel, RecurrentRegularizer = recurrent, BiasRegularizer = ofBias,
            },
            1 => new Lstm(units, sequences, false, _stateful, backwards, activation, gate, bias, true, dropout, recurrentDropout)
            {
                KernelRegularizer = kernel, RecurrentRegularizer = recurrent, BiasRegularizer = ofBias,
            },
            _ => new Gru(units, sequences, _stateful, backwards, activation, gate, bias, resetAfter: Chance(2), dropout, recurrentDropout)
            {
                KernelRegularizer = kernel, RecurrentRegularizer = recurrent, BiasRegularizer = ofBias,
            },
        };
        Add(Chance(4) ? new Bidirectional(layer, (MergeMode)_random.Next(4)) : layer);
    }

    private Regularizer? AnyRegularizer() => _random.Next(8) switch { 0 => Regularizer.L1(0.01), 1 => Regularizer.L2(0.02), _ => null };

    private Optimizer AnyOptimizer() => _random.Next(6) switch
    {
        0 => new Sgd(0.02, momentum: 0.9, nesterov: Chance(2)),
        1 => new RmsProp(0.001, momentum: _random.Next(2) * 0.5, centered: Chance(2)),
        2 => new Adam(0.003) { ClipValue = 0.02 },
        3 => new Adam(0.003) { GlobalClipNorm = 0.1 },
        4 => new Sgd(0.05) { ClipNorm = 0.1 },
        _ => new Adam(0.003),
    };

    private (Loss Loss, Tensor Y) End()
    {
        var kind = _random.Next(6);
        var units = kind >= 3 ? _random.Next(2, 30) : Length();
        var activation = kind switch { 2 => Activation.Sigmoid, 3 or 4 => Activation.Softmax, _ => Activation.Linear };
        var apart = Chance(5);
        var last = new Dense(units, apart ? Activation.Linear : activation);
        Add(_shape.Rank == 3 && Chance(2) ? new TimeDistributed(last) : last);
        if (apart)
        {
            Add(new ActivationLayer(activation));
        }
        var shape = _shape.Select(length => length!.Value).ToArray();
        var rows = shape[..^1].Aggregate((a, b) => a * b);
        var classes = Enumerable.Range(0, (int)rows).Select(_ => (long)_random.Next(units)).ToArray();
        var y = kind switch
        {
            4 => tensor(classes).reshape(shape[..^1]),
            3 or 5 => nn.functional.one_hot(tensor(classes), units).to(ScalarType.Float32).reshape(shape),
            2 => tensor([.. Enumerable.Range(0, (int)rows * units).Select(_ => (float)_random.Next(2))]).reshape(shape),
            _ => tensor(Numbers(rows * units)).reshape(shape),
        };
        return (kind switch
        {
            0 => Loss.MeanSquaredError(),
            1 => Loss.MeanAbsoluteError(),
            2 => Loss.BinaryCrossentropy(),
            3 => Loss.CategoricalCrossentropy(),
            4 => Loss.SparseCategoricalCrossentropy(),
            _ => Loss.CategoricalCrossentropy(fromLogits: true),
        }, y);
    }

    private void Weigh(Loss loss)
    {
        if (Chance(4))
        {
            var perStep = _shape.Rank == 3 && Chance(2);
            var count = perStep ? _samples * (int)_shape[1]!.Value : _samples;
            var weights = tensor([.. Enumerable.Range(0, count).Select(_ => Chance(5) ? 0 : _random.NextSingle() * 2)]);
            SampleWeight = perStep ? weights.reshape(_samples, count / _samples) : weights;
        }
        if (Chance(6) && loss.Name.Contains("categorical", StringComparison.Ordinal))
        {
            ClassWeight = new Dictionary<int, double> { [0] = 2.5, [1] = 0.5 };
        }
    }
}
