namespace EchoLstm.Tests.Hunt;

/// <summary>The library's callbacks, and a user's that does what it should not.</summary>
internal static class DrawnCallbacks
{
    internal static Recipe<Callback> Any(Subject s)
    {
        var (draw, monitor, patience) = (s.Draw, s.Draw.Of("val_loss", "loss", "none"), s.Draw.Mostly(1, -1));
        return draw.Below(14) switch
        {
            0 => new($"new EarlyStopping({monitor}, {patience}, restoreBestWeights: true)", () =>
                new EarlyStopping(monitor, patience: patience, restoreBestWeights: true)),
            1 => new($"new ReduceLrOnPlateau({monitor}, {patience})", () => new ReduceLrOnPlateau(monitor, patience: patience)),
            2 => new("new TerminateOnNaN()", () => new TerminateOnNaN()),
            3 => new($"new ModelCheckpoint({monitor})", () =>
                new ModelCheckpoint(Path.Combine(s.Folder, "checkpoint {epoch}.safetensors"), monitor)),
            4 => new("new CsvLogger()", () => new CsvLogger(Path.Combine(s.Folder, "log.csv"))),
            12 => new("new TensorBoard(updateFrequency: 1)", () => new TensorBoard(Path.Combine(s.Folder, "logs"), true, 1)),
            13 => new("new EpochLog(TextWriter.Null)", () => new EpochLog(TextWriter.Null)),
            5 => Scheduler(draw.Of(0.01, double.NaN, -1, double.PositiveInfinity)),
            _ => OfAUser(s),
        };
    }

    private static Recipe<Callback> Scheduler(double rate) =>
        new($"new LearningRateScheduler({rate})", () => new LearningRateScheduler((_, _) => rate));

    private static Recipe<Callback> OfAUser(Subject s)
    {
        var (text, action) = Action(s);
        return s.Draw.Below(3) switch
        {
            0 => new($"onTrainBegin: {text}", () => new LambdaCallback(onTrainBegin: action)),
            1 => new($"onBatchEnd: {text}", () => new LambdaCallback(onBatchEnd: action)),
            _ => new($"onEpochEnd: {text}", () => new LambdaCallback(onEpochEnd: action)),
        };
    }

    private static (string Text, Action<FitProgress> Action) Action(Subject s)
    {
        var (x, rate) = (s.X(), s.Draw.Of(0.5, double.NaN, -1));
        return s.Draw.Below(14) switch
        {
            0 => ("throws", _ => throw new FaultyCodeException()),
            1 => ("stops", progress => progress.Stop()),
            2 => ($"rate {rate}", progress => progress.LearningRate = rate),
            3 => ("disposes the model", progress => progress.Model.Dispose()),
            4 => ($"predicts {x}", _ => s.Model!.Predict(x.Value)),
            5 => ("adds a layer", _ => (s.Model as SequentialModel)?.Add(new Dense(1))),
            6 => ("compiles", _ => s.Model!.Compile(Loss.MeanSquaredError(), new Sgd())),
            7 => ("fits", _ => s.Model!.Fit(x.Value, x.Value, verbose: 0)),
            8 => ("sets its weights", progress => progress.Model.SetWeights(progress.Model.GetWeights())),
            9 => ("changes its weights", progress =>
                FreeOfGradients(() => progress.Model.parameters().ToList().ForEach(parameter => parameter.mul_(float.NaN)))),
            10 => ("moves to float64", progress => progress.Model.to(ScalarType.Float64)),
            11 => ("freezes", progress => progress.Model.Trainable = false),
            12 => ("resets states", _ => s.Model!.ResetStates()),
            _ => ("changes the engine", _ =>
                s.Model!.RequestedEngine = s.Model.RequestedEngine == EngineKind.Torch ? EngineKind.Fused : EngineKind.Torch),
        };
    }

    private static void FreeOfGradients(Action action)
    {
        using var withoutGradients = no_grad();
        action();
    }
}
