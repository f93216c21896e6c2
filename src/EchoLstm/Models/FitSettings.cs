using System.Diagnostics.CodeAnalysis;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>How a fit shall run; the names are those of <c>Fit</c>'s arguments.</summary>
internal sealed record FitSettings(
    int Epochs,
    int BatchSize,
    int Verbose,
    bool Shuffle,
    int InitialEpoch,
    IReadOnlyList<Callback>? Callbacks,
    IProgress<FitReport>? Progress,
    TextWriter? Output,
    CancellationToken Cancellation,
    double ValidationSplit = 0)
{
    internal void Check()
    {
        ModelData.AtLeastOne(Epochs, "epochs");
        ModelData.AtLeastOne(BatchSize, "batchSize");
        if (Verbose is < 0 or > 2)
        {
            throw new ArgumentOutOfRangeException(
                "verbose", Verbose, "verbose is 0 (nothing), 1 (a progress bar an epoch) or 2 (two lines an epoch).");
        }
        if (InitialEpoch < 0 || InitialEpoch >= Epochs)
        {
            throw new ArgumentOutOfRangeException(
                "initialEpoch",
                InitialEpoch,
                string.Create(CultureInfo.InvariantCulture, $"initialEpoch counts from 0 and must lie below epochs, which is {Epochs}."));
        }
    }

    /// <summary>Everyone who is told of the fit, who prints last.</summary>
    internal List<Callback> Observers()
    {
        List<Callback> observers = [.. Callbacks ?? []];
        if (observers.Contains(null!))
        {
            throw new ArgumentNullException("callbacks", "One of the callbacks is null.");
        }
        if (Progress is not null)
        {
            observers.Add(new ProgressReporter(Progress, TimeProvider.System));
        }
        if (Verbose > 0)
        {
            observers.Add(Printer());
        }
        return observers;
    }

    [SuppressMessage("ApiDesign", "RS0030", Justification = "Keras prints progress; verbose: 0 or a writer keeps the console free.")]
    private Callback Printer()
    {
        var writer = Output ?? Console.Out;
        var live = ReferenceEquals(writer, Console.Out) && !Console.IsOutputRedirected;
        return Verbose == 1 ? new ProgressBar(writer, live, TimeProvider.System) : new EpochLog(writer);
    }
}
