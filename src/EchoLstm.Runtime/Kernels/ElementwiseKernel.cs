using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Rows merged number by number: x₀ + x₁ + …, x₀ - x₁, x₀ x₁ …, their mean, the largest or the smallest. A row of one number, and a value of
/// one step or none, stands for all. Backward δxᵢ is δy, -δy, δy times the others, δy / n, or δy where xᵢ was taken, halved between two
/// that are equal, and summed over what it stood for.
/// </summary>
internal sealed unsafe class ElementwiseKernel<V> : MergeKernel
    where V : struct, ILanes<V>
{
    private readonly ElementwiseSettings _settings;
    private readonly MergeInput[] _inputs;
    private readonly int _units, _padded;
    private readonly int[] _steps;
    private readonly float*[] _wide; // a row of each input in whole vectors
    private float* _other, _slope;
    private byte* _used;
    private int _samples, _outputSteps;

    internal ElementwiseKernel(ElementwiseSettings settings, MergeInput[] inputs, int units)
    {
        (_settings, _inputs, _units, _padded, _steps) = (settings, inputs, units, Gemm<V>.Padded(units), new int[inputs.Length]);
        _wide = new float*[inputs.Length];
    }

    internal override int OutputWidth => _units;

    internal override int OutputStride => _padded;

    internal override int OutputSteps(ReadOnlySpan<int> inputSteps)
    {
        var most = 1;
        for (var i = 0; i < inputSteps.Length; i++)
        {
            most = _inputs[i].HasSteps && inputSteps[i] != 1 ? inputSteps[i] : most;
        }
        return most;
    }

    internal override bool HasOutputMask(ReadOnlySpan<bool> masked) => masked.Contains(true);

    internal override void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes)
    {
        _samples = shapes[0].Samples;
        var masked = false;
        for (var i = 0; i < shapes.Length; i++)
        {
            _steps[i] = shapes[i].Steps;
            _wide[i] = arena.Take(_padded);
            masked |= shapes[i].Masked;
        }
        _outputSteps = OutputSteps(_steps);
        MergeMasks.ThrowUnlessAlike(_steps, _outputSteps);
        var rows = (long)_samples * _outputSteps;
        Output = arena.Take(rows * _padded);
        OutputGradient = shapes[0].Training ? arena.Take(rows * _padded) : null;
        _other = arena.Take(_padded);
        _slope = arena.Take(_padded);
        _used = masked ? arena.TakeBytes(rows) : null;
    }

    internal override void Forward(ReadOnlySpan<InputRows> inputs)
    {
        for (var t = 0; t < _outputSteps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                var y = Output + (Row(t, i) * _padded);
                Rows.Copy(Read(inputs, 0, t, i), y, _padded);
                for (var k = 1; k < inputs.Length; k++)
                {
                    Merge(y, Read(inputs, k, t, i));
                }
                if (_settings is AverageSettings)
                {
                    Rows<V>.Scale(y, 1f / inputs.Length, y, _padded);
                }
            }
        }
        OutputMask = MergeMasks.All(inputs, _steps, _samples, _outputSteps, _used);
    }

    internal override void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient)
    {
        var width = Gemm<V>.Padded(_inputs[input].Width);
        Rows.Clear(gradient, (long)_samples * _steps[input] * width);
        for (var t = 0; t < _outputSteps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                Slope(inputs, input, t, i);
                var dx = gradient + (((long)(_steps[input] == 1 ? 0 : t) * _samples + i) * width);
                if (_inputs[input].Width == _units)
                {
                    Rows<V>.Add(_slope, dx, _padded);
                    continue;
                }
                for (var u = 0; u < _units; u++)
                {
                    dx[0] += _slope[u];
                }
            }
        }
    }

    // δy of a row times what the output's numbers change by with the input's.
    private void Slope(ReadOnlySpan<InputRows> inputs, int input, int step, int sample)
    {
        var dy = OutputGradient + (Row(step, sample) * _padded);
        var factor = _settings switch { AverageSettings => 1f / inputs.Length, SubtractSettings when input == 1 => -1, _ => 1 };
        Rows<V>.Scale(dy, factor, _slope, _padded);
        if (_settings is MultiplySettings)
        {
            for (var k = 0; k < inputs.Length; k++)
            {
                if (k != input)
                {
                    Merge(_slope, Read(inputs, k, step, sample));
                }
            }
        }
        else if (_settings is MaximumSettings or MinimumSettings)
        {
            Rows.Copy(Read(inputs, 0, step, sample), _other, _padded);
            for (var k = 1; k < inputs.Length; k++)
            {
                var next = Read(inputs, k, step, sample);
                for (var u = 0; u < _units && k >= input; u++)
                {
                    // Of the pair that is merged here, the input is the second, or in the first.
                    var (own, other) = k == input ? (next[u], _other[u]) : (_other[u], next[u]);
                    var taken = _settings is MaximumSettings ? own > other : own < other;
                    _slope[u] *= own == other ? 0.5f : taken ? 1 : 0;
                }
                Merge(_other, next);
            }
        }
    }

    private void Merge(float* row, float* next)
    {
        switch (_settings)
        {
            case MultiplySettings:
                for (var k = 0; k < _padded; k += V.Count)
                {
                    (V.Load(row + k) * V.Load(next + k)).Store(row + k);
                }
                break;
            case SubtractSettings:
                for (var k = 0; k < _padded; k += V.Count)
                {
                    (V.Load(row + k) - V.Load(next + k)).Store(row + k);
                }
                break;
            case MaximumSettings:
                for (var k = 0; k < _units; k++)
                {
                    row[k] = MathF.Max(row[k], next[k]);
                }
                break;
            case MinimumSettings:
                for (var k = 0; k < _units; k++)
                {
                    row[k] = MathF.Min(row[k], next[k]);
                }
                break;
            default:
                Rows<V>.Add(next, row, _padded);
                break;
        }
    }

    // A row of an input in whole vectors, its padding 0.
    private float* Read(ReadOnlySpan<InputRows> inputs, int input, int step, int sample)
    {
        var from = inputs[input].Start + (Row(_steps[input] == 1 ? 0 : step, sample) * inputs[input].Stride);
        if (_inputs[input].Width == _units)
        {
            Rows.Copy(from, _wide[input], _units);
        }
        else
        {
            new Span<float>(_wide[input], _units).Fill(*from);
        }
        return _wide[input];
    }

    private long Row(int step, int sample) => ((long)step * _samples) + sample;
}
