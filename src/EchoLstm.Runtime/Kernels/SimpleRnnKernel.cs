using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The plain recurrent layer's forward and backward pass: z = x W + h U + b; h' = activation(z). Backward, δ being gradients of the loss:
/// <code>
/// δz = δh' times the activation's slope;  δU += hᵀ δz   δW += xᵀ δz   δb += δz   δh(before) = δz Uᵀ   δx = δz Wᵀ
/// </code>
/// The products are <see cref="RecurrentKernel{V}"/>'s.
/// </summary>
internal sealed unsafe class SimpleRnnKernel<V> : RecurrentKernel<V>
    where V : struct, ILanes<V>
{
    private readonly Activation _activation;

    internal SimpleRnnKernel(SimpleRnnSettings settings, int features, int repeats, WorkTeam team)
        : base(settings, 1, features, repeats, team) => _activation = settings.Activation;

    internal override int StateCount => 1;

    private protected override void LayStates(Arena arena, long rows, bool training)
    {
    }

    private protected override void CellForward(long row)
    {
        var z = Z + (row * Gates);
        var h = StateRows(0) + ((row + Samples) * Padded);
        Rows.Copy(z, h, Padded);
        LaneActivation<V>.Apply(_activation, h, Padded);
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
            (LaneMath<V>.Flushed(deltaH) * LaneActivation<V>.Slope(_activation, V.Load(h + u))).Store(z + u);
        }
    }

    private protected override void BiasGradients(float* z, long rows)
    {
        if (Settings.UseBias)
        {
            Gemm<V>.SumRows(z, rows, Gates, BiasGradient);
        }
    }
}
