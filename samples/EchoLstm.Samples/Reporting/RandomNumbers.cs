using EchoLstm.Data;

namespace EchoLstm.Samples.Reporting;

/// <summary>Random numbers of [0, 1): one seed gives the same ones on every machine.</summary>
internal static class RandomNumbers
{
    private const int Steps = 1 << 24;

    internal static float[,,] Uniform(RandomSequence source, int samples, int steps, int features)
    {
        var numbers = new float[samples, steps, features];
        var drawn = source.Next(numbers.Length, Steps);
        Buffer.BlockCopy(Array.ConvertAll(drawn, number => (float)number / Steps), 0, numbers, 0, numbers.Length * sizeof(float));
        return numbers;
    }
}
