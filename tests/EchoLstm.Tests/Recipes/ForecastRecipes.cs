using EchoLstm.Data;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes for series of numbers.</summary>
public class ForecastRecipes() : PageProgram("docs/recipes.md")
{
    [Fact]
    public void Cut_a_series_into_windows()
    {
        #region
        var rows = new float[4096, 8];                         // time steps, features

        var (x, y) = SupervisedFrames.ToForecast(rows, new ForecastWindow { Past = 64, Horizon = 7, Targets = [0] });
        Print("a window and what follows", x, y);              // feature 0 of the next 7 rows

        (x, y) = SupervisedFrames.ToForecast(rows, new ForecastWindow { Past = 64, Stride = 64, Ahead = 24 });
        Print("windows side by side", x, y);                   // the row 24 steps after each

        (x, y) = SupervisedFrames.ToShifted(rows, steps: 64);
        Print("a target at each step", x, y);                  // the row after each row

        void Print(string what, Array x, Array y) => Console.WriteLine($"{what,-25}  x {Sizes(x),-13}  y {Sizes(y)}");
        string Sizes(Array array) => $"({string.Join(", ", Enumerable.Range(0, array.Rank).Select(array.GetLength))})";
        #endregion
    }

    [Fact]
    public void Scale_the_data_and_the_predictions_back()
    {
        #region
        float[] visitors = [.. Enumerable.Range(0, 200).Select(day => 500 + (300 * MathF.Sin(day * 0.9f)))];
        var (train, _, test) = TimeSplit.Split(visitors, validation: 0, test: 0.2);    // the newest fifth is the test
        var scaler = new StandardScaler().Fit(train);                                  // by the training part alone
        var window = new ForecastWindow { Past = 14 };
        var (x, y) = SupervisedFrames.ToForecast(scaler.Transform(train), window);
        var (testX, _) = SupervisedFrames.ToForecast(scaler.Transform(test), window);

        using var model = new SequentialModel(new Lstm(8), new Dense(1), new Reshape(1, 1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(x, y, epochs: 60, verbose: 0);

        var predicted = scaler.InverseTransform(model.Predict<float[,,]>(testX));      // visitors again
        var error = MathF.Abs(predicted[0, 0, 0] - test[14]);
        Console.WriteLine($"the first test window is followed by {test[14]:F0} visitors, predicted within 30: {error < 30}");
        #endregion
    }

    [Fact]
    public void Predict_the_next_value_and_go_on()
    {
        #region
        float[] series = [.. Enumerable.Range(0, 10).Select(i => i / 10f)];
        var (x, y) = SupervisedFrames.ToShifted(series, steps: 5);        // the target of each step is the value after it
        using var model = new SequentialModel(
            new Lstm(10, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
        model.Fit(x, y, epochs: 250, verbose: 0);

        using var window = torch.tensor(series[..5]).reshape(1, 5, 1);    // 0.0 0.1 0.2 0.3 0.4
        using var next = model.Predict(window);
        using var further = model.Forecast(window, steps: 5);             // each prediction becomes the next input
        Print("the value after each step", next);
        Print("five values more", further);

        void Print(string what, torch.Tensor values) =>
            Console.WriteLine($"{what,-25}  {string.Join(' ', values.data<float>().Select(value => $"{value:F1}"))}");
        #endregion
    }

    [Fact]
    public void Forecast_several_steps_in_four_ways()
    {
        #region
        var series = new float[130, 3];                                                // three features; the third is wanted
        for (var t = 0; t < 130; t++)
        {
            (series[t, 0], series[t, 1]) = (MathF.Sin(t / 3f), MathF.Cos(t / 3f));
            series[t, 2] = series[t, 0] * series[t, 1];
        }
        var (x, y) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 10, Horizon = 5, Targets = [2] });
        var (_, ahead) = SupervisedFrames.ToShifted(series, steps: 10, ahead: 5);      // at each step the row five steps later
        var (past, row) = SupervisedFrames.ToForecast(series, new ForecastWindow { Past = 10 });

        using var vector = Trained(x, y, new Lstm(16), new Dense(5), new Reshape(5, 1));
        using var decoder = Trained(x, y, new Lstm(16), new RepeatVector(5), new Lstm(16, returnSequences: true), new Dense(1));
        using var shifted = Trained(x, ahead, new Lstm(16, returnSequences: true), new TimeDistributed(new Dense(3)));
        using var single = Trained(past, row, new Lstm(16), new Dense(3), new Reshape(1, 3));
        Print("a vector", vector.Predict(x));
        Print("encoder and decoder", decoder.Predict(x));
        Print("the last 5 steps", shifted.Predict(x).narrow(1, 5, 5).narrow(2, 2, 1));
        Print("one step at a time", single.Forecast(x, steps: 5).narrow(2, 2, 1));

        SequentialModel Trained(float[,,] x, float[,,] y, params torch.nn.Module<torch.Tensor, torch.Tensor>[] layers)
        {
            var model = new SequentialModel(layers) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
            model.Fit(x, y, epochs: 40, verbose: 0);
            return model;
        }

        void Print(string way, torch.Tensor forecast) =>
            Console.WriteLine($"{way,-19}  mean error {(forecast - torch.tensor(y)).abs().mean().item<float>():F2}");
        #endregion
    }

    [Fact]
    public void Two_years_in_one_year_out()
    {
        #region
        float[] months = [.. Enumerable.Range(0, 96).Select(month => MathF.Sin(2 * MathF.PI * month / 12))];
        var (x, y) = SupervisedFrames.ToForecast(months, new ForecastWindow { Past = 24, Horizon = 12 });
        using var model = new SequentialModel(
            new Lstm(12),                                     // reads 24 months: (samples, 12)
            new RepeatVector(12),                             // hands what it knows to each of the 12 steps
            new Lstm(12, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };  // (samples, 12, 1)
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        model.Fit(x, y, epochs: 60, verbose: 0);

        var predicted = model.Predict<float[,,]>(x);
        for (var month = 0; month < 12; month += 3)
        {
            var error = MathF.Abs(predicted[0, month, 0] - y[0, month, 0]);
            Console.WriteLine($"month {month + 1,2}: expected {y[0, month, 0],4:F1}, predicted within 0.2: {error < 0.2f}");
        }
        #endregion
    }

    [Fact]
    public void One_model_for_many_series()
    {
        #region
        float[][] shops = [.. Enumerable.Range(1, 3).Select(shop => Sales(days: 40 + (20 * shop), most: shop / 3f))];
        var window = new ForecastWindow { Past = 12, Targets = [0] };
        var parts = shops.Select((sales, shop) => SupervisedFrames.ToForecast(WithShop(sales, shop), window)).ToList();
        using var x = torch.cat([.. parts.Select(part => torch.tensor(part.X))]);
        using var y = torch.cat([.. parts.Select(part => torch.tensor(part.Y))]).squeeze(2);

        using var model = new SequentialModel(new Lstm(16), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01), Metric.MeanAbsoluteError());
        model.Fit(x, y, epochs: 60, verbose: 0);                        // shuffled: each batch has windows of all shops
        Console.WriteLine($"{Shape.Of(x)}, mean error below 0.05: {model.Evaluate(x, y)["mean_absolute_error"] < 0.05}");

        float[] Sales(int days, float most) => [.. Enumerable.Range(0, days).Select(day => most * MathF.Sin(day * 0.9f))];

        // A row is a day's sales and which shop it is, one-hot.
        float[,] WithShop(float[] sales, int shop)
        {
            var rows = new float[sales.Length, 1 + shops.Length];
            for (var day = 0; day < sales.Length; day++)
            {
                (rows[day, 0], rows[day, 1 + shop]) = (sales[day], 1);
            }
            return rows;
        }
        #endregion
    }

    [Fact]
    public void Train_on_own_predictions()
    {
        #region
        float[] wave = [.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i * 0.5f))];
        var (past, future) = SupervisedFrames.ToForecast(wave, new ForecastWindow { Past = 8, Horizon = 5 });
        var (x, y) = (torch.tensor(past), torch.tensor(future));
        using var lstm = new Lstm(12, returnSequences: true) { Seed = 1 };
        using var dense = new Dense(1) { Seed = 1 };
        lstm.Build(new Shape(null, null, 1));
        dense.Build(new Shape(null, null, 12));
        using var optimizer = torch.optim.Adam(lstm.parameters().Concat(dense.parameters()), lr: 0.02);
        for (var update = 1; update <= 60; update++)
        {
            using var scope = torch.NewDisposeScope();
            var (output, state) = lstm.CallWithState(x);                  // reads what is known
            var prediction = dense.call(output.narrow(1, 7, 1));
            var loss = torch.zeros(1);
            for (var step = 0; step < 5; step++)
            {
                loss += (prediction - y.narrow(1, step, 1)).square().mean();
                (output, state) = lstm.CallWithState(prediction, state);  // its own prediction is its next input
                prediction = dense.call(output);
            }
            optimizer.zero_grad();
            loss.backward();                                              // through all five steps
            optimizer.step();
            if (update is 1 or 60)
            {
                Console.WriteLine($"update {update,2}: mean squared error of five steps {loss.item<float>() / 5:F1}");
            }
        }
        #endregion
    }
}
