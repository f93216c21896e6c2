using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The equations of one step of a recurrent layer, forward and backward, on rows of memory, and that memory;
/// <see cref="RecurrentKernel{V}"/> runs it over the steps.
/// </summary>
/// <remarks>
/// Row r = step · samples + sample of <see cref="Z"/> has all gates, each padded to whole vectors, so that no loop has a remainder:
/// <code>
/// | gate 0: units, zeros | gate 1: units, zeros | …        width: Gates = GateCount · Padded
/// </code>
/// It holds the gates' sums before the step, their values after it, and the gradients of the sums in the end. Row r of a state is what step
/// r begins with; what it leaves is as many rows behind as there are samples. Packed weights have zeros for the padding, and it stays 0 in
/// every gradient.
/// </remarks>
internal abstract unsafe class RecurrentCell<V>
    where V : struct, ILanes<V>
{
    private readonly float*[] _starts;
    private float* _zStart;

    private protected RecurrentCell(RecurrentSettings settings, int features, int gates, int states)
    {
        (Settings, Features, Units, Padded) = (settings, features, settings.Units, Gemm<V>.Padded(settings.Units));
        (GateCount, Gates) = (gates, gates * Padded);
        States = new float*[states];
        StateGradients = new float*[states];
        _starts = new float*[states];
    }

    internal RecurrentSettings Settings { get; }

    /// <summary>Features of the input.</summary>
    internal int Features { get; }

    internal int Units { get; }

    /// <summary>Units in whole vectors.</summary>
    internal int Padded { get; }

    internal int GateCount { get; }

    /// <summary>The numbers of a row of gates.</summary>
    internal int Gates { get; }

    internal int Samples { get; private set; }

    /// <summary>The gates' rows.</summary>
    internal float* Z { get; private set; }

    /// <summary>The states' rows; the first state is the hidden one.</summary>
    internal float*[] States { get; }

    /// <summary>The gradients by the states after the step that is run backward, a row a sample.</summary>
    internal float*[] StateGradients { get; }

    /// <summary>The hidden state's rows as the recurrent product sees them: with what dropout leaves.</summary>
    internal float* Hidden { get; set; }

    /// <summary>The packed kernel (features, gates), recurrent kernel (units, gates) and bias, and their gradients.</summary>
    internal float* W { get; private set; }

    internal float* U { get; private set; }

    internal float* Bias { get; private set; }

    internal float* WGradient { get; private set; }

    internal float* UGradient { get; private set; }

    internal float* BiasGradient { get; private set; }

    /// <summary>The recurrent kernel, transposed gate by gate: units · <see cref="Padded"/> numbers for each.</summary>
    internal float* UTransposed { get; private set; }

    /// <summary>
    /// Whether the weights' gradients are summed block by block of a long thin batch, so that the gates stay in the cache.
    /// </summary>
    internal virtual bool SumsByBlocks => false;

    /// <summary>
    /// Whether the cell hands a part of the hidden state's gradient past the recurrent product: it leaves that in the first of <see
    /// cref="StateGradients"/>.
    /// </summary>
    internal virtual bool PassesHidden => false;

    /// <summary>
    /// Whether the gates' gradients are complete only after <see cref="RecurrentGradient"/>, so that the first step needs it too.
    /// </summary>
    internal virtual bool CompletesGatesInProduct => false;

    /// <summary>The rows of the bias.</summary>
    internal virtual int BiasRows => 1;

    /// <summary>The blocks of the packed weights.</summary>
    internal virtual WeightBlock[] Blocks => Settings.UseBias
        ? [new(0, Features, GateCount), new(1, Units, GateCount), new(2, 1, GateCount)]
        : [new(0, Features, GateCount), new(1, Units, GateCount)];

    /// <summary>How many pieces of memory the weights take in a layout.</summary>
    internal virtual int MemoryCount(WeightLayout layout) => layout == WeightLayout.Keras && Settings.UseBias ? 3 : 2;

    /// <summary>
    /// Says where the weights lie in memory of a layout. Torch's bias is the column of the input weights behind the features.
    /// </summary>
    internal virtual void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        var input = (float*)memory[0];
        var recurrent = (float*)memory[1];
        var (columns, width) = (Features + (Settings.UseBias ? 1 : 0), GateCount * Units);
        sources[0] = layout == WeightLayout.Torch ? new(input, 1, columns) : new(input, width, 1);
        sources[1] = layout == WeightLayout.Torch ? new(recurrent, 1, Units) : new(recurrent, width, 1);
        sources[2] = !Settings.UseBias ? default
            : layout == WeightLayout.Torch ? new(input + Features, 0, columns)
            : new((float*)memory[2], 0, 1);
    }

    internal void Bind(float* weights, float* gradients)
    {
        W = weights;
        U = W + ((long)Features * Gates);
        Bias = U + ((long)Units * Gates);
        WGradient = gradients;
        UGradient = WGradient + ((long)Features * Gates);
        BiasGradient = UGradient + ((long)Units * Gates);
    }

    /// <summary>Takes the buffers.</summary>
    /// <param name="arena">The memory.</param>
    /// <param name="samples">How many samples.</param>
    /// <param name="rows">Rows of gates and states that are there at once.</param>
    /// <param name="hiddenRows">Rows of the hidden state.</param>
    /// <param name="training">Whether there will be a backward pass.</param>
    internal void Layout(Arena arena, int samples, long rows, long hiddenRows, bool training)
    {
        Samples = samples;
        Z = _zStart = arena.Take(rows * Gates);
        for (var state = 0; state < States.Length; state++)
        {
            States[state] = _starts[state] = arena.Take(((state == 0 ? hiddenRows : rows) + samples) * Padded);
            StateGradients[state] = training ? arena.Take((long)samples * Padded) : null;
        }
        Hidden = States[0];
        UTransposed = training ? arena.Take((long)Gates * Padded) : null;
        TakeOwn(arena, rows, training);
    }

    /// <summary>Moves the buffers' addresses so that a row comes to lie at their start.</summary>
    /// <param name="row">The row.</param>
    /// <param name="keepsHidden">Whether the hidden state has all rows.</param>
    internal virtual void MoveTo(long row, bool keepsHidden)
    {
        Z = _zStart - (row * Gates);
        for (var state = keepsHidden ? 1 : 0; state < States.Length; state++)
        {
            States[state] = _starts[state] - (row * Padded);
        }
        Hidden = States[0];
    }

    /// <summary>One step of one sample: its gates' sums from its input and the states before, then <see cref="Forward"/>.</summary>
    /// <param name="x">The input's features.</param>
    /// <param name="sample">The sample.</param>
    internal void Step(float* x, int sample)
    {
        Gemm<V>.MultiplyRow(x, 1, W, Bias, Z + ((long)sample * Gates), Features, Gates);
        RecurrentProduct(0, sample, 1);
        Forward(sample);
    }

    /// <summary>One row, forward: from the gates' sums and the states before to the states after.</summary>
    internal abstract void Forward(long row);

    /// <summary>
    /// One row, backward: replaces the gates by the gradients of their sums, and the other states' gradients by those before the step.
    /// </summary>
    /// <param name="row">The row.</param>
    /// <param name="sample">Its sample.</param>
    /// <param name="fromOutput">The gradient by the output of this step; null for 0.</param>
    internal abstract void Backward(long row, int sample, float* fromOutput);

    /// <summary>What a masked row's backward pass has to clear besides its gates.</summary>
    internal virtual void Skip(long row)
    {
    }

    /// <summary>Takes the buffers of the cell's own.</summary>
    private protected virtual void TakeOwn(Arena arena, long rows, bool training)
    {
    }

    /// <summary>The hidden state's rows before a step as the recurrent product sees them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal float* HiddenBefore(int step) => Hidden + ((long)step * Samples * Padded);

    /// <summary>Adds the recurrent part to some samples' gates: z += h U.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual void RecurrentProduct(int step, int first, int count)
    {
        var hidden = HiddenBefore(step) + ((long)first * Padded);
        var z = Z + ((((long)step * Samples) + first) * Gates);
        if (Padded == V.Count)
        {
            // With one vector of units all gates of a row stay in registers.
            for (var i = 0; i < count; i++)
            {
                Gemm<V>.MultiplyRow(hidden + ((long)i * Padded), 1, U, z + ((long)i * Gates), z + ((long)i * Gates), Units, Gates);
            }
            return;
        }
        Gemm<V>.Multiply(hidden, Padded, 1, U, z, Gates, count, Units, Gates, add: true);
    }

    /// <summary>The hidden state's gradient before a step, from that of the gates' sums, gate by gate: δh = δz Uᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal virtual void RecurrentGradient(int step, int first, int count, float* target)
    {
        var z = Z + ((((long)step * Samples) + first) * Gates);
        if (Padded == V.Count)
        {
            for (var i = 0; i < count; i++)
            {
                NarrowGradient(z + ((long)i * Gates), target + ((long)i * Padded));
            }
            return;
        }
        for (var gate = 0; gate < GateCount; gate++)
        {
            var u = UTransposed + ((long)gate * Units * Padded);
            Gemm<V>.Multiply(z + (gate * Padded), Gates, 1, u, target, Padded, count, Units, Padded, add: gate > 0);
        }
    }

    /// <summary>Some rows of the recurrent kernel's gradient: δU = hᵀ δz over steps.</summary>
    internal virtual void RecurrentWeightGradient(int begin, int end, int first, int count, bool add)
    {
        var z = Z + ((long)begin * Samples * Gates);
        var rows = Samples * (end - begin);
        Gemm<V>.MultiplyToPanels(HiddenBefore(begin) + first, 1, Padded, z, Gates, UGradient, Units, first, count, rows, Gates, add);
    }

    /// <summary>The bias's gradient from the gates' sums' that belong to the input's rows: δb = Σ δz.</summary>
    /// <param name="z">Their first row.</param>
    /// <param name="rows">How many there are: those of one step where a RepeatVector's is repeated.</param>
    /// <param name="steps">The steps of the cell's own rows.</param>
    /// <param name="add">Whether they are added to what is there.</param>
    internal virtual void SumBias(float* z, long rows, int steps, bool add)
    {
        if (Settings.UseBias)
        {
            Gemm<V>.SumRows(z, rows, Gates, BiasGradient, add);
        }
    }

    /// <summary>Fills <see cref="UTransposed"/>.</summary>
    internal virtual void TransposeRecurrent()
    {
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Transpose(U, Units, Gates, gate * Padded, Units, UTransposed + ((long)gate * Units * Padded));
        }
    }

    // With one vector of units a sum over all gates would be one long chain: a sum for each gate, then their sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NarrowGradient(float* z, float* target)
    {
        var sum = V.Zero;
        var u = UTransposed;
        for (var gate = 0; gate < GateCount; gate++)
        {
            var ofGate = V.Zero;
            for (var k = 0; k < Units; k++)
            {
                ofGate = V.MultiplyAdd(V.All(z[k]), V.Load(u), ofGate);
                u += Padded;
            }
            sum += ofGate;
            z += Padded;
        }
        sum.Store(target);
    }
}
