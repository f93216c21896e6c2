using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>An activation on every row: y = activation(x); δx = δy times its slope, which follows from y. TimeDistributed(ActivationLayer) is the same, as each step is a row.</summary>
internal sealed unsafe class ActivationKernel<V>(ActivationLayer layer, int features) : FusedKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private long _rows;

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        Output = arena.Take(_rows * _padded);
        OutputGradient = shape.Training ? arena.Take(_rows * _padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        for (var r = 0L; r < _rows; r++)
        {
            new ReadOnlySpan<float>(input.Start + (r * input.Stride), features).CopyTo(new Span<float>(Output + (r * _padded), features));
        }
        LaneActivation<V>.ForwardRows(layer.Activation, Output, _rows, features, _padded);
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        LaneActivation<V>.BackwardRows(layer.Activation, Output, OutputGradient, _rows, _padded);
        for (var k = 0L; k < _rows * _padded; k += V.Count)
        {
            V.Load(OutputGradient + k).Store(inputGradient + k);
        }
    }
}
