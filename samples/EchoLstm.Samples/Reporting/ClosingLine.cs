using System.Globalization;
using EchoLstm.Models;
using EchoLstm.Training;

namespace EchoLstm.Samples.Reporting;

/// <summary>The line that ends a model's run.</summary>
internal static class ClosingLine
{
    internal static string Of(string name, SequentialModel model, History history, float largestError) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name}: {model.CountParameters():N0} parameters, last loss {Figures.Loss(history.Loss[^1])}, largest error {largestError:F4}, trained in {history.Duration.TotalMilliseconds:N1} ms, engine {history.Engine}");
}
