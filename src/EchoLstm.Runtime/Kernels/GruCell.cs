using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The GRU's step (Cho et al. 2014), in Torch's order of the gates r, z, n, each (units); σ and tanh stand for recurrent_activation and
/// activation:
/// <code>
/// r = σ(x W_r + b_r + h U_r + b'_r)   z = σ(x W_z + b_z + h U_z + b'_z)   h' = z h + (1 - z) n
/// n = tanh(x W_n + b_n + r q)  with q = h U_n + b'_n      (resetAfter)
/// n = tanh(x W_n + b_n + q U_n) with q = r h, and no b'   (otherwise)
/// </code>
/// Backward, δ being gradients of the loss and each gate's δ multiplied with its activation's slope:
/// <code>
/// δz = δh' (h - n)   δn = δh' (1 - z)   δh = δh' z + δr U_rᵀ + δz U_zᵀ + …
/// resetAfter:  δr = δn q             δq = δn r        … + δq U_nᵀ    δU_n += hᵀ δq   δb'_n += δq
/// otherwise:   δr = (δn U_nᵀ) h                       … + (δn U_nᵀ) r    δU_n += qᵀ δn
/// </code>
/// U_r and U_z lie together in panels, U_n behind them. The tests hold it against TextbookGru, loops over scalars.
/// </summary>
internal sealed unsafe class GruCell<V>(GruSettings settings, int features)
    : RecurrentCell<V>(settings, features, GatesOfGru, states: 1)
    where V : struct, ILanes<V>
{
    private const int GatesOfGru = 3;

    private readonly LaneFunction _gate = settings.RecurrentActivation, _squash = settings.Activation;
    private readonly bool _resetAfter = settings.ResetAfter;
    private float* _q, _qStart; // a row for each of the gates' rows; with resetAfter, δq in the end

    internal override bool PassesHidden => true;

    internal override bool CompletesGatesInProduct => !_resetAfter;

    private float* CandidateU => U + ((long)Units * 2 * Padded);

    private float* RecurrentBias => Bias + Gates;

    private protected override void TakeOwn(Arena arena, long rows, bool training) => _q = _qStart = arena.Take(rows * Padded);

    internal override void MoveTo(long row, bool keepsHidden)
    {
        base.MoveTo(row, keepsHidden);
        _q = _qStart - (row * Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(long row)
    {
        var r = Z + (row * Gates);
        var z = r + Padded;
        var n = z + Padded;
        var q = _q + (row * Padded);
        var before = States[0] + (row * Padded);
        var h = before + ((long)Samples * Padded);
        if (_resetAfter)
        {
            for (var u = 0; u < 2 * Padded; u += V.Count)
            {
                (V.Load(r + u) + V.Load(RecurrentBias + u)).Store(r + u);
            }
            LaneActivation<V>.Apply(_gate, r, 2 * Padded);
            for (var u = 0; u < Padded; u += V.Count)
            {
                V.MultiplyAdd(V.Load(r + u), V.Load(q + u), V.Load(n + u)).Store(n + u);
            }
        }
        else
        {
            LaneActivation<V>.Apply(_gate, z, Padded);
        }
        LaneActivation<V>.Apply(_squash, n, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var update = V.Load(z + u);
            V.MultiplyAdd(update, V.Load(before + u), (V.All(1) - update) * V.Load(n + u)).Store(h + u);
        }
    }

    internal override void RecurrentProduct(int step, int first, int count)
    {
        var row = ((long)step * Samples) + first;
        var z = Z + (row * Gates);
        var q = _q + (row * Padded);
        var h = HiddenBefore(step) + ((long)first * Padded);
        Gemm<V>.Multiply(h, Padded, 1, U, z, Gates, count, Units, 2 * Padded, add: true);
        if (_resetAfter)
        {
            Gemm<V>.MultiplyFrom(h, Padded, CandidateU, RecurrentBias + (2 * Padded), q, Padded, count, Units, Padded);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            var r = z + ((long)i * Gates);
            LaneActivation<V>.Apply(_gate, r, Padded);
            for (var u = 0; u < Padded; u += V.Count)
            {
                (V.Load(r + u) * V.Load(h + ((long)i * Padded) + u)).Store(q + ((long)i * Padded) + u);
            }
        }
        Gemm<V>.Multiply(q, Padded, 1, CandidateU, z + (2 * Padded), Gates, count, Units, Padded, add: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Backward(long row, int sample, float* fromOutput)
    {
        var z = Z + (row * Gates);
        var q = _q + (row * Padded);
        var before = States[0] + (row * Padded);
        var dh = StateGradients[0] + ((long)sample * Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var update = V.Load(z + Padded + u);
            var candidate = V.Load(z + (2 * Padded) + u);
            var deltaH = V.Load(dh + u);
            if (fromOutput is not null)
            {
                deltaH += V.Load(fromOutput + u);
            }
            deltaH = LaneMath<V>.Flushed(deltaH);
            var deltaN = deltaH * (V.All(1) - update) * LaneActivation<V>.Slope(_squash, candidate);
            if (_resetAfter)
            {
                var r = V.Load(z + u);
                (deltaN * V.Load(q + u) * LaneActivation<V>.Slope(_gate, r)).Store(z + u);
                (deltaN * r).Store(q + u);
            }
            (deltaH * (V.Load(before + u) - candidate) * LaneActivation<V>.Slope(_gate, update)).Store(z + Padded + u);
            deltaN.Store(z + (2 * Padded) + u);
            (deltaH * update).Store(dh + u);
        }
    }

    internal override void RecurrentGradient(int step, int first, int count, float* target)
    {
        var row = ((long)step * Samples) + first;
        var z = Z + (row * Gates);
        var (ofReset, ofUpdate, ofCandidate) = (0L, (long)Units * Padded, 2L * Units * Padded);
        if (_resetAfter)
        {
            Gemm<V>.Multiply(_q + (row * Padded), Padded, 1, UTransposed + ofCandidate, target, Padded, count, Units, Padded, add: false);
        }
        else
        {
            Gemm<V>.Multiply(z + (2 * Padded), Gates, 1, UTransposed + ofCandidate, target, Padded, count, Units, Padded, add: false);
            ResetBackward(z, HiddenBefore(step) + ((long)first * Padded), target, count);
        }
        Gemm<V>.Multiply(z, Gates, 1, UTransposed + ofReset, target, Padded, count, Units, Padded, add: true);
        Gemm<V>.Multiply(z + Padded, Gates, 1, UTransposed + ofUpdate, target, Padded, count, Units, Padded, add: true);
    }

    // From δq of q = r h: δr to the gates, δh to the target.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ResetBackward(float* z, float* h, float* target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var reset = z + ((long)i * Gates);
            var place = (long)i * Padded;
            for (var u = 0; u < Padded; u += V.Count)
            {
                var r = V.Load(reset + u);
                var deltaQ = V.Load(target + place + u);
                (deltaQ * V.Load(h + place + u) * LaneActivation<V>.Slope(_gate, r)).Store(reset + u);
                (deltaQ * r).Store(target + place + u);
            }
        }
    }

    internal override void Skip(long row) => new Span<float>(_q + (row * Padded), Padded).Clear();

    internal override void RecurrentWeightGradient(int begin, int end, int first, int count, bool add)
    {
        var (rows, candidateGradient) = (Samples * end, (long)Units * 2 * Padded); // from the first step on: it never sums by blocks
        var h = HiddenBefore(0) + first;
        Gemm<V>.MultiplyToPanels(h, 1, Padded, Z, Gates, UGradient, Units, first, count, rows, 2 * Padded);
        if (_resetAfter)
        {
            Gemm<V>.MultiplyToPanels(h, 1, Padded, _q, Padded, UGradient + candidateGradient, Units, first, count, rows, Padded);
        }
        else
        {
            var dn = Z + (2 * Padded);
            Gemm<V>.MultiplyToPanels(_q + first, 1, Padded, dn, Gates, UGradient + candidateGradient, Units, first, count, rows, Padded);
        }
    }

    internal override void SumBias(float* z, long rows, int steps, bool add)
    {
        base.SumBias(z, rows, steps, add);
        if (Settings.UseBias && _resetAfter)
        {
            Rows.Copy(BiasGradient, BiasGradient + Gates, 2 * Padded);
            Gemm<V>.SumRows(_q, (long)Samples * steps, Padded, BiasGradient + Gates + (2 * Padded));
        }
    }

    internal override void TransposeRecurrent()
    {
        var gate = (long)Units * Padded;
        Gemm<V>.Transpose(U, Units, 2 * Padded, 0, Units, UTransposed);
        Gemm<V>.Transpose(U, Units, 2 * Padded, Padded, Units, UTransposed + gate);
        Gemm<V>.Transpose(CandidateU, Units, Padded, 0, Units, UTransposed + (2 * gate));
    }

    internal override int MemoryCount(WeightLayout layout) =>
        Settings.UseBias && _resetAfter && layout == WeightLayout.Torch ? 4 : base.MemoryCount(layout);

    internal override int BiasRows => _resetAfter ? 2 : 1;

    internal override WeightBlock[] Blocks =>
    [
        new(0, Features, GatesOfGru),
        new(1, Units, 2),
        new(1, Units, 1, FirstGate: 2),
        .. Settings.UseBias ? [new(2, 1, GatesOfGru)] : (ReadOnlySpan<WeightBlock>)[],
        .. Settings.UseBias && _resetAfter ? [new(3, 1, GatesOfGru)] : (ReadOnlySpan<WeightBlock>)[],
    ];

    // With resetAfter Torch has two biases; Keras has them as two rows of one.
    internal override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        var (bias, twice) = (Settings.UseBias, Settings.UseBias && _resetAfter);
        var input = (float*)memory[0];
        var recurrent = (float*)memory[1];
        var width = GatesOfGru * Units;
        if (layout == WeightLayout.Torch)
        {
            var columns = Features + (bias && !twice ? 1 : 0);
            sources[0] = new(input, 1, columns);
            sources[1] = new(recurrent, 1, Units);
            sources[2] = twice ? new((float*)memory[2], 0, 1) : new(input + Features, 0, columns);
            sources[3] = twice ? new((float*)memory[3], 0, 1) : default;
            return;
        }
        sources[0] = new(input, width, 1, swapsGates: true);
        sources[1] = new(recurrent, width, 1, swapsGates: true);
        sources[2] = bias ? new((float*)memory[2], 0, 1, swapsGates: true) : default;
        sources[3] = twice ? new((float*)memory[2] + width, 0, 1, swapsGates: true) : default;
    }
}
