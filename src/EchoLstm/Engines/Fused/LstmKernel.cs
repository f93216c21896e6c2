using System.Numerics;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The LSTM's forward and backward pass. Per step, as in <see cref="Lstm"/>: z = x W + h U + b for the gates i, f, g, o; c' = f c + i g; h' = o tanh(c').
/// Backward (Gers et al. 2000, full BPTT), δ being gradients of the loss:
/// <code>
/// δo = δh tanh(c')       δc += δh o (1 - tanh²(c'))
/// δi = δc g   δg = δc i   δf = δc c   δc(before) = δc f
/// δz = each δ times its activation's slope;  δU += hᵀ δz   δW += xᵀ δz   δb += δz   δh(before) = δz Uᵀ   δx = δz Wᵀ
/// </code>
/// Packed weights: rows of four gates, each padded to whole vectors of zeros, so that no loop has a remainder and padding stays 0.
/// </summary>
internal sealed unsafe class LstmKernel(Lstm layer, ParameterMemory inputWeights, ParameterMemory recurrentWeights, int features) : FusedKernel
{
    private readonly int _units = layer.Units;
    private readonly int _padded = Arena.Padded(layer.Units);
    private readonly int _gates = 4 * Arena.Padded(layer.Units);
    private readonly bool _hard = layer.RecurrentActivation == Activation.HardSigmoid;
    private readonly int _columns = features + (layer.UseBias ? 1 : 0);

    private float* _w, _u, _b, _dw, _du, _db;
    private float* _uT, _wT;
    private float* _z, _h, _c, _tanhC, _dh, _dc, _reversed, _dReversed;
    private int _samples, _steps;

    internal override int InputWidth => features;

    internal override int OutputWidth => _units;

    internal override long WeightNumbers => (long)(features + _units + 1) * _gates;

    /// <summary>The hidden state, rows of <see cref="FusedKernel.OutputStride"/>: before the first step.</summary>
    internal float* InitialHidden => _h;

    /// <summary>The cell state before the first step.</summary>
    internal float* InitialCell => _c;

    /// <summary>The hidden state after the last step.</summary>
    internal float* FinalHidden => _h + ((long)_steps * _samples * _padded);

    /// <summary>The cell state after the last step.</summary>
    internal float* FinalCell => _c + ((long)_steps * _samples * _padded);

    internal Lstm Layer => layer;

    internal override void Bind(float* weights, float* gradients)
    {
        _w = weights;
        _dw = gradients;
        _u = weights + ((long)features * _gates);
        _du = gradients + ((long)features * _gates);
        _b = _u + ((long)_units * _gates);
        _db = _du + ((long)_units * _gates);
    }

    internal override void LoadWeights()
    {
        var w = inputWeights.Start;
        var u = recurrentWeights.Start;
        for (var gate = 0; gate < 4; gate++)
        {
            for (var unit = 0; unit < _units; unit++)
            {
                var column = (gate * _padded) + unit;
                var row = w + ((long)((gate * _units) + unit) * _columns);
                for (var i = 0; i < features; i++)
                {
                    _w[((long)i * _gates) + column] = row[i];
                }
                _b[column] = layer.UseBias ? row[features] : 0;
                row = u + ((long)((gate * _units) + unit) * _units);
                for (var i = 0; i < _units; i++)
                {
                    _u[((long)i * _gates) + column] = row[i];
                }
            }
        }
    }

    internal override void StoreWeights()
    {
        var w = inputWeights.Start;
        var u = recurrentWeights.Start;
        for (var gate = 0; gate < 4; gate++)
        {
            for (var unit = 0; unit < _units; unit++)
            {
                var column = (gate * _padded) + unit;
                var row = w + ((long)((gate * _units) + unit) * _columns);
                for (var i = 0; i < features; i++)
                {
                    row[i] = _w[((long)i * _gates) + column];
                }
                if (layer.UseBias)
                {
                    row[features] = _b[column];
                }
                row = u + ((long)((gate * _units) + unit) * _units);
                for (var i = 0; i < _units; i++)
                {
                    row[i] = _u[((long)i * _gates) + column];
                }
            }
        }
    }

    internal override int OutputSteps(int inputSteps) => layer.ReturnSequences ? inputSteps : 1;

