using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// What the recurrent kernels share: the input's product with the kernel for all steps at once, then step by step the recurrent product and the layer's own cell;
/// backward the same in reverse, then the weights' gradients as products over all rows. It also reads backwards, carries states, skips masked steps and drops out.
/// </summary>
/// <remarks>
/// Rows of gates: each gate's units padded to whole vectors, so that no loop has a remainder; packed weights have zeros there, and padding stays 0 in every gradient.
/// Samples are independent of each other through all steps, so threads take samples; weights' gradients are cut by rows. A training step keeps
/// gates and states, 4 bytes a unit (padded), sample and step; the input once more where it is turned round or dropped out. With checkpoints it keeps them for the steps of one segment, and
/// the states between segments: the backward pass runs each segment forward again.
/// </remarks>
internal abstract unsafe class RecurrentKernel<V> : FusedKernel
    where V : struct, ILanes<V>
{
    // A long sequence of few samples goes through in blocks of so many steps, whose gates stay in a first-level cache from one product to the next.
    private const int ThinBlock = 64;
    private const int ThinSamples = 8;

    private readonly int _repeats;
    private readonly bool _returnSequences, _goBackwards, _stateful;
    private readonly double _dropout, _recurrentDropout;
    private readonly WorkTeam _team;
    private readonly Action<int> _projection, _recurrence, _backRecurrence, _weightGradients, _inputProduct;

    private float* _h, _dropped, _y;                     // hidden states, as the recurrent product sees them, outputs where masks make them differ
    private float* _ordered, _orderedGradient;           // the input turned round or dropped out, its gradient
    private float* _keptInput, _keptHidden;              // what dropout leaves
    private float* _wT, _back, _dy, _summed;
    private byte* _orderedMask;
    private int* _orderedHot;
    private float* _zWindow, _hWindow, _kept, _last;     // the steps of one segment, the states between segments, the last output
    private bool _training, _isThin, _adds;
    private int _segment, _begin, _end;                  // steps of a segment, the steps at hand
    private float* _x, _inputGradient;
    private int _stride, _recurrenceParts, _productParts;
    private byte* _mask;
    private int* _hot;
    private bool _isFinite;

    /// <param name="layer">The layer.</param>
    /// <param name="gates">How many gates it has.</param>
    /// <param name="features">Features of its input.</param>
    /// <param name="repeats">How often its one input step is repeated: what a RepeatVector before it does; 0 where there is none.</param>
    /// <param name="team">The threads.</param>
    /// <param name="bare">Whether it only runs the cell over every step, and the caller does the rest: order, dropout, carried states, the last step alone.</param>
    private protected RecurrentKernel(RecurrentLayer layer, int gates, int features, int repeats, WorkTeam team, bool bare = false)
    {
        (Layer, InputWidth, _repeats, _team) = (layer, features, repeats, team);
        (_returnSequences, _goBackwards, _stateful) = (bare || layer.ReturnSequences, !bare && layer.GoBackwards, !bare && layer.Stateful);
        (_dropout, _recurrentDropout) = bare ? (0, 0) : (layer.Dropout, layer.RecurrentDropout);
        (Units, Padded) = (layer.Units, Gemm<V>.Padded(layer.Units));
        (GateCount, Gates) = (gates, gates * Padded);
        (_projection, _recurrence, _backRecurrence, _weightGradients, _inputProduct) =
            (ProjectionPart, RecurrencePart, BackRecurrencePart, WeightGradientsPart, InputProductPart);
    }

    internal sealed override int InputWidth { get; }

    internal sealed override int OutputWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => Units;
    }

    internal sealed override int OutputStride
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => Padded;
    }

    internal RecurrentLayer Layer { get; }

    // A product with a row of zeros is NaN where a weight is not finite, and a look-up would skip that.
    internal sealed override bool LooksUpOneHot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => _isFinite;
    }

    private protected int Units { get; }

    /// <summary>Units in whole vectors.</summary>
    private protected int Padded { get; }

    private protected int GateCount { get; }

    /// <summary>The numbers of a row of gates.</summary>
    private protected int Gates { get; }

    private protected int Samples { get; private set; }

    private protected int Steps { get; private set; }

    /// <summary>The gates' rows: sums before, values after the cell, gradients of the sums in the end.</summary>
    private protected float* Z { get; private set; }

    /// <summary>The gradient by the hidden state after the step that is run backward, a row a sample.</summary>
    private protected float* HiddenGradient { get; private set; }

    private protected float* W { get; private set; }

    private protected float* U { get; private set; }

    private protected float* Bias { get; private set; }

    private protected float* WGradient { get; private set; }

    private protected float* UGradient { get; private set; }

    private protected float* BiasGradient { get; private set; }

    /// <summary>The recurrent kernel, transposed gate by gate: units · <see cref="Padded"/> numbers for each.</summary>
    private protected float* UTransposed { get; private set; }

    /// <summary>Whether the cell hands a part of the hidden state's gradient past the recurrent product: it leaves that in <see cref="HiddenGradient"/>.</summary>
    private protected virtual bool PassesHidden
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => false;
    }

    /// <summary>Whether the gates' gradients are complete only after <see cref="RecurrentGradient"/>, so that the first step needs it too.</summary>
    private protected virtual bool CompletesGatesInProduct
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => false;
    }

    /// <summary>
    /// Whether the caller puts the gradients by the final states into <see cref="StateGradient"/> before the backward pass and takes those by the initial ones from there;
    /// otherwise both are 0.
    /// </summary>
    internal bool TakesStateGradients { get; init; }

    /// <summary>The gradient by a state, a row a sample.</summary>
    internal virtual float* StateGradient(int state) => HiddenGradient;

    // The first state is the hidden one.
    internal sealed override float* InitialState(int state) => IsSegmented ? Kept(state, 0) : StateRows(state);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override float* FinalState(int state) =>
        IsSegmented ? Kept(state, (Steps + _segment - 1) / _segment) : StateRows(state) + ((long)Steps * Samples * Padded);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override int OutputSteps(int inputSteps) => !_returnSequences ? 1 : _repeats > 0 ? _repeats : inputSteps;

    internal sealed override bool HasOutputMask(bool masked) => masked && _returnSequences;

    internal override void Bind(float* weights, float* gradients)
    {
        W = weights;
        U = W + ((long)InputWidth * Gates);
        Bias = U + ((long)Units * Gates);
        WGradient = gradients;
        UGradient = WGradient + ((long)InputWidth * Gates);
        BiasGradient = UGradient + ((long)Units * Gates);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (Samples, Steps, _training) = (shape.Samples, _repeats > 0 ? _repeats : shape.Steps, shape.Training);
        var rows = (long)Samples * Steps;
        _segment = SegmentOf(shape);
        var windowRows = (long)Samples * _segment;
        var dropsOut = _training && _dropout > 0;
        var dropsHidden = _training && _recurrentDropout > 0;
        var ordered = _goBackwards || dropsOut;
        var inputRows = shape.Rows;
        var inputStride = Gemm<V>.Padded(InputWidth);

        _zWindow = arena.Take(windowRows * Gates);
        _hWindow = arena.Take(((_returnSequences ? rows : windowRows) + Samples) * Padded);
        Z = _zWindow;
        _h = _hWindow;
        _kept = IsSegmented ? arena.Take(((Steps + _segment - 1L) / _segment + 1) * StateCount * Samples * Padded) : null;
        _last = IsSegmented && !_returnSequences ? arena.Take((long)Samples * Padded) : null;
        _dropped = dropsHidden ? arena.Take(rows * Padded) : _h;
        _keptHidden = dropsHidden ? arena.Take((long)Samples * Padded) : null;
        _keptInput = dropsOut ? arena.Take((long)Samples * inputStride) : null;
        _ordered = ordered ? arena.Take(inputRows * inputStride) : null;
        _orderedHot = ordered ? (int*)arena.Take(inputRows) : null;
        _orderedMask = shape.Masked ? (byte*)arena.Take((rows + 3) / 4) : null;
        _y = shape.Masked ? arena.Take((_returnSequences ? rows : Samples) * Padded) : null;
        LayStates(arena, windowRows, _training);
        Output = shape.Masked ? _y : _returnSequences ? _h + ((long)Samples * Padded) : IsSegmented ? _last : FinalState(0);
        if (_training)
        {
            HiddenGradient = arena.Take((long)Samples * Padded);
            OutputGradient = arena.Take((_returnSequences ? rows : Samples) * Padded);
            _back = shape.Masked || dropsHidden || PassesHidden ? arena.Take((long)Samples * Padded) : null;
            _dy = shape.Masked ? arena.Take((long)Samples * Padded) : null;
            UTransposed = arena.Take((long)Gates * Padded);
            _wT = arena.Take((long)Gates * inputStride);
            _orderedGradient = ordered ? arena.Take(inputRows * inputStride) : null;
            _summed = _repeats > 0 ? arena.Take((long)Samples * Gates) : null;
        }
        _isThin = HasPlainGradients && Samples < ThinSamples && Steps > 4 * ThinBlock && _repeats == 0;
        _recurrenceParts = Samples < ThinSamples ? 1 : _team.PartsFor((double)rows * Units * Gates);
        _productParts = _team.PartsFor((double)rows * (Units + InputWidth) * Gates);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void Forward(in InputRows input)
    {
        _x = input.Start;
        _stride = input.Stride;
        _mask = input.Mask;
        _hot = input.Hot;
        if (_training)
        {
            DrawDropout();
        }
        if (_ordered is not null)
        {
            OrderInput();
        }
        if (_mask is not null)
        {
            OrderMask();
        }
        OutputMask = _returnSequences ? input.Mask : null;
        if (!IsSegmented)
        {
            ForwardSteps(0, Steps);
            return;
        }
        for (var begin = 0; begin < Steps; begin += _segment)
        {
            ForwardSegment(begin);
            KeepStates(_end, begin / _segment + 1);
        }
        if (_last is not null)
        {
            new ReadOnlySpan<float>(FinalState(0), Samples * Padded).CopyTo(new Span<float>(_last, Samples * Padded));
        }
    }

    // Steps whose gates and states the buffers hold.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardSteps(int begin, int end)
    {
        (_begin, _end) = (begin, end);
        if (_isThin && _hot is null)
        {
            for (var t = begin; t < end; t += ThinBlock)
            {
                var steps = Math.Min(ThinBlock, end - t);
                Project((long)t * Samples, steps * Samples);
                RunSteps(t, t + steps, 0, Samples);
            }
            return;
        }
        _team.Run(_productParts, _projection);
        for (var t = 1; t < _repeats; t++)
        {
            new ReadOnlySpan<float>(Z, Samples * Gates).CopyTo(new Span<float>(Z + ((long)t * Samples * Gates), Samples * Gates));
        }
        _team.Run(_recurrenceParts, _recurrence);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void Backward(in InputRows input, float* inputGradient)
    {
        PrepareBackward();
        _inputGradient = inputGradient is null || _ordered is null ? inputGradient : _orderedGradient;
        if (inputGradient is not null)
        {
            for (var gate = 0; gate < GateCount; gate++)
            {
                Gemm<V>.Transpose(W, InputWidth, Gates, gate * Padded, Units, _wT + ((long)gate * Units * Gemm<V>.Padded(InputWidth)));
            }
        }
        _adds = false;
        if (!IsSegmented)
        {
            BackwardSteps(0, Steps);
        }
        else
        {
            // The last segment is there still.
            for (var begin = (Steps - 1) / _segment * _segment; begin >= 0; begin -= _segment)
            {
                if (_begin != begin)
                {
                    ForwardSegment(begin);
                }
                BackwardSteps(begin, _end);
                _adds = true;
            }
        }
        if (inputGradient is not null && _ordered is not null)
        {
            ReorderGradient(inputGradient);
        }
    }

    // Steps that were just run, and their parts of all gradients.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackwardSteps(int begin, int end)
    {
        (_begin, _end) = (begin, end);
        if (_isThin && _hot is null)
        {
            for (var last = end; last > begin; last -= ThinBlock)
            {
                var first = Math.Max(begin, last - ThinBlock);
                RunStepsBack(first, last, 0, Samples);
                AddGradients((long)first * Samples, (last - first) * Samples, add: _adds || last < end);
            }
        }
        else
        {
            _team.Run(_recurrenceParts, _backRecurrence);
            if (_repeats > 0)
            {
                SumRepeats();
            }
            _team.Run(_productParts, _weightGradients);
        }
        if (_inputGradient is not null)
        {
            _team.Run(_productParts, _inputProduct);
        }
    }

    private bool IsSegmented => _segment < Steps;

    // Where checkpoints are asked for and nothing but the gates and states is kept for a step; else all steps are one segment.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SegmentOf(in BatchShape shape) =>
        CheckpointSteps is { } steps && HasPlainGradients && _repeats == 0 && !shape.Masked && !(_training && _recurrentDropout > 0) ? Math.Min(steps, Steps) : Steps;

    private float* Kept(int state, int segment) => _kept + (((long)segment * StateCount + state) * Samples * Padded);

    // Rows keep their numbers: the buffers' addresses are moved so that the segment's first row comes to lie at their start.
    private void ForwardSegment(int begin)
    {
        var row = (long)begin * Samples;
        Z = _zWindow - (row * Gates);
        _h = _returnSequences ? _hWindow : _hWindow - (row * Padded);
        _dropped = _h;
        MoveStates(row);
        for (var state = 0; state < StateCount; state++)
        {
            new ReadOnlySpan<float>(Kept(state, begin / _segment), Samples * Padded).CopyTo(new Span<float>(StateRows(state) + (row * Padded), Samples * Padded));
        }
        ForwardSteps(begin, Math.Min(Steps, begin + _segment));
    }

    private void KeepStates(int step, int segment)
    {
        for (var state = 0; state < StateCount; state++)
        {
            new ReadOnlySpan<float>(StateRows(state) + ((long)step * Samples * Padded), Samples * Padded).CopyTo(new Span<float>(Kept(state, segment), Samples * Padded));
        }
    }

    /// <summary>Moves the addresses of the layer's own states so that a row comes to lie at the start of their buffers.</summary>
    private protected virtual void MoveStates(long row)
    {
    }

    /// <summary>After how many steps a training step keeps the states alone (see <see cref="Lstm.CheckpointSteps"/>); null: it keeps every step's gates and states.</summary>
    private protected virtual int? CheckpointSteps => null;

    internal sealed override bool IsStateful => _stateful;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void ReadState()
    {
        if (!_stateful)
        {
            return;
        }
        var rows = stackalloc nint[StateCount];
        for (var state = 0; state < StateCount; state++)
        {
            rows[state] = (nint)InitialState(state);
        }
        Layer.ReadCarried(new ReadOnlySpan<nint>(rows, StateCount), Samples, Padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal sealed override void WriteState()
    {
        if (!_stateful)
        {
            return;
        }
        var rows = stackalloc nint[StateCount];
        for (var state = 0; state < StateCount; state++)
        {
            rows[state] = (nint)FinalState(state);
        }
        Layer.WriteCarried(new ReadOnlySpan<nint>(rows, StateCount), Samples, Padded);
    }

    /// <summary>Rows of a state: those before the first step, then those after each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual float* StateRows(int state) => _h;

    /// <summary>Takes the buffers of the layer's own states.</summary>
    private protected abstract void LayStates(Arena arena, long rows, bool training);

    /// <summary>The hidden state's rows before a step as the recurrent product sees them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private protected float* HiddenBefore(int step) => _dropped + ((long)step * Samples * Padded);

    /// <summary>One row through the cell, forward: from the gates' sums and the states before to the states after.</summary>
    /// <param name="row">step · samples + sample. The states before are at this row of <see cref="StateRows"/>, those after are as many rows behind as there are samples.</param>
    private protected abstract void CellForward(long row);

    /// <summary>One row through the cell, backward: replaces the gates by the gradients of their sums, and the other states' gradients by those before the step.</summary>
    /// <param name="row">step · samples + sample.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="fromOutput">The gradient by the output of this step; null for 0.</param>
    private protected abstract void CellBackward(long row, int sample, float* fromOutput);

    /// <summary>Makes the gradients of the states after the last step 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void PrepareBackward()
    {
        TransposeRecurrent();
        if (!TakesStateGradients)
        {
            new Span<float>(HiddenGradient, Samples * Padded).Clear();
        }
        if (_dy is not null)
        {
            new Span<float>(_dy, Samples * Padded).Clear();
        }
    }

    /// <summary>Fills <see cref="UTransposed"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void TransposeRecurrent()
    {
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Transpose(U, Units, Gates, gate * Padded, Units, UTransposed + ((long)gate * Units * Padded));
        }
    }

    /// <summary>Adds the recurrent part to some samples' gates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentProduct(int step, int first, int count)
    {
        var hidden = HiddenBefore(step) + ((long)first * Padded);
        var z = Z + ((((long)step * Samples) + first) * Gates);
        if (Padded == V.Count && GateCount == 4)
        {
            for (var i = 0; i < count; i++)
            {
                NarrowProduct(hidden + ((long)i * Padded), z + ((long)i * Gates));
            }
            return;
        }
        Gemm<V>.Multiply(hidden, Padded, 1, U, z, Gates, count, Units, Gates, add: true);
    }

    private protected sealed override void AfterPack() => _isFinite = Rows<V>.AreFinite(W, (long)InputWidth * Gates);

    private int InputRowsAtHand => _repeats > 0 ? Samples : Samples * (_end - _begin);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ProjectionPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _productParts);
        Project(((long)_begin * Samples) + first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Project(long first, int count)
    {
        var z = Z + (first * Gates);
        Rows<V>.Fill(Bias, z, count, Gates);
        if (_hot is not null)
        {
            for (var r = 0; r < count; r++)
            {
                Gemm<V>.AddRow(W, InputWidth, Gates, _hot[first + r], z + ((long)r * Gates));
            }
        }
        else
        {
            Gemm<V>.Multiply(_x + (first * _stride), _stride, 1, W, z, Gates, count, InputWidth, Gates, add: true);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(Samples, part, _recurrenceParts);
        RunSteps(_begin, _end, first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunSteps(int begin, int end, int first, int count)
    {
        for (var t = begin; t < end; t++)
        {
            if (_keptHidden is not null)
            {
                DropHidden(t, first, count);
            }
            RecurrentProduct(t, first, count);
            var row = ((long)t * Samples) + first;
            for (var i = 0; i < count; i++)
            {
                CellForward(row + i);
            }
            if (_mask is not null)
            {
                SkipMasked(t, first, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackRecurrencePart(int part)
    {
        var (first, count) = WorkTeam.Piece(Samples, part, _recurrenceParts);
        RunStepsBack(_begin, _end, first, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void RunStepsBack(int begin, int end, int first, int count)
    {
        for (var t = end - 1; t >= begin; t--)
        {
            var fromOutput = _returnSequences ? OutputGradient + ((long)t * Samples * Padded) : t == Steps - 1 ? OutputGradient : null;
            for (var i = first; i < first + count; i++)
            {
                var row = ((long)t * Samples) + i;
                var own = fromOutput is null ? null : fromOutput + ((long)i * Padded);
                if (_mask is null)
                {
                    CellBackward(row, i, own);
                }
                else
                {
                    MaskedBackward(row, i, own);
                }
            }
            if (t > 0 || CompletesGatesInProduct || TakesStateGradients)
            {
                BackProduct(t, first, count);
            }
        }
    }

    /// <summary>The hidden state's gradient before a step, from that of the gates' sums: δh = δz Uᵀ, gate by gate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentGradient(int step, int first, int count, float* target)
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
            Gemm<V>.Multiply(z + (gate * Padded), Gates, 1, UTransposed + ((long)gate * Units * Padded), target, Padded, count, Units, Padded, add: gate > 0);
        }
    }

    // With one vector of units a row of four gates stays in registers; the sums are those of the product in panels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NarrowProduct(float* hidden, float* z)
    {
        var (z0, z1, z2, z3) = (V.Load(z), V.Load(z + V.Count), V.Load(z + (2 * V.Count)), V.Load(z + (3 * V.Count)));
        var threeGates = U;
        var lastGate = U + ((long)Units * Gemm<V>.PanelWidth);
        for (var k = 0; k < Units; k++)
        {
            var h = V.All(hidden[k]);
            z0 = V.MultiplyAdd(h, V.Load(threeGates), z0);
            z1 = V.MultiplyAdd(h, V.Load(threeGates + V.Count), z1);
            z2 = V.MultiplyAdd(h, V.Load(threeGates + (2 * V.Count)), z2);
            z3 = V.MultiplyAdd(h, V.Load(lastGate), z3);
            threeGates += Gemm<V>.PanelWidth;
            lastGate += V.Count;
        }
        z0.Store(z);
        z1.Store(z + V.Count);
        z2.Store(z + (2 * V.Count));
        z3.Store(z + (3 * V.Count));
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void BackProduct(int step, int first, int count)
    {
        if (_back is null)
        {
            RecurrentGradient(step, first, count, HiddenGradient + ((long)first * Padded));
            return;
        }
        RecurrentGradient(step, first, count, _back + ((long)first * Padded));
        for (var i = first; i < first + count; i++)
        {
            if (_mask is not null && _mask[((long)step * Samples) + i] == 0)
            {
                continue; // the state went through as it was
            }
            var place = (long)i * Padded;
            for (var k = 0; k < Padded; k += V.Count)
            {
                var gradient = V.Load(_back + place + k);
                if (_keptHidden is not null)
                {
                    gradient *= V.Load(_keptHidden + place + k);
                }
                (PassesHidden ? gradient + V.Load(HiddenGradient + place + k) : gradient).Store(HiddenGradient + place + k);
            }
        }
    }

    // A masked step's output was the one before it, so its gradient goes there; its gates took no part.
    private void MaskedBackward(long row, int sample, float* fromOutput)
    {
        var dy = _dy + ((long)sample * Padded);
        if (fromOutput is not null)
        {
            for (var k = 0; k < Padded; k += V.Count)
            {
                (V.Load(dy + k) + V.Load(fromOutput + k)).Store(dy + k);
            }
        }
        if (_mask[row] == 0)
        {
            new Span<float>(Z + (row * Gates), Gates).Clear();
            SkipBackward(row);
            return;
        }
        CellBackward(row, sample, dy);
        new Span<float>(dy, Padded).Clear();
    }

    /// <summary>What a masked step's backward pass has to clear besides its gates.</summary>
    private protected virtual void SkipBackward(long row)
    {
    }

    private void SkipMasked(int step, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var row = ((long)step * Samples) + i;
            var used = _mask[row] != 0;
            if (!used)
            {
                for (var state = 0; state < StateCount; state++)
                {
                    var before = StateRows(state) + (row * Padded);
                    new ReadOnlySpan<float>(before, Padded).CopyTo(new Span<float>(before + ((long)Samples * Padded), Padded));
                }
            }
            var y = new Span<float>(_y + ((_returnSequences ? row : i) * Padded), Padded);
            if (used)
            {
                new ReadOnlySpan<float>(_h + ((row + Samples) * Padded), Padded).CopyTo(y);
            }
            else if (step == 0)
            {
                y.Clear();
            }
            else if (_returnSequences)
            {
                new ReadOnlySpan<float>(_y + ((row - Samples) * Padded), Padded).CopyTo(y);
            }
        }
    }

    private void SumRepeats()
    {
        new ReadOnlySpan<float>(Z, Samples * Gates).CopyTo(new Span<float>(_summed, Samples * Gates));
        for (var t = 1; t < Steps; t++)
        {
            var z = Z + ((long)t * Samples * Gates);
            for (var k = 0L; k < (long)Samples * Gates; k += V.Count)
            {
                (V.Load(_summed + k) + V.Load(z + k)).Store(_summed + k);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeightGradientsPart(int part)
    {
        var (first, count) = WorkTeam.Piece(Units, part, _productParts);
        if (count > 0)
        {
            RecurrentWeightGradient(first, count);
        }
        var (inputRows, row) = (InputRowsAtHand, (long)_begin * Samples);
        var z = _repeats > 0 ? _summed : Z + (row * Gates);
        if (_hot is null)
        {
            (first, count) = WorkTeam.Piece(InputWidth, part, _productParts);
            if (count > 0)
            {
                Gemm<V>.MultiplyToPanels(_x + (row * _stride) + first, 1, _stride, z, Gates, WGradient, InputWidth, first, count, inputRows, Gates, _adds);
            }
        }
        else if (part == 0)
        {
            if (!_adds)
            {
                new Span<float>(WGradient, InputWidth * Gates).Clear();
            }
            for (var r = 0L; r < inputRows; r++)
            {
                Gemm<V>.AddToRow(WGradient, InputWidth, Gates, _hot[row + r], z + (r * Gates));
            }
        }
        if (part == _productParts - 1)
        {
            if (!HasPlainGradients)
            {
                BiasGradients(z, inputRows);
            }
            else if (HasBias)
            {
                Gemm<V>.SumRows(z, inputRows, Gates, BiasGradient, _adds);
            }
        }
    }

    // The gates' gradients of some rows are in the cache still: all products with them at once.
    private void AddGradients(long row, int rows, bool add)
    {
        var z = Z + (row * Gates);
        Gemm<V>.MultiplyToPanels(_dropped + (row * Padded), 1, Padded, z, Gates, UGradient, Units, 0, Units, rows, Gates, add);
        Gemm<V>.MultiplyToPanels(_x + (row * _stride), 1, _stride, z, Gates, WGradient, InputWidth, 0, InputWidth, rows, Gates, add);
        if (HasBias)
        {
            Gemm<V>.SumRows(z, rows, Gates, BiasGradient, add);
        }
    }

    /// <summary>Whether every gradient is a plain product with the gates', so that it can be summed block by block.</summary>
    private protected virtual bool HasPlainGradients => false;

    private protected virtual bool HasBias => false;

    /// <summary>Some rows of the recurrent kernel's gradient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected virtual void RecurrentWeightGradient(int first, int count) =>
        Gemm<V>.MultiplyToPanels(HiddenBefore(_begin) + first, 1, Padded, Z + ((long)_begin * Samples * Gates), Gates, UGradient, Units, first, count, Samples * (_end - _begin), Gates, _adds);

    /// <summary>The bias's gradient, from the gradients of the gates' sums, where it is not their plain sum.</summary>
    private protected virtual void BiasGradients(float* z, long rows)
    {
    }

    private void InputProductPart(int part)
    {
        var (first, count) = WorkTeam.Piece(InputRowsAtHand, part, _productParts);
        var row = ((long)_begin * Samples) + first;
        var width = Gemm<V>.Padded(InputWidth);
        var z = (_repeats > 0 ? _summed : Z) + (row * Gates);
        for (var gate = 0; gate < GateCount; gate++)
        {
            Gemm<V>.Multiply(z + (gate * Padded), Gates, 1, _wT + ((long)gate * Units * width), _inputGradient + (row * width), width, count, Units, width, add: gate > 0);
        }
    }

    // The draws are those of the layer's own forward, in its order.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DrawDropout()
    {
        if (_keptInput is not null)
        {
            for (var i = 0; i < Samples; i++)
            {
                Layer.DrawKept(_dropout, new Span<float>(_keptInput + ((long)i * Gemm<V>.Padded(InputWidth)), InputWidth));
            }
        }
        if (_keptHidden is not null)
        {
            for (var i = 0; i < Samples; i++)
            {
                Layer.DrawKept(_recurrentDropout, new Span<float>(_keptHidden + ((long)i * Padded), Units));
            }
        }
    }

    private void DropHidden(int step, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            var place = (((long)step * Samples) + i) * Padded;
            for (var k = 0; k < Padded; k += V.Count)
            {
                (V.Load(_h + place + k) * V.Load(_keptHidden + ((long)i * Padded) + k)).Store(_dropped + place + k);
            }
        }
    }

    private int InputStep(int step, int inputSteps) => _goBackwards ? inputSteps - 1 - step : step;

    private void OrderInput()
    {
        var width = Gemm<V>.Padded(InputWidth);
        var steps = _repeats > 0 ? 1 : Steps;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < Samples; i++)
            {
                var (to, from) = (((long)t * Samples) + i, ((long)InputStep(t, steps) * Samples) + i);
                if (_hot is not null)
                {
                    _orderedHot[to] = _hot[from];
                    if (_keptInput is null)
                    {
                        continue;
                    }
                }
                var row = new Span<float>(_ordered + (to * width), InputWidth);
                if (_hot is not null)
                {
                    row.Clear();
                    row[_hot[from]] = _keptInput[((long)i * width) + _hot[from]];
                    continue;
                }
                new ReadOnlySpan<float>(_x + (from * _stride), InputWidth).CopyTo(row);
                if (_keptInput is not null)
                {
                    for (var k = 0; k < InputWidth; k++)
                    {
                        row[k] *= _keptInput[((long)i * width) + k];
                    }
                }
            }
        }
        _x = _ordered;
        _stride = width;
        _hot = _hot is null || _keptInput is not null ? null : _orderedHot;
    }

    private void OrderMask()
    {
        if (!_goBackwards)
        {
            return;
        }
        for (var t = 0; t < Steps; t++)
        {
            new ReadOnlySpan<byte>(_mask + ((long)InputStep(t, Steps) * Samples), Samples).CopyTo(new Span<byte>(_orderedMask + ((long)t * Samples), Samples));
        }
        _mask = _orderedMask;
    }

    private void ReorderGradient(float* inputGradient)
    {
        var width = Gemm<V>.Padded(InputWidth);
        var steps = _repeats > 0 ? 1 : Steps;
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < Samples; i++)
            {
                var from = _orderedGradient + ((((long)t * Samples) + i) * width);
                var to = inputGradient + ((((long)InputStep(t, steps) * Samples) + i) * width);
                for (var k = 0; k < width; k += V.Count)
                {
                    var gradient = V.Load(from + k);
                    (_keptInput is null ? gradient : gradient * V.Load(_keptInput + ((long)i * width) + k)).Store(to + k);
                }
            }
        }
    }
}
