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
/// <param name="Layer">The recurrent layer.</param>
internal sealed record Workload(
    string Name, WorkloadKind Kind, int Batch, int Steps, int Features, int Units, int Outputs, int StepsOut, RecurrentForm Layer = RecurrentForm.Lstm)
{
    internal bool Trains => Kind is not (WorkloadKind.Stream or WorkloadKind.Predict);

    internal bool IsFit => Trains && Kind != WorkloadKind.Alone;

    /// <summary>Inputs and targets are one-hot, and the state goes on from batch to batch.</summary>
    internal bool HasClasses => Kind is WorkloadKind.Echo or WorkloadKind.EncoderDecoder;

    /// <summary>Whether the peers in processes of their own have it: an LSTM, or one behind another.</summary>
    internal bool IsOfPeers => Layer == RecurrentForm.Lstm && Kind != WorkloadKind.Seq2Seq;

    /// <summary>How many steps of a sample are there where <see cref="Layer"/> is masked: half of them over the batch.</summary>
    internal int LengthOf(int sample) => Layer == RecurrentForm.MaskedLstm ? Math.Max(1, Steps * (sample + 1) / Batch) : Steps;

    /// <summary>The same with fewer time steps, for an engine that would need minutes.</summary>
    internal Workload Shortened(int divisor) => this with { Steps = Steps / divisor, StepsOut = StepsOut / divisor };

    /// <summary>The request that opens it in a peer's process.</summary>
    internal string Request()
    {
        var kind = Kind == WorkloadKind.EncoderDecoder ? "encoder-decoder" : Kind.ToString().ToLowerInvariant();
        return $"open {kind} {Batch} {Steps} {Features} {Units} {Outputs} {StepsOut}";
    }
}
