using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

// The steps one after the other: the recurrent product, the cell, and both backward.
internal abstract unsafe partial class RecurrentKernel<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(Samples, part, _recurrenceParts);
        RunSteps(_begin, _end, first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunSteps(int begin, int end, int first, int count)
    {
        for (var t = begin; t < end; t++)
        {
            if (_keptHidden is not null)
            {
                DropHidden(t, first, count);
            }
            RecurrentProduct(t, first, count);
            var row = ((long)t * Samples) + first;
            for (var i = 0; i < count; i++)
            {
                CellForward(row + i);
            }
            if (_mask is not null)
            {
                SkipMasked(t, first, count);
            }
        }
    }

    /// <summary>Adds the recurrent part to some samples' gates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentProduct(int step, int first, int count)
    {
        var hidden = HiddenBefore(step) + ((long)first * Padded);
        var z = Z + ((((long)step * Samples) + first) * Gates);
        if (Padded == V.Count && GateCount == 4)
        {
            for (var i = 0; i < count; i++)
            {
                NarrowProduct(hidden + ((long)i * Padded), z + ((long)i * Gates));
            }
            return;
        }
        Gemm<V>.Multiply(hidden, Padded, 1, U, z, Gates, count, Units, Gates, add: true);
    }

    // With one vector of units a row of four gates stays in registers; the sums are those of the product in panels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NarrowProduct(float* hidden, float* z)
    {
        var (z0, z1, z2, z3) = (V.Load(z), V.Load(z + V.Count), V.Load(z + (2 * V.Count)), V.Load(z + (3 * V.Count)));
        var threeGates = U;
        var lastGate = U + ((long)Units * Gemm<V>.PanelWidth);
        for (var k = 0; k < Units; k++)
        {
            var h = V.All(hidden[k]);
            z0 = V.MultiplyAdd(h, V.Load(threeGates), z0);
            z1 = V.MultiplyAdd(h, V.Load(threeGates + V.Count), z1);
            z2 = V.MultiplyAdd(h, V.Load(threeGates + (2 * V.Count)), z2);
            z3 = V.MultiplyAdd(h, V.Load(lastGate), z3);
            threeGates += Gemm<V>.PanelWidth;
            lastGate += V.Count;
        }
        z0.Store(z);
        z1.Store(z + V.Count);
        z2.Store(z + (2 * V.Count));
        z3.Store(z + (3 * V.Count));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackRecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(Samples, part, _recurrenceParts);
        RunStepsBack(_begin, _end, first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunStepsBack(int begin, int end, int first, int count)
    {
        for (var t = end - 1; t >= begin; t--)
        {
            var fromOutput = _returnSequences ? OutputGradient + ((long)t * Samples * Padded) : t == Steps - 1 ? OutputGradient : null;
            for (var i = first; i < first + count; i++)
            {
                var row = ((long)t * Samples) + i;
                var own = fromOutput is null ? null : fromOutput + ((long)i * Padded);
                if (_mask is null)
                {
                    CellBackward(row, i, own);
                }
                else
                {
                    MaskedBackward(row, i, own);
                }
            }
            if (t > 0 || CompletesGatesInProduct || TakesStateGradients)
            {
                BackProduct(t, first, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackProduct(int step, int first, int count)
    {
        if (_back is null)
        {
            RecurrentGradient(step, first, count, HiddenGradient + ((long)first * Padded));
            return;
        }
        RecurrentGradient(step, first, count, _back + ((long)first * Padded));
        for (var i = first; i < first + count; i++)
        {
            if (_mask is not null && _mask[((long)step * Samples) + i] == 0)
            {
                continue; // the state went through as it was
            }
            var place = (long)i * Padded;
            for (var k = 0; k < Padded; k += V.Count)
            {
                var gradient = V.Load(_back + place + k);
                if (_keptHidden is not null)
                {
                    gradient *= V.Load(_keptHidden + place + k);
                }
                (PassesHidden ? gradient + V.Load(HiddenGradient + place + k) : gradient).Store(HiddenGradient + place + k);
            }
        }
    }

    /// <summary>The hidden state's gradient before a step, from that of the gates' sums: δh = δz Uᵀ, gate by gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentGradient(int step, int first, int count, float* target)
    {
        var z = Z + ((((long)step * Samples) + first) * Gates);
        if (Padded == V.Count)
        {
            for (var i = 0; i < count; i++)
            {
                NarrowGradient(z + ((long)i * Gates), target + ((long)i * Padded));
            }
            return;
        }
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Multiply(z + (gate * Padded), Gates, 1, UTransposed + ((long)gate * Units * Padded), target, Padded, count, Units, Padded, add: gate > 0);
        }
    }

    // With one vector of units a sum over all gates would be one long chain: a sum for each gate, then their sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NarrowGradient(float* z, float* target)
    {
        var sum = V.Zero;
        var u = UTransposed;
        for (var gate = 0; gate < GateCount; gate++)
        {
            var ofGate = V.Zero;
            for (var k = 0; k < Units; k++)
            {
                ofGate = V.MultiplyAdd(V.All(z[k]), V.Load(u), ofGate);
                u += Padded;
            }
            sum += ofGate;
            z += Padded;
        }
        sum.Store(target);
    }

    /// <summary>Fills <see cref="UTransposed"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void TransposeRecurrent()
    {
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Transpose(U, Units, Gates, gate * Padded, Units, UTransposed + ((long)gate * Units * Padded));
        }
    }

    /// <summary>The hidden state's rows before a step as the recurrent product sees them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected float* HiddenBefore(int step) => _dropped + ((long)step * Samples * Padded);

    /// <summary>Whether the cell hands a part of the hidden state's gradient past the recurrent product: it leaves that in <see cref="HiddenGradient"/>.</summary>
    private protected virtual bool PassesHidden
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => false;
    }

    /// <summary>Whether the gates' gradients are complete only after <see cref="RecurrentGradient"/>, so that the first step needs it too.</summary>
    private protected virtual bool CompletesGatesInProduct
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => false;
    }
}
