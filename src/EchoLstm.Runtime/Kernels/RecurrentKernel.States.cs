using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

// The states: where their rows are, and how a stateful layer carries them from batch to batch.
internal abstract unsafe partial class RecurrentKernel<V>
{
    /// <summary>
    /// Whether the caller puts the gradients by the final states into <see cref="StateGradient"/> before the backward pass and takes those by the initial ones from there;
    /// otherwise both are 0.
    /// </summary>
    internal bool TakesStateGradients { get; init; }

    /// <summary>The gradient by a state, a row a sample.</summary>
    internal virtual float* StateGradient(int state) => HiddenGradient;

    /// <summary>Rows of a state: those before the first step, then those after each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual float* StateRows(int state) => _h;

    /// <summary>Takes the buffers of the layer's own states.</summary>
    private protected abstract void LayStates(Arena arena, long rows, bool training);

    // The first state is the hidden one.
    internal sealed override float* InitialState(int state) => IsSegmented ? Kept(state, 0) : StateRows(state);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override float* FinalState(int state) =>
        IsSegmented ? Kept(state, (Steps + _segment - 1) / _segment) : StateRows(state) + ((long)Steps * Samples * Padded);

    internal sealed override bool IsStateful => _stateful;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void ReadState()
    {
        if (Carried is null)
        {
            return;
        }
        var rows = stackalloc nint[StateCount];
        for (var state = 0; state < StateCount; state++)
        {
            rows[state] = (nint)InitialState(state);
        }
        Carried.Read(new ReadOnlySpan<nint>(rows, StateCount), Samples, Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void WriteState()
    {
        if (Carried is null)
        {
            return;
        }
        var rows = stackalloc nint[StateCount];
        for (var state = 0; state < StateCount; state++)
        {
            rows[state] = (nint)FinalState(state);
        }
        Carried.Write(new ReadOnlySpan<nint>(rows, StateCount), Samples, Padded);
    }
}
