using System.Diagnostics;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Own;

/// <summary>Training by <see cref="Model.Fit"/> without output. Each epoch is one batch: a step is an epoch.</summary>
internal sealed class FitRun : IRun
{
    private const int FewBatches = 1;
    private const int MostBatches = 128;
    private const double CountingSeconds = 0.1;
    private const double AffordableSeconds = 3;

    private readonly Workload _workload;
    private readonly Model _model;
    private readonly Tensor _x;
    private readonly Tensor _y;

    internal FitRun(Workload workload, EngineKind engine)
    {
        _workload = workload;
        _model = OwnModel.Create(workload, engine);
        (_x, _y) = OwnModel.Data(workload);
    }

    public double Run(long steps)
    {
        var start = Stopwatch.GetTimestamp();
        Fit(checked((int)steps));
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>An epoch of so many batches, without what is done once a fit.</summary>
    internal void Fit(int epochs) => Fit(_x, _y, epochs, shuffle: !_workload.HasClasses);

    /// <summary>What one more batch in an epoch allocates: a fit's own tensors and its history are made once, whatever the number of batches.</summary>
    public double? AllocatedBytes(double secondsPerStep)
    {
        if (secondsPerStep > AffordableSeconds)
        {
            return AllocationMeter.Least(() => Fit(1), tries: 1);
        }
        var many = (int)Math.Clamp(CountingSeconds / secondsPerStep, 2 * FewBatches, MostBatches);
        return (double)(BytesOf(many) - BytesOf(FewBatches)) / (many - FewBatches);
    }

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _model.Dispose();
    }

    private void Fit(Tensor x, Tensor y, int epochs, bool shuffle)
    {
        if (_workload.Kind == WorkloadKind.Seq2Seq)
        {
            _model.Fit([x, y], [y], epochs, _workload.Batch, verbose: 0, shuffle: shuffle);
            return;
        }
        _model.Fit(x, y, epochs, _workload.Batch, verbose: 0, shuffle: shuffle);
    }

    private long BytesOf(int batches)
    {
        var (x, y) = OwnModel.Data(_workload, batches);
        using (x)
        using (y)
        {
            return AllocationMeter.Least(() => Fit(x, y, epochs: 1, shuffle: false));
        }
    }
}
