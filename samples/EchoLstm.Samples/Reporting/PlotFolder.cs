using EchoLstm.Models;
using EchoLstm.Pictures;
using EchoLstm.Training;

namespace EchoLstm.Samples.Reporting;

/// <summary>The folder that --plot names, if it does: a run's pictures are called by the run's name.</summary>
/// <param name="folder">The folder; null where no pictures were asked for.</param>
/// <param name="name">The run's name.</param>
internal sealed class PlotFolder(string? folder, string name)
{
    private readonly List<string> _written = [];

    internal void Save(History history) => Write("loss", path => history.SavePlot(path));

    internal void Save(SequentialModel model) => Write("model", model.SaveDiagram);

    internal void Save(SeriesPlot predictions) => Write("predictions", predictions.Save);

    /// <summary>What was expected and what was predicted, one after the other.</summary>
    internal void Save(string title, string axis, IReadOnlyList<float> expected, IReadOnlyList<float> predicted) =>
        Save(new SeriesPlot(title) { XLabel = axis }.Add("expected", expected, start: 1).Add("predicted", predicted, start: 1));

    /// <summary>Says what was written.</summary>
    internal void Tell()
    {
        if (_written.Count > 0)
        {
            Console.WriteLine($"Pictures: {string.Join(", ", _written)} in {folder}");
            Console.WriteLine();
        }
    }

    private void Write(string what, Action<string> save)
    {
        if (folder is not null)
        {
            Directory.CreateDirectory(folder);
            save(Path.Combine(folder, $"{name}-{what}.svg"));
            _written.Add($"{name}-{what}.svg");
        }
    }
}
