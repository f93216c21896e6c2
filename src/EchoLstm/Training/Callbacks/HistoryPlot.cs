using EchoLstm.Pictures;

namespace EchoLstm.Training;

/// <summary>The picture of a history: a chart for each metric, the training's curve and the validation's.</summary>
internal static class HistoryPlot
{
    internal static string Draw(History history, string? title)
    {
        double[] epochs = [.. history.Epochs.Select(epoch => epoch + 1.0)];
        if (epochs.Length == 0)
        {
            throw new InvalidOperationException("The history has no epochs to plot: the fit ended before its first was complete.");
        }
        // A metric may be called val_something itself; it is a validation's metric where there is one without the prefix.
        var validations = history.Names.Select(name => MonitoredMetric.ValidationPrefix + name).ToHashSet();
        var charts = history.Names.Where(name => !validations.Contains(name)).Select(name =>
        {
            List<Curve> curves = [new("training", 0, epochs, history[name])];
            if (history.TryGet(MonitoredMetric.ValidationPrefix + name, out var metrics))
            {
                curves.Add(new("validation", 1, epochs, metrics));
            }
            // A share of 0 to 1 is compared with 1, not with 0.
            var isShare = name.Split('_').Any(word => word is "accuracy" or "acc" or "auc" or "precision" or "recall" or "f1");
            return new Chart(name, "epoch", curves, MayBeLog: !isShare, WholeX: true);
        });
        title ??= string.Create(CultureInfo.InvariantCulture, $"Training, {epochs.Length} epoch{(epochs.Length == 1 ? "" : "s")}");
        return ChartSheet.Draw(title, $"{string.Join(", ", history.Names)} of each epoch", [.. charts]);
    }
}
