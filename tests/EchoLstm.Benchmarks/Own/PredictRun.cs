using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Own;

/// <summary>A prediction of whole sequences, tensor in and tensor out.</summary>
internal sealed class PredictRun : CallRun
{
    private readonly SequentialModel _model;
    private readonly Tensor _x;

    internal PredictRun(Workload workload, EngineKind engine)
    {
        _model = OwnModel.Create(workload, engine);
        (_x, var y) = OwnModel.Data(workload);
        y.Dispose();
    }

    internal override void Step() => _model.Predict(_x).Dispose();

    public override void Dispose()
    {
        _x.Dispose();
        _model.Dispose();
    }
}
