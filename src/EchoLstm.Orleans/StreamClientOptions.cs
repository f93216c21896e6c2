namespace EchoLstm.Orleans;

/// <summary>How a <see cref="StreamClient"/> goes on after failures.</summary>
public sealed class StreamClientOptions
{
    /// <summary>How long a call is repeated while the cluster finds itself anew. <value>30 seconds</value></summary>
    public TimeSpan RetryFor { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for its answer before it is made again: a silo that ended without a word answers nothing, and Orleans
    /// itself waits for 30 seconds. <value>5 seconds</value></summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait before the first repetition; it doubles up to a second. <value>50 ms</value></summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How many steps are kept at most that the storage does not have yet. <value>10,000</value></summary>
    public int MostKept { get; init; } = 10_000;

    /// <summary>The clock. <value>the system's</value></summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
