using EchoLstm.Inference;
using EchoLstm.Layers;
using EchoLstm.Models;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Orleans.TestingHost;

namespace EchoLstm.Orleans.Tests;

/// <summary>Silos in this process over a folder of models and one storage.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    internal const int Features = 3;
    internal const int PersistEvery = 4;

    private readonly InProcessTestCluster _silos;

    private Cluster(InProcessTestCluster silos, string folder, SharedStorage.Contents contents) =>
        (_silos, Folder, Contents) = (silos, folder, contents);

    internal string Folder { get; }

    internal SharedStorage.Contents Contents { get; }

    internal IClusterClient Client => _silos.Client;

    internal static async Task<Cluster> Start(int silos = 1)
    {
        var (folder, contents) = (Directory.CreateTempSubdirectory("echolstm-").FullName, new SharedStorage.Contents());
        Save(folder, "sums", units: 5, seed: 1);
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Configure<ClusterMembershipOptions>(options =>
            {
                (options.ProbeTimeout, options.TableRefreshTimeout) = (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1));
                (options.NumMissedProbesLimit, options.NumVotesForDeathDeclaration) = (2, 1);
            });
            silo.Services.AddKeyedSingleton<IGrainStorage>(StreamHosting.StorageName,
                (services, _) => new SharedStorage(services.GetRequiredService<Serializer>(), contents));
            silo.Services.AddSingleton<IModelSource>(new FolderModels(folder, checkEvery: TimeSpan.Zero));
            silo.UseEchoLstmStreams(options => options.PersistEvery = PersistEvery);
        });
        var cluster = new Cluster(builder.Build(), folder, contents);
        await cluster._silos.DeployAsync();
        return cluster;
    }

    internal static void Save(string folder, string name, int units, int seed)
    {
        using var model = new SequentialModel(new Lstm(units, returnSequences: true), new Dense(2)) { Seed = seed };
        model.Build(-1, Features);
        model.Save(Path.Combine(folder, name + ".safetensors"));
    }

    /// <summary>Step t of a sequence of its own.</summary>
    internal static float[] Input(int stream, long t) =>
        [.. Enumerable.Range(0, Features).Select(k => MathF.Sin((stream * 7.1f) + (t * 0.37f) + k))];

    internal IStreamGrain Grain(string stream, string model = "sums") => Client.GetGrain<IStreamGrain>($"{model}/{stream}");

    internal InferenceModel Model(string name = "sums") => InferenceModel.Load(Path.Combine(Folder, name + ".safetensors"));

    /// <summary>What one stream in one process gives.</summary>
    internal float[][] Expected(int stream, int steps, string name = "sums")
    {
        using var model = Model(name);
        using var whole = model.OpenStream();
        return [.. Enumerable.Range(1, steps).Select(t => whole.Step(Input(stream, t)))];
    }

    /// <summary>Ends one silo without a word.</summary>
    internal Task Kill() => _silos.KillSiloAsync(_silos.Silos[^1]);

    /// <summary>Has the silos let go of all streams.</summary>
    internal Task LetGo() => Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    public async ValueTask DisposeAsync()
    {
        await _silos.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
