using Orleans;

namespace EchoLstm.Orleans;

/// <summary>A stream was sent another step than the next one.</summary>
[GenerateSerializer]
[Alias("EchoLstm.StreamStepException")]
public sealed class StreamStepException : Exception
{
    /// <summary>Says what was sent and what is expected.</summary>
    /// <param name="stream">The stream's key.</param>
    /// <param name="number">The step that was sent.</param>
    /// <param name="expected">The step that the stream reads next.</param>
    public StreamStepException(string stream, long number, long expected)
        : base(number < expected
            ? FormattableString.Invariant($"The stream {stream} has read step {number} already and reads step {expected} next.")
            : FormattableString.Invariant(
                $"The stream {stream} reads step {expected} next but was sent step {number}. What a silo that ended had not written went ")
                + FormattableString.Invariant($"with it: send the steps from {expected} on again."))
        => Expected = expected;

    /// <summary>The number of the step that the stream reads next.</summary>
    [Id(0)]
    public long Expected { get; private set; }
}
