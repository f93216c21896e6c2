namespace EchoLstm.Tests.Models;

/// <summary>A fit is of the layers, the loss and the optimiser that it began with: a callback can't exchange them.</summary>
public class ChangesInsideFitTests
{
    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void Compile_and_Add_are_refused_and_work_again_afterwards(EngineKind engine)
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam());
        const string Mend = "can't run inside Fit, where a callback called it. Stop the fit with progress.Stop(), and call it when Fit has returned.";

        Errors.Expect<InvalidOperationException>(
            () => Fit(new LambdaCallback(onEpochEnd: _ => model.Compile(Loss.MeanAbsoluteError(), new Sgd()))),
            $"Compile {Mend}");
        using var extra = new Dense(1);
        Errors.Expect<InvalidOperationException>(() => Fit(new LambdaCallback(onBatchEnd: _ => model.Add(extra))), $"Add {Mend}");

        model.Layers.Should().HaveCount(2);
        Fit(new LambdaCallback()).Loss.Should().HaveCount(2);
        model.Compile(Loss.MeanAbsoluteError(), new Sgd());
        Fit(new LambdaCallback()).Loss.Should().HaveCount(2);

        History Fit(Callback callback) => model.Fit(new float[4, 2, 1], new float[4, 1], epochs: 2, verbose: 0, callbacks: [callback]);
    }
}
