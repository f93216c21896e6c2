using System.Text;

namespace EchoLstm.Training;

/// <summary>Metrics as Keras prints them, in every culture alike.</summary>
internal static class MetricText
{
    private const double SmallestFixed = 1e-3;

    /// <summary>Four decimals, or <c>1.5464e-04</c> at 1e-3 and below; <c>nan</c> and <c>inf</c> as Python writes them.</summary>
    internal static string Number(double value) =>
        double.IsNaN(value) ? "nan"
        : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf")
        : Math.Abs(value) > SmallestFixed ? value.ToString("F4", CultureInfo.InvariantCulture)
        : Exponential(value);

    internal static string All(IReadOnlyDictionary<string, double> metrics)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in metrics)
        {
            text.Append(" - ").Append(name).Append(": ").Append(Number(value));
        }
        return text.ToString();
    }

    /// <summary>A line for each of the fit's warnings that is not written yet.</summary>
    internal static void WriteWarnings(TextWriter writer, FitProgress progress, ref int written)
    {
        for (; written < progress.Warnings.Count; written++)
        {
            writer.WriteLine($"Warning: {progress.Warnings[written]}");
        }
    }

    /// <summary>A line where the fit ended within an epoch.</summary>
    internal static void WriteEnd(TextWriter writer, FitProgress progress)
    {
        if (progress.Outcome == FitOutcome.Canceled)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Canceled in epoch {progress.Epoch + 1}/{progress.Epochs} after batch {progress.BatchesDone}/{progress.Batches}."));
        }
        else if (progress.Diverged is { } diverged)
        {
            writer.WriteLine(diverged.Message);
        }
    }

    /// <summary>Whole seconds, as Keras prints them.</summary>
    internal static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture) + "s";

    /// <summary>What a batch took, as Keras prints it: <c>2s/step</c>, <c>12ms/step</c>, <c>85us/step</c>.</summary>
    internal static string PerStep(TimeSpan duration) => duration.TotalSeconds switch
    {
        0 or >= 1 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:F0}s/step"),
        >= 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:F0}ms/step"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMicroseconds:F0}us/step"),
    };

    /// <summary>The time that is left, as Keras prints it: <c>9s</c>, <c>1:05</c>, <c>1:02:03</c>.</summary>
    internal static string Remaining(TimeSpan time)
    {
        var seconds = (long)Math.Round(time.TotalSeconds);
        return seconds switch
        {
            < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds}s"),
            < 3600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}:{seconds % 60:D2}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600}:{seconds / 60 % 60:D2}:{seconds % 60:D2}"),
        };
    }

    // C's %.4e has at least two digits of exponent, .NET's format by default three.
    private static string Exponential(double value) => value.ToString("0.0000e+00", CultureInfo.InvariantCulture);
}
