using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// In training y = x k and δx = δy k with k drawn for each number, 0 or 1 / (1 - rate); otherwise y = x. The draws are the layer's own, in
/// its order: sample by sample, step by step, or with SpatialDropout1D once a sequence. TimeDistributed(Dropout) draws in the same order.
/// </summary>
internal sealed unsafe class DropoutKernel<V>(double rate, bool onceASequence, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private int _samples, _steps;
    private float* _kept; // null where nothing is dropped

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override bool Draws => rate > 0;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        Output = arena.Take(shape.Rows * _padded);
        OutputGradient = shape.Training ? arena.Take(shape.Rows * _padded) : null;
        _kept = shape.Training && rate > 0 ? arena.Take(shape.Rows * _padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        var rows = (long)_samples * _steps;
        Rows.Copy(input.Start, input.Stride, Output, _padded, rows, features);
        if (_kept is not null)
        {
            Draw();
            Multiply(Output, Output);
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        if (_kept is not null)
        {
            Multiply(OutputGradient, inputGradient);
            return;
        }
        Rows<V>.Copy(OutputGradient, inputGradient, (long)_samples * _steps * _padded);
    }

    private void Draw()
    {
        for (var i = 0; i < _samples; i++)
        {
            for (var t = 0; t < _steps; t++)
            {
                var kept = _kept + ((((long)t * _samples) + i) * _padded);
                if (t == 0 || !onceASequence)
                {
                    DrawKept(rate, new Span<float>(kept, features));
                }
                else
                {
                    Rows.Copy(_kept + ((long)i * _padded), kept, features);
                }
            }
        }
    }

    private void Multiply(float* from, float* to)
    {
        for (var k = 0L; k < (long)_samples * _steps * _padded; k += V.Count)
        {
            (V.Load(from + k) * V.Load(_kept + k)).Store(to + k);
        }
    }
}
