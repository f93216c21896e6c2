using System.Diagnostics.Metrics;

namespace EchoLstm.Serving;

/// <summary>What neither ASP.NET nor the library counts.</summary>
internal sealed class ServingMeter
{
    internal const string Name = "EchoLstm.Serving";

    private readonly Counter<long> _swaps;

    public ServingMeter(IMeterFactory factory, StreamSessions sessions)
    {
        var meter = factory.Create(Name);
        _swaps = meter.CreateCounter<long>("echolstm.serving.swaps", "{model}", "Models that took another's place.");
        _ = meter.CreateObservableUpDownCounter("echolstm.serving.streams", () => sessions.Count, "{stream}", "Open streams.");
    }

    internal void CountSwap() => _swaps.Add(1);
}
