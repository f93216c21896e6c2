namespace EchoLstm.Training;

/// <summary>Prints a bar an epoch, as Keras's <c>verbose=1</c> does. On a terminal it grows in place; redirected, each epoch is one finished line.</summary>
internal sealed class ProgressBar(TextWriter writer, bool live) : Callback
{
    private const int Width = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private TimeSpan _drawn;

    public override void OnTrainBegin(FitProgress progress) => FigureText.WriteWarnings(writer, progress);

    public override void OnEpochBegin(FitProgress progress)
    {
        _drawn = TimeSpan.Zero;
        writer.WriteLine($"Epoch {progress.Epoch + 1}/{progress.Epochs}");
    }

    public override void OnBatchEnd(FitProgress progress)
    {
        if (live && progress.BatchesDone < progress.Batches && progress.EpochDuration - _drawn >= Pause)
        {
            _drawn = progress.EpochDuration;
            writer.Write('\r' + Line(progress));
        }
    }

    public override void OnEpochEnd(FitProgress progress) => writer.WriteLine((live ? "\r" : "") + Line(progress));

    private static string Line(FitProgress progress)
    {
        var done = Width * progress.BatchesDone / progress.Batches;
        var bar = done == Width ? new string('=', Width) : new string('=', done) + '>' + new string('.', Width - done - 1);
        return $"{progress.BatchesDone}/{progress.Batches} [{bar}] - {FigureText.Seconds(progress.EpochDuration)}{FigureText.All(progress.Figures)}";
    }
}
