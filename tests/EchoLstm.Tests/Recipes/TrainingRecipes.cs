using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for training.</summary>
public class TrainingRecipes() : PageProgram("docs/recipes.md")
{
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
        model.Compile(Loss.CategoricalCrossentropy(), new Adam());     // for probabilities: neither outputs nor y are
        var history = model.Fit(x, y, epochs: 3, verbose: 0);

        Console.WriteLine($"warnings: {history.Warnings.Count}");      // each says what does not fit, and what to do
        Console.WriteLine($"the loss falls: {history.Loss[^1] < history.Loss[0]}");
        #endregion
        ShowsWarning = true;
        history.Warnings.Should().ContainSingle().Which.Should().Contain("no softmax");
    }
}
