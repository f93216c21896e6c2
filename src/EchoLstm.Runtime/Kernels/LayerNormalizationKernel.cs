using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Layer normalisation of every row (Ba et al. 2016): n = (x - mean) / √(variance + ε), y = γ n + β; with g = γ δy, δx = (g - mean(g) - n
/// mean(g n)) / √(variance + ε), δγ = Σ δy n, δβ = Σ δy. TimeDistributed(LayerNormalization) is the same, as each step is a row.
/// </summary>
internal sealed unsafe class LayerNormalizationKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly LayerNormalizationSettings _settings;
    private readonly WeightBlock[] _blocks;
    private readonly int _features, _padded;
    private long _rows;
    private float* _gamma, _beta, _gammaGradient, _betaGradient; // null where there is none
    private float* _normalized, _factors; // n, and 1 / √(variance + ε) of each row

    internal LayerNormalizationKernel(LayerNormalizationSettings settings, int features)
    {
        (_settings, _features, _padded) = (settings, features, Gemm<V>.Padded(features));
        var weights = new List<WeightPart>();
        if (settings.Scale)
        {
            weights.Add(new(_padded, settings.GammaRegularizer));
        }
        if (settings.Center)
        {
            weights.Add(new(_padded, settings.BetaRegularizer));
        }
        Weights = weights;
        _blocks = [.. weights.Select((_, i) => new WeightBlock(i, 1, 1))];
    }

    internal override int InputWidth => _features;

    internal override int OutputWidth => _features;

    internal override int OutputStride => _padded;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override void Bind(float* weights, float* gradients)
    {
        var betaPlace = _settings.Scale ? _padded : 0;
        _gamma = _settings.Scale ? weights : null;
        _beta = _settings.Center ? weights + betaPlace : null;
        _gammaGradient = _settings.Scale && gradients is not null ? gradients : null;
        _betaGradient = _settings.Center && gradients is not null ? gradients + betaPlace : null;
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        Output = arena.Take(_rows * _padded);
        OutputGradient = shape.Training ? arena.Take(_rows * _padded) : null;
        _normalized = shape.Training ? arena.Take(_rows * _padded) : null;
        _factors = shape.Training ? arena.Take(_rows) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        for (var r = 0L; r < _rows; r++)
        {
            var y = Output + (r * _padded);
            var n = _normalized is null ? y : _normalized + (r * _padded);
            Rows.Copy(input.Start + (r * input.Stride), n, _features);
            var factor = Normalize(n);
            if (_factors is not null)
            {
                _factors[r] = factor;
            }
            for (var k = 0; k < _padded; k += V.Count)
            {
                var value = V.Load(n + k);
                value = _gamma is null ? value : value * V.Load(_gamma + k);
                (_beta is null ? value : value + V.Load(_beta + k)).Store(y + k);
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (_gammaGradient is not null)
        {
            new Span<float>(_gammaGradient, _padded).Clear();
        }
        if (_betaGradient is not null)
        {
            Gemm<V>.SumRows(OutputGradient, _rows, _padded, _betaGradient);
        }
        for (var r = 0L; r < _rows; r++)
        {
            var dy = OutputGradient + (r * _padded);
            var n = _normalized + (r * _padded);
            var (sum, product) = (V.Zero, V.Zero);
            for (var k = 0; k < _padded; k += V.Count)
            {
                var (slope, normal) = (V.Load(dy + k), V.Load(n + k));
                if (_gammaGradient is not null)
                {
                    V.MultiplyAdd(slope, normal, V.Load(_gammaGradient + k)).Store(_gammaGradient + k);
                }
                slope = _gamma is null ? slope : slope * V.Load(_gamma + k);
                slope.Store(dy + k);
                sum += slope;
                product = V.MultiplyAdd(slope, normal, product);
            }
            if (inputGradient is null)
            {
                continue;
            }
            var (mean, share) = (V.All(sum.Sum() / _features), V.All(product.Sum() / _features));
            var factor = V.All(_factors[r]);
            var dx = inputGradient + (r * _padded);
            for (var k = 0; k < _padded; k += V.Count)
            {
                ((V.Load(dy + k) - mean - (V.Load(n + k) * share)) * factor).Store(dx + k);
            }
            new Span<float>(dx + _features, _padded - _features).Clear();
        }
    }

    internal override int MemoryCount(WeightLayout layout) => _blocks.Length;

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        for (var i = 0; i < _blocks.Length; i++)
        {
            sources[i] = new((float*)memory[i], 0, 1);
        }
    }

    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks) =>
        PackedWeights<V>.Exchange(_blocks, _features, sources, packed, unpacks);

    // Makes a row's mean 0 and its variance 1; the padding is 0 behind. Returns 1 / √(variance + ε).
    private float Normalize(float* row)
    {
        new Span<float>(row + _features, _padded - _features).Clear();
        var sum = V.Zero;
        for (var k = 0; k < _padded; k += V.Count)
        {
            sum += V.Load(row + k);
        }
        var mean = V.All(sum.Sum() / _features);
        for (var k = 0; k < _padded; k += V.Count)
        {
            (V.Load(row + k) - mean).Store(row + k);
        }
        new Span<float>(row + _features, _padded - _features).Clear();
        var squares = V.Zero;
        for (var k = 0; k < _padded; k += V.Count)
        {
            var distance = V.Load(row + k);
            squares = V.MultiplyAdd(distance, distance, squares);
        }
        var factor = (float)(1 / Math.Sqrt((squares.Sum() / _features) + _settings.Epsilon));
        for (var k = 0; k < _padded; k += V.Count)
        {
            (V.Load(row + k) * V.All(factor)).Store(row + k);
        }
        return factor;
    }
}
