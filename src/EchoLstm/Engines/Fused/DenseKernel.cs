using System.Numerics;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The fully connected layer on every row: y = activation(x W + b); δz = δy times the activation's slope, δW = xᵀ δz, δb = Σ δz, δx = δz Wᵀ.
/// TimeDistributed(Dense) is the same, as each step is a row.
/// </summary>
internal sealed unsafe class DenseKernel(Dense layer, ParameterMemory kernel, ParameterMemory? bias, int features) : FusedKernel
{
    private readonly int _units = layer.Units;
    private readonly int _padded = Arena.Padded(layer.Units);

    private float* _w, _b, _dw, _db, _wT;
    private int _rows;

    internal override int InputWidth => features;

    internal override int OutputWidth => _units;

    internal override long WeightNumbers => (long)(features + 1) * _padded;

    internal override void Bind(float* weights, float* gradients)
    {
        _w = weights;
        _dw = gradients;
        _b = weights + ((long)features * _padded);
        _db = gradients + ((long)features * _padded);
    }

    internal override void LoadWeights()
    {
        var w = kernel.Start; // (units, features)
        for (var unit = 0; unit < _units; unit++)
        {
            for (var i = 0; i < features; i++)
            {
                _w[((long)i * _padded) + unit] = w[((long)unit * features) + i];
            }
        }
        if (bias is not null)
        {
            new ReadOnlySpan<float>(bias.Start, _units).CopyTo(new Span<float>(_b, _units));
        }
    }

    internal override void StoreWeights()
    {
        var w = kernel.Start;
        for (var unit = 0; unit < _units; unit++)
        {
            for (var i = 0; i < features; i++)
            {
                w[((long)unit * features) + i] = _w[((long)i * _padded) + unit];
            }
        }
        if (bias is not null)
        {
            new ReadOnlySpan<float>(_b, _units).CopyTo(new Span<float>(bias.Start, _units));
        }
    }

    internal override long ArenaNumbers(int samples, int steps, bool training)
    {
        var output = Arena.RoundUp((long)samples * steps * _padded);
        return training ? (2 * output) + Arena.RoundUp((long)_padded * Arena.Padded(features)) : output;
    }

    internal override void Layout(Arena arena, int samples, int steps, bool training)
    {
        _rows = samples * steps;
        Output = arena.Take((long)_rows * _padded);
        if (training)
        {
            OutputGradient = arena.Take((long)_rows * _padded);
            _wT = arena.Take((long)_padded * Arena.Padded(features));
        }
    }

    internal override void Forward(float* input, int stride)
    {
        for (var r = 0L; r < _rows; r++)
        {
            new ReadOnlySpan<float>(_b, _padded).CopyTo(new Span<float>(Output + (r * _padded), _padded));
        }
        Gemm.Multiply(input, stride, 1, _w, _padded, Output, _padded, _rows, features, _padded, add: true);
        if (layer.Activation == Activation.Softmax)
        {
            for (var r = 0L; r < _rows; r++)
            {
                Softmax(Output + (r * _padded));
            }
        }
        else if (layer.Activation != Activation.Linear)
        {
            Activate(Output, (long)_rows * _padded);
        }
    }

    internal override void Backward(float* input, int stride, float* inputGradient)
    {
        switch (layer.Activation)
        {
            case Activation.Linear:
                break;
            case Activation.Softmax:
                for (var r = 0L; r < _rows; r++)
                {
                    SoftmaxBackward(Output + (r * _padded), OutputGradient + (r * _padded));
                }
                break;
            default:
                Slopes(Output, OutputGradient, (long)_rows * _padded);
                break;
        }
        Gemm.Multiply(input, 1, stride, OutputGradient, _padded, _dw, _padded, features, _rows, _padded, add: false);
        if (bias is not null)
        {
            LstmKernel.SumRows(OutputGradient, _rows, _padded, _db);
        }
        if (inputGradient is not null)
        {
            var width = Arena.Padded(features);
            LstmKernel.Transpose(_w, features, _padded, _wT, width);
            Gemm.Multiply(OutputGradient, _padded, 1, _wT, width, inputGradient, width, _rows, _padded, width, add: false);
        }
    }

    private void Activate(float* values, long count)
    {
        for (var k = 0L; k < count; k += Vector<float>.Count)
        {
            var x = Vector.Load(values + k);
            var y = layer.Activation switch
            {
                Activation.Relu => Vector.Max(x, Vector<float>.Zero),
                Activation.Tanh => VectorMath.Tanh(x),
                Activation.Sigmoid => VectorMath.Sigmoid(x),
                _ => VectorMath.HardSigmoid(x),
            };
            y.Store(values + k);
        }
    }

    private void Slopes(float* outputs, float* gradients, long count)
    {
        var (zero, one) = (Vector<float>.Zero, Vector<float>.One);
        for (var k = 0L; k < count; k += Vector<float>.Count)
        {
            var y = Vector.Load(outputs + k);
            var slope = layer.Activation switch
            {
                Activation.Relu => Vector.ConditionalSelect(Vector.GreaterThan(y, zero), one, zero),
                Activation.Tanh => one - (y * y),
                Activation.Sigmoid => y * (one - y),
                _ => Vector.ConditionalSelect(Vector.BitwiseAnd(Vector.GreaterThan(y, zero), Vector.LessThan(y, one)), new Vector<float>(0.2f), zero),
            };
            (Vector.Load(gradients + k) * slope).Store(gradients + k);
        }
    }

    // Scalar at the ends: the padding must not enter maximum and sum.
    private void Softmax(float* row)
    {
        var largest = row[0];
        for (var k = 1; k < _units; k++)
        {
            largest = MathF.Max(largest, row[k]);
        }
        var width = Vector<float>.Count;
        var shift = new Vector<float>(largest);
        for (var k = 0; k < _padded; k += width)
        {
            VectorMath.Exp(Vector.Load(row + k) - shift).Store(row + k);
        }
        new Span<float>(row + _units, _padded - _units).Clear();
        var sum = Vector<float>.Zero;
        for (var k = 0; k < _padded; k += width)
        {
            sum += Vector.Load(row + k);
        }
        var scale = new Vector<float>(1 / Vector.Sum(sum));
        for (var k = 0; k < _padded; k += width)
        {
            (Vector.Load(row + k) * scale).Store(row + k);
        }
    }

    // δz = y (δy - Σ δy y)
    private void SoftmaxBackward(float* row, float* gradient)
    {
        var width = Vector<float>.Count;
        var product = Vector<float>.Zero;
        for (var k = 0; k < _padded; k += width)
        {
            product = Vector.FusedMultiplyAdd(Vector.Load(row + k), Vector.Load(gradient + k), product);
        }
        var total = new Vector<float>(Vector.Sum(product));
        for (var k = 0; k < _padded; k += width)
        {
            (Vector.Load(row + k) * (Vector.Load(gradient + k) - total)).Store(gradient + k);
        }
    }
}
