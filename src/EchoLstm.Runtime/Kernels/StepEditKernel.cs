using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Output steps that are input steps, or zeros: UpSampling1D, ZeroPadding1D, Cropping1D. Backward each input step gets the sum of what it
/// became.
/// </summary>
internal sealed unsafe class StepEditKernel<V>(StepEditSettings settings, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private int _samples, _steps, _outputSteps;

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override int OutputSteps(int inputSteps) =>
        checked((int)settings.OutputShape(new Shape(null, inputSteps, features), settings.Title)[1]!.Value);

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps, _outputSteps) = (shape.Samples, shape.Steps, OutputSteps(shape.Steps));
        var numbers = (long)_samples * _outputSteps * _padded;
        Output = arena.Take(numbers);
        OutputGradient = shape.Training ? arena.Take(numbers) : null;
    }

    internal override void Forward(in InputRows input)
    {
        for (var t = 0; t < _outputSteps; t++)
        {
            var y = Output + ((long)t * _samples * _padded);
            if (settings.Source(t) is var source && source >= 0 && source < _steps)
            {
                Rows.Copy(input.Start + (source * _samples * input.Stride), input.Stride, y, _padded, _samples, features);
            }
            // What is not copied is 0 from the layout on.
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        var numbers = (long)_samples * _padded;
        for (var t = 0; t < _steps; t++)
        {
            new Span<float>(inputGradient + (t * numbers), checked((int)numbers)).Clear();
        }
        for (var t = 0; t < _outputSteps; t++)
        {
            if (settings.Source(t) is var source && source >= 0 && source < _steps)
            {
                Rows<V>.Add(OutputGradient + (t * numbers), inputGradient + (source * numbers), numbers);
            }
        }
    }
}
