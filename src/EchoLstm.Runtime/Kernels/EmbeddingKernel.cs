using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// A row of a table for each index: y = E[index]; δE[index] += δy, and 0 for the rows that no index names. With maskZero the index 0 is
/// masked.
/// </summary>
internal sealed unsafe class EmbeddingKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly EmbeddingSettings _settings;
    private readonly int _padded;
    private long _rows;
    private float* _e, _de;
    private byte* _used;

    internal EmbeddingKernel(EmbeddingSettings settings)
    {
        (_settings, _padded) = (settings, Gemm<V>.Padded(settings.OutputDim));
        Weights = [new((long)settings.InputDim * _padded, settings.EmbeddingsRegularizer)];
    }

    // One index a step.
    internal override int InputWidth => 1;

    internal override int OutputWidth => _settings.OutputDim;

    internal override int OutputStride => _padded;

    internal override bool ReadsIndices => true;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override bool HasOutputMask(bool masked) => masked || _settings.MaskZero;

    internal override void Bind(float* weights, float* gradients)
    {
        _e = weights;
        _de = gradients;
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        _used = _settings.MaskZero ? arena.TakeBytes(_rows) : null;
        Output = arena.Take(_rows * _padded);
        OutputGradient = shape.Training ? arena.Take(_rows * _padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = _used is null ? input.Mask : _used;
        for (var r = 0L; r < _rows; r++)
        {
            var index = input.Hot[r];
            Rows.Copy(_e + ((long)index * _padded), Output + (r * _padded), _padded);
            if (_used is not null)
            {
                _used[r] = index != 0 && (input.Mask is null || input.Mask[r] != 0) ? (byte)1 : (byte)0;
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        for (var row = 0; row < _settings.InputDim; row++)
        {
            new Span<float>(_de + ((long)row * _padded), _padded).Clear();
        }
        for (var r = 0L; r < _rows; r++)
        {
            Rows<V>.Add(OutputGradient + (r * _padded), _de + ((long)input.Hot[r] * _padded), _padded);
        }
    }

    internal override int MemoryCount(WeightLayout layout) => 1;

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources) =>
        sources[0] = new((float*)memory[0], OutputWidth, 1);

    // A row of the table stays a row.
    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks)
    {
        var table = sources[0].Column(0, 0, OutputWidth);
        for (var row = 0L; row < _settings.InputDim; row++)
        {
            var outside = table + (row * OutputWidth);
            var inside = packed + (row * _padded);
            Rows.Copy(unpacks ? inside : outside, unpacks ? outside : inside, OutputWidth);
        }
    }
}
