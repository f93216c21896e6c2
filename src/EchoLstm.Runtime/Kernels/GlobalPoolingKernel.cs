using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// One row a sample from all its steps: their mean, δx = δy / count, or the largest of each feature, whose step gets all of δy, the first
/// of equals. Masked steps take no part; where there are no others the row is 0.
/// </summary>
internal sealed unsafe class GlobalPoolingKernel<V>(bool takesLargest, int features) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(features);
    private int _samples, _steps;
    private float* _row; // whole vectors of a row, whose padding is 0
    private int* _largest; // the step of each sample's feature; below 0 where there is none

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputStride => _padded;

    internal override bool HasOutputMask(bool masked) => false;

    internal override int OutputSteps(int inputSteps) => 1;

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        Output = arena.Take((long)_samples * _padded);
        OutputGradient = shape.Training ? arena.Take((long)_samples * _padded) : null;
        _row = takesLargest ? null : arena.Take(_padded);
        _largest = takesLargest ? (int*)arena.Take((long)_samples * _padded) : null;
    }

    internal override void Forward(in InputRows input)
    {
        for (var i = 0; i < _samples; i++)
        {
            if (takesLargest)
            {
                Largest(input, i);
            }
            else
            {
                Mean(input, i);
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        for (var i = 0; i < _samples; i++)
        {
            var dy = OutputGradient + ((long)i * _padded);
            var share = V.All(takesLargest ? 0 : 1f / Math.Max(1, Count(input, i)));
            for (var t = 0; t < _steps; t++)
            {
                var factor = Counts(input, t, i) ? share : V.Zero;
                var dx = inputGradient + (Row(t, i) * _padded);
                for (var k = 0; k < _padded; k += V.Count)
                {
                    (V.Load(dy + k) * factor).Store(dx + k);
                }
            }
            for (var k = 0; takesLargest && k < features; k++)
            {
                if (_largest[((long)i * _padded) + k] is >= 0 and var step)
                {
                    inputGradient[(Row(step, i) * _padded) + k] = dy[k];
                }
            }
        }
    }

    private void Mean(in InputRows input, int sample)
    {
        var y = Output + ((long)sample * _padded);
        new Span<float>(y, _padded).Clear();
        for (var t = 0; t < _steps; t++)
        {
            if (Counts(input, t, sample))
            {
                Rows.Copy(input.Start + (Row(t, sample) * input.Stride), _row, features);
                Rows<V>.Add(_row, y, _padded);
            }
        }
        var count = V.All(Math.Max(1, Count(input, sample)));
        for (var k = 0; k < _padded; k += V.Count)
        {
            (V.Load(y + k) / count).Store(y + k);
        }
    }

    private void Largest(in InputRows input, int sample)
    {
        var y = Output + ((long)sample * _padded);
        var places = _largest + ((long)sample * _padded);
        new Span<float>(y, features).Clear();
        new Span<int>(places, features).Fill(-1);
        for (var t = 0; t < _steps; t++)
        {
            if (!Counts(input, t, sample))
            {
                continue;
            }
            var x = input.Start + (Row(t, sample) * input.Stride);
            for (var k = 0; k < features; k++)
            {
                // What is not a number stays, as in Torch.
                if (places[k] < 0 || (!(x[k] <= y[k]) && !float.IsNaN(y[k])))
                {
                    (y[k], places[k]) = (x[k], t);
                }
            }
        }
    }

    private int Count(in InputRows input, int sample)
    {
        var count = 0;
        for (var t = 0; t < _steps; t++)
        {
            count += Counts(input, t, sample) ? 1 : 0;
        }
        return count;
    }

    private bool Counts(in InputRows input, int step, int sample) => input.Mask is null || input.Mask[Row(step, sample)] != 0;

    private long Row(int step, int sample) => ((long)step * _samples) + sample;
}
