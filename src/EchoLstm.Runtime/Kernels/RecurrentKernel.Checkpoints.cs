using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

// Gradient checkpoints (Chen et al. 2016): gates and states are there for the steps of one segment alone, and the states between segments are kept.
internal abstract unsafe partial class RecurrentKernel<V>
{
    private float* _zWindow, _hWindow, _kept, _last;     // the steps of one segment, the states between segments, the last output
    private int _segment;                                // its steps; all of them where nothing is checkpointed

    /// <summary>After how many steps a training step keeps the states alone (see <see cref="LstmSettings.CheckpointSteps"/>); null: it keeps every step's gates and states.</summary>
    private protected virtual int? CheckpointSteps => null;

    private bool IsSegmented => _segment < Steps;

    // Where checkpoints are asked for and nothing but the gates and states is kept for a step; else all steps are one segment.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SegmentOf(in BatchShape shape) =>
        CheckpointSteps is { } steps && HasPlainGradients && _repeats == 0 && !shape.Masked && !(_training && _recurrentDropout > 0) ? Math.Min(steps, Steps) : Steps;

    private float* Kept(int state, int segment) => _kept + (((long)segment * StateCount + state) * Samples * Padded);

    // Rows keep their numbers: the buffers' addresses are moved so that the segment's first row comes to lie at their start.
    private void ForwardSegment(int begin)
    {
        var row = (long)begin * Samples;
        Z = _zWindow - (row * Gates);
        _h = _returnSequences ? _hWindow : _hWindow - (row * Padded);
        _dropped = _h;
        MoveStates(row);
        for (var state = 0; state < StateCount; state++)
        {
            Rows.Copy(Kept(state, begin / _segment), StateRows(state) + (row * Padded), Samples * Padded);
        }
        ForwardSteps(begin, Math.Min(Steps, begin + _segment));
    }

    private void KeepStates(int step, int segment)
    {
        for (var state = 0; state < StateCount; state++)
        {
            Rows.Copy(StateRows(state) + ((long)step * Samples * Padded), Kept(state, segment), Samples * Padded);
        }
    }

    /// <summary>Moves the addresses of the layer's own states so that a row comes to lie at the start of their buffers.</summary>
    private protected virtual void MoveStates(long row)
    {
    }
}
