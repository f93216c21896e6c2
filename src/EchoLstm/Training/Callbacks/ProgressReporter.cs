namespace EchoLstm.Training;

/// <summary>Reports a fit to its caller's <see cref="IProgress{T}"/>.</summary>
internal sealed class ProgressReporter(IProgress<FitReport> receiver, TimeProvider clock) : Callback
{
    private readonly Throttle _throttle = new(clock);
    private bool _hasNews;

    internal override bool UsesModel => false;

    public override void OnBatchEnd(FitProgress progress) => ReportWhereDue(progress);

    public override void OnEpochEnd(FitProgress progress) => ReportWhereDue(progress);

    public override void OnTrainEnd(FitProgress progress)
    {
        if (_hasNews)
        {
            Report(progress);
        }
    }

    private void ReportWhereDue(FitProgress progress)
    {
        _hasNews = true;
        if (_throttle.IsDue())
        {
            Report(progress);
        }
    }

    private void Report(FitProgress progress)
    {
        _hasNews = false;
        receiver.Report(new FitReport(progress.Epoch, progress.Epochs, progress.BatchesDone, progress.Batches, progress.Figures));
    }
}
