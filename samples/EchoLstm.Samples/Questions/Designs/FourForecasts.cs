using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions.Designs;

internal static class FourForecasts
{
    internal static Question Question { get; } = new(
        "four-forecasts",
        "Ten known steps of three stock features, the next five wanted: vector, TimeDistributed, recursive or RepeatVector?",
        [104],
        """
        All four work, and one sample runs them: a vector of five numbers; a sequence whose target lies five steps ahead, of which
        the last five steps are the forecast; one step at a time, fed back in; and an encoder-decoder. Differences as small as these
        say nothing about other data. The vector is the simplest. TimeDistributed learns from every step, but at its first steps
        knows hardly anything. Recursion must predict all three features to go on, and its errors feed on themselves; in return it
        goes as far as one likes. Real prices are mostly noise, which no design predicts.
        """,
        Run);

    private static void Run()
    {
        var series = new float[130, 3];
        for (var t = 0; t < 130; t++)
        {
            (series[t, 0], series[t, 1]) = (MathF.Sin(t / 3f), MathF.Cos(t / 3f));
            series[t, 2] = series[t, 0] * series[t, 1];
        }
        var (x, vector) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 10, Horizon = 5, Targets = [2] });
        var (_, row) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 10, Horizon = 1 });
        var (_, ahead) = SupervisedFrames.ToShifted(series, steps: 10, ahead: 5);
        var y = tensor(vector);                                                                     // (116, 5, 1)

        var direct = Trained(y, new Lstm(16), new Dense(5), new Reshape(5, 1));
        var repeated = Trained(y, new Lstm(16), new RepeatVector(5), new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(1)));
        var distributed = Trained(tensor(ahead), new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(3)));
        var recursive = Trained(tensor(row).narrow(0, 0, 116).squeeze(1), new Lstm(16), new Dense(3));
        Print("vector", direct.Predict(x));
        Print("RepeatVector", repeated.Predict(x));
        Print("TimeDistributed", distributed.Predict(x).narrow(1, 5, 5).narrow(2, 2, 1));
        Print("recursive", recursive.Forecast(x, steps: 5).narrow(2, 2, 1));

        SequentialModel Trained(Tensor target, params nn.Module<Tensor, Tensor>[] layers)
        {
            var model = new SequentialModel(layers) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
            model.Fit(x, target, epochs: 40, batchSize: 29, verbose: 0);
            return model;
        }

        void Print(string name, Tensor forecast) => Console.WriteLine($"{name,-15} {Shape.Of(forecast)}, mean error {Show.Number((forecast - y).abs().mean().item<float>(), 2)}");
    }
}
