using EchoLstm.Training;

namespace EchoLstm.Samples.Reporting;

/// <summary>A fit as a live bar that grows by an epoch at a time.</summary>
internal sealed class FitBar(LiveBar bar) : Callback
{
    public override bool WatchesBatches => false;

    public override void OnEpochEnd(FitProgress progress) => bar.Advance($"loss {Figures.Loss(progress.Figures["loss"])}");
}
