using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The LSTM's step (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). Gates i, f, g, o, each (units); σ and tanh
/// stand for recurrent_activation and activation, whichever they are:
/// <code>
/// z = x W + h U + b                 (features) (features, 4 units) + (units) (units, 4 units) + (4 units)
/// i = σ(z_i)   f = σ(z_f)   g = tanh(z_g)   o = σ(z_o)
/// c' = f c + i g                    h' = o tanh(c')
/// </code>
/// Backward (Gers et al. 2000, full BPTT), δ being gradients of the loss, and each gate's δz its δ times its activation's slope:
/// <code>
/// δo = δh' tanh(c')                 δc' += δh' o (1 - tanh²(c'))
/// δi = δc' g   δf = δc' c   δg = δc' i   δc = δc' f
/// </code>
/// The tests hold it against TextbookLstm, loops over scalars.
/// </summary>
internal sealed unsafe class LstmCell<V>(LstmSettings settings, int features)
    : RecurrentCell<V>(settings, features, gates: 4, states: 2)
    where V : struct, ILanes<V>
{
    private readonly LaneFunction _gate = settings.RecurrentActivation, _squash = settings.Activation;
    private float* _squashed, _squashedStart; // tanh(c') of each row, kept for the backward pass

    internal override bool SumsByBlocks => true;

    internal override void MoveTo(long row, bool keepsHidden)
    {
        base.MoveTo(row, keepsHidden);
        _squashed = _squashedStart is null ? null : _squashedStart - (row * Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(long row)
    {
        var i = Z + (row * Gates);
        var f = i + Padded;
        var g = f + Padded;
        var o = g + Padded;
        var c = States[1] + (row * Padded);
        var cAfter = c + ((long)Samples * Padded);
        var hAfter = States[0] + ((row + Samples) * Padded);
        var squashed = _squashed is null ? hAfter : _squashed + (row * Padded);

        if (_gate.Kind == Activation.Sigmoid && _squash.Kind == Activation.Tanh)
        {
            // The usual ones at once: while one waits for its own terms, the processor has those of the others.
            for (var u = 0; u < Padded; u += V.Count)
            {
                var (input, forget) = (LaneMath<V>.Sigmoid(V.Load(i + u)), LaneMath<V>.Sigmoid(V.Load(f + u)));
                var (candidate, output) = (LaneMath<V>.Tanh(V.Load(g + u)), LaneMath<V>.Sigmoid(V.Load(o + u)));
                input.Store(i + u);
                forget.Store(f + u);
                candidate.Store(g + u);
                output.Store(o + u);
                var next = LaneMath<V>.Flushed(V.MultiplyAdd(forget, V.Load(c + u), input * candidate));
                next.Store(cAfter + u);
                var tanh = LaneMath<V>.Tanh(next);
                tanh.Store(squashed + u);
                (output * tanh).Store(hAfter + u);
            }
            return;
        }
        LaneActivation<V>.Apply(_gate, i, 2 * Padded);
        LaneActivation<V>.Apply(_squash, g, Padded);
        LaneActivation<V>.Apply(_gate, o, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            // c' = f c + i g
            var next = LaneMath<V>.Flushed(V.MultiplyAdd(V.Load(f + u), V.Load(c + u), V.Load(i + u) * V.Load(g + u)));
            next.Store(cAfter + u);
            next.Store(squashed + u);
        }
        LaneActivation<V>.Apply(_squash, squashed, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            // h' = o tanh(c')
            (V.Load(o + u) * V.Load(squashed + u)).Store(hAfter + u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Backward(long row, int sample, float* fromOutput)
    {
        var z = Z + (row * Gates);
        var c = States[1] + (row * Padded);
        var dh = StateGradients[0] + ((long)sample * Padded);
        var dc = StateGradients[1] + ((long)sample * Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var i = V.Load(z + u);
            var f = V.Load(z + Padded + u);
            var g = V.Load(z + (2 * Padded) + u);
            var o = V.Load(z + (3 * Padded) + u);
            var squashed = V.Load(_squashed + (row * Padded) + u);
            var deltaH = V.Load(dh + u);
            if (fromOutput is not null)
            {
                deltaH += V.Load(fromOutput + u);
            }
            // δc' += δh' o (1 - tanh²(c'))
            var deltaC = LaneMath<V>.Flushed(V.MultiplyAdd(deltaH * o, LaneActivation<V>.Slope(_squash, squashed), V.Load(dc + u)));
            (deltaC * g * LaneActivation<V>.Slope(_gate, i)).Store(z + u);
            (deltaC * V.Load(c + u) * LaneActivation<V>.Slope(_gate, f)).Store(z + Padded + u);
            (deltaC * i * LaneActivation<V>.Slope(_squash, g)).Store(z + (2 * Padded) + u);
            (LaneMath<V>.Flushed(deltaH) * squashed * LaneActivation<V>.Slope(_gate, o)).Store(z + (3 * Padded) + u);
            (deltaC * f).Store(dc + u);
        }
    }

    private protected override void TakeOwn(Arena arena, long rows, bool training) =>
        _squashed = _squashedStart = training ? arena.Take(rows * Padded) : null;
}
