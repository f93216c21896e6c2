namespace EchoLstm.Tests.Training;

/// <summary>Fits whose validation measures what a test says: a model of one weight, which is its prediction and the figure.</summary>
internal static class GivenFigures
{
    internal const string Name = "val_figure_error";

    internal static SequentialModel Model(Optimizer? optimizer = null)
    {
        var model = new SequentialModel(new Dense(1, useBias: false)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), optimizer ?? new Sgd(1), Metric.Custom((_, output) => output.sqrt().square(), "figure_error"), Metric.Accuracy());
        return model;
    }

    internal static History Fit(double[] figures, params Callback[] callbacks)
    {
        using var model = Model();
        return Fit(model, figures, callbacks);
    }

    /// <summary>A fit whose epochs end with these figures. A weight can't be NaN, but the root of a negative one is.</summary>
    internal static History Fit(SequentialModel model, double[] figures, params Callback[] callbacks)
    {
        var one = new float[,] { { 1 } };
        var given = new LambdaCallback(onBatchEnd: progress => model.SetWeights([new[,] { { double.IsNaN(figures[progress.Epoch]) ? -1 : figures[progress.Epoch] } }]));
        return model.Fit(one, one, figures.Length, verbose: 0, validationData: (one, one), callbacks: [given, .. callbacks]);
    }
}
