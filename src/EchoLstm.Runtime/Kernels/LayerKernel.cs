using System.Runtime.CompilerServices;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// One layer as plain loops over memory: forward, and backward by hand. Activations are rows of whole vectors, time-major: row t · samples
/// + i is step t of sample i; a layer without time has one step. It knows settings and memory, neither a layer nor a tensor.
/// </summary>
/// <remarks>
/// How a holder uses it: <see cref="KernelPlan.TryCreate"/> makes the kernels of a network, <see cref="Bind"/> says where the packed
/// weights are, <see cref="Pack"/> fills them from memory that is the holder's, <see cref="Examine"/> looks at them once,
/// <see cref="Layout"/> takes the buffers of a shape; then <see cref="Forward"/> as often as wanted. Packed weights are only read by a
/// forward pass: any number of kernels of the same settings and width may be bound to the same ones, each with its buffers, one thread at a
/// time. <see cref="ForwardPass"/> does all of it for a plan.
/// </remarks>
internal abstract unsafe class LayerKernel
{
    private const int MostSources = 4;

    /// <summary>Features of an input row.</summary>
    internal abstract int InputWidth { get; }

    /// <summary>Features of an output row.</summary>
    internal abstract int OutputWidth { get; }

    /// <summary>The distance between output rows.</summary>
    internal abstract int OutputStride { get; }

    /// <summary>The packed weights' parts, one after the other, in the order of Keras's weights.</summary>
    internal virtual IReadOnlyList<WeightPart> Weights => [];

    /// <summary>The numbers of all of them.</summary>
    internal long PackedNumbers => Weights.Sum(part => part.Numbers);

    /// <summary>The kernels that have weights, a state and draws of their own: this one, or those inside.</summary>
    internal virtual IReadOnlyList<LayerKernel> Parts => [this];

    /// <summary>The output, rows of <see cref="OutputStride"/>.</summary>
    internal float* Output { get; private protected set; }

    /// <summary>
    /// The gradient of the loss by the output, to be filled before <see cref="Backward"/>; rows of <see cref="OutputStride"/>.
    /// </summary>
    internal float* OutputGradient { get; private protected set; }

    /// <summary>Which output rows count: 1 or 0; null where all do.</summary>
    internal byte* OutputMask { get; private protected set; }

    /// <summary>Whether the input is indices, given as <see cref="InputRows.Hot"/>.</summary>
    internal virtual bool ReadsIndices => false;

    /// <summary>Whether rows that are all one-hot may be given as <see cref="InputRows.Hot"/> alone.</summary>
    internal virtual bool LooksUpOneHot => false;

    /// <summary>How many states go from step to step, rows of <see cref="OutputStride"/>; 0 for a layer without memory.</summary>
    internal virtual int StateCount => 0;

    /// <summary>Whether a state goes on from batch to batch.</summary>
    internal virtual bool IsStateful => false;

    /// <summary>
    /// Who carries a stateful layer's state from batch to batch; null: nobody does, each batch begins with what <see
    /// cref="InitialState"/> holds.
    /// </summary>
    internal ICarriedState? Carried { get; set; }

    /// <summary>Whether training draws from <see cref="Random"/>, sample by sample.</summary>
    internal virtual bool Draws => false;

    /// <summary>What training draws from; null where it draws nothing.</summary>
    internal Func<SeededRandom>? Random { get; set; }

    /// <summary>Whether the output has a mask.</summary>
    /// <param name="masked">Whether the input has.</param>
    internal virtual bool HasOutputMask(bool masked) => masked;

    /// <summary>Gives the kernel its part of the packed weights and of their gradients; null where there is no backward pass.</summary>
    internal virtual void Bind(float* weights, float* gradients)
    {
    }

    /// <summary>Called when the weights that the kernel is bound to were packed.</summary>
    internal virtual void Examine()
    {
    }

    /// <summary>How many pieces of memory the weights take in a layout.</summary>
    internal virtual int MemoryCount(WeightLayout layout) => 0;

