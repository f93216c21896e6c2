using System.Numerics;

namespace EchoLstm.Engines.Fused;

/// <summary>Copies each sample's vector to every step; backward sums over the steps.</summary>
internal sealed unsafe class RepeatVectorKernel(int n, int features) : FusedKernel
{
    private readonly int _padded = Arena.Padded(features);
    private int _samples;

    internal override int InputWidth => features;

    internal override int OutputWidth => features;

    internal override int OutputSteps(int inputSteps) => n;

    internal override long ArenaNumbers(int samples, int steps, bool training) => (training ? 2 : 1) * Arena.RoundUp((long)samples * n * _padded);

    internal override void Layout(Arena arena, int samples, int steps, bool training)
    {
        _samples = samples;
        Output = arena.Take((long)samples * n * _padded);
        OutputGradient = training ? arena.Take((long)samples * n * _padded) : null;
    }

    internal override void Forward(float* input, int stride)
    {
        for (var r = 0L; r < (long)_samples * n; r++)
        {
            new ReadOnlySpan<float>(input + (r % _samples * stride), features).CopyTo(new Span<float>(Output + (r * _padded), features));
        }
    }

    internal override void Backward(float* input, int stride, float* inputGradient)
    {
        if (inputGradient is null)
        {
            return;
        }
        for (var i = 0L; i < _samples; i++)
        {
            for (var k = 0; k < _padded; k += Vector<float>.Count)
            {
                var sum = Vector<float>.Zero;
                for (var t = 0L; t < n; t++)
                {
                    sum += Vector.Load(OutputGradient + (((t * _samples) + i) * _padded) + k);
                }
                sum.Store(inputGradient + (i * _padded) + k);
            }
        }
    }
}
