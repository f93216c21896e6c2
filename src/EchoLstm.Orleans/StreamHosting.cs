using EchoLstm.Orleans;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Orleans.Hosting;

/// <summary>Registers streams in a silo.</summary>
public static class StreamHosting
{
    /// <summary>The name of the storage that keeps the streams' states.</summary>
    public const string StorageName = "EchoLstm";

    /// <summary>Runs <see cref="IStreamGrain"/>s in the silo. Add a storage of the name <see cref="StorageName"/>, whichever of Orleans's
    /// it is.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="configure">Says where the models are, and how often states are written.</param>
    /// <returns>The silo.</returns>
    /// <exception cref="OrleansConfigurationException">When the silo starts: <see cref="StreamOptions.PersistEvery"/> is below 1, or there
    /// is neither a folder nor an <see cref="IModelSource"/>.</exception>
    /// <example><code>
    /// host.UseOrleans(silo => silo
    ///     .UseRedisClustering(redis)
    ///     .AddRedisGrainStorage(StreamHosting.StorageName, storage => storage.ConfigurationOptions = ConfigurationOptions.Parse(redis))
    ///     .UseEchoLstmStreams(streams => streams.ModelFolder = "/models"));
    /// </code></example>
    public static ISiloBuilder UseEchoLstmStreams(this ISiloBuilder silo, Action<StreamOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(configure);
        silo.Services.Configure(configure);
        silo.Services.TryAddSingleton<IModelSource>(services =>
            services.GetRequiredService<IOptions<StreamOptions>>().Value.ModelFolder is { } folder
                ? new FolderModels(folder, logger: services.GetService<ILogger<FolderModels>>())
                : throw new OrleansConfigurationException(
                    $"UseEchoLstmStreams: there is no {nameof(StreamOptions.ModelFolder)}. Give one, or register an "
                        + $"{nameof(IModelSource)} as a singleton."));
        silo.Services.AddTransient<IConfigurationValidator, StreamValidator>();
        return silo;
    }

    private sealed class StreamValidator(IOptions<StreamOptions> options, IServiceProvider services) : IConfigurationValidator
    {
        public void ValidateConfiguration()
        {
            if (options.Value.PersistEvery < 1)
            {
                throw new OrleansConfigurationException(
                    $"UseEchoLstmStreams: {nameof(StreamOptions.PersistEvery)} is {options.Value.PersistEvery}; give 1 or more.");
            }
            _ = services.GetRequiredService<IModelSource>();
        }
    }
}
