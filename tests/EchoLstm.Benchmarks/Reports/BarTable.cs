using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>The bar and whether it is met.</summary>
internal static class BarTable
{
    internal static void Write(IReadOnlyList<Timing> timings)
    {
        Console.WriteLine();
        Console.WriteLine("The bar                  torchsharp/fused  at least       ort/fused  at least         fused/c  at most         bytes  at most");
        foreach (var bar in Bar.All)
        {
            var own = timings.Where(timing => timing.Workload == bar.Workload).ToArray();
            if (PeerTable.Of(own, OwnEngine.Fused) is not { } fused)
            {
                continue;
            }
            var faster = PeerTable.Of(own, TorchSharpPeer.Engine)?.Microseconds / fused.Microseconds;
            var fasterThanOrt = PeerTable.Of(own, OnnxRuntimePeer.Engine)?.Microseconds / fused.Microseconds;
            var timesC = fused.Microseconds / PeerTable.Of(own, CLoops.Engine)?.Microseconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{bar.Workload.Name,-29} {Cell(faster, bar.TimesFasterThanTorchSharp, faster >= bar.TimesFasterThanTorchSharp)} {Cell(fasterThanOrt, bar.TimesFasterThanOnnxRuntime, fasterThanOrt >= bar.TimesFasterThanOnnxRuntime)} {Cell(timesC, bar.TimesC, timesC <= bar.TimesC)} {Cell(fused.AllocatedBytes is { } bytes ? Math.Round(bytes) : null, bar.AllocatesNothing ? 0 : null, fused.AllocatedBytes < 1)}"));
        }
    }

    private static string Cell(double? value, double? bar, bool isMet) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(value is { } number ? PeerTable.Figure(number) : "-"),11} {(bar is null ? "" : bar.Value.ToString("#,0.#", CultureInfo.InvariantCulture)),6} {(bar is null || value is null ? "" : isMet ? "met" : "NOT MET"),-7}");
}
