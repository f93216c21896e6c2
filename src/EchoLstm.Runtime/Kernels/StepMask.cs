using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// Masked steps of a recurrent kernel: the states go through them unchanged, forward and backward, and their output is that of the step
/// before, 0 at first. So the output has rows of its own.
/// </summary>
internal sealed unsafe class StepMask<V>(RecurrentCell<V> cell, bool returnSequences)
    where V : struct, ILanes<V>
{
    private byte* _used, _ordered;
    private float* _y, _dy; // the outputs; the gradient by the output that masked steps have repeated, a row a sample

    /// <summary>The output's rows; null where nothing is masked.</summary>
    internal float* Output => _y;

    internal void Layout(Arena arena, in BatchShape shape, long rows)
    {
        _ordered = shape.Masked ? (byte*)arena.Take((rows + 3) / 4) : null;
        _y = shape.Masked ? arena.Take((returnSequences ? rows : shape.Samples) * cell.Padded) : null;
        _dy = shape.Masked && shape.Training ? arena.Take((long)shape.Samples * cell.Padded) : null;
        _used = null;
    }

    /// <summary>Takes the mask of a batch; null where every step counts.</summary>
    internal void Take(byte* mask, InputOrder<V> order) => _used = mask is null ? null : order.Order(mask, _ordered);

    /// <summary>The mask in the order in which the steps are read.</summary>
    internal byte* Used => _used;

    /// <summary>Whether a row is masked.</summary>
    internal bool Skips(long row) => _used is not null && _used[row] == 0;

    /// <summary>After the cell has run some samples' step: puts back the states of those that are masked, and fills their output.</summary>
    internal void AfterStep(int step, int first, int count)
    {
        if (_used is null)
        {
            return;
        }
        for (var i = first; i < first + count; i++)
        {
            var row = ((long)step * cell.Samples) + i;
            var y = _y + ((returnSequences ? row : i) * cell.Padded);
            if (!Skips(row))
            {
                Rows.Copy(cell.States[0] + ((row + cell.Samples) * cell.Padded), y, cell.Padded);
                continue;
            }
            foreach (var rows in cell.States)
            {
                Rows.Copy(rows + (row * cell.Padded), rows + ((row + cell.Samples) * cell.Padded), cell.Padded);
            }
            if (step == 0)
            {
                new Span<float>(y, cell.Padded).Clear();
            }
            else if (returnSequences)
            {
                Rows.Copy(y - ((long)cell.Samples * cell.Padded), y, cell.Padded);
            }
        }
    }

    internal void BeginBackward()
    {
        if (_dy is not null)
        {
            new Span<float>(_dy, cell.Samples * cell.Padded).Clear();
        }
    }

    /// <summary>
    /// Runs the cell backward. A masked step's output was the one before it, so its gradient goes there; its gates took no part.
    /// </summary>
    internal void Backward(long row, int sample, float* fromOutput)
    {
        if (_used is null)
        {
            cell.Backward(row, sample, fromOutput);
            return;
        }
        var dy = _dy + ((long)sample * cell.Padded);
        if (fromOutput is not null)
        {
            Rows<V>.Add(fromOutput, dy, cell.Padded);
        }
        if (Skips(row))
        {
            new Span<float>(cell.Z + (row * cell.Gates), cell.Gates).Clear();
            cell.Skip(row);
            return;
        }
        cell.Backward(row, sample, dy);
        new Span<float>(dy, cell.Padded).Clear();
    }
}
