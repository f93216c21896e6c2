using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Batch normalisation as it predicts (Ioffe and Szegedy 2015): y = x f + (β - m f) with f = γ / √(v + ε), from the moving mean m and
/// variance v. In training, where those move, Torch runs it.
/// </summary>
internal sealed unsafe class BatchNormalizationKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly BatchNormalizationSettings _settings;
    private readonly WeightBlock[] _blocks;
    private readonly int _features, _padded;
    private long _rows;
    private float* _weights, _factor, _shift;

    internal BatchNormalizationKernel(BatchNormalizationSettings settings, int features)
    {
        (_settings, _features, _padded) = (settings, features, Gemm<V>.Padded(features));
        var count = settings.WeightNames.Count();
        Weights = [.. Enumerable.Repeat(new WeightPart(_padded), count)];
        _blocks = [.. Enumerable.Range(0, count).Select(i => new WeightBlock(i, 1, 1))];
    }

    internal override int InputWidth => _features;

    internal override int OutputWidth => _features;

    internal override int OutputStride => _padded;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override void Bind(float* weights, float* gradients) => _weights = weights;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        Output = arena.Take(_rows * _padded);
        _factor = arena.Take(_padded);
        _shift = arena.Take(_padded);
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        Prepare();
        for (var r = 0L; r < _rows; r++)
        {
            var y = Output + (r * _padded);
            Rows.Copy(input.Start + (r * input.Stride), y, _features);
            for (var k = 0; k < _padded; k += V.Count)
            {
                V.MultiplyAdd(V.Load(y + k), V.Load(_factor + k), V.Load(_shift + k)).Store(y + k);
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient) =>
        throw new InvalidOperationException($"{_settings.Title} is not trained by kernels.");

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

    private void Prepare()
    {
        var mean = _weights + ((_blocks.Length - 2) * _padded);
        var variance = mean + _padded;
        var beta = _weights + (_settings.Scale ? _padded : 0);
        for (var k = 0; k < _padded; k += V.Count)
        {
            var factor = V.All(1) / V.SquareRoot(V.Load(variance + k) + V.All((float)_settings.Epsilon));
            factor = _settings.Scale ? factor * V.Load(_weights + k) : factor;
            var shift = V.Zero - (V.Load(mean + k) * factor);
            factor.Store(_factor + k);
            (_settings.Center ? shift + V.Load(beta + k) : shift).Store(_shift + k);
        }
        // The padding has no variance.
        new Span<float>(_factor + _features, _padded - _features).Clear();
        new Span<float>(_shift + _features, _padded - _features).Clear();
    }
}
