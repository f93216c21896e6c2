using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Inputs and targets that were checked, in the model's type and on its device; the samples are the first axis.</summary>
internal sealed class SampleSet(Tensor inputs, Tensor? targets, Tensor? weights = null) : IDisposable
{
    internal Tensor Inputs { get; } = inputs;

    /// <summary>The targets; null where only predictions are asked for.</summary>
    internal Tensor? Targets { get; } = targets;

    /// <summary>The weight of each sample or step in the loss; null: 1.</summary>
    internal Tensor? Weights { get; } = weights;

    internal long Count { get; } = inputs.shape[0];

    /// <summary>Some of the samples, one after the other; the caller's.</summary>
    internal SampleSet Part(long start, long count) =>
        new(Inputs.narrow(0, start, count), Targets?.narrow(0, start, count), Weights?.narrow(0, start, count));

    public void Dispose()
    {
        Inputs.Dispose();
        Targets?.Dispose();
        Weights?.Dispose();
    }
}

/// <summary>Some samples of a set: those from start on, in the set's order or in the order given.</summary>
/// <param name="set">The samples.</param>
/// <param name="start">The place of the batch's first sample in the order.</param>
/// <param name="count">How many samples the batch has.</param>
/// <param name="order">The set's sample at each place; empty for the set's own order.</param>
internal readonly ref struct Batch(SampleSet set, long start, long count, ReadOnlySpan<long> order = default)
{
    private readonly ReadOnlySpan<long> _order = order;

    internal long Count { get; } = count;

    /// <summary>The batch's samples; in the caller's dispose scope.</summary>
    internal SampleSet Gather()
    {
        if (_order.IsEmpty)
        {
            return set.Part(start, Count);
        }
        var rows = tensor(_order.Slice((int)start, (int)Count).ToArray(), device: set.Inputs.device);
        return new(set.Inputs.index_select(0, rows), set.Targets?.index_select(0, rows), set.Weights?.index_select(0, rows));
    }
}
