using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>A row of a table for each index: y = E[index]; δE[index] += δy, and 0 for the rows that no index names. With maskZero the index 0 is masked.</summary>
internal sealed unsafe class EmbeddingKernel<V> : FusedKernel
    where V : struct, ILanes<V>
{
    private readonly Embedding _layer;
    private readonly ParameterMemory _table;
    private readonly int _padded;
    private long _rows;
    private float* _e, _de;
    private byte* _used;

    internal EmbeddingKernel(Embedding layer, ParameterMemory table)
    {
        (_layer, _table, _padded) = (layer, table, Gemm<V>.Padded(layer.OutputDim));
        Memories = [table];
        Weights = [new((long)layer.InputDim * _padded, layer.EmbeddingsRegularizer)];
    }

    // One index a step.
    internal override int InputWidth => 1;

    internal override int OutputWidth => _layer.OutputDim;

    internal override int OutputStride => _padded;

    internal override bool ReadsIndices => true;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    private protected override IReadOnlyList<ParameterMemory> Memories { get; }

    internal override bool HasOutputMask(bool masked) => _layer.MaskZero;

    internal override void Bind(float* weights, float* gradients)
    {
        _e = weights;
        _de = gradients;
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = shape.Rows;
        _used = _layer.MaskZero ? (byte*)arena.Take((_rows + sizeof(float) - 1) / sizeof(float)) : null;
        Output = arena.Take(_rows * _padded);
        OutputGradient = shape.Training ? arena.Take(_rows * _padded) : null;
        OutputMask = _used;
    }

    internal override void Forward(in InputRows input)
    {
        for (var r = 0L; r < _rows; r++)
        {
            var index = input.Hot[r];
            new ReadOnlySpan<float>(_e + ((long)index * _padded), _padded).CopyTo(new Span<float>(Output + (r * _padded), _padded));
            if (_used is not null)
            {
                _used[r] = index != 0 ? (byte)1 : (byte)0;
            }
        }
    }

    internal override void Backward(in InputRows input, float* inputGradient)
    {
        for (var row = 0; row < _layer.InputDim; row++)
        {
            new Span<float>(_de + ((long)row * _padded), _padded).Clear();
        }
        for (var r = 0L; r < _rows; r++)
        {
            var to = _de + ((long)input.Hot[r] * _padded);
            var from = OutputGradient + (r * _padded);
            for (var k = 0; k < _padded; k += V.Count)
            {
                (V.Load(to + k) + V.Load(from + k)).Store(to + k);
            }
        }
    }

    private protected override void Pack()
    {
        for (var row = 0; row < _layer.InputDim; row++)
        {
            new ReadOnlySpan<float>(_table.Start + ((long)row * OutputWidth), OutputWidth).CopyTo(new Span<float>(_e + ((long)row * _padded), OutputWidth));
        }
    }

    private protected override void Unpack()
    {
        for (var row = 0; row < _layer.InputDim; row++)
        {
            new ReadOnlySpan<float>(_e + ((long)row * _padded), OutputWidth).CopyTo(new Span<float>(_table.Start + ((long)row * OutputWidth), OutputWidth));
        }
    }
}
