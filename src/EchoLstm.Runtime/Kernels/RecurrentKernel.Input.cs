using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

// How the input is read: backwards, and with what dropout leaves of it and of the hidden state.
internal abstract unsafe partial class RecurrentKernel<V>
{
    private float* _ordered, _orderedGradient;           // the input turned round or dropped out, its gradient
    private int* _orderedHot;
    private float* _keptInput, _keptHidden;              // what dropout leaves

    // The draws are those of the layer's own forward, in its order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawDropout()
    {
        if (_keptInput is not null)
        {
            for (var i = 0; i < Samples; i++)
            {
                DrawKept(_dropout, new Span<float>(_keptInput + ((long)i * Gemm<V>.Padded(InputWidth)), InputWidth));
            }
        }
        if (_keptHidden is not null)
        {
            for (var i = 0; i < Samples; i++)
            {
                DrawKept(_recurrentDropout, new Span<float>(_keptHidden + ((long)i * Padded), Units));
            }
        }
    }

    private void DropHidden(int step, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var place = (((long)step * Samples) + i) * Padded;
            for (var k = 0; k < Padded; k += V.Count)
            {
                (V.Load(_h + place + k) * V.Load(_keptHidden + ((long)i * Padded) + k)).Store(_dropped + place + k);
            }
        }
    }

    private int InputStep(int step, int inputSteps) => _goBackwards ? inputSteps - 1 - step : step;

    private void OrderInput()
    {
        var width = Gemm<V>.Padded(InputWidth);
        var steps = _repeats > 0 ? 1 : Steps;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < Samples; i++)
            {
                var (to, from) = (((long)t * Samples) + i, ((long)InputStep(t, steps) * Samples) + i);
                if (_hot is not null)
                {
                    _orderedHot[to] = _hot[from];
                    if (_keptInput is null)
                    {
                        continue;
                    }
                }
                var row = new Span<float>(_ordered + (to * width), InputWidth);
                if (_hot is not null)
                {
                    row.Clear();
                    row[_hot[from]] = _keptInput[((long)i * width) + _hot[from]];
                    continue;
                }
                new ReadOnlySpan<float>(_x + (from * _stride), InputWidth).CopyTo(row);
                if (_keptInput is not null)
                {
                    for (var k = 0; k < InputWidth; k++)
                    {
                        row[k] *= _keptInput[((long)i * width) + k];
                    }
                }
            }
        }
        _x = _ordered;
        _stride = width;
        _hot = _hot is null || _keptInput is not null ? null : _orderedHot;
    }

    private void ReorderGradient(float* inputGradient)
    {
        var width = Gemm<V>.Padded(InputWidth);
        var steps = _repeats > 0 ? 1 : Steps;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < Samples; i++)
            {
                var from = _orderedGradient + ((((long)t * Samples) + i) * width);
                var to = inputGradient + ((((long)InputStep(t, steps) * Samples) + i) * width);
                for (var k = 0; k < width; k += V.Count)
                {
                    var gradient = V.Load(from + k);
                    (_keptInput is null ? gradient : gradient * V.Load(_keptInput + ((long)i * width) + k)).Store(to + k);
                }
            }
        }
    }
}
