using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Inputs and targets that were checked, in the model's type and on its device; the samples are the first axis.</summary>
internal sealed class SampleSet(Tensor inputs, Tensor? targets) : IDisposable
{
    internal Tensor Inputs { get; } = inputs;

    /// <summary>The targets; null where only predictions are asked for.</summary>
    internal Tensor? Targets { get; } = targets;

    internal long Count { get; } = inputs.shape[0];

    public void Dispose()
    {
        Inputs.Dispose();
        Targets?.Dispose();
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

    /// <summary>The batch's inputs and targets; in the caller's dispose scope.</summary>
    internal (Tensor Inputs, Tensor? Targets) Gather()
    {
        if (_order.IsEmpty)
        {
            return (set.Inputs.narrow(0, start, Count), set.Targets?.narrow(0, start, Count));
        }
        var rows = tensor(_order.Slice((int)start, (int)Count).ToArray(), device: set.Inputs.device);
        return (set.Inputs.index_select(0, rows), set.Targets?.index_select(0, rows));
    }
}
