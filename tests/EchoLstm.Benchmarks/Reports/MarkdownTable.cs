using System.Globalization;
using EchoLstm.Benchmarks.Measuring;
using EchoLstm.Benchmarks.Own;
using EchoLstm.Benchmarks.Peers;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>One line a workload, in Markdown: the table of the library's README.</summary>
internal static class MarkdownTable
{
    internal static void Write(IReadOnlyList<Timing> timings)
    {
        Console.WriteLine();
        Console.WriteLine("| workload | fused | torchsharp | ort | C | torchsharp / fused | ort / fused | fused / C |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (var group in timings.GroupBy(timing => timing.Workload))
        {
            double? Of(string engine) => PeerTable.Of(group, engine)?.Microseconds;
            var (fused, torchSharp, ort, c) = (Of(OwnEngine.Fused), Of(TorchSharpPeer.Engine), Of(OnnxRuntimePeer.Engine), Of(CLoops.Engine));
            Console.WriteLine(
                $"| `{group.Key.Name}` | {Time(fused)} | {Time(torchSharp)} | {Time(ort)} | {Time(c)} "
                + $"| {Ratio(torchSharp / fused)} | {Ratio(ort / fused)} | {Ratio(fused / c)} |");
        }
    }

    private static string Time(double? microseconds) => Text(microseconds, microseconds < 10 ? "0.00" : microseconds < 100 ? "0.0" : "#,0", "");

    private static string Ratio(double? ratio) => Text(ratio, ratio < 2 ? "0.00" : ratio < 10 ? "0.0" : "#,0", "×");

    private static string Text(double? value, string format, string unit) =>
        value is { } number ? number.ToString(format, CultureInfo.InvariantCulture) + unit : "-";
}
