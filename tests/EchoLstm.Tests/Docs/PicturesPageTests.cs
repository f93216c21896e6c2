using EchoLstm.Data;
using EchoLstm.Pictures;

namespace EchoLstm.Tests.Docs;

/// <summary>What docs/pictures.md shows is compiled here, and draws what it says.</summary>
public class PicturesPageTests
{
    [Fact]
    public void Its_program_writes_three_pictures()
    {
        using var temporary = new TemporaryFolder();
        var folder = temporary.Path;
        #region
        var sequence = EchoSequence.Linear(5);
        var (x, y) = EchoSequence.FrameManyToMany(sequence);
        using var model = EchoModels.ManyToMany(seed: 71);

        var history = model.Fit(x, y, epochs: 1000, batchSize: 1, verbose: 0);
        history.SavePlot(Path.Combine(folder, "loss.svg"));
        model.SaveDiagram(Path.Combine(folder, "model.svg"));

        float[] predicted = [.. model.Predict<float[,,]>(x).Cast<float>()];
        new SeriesPlot("The echo") { XLabel = "time step" }
            .Add("expected", sequence)
            .Add("predicted", predicted)
            .Save(Path.Combine(folder, "predictions.svg"));
        #endregion

        Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order()
            .Should().Equal("loss.svg", "model.svg", "predictions.svg");
    }
}