    internal override long ArenaNumbers(int samples, int steps, bool training)
    {
        var rows = (long)samples * steps;
        var state = Arena.RoundUp((rows + samples) * _padded);
        var numbers = Arena.RoundUp(rows * _gates) + (2 * state);
        if (layer.GoBackwards)
        {
            numbers += Arena.RoundUp(rows * Arena.Padded(features));
        }
        if (training)
        {
            numbers += Arena.RoundUp(rows * _padded)                             // tanh(c)
                + (2 * Arena.RoundUp((long)samples * _padded))                   // δh, δc
                + Arena.RoundUp((long)samples * OutputSteps(steps) * _padded)    // δ output
                + Arena.RoundUp((long)_gates * _padded)                          // Uᵀ
                + Arena.RoundUp((long)_gates * Arena.Padded(features))           // Wᵀ
                + (layer.GoBackwards ? Arena.RoundUp(rows * Arena.Padded(features)) : 0);
        }
        return numbers;
    }

    internal override void Layout(Arena arena, int samples, int steps, bool training)
    {
        (_samples, _steps) = (samples, steps);
        var rows = (long)samples * steps;
        _z = arena.Take(rows * _gates);
        _h = arena.Take((rows + samples) * _padded);
        _c = arena.Take((rows + samples) * _padded);
        _reversed = layer.GoBackwards ? arena.Take(rows * Arena.Padded(features)) : null;
        Output = layer.ReturnSequences ? _h + ((long)samples * _padded) : FinalHidden;
        _tanhC = null;
        if (training)
        {
            _tanhC = arena.Take(rows * _padded);
            _dh = arena.Take((long)samples * _padded);
            _dc = arena.Take((long)samples * _padded);
            OutputGradient = arena.Take((long)samples * OutputSteps(steps) * _padded);
            _uT = arena.Take((long)_gates * _padded);
            _wT = arena.Take((long)_gates * Arena.Padded(features));
            _dReversed = layer.GoBackwards ? arena.Take(rows * Arena.Padded(features)) : null;
        }
    }

    internal override void Forward(float* input, int stride)
    {
        var rows = _samples * _steps;
        if (layer.GoBackwards)
        {
            ReverseSteps(input, stride, _reversed, Arena.Padded(features));
            input = _reversed;
            stride = Arena.Padded(features);
        }
        // The input's part of every step at once.
        for (var r = 0; r < rows; r++)
        {
            Copy(_b, _z + ((long)r * _gates), _gates);
        }
        Gemm.Multiply(input, stride, 1, _w, _gates, _z, _gates, rows, features, _gates, add: true);
        for (var t = 0; t < _steps; t++)
        {
            var first = (long)t * _samples;
            Gemm.Multiply(_h + (first * _padded), _padded, 1, _u, _gates, _z + (first * _gates), _gates, _samples, _units, _gates, add: true);
            for (var r = first; r < first + _samples; r++)
            {
                StepForward(r);
            }
        }
    }

    internal override void Backward(float* input, int stride, float* inputGradient)
    {
        var rows = _samples * _steps;
        if (layer.GoBackwards)
        {
            input = _reversed;
            stride = Arena.Padded(features);
        }
        Transpose(_u, _units, _gates, _uT, _padded);
        new Span<float>(_dh, _samples * _padded).Clear();
        new Span<float>(_dc, _samples * _padded).Clear();
        for (var t = _steps - 1; t >= 0; t--)
        {
            var first = (long)t * _samples;
            var fromOutput = layer.ReturnSequences ? OutputGradient + (first * _padded) : t == _steps - 1 ? OutputGradient : null;
            for (var i = 0; i < _samples; i++)
            {
                StepBackward(first + i, i, fromOutput is null ? null : fromOutput + ((long)i * _padded));
            }
            if (t > 0)
            {
                Gemm.Multiply(_z + (first * _gates), _gates, 1, _uT, _padded, _dh, _padded, _samples, _gates, _padded, add: false);
            }
        }
        Gemm.Multiply(_h, 1, _padded, _z, _gates, _du, _gates, _units, rows, _gates, add: false);
        Gemm.Multiply(input, 1, stride, _z, _gates, _dw, _gates, features, rows, _gates, add: false);
        SumRows(_z, rows, _gates, _db);
        if (!layer.UseBias)
        {
            new Span<float>(_db, _gates).Clear();
        }
        if (inputGradient is not null)
        {
            var width = Arena.Padded(features);
            Transpose(_w, features, _gates, _wT, width);
            var target = layer.GoBackwards ? _dReversed : inputGradient;
            Gemm.Multiply(_z, _gates, 1, _wT, width, target, width, rows, _gates, width, add: false);
            if (layer.GoBackwards)
            {
                ReverseSteps(target, width, inputGradient, width);
            }
        }
    }

