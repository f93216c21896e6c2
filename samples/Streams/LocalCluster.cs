using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EchoLstm.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;

namespace EchoLstm.Samples.Streams;

/// <summary>A store, silos and a client on this machine, each silo and the store a process of its own.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly Process _store;
    private readonly List<Process> _silos;
    private readonly IHost _client;

    private LocalCluster(Process store, List<Process> silos, IHost client) => (_store, _silos, _client) = (store, silos, client);

    private IClusterClient Client => _client.Services.GetRequiredService<IClusterClient>();

    internal static async Task<LocalCluster> Start(int silos, int persistEvery)
    {
        var port = FreePorts(1)[0];
        var store = StartSelf("store", port);
        List<Process> started = [];
        try
        {
            await Connected(port, store);
            foreach (var silo in FreePorts(silos))
            {
                started.Add(StartSelf("silo", silo, "--store", port, "--persist", persistEvery));
                await Connected(silo + 1000, started[^1]);
            }
            return new LocalCluster(store, started, await Hosts.StartClient(port));
        }
        catch
        {
            End([store, .. started]);
            throw;
        }
    }

    /// <summary>Opens streams of the sample's model, many at once.</summary>
    internal async Task<StreamClient[]> OpenStreams(int streams, StreamClientOptions? options = null)
    {
        var clients = new StreamClient[streams];
        await Parallel.ForAsync(0, streams, async (i, cancellation) =>
            clients[i] = await StreamClient.OpenAsync(Client, Hosts.Model, $"stream-{i}", options, cancellation));
        return clients;
    }

    /// <summary>Ends a silo as a power cut does.</summary>
    internal void KillOne() => _silos[^1].Kill();

    /// <summary>The silos' private memory, in bytes.</summary>
    internal long SiloMemory() => _silos.Where(silo => !silo.HasExited).Sum(silo =>
    {
        silo.Refresh();
        return silo.WorkingSet64;
    });

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        _client.Dispose();
        End([.. _silos, _store]);
    }

    private static void End(List<Process> processes)
    {
        foreach (var process in processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
            process.WaitForExit();
            process.Dispose();
        }
    }

    private static Process StartSelf(params object[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(LocalCluster).Assembly.Location);
        }
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(Convert.ToString(argument, CultureInfo.InvariantCulture)!);
        }
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        return process;
    }

    private static async Task Connected(int port, Process process)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException error)
            {
                if (process.HasExited || clock.Elapsed > TimeSpan.FromMinutes(2))
                {
                    throw new InvalidOperationException($"A process of the cluster did not start; nothing listens on port {port}.", error);
                }
                await Task.Delay(50);
            }
        }
    }

    // Gateways listen 1,000 ports above their silos.
    private static int[] FreePorts(int count)
    {
        List<Socket> held = [];
        try
        {
            while (held.Count < count)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                held.Add(socket);
            }
            return [.. held.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }
}
