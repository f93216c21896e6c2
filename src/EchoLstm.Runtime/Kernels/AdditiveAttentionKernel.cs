using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// Additive attention (Bahdanau et al. 2015) of a query to a value's steps by their keys; with one input that is all three, with two the
/// value is the key:
/// <code>
/// s(i, j) = Σ scale ∘ tanh(q_i + k_j)      w(i) = softmax over j of s(i, j)      y_i = Σ_j w(i, j) v_j
/// </code>
/// Masked steps of the value lose 1e9 of their score, masked steps of the query give 0. Backward, τ being the tanh, which is computed anew:
/// <code>
/// δv_j = Σ_i w(i, j) δy_i      δw(i, j) = δy_i v_j      δs = w (δw - Σ_j w δw)
/// δscale = Σ δs τ              δq_i = Σ_j δs scale (1 - τ²)      δk_j = Σ_i δs scale (1 - τ²)
/// </code>
/// Threads take samples.
/// </summary>
internal sealed unsafe class AdditiveAttentionKernel<V> : MergeKernel
    where V : struct, ILanes<V>
{
    // Keras's number for what no score outweighs.
    private const float Outweighed = 1e9f;

    private readonly WeightBlock[] _blocks = [new(0, 1, 1)];
    private readonly bool _usesScale;
    private readonly int _features, _padded, _units;
    private readonly int _value, _key; // which input each is; the query is the first
    private readonly WorkTeam _team;
    private readonly Action<int> _forward, _backward;
    private float* _scale, _scaleGradient, _ones;
    private float* _q, _k, _v, _w, _tau, _dq, _dk, _dv, _dw, _scaleParts;
    private byte* _queryMask, _valueMask;
    private int _samples, _querySteps, _valueSteps, _paddedSteps, _parts;

    internal AdditiveAttentionKernel(AdditiveAttentionSettings settings, MergeInput[] inputs, WorkTeam team)
    {
        (_usesScale, _features, _team) = (settings.UseScale, inputs[0].Width, team);
        (_value, _key) = (Math.Min(1, inputs.Length - 1), inputs.Length - 1);
        (_padded, _units, OutputStride) = (Gemm<V>.Padded(_features), inputs[_value].Width, Gemm<V>.Padded(inputs[_value].Width));
        (_forward, _backward) = (ForwardPart, BackwardPart);
        Weights = _usesScale ? [new(_padded)] : [];
    }

    internal override int OutputWidth => _units;

    internal override int OutputStride { get; }

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override int OutputSteps(ReadOnlySpan<int> inputSteps) => inputSteps[0];

    internal override bool HasOutputMask(ReadOnlySpan<bool> masked) => masked[0];

    internal override void Bind(float* weights, float* gradients)
    {
        _scale = weights;
        _scaleGradient = gradients;
    }

    internal override void Layout(Arena arena, ReadOnlySpan<BatchShape> shapes)
    {
        (_samples, _querySteps, _valueSteps) = (shapes[0].Samples, shapes[0].Steps, shapes[_value].Steps);
        MergeMasks.ThrowUnlessEqual(shapes[_key].Steps, _valueSteps);
        _paddedSteps = Gemm<V>.Padded(_valueSteps);
        var (asked, looked, training) = ((long)_samples * _querySteps, (long)_samples * _valueSteps, shapes[0].Training);
        _parts = _team.PartsFor(20.0 * asked * _valueSteps * _padded);
        _ones = arena.Take(_padded);
        if (_ones is not null)
        {
            new Span<float>(_ones, _features).Fill(1);
        }
        _q = arena.Take(asked * _padded);
        _k = arena.Take(looked * _padded);
        _v = arena.Take(looked * OutputStride);
        _w = arena.Take(asked * _paddedSteps);
        _tau = arena.Take((long)_parts * _padded);
        Output = arena.Take(asked * OutputStride);
        if (training)
        {
            OutputGradient = arena.Take(asked * OutputStride);
            _dq = arena.Take(asked * _padded);
            _dk = arena.Take(looked * _padded);
            _dv = arena.Take(looked * OutputStride);
            _dw = arena.Take((long)_parts * _paddedSteps);
            _scaleParts = arena.Take((long)_samples * _padded);
        }
    }

    internal override void Forward(ReadOnlySpan<InputRows> inputs)
    {
        Rows.Copy(inputs[0].Start, inputs[0].Stride, _q, _padded, (long)_samples * _querySteps, _features);
        Rows.Copy(inputs[_key].Start, inputs[_key].Stride, _k, _padded, (long)_samples * _valueSteps, _features);
        Rows.Copy(inputs[_value].Start, inputs[_value].Stride, _v, OutputStride, (long)_samples * _valueSteps, _units);
        _queryMask = inputs[0].Mask;
        _valueMask = inputs[_value].Mask;
        OutputMask = _queryMask;
        _team.Run(_parts, _forward);
    }

    internal override void BeginBackward(ReadOnlySpan<InputRows> inputs)
    {
        Rows.Clear(_dk, (long)_samples * _valueSteps * _padded);
        Rows.Clear(_dv, (long)_samples * _valueSteps * OutputStride);
        Rows.Clear(_dq, (long)_samples * _querySteps * _padded);
        Rows.Clear(_scaleParts, (long)_samples * _padded);
        _team.Run(_parts, _backward);
        if (_usesScale)
        {
            Gemm<V>.SumRows(_scaleParts, _samples, _padded, _scaleGradient);
        }
    }

    internal override void Backward(ReadOnlySpan<InputRows> inputs, int input, float* gradient)
    {
        // One input may be all three, whose widths are then one.
        var steps = input == 0 ? _querySteps : _valueSteps;
        Rows.Clear(gradient, (long)_samples * steps * (input == _value ? OutputStride : _padded));
        if (input == 0)
        {
            Rows<V>.Add(_dq, gradient, (long)_samples * steps * _padded);
        }
        if (input == _key)
        {
            Rows<V>.Add(_dk, gradient, (long)_samples * steps * _padded);
        }
        if (input == _value)
        {
            Rows<V>.Add(_dv, gradient, (long)_samples * steps * OutputStride);
        }
    }

    internal override int MemoryCount(WeightLayout layout) => Weights.Count;

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        if (_usesScale)
        {
            sources[0] = new((float*)memory[0], 0, 1);
        }
    }

    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks)
    {
        if (_usesScale)
        {
            PackedWeights<V>.Exchange(_blocks, _features, sources, packed, unpacks);
        }
    }

    private long Row(int step, int sample) => ((long)step * _samples) + sample;

    // τ of a query's and a key's row.
    private float* Tau(int part, long query, long key)
    {
        var tau = _tau + ((long)part * _padded);
        var (q, k) = ((nint)(_q + (query * _padded)), (nint)(_k + (key * _padded)));
        for (var f = 0; f < _padded; f += V.Count)
        {
            (V.Load((float*)q + f) + V.Load((float*)k + f)).Store(tau + f);
        }
        LaneActivation<V>.Apply(Activation.Tanh, tau, _padded);
        return tau;
    }

    private void ForwardPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_samples, part, _parts);
        var scale = _usesScale ? _scale : _ones;
        for (var i = first; i < first + count; i++)
        {
            for (var a = 0; a < _querySteps; a++)
            {
                var query = Row(a, i);
                var w = _w + (query * _paddedSteps);
                for (var b = 0; b < _valueSteps; b++)
                {
                    var tau = Tau(part, query, Row(b, i));
                    var sum = V.Zero;
                    for (var f = 0; f < _padded; f += V.Count)
                    {
                        sum = V.MultiplyAdd(V.Load(scale + f), V.Load(tau + f), sum);
                    }
                    w[b] = sum.Sum();
                    w[b] -= _valueMask is not null && _valueMask[Row(b, i)] == 0 ? Outweighed : 0;
                }
                LaneActivation<V>.ForwardRows(Activation.Softmax, w, 1, _valueSteps, _paddedSteps);
                var y = Output + (query * OutputStride);
                new Span<float>(y, OutputStride).Clear();
                for (var b = 0; b < _valueSteps && !IsMasked(query); b++)
                {
                    AddTimes(w[b], _v + (Row(b, i) * OutputStride), y, OutputStride);
                }
            }
        }
    }

    private void BackwardPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_samples, part, _parts);
        var scale = _usesScale ? _scale : _ones;
        var dw = _dw + ((long)part * _paddedSteps);
        for (var i = first; i < first + count; i++)
        {
            for (var a = 0; a < _querySteps; a++)
            {
                var query = Row(a, i);
                var w = _w + (query * _paddedSteps);
                var dy = OutputGradient + (query * OutputStride);
                if (IsMasked(query))
                {
                    continue;
                }
                var mean = 0f;
                for (var b = 0; b < _valueSteps; b++)
                {
                    var value = Row(b, i) * OutputStride;
                    var sum = V.Zero;
                    for (var u = 0; u < OutputStride; u += V.Count)
                    {
                        sum = V.MultiplyAdd(V.Load(dy + u), V.Load(_v + value + u), sum);
                    }
                    dw[b] = sum.Sum();
                    mean += w[b] * dw[b];
                    AddTimes(w[b], dy, _dv + value, OutputStride);
                }
                for (var b = 0; b < _valueSteps; b++)
                {
                    var (key, slope) = (Row(b, i), w[b] * (dw[b] - mean));
                    var tau = Tau(part, query, key);
                    AddTimes(slope, tau, _scaleParts + ((long)i * _padded), _padded);
                    for (var f = 0; f < _padded; f += V.Count)
                    {
                        var t = V.Load(tau + f);
                        ((V.All(1) - (t * t)) * V.Load(scale + f)).Store(tau + f);
                    }
                    AddTimes(slope, tau, _dq + (query * _padded), _padded);
                    AddTimes(slope, tau, _dk + (key * _padded), _padded);
                }
            }
        }
    }

    private bool IsMasked(long query) => _queryMask is not null && _queryMask[query] == 0;

    private static void AddTimes(float factor, float* from, float* to, int count)
    {
        var all = V.All(factor);
        for (var k = 0; k < count; k += V.Count)
        {
            V.MultiplyAdd(all, V.Load(from + k), V.Load(to + k)).Store(to + k);
        }
    }
}
