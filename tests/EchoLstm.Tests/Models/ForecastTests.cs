namespace EchoLstm.Tests.Models;

/// <summary>Forecasts feed their predictions back.</summary>
public class ForecastTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Predictions_slide_into_the_window(bool sequences)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4, returnSequences: sequences), new Dense(2)) { Seed = 1 };
        model.Build(3, 2);
        var window = Numbers.Uniform(1, [2, 3, 2]);

        var forecast = model.Forecast(window, steps: 5);

        forecast.shape.Should().Equal(2, 5, 2);
        var known = window;
        for (var step = 0; step < 5; step++)
        {
            var output = model.Predict(known);
            var next = sequences ? output.narrow(1, 2, 1) : output.unsqueeze(1);
            forecast.narrow(1, step, 1).ShouldMatchTensor(next, Tolerance.Float32, $"step {step}");
            known = cat([known, next], 1).narrow(1, 1, 3);
        }
    }

    [Fact]
    public void A_model_that_predicts_other_features_is_refused()
    {
        using var model = new SequentialModel(new Lstm(4), new Dense(3)) { Seed = 1 };
        model.Build(3, 2);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Forecast(new float[2, 3, 2], 5),
            "A forecast feeds predictions back, so from a window of (2, 3, 2) the model must predict a step of as many features, but its output is (2, 3). Train it on targets of one step: (samples, features).");
    }

    [Fact]
    public void A_window_without_steps_is_refused()
    {
        using var model = new SequentialModel(new ZeroPadding1D(), new Dense(2)) { Seed = 1 };
        model.Build(-1, 2);

        Errors.ExpectWithoutChange<ShapeMismatchException>(
            model,
            () => model.Forecast(new float[2, 0, 2], 5),
            "A forecast goes on from the last step of a window, but (2, 0, 2) has no time steps. Give it at least 1.");
    }

    [Fact]
    public void A_stateful_model_is_refused()
    {
        using var model = new SequentialModel(new Lstm(2, stateful: true)) { Seed = 1 };
        model.Build(3, 2);

        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => model.Forecast(new float[2, 3, 2], 5),
            "The model is stateful (Lstm 'lstm_1'), and a sliding window would feed it the same steps again. Use OpenStream and feed each prediction as the next step.");
    }
}
