using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The fully connected layer on every row: y = activation(x W + b); δz = δy times the activation's slope, δW = xᵀ δz, δb = Σ δz, δx = δz
/// Wᵀ. TimeDistributed(Dense) is the same, as each step is a row.
/// </summary>
internal sealed unsafe class DenseKernel<V> : LayerKernel
    where V : struct, ILanes<V>
{
    private readonly DenseSettings _settings;
    private readonly WeightBlock[] _blocks;
    private readonly int _features, _units, _padded;
    private readonly LaneFunction _activation;
    private readonly WorkTeam _team;
    private readonly Action<int> _forward, _slopes, _weightGradients, _inputGradient;

    private float* _w, _b, _dw, _db, _wT;
    private float* _before; // the rows before the activation, where its slope needs them
    private int _rows;
    private float* _input, _inputGradientRows;
    private int _stride, _parts;

    internal DenseKernel(DenseSettings settings, int features, WorkTeam team)
    {
        (_settings, _features, _team) = (settings, features, team);
        (_units, _padded, _activation) = (settings.Units, Gemm<V>.Padded(settings.Units), settings.Activation);
        (_forward, _slopes, _weightGradients, _inputGradient) = (ForwardPart, SlopesPart, WeightGradientsPart, InputGradientPart);
        Weights =
        [
            new((long)features * _padded, settings.KernelRegularizer),
            new(_padded, settings.UseBias ? settings.BiasRegularizer : null),
        ];
        _blocks = settings.UseBias ? [new(0, features, 1), new(1, 1, 1)] : [new(0, features, 1)];
    }

    internal override int InputWidth => _features;

    internal override int OutputWidth => _units;

    internal override int OutputStride => _padded;

    internal override IReadOnlyList<WeightPart> Weights { get; }

    internal override void Bind(float* weights, float* gradients)
    {
        _w = weights;
        _b = weights + ((long)_features * _padded);
        _dw = gradients;
        _db = gradients + ((long)_features * _padded);
    }

    internal override void Layout(Arena arena, in BatchShape shape)
    {
        _rows = checked((int)shape.Rows);
        Output = arena.Take(shape.Rows * _padded);
        _before = shape.Training && _activation.NeedsInput ? arena.Take(shape.Rows * _padded) : null;
        if (shape.Training)
        {
            OutputGradient = arena.Take(shape.Rows * _padded);
            _wT = arena.Take((long)_units * Gemm<V>.Padded(_features));
        }
        _parts = _team.PartsFor((double)_rows * _features * _padded);
    }

    internal override void Forward(in InputRows input)
    {
        _input = input.Start;
        _stride = input.Stride;
        OutputMask = input.Mask;
        _team.Run(_parts, _forward);
    }

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

    private void ForwardPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        var output = Output + ((long)first * _padded);
        Gemm<V>.MultiplyFrom(_input + ((long)first * _stride), _stride, _w, _b, output, _padded, count, _features, _padded);
        if (_before is not null)
        {
            Rows<V>.Copy(output, _before + ((long)first * _padded), (long)count * _padded);
        }
        LaneActivation<V>.ForwardRows(_activation, output, count, _units, _padded);
    }

    private void SlopesPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        var place = (long)first * _padded;
        LaneActivation<V>.BackwardRows(_activation, _before + place, Output + place, OutputGradient + place, count, _padded);
    }

    private void WeightGradientsPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_features, part, _parts);
        Gemm<V>.MultiplyToPanels(_input + first, 1, _stride, OutputGradient, _padded, _dw, _features, first, count, _rows, _padded);
        if (part == 0 && _settings.UseBias)
        {
            Gemm<V>.SumRows(OutputGradient, _rows, _padded, _db);
        }
    }

    private void InputGradientPart(int part)
    {
        var (first, count) = WorkTeam.Piece(_rows, part, _parts);
        var width = Gemm<V>.Padded(_features);
        var dx = _inputGradientRows + ((long)first * width);
        Gemm<V>.Multiply(OutputGradient + ((long)first * _padded), _padded, 1, _wT, dx, width, count, _units, width, add: false);
    }

    internal override int MemoryCount(WeightLayout layout) => _settings.UseBias ? 2 : 1;

    private protected override void View(WeightLayout layout, ReadOnlySpan<nint> memory, Span<WeightView> sources)
    {
        var kernel = (float*)memory[0]; // (units, features), or Keras's (features, units)
        sources[0] = layout == WeightLayout.Torch ? new(kernel, 1, _features) : new(kernel, _units, 1);
        sources[1] = _settings.UseBias ? new((float*)memory[1], 0, 1) : default;
    }

    private protected override void Exchange(ReadOnlySpan<WeightView> sources, float* packed, bool unpacks) =>
        PackedWeights<V>.Exchange(_blocks, _units, sources, packed, unpacks);
}