    private void StepForward(long row)
    {
        var width = Vector<float>.Count;
        var z = _z + (row * _gates);
        var cBefore = _c + (row * _padded);
        var c = _c + ((row + _samples) * _padded);
        var h = _h + ((row + _samples) * _padded);
        var tanhC = _tanhC is null ? null : _tanhC + (row * _padded);
        for (var u = 0; u < _padded; u += width)
        {
            var i = Gate(Vector.Load(z + u));
            var f = Gate(Vector.Load(z + _padded + u));
            var g = VectorMath.Tanh(Vector.Load(z + (2 * _padded) + u));
            var o = Gate(Vector.Load(z + (3 * _padded) + u));
            var next = Vector.FusedMultiplyAdd(f, Vector.Load(cBefore + u), i * g);
            var squashed = VectorMath.Tanh(next);
            next.Store(c + u);
            (o * squashed).Store(h + u);
            if (tanhC is not null)
            {
                i.Store(z + u);
                f.Store(z + _padded + u);
                g.Store(z + (2 * _padded) + u);
                o.Store(z + (3 * _padded) + u);
                squashed.Store(tanhC + u);
            }
        }
    }

    private void StepBackward(long row, int sample, float* fromOutput)
    {
        var width = Vector<float>.Count;
        var one = Vector<float>.One;
        var z = _z + (row * _gates);
        var cBefore = _c + (row * _padded);
        var tanhC = _tanhC + (row * _padded);
        var dh = _dh + ((long)sample * _padded);
        var dc = _dc + ((long)sample * _padded);
        for (var u = 0; u < _padded; u += width)
        {
            var i = Vector.Load(z + u);
            var f = Vector.Load(z + _padded + u);
            var g = Vector.Load(z + (2 * _padded) + u);
            var o = Vector.Load(z + (3 * _padded) + u);
            var squashed = Vector.Load(tanhC + u);
            var deltaH = Vector.Load(dh + u);
            if (fromOutput is not null)
            {
                deltaH += Vector.Load(fromOutput + u);
            }
            var deltaC = Vector.Load(dc + u) + (deltaH * o * (one - (squashed * squashed)));
            (deltaC * g * Slope(i)).Store(z + u);
            (deltaC * Vector.Load(cBefore + u) * Slope(f)).Store(z + _padded + u);
            (deltaC * i * (one - (g * g))).Store(z + (2 * _padded) + u);
            (deltaH * squashed * Slope(o)).Store(z + (3 * _padded) + u);
            (deltaC * f).Store(dc + u);
        }
    }

    private Vector<float> Gate(Vector<float> x) => _hard ? VectorMath.HardSigmoid(x) : VectorMath.Sigmoid(x);

    // The slope of the gates' activation, from its value. The hard one is flat where it was clipped.
    private Vector<float> Slope(Vector<float> gate) => _hard
        ? Vector.ConditionalSelect(
            Vector.BitwiseAnd(Vector.GreaterThan(gate, Vector<float>.Zero), Vector.LessThan(gate, Vector<float>.One)),
            new Vector<float>(0.2f),
            Vector<float>.Zero)
        : gate * (Vector<float>.One - gate);

    private void ReverseSteps(float* from, int fromStride, float* to, int toStride)
    {
        for (var t = 0; t < _steps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                var source = from + ((((long)(_steps - 1 - t) * _samples) + i) * fromStride);
                new ReadOnlySpan<float>(source, features).CopyTo(new Span<float>(to + ((((long)t * _samples) + i) * toStride), features));
            }
        }
    }

    private static void Copy(float* from, float* to, int length)
    {
        for (var k = 0; k < length; k += Vector<float>.Count)
        {
            Vector.Load(from + k).Store(to + k);
        }
    }

    /// <summary>The sums over rows of whole vectors.</summary>
    internal static void SumRows(float* rows, int count, int width, float* sums)
    {
        for (var k = 0; k < width; k += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var r = 0L; r < count; r++)
            {
                sum += Vector.Load(rows + (r * width) + k);
            }
            sum.Store(sums + k);
        }
    }

    /// <summary>A matrix (rows, columns) as (columns, rows), its rows padded.</summary>
    internal static void Transpose(float* from, int rows, int columns, float* to, int toStride)
    {
        for (var i = 0; i < rows; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                to[((long)j * toStride) + i] = from[((long)i * columns) + j];
            }
        }
    }
}
