using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// Which time steps of a tensor count: a mask of shape (samples, time steps), true where the step is used. It travels with the
/// tensor from layer to layer, as Keras's <c>_keras_mask</c> does.
/// </summary>
internal static class StepMasks
{
    private static readonly ConditionalWeakTable<Tensor, Tensor> Masks = [];

    /// <summary>The mask of a tensor; null where every step counts.</summary>
    internal static Tensor? Of(Tensor tensor) => Masks.TryGetValue(tensor, out var mask) && !mask.IsInvalid ? mask : null;

    /// <summary>Gives a tensor its mask.</summary>
    internal static void Attach(Tensor tensor, Tensor mask) => Masks.AddOrUpdate(tensor, mask);

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
