using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

// The products for all steps at once: the input with the kernel, the weights' gradients, the input's gradient.
internal abstract unsafe partial class RecurrentKernel<V>
{
    /// <summary>Whether every gradient is a plain product with the gates', so that it can be summed block by block.</summary>
    private protected virtual bool HasPlainGradients => false;

    private protected virtual bool HasBias => false;

    private int InputRowsAtHand => _repeats > 0 ? Samples : Samples * (_end - _begin);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ProjectionPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _productParts);
        Project(((long)_begin * Samples) + first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Project(long first, int count)
    {
        var z = Z + (first * Gates);
        Rows<V>.Fill(Bias, z, count, Gates);
        if (_hot is not null)
        {
            for (var r = 0; r < count; r++)
            {
                Gemm<V>.AddRow(W, InputWidth, Gates, _hot[first + r], z + ((long)r * Gates));
            }
        }
        else
        {
            Gemm<V>.Multiply(_x + (first * _stride), _stride, 1, W, z, Gates, count, InputWidth, Gates, add: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeightGradientsPart(int part)
    {
        var (first, count) = WorkTeam.Piece(Units, part, _productParts);
        if (count > 0)
        {
            RecurrentWeightGradient(first, count);
        }
        var (inputRows, row) = (InputRowsAtHand, (long)_begin * Samples);
        var z = _repeats > 0 ? _summed : Z + (row * Gates);
        if (_hot is null)
        {
            (first, count) = WorkTeam.Piece(InputWidth, part, _productParts);
            if (count > 0)
            {
                Gemm<V>.MultiplyToPanels(_x + (row * _stride) + first, 1, _stride, z, Gates, WGradient, InputWidth, first, count, inputRows, Gates, _adds);
            }
        }
        else if (part == 0)
        {
            if (!_adds)
            {
                new Span<float>(WGradient, InputWidth * Gates).Clear();
            }
            for (var r = 0L; r < inputRows; r++)
            {
                Gemm<V>.AddToRow(WGradient, InputWidth, Gates, _hot[row + r], z + (r * Gates));
            }
        }
        if (part == _productParts - 1)
        {
            if (!HasPlainGradients)
            {
                BiasGradients(z, inputRows);
            }
            else if (HasBias)
            {
                Gemm<V>.SumRows(z, inputRows, Gates, BiasGradient, _adds);
            }
        }
    }

    /// <summary>Some rows of the recurrent kernel's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentWeightGradient(int first, int count) =>
        Gemm<V>.MultiplyToPanels(HiddenBefore(_begin) + first, 1, Padded, Z + ((long)_begin * Samples * Gates), Gates, UGradient, Units, first, count, Samples * (_end - _begin), Gates, _adds);

    /// <summary>The bias's gradient, from the gradients of the gates' sums, where it is not their plain sum.</summary>
    private protected virtual void BiasGradients(float* z, long rows)
    {
    }

    // The gates' gradients of some rows are in the cache still: all products with them at once.
    private void AddGradients(long row, int rows, bool add)
    {
        var z = Z + (row * Gates);
        Gemm<V>.MultiplyToPanels(_dropped + (row * Padded), 1, Padded, z, Gates, UGradient, Units, 0, Units, rows, Gates, add);
        Gemm<V>.MultiplyToPanels(_x + (row * _stride), 1, _stride, z, Gates, WGradient, InputWidth, 0, InputWidth, rows, Gates, add);
        if (HasBias)
        {
            Gemm<V>.SumRows(z, rows, Gates, BiasGradient, add);
        }
    }

    private void InputProductPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _productParts);
        var row = ((long)_begin * Samples) + first;
        var width = Gemm<V>.Padded(InputWidth);
        var z = (_repeats > 0 ? _summed : Z) + (row * Gates);
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Multiply(z + (gate * Padded), Gates, 1, _wT + ((long)gate * Units * width), _inputGradient + (row * width), width, count, Units, width, add: gate > 0);
        }
    }

    private void SumRepeats()
    {
        Rows.Copy(Z, _summed, Samples * Gates);
        for (var t = 1; t < Steps; t++)
        {
            Rows<V>.Add(Z + ((long)t * Samples * Gates), _summed, (long)Samples * Gates);
        }
    }
}
