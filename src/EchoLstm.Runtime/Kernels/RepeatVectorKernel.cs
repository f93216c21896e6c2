using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// Copies each sample's vector to every step; backward sums over the steps. Before a recurrent layer there is no such kernel: that one
/// repeats by itself, and its input's product is computed once.
/// </summary>
internal sealed unsafe class RepeatVectorKernel<V>(int n, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private int _samples;

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override int OutputSteps(int inputSteps) => n;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _samples = shape.Samples;
        Output = arena.Take((long)_samples * n * _padded);
        OutputGradient = shape.Training ? arena.Take((long)_samples * n * _padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        for (var r = 0L; r < (long)_samples * n; r++)
        {
            Rows.Copy(input.Start + (r % _samples * input.Stride), Output + (r * _padded), features);
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is not null)
        {
            Gemm<V>.SumRows(OutputGradient, n, _samples * _padded, inputGradient);
        }
    }
}
