using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Benchmarks.Own;

/// <summary>The next time step of a sequence that never ends.</summary>
internal sealed class StreamRun : CallRun
{
    private readonly Model _model;
    private readonly ModelStepper _stepper;
    private readonly float[] _input, _output;

    internal StreamRun(Workload workload, EngineKind engine)
    {
        _model = OwnModel.Create(workload, engine);
        _stepper = _model.OpenStream(workload.Batch);
        _input = new float[workload.Batch * workload.Features];
        Array.Fill(_input, 0.5f);
        _output = new float[_stepper.OutputLength];
    }

    internal override void Step() => _stepper.Step(_input, _output);

    public override void Dispose()
    {
        _stepper.Dispose();
        _model.Dispose();
    }
}
