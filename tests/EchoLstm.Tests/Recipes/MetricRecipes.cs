using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for losses and metrics.</summary>
public class MetricRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void How_sure_a_forecast_is()
    {
        #region
        var random = new Random(1);
        var (x, y) = (new float[600, 5, 1], new float[600, 3]);
        for (var i = 0; i < 600; i++)
        {
            for (var step = 0; step < 5; step++)
            {
                x[i, step, 0] = i % 2;
            }
            var next = random.NextSingle() * (i % 2 == 0 ? 0.2f : 1);  // what comes after ones is five times as uncertain
            (y[i, 0], y[i, 1], y[i, 2]) = (next, next, next);          // the same target for each quantile
        }
        using var model = new SequentialModel(new Lstm(8), new Dense(3)) { Seed = 1 };
        var cooling = new CosineDecay(0.02, decaySteps: 60 * 12);      // 60 epochs of 12 batches
        model.Compile(Loss.Quantile(0.1, 0.5, 0.9), new Adam { LearningRateSchedule = cooling });
        model.Fit(x, y, epochs: 60, batchSize: 50, verbose: 0);

        var quantiles = model.Predict<float[,]>(x);
        var inside = Enumerable.Range(0, 600).Count(i => y[i, 0] > quantiles[i, 0] && y[i, 0] < quantiles[i, 2]) / 600.0;
        Console.WriteLine($"about 80 % lie between the outer two: {inside is > 0.75 and < 0.85}");
        var (after0, after1) = (quantiles[0, 2] - quantiles[0, 0], quantiles[1, 2] - quantiles[1, 0]);
        Console.WriteLine($"they are further apart where less is known: {after1 > 3 * after0}");
        #endregion
    }

    [Fact]
    public void Judge_a_model_of_rare_events()
    {
        #region
        var random = new Random(1);
        var (x, y) = (new float[400, 10, 1], new float[400, 1]);
        for (var i = 0; i < 400; i++)
        {
            y[i, 0] = i % 20 == 0 ? 1 : 0;                             // one of twenty is an event
            for (var step = 0; step < 10; step++)
            {
                x[i, step, 0] = random.NextSingle() + (0.2f * y[i, 0]);
            }
        }
        using var model = new SequentialModel(new Lstm(8), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        model.Compile(
            Loss.BinaryCrossentropy(),
            new Adam(0.01),
            Metric.Accuracy(),
            Metric.Auc(),
            Metric.F1Score(),
            Metric.F1Score(threshold: 0.2, name: "f1_from_0.2"));
        model.Fit(x, y, epochs: 30, verbose: 0);
        var metrics = model.Evaluate(x, y);
        Console.WriteLine($"more than 90 % are right: {metrics["accuracy"] > 0.9}");
        Console.WriteLine($"an event has the larger output in more than 90 % of the pairs: {metrics["auc"] > 0.9}");
        Console.WriteLine($"above 0.5 is too late to see them: {metrics["f1_score"] < 0.3}, above 0.2 is better: {metrics["f1_from_0.2"] > 0.4}");
        var matrix = ConfusionMatrix.Of(y, model.Predict(x), threshold: 0.2);    // Console.WriteLine(matrix) prints the table
        Console.WriteLine($"more than half of {matrix[1, 0] + matrix[1, 1]} events are found: {matrix.Recall(1) > 0.5}");
        #endregion
    }
}
