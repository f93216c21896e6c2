using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Own;

/// <summary>A loop as TorchSharp's users write it: forward, loss, backward, Torch's Adam. The layer is the library's Lstm, or Torch's own.</summary>
internal sealed class UserLoopRun : CallRun
{
    private readonly Tensor _x;
    private readonly Tensor _y;
    private readonly nn.Module _module;
    private readonly Func<Tensor> _forward;
    private readonly optim.Optimizer _optimizer;

    internal UserLoopRun(Workload workload, EngineKind engine)
    {
        (_x, _y) = OwnModel.Data(workload);
        if (engine == EngineKind.Torch)
        {
            var lstm = nn.LSTM(workload.Features, workload.Units, batchFirst: true);
            (_module, _forward) = (lstm, () => lstm.call(_x).Item1);
        }
        else
        {
            var lstm = new Lstm(workload.Units, returnSequences: true) { Seed = 1 };
            lstm.Build(new Shape(null, workload.Steps, workload.Features));
            (_module, _forward) = (lstm, () => lstm.call(_x));
        }
        _optimizer = optim.Adam(_module.parameters());
    }

    internal override void Step()
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = nn.functional.mse_loss(_forward(), _y);
        loss.backward();
        _optimizer.step();
        _ = loss.item<float>();
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        _module.Dispose();
        _x.Dispose();
        _y.Dispose();
    }
}
