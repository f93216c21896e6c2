using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using EchoLstm.Inference;

namespace EchoLstm.Serving;

/// <summary>
/// Asks the service on this machine as fast as so many clients can, each when its last question is answered, while models are swapped;
/// then the library alone, without HTTP. Every answer is compared, bit by bit, with what the model says about that sample alone.
/// </summary>
internal static class LoadTest
{
    private const int Samples = 64, Swaps = 100;

    internal static async Task<int> RunAsync(string path, string[] args)
    {
        var settings = new ConfigurationBuilder().AddCommandLine(args).Build();
        var (seconds, clients) = (settings.GetValue("seconds", 5.0), settings.GetValue("clients", 64));
        using var model = InferenceModel.Load(path);
        var samples = Sample.Draw(model, settings.GetValue("steps", 24));
        var limits = settings.GetSection("Serving").Get<Limits>() ?? new Limits();

        var http = await OverHttpAsync(model, path, args, samples, clients, seconds);
        Console.WriteLine($"over HTTP:    {http.Text}");
        await using var predictor = limits.Predictor(model);
        var batched = await AskAsync(clients, seconds, samples, sample => predictor.PredictAsync(sample.X));
        Console.WriteLine($"in process:   {batched.Text}");
        var alone = await AskAsync(clients, seconds, samples, sample => Task.FromResult(sample.Predict(model)));
        Console.WriteLine($"one by one:   {alone.Text}; batches are {batched.PerSecond / alone.PerSecond:F2} times as fast");
        return http.Errors + batched.Errors + alone.Errors == 0 ? 0 : 1;
    }

    private static async Task<Figures> OverHttpAsync(
        InferenceModel model, string path, string[] args, Sample[] samples, int clients, double seconds)
    {
        await using var app = Service.Create(model, [.. args, "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "Warning"]);
        await app.StartAsync();
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = clients + 1 };
        using var client = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.Single()) };
        var bytes = await File.ReadAllBytesAsync(path);
        var swapped = 0;
        using var stop = new CancellationTokenSource();
        var swaps = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(seconds / (Swaps + 10)));
            while (swapped < Swaps && await timer.WaitForNextTickAsync(stop.Token))
            {
                using var answer = await client.PutAsync("/model", new ByteArrayContent(bytes));
                swapped += answer.EnsureSuccessStatusCode().IsSuccessStatusCode ? 1 : 0;
            }
        });
        var figures = await AskAsync(clients, seconds, samples, async sample =>
        {
            using var answer = await client.PostAsJsonAsync("/predict", new Input(sample.X, null));
            return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<Prediction>())!.Y;
        });
        await swaps;
        await app.StopAsync();
        return figures with { Text = $"{figures.Text} through {swapped} swaps" };
    }

    private static async Task<Figures> AskAsync(int clients, double seconds, Sample[] samples, Func<Sample, Task<float[]>> ask)
    {
        foreach (var sample in samples) // what is compiled at the first call is not what is measured
        {
            _ = await ask(sample);
        }
        var start = Stopwatch.GetTimestamp();
        var all = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var (times, errors) = (new List<double>(), 0);
            for (var i = client; Stopwatch.GetElapsedTime(start).TotalSeconds < seconds; i++)
            {
                var (sample, begin) = (samples[i % samples.Length], Stopwatch.GetTimestamp());
                try
                {
                    var y = await ask(sample);
                    errors += y.AsSpan().SequenceEqual(sample.Y) ? 0 : 1;
                }
                catch (Exception error) when (error is HttpRequestException or QueueFullException)
                {
                    errors++;
                }
                times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            }
            return (Times: times, Errors: errors);
        })));
        var elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double[] sorted = [.. all.SelectMany(one => one.Times).Order()];
        var (perSecond, wrong) = (sorted.Length / elapsed, all.Sum(one => one.Errors));
        return new Figures(perSecond, wrong, string.Create(
            CultureInfo.InvariantCulture,
            $"{perSecond,9:N0} a second, median {sorted[sorted.Length / 2]:F2} ms, 99th percentile "
                + $"{sorted[sorted.Length * 99 / 100]:F2} ms, {wrong} errors"));
    }

    private sealed record Figures(double PerSecond, int Errors, string Text);

    /// <summary>A sample and what the model says about it alone.</summary>
    private sealed record Sample(float[] X, float[] Y)
    {
        internal static Sample[] Draw(InferenceModel model, int steps)
        {
            if (model.ReadsIndices)
            {
                throw new NotSupportedException("The load test sends features; this model reads indices.");
            }
            var shape = model.InputShape;
            var known = shape.Rank > 2 ? shape[1] ?? steps : 1;
            var numbers = shape.Skip(shape.Rank > 2 ? 2 : 1).Aggregate(known, (product, length) => product * length!.Value);
            var random = new Random(1);
            return [.. Enumerable.Range(0, Samples).Select(_ =>
            {
                float[] x = [.. Enumerable.Range(0, (int)numbers).Select(_ => MathF.Round(random.NextSingle(), 3))];
                var one = new Sample(x, new float[model.OutputLength(1, (int)known)]);
                model.Predict(x, one.Y);
                return one;
            })];
        }

        internal float[] Predict(InferenceModel model)
        {
            var y = new float[Y.Length];
            model.Predict(X, y);
            return y;
        }
    }
}
