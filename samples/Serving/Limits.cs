using EchoLstm.Inference;

namespace EchoLstm.Serving;

/// <summary>What the service allows; section <c>Serving</c> of the configuration, so also <c>--Serving:MaxRows 8</c>.</summary>
internal sealed record Limits
{
    /// <summary>Whether single samples share calls of the model.</summary>
    public bool Batching { get; init; } = true;

    /// <summary>Samples of one call that are gathered from many requests.</summary>
    public int MaxRows { get; init; } = 32;

    /// <summary>Milliseconds that a sample waits for others; 0: only while all processors are busy.</summary>
    public double MaxDelay { get; init; }

    /// <summary>Samples that may wait; above it the answer is 503.</summary>
    public int Capacity { get; init; } = 1024;

    /// <summary>Samples of one request.</summary>
    public int MaxSamples { get; init; } = 256;

    /// <summary>Bytes of a request's body.</summary>
    public long MaxBody { get; init; } = 1 << 20;

    /// <summary>Bytes of a model.</summary>
    public long MaxModel { get; init; } = 256 << 20;

    /// <summary>Streams that may be open; above it the answer is 503.</summary>
    public int MaxStreams { get; init; } = 1000;

    /// <summary>Seconds after which a stream that nobody steps is closed.</summary>
    public double IdleSeconds { get; init; } = 300;

    internal BatchingPredictor Predictor(InferenceModel model) => new(model, MaxRows, TimeSpan.FromMilliseconds(MaxDelay), Capacity);
}
