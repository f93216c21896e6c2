using EchoLstm.Inference;

namespace EchoLstm.Orleans;

/// <summary>Where a silo has its models from. Implement it for a store of your own, and register it as a singleton.</summary>
public interface IModelSource
{
    /// <summary>The model of a name as it is now; streams ask before each step, so that it should be at hand.</summary>
    /// <param name="name">The name, as in the keys of streams.</param>
    /// <param name="cancellationToken">Ends a load.</param>
    /// <returns>The model, the same object until it is replaced; the source's.</returns>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    ValueTask<InferenceModel> GetAsync(string name, CancellationToken cancellationToken = default);
}
