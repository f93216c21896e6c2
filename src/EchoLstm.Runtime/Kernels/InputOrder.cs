using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// How a recurrent kernel reads its input: backwards, and with what dropout leaves of it. It copies the rows only where it has to; a
/// one-hot row that is not dropped out stays an index.
/// </summary>
/// <param name="features">Features of a row.</param>
/// <param name="goBackwards">Whether the last step is read first.</param>
internal sealed unsafe class InputOrder<V>(int features, bool goBackwards)
    where V : struct, ILanes<V>
{
    private readonly int _width = Gemm<V>.Padded(features);
    private float* _ordered, _orderedGradient;
    private int* _orderedHot;
    private float* _kept; // what dropout leaves, a row a sample; null where nothing is dropped
    private int _samples, _steps;

    /// <summary>The rows in the order of computation, and the distance between them.</summary>
    internal float* X { get; private set; }

    internal int Stride { get; private set; }

    /// <summary>The place of the only 1 of each row; null where there are rows.</summary>
    internal int* Hot { get; private set; }

    internal bool IsCopied => _ordered is not null;

    internal void Layout(Arena arena, in BatchShape shape, bool drops)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        var copies = goBackwards || drops;
        _kept = drops ? arena.Take((long)_samples * _width) : null;
        _ordered = copies ? arena.Take(shape.Rows * _width) : null;
        _orderedHot = copies ? (int*)arena.Take(shape.Rows) : null;
        _orderedGradient = copies && shape.Training ? arena.Take(shape.Rows * _width) : null;
    }

    /// <summary>What dropout leaves of a sample's features, the same at every step; empty where nothing is dropped.</summary>
    internal Span<float> Kept(int sample) => _kept is null ? [] : new(_kept + ((long)sample * _width), features);

    /// <summary>Takes the input of a batch.</summary>
    internal void Take(in InputRows input)
    {
        X = input.Start;
        Stride = input.Stride;
        Hot = input.Hot;
        if (_ordered is null)
        {
            return;
        }
        for (var t = 0; t < _steps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                CopyRow(input, ((long)t * _samples) + i, ((long)InputStep(t) * _samples) + i, i);
            }
        }
        X = _ordered;
        Stride = _width;
        Hot = Hot is null || _kept is not null ? null : _orderedHot;
    }

    /// <summary>Where the gradient by the rows goes.</summary>
    internal float* GradientRows(float* inputGradient) => inputGradient is null || _ordered is null ? inputGradient : _orderedGradient;

    /// <summary>Puts the gradient back into the input's order.</summary>
    internal void GiveBack(float* inputGradient)
    {
        if (inputGradient is null || _ordered is null)
        {
            return;
        }
        for (var t = 0; t < _steps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                var from = _orderedGradient + ((((long)t * _samples) + i) * _width);
                var to = inputGradient + ((((long)InputStep(t) * _samples) + i) * _width);
                for (var k = 0; k < _width; k += V.Count)
                {
                    var gradient = V.Load(from + k);
                    (_kept is null ? gradient : gradient * V.Load(_kept + ((long)i * _width) + k)).Store(to + k);
                }
            }
        }
    }

    /// <summary>Orders a mask as the rows; the mask itself where it need not be.</summary>
    internal byte* Order(byte* mask, byte* ordered)
    {
        for (var t = 0; t < _steps && goBackwards; t++)
        {
            var step = new ReadOnlySpan<byte>(mask + ((long)InputStep(t) * _samples), _samples);
            step.CopyTo(new Span<byte>(ordered + ((long)t * _samples), _samples));
        }
        return goBackwards ? ordered : mask;
    }

    private int InputStep(int step) => goBackwards ? _steps - 1 - step : step;

    private void CopyRow(in InputRows input, long to, long from, int sample)
    {
        var row = _ordered + (to * _width);
        var kept = Kept(sample);
        if (input.Hot is not null)
        {
            var hot = _orderedHot[to] = input.Hot[from];
            if (!kept.IsEmpty)
            {
                new Span<float>(row, features).Clear();
                row[hot] = kept[hot];
            }
            return;
        }
        Rows.Copy(input.Start + (from * input.Stride), row, features);
        for (var k = 0; k < kept.Length; k++)
        {
            row[k] *= kept[k];
        }
    }
}
