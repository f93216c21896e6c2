namespace EchoLstm.Orleans;

/// <summary>How a silo runs streams.</summary>
public sealed class StreamOptions
{
    /// <summary>After how many steps a stream's state is written. 1 writes each step before it is answered, and nothing is ever sent
    /// again; more is faster. <value>10</value></summary>
    public int PersistEvery { get; set; } = 10;

    /// <summary>The folder of the models, each <c>name.safetensors</c>; null where a <see cref="IModelSource"/> of your own is registered.
    /// <value>null</value></summary>
    public string? ModelFolder { get; set; }
}
