using System.Globalization;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Samples.Reporting;
using EchoLstm.Training;

namespace EchoLstm.Samples.Sunspots;

/// <summary>Small networks that differ in their seed alone; their mean is nearer to the truth than most of them.</summary>
internal sealed class SunspotForecaster : IDisposable
{
    internal const int Networks = 3, Units = 16, BatchSize = 32;
    private const int Patience = 10;
    private const double Penalty = 0.001, LearningRate = 0.003;

    private readonly SequentialModel[] _models;

    internal SunspotForecaster(int seed)
    {
        _models = [.. Enumerable.Range(seed, Networks).Select(Build)];
    }

    /// <summary>The first network.</summary>
    internal SequentialModel First => _models[0];

    /// <summary>Trains each until its validation loss has not got better for ten epochs, and goes on with its best weights, which are in the folder then.</summary>
    internal IReadOnlyList<History> Train(SunspotData data, int epochs, int verbose, string folder)
    {
        var histories = new List<History>();
        for (var i = 0; i < _models.Length; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"network {i + 1}");
            var best = new ModelCheckpoint(Path.Combine(folder, $"{name}.safetensors"), saveBestOnly: true);
            histories.Add(TrainingRun.Show(
                _models[i],
                data.Train.X,
                data.Train.Y,
                epochs,
                BatchSize,
                verbose,
                name,
                validation: (data.Validation.X, data.Validation.Y),
                also: [new EarlyStopping(patience: Patience), best]));
            _models[i].Dispose();
            _models[i] = SequentialModel.Load(best.LastPath!);
        }
        return histories;
    }

    /// <summary>The next month after each window, scaled, (windows, 1, 2).</summary>
    internal float[,,] Predict(float[,,] windows) => Mean(model => model.Predict<float[,,]>(windows));

    /// <summary>The months after one window, scaled, (1, months, 2), each from the ones predicted before it.</summary>
    internal float[,,] Forecast(float[,,] window, int months) => Mean(model =>
    {
        using var forecast = model.Forecast(window, months);
        var values = forecast.data<float>().ToArray();
        var array = new float[1, months, 2];
        Buffer.BlockCopy(values, 0, array, 0, values.Length * sizeof(float));
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
        var all = _models.Select(predict).ToList();
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

    private static SequentialModel Build(int seed)
    {
        var lstm = new Lstm(Units) { KernelRegularizer = Regularizer.L2(Penalty), RecurrentRegularizer = Regularizer.L2(Penalty) };
        // The frames' targets have a time axis, of one step.
        var model = new SequentialModel(lstm, new Dense(2), new Reshape(1, 2)) { Seed = seed };
        model.Build(SunspotData.Past, 2);
        model.Compile(Loss.MeanSquaredError(), new Adam(LearningRate));
        return model;
    }
}
