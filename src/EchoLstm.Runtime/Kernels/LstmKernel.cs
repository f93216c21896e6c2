using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The LSTM's forward and backward pass. Per step: z = x W + h U + b for the gates i, f, g, o; c' = f c + i g; h' = o tanh(c').
/// Backward (Gers et al. 2000, full BPTT), δ being gradients of the loss:
/// <code>
/// δo = δh tanh(c')       δc += δh o (1 - tanh²(c'))
/// δi = δc g   δg = δc i   δf = δc c   δc(before) = δc f
/// δz = each δ times its activation's slope;  δU += hᵀ δz   δW += xᵀ δz   δb += δz   δh(before) = δz Uᵀ   δx = δz Wᵀ
/// </code>
/// The cell is here; the products are <see cref="RecurrentKernel{V}"/>'s.
/// </summary>
internal sealed unsafe class LstmKernel<V> : RecurrentKernel<V>
    where V : struct, ILanes<V>
{
    private const int GatesOfLstm = 4;

    private readonly LstmSettings _settings;
    private float* _c, _squashed, _dc; // cell states, tanh(c') of each step, δc of each sample
    private float* _cWindow, _squashedWindow;

    internal LstmKernel(LstmSettings settings, int features, int repeats, WorkTeam team)
        : base(settings, GatesOfLstm, features, repeats, team) => _settings = settings;

    internal override int StateCount => 2;

    private protected override bool HasPlainGradients
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => true;
    }

    private protected override bool HasBias
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => _settings.UseBias;
    }

    internal override float* StateGradient(int state) => state == 0 ? HiddenGradient : _dc;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override float* StateRows(int state) => state == 0 ? base.StateRows(0) : _c;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void LayStates(Arena arena, long rows, bool training)
    {
        _c = _cWindow = arena.Take((rows + Samples) * Padded);
        _squashed = _squashedWindow = training ? arena.Take(rows * Padded) : null;
        _dc = training ? arena.Take((long)Samples * Padded) : null;
    }

    private protected override int? CheckpointSteps => _settings.CheckpointSteps;

    private protected override void MoveStates(long row)
    {
        _c = _cWindow - (row * Padded);
        _squashed = _squashedWindow is null ? null : _squashedWindow - (row * Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void CellForward(long row)
    {
        var (gate, squash) = (_settings.RecurrentActivation, _settings.Activation);
        var i = Z + (row * Gates);
        var f = i + Padded;
        var g = f + Padded;
        var o = g + Padded;
        var cBefore = _c + (row * Padded);
        var c = cBefore + ((long)Samples * Padded);
        var h = base.StateRows(0) + ((row + Samples) * Padded);
        var squashed = _squashed is null ? h : _squashed + (row * Padded);

        LaneActivation<V>.Apply(gate, i, 2 * Padded);
        LaneActivation<V>.Apply(squash, g, Padded);
        LaneActivation<V>.Apply(gate, o, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var next = LaneMath<V>.Flushed(V.MultiplyAdd(V.Load(f + u), V.Load(cBefore + u), V.Load(i + u) * V.Load(g + u)));
            next.Store(c + u);
            next.Store(squashed + u);
        }
        LaneActivation<V>.Apply(squash, squashed, Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            (V.Load(o + u) * V.Load(squashed + u)).Store(h + u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void CellBackward(long row, int sample, float* fromOutput)
    {
        var (gate, squash) = (_settings.RecurrentActivation, _settings.Activation);
        var z = Z + (row * Gates);
        var cBefore = _c + (row * Padded);
        var dh = HiddenGradient + ((long)sample * Padded);
        var dc = _dc + ((long)sample * Padded);
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
            var deltaC = LaneMath<V>.Flushed(V.MultiplyAdd(deltaH * o, LaneActivation<V>.Slope(squash, squashed), V.Load(dc + u)));
            (deltaC * g * LaneActivation<V>.Slope(gate, i)).Store(z + u);
            (deltaC * V.Load(cBefore + u) * LaneActivation<V>.Slope(gate, f)).Store(z + Padded + u);
            (deltaC * i * LaneActivation<V>.Slope(squash, g)).Store(z + (2 * Padded) + u);
            (LaneMath<V>.Flushed(deltaH) * squashed * LaneActivation<V>.Slope(gate, o)).Store(z + (3 * Padded) + u);
            (deltaC * f).Store(dc + u);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void PrepareBackward()
    {
        base.PrepareBackward();
        if (!TakesStateGradients)
        {
            new Span<float>(_dc, Samples * Padded).Clear();
        }
    }
}
