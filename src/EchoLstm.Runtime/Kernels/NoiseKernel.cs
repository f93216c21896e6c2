using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Adds what is drawn in training: y = x + noise; δx = δy. The numbers are the layer's own, in its order: sample by sample, step by step.
/// TimeDistributed(GaussianNoise) draws in the same order.
/// </summary>
internal sealed unsafe class NoiseKernel<V>(GaussianNoiseSettings settings, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private int _samples, _steps;
    private float* _noise; // null where nothing is added

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override bool Draws => settings.Stddev > 0;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        Output = arena.Take(shape.Rows * _padded);
        OutputGradient = shape.Training ? arena.Take(shape.Rows * _padded) : null;
        _noise = shape.Training && settings.Stddev > 0 ? arena.Take(_padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        OutputMask = input.Mask;
        Rows.Copy(input.Start, input.Stride, Output, _padded, (long)_samples * _steps, features);
        for (var i = 0; _noise is not null && i < _samples; i++)
        {
            for (var t = 0; t < _steps; t++)
            {
                DrawNormal(settings.Stddev, new Span<float>(_noise, features));
                Rows<V>.Add(_noise, Output + ((((long)t * _samples) + i) * _padded), _padded);
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is not null)
        {
            Rows<V>.Copy(OutputGradient, inputGradient, (long)_samples * _steps * _padded);
        }
    }
}
