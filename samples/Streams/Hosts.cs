using System.Net;
using EchoLstm.Orleans;
using Garnet;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Hosting;
using StackExchange.Redis;

namespace EchoLstm.Samples.Streams;

/// <summary>The processes of a cluster: the store, silos, and clients, all on this machine.</summary>
internal static class Hosts
{
    /// <summary>The model's name: the file beside the program.</summary>
    internal const string Model = "steps";

    internal static string ModelFolder => Path.Combine(AppContext.BaseDirectory, "models");

    /// <summary>Garnet, which speaks Redis's protocol, with Lua: Orleans's clustering and storage need it.</summary>
    internal static void RunStore(int port)
    {
        using var server = new GarnetServer(
            ["--port", $"{port}", "--bind", "127.0.0.1", "--lua", "true", "--memory", "1g", "--index", "64m"]);
        server.Start();
        Thread.Sleep(Timeout.Infinite);
    }

    internal static Task RunSilo(int port, int store, int persistEvery)
    {
        var host = Host.CreateApplicationBuilder();
        Quiet(host);
        host.UseOrleans(silo => silo
            .UseRedisClustering(options => options.ConfigurationOptions = Redis(store))
            .AddRedisGrainStorage(StreamHosting.StorageName, options => options.ConfigurationOptions = Redis(store))
            .ConfigureEndpoints(IPAddress.Loopback, siloPort: port, gatewayPort: port + 1000)
            .Configure<ClusterMembershipOptions>(options =>
            {
                // A silo that is gone is found in seconds; by default it takes ten and more.
                options.ProbeTimeout = TimeSpan.FromSeconds(1);
                options.NumMissedProbesLimit = 2;
                options.NumVotesForDeathDeclaration = 1;
                options.TableRefreshTimeout = TimeSpan.FromSeconds(2);
            })
            .UseEchoLstmStreams(options => (options.ModelFolder, options.PersistEvery) = (ModelFolder, persistEvery)));
        return host.Build().RunAsync();
    }

    internal static async Task<IHost> StartClient(int store)
    {
        var host = Host.CreateApplicationBuilder();
        Quiet(host);
        host.UseOrleansClient(client => client
            .UseRedisClustering(options => options.ConfigurationOptions = Redis(store))
            .UseConnectionRetryFilter(async (_, cancellation) =>
            {
                await Task.Delay(200, cancellation);
                return true;
            })
            .Configure<GatewayOptions>(options => options.GatewayListRefreshPeriod = TimeSpan.FromSeconds(1)));
        var built = host.Build();
        await built.StartAsync();
        return built;
    }

    private static ConfigurationOptions Redis(int port) => new() { EndPoints = { { "127.0.0.1", port } }, AbortOnConnectFail = false };

    private static void Quiet(HostApplicationBuilder host)
    {
        host.Logging.SetMinimumLevel(LogLevel.Critical);
    }
}