    /// <summary>Packs weights; padding stays as it is, which is 0.</summary>
    /// <param name="layout">How they lie outside.</param>
    /// <param name="from">The pieces of memory, as many as <see cref="MemoryCount"/>.</param>
    /// <param name="packed">Receives them: <see cref="PackedNumbers"/> numbers.</param>
    internal void Pack(WeightLayout layout, ReadOnlySpan<nint> from, float* packed) => Exchange(layout, from, packed, unpacks: false);

    /// <summary>Copies numbers that are packed like the weights to memory of a layout.</summary>
    internal void Unpack(float* packed, WeightLayout layout, ReadOnlySpan<nint> to) => Exchange(layout, to, packed, unpacks: true);

    /// <summary>A state before the first step.</summary>
    internal virtual float* InitialState(int state) => null;

    /// <summary>A state after the last step.</summary>
    internal virtual float* FinalState(int state) => null;

    /// <summary>The gradient by a state, a row a sample: by the final one before the backward pass, by the initial one after it.</summary>
    internal virtual float* StateGradient(int state) => null;

    /// <summary>
    /// Whether the caller puts the gradients by the final states into <see cref="StateGradient"/> before the backward pass and takes those
    /// by the initial ones from there; otherwise both are 0.
    /// </summary>
    internal bool TakesStateGradients { get; set; }

    /// <summary>Copies a stateful layer's carried state in front of the first step.</summary>
    internal virtual void ReadState()
    {
    }

    /// <summary>Carries a stateful layer's state after the last step.</summary>
    internal virtual void WriteState()
    {
    }

    /// <summary>The number of output steps for a number of input steps.</summary>
    internal virtual int OutputSteps(int inputSteps) => inputSteps;

    /// <summary>Takes its buffers for batches of this shape; called twice, see <see cref="Arena.Lay"/>.</summary>
    internal abstract void Layout(Arena arena, in BatchShape shape);

    /// <summary>Computes <see cref="Output"/>.</summary>
    internal abstract void Forward(in InputRows input);

    /// <summary>Computes <see cref="Output"/> for one step; the states after it are then those to begin with.</summary>
    internal virtual void Step(in InputRows input) => Forward(input);

    /// <summary>From <see cref="OutputGradient"/> to the weights' gradients, which are overwritten, and the input's.</summary>
    /// <param name="input">The input as in <see cref="Forward"/>.</param>
    /// <param name="inputGradient">Receives the gradient by the input, rows of whole vectors; null where nobody needs it.</param>
    internal abstract void Backward(in InputRows input, float* inputGradient);

    /// <summary>Says where each of the weights' sources lies in memory of a layout.</summary>
    private protected virtual void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
    }

    /// <summary>Copies between the sources and the packed weights.</summary>
    private protected virtual void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks)
    {
    }

    /// <summary>Draws what dropout leaves of some values: zeros and 1 / (1 - rate).</summary>
    private protected void DrawKept(double rate, Span<float> values) => Random!().DrawKept(rate, values);

    /// <summary>Draws normal numbers of mean 0.</summary>
    private protected void DrawNormal(double deviation, Span<float> values) => Random!().DrawNormal(deviation, values);

    private void Exchange(WeightLayout layout, ReadOnlySpan<nint> memory, float* packed, bool unpacks)
    {
        Span<WeightView> sources = stackalloc WeightView[MostSources];
        View(layout, memory, sources);
        Exchange(sources, packed, unpacks);
    }
}

/// <summary>Who carries a stateful layer's state from batch to batch.</summary>
internal interface ICarriedState
{
    /// <summary>Copies the carried states, or zeros, to rows of memory.</summary>
    /// <param name="rows">Where the first row of each state goes.</param>
    /// <param name="samples">How many rows each has.</param>
    /// <param name="stride">The distance between rows.</param>
    void Read(ReadOnlySpan<nint> rows, int samples, int stride);

    /// <summary>Carries the states that lie in rows of memory.</summary>
    void Write(ReadOnlySpan<nint> rows, int samples, int stride);
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
/// <param name="hot">The place of the only 1 of each row, where every row is one-hot or an index; the rows need not be there then. null
/// otherwise.
/// </param>
internal readonly unsafe struct InputRows(float* start, int stride, byte* mask = null, int* hot = null)
{
    internal readonly float* Start = start;
    internal readonly int Stride = stride;
    internal readonly byte* Mask = mask;
    internal readonly int* Hot = hot;
}
