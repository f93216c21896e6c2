namespace EchoLstm.Training;

/// <summary>The metric that a callback looks at after each epoch, and which way it gets better.</summary>
internal sealed class MonitoredMetric
{
    internal const string LearningRate = "learning_rate";
    internal const string ValidationPrefix = "val_";
    internal const string ValidationLoss = ValidationPrefix + Compilation.LossName;

    private readonly string _owner;
    private readonly MonitorMode _mode;
    private readonly double _minDelta;
    private bool _largerIsBetter;

    internal MonitoredMetric(string owner, string monitor, MonitorMode mode, double minDelta = 0)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(monitor);
        if (!double.IsFinite(minDelta))
        {
            throw new ArgumentOutOfRangeException(
                nameof(minDelta),
                minDelta,
                "minDelta is a number by which the metric must get better, e.g. 0.001.");
        }
        if (!Enum.IsDefined(mode))
        {
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "mode is Auto, Min or Max.");
        }
        (_owner, Name, _mode, _minDelta) = (owner, monitor, mode, Math.Abs(minDelta));
    }

    internal string Name { get; }

    /// <summary>Keras's names of what an epoch ends with.</summary>
    internal static string[] NamesOfEpoch(IReadOnlyList<string> measured, bool hasValidation, bool reportsRate)
    {
        var validation = hasValidation ? measured.Select(name => ValidationPrefix + name) : [];
        string[] rate = reportsRate ? [LearningRate] : [];
        return [.. measured, .. validation, .. rate];
    }

    /// <summary>Throws where the fit does not measure the metric, or nobody knows which way it gets better.</summary>
    internal void Begin(FitProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (!progress.Names.Contains(Name))
        {
            var hasValidation = progress.Names.Any(name => name.StartsWith(ValidationPrefix, StringComparison.Ordinal));
            var mend = Name.StartsWith(ValidationPrefix, StringComparison.Ordinal) && !hasValidation
                ? "Pass validationSplit or validationData to Fit, or monitor one of those."
                : "Monitor one of those, or pass the metric to Compile.";
            throw new ArgumentException($"{_owner} monitors '{Name}', but the fit measures {string.Join(", ", progress.Names)}. {mend}");
        }
        _largerIsBetter = IsLargerBetter();
    }

    /// <summary>The value of the epoch that has just ended.</summary>
    internal double Of(FitProgress progress) => progress.Figures[Name];

    /// <summary>Whether a value is better than another, by enough to count. One that is not a number never is.</summary>
    internal bool IsBetter(double value, double? than) =>
        !double.IsNaN(value) && (than is not { } other || (_largerIsBetter ? value - _minDelta > other : value + _minDelta < other));

    private bool IsLargerBetter()
    {
        if (_mode != MonitorMode.Auto)
        {
            return _mode == MonitorMode.Max;
        }
        if (HasOneOf("accuracy", "acc", "auc", "precision", "recall", "f1", "r2"))
        {
            return true;
        }
        return HasOneOf("loss", "error", "crossentropy")
            ? false
            : throw new ArgumentException(
                $"{_owner} can't tell from its name whether '{Name}' is better when it is smaller or larger. Pass mode: MonitorMode.Min or "
                    + "mode: MonitorMode.Max.");
    }

    private bool HasOneOf(params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (Name.Split('_').Contains(word, StringComparer.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }
}
