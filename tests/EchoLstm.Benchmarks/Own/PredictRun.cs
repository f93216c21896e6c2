using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Workloads;
using EchoLstm.Models;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Benchmarks.Own;

/// <summary>A prediction of whole sequences.</summary>
internal sealed class PredictRun : CallRun
{
    private readonly Model _model;
    private readonly CallForm _form;
    private readonly Tensor _tensor;
    private readonly float[] _x, _y;
    private readonly float[,,] _array;
    private readonly int _samples;

    internal PredictRun(Workload workload, EngineKind engine, CallForm form)
    {
        _model = OwnModel.Create(workload, engine);
        _form = form;
        (_tensor, var y) = OwnModel.Data(workload);
        using (y)
        {
            _x = _tensor.data<float>().ToArray();
            _y = y.data<float>().ToArray();
        }
        _samples = (int)_tensor.shape[0];
        _array = new float[_samples, workload.Steps, workload.Features];
        Buffer.BlockCopy(_x, 0, _array, 0, _x.Length * sizeof(float));
    }

    internal override void Step()
    {
        switch (_form)
        {
            case CallForm.Tensors:
                _model.Predict(_tensor).Dispose();
                break;
            case CallForm.Arrays:
                _ = _model.Predict<float[,,]>(_array);
                break;
            default:
                _model.Predict(_x, _y, _samples);
                break;
        }
    }

    public override void Dispose()
    {
        _model.Dispose();
        _tensor.Dispose();
    }
}
