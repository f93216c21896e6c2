using System.Globalization;
using EchoLstm.Training;

namespace EchoLstm.Samples.Reporting;

/// <summary>A fit as about ten lines, for output that is no terminal.</summary>
internal sealed class FitLines(TextWriter writer) : Callback
{
    private const int Lines = 10;

    public override bool WatchesBatches => false;

    public override void OnEpochEnd(FitProgress progress)
    {
        var done = progress.Epoch + 1;
        var step = (progress.Epochs + Lines - 1) / Lines;
        if (done % step == 0 || done == progress.Epochs)
        {
            var last = progress.Epochs.ToString(CultureInfo.InvariantCulture);
            writer.WriteLine($"epoch {done.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last} - loss: {Figures.Loss(progress.Figures["loss"])}");
        }
    }
}
