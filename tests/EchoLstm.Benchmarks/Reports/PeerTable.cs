using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>One line a workload and engine.</summary>
internal static class PeerTable
{
    private const int NameWidth = 29;

    internal static readonly string Header =
        $"{"workload".PadRight(NameWidth)} engine          median  (fastest - slowest)         torchsharp/this  torch/this   this/c  bytes";

    internal static void Write(IReadOnlyList<Timing> timings)
    {
        foreach (var timing in timings)
        {
            var range = $"({Figure(timing.Fastest)} - {Figure(timing.Slowest)})";
            Console.WriteLine(
                $"{timing.Workload.Name.PadRight(NameWidth)} {timing.Engine,-10} {Figure(timing.Microseconds),11}  {range,-27} "
                + $"{Ratio(Of(timings, TorchSharpPeer.Engine), timing),15} {Ratio(Of(timings, OwnEngine.Torch), timing),11} "
                + $"{Ratio(timing, Of(timings, CLoops.Engine)),8} {Bytes(timing),6}{(timing.Note is null ? "" : "  " + timing.Note)}");
        }
    }

    internal static Timing? Of(IEnumerable<Timing> timings, string engine) => timings.FirstOrDefault(timing => timing.Engine == engine);

    internal static string Figure(double value) => value.ToString(value == 0 ? "0" : value < 10 ? "0.00" : value < 1000 ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static string Ratio(Timing? above, Timing? below) => above is null || below is null ? "-" : Figure(above.Microseconds / below.Microseconds) + "x";

    private static string Bytes(Timing timing) => timing.AllocatedBytes is { } bytes ? bytes.ToString("#,0", CultureInfo.InvariantCulture) : "-";
}
