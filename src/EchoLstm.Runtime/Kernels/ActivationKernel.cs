using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// An activation on every row: y = activation(x); δx = δy times its slope, which follows from y. TimeDistributed(ActivationLayer) is the
/// same, as each step is a row.
/// </summary>
internal sealed unsafe class ActivationKernel<V>(ActivationSettings settings, int features) : LayerKernel
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
        Rows.Copy(input.Start, input.Stride, Output, _padded, _rows, features);
        LaneActivation<V>.ForwardRows(settings.Activation, Output, _rows, features, _padded);
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        LaneActivation<V>.BackwardRows(settings.Activation, Output, OutputGradient, _rows, _padded);
        Rows<V>.Copy(OutputGradient, inputGradient, _rows * _padded);
    }
}
