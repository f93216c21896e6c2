using System.Diagnostics;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>A step is one call of an action.</summary>
internal abstract class CallRun : IRun
{
    private const int CountedCalls = 100;
    private const double AffordableSeconds = 0.5;

    public double Run(long steps)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0L; i < steps; i++)
        {
            Step();
        }
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public double? AllocatedBytes(double secondsPerStep)
    {
        var calls = (int)Math.Clamp(AffordableSeconds / secondsPerStep, 1, CountedCalls);
        var bytes = AllocationMeter.Least(() =>
        {
            for (var i = 0; i < calls; i++)
            {
                Step();
            }
        });
        return (double)bytes / calls;
    }

    internal abstract void Step();

    public abstract void Dispose();
}
