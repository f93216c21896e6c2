using EchoLstm.Engines;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>Where the batches of an epoch come from.</summary>
internal abstract class BatchSource : IDisposable
{
    /// <summary>The samples of the batch, or of all batches.</summary>
    internal abstract SampleSet Samples { get; }

    /// <summary>How many batches an epoch has; 0 where only its end tells.</summary>
    internal abstract int Batches { get; }

    /// <summary>How many samples an epoch has; 0 where only its end tells.</summary>
    internal abstract long Count { get; }

    /// <summary>Goes to the beginning.</summary>
    /// <param name="random">What the order is drawn from; null: the source's own order.</param>
    internal abstract void BeginEpoch(SeededRandom? random);

    internal abstract bool MoveNext();

    internal abstract Batch Current { get; }

    /// <summary>What the batch is called, where its samples are its own; null where they are all batches'.</summary>
    internal virtual string? Name => null;

    public abstract void Dispose();
}

/// <summary>Batches of samples that are all there.</summary>
internal sealed class ArrayBatches(SampleSet samples, int batchSize) : BatchSource
{
    private long[] _order = [];
    private long _start = -batchSize;

    internal override SampleSet Samples => samples;

    internal override int Batches { get; } = checked((int)((samples.Count + batchSize - 1) / batchSize));

    internal override long Count => samples.Count;

    internal override Batch Current => new(samples, _start, Math.Min(batchSize, samples.Count - _start), _order);

    internal override void BeginEpoch(SeededRandom? random)
    {
        _start = -batchSize;
        if (random is not null)
        {
            _order = _order.Length > 0 ? _order : new long[samples.Count];
            Orders.Shuffle(_order, random);
        }
    }

    internal override bool MoveNext() => (_start += batchSize) < samples.Count;

    public override void Dispose()
    {
        // The samples are the caller's.
    }
}
