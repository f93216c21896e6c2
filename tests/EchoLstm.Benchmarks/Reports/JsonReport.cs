using System.Text.Encodings.Web;
using System.Text.Json;
using EchoLstm.Benchmarks.Measuring;

namespace EchoLstm.Benchmarks.Reports;

/// <summary>The results as a JSON list: workload, engine, microseconds, allocatedBytes (0 for C, null where it is not known).</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static void Write(FileInfo file, IEnumerable<Timing> timings)
    {
        var list = timings.Select(timing => new
        {
            workload = timing.Workload.Name,
            engine = timing.Engine,
            microseconds = Math.Round(timing.Microseconds, 3),
            allocatedBytes = timing.AllocatedBytes is { } bytes ? (long?)Math.Round(bytes) : null,
        });
        file.Directory?.Create();
        File.WriteAllText(file.FullName, JsonSerializer.Serialize(list, Options) + "\n");
    }
}
