using System.Globalization;
using EchoLstm.Pictures;

namespace EchoLstm.Training;

/// <summary>The picture of a history: a chart for each figure, the training's curve and the validation's.</summary>
internal static class HistoryPlot
{
    private const int Training = 0, Validation = 1;

    internal static string Draw(History history, string? title)
    {
        double[] epochs = [.. history.Epochs.Select(epoch => epoch + 1.0)];
        if (epochs.Length == 0)
        {
            throw new InvalidOperationException("The history has no epochs to plot: the fit ended before its first was complete.");
        }
        var charts = history.Names.Where(name => !IsValidation(history, name)).Select(name => Chart(history, name, epochs)).ToList();
        var heading = title ?? (epochs.Length == 1 ? "Training, 1 epoch" : string.Create(CultureInfo.InvariantCulture, $"Training, {epochs.Length} epochs"));
        return ChartSheet.Draw(heading, $"{string.Join(", ", history.Names)} of each epoch", charts);
    }

    private static Chart Chart(History history, string name, double[] epochs)
    {
        var curves = new List<Curve> { new("training", Training, epochs, history[name]) };
        if (history.TryGet(FigureNames.ValidationPrefix + name, out var validation))
        {
            curves.Add(new("validation", Validation, epochs, validation));
        }
        // A share of 0 to 1 is compared with 1, not with 0.
        var isShare = name.Split('_').Any(word => word is "accuracy" or "acc" or "auc");
        return new Chart(name, "epoch", curves, MayBeLog: !isShare, WholeX: true);
    }

    // A metric may be called val_something itself; it is a validation's figure where there is one without the prefix.
    private static bool IsValidation(History history, string name) =>
        name.StartsWith(FigureNames.ValidationPrefix, StringComparison.Ordinal) && history.Names.Contains(name[FigureNames.ValidationPrefix.Length..]);
}
