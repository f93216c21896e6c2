using System.Diagnostics;
using System.Globalization;
using EchoLstm.Inference;
using EchoLstm.Orleans;

namespace EchoLstm.Samples.Streams;

/// <summary>Streams go on, bit for bit, when a silo is killed in the middle.</summary>
internal static class Failover
{
    /// <summary>Runs streams through steps, kills a silo half-way, and compares every output with one process that reads the same.</summary>
    /// <returns>0 where all are the same.</returns>
    internal static async Task<int> Run(int silos, int streams, int steps, int persistEvery)
    {
        await using var cluster = await LocalCluster.Start(silos, persistEvery);
        using var model = InferenceModel.Load(Path.Combine(Hosts.ModelFolder, Hosts.Model + ".safetensors"));
        var features = (int)model.InputShape.Last!.Value;
        // What a killed silo was asked is asked again after a second.
        var options = new StreamClientOptions { CallTimeout = TimeSpan.FromSeconds(1) };
        var clients = await cluster.OpenStreams(streams, options);
        InferenceStream[] expected = [.. clients.Select(_ => model.OpenStream())];

        var wrong = 0;
        for (var t = 1; t <= steps; t++)
        {
            var clock = Stopwatch.StartNew();
            var kills = t == (steps / 2) + 1;
            if (kills)
            {
                cluster.KillOne();
            }
            var outputs = await Task.WhenAll(clients.Select((client, i) => client.StepAsync(Input(i, t, features))));
            if (kills)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"a silo of {silos} was killed before step {t}: the last of {streams} streams answered after {clock.Elapsed.TotalSeconds:0.0} s"));
            }
            wrong += outputs.Where((output, i) => !output.AsSpan().SequenceEqual(expected[i].Step(Input(i, t, features)))).Count();
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{streams} streams of {steps} steps: {(wrong == 0 ? "every output has the bits of one process that read the same" : $"{wrong} outputs differ")}"));
        return wrong == 0 ? 0 : 1;
    }

    internal static float[] Input(int stream, long step, int features) =>
        [.. Enumerable.Range(0, features).Select(k => MathF.Sin((stream * 0.61f) + (step * 0.37f) + k))];
}
