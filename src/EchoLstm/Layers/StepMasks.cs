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
}
