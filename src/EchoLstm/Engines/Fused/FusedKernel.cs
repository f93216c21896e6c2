namespace EchoLstm.Engines.Fused;

/// <summary>
/// One layer as plain loops over memory: forward, and backward by hand. Activations are rows of whole vectors, time-major: row t · samples + i is
/// step t of sample i; a layer without time has one step.
/// </summary>
internal abstract unsafe class FusedKernel
{
    /// <summary>Features of an input row.</summary>
    internal abstract int InputWidth { get; }

    /// <summary>Features of an output row.</summary>
    internal abstract int OutputWidth { get; }

    /// <summary>The distance between output rows.</summary>
    internal int OutputStride => Arena.Padded(OutputWidth);

    /// <summary>How many numbers the packed weights take.</summary>
    internal virtual long WeightNumbers => 0;

    /// <summary>The output, rows of <see cref="OutputStride"/>.</summary>
    internal float* Output { get; private protected set; }

    /// <summary>The gradient of the loss by the output, to be filled before <see cref="Backward"/>; rows of <see cref="OutputStride"/>.</summary>
    internal float* OutputGradient { get; private protected set; }

    /// <summary>Gives the kernel its part of the packed weights and of their gradients.</summary>
    internal virtual void Bind(float* weights, float* gradients)
    {
    }

    /// <summary>Copies the weights from the modules' own parameters, packing them.</summary>
    internal virtual void LoadWeights()
    {
    }

    /// <summary>Copies the packed weights back into the modules' own parameters.</summary>
    internal virtual void StoreWeights()
    {
    }

    /// <summary>The number of output steps for a number of input steps.</summary>
    internal virtual int OutputSteps(int inputSteps) => inputSteps;

    /// <summary>The numbers of the arena that the kernel needs for these shapes.</summary>
    internal abstract long ArenaNumbers(int samples, int steps, bool training);

    /// <summary>Takes its buffers.</summary>
    internal abstract void Layout(Arena arena, int samples, int steps, bool training);

    /// <summary>Computes <see cref="Output"/>.</summary>
    /// <param name="input">The input's rows.</param>
    /// <param name="stride">The distance between them.</param>
    internal abstract void Forward(float* input, int stride);

    /// <summary>From <see cref="OutputGradient"/> to the weights' gradients, which are overwritten, and the input's.</summary>
    /// <param name="input">The input's rows as in <see cref="Forward"/>.</param>
    /// <param name="stride">The distance between them.</param>
    /// <param name="inputGradient">Receives the gradient by the input, rows of whole vectors; null where nobody needs it.</param>
    internal abstract void Backward(float* input, int stride, float* inputGradient);
}
