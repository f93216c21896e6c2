using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The plain recurrent layer's forward and backward pass, as in <see cref="SimpleRnn"/>: z = x W + h U + b; h' = activation(z). Backward, δ being gradients of the loss:
/// <code>
/// δz = δh' times the activation's slope;  δU += hᵀ δz   δW += xᵀ δz   δb += δz   δh(before) = δz Uᵀ   δx = δz Wᵀ
/// </code>
/// The products are <see cref="RecurrentKernel{V}"/>'s.
/// </summary>
internal sealed unsafe class SimpleRnnKernel<V> : RecurrentKernel<V>
    where V : struct, ILanes<V>
{
    private readonly SimpleRnn _layer;
    private readonly ParameterMemory _inputWeights, _recurrentWeights;
    private readonly int _columns;

    internal SimpleRnnKernel(SimpleRnn layer, ParameterMemory inputWeights, ParameterMemory recurrentWeights, int features, int repeats, WorkTeam team)
        : base(layer, 1, features, repeats, team)
    {
        (_layer, _inputWeights, _recurrentWeights) = (layer, inputWeights, recurrentWeights);
        _columns = features + (layer.UseBias ? 1 : 0);
        Memories = [inputWeights, recurrentWeights];
        Weights =
        [
            new((long)features * Gates, layer.KernelRegularizer),
            new((long)Units * Gates, layer.RecurrentRegularizer),
            new(Gates, layer.UseBias ? layer.BiasRegularizer : null),
        ];
    }

    internal override int StateCount => 1;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    private protected override IReadOnlyList<ParameterMemory> Memories { get; }

    private protected override void LayStates(Arena arena, long rows, bool training)
    {
    }

    private protected override void CellForward(long row)
    {
        var z = Z + (row * Gates);
        var h = StateRows(0) + ((row + Samples) * Padded);
        new ReadOnlySpan<float>(z, Padded).CopyTo(new Span<float>(h, Padded));
        LaneActivation<V>.Apply(_layer.Activation, h, Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void CellBackward(long row, int sample, float* fromOutput)
    {
        var z = Z + (row * Gates);
        var h = StateRows(0) + ((row + Samples) * Padded);
        var dh = HiddenGradient + ((long)sample * Padded);
        for (var u = 0; u < Padded; u += V.Count)
        {
            var deltaH = V.Load(dh + u);
            if (fromOutput is not null)
            {
                deltaH += V.Load(fromOutput + u);
            }
            (LaneMath<V>.Flushed(deltaH) * LaneActivation<V>.Slope(_layer.Activation, V.Load(h + u))).Store(z + u);
        }
    }

    private protected override void BiasGradients(float* z, long rows)
    {
        if (_layer.UseBias)
        {
            Gemm<V>.SumRows(z, rows, Gates, BiasGradient);
        }
    }

    private protected override void Pack()
    {
        GateColumns<V>.Pack(_inputWeights.Start, _columns, Units, 1, W, InputWidth);
        GateColumns<V>.Pack(_recurrentWeights.Start, Units, Units, 1, U, Units);
        if (_layer.UseBias)
        {
            GateColumns<V>.PackRow(_inputWeights.Start + InputWidth, _columns, Units, 1, Bias);
        }
    }

    private protected override void Unpack()
    {
        GateColumns<V>.Unpack(W, InputWidth, Units, 1, _inputWeights.Start, _columns);
        GateColumns<V>.Unpack(U, Units, Units, 1, _recurrentWeights.Start, Units);
        if (_layer.UseBias)
        {
            GateColumns<V>.UnpackRow(Bias, Units, 1, _inputWeights.Start + InputWidth, _columns);
        }
    }
}
