using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>Rows side by side: y = [x₀, x₁, …]; each δx is its piece of δy.</summary>
internal sealed unsafe class ConcatenateKernel<V> : MergeKernel
    where V : struct, ILanes<V>
{
    private readonly MergeInput[] _inputs;
    private readonly int[] _steps, _places;
    private int _samples;
    private long _rows;
    private byte* _used;

    internal ConcatenateKernel(MergeInput[] inputs)
    {
        (_inputs, _steps, _places) = (inputs, new int[inputs.Length], new int[inputs.Length]);
        for (var i = 1; i < inputs.Length; i++)
        {
            _places[i] = checked(_places[i - 1] + inputs[i - 1].Width);
        }
        OutputWidth = checked(_places[^1] + inputs[^1].Width);
        OutputStride = Gemm<V>.Padded(OutputWidth);
    }

    internal override int OutputWidth { get; }

    internal override int OutputStride { get; }

    internal override int OutputSteps(ReadOnlySpan<int> inputSteps) => inputSteps[0];

    internal override bool HasOutputMask(ReadOnlySpan<bool> masked) => masked.Contains(true);

    internal override void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes)
    {
        var masked = false;
        for (var i = 0; i < shapes.Length; i++)
        {
            _steps[i] = shapes[i].Steps;
            masked |= shapes[i].Masked;
            MergeMasks.ThrowUnlessEqual(_steps[i], _steps[0]);
        }
        (_samples, _rows) = (shapes[0].Samples, shapes[0].Rows);
        Output = arena.Take(_rows * OutputStride);
        OutputGradient = shapes[0].Training ? arena.Take(_rows * OutputStride) : null;
        _used = masked ? arena.TakeBytes(_rows) : null;
    }

    internal override void Forward(ReadOnlySpan<InputRows> inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            Rows.Copy(inputs[i].Start, inputs[i].Stride, Output + _places[i], OutputStride, _rows, _inputs[i].Width);
        }
        OutputMask = MergeMasks.All(inputs, _steps, _samples, _steps[0], _used);
    }

    internal override void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient) => Rows.Copy(
        OutputGradient + _places[input], OutputStride, gradient, Gemm<V>.Padded(_inputs[input].Width), _rows, _inputs[input].Width);
}

/// <summary>Steps behind each other: those of x₀, then those of x₁, and so on; each δx is its steps of δy. Masks are put together too.</summary>
internal sealed unsafe class ConcatenateStepsKernel<V>(MergeInput[] inputs) : MergeKernel
    where V : struct, ILanes<V>
{
    private readonly long[] _places = new long[inputs.Length + 1]; // the first row of each
    private byte* _used;

    internal override int OutputWidth => inputs[0].Width;

    internal override int OutputStride => Gemm<V>.Padded(OutputWidth);

    internal override int OutputSteps(ReadOnlySpan<int> inputSteps)
    {
        var sum = 0;
        foreach (var steps in inputSteps)
        {
            sum = checked(sum + steps);
        }
        return sum;
    }

    internal override bool HasOutputMask(ReadOnlySpan<bool> masked) => masked.Contains(true);

    internal override void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes)
    {
        var masked = false;
        for (var i = 0; i < shapes.Length; i++)
        {
            _places[i + 1] = _places[i] + shapes[i].Rows;
            masked |= shapes[i].Masked;
        }
        Output = arena.Take(_places[^1] * OutputStride);
        OutputGradient = shapes[0].Training ? arena.Take(_places[^1] * OutputStride) : null;
        _used = masked ? arena.TakeBytes(_places[^1]) : null;
    }

    internal override void Forward(ReadOnlySpan<InputRows> inputs)
    {
        for (var i = 0; i < inputs.Length; i++)
        {
            var (first, count) = (_places[i], _places[i + 1] - _places[i]);
            Rows.Copy(inputs[i].Start, inputs[i].Stride, Output + (first * OutputStride), OutputStride, count, OutputWidth);
            for (var r = 0L; r < count && _used is not null; r++)
            {
                _used[first + r] = inputs[i].Mask is null ? (byte)1 : inputs[i].Mask[r];
            }
        }
        OutputMask = _used;
    }

    internal override void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient)
    {
        var (first, count) = (_places[input], _places[input + 1] - _places[input]);
        Rows.Copy(OutputGradient + (first * OutputStride), OutputStride, gradient, OutputStride, count, OutputWidth);
    }
}
