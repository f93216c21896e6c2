using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Two recurrent kernels that read the same input in both directions, and their outputs f and b merged: [f, b], f + b, f b or (f + b) /
/// 2. Step t of a returned sequence meets step T - 1 - t of the backward layer's own. Backward: δf and δb are the halves of δy; δy; δy b
/// and δy f; or δy / 2; δx is the sum of both layers'. Masked steps of returned sequences are 0, and so are their δf and δb.
/// </summary>
internal sealed unsafe class BidirectionalKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly RecurrentKernel<V> _forward, _backward;
    private readonly MergeMode _mode;
    private readonly int _units, _inner;
    private int _samples, _steps;
    private long _inputRows;
    private float* _otherInputGradient;

    internal BidirectionalKernel(BidirectionalSettings settings, RecurrentKernel<V> forward, RecurrentKernel<V> backward)
    {
        (_forward, _backward, _mode) = (forward, backward, settings.MergeMode);
        (_units, _inner) = (forward.OutputWidth, forward.OutputStride);
        OutputWidth = _mode == MergeMode.Concat ? 2 * _units : _units;
        OutputStride = Gemm<V>.Padded(OutputWidth);
        (Weights, Parts) = ([.. forward.Weights, .. backward.Weights], [forward, backward]);
    }

    internal override int InputWidth => _forward.InputWidth;

    internal override int OutputWidth { get; }

    internal override int OutputStride { get; }

    internal override bool LooksUpOneHot => _forward.LooksUpOneHot && _backward.LooksUpOneHot;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override IReadOnlyList<LayerKernel> Parts { get; }

    internal override int OutputSteps(int inputSteps) => _forward.OutputSteps(inputSteps);

    internal override bool HasOutputMask(bool masked) => _forward.HasOutputMask(masked);

    internal override void Bind(float* weights, float* gradients)
    {
        var numbers = _forward.PackedNumbers;
        _forward.Bind(weights, gradients);
        _backward.Bind(weights + numbers, gradients is null ? null : gradients + numbers);
    }

    internal override bool IsStateful => _forward.IsStateful || _backward.IsStateful;

    internal override void ReadState()
    {
        _forward.ReadState();
        _backward.ReadState();
    }

    internal override void WriteState()
    {
        _forward.WriteState();
        _backward.WriteState();
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        (_samples, _steps, _inputRows) = (shape.Samples, OutputSteps(shape.Steps), shape.Rows);
        _forward.Layout(arena, shape);
        _backward.Layout(arena, shape);
        var rows = (long)_samples * _steps;
        Output = arena.Take(rows * OutputStride);
        OutputGradient = shape.Training ? arena.Take(rows * OutputStride) : null;
        _otherInputGradient = shape.Training ? arena.Take(_inputRows * Gemm<V>.Padded(InputWidth)) : null;
    }

    internal override void Forward(in InputRows input)
    {
        _forward.Forward(input);
        _backward.Forward(input);
        OutputMask = _forward.OutputMask;
        for (var t = 0; t < _steps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                var (row, turned) = Places(t, i);
                var y = Output + (row * OutputStride);
                if (IsMasked(row))
                {
                    new Span<float>(y, OutputStride).Clear();
                    continue;
                }
                Merge(_forward.Output + (row * _inner), _backward.Output + (turned * _inner), y);
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        for (var t = 0; t < _steps; t++)
        {
            for (var i = 0; i < _samples; i++)
            {
                var (row, turned) = Places(t, i);
                var df = _forward.OutputGradient + (row * _inner);
                var db = _backward.OutputGradient + (turned * _inner);
                if (IsMasked(row))
                {
                    new Span<float>(df, _inner).Clear();
                    new Span<float>(db, _inner).Clear();
                    continue;
                }
                var (dy, place, placeTurned) = ((nint)(OutputGradient + (row * OutputStride)), row * _inner, turned * _inner);
                Split((float*)dy, _forward.Output + place, _backward.Output + placeTurned, df, db);
            }
        }
        _forward.Backward(input, inputGradient);
        _backward.Backward(input, inputGradient is null ? null : _otherInputGradient);
        if (inputGradient is not null)
        {
            Rows<V>.Add(_otherInputGradient, inputGradient, _inputRows * Gemm<V>.Padded(InputWidth));
        }
    }

    private (long Row, long Turned) Places(int step, int sample) =>
        (((long)step * _samples) + sample, ((long)(_steps - 1 - step) * _samples) + sample);

    private bool IsMasked(long row) => OutputMask is not null && OutputMask[row] == 0;

    private void Merge(float* f, float* b, float* y)
    {
        if (_mode == MergeMode.Concat)
        {
            Rows.Copy(f, y, _units);
            Rows.Copy(b, y + _units, _units);
            return;
        }
        for (var u = 0; u < _inner; u += V.Count)
        {
            var (ofForward, ofBackward) = (V.Load(f + u), V.Load(b + u));
            var merged = _mode == MergeMode.Mul ? ofForward * ofBackward : ofForward + ofBackward;
            (_mode == MergeMode.Ave ? merged * V.All(0.5f) : merged).Store(y + u);
        }
    }

    private void Split(float* dy, float* f, float* b, float* df, float* db)
    {
        if (_mode == MergeMode.Concat)
        {
            Rows.Copy(dy, df, _units);
            Rows.Copy(dy + _units, db, _units);
            return;
        }
        for (var u = 0; u < _inner; u += V.Count)
        {
            var delta = V.Load(dy + u);
            var (deltaF, deltaB) = _mode switch
            {
                MergeMode.Mul => (delta * V.Load(b + u), delta * V.Load(f + u)),
                MergeMode.Ave => (delta * V.All(0.5f), delta * V.All(0.5f)),
                _ => (delta, delta),
            };
            deltaF.Store(df + u);
            deltaB.Store(db + u);
        }
    }
}
