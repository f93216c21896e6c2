using System.Diagnostics;
using System.Globalization;
using EchoLstm.Inference;

namespace EchoLstm.Samples.Streams;

/// <summary>What a cluster on this machine does: steps a second, and memory a stream.</summary>
internal static class Measure
{
    internal static async Task<int> Run(int silos, int streams, int seconds, int persistEvery)
    {
        await using var cluster = await LocalCluster.Start(silos, persistEvery);
        using var model = InferenceModel.Load(Path.Combine(Hosts.ModelFolder, Hosts.Model + ".safetensors"));
        var features = (int)model.InputShape.Last!.Value;
        var before = cluster.SiloMemory();
        var clients = await cluster.OpenStreams(streams);
        await Task.WhenAll(clients.Select((client, i) => client.StepAsync(Failover.Input(i, 1, features))));
        var memory = (cluster.SiloMemory() - before) / (double)streams;

        var (clock, done) = (Stopwatch.StartNew(), 0L);
        await Task.WhenAll(clients.Select(async (client, i) =>
        {
            for (var t = 2L; clock.Elapsed.TotalSeconds < seconds; t++)
            {
                await client.StepAsync(Failover.Input(i, t, features));
                Interlocked.Increment(ref done);
            }
        }));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{silos} silos, {streams} streams, written every {persistEvery} steps: {done / clock.Elapsed.TotalSeconds:0} steps a second, "
                + $"{memory / 1024:0.0} kB resident a stream"));
        return 0;
    }
}
