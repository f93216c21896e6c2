using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Marks the rows whose features all equal the mask's value, and makes them 0: y = x where a feature differs, else 0; δx = δy there, else
/// 0. Rows that were masked before are treated the same.
/// </summary>
internal sealed unsafe class MaskingKernel<V>(MaskingSettings settings, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private long _rows;
    private byte* _used;

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override bool HasOutputMask(bool masked) => true;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        _used = arena.TakeBytes(_rows);
        Output = arena.Take(_rows * _padded);
        OutputGradient = shape.Training ? arena.Take(_rows * _padded) : null;
        OutputMask = _used;
    }

    internal override void Forward(in InputRows input)
    {
        var missing = (float)settings.MaskValue;
        for (var r = 0L; r < _rows; r++)
        {
            var x = new ReadOnlySpan<float>(input.Start + (r * input.Stride), features);
            var y = new Span<float>(Output + (r * _padded), features);
            var isThere = (input.Mask is null || input.Mask[r] != 0) && x.ContainsAnyExcept(missing);
            _used[r] = isThere ? (byte)1 : (byte)0;
            if (isThere)
            {
                x.CopyTo(y);
            }
            else
            {
                y.Clear();
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        for (var r = 0L; r < _rows; r++)
        {
            var dx = new Span<float>(inputGradient + (r * _padded), _padded);
            if (_used[r] != 0)
            {
                new ReadOnlySpan<float>(OutputGradient + (r * _padded), _padded).CopyTo(dx);
            }
            else
            {
                dx.Clear();
            }
        }
    }
}
