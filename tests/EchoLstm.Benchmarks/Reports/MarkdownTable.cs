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
        Console.WriteLine("| workload | fused | torchsharp | torch | C | torchsharp / fused | fused / C |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var group in timings.GroupBy(timing => timing.Workload))
        {
            var (fused, torchSharp, torch, c) = (Of(group, OwnEngine.Fused), Of(group, TorchSharpPeer.Engine), Of(group, OwnEngine.Torch), Of(group, CLoops.Engine));
            Console.WriteLine($"| `{group.Key.Name}` | {Time(fused)} | {Time(torchSharp)} | {Time(torch)} | {Time(c)} | {Ratio(torchSharp / fused)} | {Ratio(fused / c)} |");
        }
    }

    private static double? Of(IEnumerable<Timing> timings, string engine) => PeerTable.Of(timings, engine)?.Microseconds;

    private static string Time(double? microseconds) => Text(microseconds, microseconds < 10 ? "0.00" : microseconds < 100 ? "0.0" : "#,0", "");

    private static string Ratio(double? ratio) => Text(ratio, ratio < 2 ? "0.00" : ratio < 10 ? "0.0" : "#,0", "×");

    private static string Text(double? value, string format, string unit) => value is { } number ? number.ToString(format, CultureInfo.InvariantCulture) + unit : "-";
}
