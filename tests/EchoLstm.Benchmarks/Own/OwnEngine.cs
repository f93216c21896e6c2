using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Peers;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Own;

/// <summary>One of the library's engines.</summary>
internal sealed class OwnEngine(string name, EngineKind kind, CallForm form = CallForm.Memory) : Contender
{
    internal const string Fused = "fused";
    internal const string FusedTensors = "fused-tensors";
    internal const string FusedArrays = "fused-arrays";
    internal const string Torch = "torch";

    // The runtime compiles again what runs often, in the background: until then the loops are slow.
    private const double FusedWarmUpSeconds = 1.2;
    private const double TorchWarmUpSeconds = 0.6;

    internal override string Name => name;

    internal override double WarmUpSeconds => kind == EngineKind.Torch ? TorchWarmUpSeconds : FusedWarmUpSeconds;

    internal override bool Knows(Workload workload) => form == CallForm.Memory || workload.Kind == WorkloadKind.Predict;

    internal override IRun Open(Workload workload) => workload.Kind switch
    {
        WorkloadKind.Stream => new StreamRun(workload, kind),
        WorkloadKind.Predict => new PredictRun(workload, kind, form),
        // A layer outside of a model has no engine to choose: Torch's is nn.LSTM.
        WorkloadKind.Alone => kind == EngineKind.Torch ? new TorchSharpPeer.Training(workload) : new UserLoopRun(workload),
        _ => new FitRun(workload, kind),
    };
}
