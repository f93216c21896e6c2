using System.Diagnostics;
using System.Text;
using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Tests.Docs;
using EchoLstm.Training;
using TorchSharp;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for training.</summary>
public sealed class TrainingRecipes() : PageProgram("docs/recipes.md")
{
    private readonly TemporaryFolder _folder = new();

    public override void Dispose()
    {
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Stop_early_keep_the_best_and_go_on_later()
    {
        var path = _folder.File("best.safetensors");
        #region
        var random = new Random(1);
        var (x, y) = (new float[50, 6, 3], new float[50, 6, 1]);
        for (var i = 0; i < 50 * 6; i++)                               // noise, which can only be learned by heart
        {
            (x[i / 6, i % 6, 0], y[i / 6, i % 6, 0]) = (random.NextSingle(), random.NextSingle());
        }
        using var model = new SequentialModel(
            new Bidirectional(new Lstm(28, returnSequences: true)),
            new Dropout(0.1),
            new TimeDistributed(new Dense(1) { KernelRegularizer = Regularizer.L2(0.001) })) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));

        var stop = new EarlyStopping(patience: 10, restoreBestWeights: true);    // ten epochs after the best val_loss
        var save = new ModelCheckpoint(path, saveBestOnly: true);                // the same model in a file
        var history = model.Fit(x, y, epochs: 300, validationSplit: 0.2, verbose: 0, callbacks: [stop, save]);
        Console.WriteLine($"{history.Outcome}; the last epoch is {history.Epochs[^1] - stop.BestEpoch} after the best");

        using var loaded = SequentialModel.Load(path);                 // weights, optimiser and all
        var same = loaded.Predict<float[,,]>(x).Cast<float>().SequenceEqual(model.Predict<float[,,]>(x).Cast<float>());
        Console.WriteLine($"the file has the model of the best epoch: {same}");
        var next = stop.BestEpoch!.Value + 1;
        loaded.Fit(x, y, epochs: next + 5, initialEpoch: next, validationSplit: 0.2, verbose: 0);
        #endregion
    }

    [Fact]
    public void Many_small_models()
    {
        #region
        float[][] machines = [.. Enumerable.Range(1, 50).Select(Wave)];
        var losses = new double[machines.Length];
        Parallel.For(0, machines.Length, i =>                          // a model for each machine, on all cores
        {
            var (x, y) = SupervisedFrames.ToShifted(machines[i], steps: 20);
            using var model = new SequentialModel(new Lstm(8, returnSequences: true), new Dense(1)) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
            losses[i] = model.Fit(x, y, epochs: 20, verbose: 0).Loss[^1];    // model.Save($"{i}.safetensors") keeps it
        });
        Console.WriteLine($"{losses.Length} models, the largest loss below 1: {losses.Max() < 1}");

        float[] Wave(int machine) => [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i * 0.1f * machine))];
        #endregion
    }

    [Fact]
    public void Compare_settings()
    {
        #region
        float[] wave = [.. Enumerable.Range(0, 300).Select(i => MathF.Sin(i * 0.3f) * MathF.Cos(i * 0.11f))];
        var (train, validation, _) = TimeSplit.Split(wave);
        var (x, y) = SupervisedFrames.ToShifted(train, steps: 20);
        var held = SupervisedFrames.ToShifted(validation, steps: 20);
        var scores = new Dictionary<int, double>();
        foreach (var units in new[] { 1, 16 })
        {
            scores[units] = Enumerable.Range(1, 3).Average(seed =>    // one seed alone says little
            {
                using var model = new SequentialModel(new Lstm(units, returnSequences: true), new Dense(1)) { Seed = seed };
                model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
                model.Fit(x, y, epochs: 20, verbose: 0);
                return model.Evaluate(held.X, held.Y)["loss"];
            });
        }
        Console.WriteLine($"16 units are better than 1: {scores[16] < scores[1]}");
        #endregion
    }

    [Fact]
    public void Why_a_model_does_not_learn()
    {
        #region
        var random = new RandomSequence(seed: 1);
        using var x = torch.tensor(random.Next(50 * 8 * 3)).to(torch.float32).reshape(50, 8, 3) / 100;
        using var y = torch.tensor(random.Next(50 * 8 * 2)).to(torch.float32).reshape(50, 8, 2) / 100;
        using var model = new SequentialModel(
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(2))) { Seed = 1 };
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());     // a loss for probabilities: here are none
        var history = model.Fit(x, y, epochs: 3, verbose: 0);

        Console.WriteLine($"warnings: {history.Warnings.Count}");      // each says what does not fit, and what to do
        Console.WriteLine($"the loss falls: {history.Loss[^1] < history.Loss[0]}");
        #endregion
        history.Warnings[0].Should().Contain("no softmax");
    }

    [NeedsProgramFact("rsvg-convert", "librsvg2-bin")]
    public void A_PNG_of_a_chart()
    {
        var folder = _folder.Path;
        #region
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        using var model = EchoModels.ManyToMany(seed: 1);
        var history = model.Fit(x, y, epochs: 200, verbose: 0);

        var svg = Path.Combine(folder, "loss.svg");
        var png = Path.ChangeExtension(svg, ".png");
        history.SavePlot(svg);
        using var convert = Process.Start("rsvg-convert", ["--zoom", "2", "--output", png, svg]);
        convert.WaitForExit();
        Console.WriteLine($"exit code {convert.ExitCode}, {Encoding.ASCII.GetString(File.ReadAllBytes(png)[1..4])}");
        #endregion
    }
}
