using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// Recurrent dropout: what is left of the hidden state before the recurrent product, the same units at every step of a sequence.
/// </summary>
internal sealed unsafe class HiddenDropout<V>(RecurrentCell<V> cell)
    where V : struct, ILanes<V>
{
    private float* _kept, _dropped; // null where nothing is dropped

    internal bool Drops => _kept is not null;

    internal void Layout(Arena arena, int samples, long rows, bool drops)
    {
        _kept = drops ? arena.Take((long)samples * cell.Padded) : null;
        _dropped = drops ? arena.Take(rows * cell.Padded) : null;
        cell.Hidden = drops ? _dropped : cell.States[0];
    }

    /// <summary>What is left of a sample's units; empty where nothing is dropped.</summary>
    internal Span<float> Kept(int sample) => _kept is null ? [] : new(_kept + ((long)sample * cell.Padded), cell.Units);

    /// <summary>Drops from some samples' hidden state before a step.</summary>
    internal void Drop(int step, int first, int count)
    {
        for (var i = first; i < first + count && Drops; i++)
        {
            var place = (((long)step * cell.Samples) + i) * cell.Padded;
            for (var k = 0; k < cell.Padded; k += V.Count)
            {
                (V.Load(cell.States[0] + place + k) * V.Load(_kept + ((long)i * cell.Padded) + k)).Store(_dropped + place + k);
            }
        }
    }

    /// <summary>The gradient by the hidden state from that by what was left of it.</summary>
    internal V Backward(V gradient, long place) => _kept is null ? gradient : gradient * V.Load(_kept + place);
}
