namespace EchoLstm.Benchmarks.Measuring;

/// <summary>A workload that an engine holds ready.</summary>
internal interface IRun : IDisposable
{
    /// <summary>Runs so many steps; returns the seconds that they took.</summary>
    double Run(long steps);

    /// <summary>Managed bytes that a step allocates; null where the engine is not .NET's. Called after the warm-up.</summary>
    /// <param name="secondsPerStep">What a step takes, so that it can see how many it can afford.</param>
    double? AllocatedBytes(double secondsPerStep);
}
