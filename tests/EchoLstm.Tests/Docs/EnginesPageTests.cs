namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/engines.md.</summary>
public class EnginesPageTests() : PageProgram("docs/engines.md")
{
    [Fact]
    public void The_engine_says_why()
    {
        #region
        using var fused = EchoModels.ManyToMany(seed: 1);
        using var torch = new SequentialModel(new Conv1D(4, 3), new Lstm(5), new Dense(1)) { Seed = 1 };
        torch.Build(10, 1);
        Console.WriteLine(fused.Engine);
        Console.WriteLine(torch.Engine);
        #endregion
    }

    [Fact]
    public void One_can_be_asked_for()
    {
        var (x, y) = EchoLstm.Data.EchoSequence.FrameManyToMany(EchoLstm.Data.EchoSequence.Linear(5));
        #region
        using var first = EchoModels.ManyToMany(seed: 1);
        using var second = EchoModels.ManyToMany(seed: 1);
        second.RequestedEngine = EngineKind.Torch;    // Fused, where it can't run the model, is an error that says why
        var fused = first.Fit(x, y, epochs: 50, batchSize: 1, verbose: 0);
        var torch = second.Fit(x, y, epochs: 50, batchSize: 1, verbose: 0);
        var apart = fused.Loss.Zip(torch.Loss, (a, b) => Math.Abs(a - b) / b).Max();
        Console.WriteLine($"{fused.Engine.Kind} and {torch.Engine.Kind}: losses agree to 1e-4: {apart < 1e-4}");
        #endregion
    }

    [Fact]
    public void Small_predictions_go_from_memory_to_memory()
    {
        #region
        using var model = EchoModels.ManyToMany(seed: 1);
        float[] x = [0, 0.2f, 0.4f, 0.6f, 0.8f], y = new float[5];
        model.Predict(x, y);    // one sample of five steps, from memory into memory
        #endregion
        y.Should().Equal(model.Predict<float[,,]>(EchoLstm.Data.EchoSequence.FrameManyToMany(x).X).Cast<float>());
    }
}
