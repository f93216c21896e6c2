using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// x above 0, else α x (He et al. 2015): δx = δy above 0, α δy below, 0 at 0; δα = Σ δy x below 0, over what shares it. α has a row for
/// each step, or one for all; a row has a number for each feature, or one for all.
/// </summary>
internal sealed unsafe class PReluKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _features, _padded, _alphaRows, _alphaWidth, _alphaStride;
    private int _samples, _steps;
    private float* _alpha, _alphaGradient, _row, _rowGradient;

    /// <param name="settings">The layer's.</param>
    /// <param name="features">Features of a row.</param>
    /// <param name="steps">Steps that have rows of α of their own; 1 for one row.</param>
    /// <param name="sharesFeatures">Whether a row of α is one number.</param>
    internal PReluKernel(PReluSettings settings, int features, int steps, bool sharesFeatures)
    {
        (_features, _padded, _alphaRows) = (features, Gemm<V>.Padded(features), steps);
        _alphaWidth = sharesFeatures ? 1 : features;
        _alphaStride = Gemm<V>.Padded(_alphaWidth);
        Weights = [new((long)steps * _alphaStride, settings.AlphaRegularizer)];
    }

    internal override int InputWidth => _features;

    internal override int OutputWidth => _features;

    internal override int OutputStride => _padded;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override void Bind(float* weights, float* gradients)
    {
        _alpha = weights;
        _alphaGradient = gradients;
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        Output = arena.Take(shape.Rows * _padded);
        OutputGradient = shape.Training ? arena.Take(shape.Rows * _padded) : null;
        _row = arena.Take(_padded);
        _rowGradient = shape.Training ? arena.Take(_padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        for (var t = 0; t < _steps; t++)
        {
            var alpha = AlphaOf(t);
            for (var i = 0; i < _samples; i++)
            {
                var row = ((long)t * _samples) + i;
                var y = Output + (row * _padded);
                Rows.Copy(input.Start + (row * input.Stride), y, _features);
                for (var k = 0; k < _padded; k += V.Count)
                {
                    var x = V.Load(y + k);
                    V.WhereLess(x, V.Zero, x * V.Load(alpha + k), x).Store(y + k);
                }
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        new Span<float>(_alphaGradient, _alphaRows * _alphaStride).Clear();
        for (var t = 0; t < _steps; t++)
        {
            var alpha = AlphaOf(t);
            new Span<float>(_rowGradient, _padded).Clear();
            for (var i = 0; i < _samples; i++)
            {
                BackwardRow(input, ((long)t * _samples) + i, alpha, inputGradient);
            }
            AddGradient(_alphaGradient + ((_alphaRows == 1 ? 0 : t) * _alphaStride));
        }
    }

    private void BackwardRow(in InputRows input, long row, float* alpha, float* inputGradient)
    {
        var x = input.Start + (row * input.Stride);
        var dy = OutputGradient + (row * _padded);
        for (var k = 0; k < _features; k++)
        {
            // Where x was not below 0 the gradient by alpha is 0.
            _rowGradient[k] += x[k] < 0 ? dy[k] * x[k] : 0;
        }
        if (inputGradient is null)
        {
            return;
        }
        var dx = inputGradient + (row * _padded);
        for (var k = 0; k < _features; k++)
        {
            // At 0 Keras's two halves, relu(x) and -α relu(-x), are both flat.
            dx[k] = x[k] < 0 ? dy[k] * alpha[k] : x[k] > 0 ? dy[k] : 0;
        }
        new Span<float>(dx + _features, _padded - _features).Clear();
    }

    private void AddGradient(float* to)
    {
        if (_alphaWidth == _features)
        {
            Rows<V>.Add(_rowGradient, to, _padded);
            return;
        }
        for (var k = 0; k < _features; k++)
        {
            to[0] += _rowGradient[k];
        }
    }

    // A row of alpha as long as the input's.
    private float* AlphaOf(int step)
    {
        var alpha = _alpha + ((_alphaRows == 1 ? 0 : step) * _alphaStride);
        if (_alphaWidth == _features)
        {
            return alpha;
        }
        new Span<float>(_row, _features).Fill(alpha[0]);
        return _row;
    }

    internal override int MemoryCount(WeightLayout layout) => 1;

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources) =>
        sources[0] = new((float*)memory[0], _alphaWidth, 1);

    // A row of alpha stays a row.
    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks)
    {
        var alpha = sources[0].Column(0, 0, _alphaWidth);
        for (var row = 0L; row < _alphaRows; row++)
        {
            var outside = alpha + (row * _alphaWidth);
            var inside = packed + (row * _alphaStride);
            Rows.Copy(unpacks ? inside : outside, unpacks ? outside : inside, _alphaWidth);
        }
    }
}
