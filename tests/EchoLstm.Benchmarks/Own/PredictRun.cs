using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Own;

/// <summary>A prediction of whole sequences, from memory into memory.</summary>
internal sealed class PredictRun : CallRun
{
    private readonly Model _model;
    private readonly float[] _x, _y;
    private readonly int _samples;

    internal PredictRun(Workload workload, EngineKind engine)
    {
        _model = OwnModel.Create(workload, engine);
        var (x, y) = OwnModel.Data(workload);
        using (x)
        using (y)
        {
            _x = x.data<float>().ToArray();
            _y = y.data<float>().ToArray();
            _samples = (int)x.shape[0];
        }
    }

    internal override void Step() => _model.Predict(_x, _y, _samples);

    public override void Dispose() => _model.Dispose();
}
