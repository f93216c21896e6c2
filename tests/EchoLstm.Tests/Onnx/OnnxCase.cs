using EchoLstm.Onnx;

namespace EchoLstm.Tests.Onnx;

/// <summary>A random model with layers that have no kernels, wrappers and models inside, with data; in the caller's dispose scope.</summary>
internal sealed class OnnxCase : IDisposable
{
    private static readonly Activation[] OfCells =
        [Activation.Linear, Activation.Relu, Activation.Tanh, Activation.Sigmoid, Activation.HardSigmoid, Activation.HardSigmoidKeras3, Activation.Elu, Activation.LeakyRelu, Activation.Softplus, Activation.Softsign];

    private readonly Random _random;
    private readonly List<nn.Module<Tensor, Tensor>> _layers = [];
    private Shape _shape;
    private bool _masked;

    private OnnxCase(int seed, bool streams)
    {
        _random = new Random(seed);
        var (samples, steps) = (_random.Next(1, 5), _random.Next(3, 8));
        _masked = Chance(3);
        X = Numbers.Uniform(seed, [samples, steps, _random.Next(1, 6)]);
        Shape input = _shape = Shape.Of(X);
        if (_masked)
        {
            var missing = Numbers.Uniform(seed + 1, [samples, steps, 1]).gt(0.2).to(ScalarType.Float32);
            X = X * (1 - missing) - missing;
            Add(new Masking(-1));
        }
        if (streams)
        {
            Stream();
        }
        else
        {
            Whole();
        }
        Add(new Dense(2, Any(Enum.GetValues<Activation>())));
        Model = new SequentialModel([.. _layers]) { Seed = seed };
        Model.Build(new Shape([.. input.Skip(1)]));
        OnnxModelTests.Randomize(Model, seed);
        Description = $"seed {seed}: {string.Join(", ", Model.Layers.Select(layer => layer.Settings))} on {input}";
    }

    internal SequentialModel Model { get; }

    internal Tensor X { get; }

    internal int[]? Lengths { get; private set; }

    internal OnnxOptions Options { get; private set; } = new();

    internal string Description { get; }

    internal static OnnxCase Create(int seed) => new(seed, streams: false);

    internal static OnnxCase CreateStream(int seed) => new(seed, streams: true);

    public void Dispose() => Model.Dispose();

    private void Whole()
    {
        if (Chance(4))
        {
            Lengths = [.. Enumerable.Range(0, (int)X.shape[0]).Select(_ => _random.Next((int)X.shape[1] + 1))];
            Options = Options with { WithLengths = true };
            _masked = true;
        }
        for (var i = 0; i < 2 && !_masked; i++)
        {
            var padding = (StepPadding)_random.Next(3);
            Add(_random.Next(8) switch
            {
                0 => new Conv1D(3, _random.Next(1, 3), _random.Next(1, 3), padding, Any(OfCells), useBias: Chance(2)),
                1 => new MaxPooling1D(2, 1, Chance(2) ? StepPadding.Same : StepPadding.Valid),
                2 => new AveragePooling1D(3, _random.Next(1, 3), StepPadding.Same),
                3 => new UpSampling1D(2),
                4 => new AdditiveAttention(Chance(2)),
                5 => new Attention(Chance(2), (ScoreMode)_random.Next(2), useCausalMask: Chance(2)),
                6 => new MultiHeadAttention(2, 3, useBias: Chance(2), outputSize: Chance(2) ? 5 : null, useCausalMask: Chance(2)),
                _ => new ZeroPadding1D(_random.Next(2), 1),
            });
        }
        Add(Chance(2) ? Recurrent(sequences: true, backwards: Chance(3)) : new Bidirectional(Recurrent(sequences: true, backwards: Chance(3)), (MergeMode)_random.Next(4)));
        Between();
        Add(new SequentialModel(Recurrent(sequences: true, backwards: Chance(4)), Chance(2) ? new Dropout(0.5) : new BatchNormalization()));
        if (Chance(3) && !_masked)
        {
            Add(new Reshape(-1, 1, _shape.Last!.Value));
            Add(new TimeDistributed(new SequentialModel(Recurrent(sequences: true, backwards: false), Chance(2) ? new Bidirectional(Recurrent(false, false)) : new Flatten(), new Dense(3))));
        }
        Add(_random.Next(6) switch
        {
            0 => new AttentionDecoder(3, _random.Next(1, 4)),
            1 => new GlobalAveragePooling1D(Chance(2)),
            2 => new GlobalMaxPooling1D(Chance(2)),
            3 => Recurrent(sequences: false, backwards: Chance(3)),
            4 => new Bidirectional(Recurrent(sequences: false, backwards: Chance(3)), (MergeMode)_random.Next(4)),
            _ => new TimeDistributed(new PRelu()),
        });
        if (_shape.Rank == 2 && Chance(2))
        {
            Add(new RepeatVector(3));
            Add(Recurrent(sequences: true, backwards: false));
        }
    }

    private void Stream()
    {
        var layers = _random.Next(1, 4);
        for (var i = 0; i < layers; i++)
        {
            if (!_masked && Chance(2))
            {
                Add(new Conv1D(3, _random.Next(1, 4), 1, StepPadding.Causal, Any(OfCells)));
            }
            var recurrent = Recurrent(sequences: true, backwards: false);
            Add(Chance(3) ? new SequentialModel(recurrent, new Dense(2)) : recurrent);
            Between();
        }
        if (Chance(3))
        {
            Add(Recurrent(sequences: false, backwards: false));
            if (Chance(2))
            {
                Add(new RepeatVector(2));
                Add(Recurrent(sequences: true, backwards: true));
                Add(new Flatten());
            }
        }
    }

    // What may stand between layers that read steps, in streams too.
    private void Between()
    {
        switch (_random.Next(6))
        {
            case 0:
                Add(new LayerNormalization());
                break;
            case 1:
                Add(new TimeDistributed(new Dense(3, Any(OfCells))));
                break;
            case 2:
                Add(new PRelu([1]));
                break;
            case 3 when !_masked:
                Add(new Masking(0.25));
                _masked = true;
                break;
            case 4:
                Add(new BatchNormalization());
                break;
            default:
                Add(new ActivationLayer(Any(OfCells)));
                break;
        }
    }

    private RecurrentLayer Recurrent(bool sequences, bool backwards)
    {
        var (units, bias, activation, gate) = (_random.Next(1, 6), !Chance(4), Chance(2) ? Activation.Tanh : Any(OfCells), Chance(2) ? Activation.Sigmoid : Any(OfCells[3..6]));
        return _random.Next(3) switch
        {
            0 => new Lstm(units, sequences, goBackwards: backwards, activation: activation, recurrentActivation: gate, useBias: bias),
            1 => new Gru(units, sequences, goBackwards: backwards, activation: activation, recurrentActivation: gate, useBias: bias, resetAfter: Chance(2)),
            _ => new SimpleRnn(units, sequences, goBackwards: backwards, activation: activation, useBias: bias),
        };
    }

    private Activation Any(Activation[] activations) => activations[_random.Next(activations.Length)];

    private bool Chance(int one) => _random.Next(one) == 0;

    private void Add(nn.Module<Tensor, Tensor> layer)
    {
        _layers.Add(layer);
        _shape = ((Layer)layer).OutputShape(_shape);
    }
}
