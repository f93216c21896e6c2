using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// An activation on every row: y = activation(x); δx = δy times its slope, which follows from y. TimeDistributed(ActivationLayer) is the
/// same, as each step is a row; so are the layers LeakyRelu and Elu, which have numbers of their own.
/// </summary>
internal sealed unsafe class ActivationKernel<V>(LaneFunction function, int features) : LayerKernel
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
            var row = Output + (r * _padded);
            Rows.Copy(input.Start + (r * input.Stride), row, features);
            // What the padding became the last time must not go through the function again and again.
            new Span<float>(row + features, _padded - features).Clear();
        }
        LaneActivation<V>.ForwardRows(function, Output, _rows, features, _padded);
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        LaneActivation<V>.BackwardRows(function, input.Start, Output, OutputGradient, _rows, _padded);
        Rows<V>.Copy(OutputGradient, inputGradient, _rows * _padded);
    }
}
