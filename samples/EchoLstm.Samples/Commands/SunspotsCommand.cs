using System.CommandLine;
using System.Globalization;
using EchoLstm.Pictures;
using EchoLstm.Samples.CommandLine;
using EchoLstm.Samples.Reporting;
using EchoLstm.Samples.Sunspots;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Samples.Commands;

/// <summary>A real series: next month's sunspot number from those of two years, compared with what needs no network.</summary>
internal static class SunspotsCommand
{
    private const int ForecastMonths = 132;

    internal static Command Create() => FitOptions.Command("sunspots", "A real series: next month's sunspot number from those of two years, against baselines (seconds).", epochs: 200, Print, hasPictures: true);

    private static void Print(FitSettings settings)
    {
        torch.set_num_threads(1);
        var data = new SunspotData();
        using var forecaster = new SunspotForecaster(settings.Seed);

        Console.WriteLine("Monthly sunspot numbers: the next month from two years (sunspots)");
        Console.WriteLine();
        Tell("Training", data.Train);
        Tell("Validation", data.Validation);
        Tell("Test", data.Test);
        Console.WriteLine($"Shapes: X {Figures.Shape(data.Train.X)}, y {Figures.Shape(data.Train.Y)}; features: level and change since the month before");
        Console.WriteLine();
        Console.WriteLine(forecaster.First.Summary());
        Console.WriteLine();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Training: {SunspotForecaster.Networks} networks, at most {settings.Epochs} epochs each, batch size {SunspotForecaster.BatchSize}, seeds {settings.Seed} to {settings.Seed + SunspotForecaster.Networks - 1}"));
        var histories = Train(forecaster, data, settings);
        for (var i = 0; i < histories.Count; i++)
        {
            var losses = histories[i]["val_loss"];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"network {i + 1}: {losses.Count} epochs, validation loss {Figures.Loss(losses.Min())} after epoch {losses.ToList().IndexOf(losses.Min()) + 1}"));
        }
        Console.WriteLine();

        var comparison = SunspotComparison.Of(data, forecaster);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"One month ahead, over {comparison.Real.Length} months from {SunspotSeries.Name(data.Test.First + SunspotData.Past)}, in sunspots:"));
        Console.WriteLine();
        Console.WriteLine("                           root mean  mean");
        Console.WriteLine("                           squared    absolute");
        Console.WriteLine("                           error      error");
        Row("the last month again", comparison.LastValue);
        Row("linear, of 24 months", comparison.Linear);
        Row("LSTM", comparison.Network);
        Console.WriteLine();

        var forecast = data.Levels(forecaster.Forecast(First(data.Test.X), ForecastMonths));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{ForecastMonths} months from its own predictions: mean absolute error {SunspotErrors.Of(forecast, comparison.Real).Absolute:F1}; the training's mean number throughout: {Constant(data, comparison.Real):F1}"));
        Console.WriteLine();
        var pictures = new PlotFolder(settings.Plot, "sunspots");
        pictures.Save(histories[0]);
        pictures.Save(forecaster.First);
        pictures.Save(Plot(data, comparison, forecast));
        pictures.Tell();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sunspots: {forecaster.First.CountParameters():N0} parameters a network, error {comparison.Network.Squared:F2} against {comparison.Linear.Squared:F2} (linear) and {comparison.LastValue.Squared:F2} (last month), trained in {histories.Sum(history => history.Duration.TotalSeconds):F2} s, engine {histories[0].Engine}"));
    }

    // The networks of the best epochs are files while the command runs.
    private static IReadOnlyList<History> Train(SunspotForecaster forecaster, SunspotData data, FitSettings settings)
    {
        var folder = Directory.CreateTempSubdirectory("sunspots-");
        try
        {
            return forecaster.Train(data, settings.Epochs, settings.Verbose, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Tell(string what, SunspotPart part) => Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"{what + ":",-11} {part.Levels.Length} months, {SunspotSeries.Name(part.First)} to {SunspotSeries.Name(part.First + part.Levels.Length - 1)}"));

    private static void Row(string name, SunspotErrors errors) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-26} {errors.Squared,9:F2}  {errors.Absolute,8:F2}"));

    private static float[,,] First(float[,,] windows)
    {
        var first = new float[1, windows.GetLength(1), windows.GetLength(2)];
        Buffer.BlockCopy(windows, 0, first, 0, first.Length * sizeof(float));
        return first;
    }

    private static double Constant(SunspotData data, float[] real) =>
        SunspotErrors.Of([.. Enumerable.Repeat(data.Train.Levels.Average(), ForecastMonths)], real).Absolute;

    private static SeriesPlot Plot(SunspotData data, SunspotComparison comparison, float[] forecast)
    {
        var start = SunspotSeries.Year(data.Test.First + SunspotData.Past);
        return new SeriesPlot("Monthly sunspot numbers, the test part") { XLabel = "year" }
            .Add("real", comparison.Real, start, 1 / 12.0)
            .Add("predicted a month ahead", comparison.Predicted, start, 1 / 12.0)
            .Add("forecast from its own predictions", forecast, start, 1 / 12.0);
    }
}
