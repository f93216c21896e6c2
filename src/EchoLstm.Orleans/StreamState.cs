using Orleans;

namespace EchoLstm.Orleans;

/// <summary>What the storage keeps of a stream. Arrays, as the default serializer loses memories.</summary>
[GenerateSerializer]
[Alias("EchoLstm.StreamState")]
internal sealed class StreamState
{
    /// <summary>What <see cref="Inference.InferenceStream.SaveState"/> gave; empty where nothing was read.</summary>
    [Id(0)]
    public byte[] Bytes { get; set; } = [];

    /// <summary>The output after the last step, for a call whose answer was lost.</summary>
    [Id(1)]
    public float[] Output { get; set; } = [];

    /// <summary>How many steps were read.</summary>
    [Id(2)]
    public long Number { get; set; }
}
