using System.Runtime.CompilerServices;

namespace EchoLstm.Layers;

/// <summary>
/// Which time steps of a tensor count: a mask of its first axes, true where the step is there: (samples, time steps), or (samples, time
/// steps, inner steps) for series of series. It travels with the tensor from layer to layer, as Keras's <c>_keras_mask</c> does.
/// </summary>
internal static class StepMasks
{
    private static readonly ConditionalWeakTable<Tensor, Tensor> Masks = [];

    // Where steps have become samples, as in TimeDistributed: which of them count. Layers that mix samples ask for it.
    private static readonly ConditionalWeakTable<Tensor, Tensor> Samples = [];

    /// <summary>Which samples of a tensor count, where its samples are steps of what is around; null: all.</summary>
    internal static Tensor? SamplesOf(Tensor tensor) => Samples.TryGetValue(tensor, out var mask) && !mask.IsInvalid ? mask : null;

    internal static void AttachSamples(Tensor tensor, Tensor mask) => Samples.AddOrUpdate(tensor, mask);

    internal static Tensor? Of(Tensor tensor) => Masks.TryGetValue(tensor, out var mask) && !mask.IsInvalid ? mask : null;

    internal static void Attach(Tensor tensor, Tensor mask) => Masks.AddOrUpdate(tensor, mask);

    /// <summary>A layer's own mask and the one that came with its input, either or both: what either leaves out is out.</summary>
    internal static Tensor Both(Tensor own, Tensor? given)
    {
        if (given is null)
        {
            return own;
        }
        using var fitted = given.reshape([.. given.shape, .. Enumerable.Repeat(1L, (int)(own.dim() - given.dim()))]);
        return own.logical_and(fitted);
    }

    /// <summary>Whether any inner step is there: (samples, time steps, ...) to (samples, time steps).</summary>
    internal static Tensor OfSteps(Tensor mask)
    {
        if (mask.dim() == 2)
        {
            return mask;
        }
        using var flat = mask.flatten(2);
        return flat.any(-1);
    }

    /// <summary>Throws where there is a mask, for a layer that can't honour one.</summary>
    internal static void Refuse(Tensor? mask, string title, string reason)
    {
        if (mask is not null)
        {
            throw new InvalidOperationException($"{title} received masked time steps but can't leave them out: {reason}. Put it before the "
                + "Masking, do without the mask, or end the sequence first with a recurrent layer that returns its last step alone.");
        }
    }
}
