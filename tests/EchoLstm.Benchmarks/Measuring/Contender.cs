using EchoLstm.Benchmarks.Workloads;

namespace EchoLstm.Benchmarks.Measuring;

/// <summary>An engine that can run the workloads.</summary>
internal abstract class Contender : IDisposable
{
    /// <summary>Its name in tables and files.</summary>
    internal abstract string Name { get; }

    /// <summary>How long it runs before it is timed: a compiler that works while the program runs needs its time.</summary>
    internal virtual double WarmUpSeconds => 0.3;

    /// <summary>By what the time steps are divided where a whole step would take minutes; the time is then multiplied by it.</summary>
    internal virtual int Divisor(Workload workload) => 1;

    /// <summary>Why it can't run here; null if it can.</summary>
    internal virtual string? Missing() => null;

    /// <summary>Whether it knows the work.</summary>
    internal virtual bool Knows(Workload workload) => true;

    internal abstract IRun Open(Workload workload);

    public virtual void Dispose()
    {
    }
}
