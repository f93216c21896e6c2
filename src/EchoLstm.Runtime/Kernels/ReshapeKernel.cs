using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// Flatten and Reshape: the numbers of a sample in the same order, cut into rows of another length; backward they go back. A sample's rows
/// lie apart, as rows are time-major, so they are copied.
/// </summary>
internal sealed unsafe class ReshapeKernel<V>(int features, int units) : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly int _padded = Gemm<V>.Padded(units);
    private int _samples, _steps;

    internal override int InputWidth => features;

    internal override int OutputWidth => units;

    internal override int OutputStride => _padded;

    internal override int OutputSteps(int inputSteps) => checked((int)((long)inputSteps * features / units));

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps) = (shape.Samples, shape.Steps);
        var numbers = (long)_samples * OutputSteps(_steps) * _padded;
        Output = arena.Take(numbers);
        OutputGradient = shape.Training ? arena.Take(numbers) : null;
    }

    internal override void Forward(in InputRows input)
    {
        for (var i = 0; i < _samples; i++)
        {
            for (var place = 0L; place < (long)_steps * features;)
            {
                var length = RunAt(place);
                Rows.Copy(At(input.Start, i, place, features, input.Stride), At(Output, i, place, units, _padded), length);
                place += length;
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        for (var i = 0; i < _samples; i++)
        {
            for (var place = 0L; place < (long)_steps * features;)
            {
                var length = RunAt(place);
                var to = At(inputGradient, i, place, features, Gemm<V>.Padded(features));
                Rows.Copy(At(OutputGradient, i, place, units, _padded), to, length);
                place += length;
            }
        }
    }

    // How many numbers from this place on lie together on both sides.
    private int RunAt(long place) => (int)Math.Min(features - (place % features), units - (place % units));

    private float* At(float* rows, int sample, long place, int width, int stride) =>
        rows + ((((place / width) * _samples) + sample) * stride) + (place % width);
}
