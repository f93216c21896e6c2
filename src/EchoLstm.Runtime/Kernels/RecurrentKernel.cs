using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

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
internal abstract unsafe partial class RecurrentKernel<V> : LayerKernel
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
    private float* _wT, _back, _dy, _summed;
    private bool _training, _isThin, _adds;
    private int _begin, _end;                            // the steps at hand
    private float* _x, _inputGradient;
    private int _stride, _recurrenceParts, _productParts;
    private byte* _mask;
    private int* _hot;
    private bool _isFinite;
    private WeightBlock[]? _blocks;

    /// <param name="settings">The layer's settings.</param>
    /// <param name="gates">How many gates it has.</param>
    /// <param name="features">Features of its input.</param>
    /// <param name="repeats">How often its one input step is repeated: what a RepeatVector before it does; 0 where there is none.</param>
    /// <param name="team">The threads.</param>
    private protected RecurrentKernel(RecurrentSettings settings, int gates, int features, int repeats, WorkTeam team)
    {
        (Settings, InputWidth, _repeats, _team) = (settings, features, repeats, team);
        (_returnSequences, _goBackwards, _stateful) = (settings.ReturnSequences, settings.GoBackwards, settings.Stateful);
        (_dropout, _recurrentDropout) = (settings.Dropout, settings.RecurrentDropout);
        (Units, Padded) = (settings.Units, Gemm<V>.Padded(settings.Units));
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

    internal RecurrentSettings Settings { get; }

    internal override IReadOnlyList<WeightPart> Weights =>
    [
        new((long)InputWidth * Gates, Settings.KernelRegularizer),
        new((long)Units * Gates, Settings.RecurrentRegularizer),
        new((long)BiasRows * Gates, Settings.UseBias ? Settings.BiasRegularizer : null),
    ];

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
            Rows.Copy(FinalState(0), _last, Samples * Padded);
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
            Rows.Copy(Z, Z + ((long)t * Samples * Gates), Samples * Gates);
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

    internal sealed override void Examine() => _isFinite = Rows<V>.AreFinite(W, (long)InputWidth * Gates);

    internal override int MemoryCount(WeightLayout layout) => layout == WeightLayout.Keras && Settings.UseBias ? 3 : 2;

    /// <summary>The rows of the bias: Keras's GRU has two with resetAfter.</summary>
    private protected virtual int BiasRows => 1;

    /// <summary>The blocks of the packed weights.</summary>
    private protected virtual WeightBlock[] Blocks => Settings.UseBias
        ? [new(0, InputWidth, GateCount), new(1, Units, GateCount), new(2, 1, GateCount)]
        : [new(0, InputWidth, GateCount), new(1, Units, GateCount)];

    // Torch's bias is the column of the input weights behind the features.
    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        var input = (float*)memory[0];
        var recurrent = (float*)memory[1];
        var (columns, width) = (InputWidth + (Settings.UseBias ? 1 : 0), GateCount * Units);
        sources[0] = layout == WeightLayout.Torch ? new(input, 1, columns) : new(input, width, 1);
        sources[1] = layout == WeightLayout.Torch ? new(recurrent, 1, Units) : new(recurrent, width, 1);
        sources[2] = !Settings.UseBias ? default : layout == WeightLayout.Torch ? new(input + InputWidth, 0, columns) : new((float*)memory[2], 0, 1);
    }

    private protected sealed override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks) =>
        PackedWeights<V>.Exchange(_blocks ??= Blocks, Units, sources, packed, unpacks);
}
