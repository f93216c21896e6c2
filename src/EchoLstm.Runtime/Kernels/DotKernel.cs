using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Products of two values along an axis of each, summed: y(a, b) = Σ p(a, k) q(b, k), where p and q are the values, normalised n = x /
/// √max(Σ x², 1e-12) where that is asked for. Backward δp(a) = Σ δy(a, b) q(b) and so on; δx = (δn - n Σ n δn) / √Σ x².
/// </summary>
internal sealed unsafe class DotKernel<V> : MergeKernel
    where V : struct, ILanes<V>
{
    // Keras's.
    private const float Smallest = 1e-12f;

    private readonly Operand _first, _second;
    private readonly bool _normalizes, _returnsSteps;
    private int _samples;

    internal DotKernel(DotSettings settings, MergeInput[] inputs, bool returnsSteps, int units)
    {
        (_normalizes, _returnsSteps, OutputWidth, OutputStride) = (settings.Normalize, returnsSteps, units, Gemm<V>.Padded(units));
        _first = new Operand(inputs[0], MergeSettings.AxisOf(settings.FirstAxis, inputs[0].HasSteps ? 3 : 2)!.Value);
        _second = new Operand(inputs[1], MergeSettings.AxisOf(settings.SecondAxis, inputs[1].HasSteps ? 3 : 2)!.Value);
    }

    internal override int OutputWidth { get; }

    internal override int OutputStride { get; }

    internal override int OutputSteps(ReadOnlySpan<int> inputSteps) => _returnsSteps ? _first.Others(inputSteps[0]) : 1;

    internal override bool HasOutputMask(ReadOnlySpan<bool> masked) => false;

    internal override void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes)
    {
        _samples = shapes[0].Samples;
        _first.Layout(arena, shapes[0]);
        _second.Layout(arena, shapes[1]);
        var (rows, columns) = _returnsSteps ? (_first.Count, _second.Count) : (1, _first.Count * _second.Count);
        MergeMasks.ThrowUnlessEqual(_first.Length, _second.Length);
        MergeMasks.ThrowUnlessEqual(columns, OutputWidth);
        Output = arena.Take((long)_samples * rows * OutputStride);
        OutputGradient = shapes[0].Training ? arena.Take((long)_samples * rows * OutputStride) : null;
    }

    internal override void Forward(ReadOnlySpan<InputRows> inputs)
    {
        for (var i = 0; i < _samples; i++)
        {
            _first.Read(inputs[0], i, _samples, _normalizes);
            _second.Read(inputs[1], i, _samples, _normalizes);
            for (var a = 0; a < _first.Count; a++)
            {
                for (var b = 0; b < _second.Count; b++)
                {
                    var sum = V.Zero;
                    var p = _first.Row(a);
                    var q = _second.Row(b);
                    for (var k = 0; k < _first.Padded; k += V.Count)
                    {
                        sum = V.MultiplyAdd(V.Load(p + k), V.Load(q + k), sum);
                    }
                    Output[PlaceOf(i, a, b)] = sum.Sum();
                }
            }
        }
    }

    internal override void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient)
    {
        var (own, other) = input == 0 ? (_first, _second) : (_second, _first);
        for (var i = 0; i < _samples; i++)
        {
            own.Read(inputs[input], i, _samples, _normalizes);
            other.Read(inputs[1 - input], i, _samples, _normalizes);
            for (var a = 0; a < own.Count; a++)
            {
                new Span<float>(own.Slope, own.Padded).Clear();
                for (var b = 0; b < other.Count; b++)
                {
                    var delta = V.All(OutputGradient[input == 0 ? PlaceOf(i, a, b) : PlaceOf(i, b, a)]);
                    for (var k = 0; k < own.Padded; k += V.Count)
                    {
                        V.MultiplyAdd(delta, V.Load(other.Row(b) + k), V.Load(own.Slope + k)).Store(own.Slope + k);
                    }
                }
                own.GiveBack(gradient, a, i, _samples, _normalizes);
            }
        }
    }

    private long PlaceOf(int sample, int a, int b) => _returnsSteps
        ? ((((long)a * _samples) + sample) * OutputStride) + b
        : ((long)sample * OutputStride) + ((long)a * _second.Count) + b;

    /// <summary>One of the two: a sample's numbers as rows along the summed axis.</summary>
    private sealed class Operand(MergeInput input, int axis)
    {
        private readonly bool _sumsSteps = input.HasSteps && axis == 1;
        private int _steps;
        private float* _rows, _factors;

        /// <summary>How many rows.</summary>
        internal int Count => Others(_steps);

        /// <summary>The length of the summed axis.</summary>
        internal int Length => _sumsSteps ? _steps : input.Width;

        internal int Padded => Gemm<V>.Padded(Length);

        /// <summary>A row's gradient.</summary>
        internal float* Slope { get; private set; }

        internal float* Row(int place) => _rows + ((long)place * Padded);

        internal int Others(int steps) => _sumsSteps ? input.Width : input.HasSteps ? steps : 1;

        internal void Layout(Arena arena, in BatchShape shape)
        {
            _steps = shape.Steps;
            _rows = arena.Take((long)Count * Padded);
            _factors = arena.Take(Count);
            Slope = arena.Take(Padded);
        }

        internal void Read(in InputRows from, int sample, int samples, bool normalizes)
        {
            for (var row = 0; row < Count; row++)
            {
                var to = Row(row);
                for (var k = 0; k < Length; k++)
                {
                    to[k] = from.Start[Place(row, k, sample, samples, from.Stride)];
                }
                if (normalizes)
                {
                    var squares = V.Zero;
                    for (var k = 0; k < Padded; k += V.Count)
                    {
                        squares = V.MultiplyAdd(V.Load(to + k), V.Load(to + k), squares);
                    }
                    var square = squares.Sum();
                    // Below the smallest nothing depends on the length.
                    _factors[row] = square < Smallest ? -1 / MathF.Sqrt(Smallest) : 1 / MathF.Sqrt(square);
                    Rows<V>.Scale(to, Math.Abs(_factors[row]), to, Padded);
                }
            }
        }

        internal void GiveBack(float* gradient, int row, int sample, int samples, bool normalizes)
        {
            if (normalizes)
            {
                var along = V.Zero;
                for (var k = 0; k < Padded && _factors[row] > 0; k += V.Count)
                {
                    along = V.MultiplyAdd(V.Load(Slope + k), V.Load(Row(row) + k), along);
                }
                var share = V.All(along.Sum());
                for (var k = 0; k < Padded; k += V.Count)
                {
                    (V.Load(Slope + k) - (share * V.Load(Row(row) + k))).Store(Slope + k);
                }
                Rows<V>.Scale(Slope, Math.Abs(_factors[row]), Slope, Padded);
            }
            for (var k = 0; k < Length; k++)
            {
                gradient[Place(row, k, sample, samples, Gemm<V>.Padded(input.Width))] = Slope[k];
            }
        }

        private static long At(int step, int sample, int samples, int stride, int unit) =>
            ((((long)step * samples) + sample) * stride) + unit;

        private long Place(int row, int k, int sample, int samples, int stride) =>
            _sumsSteps ? At(k, sample, samples, stride, row) : At(input.HasSteps ? row : 0, sample, samples, stride, k);
    }
}
