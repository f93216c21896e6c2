using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

// Masked steps: the states go through them unchanged, forward and backward, and their output is that of the step before.
internal abstract unsafe partial class RecurrentKernel<V>
{
    private byte* _orderedMask;

    private void OrderMask()
    {
        if (!_goBackwards)
        {
            return;
        }
        for (var t = 0; t < Steps; t++)
        {
            new ReadOnlySpan<byte>(_mask + ((long)InputStep(t, Steps) * Samples), Samples).CopyTo(new Span<byte>(_orderedMask + ((long)t * Samples), Samples));
        }
        _mask = _orderedMask;
    }

    private void SkipMasked(int step, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var row = ((long)step * Samples) + i;
            var used = _mask[row] != 0;
            if (!used)
            {
                for (var state = 0; state < StateCount; state++)
                {
                    var before = StateRows(state) + (row * Padded);
                    Rows.Copy(before, before + ((long)Samples * Padded), Padded);
                }
            }
            var y = new Span<float>(_y + ((_returnSequences ? row : i) * Padded), Padded);
            if (used)
            {
                new ReadOnlySpan<float>(_h + ((row + Samples) * Padded), Padded).CopyTo(y);
            }
            else if (step == 0)
            {
                y.Clear();
            }
            else if (_returnSequences)
            {
                new ReadOnlySpan<float>(_y + ((row - Samples) * Padded), Padded).CopyTo(y);
            }
        }
    }

    // A masked step's output was the one before it, so its gradient goes there; its gates took no part.
    private void MaskedBackward(long row, int sample, float* fromOutput)
    {
        var dy = _dy + ((long)sample * Padded);
        if (fromOutput is not null)
        {
            Rows<V>.Add(fromOutput, dy, Padded);
        }
        if (_mask[row] == 0)
        {
            new Span<float>(Z + (row * Gates), Gates).Clear();
            SkipBackward(row);
            return;
        }
        CellBackward(row, sample, dy);
        new Span<float>(dy, Padded).Clear();
    }

    /// <summary>What a masked step's backward pass has to clear besides its gates.</summary>
    private protected virtual void SkipBackward(long row)
    {
    }
}
