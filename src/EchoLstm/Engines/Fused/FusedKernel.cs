using System.Runtime.CompilerServices;
using EchoLstm.Layers;

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
    internal abstract int OutputStride { get; }

    /// <summary>The packed weights' parts, one after the other, in the order of Keras's weights.</summary>
    internal virtual IReadOnlyList<WeightPart> Weights => [];

    /// <summary>The output, rows of <see cref="OutputStride"/>.</summary>
    internal float* Output { get; private protected set; }

    /// <summary>The gradient of the loss by the output, to be filled before <see cref="Backward"/>; rows of <see cref="OutputStride"/>.</summary>
    internal float* OutputGradient { get; private protected set; }

    /// <summary>Which output rows count: 1 or 0; null where all do.</summary>
    internal byte* OutputMask { get; private protected set; }

    /// <summary>Whether the input is indices, given as <see cref="InputRows.Hot"/>.</summary>
    internal virtual bool ReadsIndices => false;

    /// <summary>Whether rows that are all one-hot may be given as <see cref="InputRows.Hot"/> alone.</summary>
    internal virtual bool LooksUpOneHot => false;

    /// <summary>How many states go from step to step, rows of <see cref="OutputStride"/>; 0 for a layer without memory.</summary>
    internal virtual int StateCount => 0;

    /// <summary>Where the weights come from.</summary>
    private protected virtual IReadOnlyList<ParameterMemory> Memories => [];

    /// <summary>Whether the output has a mask.</summary>
    /// <param name="masked">Whether the input has.</param>
    internal virtual bool HasOutputMask(bool masked) => masked;

    /// <summary>Gives the kernel its part of the packed weights and of their gradients.</summary>
    internal virtual void Bind(float* weights, float* gradients)
    {
    }

    /// <summary>Packs the weights of the modules' own parameters, where those are not as they were.</summary>
    internal virtual void LoadWeights()
    {
        var changed = false;
        var memories = Memories;
        for (var i = 0; i < memories.Count; i++)
        {
            changed |= memories[i].Changed();
        }
        if (changed)
        {
            Pack();
            AfterPack();
        }
    }

    /// <summary>Copies the packed weights back into the modules' own parameters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual void StoreWeights()
    {
        Unpack();
        var memories = Memories;
        for (var i = 0; i < memories.Count; i++)
        {
            memories[i].Remember();
        }
    }

    /// <summary>Copies numbers that are packed like the weights to memory that is laid out like the modules' parameters, or back.</summary>
    /// <param name="packed">The packed numbers.</param>
    /// <param name="bound">Where the kernel's weights and gradients are, as <see cref="Bind"/> was told.</param>
    /// <param name="homeOf">The memory for each parameter.</param>
    /// <param name="unpacks">Whether packed numbers are copied out.</param>
    internal virtual void Exchange(float* packed, (nint Weights, nint Gradients) bound, Func<ParameterMemory, nint> homeOf, bool unpacks)
    {
        var memories = Memories;
        if (memories.Count == 0)
        {
            return;
        }
        var starts = memories.Select(memory => (nint)memory.Start).ToArray();
        Bind(packed, (float*)bound.Gradients);
        try
        {
            foreach (var memory in memories)
            {
                memory.PointTo((float*)homeOf(memory));
            }
            if (unpacks)
            {
                Unpack();
            }
            else
            {
                Pack();
            }
        }
        finally
        {
            for (var i = 0; i < starts.Length; i++)
            {
                memories[i].PointTo((float*)starts[i]);
            }
            Bind((float*)bound.Weights, (float*)bound.Gradients);
        }
    }

    /// <summary>A state before the first step.</summary>
    internal virtual float* InitialState(int state) => null;

    /// <summary>A state after the last step.</summary>
    internal virtual float* FinalState(int state) => null;

    /// <summary>Whether a state goes on from batch to batch.</summary>
    internal virtual bool IsStateful => false;

    /// <summary>Copies a stateful layer's carried state in front of the first step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual void ReadState()
    {
    }

    /// <summary>Carries a stateful layer's state after the last step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual void WriteState()
    {
    }

    /// <summary>The number of output steps for a number of input steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual int OutputSteps(int inputSteps) => inputSteps;

    /// <summary>Takes its buffers for batches of this shape; called twice, see <see cref="Arena.Lay"/>.</summary>
    internal abstract void Layout(Arena arena, in BatchShape shape);

    /// <summary>Computes <see cref="Output"/>.</summary>
    internal abstract void Forward(in InputRows input);

    /// <summary>From <see cref="OutputGradient"/> to the weights' gradients, which are overwritten, and the input's.</summary>
    /// <param name="input">The input as in <see cref="Forward"/>.</param>
    /// <param name="inputGradient">Receives the gradient by the input, rows of whole vectors; null where nobody needs it.</param>
    internal abstract void Backward(in InputRows input, float* inputGradient);

    private protected virtual void Pack()
    {
    }

    /// <summary>Called once the weights are packed.</summary>
    private protected virtual void AfterPack()
    {
    }

    private protected virtual void Unpack()
    {
    }
}

/// <summary>One of Keras's weights in the packed memory.</summary>
/// <param name="Numbers">How many numbers it takes, padding included, which is 0.</param>
/// <param name="Regularizer">The penalty on it; null for none.</param>
internal readonly record struct WeightPart(long Numbers, Regularizer? Regularizer = null);

/// <summary>What buffers are made for.</summary>
/// <param name="Samples">The batch's samples.</param>
/// <param name="Steps">The input's steps.</param>
/// <param name="Training">Whether there will be a backward pass.</param>
/// <param name="Masked">Whether the input has a mask.</param>
internal readonly record struct BatchShape(int Samples, int Steps, bool Training, bool Masked)
{
    internal long Rows => (long)Samples * Steps;
}

/// <summary>The rows that a kernel reads.</summary>
/// <param name="start">The first.</param>
/// <param name="stride">The distance between them.</param>
/// <param name="mask">Which rows count: 1 or 0; null where all do.</param>
/// <param name="hot">The place of the only 1 of each row, where every row is one-hot or an index; the rows need not be there then. null otherwise.</param>
internal readonly unsafe ref struct InputRows(float* start, int stride, byte* mask = null, int* hot = null)
{
    internal readonly float* Start = start;
    internal readonly int Stride = stride;
    internal readonly byte* Mask = mask;
    internal readonly int* Hot = hot;
}
