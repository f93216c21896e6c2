using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines;

/// <summary>Inputs and targets that were checked, in the model's type and on its device; the samples are the first axis.</summary>
/// <param name="inputs">A tensor for each input of the model.</param>
/// <param name="targets">One for each output; none where only predictions are asked for.</param>
/// <param name="weights">
/// The weight in the loss of each sample, of each step, or, of as many axes as the output, of each of its numbers, for each output;
/// null: 1.
/// </param>
/// <param name="masks">Which steps of each input are there: booleans of its first axes; null: all.</param>
internal sealed unsafe class SampleSet(Tensor[] inputs, Tensor[] targets, Tensor?[] weights, Tensor?[] masks) : IDisposable
{
    private float* _inputs;
    private void* _targets;
    private float* _weights;
    private byte* _mask;
    private ScalarType _indexType;

    /// <summary>Of a model with one input and one output.</summary>
    internal SampleSet(Tensor inputs, Tensor? targets, Tensor? weights = null, Tensor? mask = null)
        : this([inputs], targets is null ? [] : [targets], [weights], [mask])
    {
    }

    internal Tensor[] AllInputs { get; } = inputs;

    internal Tensor[] AllTargets { get; } = targets;

    internal Tensor?[] AllWeights { get; } = weights;

    internal Tensor?[] AllMasks { get; } = masks;

    /// <summary>The first input, of most models the only one.</summary>
    internal Tensor Inputs => AllInputs[0];

    /// <summary>The first targets; null where only predictions are asked for.</summary>
    internal Tensor? Targets => AllTargets.Length == 0 ? null : AllTargets[0];

    /// <summary>The first weights; null: 1.</summary>
    internal Tensor? Weights => AllWeights.Length == 0 ? null : AllWeights[0];

    /// <summary>The first input's mask; null: all steps are there.</summary>
    internal Tensor? Mask => AllMasks[0];

    internal long Count { get; } = inputs[0].shape[0];

    /// <summary>The length of the inputs' second axis.</summary>
    internal int Steps { get; } = inputs[0].dim() > 1 ? checked((int)inputs[0].shape[1]) : 1;

    /// <summary>The inputs' numbers, of a dense float tensor on the CPU.</summary>
    internal float* InputStart => _inputs is null ? _inputs = (float*)StartOf(Inputs) : _inputs;

    /// <summary>The targets' numbers, of a dense float tensor on the CPU.</summary>
    internal float* TargetStart => (float*)(_targets is null ? _targets = StartOf(Targets!) : _targets);

    /// <summary>The targets as class indices, of a dense integer tensor on the CPU.</summary>
    internal long* ClassStart => (long*)(_targets is null ? _targets = StartOf(Targets!) : _targets);

    /// <summary>A number of the inputs as an index.</summary>
    internal int IndexAt(long place)
    {
        if (_inputs is null)
        {
            _inputs = (float*)StartOf(Inputs);
            _indexType = Inputs.dtype;
        }
        return _indexType switch
        {
            ScalarType.Int64 => (int)((long*)_inputs)[place],
            ScalarType.Float64 => (int)((double*)_inputs)[place],
            _ => (int)_inputs[place],
        };
    }

    /// <summary>The weights' numbers, of a dense float tensor on the CPU; null where there are none.</summary>
    internal float* WeightStart => Weights is null ? null : _weights is null ? _weights = (float*)StartOf(Weights) : _weights;

    /// <summary>The mask's bytes, 1 or 0, of a dense tensor on the CPU; null where there is none.</summary>
    internal byte* MaskStart => Mask is null ? null : _mask is null ? _mask = (byte*)StartOf(Mask) : _mask;

    /// <summary>Some of the samples, one after the other; the caller's.</summary>
    internal SampleSet Part(long start, long count) => start == 0 && count == Count
        ? Each(static tensor => tensor.alias())
        : Each(tensor => tensor.narrow(0, start, count));

    /// <summary>The same samples with other weights, which are the set's from now on; the caller's.</summary>
    internal SampleSet WithWeights(Tensor?[] weights) =>
        new(Array.ConvertAll(AllInputs, Alias), Array.ConvertAll(AllTargets, Alias), weights, Array.ConvertAll(AllMasks, AliasOrNull));

    /// <summary>A set of what a function makes of each tensor; the caller's.</summary>
    internal SampleSet Each(Func<Tensor, Tensor> function) => new(
        Array.ConvertAll(AllInputs, tensor => function(tensor)),
        Array.ConvertAll(AllTargets, tensor => function(tensor)),
        Array.ConvertAll(AllWeights, tensor => tensor is null ? null : function(tensor)),
        Array.ConvertAll(AllMasks, tensor => tensor is null ? null : function(tensor)));

    private static Tensor Alias(Tensor tensor) => tensor.alias();

    private static Tensor? AliasOrNull(Tensor? tensor) => tensor?.alias();

    private static void* StartOf(Tensor tensor) => Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));

    public void Dispose()
    {
        foreach (var tensor in (Tensor?[])[.. AllInputs, .. AllTargets, .. AllWeights, .. AllMasks])
        {
            tensor?.Dispose();
        }
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

    internal SampleSet Set { get; } = set;

    /// <summary>The set's sample at a place of the batch.</summary>
    internal long SampleAt(int place) => _order.IsEmpty ? start + place : _order[(int)start + place];

    /// <summary>The batch's samples, the inputs with their mask; in the caller's dispose scope.</summary>
    internal SampleSet Gather()
    {
        var samples = Chosen();
        for (var i = 0; i < samples.AllInputs.Length; i++)
        {
            if (samples.AllMasks[i] is { } mask)
            {
                StepMasks.Attach(samples.AllInputs[i], mask);
            }
        }
        return samples;
    }

    private SampleSet Chosen()
    {
        if (_order.IsEmpty)
        {
            return Set.Part(start, Count);
        }
        var places = _order.Slice((int)start, (int)Count);
        if (IsRun(places))
        {
            return Set.Part(places[0], Count);
        }
        var rows = tensor(places.ToArray(), device: Set.Inputs.device);
        return Set.Each(tensor => tensor.index_select(0, rows));
    }

    // Samples that lie one after the other, as one always does, are a view.
    private static bool IsRun(ReadOnlySpan<long> places)
    {
        for (var i = 1; i < places.Length; i++)
        {
            if (places[i] != places[i - 1] + 1)
            {
                return false;
            }
        }
        return true;
    }
}
