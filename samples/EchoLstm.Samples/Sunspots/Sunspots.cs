using EchoLstm.Data;
using EchoLstm.Models;
using EchoLstm.Pictures;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples;

/// <summary>A real series: next month's sunspot number from those of two years, compared with what needs no network.</summary>
internal static class Sunspots
{
    private const int Past = 24, ForecastMonths = 132;
    private const int Level = 0, Change = 1;

    internal static void Run(Settings settings)
    {
        var (epochs, seed) = (settings.Epochs ?? 200, settings.Seed ?? 11);
        torch.set_num_threads(1);

        // A month is its level and its change: from levels alone a network has to learn that next month is much like this one.
        // The first month has none before it.
        var levels = SunspotSeries.Read();
        var table = new float[levels.Length - 1, 2];
        for (var month = 1; month < levels.Length; month++)
        {
            (table[month - 1, Level], table[month - 1, Change]) = (levels[month], levels[month] - levels[month - 1]);
        }

        // Split by time, scale by the training part alone, frame each part by itself.
        var (train, validation, test) = TimeSplit.Split(table, validation: 0.15, test: 0.15);
        var scaler = new StandardScaler().Fit(train);
        var window = new ForecastWindow { Past = Past };
        var (x, y) = SupervisedFrames.ToForecast(scaler.Transform(train), window);
        var validationFrames = SupervisedFrames.ToForecast(scaler.Transform(validation), window);
        var (testX, _) = SupervisedFrames.ToForecast(scaler.Transform(test), window);
        var validationStart = 1 + train.GetLength(0);
        var testStart = validationStart + validation.GetLength(0);
        Part("Training:", 1, validationStart);
        Part("Validation:", validationStart, testStart);
        Part("Test:", testStart, levels.Length);
        Console.WriteLine($"Shapes: X {Text.Shape(x)}, y {Text.Shape(y)}; features: level and change since the month before");
        Console.WriteLine();

        using var networks = new SunspotNetworks(Past, seed);
        Console.WriteLine(networks.First.Summary());
        Console.WriteLine();
        Console.WriteLine(
            $"Training: {SunspotNetworks.Count} networks, at most {epochs} epochs each, batch size {SunspotNetworks.BatchSize}, " +
            $"seeds {seed} to {seed + SunspotNetworks.Count - 1}");
        var histories = networks.Train(x, y, validationFrames, epochs, settings.Verbose);
        for (var i = 0; i < histories.Length; i++)
        {
            List<double> losses = [.. histories[i]["val_loss"]];
            Console.WriteLine(
                $"network {i + 1}: {losses.Count} epochs, " +
                $"validation loss {Text.Loss(losses.Min())} after epoch {losses.IndexOf(losses.Min()) + 1}");
        }
        Console.WriteLine();

        // The level of a month is the one before it and the predicted change.
        var firstTarget = testStart + Past;
        var real = levels[firstTarget..];
        var lastMonth = levels[(firstTarget - 1)..^1];
        var changes = scaler.InverseTransform(networks.Predict(testX));
        float[] predicted = [.. lastMonth.Select((level, i) => level + changes[i, 0, Change])];
        var linear = Linear(levels[1..validationStart], levels[testStart..]);
        Console.WriteLine($"One month ahead, over {real.Length} months from {SunspotSeries.Name(firstTarget)}, in sunspots:");
        Console.WriteLine();
        Console.WriteLine("                           root mean  mean");
        Console.WriteLine("                           squared    absolute");
        Console.WriteLine("                           error      error");
        Errors("the last month again", lastMonth, real);
        Errors("linear, of 24 months", linear, real);
        Errors("LSTM", predicted, real);
        Console.WriteLine();

        // From the first window of the test part on, the networks have but their own predictions.
        var first = new float[1, Past, 2];
        Buffer.BlockCopy(testX, 0, first, 0, first.Length * sizeof(float));
        var months = scaler.InverseTransform(networks.Forecast(first, ForecastMonths));
        float[] forecast = [.. Enumerable.Range(0, ForecastMonths).Select(month => months[0, month, Level])];
        float[] constant = [.. Enumerable.Repeat(levels[1..validationStart].Average(), ForecastMonths)];
        Console.WriteLine(
            $"{ForecastMonths} months from its own predictions: mean absolute error {Absolute(forecast, real):F1}; " +
            $"the training's mean number throughout: {Absolute(constant, real):F1}");
        Console.WriteLine();
        if (settings.Plot is { } folder)
        {
            Draw(folder, histories[0], networks.First, SunspotSeries.Year(firstTarget), real, predicted, forecast);
        }
        Console.WriteLine(
            $"sunspots: {networks.First.CountParameters():N0} parameters a network, error {Squared(predicted, real):F2} " +
            $"against {Squared(linear, real):F2} (linear) and {Squared(lastMonth, real):F2} (last month), " +
            $"trained in {histories.Sum(history => history.Duration.TotalSeconds):F2} s, engine {histories[0].Engine}");
    }

    private static void Part(string name, int start, int end) =>
        Console.WriteLine($"{name,-11} {end - start} months, {SunspotSeries.Name(start)} to {SunspotSeries.Name(end - 1)}");

    private static void Errors(string name, float[] predicted, float[] real) =>
        Console.WriteLine($"{name,-26} {Squared(predicted, real),9:F2}  {Absolute(predicted, real),8:F2}");

    private static double Squared(float[] predicted, float[] real) =>
        Math.Sqrt(predicted.Zip(real, (prediction, number) => Math.Pow((double)prediction - number, 2)).Average());

    private static double Absolute(float[] predicted, float[] real) =>
        predicted.Zip(real, (prediction, number) => Math.Abs((double)prediction - number)).Average();

    /// <summary>The best linear prediction of a month from two years and a constant, by least squares over the training part.</summary>
    private static float[] Linear(float[] train, float[] test)
    {
        using var scope = torch.NewDisposeScope();
        var (known, next) = Windows(train);
        var (weights, _, _, _) = torch.linalg.lstsq(known, next);
        return Array.ConvertAll(Windows(test).Known.mm(weights).data<double>().ToArray(), level => (float)level);

        static (torch.Tensor Known, torch.Tensor Next) Windows(float[] levels)
        {
            var series = torch.tensor(levels, torch.float64);
            var known = series.unfold(0, Past, 1)[..^1];
            return (torch.cat([known, torch.ones(known.shape[0], 1, dtype: torch.float64)], 1), series[Past..].unsqueeze(1));
        }
    }

    private static void Draw(
        string folder, History history, SequentialModel model, double start, float[] real, float[] predicted, float[] forecast)
    {
        Directory.CreateDirectory(folder);
        history.SavePlot(Path.Combine(folder, "sunspots-loss.svg"));
        model.SaveDiagram(Path.Combine(folder, "sunspots-model.svg"));
        new SeriesPlot("Monthly sunspot numbers, the test part") { XLabel = "year" }
            .Add("real", real, start, 1 / 12.0)
            .Add("predicted a month ahead", predicted, start, 1 / 12.0)
            .Add("forecast from its own predictions", forecast, start, 1 / 12.0)
            .Save(Path.Combine(folder, "sunspots-predictions.svg"));
    }
}
