using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples;

/// <summary>The models that samples/Browser steps: one says after each month the next eleven years, one says digits some steps later.</summary>
internal static class BrowserModels
{
    private const int Horizon = 132, Past = 264;
    private const int Delay = 3, Digits = 10, SequenceLength = 24;

    internal static void Run(Settings settings)
    {
        var folder = settings.Save ?? throw new ArgumentException("browser-models writes two files: give their folder, --save FOLDER.");
        var seed = settings.Seed ?? 11;
        Directory.CreateDirectory(folder);
        torch.set_num_threads(1);
        using (var forecast = Forecast(seed, settings.Verbose))
        {
            Save(forecast, Path.Combine(folder, "sunspots.safetensors"));
        }
        using var echo = Echo(seed, settings.Verbose);
        Save(echo, Path.Combine(folder, "echo.safetensors"));
    }

    private static void Save(SequentialModel model, string path)
    {
        // What Adam has learned is two thirds of a file, and a page that only predicts would load it for nothing.
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        model.Save(path);
    }

    private static SequentialModel Forecast(int seed, int verbose)
    {
        var levels = SunspotSeries.Read();
        var (train, validation, _) = TimeSplit.Split(levels, validation: 0.15, test: 0.15);
        var testStart = train.Length + validation.Length;
        var scaler = new StandardScaler();
        scaler.Fit(train);
        var series = scaler.Transform(levels);

        // A target at each step: the model forecasts however many months it has read. Those of the training part end where validation begins.
        var (x, y) = Windows(series.AsSpan(0, train.Length));
        var validationWindows = Windows(series.AsSpan(train.Length - Past, Past + validation.Length));
        var model = new SequentialModel(
            new Lstm(32, returnSequences: true, dropout: 0.2),
            new TimeDistributed(new Dense(Horizon))) { Seed = seed };
        model.Build(new Shape(null, null, 1));
        model.Compile(Loss.MeanSquaredError(), new Adam(0.003));
        var history = model.Fit(
            x, y, epochs: 100, batchSize: 16, verbose, validationData: validationWindows,
            callbacks: [new EarlyStopping(patience: 10, restoreBestWeights: true)]);
        model.Scalers["sunspots"] = scaler;
        model.Metadata["trained until"] = SunspotSeries.Name(train.Length - 1);
        model.Metadata["chosen until"] = SunspotSeries.Name(testStart - 1);

        // Forecasts in each month of the test part, by a stream that has read every month before.
        var (error, ofCycle, ofMean) = (new List<double>(), new List<double>(), new List<double>());
        var mean = train.Average();
        using var stream = model.OpenStream();
        for (var month = 0; month + Horizon < levels.Length; month++)
        {
            var forecast = scaler.InverseTransform(stream.Step([series[month]]));
            for (var ahead = 1; month >= testStart && ahead <= Horizon; ahead++)
            {
                var real = levels[month + ahead];
                error.Add(Math.Abs(forecast[ahead - 1] - real));
                ofCycle.Add(Math.Abs(levels[month + ahead - Horizon] - real));
                ofMean.Add(Math.Abs(mean - real));
            }
        }
        Console.WriteLine(
            $"sunspots: {model.CountParameters():N0} parameters, {history.Epochs.Count} epochs in {history.Duration.TotalSeconds:F1} s; " +
            $"mean absolute error of the next {Horizon} months {error.Average():F1}, " +
            $"of the numbers eleven years before {ofCycle.Average():F1}, of the training's mean {ofMean.Average():F1}");
        return model;
    }

    /// <summary>Two windows a year, and after each of their months the months that follow it.</summary>
    private static (float[,,] X, float[,,] Y) Windows(ReadOnlySpan<float> series)
    {
        const int Stride = 6;
        var count = ((series.Length - Past - Horizon) / Stride) + 1;
        var (x, y) = (new float[count, Past, 1], new float[count, Past, Horizon]);
        for (var window = 0; window < count; window++)
        {
            for (var step = 0; step < Past; step++)
            {
                var month = (window * Stride) + step;
                x[window, step, 0] = series[month];
                for (var i = 0; i < Horizon; i++)
                {
                    y[window, step, i] = series[month + 1 + i];
                }
            }
        }
        return (x, y);
    }

    private static SequentialModel Echo(int seed, int verbose)
    {
        var model = new SequentialModel(
            new Lstm(32, returnSequences: true),
            new TimeDistributed(new Dense(Digits, Activation.Softmax))) { Seed = seed };
        model.Build(new Shape(null, null, Digits));
        model.Compile(Loss.CategoricalCrossentropy(), new Adam(0.01), Metric.Accuracy());
        var source = new RandomSequence(seed);
        var history = model.Fit(Enumerable.Range(0, 200).Select(_ => Sequences(source)), epochs: 10, verbose: verbose);
        model.Metadata["delay"] = $"{Delay}";
        var (x, y) = Sequences(source);
        Console.WriteLine(
            $"echo: {model.CountParameters():N0} parameters, {history.Epochs.Count} epochs in {history.Duration.TotalSeconds:F1} s; " +
            $"accuracy {model.Evaluate(x, y)["accuracy"]:F4} in new sequences, {Delay} steps later");
        return model;
    }

    /// <summary>Random digits; before the first of them comes again, the target is 0.</summary>
    private static (float[,,] X, float[,,] Y) Sequences(RandomSequence source)
    {
        var (x, y) = (new int[32, SequenceLength], new int[32, SequenceLength]);
        for (var i = 0; i < x.GetLength(0); i++)
        {
            var digits = source.Next(SequenceLength, Digits);
            for (var step = 0; step < SequenceLength; step++)
            {
                (x[i, step], y[i, step]) = (digits[step], step < Delay ? 0 : digits[step - Delay]);
            }
        }
        return (OneHot.Encode(x, Digits), OneHot.Encode(y, Digits));
    }
}
