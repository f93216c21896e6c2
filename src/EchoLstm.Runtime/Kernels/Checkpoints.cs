using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// Gradient checkpoints (Chen et al. 2016): a cell's gates and states are there for the steps of one segment alone, and the states between
/// segments are kept. Rows keep their numbers: the cell's addresses are moved so that the segment's first row comes to lie at their start.
/// </summary>
internal sealed unsafe class Checkpoints<V>(RecurrentCell<V> cell, bool returnSequences)
    where V : struct, ILanes<V>
{
    private float* _kept;
    private int _steps;

    /// <summary>The steps of a segment; all of them where nothing is checkpointed.</summary>
    internal int Segment { get; private set; }

    internal bool IsSegmented => Segment < _steps;

    private long StateNumbers => (long)cell.Samples * cell.Padded;

    internal void Layout(Arena arena, int samples, int steps, int segment)
    {
        (_steps, Segment) = (steps, segment);
        _kept = IsSegmented ? arena.Take((((steps + segment - 1L) / segment) + 1) * cell.States.Length * samples * cell.Padded) : null;
    }

    /// <summary>A state before the first step.</summary>
    internal float* First(int state) => IsSegmented ? Kept(state, 0) : cell.States[state];

    /// <summary>A state after the last step.</summary>
    internal float* Last(int state) =>
        IsSegmented ? Kept(state, (_steps + Segment - 1) / Segment) : cell.States[state] + (_steps * StateNumbers);

    /// <summary>Makes a segment the one whose rows are there, from its first states.</summary>
    internal void Enter(int begin)
    {
        cell.MoveTo((long)begin * cell.Samples, returnSequences);
        for (var state = 0; state < cell.States.Length; state++)
        {
            Rows.Copy(Kept(state, begin / Segment), cell.States[state] + (begin * StateNumbers), (int)StateNumbers);
        }
    }

    /// <summary>Keeps the states that the segment left.</summary>
    internal void Keep(int begin, int end)
    {
        for (var state = 0; state < cell.States.Length; state++)
        {
            Rows.Copy(cell.States[state] + (end * StateNumbers), Kept(state, (begin / Segment) + 1), (int)StateNumbers);
        }
    }

    private float* Kept(int state, int segment) => _kept + ((((long)segment * cell.States.Length) + state) * StateNumbers);
}
