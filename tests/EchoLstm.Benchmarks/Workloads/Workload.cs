namespace EchoLstm.Benchmarks.Workloads;

/// <summary>What every engine is timed at: a step of it, on data of these sizes.</summary>
/// <param name="Name">Its name in tables and files: batch x steps x features - units.</param>
/// <param name="Kind">What a step does.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Steps">Time steps of a sample.</param>
/// <param name="Features">Features of a time step.</param>
/// <param name="Units">Units of each LSTM.</param>
/// <param name="Outputs">Numbers of an output row.</param>
/// <param name="StepsOut">Output rows of a sample.</param>
internal sealed record Workload(string Name, WorkloadKind Kind, int Batch, int Steps, int Features, int Units, int Outputs, int StepsOut)
{
    internal bool Trains => Kind is not (WorkloadKind.Stream or WorkloadKind.Predict);

    internal bool IsFit => Trains && Kind != WorkloadKind.Alone;

    /// <summary>Inputs and targets are one-hot, and the state goes on from batch to batch.</summary>
    internal bool HasClasses => Kind is WorkloadKind.Echo or WorkloadKind.EncoderDecoder;

    /// <summary>The same with fewer time steps, for an engine that would need minutes.</summary>
    internal Workload Shortened(int divisor) => this with { Steps = Steps / divisor, StepsOut = StepsOut / divisor };

    /// <summary>The request that opens it in a peer's process.</summary>
    internal string Request()
    {
        var kind = Kind == WorkloadKind.EncoderDecoder ? "encoder-decoder" : Kind.ToString().ToLowerInvariant();
        return $"open {kind} {Batch} {Steps} {Features} {Units} {Outputs} {StepsOut}";
    }
}
