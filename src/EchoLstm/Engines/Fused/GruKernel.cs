using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The GRU's forward and backward pass. Per step, as in <see cref="Gru"/>, in Torch's order of the gates r, z, n:
/// <code>
/// r = σ(x W_r + b_r + h U_r + b'_r)   z = σ(x W_z + b_z + h U_z + b'_z)   h' = z h + (1 - z) g
/// g = tanh(x W_n + b_n + r q)  with q = h U_n + b'_n      (resetAfter)
/// g = tanh(x W_n + b_n + q U_n) with q = r h, and no b'   (otherwise)
/// </code>
/// Backward, δ being gradients of the loss and each gate's δ multiplied with its activation's slope:
/// <code>
/// δz = δh' (h - g)   δn = δh' (1 - z)   δh = δh' z + δr U_rᵀ + δz U_zᵀ + …
/// resetAfter:  δr = δn q             δq = δn r        … + δq U_nᵀ    δU_n += hᵀ δq   δb'_n += δq
/// otherwise:   δr = (δn U_nᵀ) h                       … + (δn U_nᵀ) r    δU_n += qᵀ δn
/// </code>
/// U_r and U_z lie together in panels, U_n behind them. The input's products are <see cref="RecurrentKernel{V}"/>'s.
/// </summary>
internal sealed unsafe class GruKernel<V> : RecurrentKernel<V>
    where V : struct, ILanes<V>
{
    private const int GatesOfGru = 3;

    private readonly Gru _layer;
    private readonly ParameterMemory _inputWeights, _recurrentWeights;
    private readonly ParameterMemory[] _biases;
    private readonly int _columns;

    private float* _q; // a row for each of the gates' rows; with resetAfter, δq in the end

    internal GruKernel(Gru layer, ParameterMemory inputWeights, ParameterMemory recurrentWeights, ParameterMemory[] biases, int features, int repeats, WorkTeam team)
        : base(layer, GatesOfGru, features, repeats, team)
    {
        (_layer, _inputWeights, _recurrentWeights, _biases) = (layer, inputWeights, recurrentWeights, biases);
        _columns = features + (layer.UseBias && !layer.ResetAfter ? 1 : 0);
        Memories = [inputWeights, recurrentWeights, .. biases];
        Weights =
        [
            new((long)features * Gates, layer.KernelRegularizer),
            new((long)Units * Gates, layer.RecurrentRegularizer),
            new(layer.ResetAfter ? 2 * Gates : Gates, layer.UseBias ? layer.BiasRegularizer : null),
        ];
    }

    internal override int StateCount => 1;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    private protected override IReadOnlyList<ParameterMemory> Memories { get; }

    private protected override bool PassesHidden => true;

    private protected override bool CompletesGatesInProduct => !_layer.ResetAfter;

    private float* CandidateU => U + ((long)Units * 2 * Padded);

    private float* RecurrentBias => Bias + Gates;

    private protected override void LayStates(Arena arena, long rows, bool training) => _q = arena.Take(rows * Padded);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void CellForward(long row)
    {
        var (gate, squash) = (_layer.RecurrentActivation, _layer.Activation);
        var r = Z + (row * Gates);
        var z = r + Padded;
        var n = z + Padded;
        var q = _q + (row * Padded);
        var before = StateRows(0) + (row * Padded);
        var h = before + ((long)Samples * Padded);
        if (_layer.ResetAfter)
        {
            for (var u = 0; u < 2 * Padded; u += V.Count)
            {
                (V.Load(r + u) + V.Load(RecurrentBias + u)).Store(r + u);
            }
            LaneActivation<V>.Apply(gate, r, 2 * Padded);
            for (var u = 0; u < Padded; u += V.Count)
            {
                V.MultiplyAdd(V.Load(r + u), V.Load(q + u), V.Load(n + u)).Store(n + u);
            }
        }
        else
        {
            LaneActivation<V>.Apply(gate, z, Padded);
        }
        LaneActivation<V>.Apply(squash, n, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var update = V.Load(z + u);
            V.MultiplyAdd(update, V.Load(before + u), (V.All(1) - update) * V.Load(n + u)).Store(h + u);
        }
    }

    private protected override void RecurrentProduct(int step, int first, int count)
    {
        var row = ((long)step * Samples) + first;
        var z = Z + (row * Gates);
        var q = _q + (row * Padded);
        var h = HiddenBefore(step) + ((long)first * Padded);
        Gemm<V>.Multiply(h, Padded, 1, U, z, Gates, count, Units, 2 * Padded, add: true);
        if (_layer.ResetAfter)
        {
            Rows<V>.Fill(RecurrentBias + (2 * Padded), q, count, Padded);
            Gemm<V>.Multiply(h, Padded, 1, CandidateU, q, Padded, count, Units, Padded, add: true);
            return;
        }
        for (var i = 0; i < count; i++)
        {
            var r = z + ((long)i * Gates);
            LaneActivation<V>.Apply(_layer.RecurrentActivation, r, Padded);
            for (var u = 0; u < Padded; u += V.Count)
            {
                (V.Load(r + u) * V.Load(h + ((long)i * Padded) + u)).Store(q + ((long)i * Padded) + u);
            }
        }
        Gemm<V>.Multiply(q, Padded, 1, CandidateU, z + (2 * Padded), Gates, count, Units, Padded, add: true);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void CellBackward(long row, int sample, float* fromOutput)
    {
        var (gate, squash) = (_layer.RecurrentActivation, _layer.Activation);
        var z = Z + (row * Gates);
        var q = _q + (row * Padded);
        var before = StateRows(0) + (row * Padded);
        var dh = HiddenGradient + ((long)sample * Padded);
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
            var deltaN = deltaH * (V.All(1) - update) * LaneActivation<V>.Slope(squash, candidate);
            if (_layer.ResetAfter)
            {
                var r = V.Load(z + u);
                (deltaN * V.Load(q + u) * LaneActivation<V>.Slope(gate, r)).Store(z + u);
                (deltaN * r).Store(q + u);
            }
            (deltaH * (V.Load(before + u) - candidate) * LaneActivation<V>.Slope(gate, update)).Store(z + Padded + u);
            deltaN.Store(z + (2 * Padded) + u);
            (deltaH * update).Store(dh + u);
        }
    }

    private protected override void RecurrentGradient(int step, int first, int count, float* target)
    {
        var row = ((long)step * Samples) + first;
        var z = Z + (row * Gates);
        var (ofReset, ofUpdate, ofCandidate) = (0L, (long)Units * Padded, 2L * Units * Padded);
        if (_layer.ResetAfter)
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
                (deltaQ * V.Load(h + place + u) * LaneActivation<V>.Slope(_layer.RecurrentActivation, r)).Store(reset + u);
                (deltaQ * r).Store(target + place + u);
            }
        }
    }

    private protected override void SkipBackward(long row) => new Span<float>(_q + (row * Padded), Padded).Clear();

    private protected override void RecurrentWeightGradient(int first, int count)
    {
        var (rows, candidateGradient) = (Samples * Steps, (long)Units * 2 * Padded);
        var h = HiddenBefore(0) + first;
        Gemm<V>.MultiplyToPanels(h, 1, Padded, Z, Gates, UGradient, Units, first, count, rows, 2 * Padded);
        if (_layer.ResetAfter)
        {
            Gemm<V>.MultiplyToPanels(h, 1, Padded, _q, Padded, UGradient + candidateGradient, Units, first, count, rows, Padded);
        }
        else
        {
            Gemm<V>.MultiplyToPanels(_q + first, 1, Padded, Z + (2 * Padded), Gates, UGradient + candidateGradient, Units, first, count, rows, Padded);
        }
    }

    private protected override void BiasGradients(float* z, long rows)
    {
        if (!_layer.UseBias)
        {
            return;
        }
        Gemm<V>.SumRows(z, rows, Gates, BiasGradient);
        if (_layer.ResetAfter)
        {
            new ReadOnlySpan<float>(BiasGradient, 2 * Padded).CopyTo(new Span<float>(BiasGradient + Gates, 2 * Padded));
            Gemm<V>.SumRows(_q, (long)Samples * Steps, Padded, BiasGradient + Gates + (2 * Padded));
        }
    }

    private protected override void TransposeRecurrent()
    {
        var gate = (long)Units * Padded;
        Gemm<V>.Transpose(U, Units, 2 * Padded, 0, Units, UTransposed);
        Gemm<V>.Transpose(U, Units, 2 * Padded, Padded, Units, UTransposed + gate);
        Gemm<V>.Transpose(CandidateU, Units, Padded, 0, Units, UTransposed + (2 * gate));
    }

    private protected override void Pack()
    {
        var candidates = _recurrentWeights.Start + (2L * Units * Units);
        GateColumns<V>.Pack(_inputWeights.Start, _columns, Units, GatesOfGru, W, InputWidth);
        GateColumns<V>.Pack(_recurrentWeights.Start, Units, Units, 2, U, Units);
        GateColumns<V>.Pack(candidates, Units, Units, 1, CandidateU, Units);
        if (_biases is [var input, var recurrent])
        {
            GateColumns<V>.PackRow(input.Start, 1, Units, GatesOfGru, Bias);
            GateColumns<V>.PackRow(recurrent.Start, 1, Units, GatesOfGru, RecurrentBias);
        }
        else if (_layer.UseBias)
        {
            GateColumns<V>.PackRow(_inputWeights.Start + InputWidth, _columns, Units, GatesOfGru, Bias);
        }
    }

    private protected override void Unpack()
    {
        var candidates = _recurrentWeights.Start + (2L * Units * Units);
        GateColumns<V>.Unpack(W, InputWidth, Units, GatesOfGru, _inputWeights.Start, _columns);
        GateColumns<V>.Unpack(U, Units, Units, 2, _recurrentWeights.Start, Units);
        GateColumns<V>.Unpack(CandidateU, Units, Units, 1, candidates, Units);
        if (_biases is [var input, var recurrent])
        {
            GateColumns<V>.UnpackRow(Bias, Units, GatesOfGru, input.Start, 1);
            GateColumns<V>.UnpackRow(RecurrentBias, Units, GatesOfGru, recurrent.Start, 1);
        }
        else if (_layer.UseBias)
        {
            GateColumns<V>.UnpackRow(Bias, Units, GatesOfGru, _inputWeights.Start + InputWidth, _columns);
        }
    }
}
