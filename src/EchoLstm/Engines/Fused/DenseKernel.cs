using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The fully connected layer on every row: y = activation(x W + b); δz = δy times the activation's slope, δW = xᵀ δz, δb = Σ δz, δx = δz Wᵀ.
/// TimeDistributed(Dense) is the same, as each step is a row.
/// </summary>
internal sealed unsafe class DenseKernel<V> : FusedKernel
    where V : struct, ILanes<V>
{
    private readonly Dense _layer;
    private readonly ParameterMemory _kernel;
    private readonly ParameterMemory? _bias;
    private readonly int _features, _units, _padded;
    private readonly WorkTeam _team;
    private readonly Action<int> _forward, _slopes, _weightGradients, _inputGradient;

    private float* _w, _b, _dw, _db, _wT;
    private int _rows;
    private float* _input, _inputGradientRows;
    private int _stride, _parts;

    internal DenseKernel(Dense layer, ParameterMemory kernel, ParameterMemory? bias, int features, WorkTeam team)
    {
        (_layer, _kernel, _bias, _features, _team) = (layer, kernel, bias, features, team);
        (_units, _padded) = (layer.Units, Gemm<V>.Padded(layer.Units));
        (_forward, _slopes, _weightGradients, _inputGradient) = (ForwardPart, SlopesPart, WeightGradientsPart, InputGradientPart);
        Memories = bias is null ? [kernel] : [kernel, bias];
        Weights = bias is null
            ? [new((long)features * _padded, layer.KernelRegularizer), new(_padded)]
            : [new((long)features * _padded, layer.KernelRegularizer), new(_padded, layer.BiasRegularizer)];
    }

    internal override int InputWidth => _features;

    internal override int OutputWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => _units;
    }

    internal override int OutputStride
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        get => _padded;
    }

    internal override IReadOnlyList<WeightPart> Weights { get; }

    private protected override IReadOnlyList<ParameterMemory> Memories { get; }

    internal override void Bind(float* weights, float* gradients)
    {
        _w = weights;
        _b = weights + ((long)_features * _padded);
        _dw = gradients;
        _db = gradients + ((long)_features * _padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = checked((int)shape.Rows);
        Output = arena.Take(shape.Rows * _padded);
        if (shape.Training)
        {
            OutputGradient = arena.Take(shape.Rows * _padded);
            _wT = arena.Take((long)_units * Gemm<V>.Padded(_features));
        }
        _parts = _team.PartsFor((double)_rows * _features * _padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Forward(in InputRows input)
    {
        _input = input.Start;
        _stride = input.Stride;
        OutputMask = input.Mask;
        _team.Run(_parts, _forward);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal override void Backward(in InputRows input, float* inputGradient)
    {
        _team.Run(_parts, _slopes);
        _team.Run(_parts, _weightGradients);
        if (inputGradient is not null)
        {
            Gemm<V>.Transpose(_w, _features, _padded, 0, _units, _wT);
            _inputGradientRows = inputGradient;
            _team.Run(_parts, _inputGradient);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void ForwardPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        var output = Output + ((long)first * _padded);
        Rows<V>.Fill(_b, output, count, _padded);
        Gemm<V>.Multiply(_input + ((long)first * _stride), _stride, 1, _w, output, _padded, count, _features, _padded, add: true);
        LaneActivation<V>.ForwardRows(_layer.Activation, output, count, _units, _padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SlopesPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        LaneActivation<V>.BackwardRows(_layer.Activation, Output + ((long)first * _padded), OutputGradient + ((long)first * _padded), count, _padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WeightGradientsPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_features, part, _parts);
        Gemm<V>.MultiplyToPanels(_input + first, 1, _stride, OutputGradient, _padded, _dw, _features, first, count, _rows, _padded);
        if (part == 0 && _bias is not null)
        {
            Gemm<V>.SumRows(OutputGradient, _rows, _padded, _db);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InputGradientPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        var width = Gemm<V>.Padded(_features);
        Gemm<V>.Multiply(OutputGradient + ((long)first * _padded), _padded, 1, _wT, _inputGradientRows + ((long)first * width), width, count, _units, width, add: false);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Pack()
    {
        var w = _kernel.Start; // (units, features)
        for (var unit = 0; unit < _units; unit++)
        {
            Gemm<V>.PackColumn(w + ((long)unit * _features), _w, _features, _padded, unit);
        }
        if (_bias is not null)
        {
            new ReadOnlySpan<float>(_bias.Start, _units).CopyTo(new Span<float>(_b, _units));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private protected override void Unpack()
    {
        var w = _kernel.Start;
        for (var unit = 0; unit < _units; unit++)
        {
            Gemm<V>.UnpackColumn(_w, _features, _padded, unit, w + ((long)unit * _features));
        }
        if (_bias is not null)
        {
            new ReadOnlySpan<float>(_b, _units).CopyTo(new Span<float>(_bias.Start, _units));
        }
    }
}
