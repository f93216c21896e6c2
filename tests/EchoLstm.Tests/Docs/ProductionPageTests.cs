using EchoLstm.Data;
using EchoLstm.Inference;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/production.md.</summary>
public class ProductionPageTests() : PageProgram("docs/production.md")
{
    #region
    /// <summary>One for the program: every request reads it, and a new model takes its place without a request lost.</summary>
    public sealed class Forecaster(string path) : IDisposable
    {
        private InferenceModel _model = InferenceModel.Load(path);

        public (int Status, float[] Body) Answer(float[] x, int samples)
        {
            var model = Volatile.Read(ref _model);
            try
            {
                var y = new float[model.OutputLength(samples, x.Length / samples)];
                model.Predict(x, y, samples);
                return (200, y);
            }
            catch (ArgumentException error)      // shapes, NaN, lengths: the message is for who asked
            {
                System.Diagnostics.Trace.TraceInformation(error.Message);
                return (400, []);
            }
        }

        // Requests that still have the old model end with it; the garbage collector takes its memory.
        public void Swap(string path) => Volatile.Write(ref _model, InferenceModel.Load(path));

        public void Dispose() => _model.Dispose();
    }
    #endregion

    [Fact]
    public void A_model_is_served_and_swapped()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var trained = new SequentialModel(new Lstm(8), new Dense(1)) { Seed = 1 })
        {
            trained.Build(-1, 1);
            trained.Save(path);
        }

        #region
        using var forecaster = new Forecaster(path);
        var statuses = new int[1000];
        Parallel.For(0, statuses.Length, i =>
        {
            if (i == 500)
            {
                forecaster.Swap(path);
            }
            float[] request = i % 100 == 0 ? [0.1f, float.NaN, 0.3f] : [0.1f, 0.2f, 0.3f];
            statuses[i] = forecaster.Answer(request, samples: 1).Status;
        });
        Console.WriteLine($"{statuses.Count(status => status == 200)} answered, {statuses.Count(status => status == 400)} refused");
        #endregion
    }

    [Fact]
    public void Small_requests_share_calls()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var trained = new SequentialModel(new Lstm(8), new Dense(1)) { Seed = 1 })
        {
            trained.Build(-1, 1);
            trained.Save(path);
        }

        ToTheEnd(async () =>
        {
            #region
            await using var predictor = new BatchingPredictor(InferenceModel.Load(path), maxRows: 32, maxDelay: TimeSpan.FromMilliseconds(1));
            var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async i =>
            {
                if (i == 500)
                {
                    predictor.Model = InferenceModel.Load(path);     // samples that wait are answered by the one before
                }
                float[] x = i % 100 == 0 ? [0.1f, float.NaN] : [.. Enumerable.Repeat(i * 0.001f, 1 + (i % 3))];
                try
                {
                    return await predictor.PredictAsync(x, CancellationToken.None);
                }
                catch (ArgumentException)                            // 400; a QueueFullException would be 503
                {
                    return null;
                }
            }));
            Console.WriteLine($"{answers.Count(y => y is not null)} answered, {answers.Count(y => y is null)} refused");
            #endregion
        });

        // On this thread, which has the scope of the test's tensors.
        static void ToTheEnd(Func<Task> program) => Task.Run(program).GetAwaiter().GetResult();
    }

    [Fact]
    public void A_loop_of_ones_own()
    {
        #region
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        using var dense = new TimeDistributed(new Dense(1)) { Seed = 2 };
        using var module = torch.nn.Sequential(lstm, dense);
        lstm.Build(new Shape(null, 5, 1));                  // before the optimiser: it trains the weights that there are
        dense.Build(new Shape(null, 5, 5));
        using var optimizer = torch.optim.Adam(module.parameters(), lr: 0.01);
        using var inputs = torch.tensor(x);
        using var targets = torch.tensor(y);
        var loss = 0f;
        for (var step = 0; step < 500; step++)
        {
            using var scope = torch.NewDisposeScope();      // what a step makes goes with it
            optimizer.zero_grad();
            var error = torch.nn.functional.mse_loss(module.call(inputs), targets);
            error.backward();
            optimizer.step();
            loss = error.item<float>();
        }
        module.eval();                                      // Dropout rests, as in Predict
        Console.WriteLine($"learned: {loss < 0.01}");
        #endregion
    }

    [Fact]
    public void Windows_of_a_long_series_are_cut_as_they_are_needed()
    {
        #region
        var series = new float[20_000, 2];
        for (var i = 0; i < series.GetLength(0); i++)
        {
            (series[i, 0], series[i, 1]) = (MathF.Sin(i * 0.1f), MathF.Cos(i * 0.07f));
        }
        var window = new ForecastWindow { Past = 24, Targets = [0] };
        var (past, recent, _) = TimeSplit.Split(series, validation: 0.1, test: 0);
        var training = SupervisedFrames.Windows(past, window, batchSize: 256, shuffle: true, seed: 1);
        var validation = SupervisedFrames.Windows(recent, window, batchSize: 256);

        using var model = new SequentialModel(new Lstm(8), new RepeatVector(1), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        var history = model.Fit(training, epochs: 2, verbose: 0, validationBatches: validation);
        var next = model.Predict<float[,,]>(SupervisedFrames.Latest(series, window));
        Console.WriteLine($"{training.Windows} windows in {training.Count} batches, validated: {history["val_loss"][^1] < 0.05}");
        #endregion
        next.Should().NotBeNull();
    }

    [Fact]
    public void Batches_come_from_any_source()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Path;
        for (var file = 0; file < 3; file++)
        {
            File.WriteAllLines(Path.Combine(path, $"{file}.csv"), Enumerable.Range(0, 40).Select(i => FormattableString.Invariant($"{i / 40.0}")));
        }

        #region
        // A file a batch; each epoch reads them again.
        IEnumerable<(float[,,] X, float[,,] Y)> Files()
        {
            foreach (var file in Directory.EnumerateFiles(path, "*.csv"))
            {
                float[] values = [.. File.ReadLines(file).Select(line => float.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];
                yield return SupervisedFrames.ToForecast(values, new ForecastWindow { Past = 5 });
            }
        }

        using var model = new SequentialModel(new Lstm(8), new RepeatVector(1), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var history = model.Fit(Files(), epochs: 3, verbose: 0);
        Console.WriteLine($"{history.Epochs.Count} epochs of {Directory.GetFiles(path).Length} files");
        #endregion
    }

    [Fact]
    public void A_model_moves_to_a_GPU_where_there_is_one()
    {
        using var model = new SequentialModel(new Lstm(8), new Dense(1)) { Seed = 1 };
        model.Build(-1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());

        #region
        if (torch.cuda.is_available())
        {
            model.to(torch.CUDA);
        }
        Console.WriteLine(model.Engine.Kind);
        #endregion
    }
}
