using EchoLstm.Data;
using EchoLstm.Tests.Docs;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for graphs, and for sequences into sequences.</summary>
public class GraphRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void Dates_in_any_form_into_one()
    {
        #region
        const int start = 1, stop = 2;                                 // letters are 3 and more, padding is 0
        string[] forms = ["d MMMM yyyy", "MMM d, yy", "dd/MM/yyyy", "d.M.yy", "MMMM d, yyyy"];
        var random = new Random(1);
        var pairs = Enumerable.Range(0, 14_000)
            .Select(_ => new DateTime(1970, 1, 1).AddDays(random.Next(60 * 365)))
            .Select(date => (Text: date.ToString(forms[random.Next(forms.Length)]), Iso: date.ToString("yyyy-MM-dd")))
            .DistinctBy(pair => pair.Text).Take(6500).ToList();
        var (learned, unseen) = (pairs[..6000], pairs[6000..]);
        var letters = string.Concat(pairs.SelectMany(pair => pair.Text + pair.Iso).Distinct().Order());
        var x = Padded(learned.Select(pair => Symbols(pair.Text)));
        var y = Padded(learned.Select(pair => (int[])[start, .. Symbols(pair.Iso), stop]));

        using var model = EchoModels.Seq2Seq(letters.Length + 2, letters.Length + 2, units: 48, attention: true, seed: 1);
        model.Model.Compile(
            Loss.SparseCategoricalCrossentropy(ignoreClass: 0),
            new Adam { LearningRateSchedule = new CosineDecay(0.01, decaySteps: 8 * 94), GlobalClipNorm = 1 });    // 94 batches an epoch
        model.Fit(x, y, epochs: 8, batchSize: 64, verbose: 0);

        string[] told = [.. model.Decode(Padded(unseen.Select(pair => Symbols(pair.Text))), start, maxSteps: 11, stop: stop)
            .Select(symbols => string.Concat(symbols.Select(symbol => symbol < 3 ? '?' : letters[symbol - 3])))];
        var right = unseen.Zip(told).Count(pair => pair.First.Iso == pair.Second);
        Console.WriteLine($"of {unseen.Count} unseen dates 98 % or more are right: {right >= 0.98 * unseen.Count}");
        foreach (var (given, answer) in unseen.Zip(told).Take(3))
        {
            Console.WriteLine($"{given.Text,-18} {answer}");
        }

        int[] Symbols(string text) => [.. text.Select(letter => 3 + letters.IndexOf(letter))];
        int[,] Padded(IEnumerable<int[]> rows) => SequencePadding.PadSequences<int>([.. rows], padding: PaddingSide.Post);
        #endregion
    }

    [Fact]
    public void A_day_ahead_with_columns_that_are_known()
    {
        #region
        const int hours = 24 * 60;
        var random = new Random(1);
        var rows = new float[hours, 4];                                // load; known ahead: the hour of the day, the temperature
        float level = 0, temperature = 0;
        for (var t = 0; t < hours; t++)
        {
            var angle = 2 * MathF.PI * t / 24;
            level += 0.02f * (random.NextSingle() - 0.5f);             // which only the past can tell
            temperature += (0.1f * (random.NextSingle() - 0.5f)) - (0.02f * temperature);
            (rows[t, 1], rows[t, 2], rows[t, 3]) = (MathF.Sin(angle), MathF.Cos(angle), temperature);
            rows[t, 0] = level + (0.3f * rows[t, 1]) - (0.8f * temperature);
        }
        var (train, _, test) = TimeSplit.Split(rows, validation: 0, test: 0.2);
        ForecastWindow load = new() { Past = 48, Horizon = 24, Stride = 3, Targets = [0] };
        ForecastWindow columns = new() { Past = 48, Horizon = 24, Stride = 3, Targets = [1, 2, 3] };
        var ((x, y), (_, known)) = (SupervisedFrames.ToForecast(train, load), SupervisedFrames.ToForecast(train, columns));

        Input past = new(48, 4) { Name = "past" }, ahead = new(24, 3) { Name = "ahead" };
        var (_, state) = new Lstm(24).ApplyWithState(past);            // where the two days have led
        var (steps, _) = new Lstm(24, returnSequences: true).ApplyWithState(ahead, state);
        using var model = new FunctionalModel([past, ahead], [new Dense(1).Apply(steps)]) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01), Metric.MeanAbsoluteError());
        model.Fit([x, known], [y], epochs: 20, verbose: 0);

        var ((testX, testY), (_, testKnown)) = (SupervisedFrames.ToForecast(test, load), SupervisedFrames.ToForecast(test, columns));
        var error = model.Evaluate([testX, testKnown], [testY])["mean_absolute_error"];
        double asYesterday = 0;
        for (var i = 0; i < testY.Length; i++)
        {
            asYesterday += Math.Abs(testY[i / 24, i % 24, 0] - testX[i / 24, 24 + (i % 24), 0]) / testY.Length;
        }
        Console.WriteLine($"a day's error is less than half of what \"as yesterday\" has: {error < asYesterday / 2}");
        #endregion
    }
}
