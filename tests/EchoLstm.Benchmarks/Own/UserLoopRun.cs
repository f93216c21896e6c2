using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Own;

/// <summary>The library's Lstm in a loop as TorchSharp's users write it: forward, loss, backward, Torch's Adam.</summary>
internal sealed class UserLoopRun : CallRun
{
    private readonly Tensor _x;
    private readonly Tensor _y;
    private readonly Lstm _lstm;
    private readonly optim.Optimizer _optimizer;

    internal UserLoopRun(Workload workload)
    {
        (_x, _y) = OwnModel.Data(workload);
        _lstm = new Lstm(workload.Units, returnSequences: true) { Seed = OwnModel.Seed };
        _lstm.Build(new Shape(null, workload.Steps, workload.Features));
        _optimizer = optim.Adam(_lstm.parameters());
    }

    internal override void Step()
    {
        using var scope = NewDisposeScope();
        _optimizer.zero_grad();
        var loss = nn.functional.mse_loss(_lstm.call(_x), _y);
        loss.backward();
        _optimizer.step();
        _ = loss.item<float>();
    }

    public override void Dispose()
    {
        _optimizer.Dispose();
        _lstm.Dispose();
        _x.Dispose();
        _y.Dispose();
    }
}
