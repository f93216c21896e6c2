namespace EchoLstm.Training;

/// <summary>
/// Prints a bar an epoch, as Keras's <c>verbose=1</c> does. On a terminal it grows in place, ten times a second at most; redirected, each
/// epoch is one finished line.
/// </summary>
internal sealed class ProgressBar(TextWriter writer, bool live, TimeProvider clock) : Callback
{
    private const int Width = 30;

    private readonly Throttle _throttle = new(clock);
    private long _epochBegin;
    private int _drawn;
    private int _warned;

    internal override bool UsesModel => false;

    public override bool WatchesBatches => live;

    public override void OnTrainBegin(FitProgress progress)
    {
        _warned = 0;
        MetricText.WriteWarnings(writer, progress, ref _warned);
    }

    public override void OnEpochBegin(FitProgress progress)
    {
        _epochBegin = clock.GetTimestamp();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Epoch {progress.Epoch + 1}/{progress.Epochs}"));
    }

    public override void OnBatchEnd(FitProgress progress)
    {
        if (progress.Batches == 0 && _throttle.IsDue())
        {
            Draw($"{progress.BatchesDone}/Unknown - {MetricText.Seconds(Elapsed)}{MetricText.All(progress.Figures)}");
        }
        else if (progress.BatchesDone < progress.Batches && _throttle.IsDue())
        {
            var left = Elapsed / progress.BatchesDone * (progress.Batches - progress.BatchesDone);
            Draw($"{Bar(progress)} - ETA: {MetricText.Remaining(left)}{MetricText.All(progress.Figures)}");
        }
    }

    public override void OnEpochEnd(FitProgress progress)
    {
        var elapsed = Elapsed;
        Draw($"{Bar(progress)} - {MetricText.Seconds(elapsed)} {MetricText.PerStep(elapsed / progress.Batches)}"
            + MetricText.All(progress.Figures));
        EndLine();
        MetricText.WriteWarnings(writer, progress, ref _warned);
    }

    public override void OnTrainEnd(FitProgress progress)
    {
        if (_drawn > 0)
        {
            EndLine();
        }
        MetricText.WriteWarnings(writer, progress, ref _warned);
        MetricText.WriteEnd(writer, progress);
    }

    private TimeSpan Elapsed => clock.GetElapsedTime(_epochBegin);

    private static string Bar(FitProgress progress)
    {
        var done = (int)((long)Width * progress.BatchesDone / progress.Batches);
        var bar = done == Width ? new string('=', Width) : new string('=', done) + '>' + new string('.', Width - done - 1);
        return string.Create(CultureInfo.InvariantCulture, $"{progress.BatchesDone}/{progress.Batches} [{bar}]");
    }

    // Blanks cover what is left of a longer line.
    private void Draw(string line)
    {
        writer.Write((live ? "\r" : "") + line.PadRight(_drawn));
        _drawn = line.Length;
    }

    private void EndLine()
    {
        writer.WriteLine();
        _drawn = 0;
    }
}
