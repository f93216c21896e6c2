using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples;

/// <summary>Small networks that differ in their seed alone; their mean is nearer to the truth than most of them.</summary>
internal sealed class SunspotNetworks : IDisposable
{
    internal const int Count = 3, BatchSize = 32;

    private readonly SequentialModel[] _models;

    internal SunspotNetworks(int past, int seed)
    {
        _models = new SequentialModel[Count];
        for (var i = 0; i < Count; i++)
        {
            var lstm = new Lstm(16) { KernelRegularizer = Regularizer.L2(0.001), RecurrentRegularizer = Regularizer.L2(0.001) };
            // The frames' targets have a time axis, of one step.
            _models[i] = new SequentialModel(lstm, new Dense(2), new Reshape(1, 2)) { Seed = seed + i };
            _models[i].Build(past, 2);
            _models[i].Compile(Loss.MeanSquaredError(), new Adam(learningRate: 0.003));
        }
    }

    internal SequentialModel First => _models[0];

    /// <summary>Trains each until its validation loss has not got better for ten epochs, and goes on with its best weights.</summary>
    internal History[] Train(float[,,] x, float[,,] y, (float[,,] X, float[,,] Y) validation, int epochs, int verbose)
    {
        var histories = new History[Count];
        var folder = Directory.CreateTempSubdirectory("sunspots-");
        try
        {
            for (var i = 0; i < Count; i++)
            {
                var best = new ModelCheckpoint(Path.Combine(folder.FullName, $"network {i + 1}.safetensors"), saveBestOnly: true);
                histories[i] = _models[i].Fit(
                    x, y, epochs, BatchSize, verbose, validationData: validation, callbacks: [new EarlyStopping(patience: 10), best]);
                _models[i].Dispose();
                _models[i] = SequentialModel.Load(best.LastPath!);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return histories;
    }

    /// <summary>The next month after each window, (windows, 1, 2).</summary>
    internal float[,,] Predict(float[,,] windows) => Mean(model => model.Predict<float[,,]>(windows));

    /// <summary>The months after one window, (1, months, 2), each from the ones predicted before it.</summary>
    internal float[,,] Forecast(float[,,] window, int months) => Mean(model =>
    {
        using var forecast = model.Forecast(window, months);
        var array = new float[1, months, 2];
        Buffer.BlockCopy(forecast.data<float>().ToArray(), 0, array, 0, array.Length * sizeof(float));
        return array;
    });

    public void Dispose()
    {
        foreach (var model in _models)
        {
            model.Dispose();
        }
    }

    private float[,,] Mean(Func<SequentialModel, float[,,]> predict)
    {
        var all = Array.ConvertAll(_models, model => predict(model));
        var mean = new float[all[0].GetLength(0), all[0].GetLength(1), all[0].GetLength(2)];
        for (var i = 0; i < mean.GetLength(0); i++)
        {
            for (var step = 0; step < mean.GetLength(1); step++)
            {
                for (var feature = 0; feature < mean.GetLength(2); feature++)
                {
                    mean[i, step, feature] = all.Average(one => one[i, step, feature]);
                }
            }
        }
        return mean;
    }
}
