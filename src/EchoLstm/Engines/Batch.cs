using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EchoLstm.Layers;

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
    private readonly int[] _steps = Array.ConvertAll(inputs, static input => input.dim() > 1 ? checked((int)input.shape[1]) : 1);
    private readonly void*[] _inputs = new void*[inputs.Length];
    private readonly void*[] _targets = new void*[targets.Length];
    private readonly void*[] _weights = new void*[weights.Length];
    private readonly void*[] _masks = new void*[masks.Length];

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

    internal Tensor? Weights => AllWeights.Length == 0 ? null : AllWeights[0];

    /// <summary>The first input's mask; null: all steps are there.</summary>
    internal Tensor? Mask => AllMasks[0];

    internal long Count { get; } = inputs[0].shape[0];

    internal int StepsOf(int input) => _steps[input];

    /// <summary>An input's numbers, of a dense float tensor on the CPU.</summary>
    internal float* InputStart(int input) => (float*)StartOf(_inputs, AllInputs, input);

    /// <summary>An output's targets, of a dense float tensor on the CPU.</summary>
    internal float* TargetStart(int output) => (float*)StartOf(_targets, AllTargets, output);

    /// <summary>An output's targets as class indices, of a dense integer tensor on the CPU.</summary>
    internal long* ClassStart(int output) => (long*)StartOf(_targets, AllTargets, output);

    /// <summary>Finds where all numbers are, so that several threads may ask.</summary>
    internal void FindMemory()
    {
        Find(_inputs, AllInputs);
        Find(_targets, AllTargets);
        Find(_weights, AllWeights);
        Find(_masks, AllMasks);

        static void Find(void*[] known, Tensor?[] tensors)
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                _ = tensors[i] is null ? null : StartOf(known, tensors, i);
            }
        }
    }

    /// <summary>Copies numbers of an input as indices.</summary>
    internal void CopyIndices(int input, long place, int count, int* to, long distance)
    {
        var start = StartOf(_inputs, AllInputs, input);
        var type = AllInputs[input].dtype;
        for (var i = 0; i < count; i++)
        {
            to[i * distance] = type switch
            {
                ScalarType.Int64 => (int)((long*)start)[place + i],
                ScalarType.Float64 => (int)((double*)start)[place + i],
                _ => (int)((float*)start)[place + i],
            };
        }
    }

    /// <summary>The numbers of an output's weights, of a dense float tensor on the CPU; null where there are none.</summary>
    internal float* WeightStart(int output) => AllWeights[output] is null ? null : (float*)StartOf(_weights, AllWeights, output);

    /// <summary>The bytes of an input's mask, 1 or 0, of a dense tensor on the CPU; null where there is none.</summary>
    internal byte* MaskStart(int input) => AllMasks[input] is null ? null : (byte*)StartOf(_masks, AllMasks, input);

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

    private static void* StartOf(void*[] known, Tensor?[] tensors, int place) => known[place] is not null ? known[place]
        : known[place] = Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensors[place]!.bytes));

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
