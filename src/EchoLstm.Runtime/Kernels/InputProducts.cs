using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// The products of a recurrent kernel for many steps at once, shared among threads: the input with the kernel, z = x W + b, the weights'
/// gradients from the gates', δW = xᵀ δz, δU = hᵀ δz and δb = Σ δz, and the input's, δx = δz Wᵀ. A repeated input step is multiplied once.
/// </summary>
internal sealed unsafe class InputProducts<V>
    where V : struct, ILanes<V>
{
    private readonly RecurrentCell<V> _cell;
    private readonly InputOrder<V> _input;
    private readonly int _repeats, _width;
    private readonly WorkTeam _team;
    private readonly Action<int> _projection, _weightGradients, _inputProduct;

    private float* _wT, _summed; // the kernel transposed, gate by gate; Σ δz of repeated steps
    private float* _inputGradient;
    private int _begin, _end, _parts;
    private bool _adds;

    internal InputProducts(RecurrentCell<V> cell, InputOrder<V> input, int repeats, WorkTeam team)
    {
        (_cell, _input, _repeats, _team, _width) = (cell, input, repeats, team, Gemm<V>.Padded(cell.Features));
        (_projection, _weightGradients, _inputProduct) = (ProjectionPart, WeightGradientsPart, InputProductPart);
    }

    private int InputRowsAtHand => _repeats > 0 ? _cell.Samples : _cell.Samples * (_end - _begin);

    private long FirstRow => (long)_begin * _cell.Samples;

    // The gates' gradients that belong to the input's rows.
    private float* InputZ => (_repeats > 0 ? _summed : _cell.Z) + (FirstRow * _cell.Gates);

    internal void Layout(Arena arena, in BatchShape shape, int steps)
    {
        _wT = shape.Training ? arena.Take((long)_cell.Gates * _width) : null;
        _summed = shape.Training && _repeats > 0 ? arena.Take((long)shape.Samples * _cell.Gates) : null;
        _parts = _team.PartsFor((double)shape.Samples * steps * (_cell.Units + _cell.Features) * _cell.Gates);
    }

    /// <summary>Computes the input's part of some steps' gates.</summary>
    internal void Project(int begin, int end)
    {
        (_begin, _end) = (begin, end);
        _team.Run(_parts, _projection);
        var numbers = _cell.Samples * _cell.Gates;
        for (var t = 1; t < _repeats; t++)
        {
            Rows.Copy(_cell.Z, _cell.Z + ((long)t * numbers), numbers);
        }
    }

    /// <summary>Computes the input's part of some rows' gates.</summary>
    internal void ProjectRows(long first, int count)
    {
        var z = _cell.Z + (first * _cell.Gates);
        if (_input.Hot is null)
        {
            var x = _input.X + (first * _input.Stride);
            Gemm<V>.MultiplyFrom(x, _input.Stride, _cell.W, _cell.Bias, z, _cell.Gates, count, _cell.Features, _cell.Gates);
            return;
        }
        Rows<V>.Fill(_cell.Bias, z, count, _cell.Gates);
        for (var r = 0; r < count; r++)
        {
            Gemm<V>.AddRow(_cell.W, _cell.Features, _cell.Gates, _input.Hot[first + r], z + ((long)r * _cell.Gates));
        }
    }

    /// <summary>Begins a backward pass.</summary>
    /// <param name="inputGradient">Where the gradient by the input goes; null where nobody needs it.</param>
    internal void BeginBackward(float* inputGradient)
    {
        _inputGradient = inputGradient;
        for (var gate = 0; gate < _cell.GateCount && inputGradient is not null; gate++)
        {
            Gemm<V>.Transpose(
                _cell.W, _cell.Features, _cell.Gates, gate * _cell.Padded, _cell.Units, _wT + ((long)gate * _cell.Units * _width));
        }
    }

    /// <summary>
    /// Sums the weights' gradients over a thin block of steps, whose gates are in the cache still: all products with them at once.
    /// </summary>
    internal void SumBlock(int begin, int end, bool add)
    {
        var (row, rows) = ((long)begin * _cell.Samples, (end - begin) * _cell.Samples);
        var z = _cell.Z + (row * _cell.Gates);
        _cell.RecurrentWeightGradient(begin, end, 0, _cell.Units, add);
        KernelGradient(row, 0, _cell.Features, rows, z, add);
        _cell.SumBias(z, rows, end, add);
    }

    /// <summary>Sums the weights' gradients over some steps.</summary>
    internal void SumAll(int begin, int end, bool add)
    {
        (_begin, _end, _adds) = (begin, end, add);
        if (_repeats > 0)
        {
            var numbers = _cell.Samples * _cell.Gates;
            Rows.Copy(_cell.Z, _summed, numbers);
            for (var t = 1; t < end; t++)
            {
                Rows<V>.Add(_cell.Z + ((long)t * numbers), _summed, numbers);
            }
        }
        _team.Run(_parts, _weightGradients);
    }

    /// <summary>Computes the gradient by the input of some steps, where somebody needs it.</summary>
    internal void ToInput(int begin, int end)
    {
        (_begin, _end) = (begin, end);
        if (_inputGradient is not null)
        {
            _team.Run(_parts, _inputProduct);
        }
    }

    private void ProjectionPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _parts);
        ProjectRows(FirstRow + first, count);
    }

    private void WeightGradientsPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_cell.Units, part, _parts);
        if (count > 0)
        {
            _cell.RecurrentWeightGradient(_begin, _end, first, count, _adds);
        }
        if (_input.Hot is null)
        {
            (first, count) = WorkTeam.Piece(_cell.Features, part, _parts);
            if (count > 0)
            {
                KernelGradient(FirstRow, first, count, InputRowsAtHand, InputZ, _adds);
            }
        }
        else if (part == 0)
        {
            LookedUpGradient();
        }
        if (part == _parts - 1)
        {
            _cell.SumBias(InputZ, InputRowsAtHand, _end, _adds);
        }
    }

    private void KernelGradient(long row, int first, int count, int rows, float* z, bool add)
    {
        var x = _input.X + (row * _input.Stride) + first;
        var (features, gates) = (_cell.Features, _cell.Gates);
        Gemm<V>.MultiplyToPanels(x, 1, _input.Stride, z, gates, _cell.WGradient, features, first, count, rows, gates, add);
    }

    private void LookedUpGradient()
    {
        if (!_adds)
        {
            new Span<float>(_cell.WGradient, _cell.Features * _cell.Gates).Clear();
        }
        for (var r = 0L; r < InputRowsAtHand; r++)
        {
            Gemm<V>.AddToRow(_cell.WGradient, _cell.Features, _cell.Gates, _input.Hot[FirstRow + r], InputZ + (r * _cell.Gates));
        }
    }

    private void InputProductPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _parts);
        var z = InputZ + ((long)first * _cell.Gates);
        var to = _inputGradient + ((FirstRow + first) * _width);
        for (var gate = 0; gate < _cell.GateCount; gate++)
        {
            var w = _wT + ((long)gate * _cell.Units * _width);
            Gemm<V>.Multiply(z + (gate * _cell.Padded), _cell.Gates, 1, w, to, _width, count, _cell.Units, _width, add: gate > 0);
        }
    }
}
