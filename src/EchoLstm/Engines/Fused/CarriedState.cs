using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Engines.Fused;

/// <summary>A stateful layer's carried tensors as the memory that its kernel begins with and leaves.</summary>
internal sealed unsafe class CarriedState(RecurrentLayer layer) : ICarriedState
{
    public void Read(ReadOnlySpan<nint> rows, int samples, int stride)
    {
        var carried = layer.CarriedFloats();
        ThrowUnlessOf(carried, samples);
        for (var i = 0; i < rows.Length; i++)
        {
            if (carried is not null)
            {
                Rows.Copy(ParameterMemory.StartOf(carried[i]), layer.Units, (float*)rows[i], stride, samples, layer.Units);
                continue;
            }
            for (var r = 0L; r < samples; r++)
            {
                new Span<float>((float*)rows[i] + (r * stride), layer.Units).Clear();
            }
        }
    }

    public void Write(ReadOnlySpan<nint> rows, int samples, int stride)
    {
        var carried = layer.CarriedOrZeros(samples);
        ThrowUnlessOf(carried, samples);
        for (var i = 0; i < rows.Length; i++)
        {
            Rows.Copy((float*)rows[i], stride, ParameterMemory.StartOf(carried[i]), layer.Units, samples, layer.Units);
        }
    }

    // A callback may have left the state of other samples; memory of another size must not be read in any case.
    private void ThrowUnlessOf(Tensor[]? carried, int samples)
    {
        if (carried is not null && carried[0].size(0) != samples)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{layer.Title} carries the state of {carried[0].shape[0]} samples, so a batch of {samples} can't go on from it. "
                    + $"Keep the batch size, or call ResetStates first."));
        }
    }
}
