namespace EchoLstm.Kernels;

/// <summary>A layer that reads several values. Its input gradients are asked for one after the other, as one value may be read twice.</summary>
internal abstract unsafe class MergeKernel : LayerKernel
{
    internal sealed override int InputWidth => throw Single();

    /// <summary>The number of output steps for the inputs' steps.</summary>
    internal abstract int OutputSteps(ReadOnlySpan<int> inputSteps);

    /// <summary>Whether the output has a mask.</summary>
    /// <param name="masked">Which inputs have.</param>
    internal abstract bool HasOutputMask(ReadOnlySpan<bool> masked);

    /// <summary>Takes its buffers for batches of these shapes.</summary>
    internal abstract void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes);

    /// <summary>Computes <see cref="LayerKernel.Output"/>.</summary>
    internal abstract void Forward(ReadOnlySpan<InputRows> inputs);

    /// <summary>Computes the weights' gradients, and what all input gradients need.</summary>
    internal virtual void BeginBackward(ReadOnlySpan<InputRows> inputs)
    {
    }

    /// <summary>The gradient by one of the inputs, rows of whole vectors.</summary>
    internal abstract void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient);

    internal sealed override int OutputSteps(int inputSteps) => throw Single();

    internal sealed override bool HasOutputMask(bool masked) => throw Single();

    internal sealed override void Layout(Arena arena, in BatchShape shape) => throw Single();

    internal sealed override void Forward(in InputRows input) => throw Single();

    internal sealed override void Backward(in InputRows input, float* inputGradient) => throw Single();

    private NotSupportedException Single() => new($"{GetType().Name} reads several values.");
}
