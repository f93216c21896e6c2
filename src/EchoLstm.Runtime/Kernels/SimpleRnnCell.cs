using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The plain recurrent layer's step (Elman 1990), f being its activation:
/// <code>
/// z = x W + h U + b     (features) (features, units) + (units) (units, units) + (units)
/// h' = f(z)             backward: δz = δh' times f's slope
/// </code>
/// The tests hold it against TextbookSimpleRnn, loops over scalars.
/// </summary>
internal sealed unsafe class SimpleRnnCell<V>(SimpleRnnSettings settings, int features)
    : RecurrentCell<V>(settings, features, gates: 1, states: 1)
    where V : struct, ILanes<V>
{
    private readonly LaneFunction _activation = settings.Activation;

    internal override void Forward(long row)
    {
        var h = States[0] + ((row + Samples) * Padded);
        Rows.Copy(Z + (row * Gates), h, Padded);
        LaneActivation<V>.Apply(_activation, h, Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Backward(long row, int sample, float* fromOutput)
    {
        var z = Z + (row * Gates);
        var h = States[0] + ((row + Samples) * Padded);
        var dh = StateGradients[0] + ((long)sample * Padded);
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
}
