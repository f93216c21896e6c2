using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Trains and predicts with plain loops: CPU, float32, no autograd graph, no allocation a step. The weights stay in the modules' own parameters, read before each batch and
/// written after it, so that everyone sees the trained values at once. The numbers are <see cref="TorchEngine"/>'s, to rounding.
/// </summary>
internal sealed unsafe class FusedEngine : Engine
{
    private readonly FusedPlan _plan;
    private readonly Compilation? _compilation;
    private readonly Arena _weights = new();
    private readonly Arena _arena = new();
    private readonly long _weightNumbers;
    private readonly float* _packed;
    private readonly float* _gradients;
    private FusedUpdate? _update;
    private (long Samples, int Steps, bool Training) _layout;
    private float* _input;
    private float* _target;

    internal FusedEngine(FusedPlan plan, Compilation? compilation)
    {
        _plan = plan;
        _compilation = compilation;
        (var weights, var gradients, _weightNumbers) = plan.BindTo(_weights, gradients: true);
        _packed = (float*)weights;
        _gradients = (float*)gradients;
    }

    internal override EngineKind Kind => EngineKind.Fused;

    internal override bool StillFits() => _plan.TryFindMemory(out _);

    internal override void BeginTraining() => _update ??= new FusedUpdate(_compilation!.Optimizer, _weightNumbers);

    internal override double TrainOnBatch(in Batch batch, Span<double> figures)
    {
        Forward(batch, training: true);
        Measure(batch, figures, training: true);
        if (!double.IsFinite(figures[0]))
        {
            return batch.Count;
        }
        var kernels = _plan.Kernels;
        for (var i = kernels.Length - 1; i >= 0; i--)
        {
            var (input, stride) = InputOf(i);
            kernels[i].Backward(input, stride, i > 0 ? kernels[i - 1].OutputGradient : null);
        }
        _update!.Step(_packed, _gradients, _weightNumbers);
        foreach (var kernel in kernels)
        {
            kernel.StoreWeights();
        }
        return batch.Count;
    }

    internal override double EvaluateOnBatch(in Batch batch, Span<double> figures)
    {
        Forward(batch, training: false);
        Measure(batch, figures, training: false);
        return batch.Count;
    }

    internal override Tensor PredictOnBatch(in Batch batch)
    {
        Forward(batch, training: false);
        var last = _plan.Kernels[^1];
        var (samples, steps, units) = ((int)batch.Count, OutputSteps(batch.Set), last.OutputWidth);
        var values = new float[(long)samples * steps * units];
        for (var i = 0; i < samples; i++)
        {
            for (var t = 0; t < steps; t++)
            {
                new ReadOnlySpan<float>(last.Output + ((((long)t * samples) + i) * last.OutputStride), units)
                    .CopyTo(values.AsSpan(((i * steps) + t) * units));
            }
        }
        using var flat = tensor(values);
        return _plan.ReturnsSteps ? flat.reshape(samples, steps, units) : flat.reshape(samples, units);
    }

    public override void Dispose()
    {
    }

    private void Forward(in Batch batch, bool training)
    {
        var (samples, steps) = ((int)batch.Count, _plan.InputSteps(batch.Set));
        Layout(samples, steps, training);
        GatherInput(batch, samples, steps);
        for (var i = 0; i < _plan.Kernels.Length; i++)
        {
            var kernel = _plan.Kernels[i];
            var lstm = kernel as LstmKernel;
            kernel.LoadWeights();
            if (lstm is { Layer.Stateful: true })
            {
                lstm.Layer.ReadCarried([(nint)lstm.InitialHidden, (nint)lstm.InitialCell], samples, lstm.OutputStride);
            }
            var (input, stride) = InputOf(i);
            kernel.Forward(input, stride);
            if (lstm is { Layer.Stateful: true })
            {
                lstm.Layer.WriteCarried([(nint)lstm.FinalHidden, (nint)lstm.FinalCell], samples, lstm.OutputStride);
            }
        }
    }

    private (nint Input, int Stride) Place(int i) => i == 0
        ? ((nint)_input, _plan.InputWidth)
        : ((nint)_plan.Kernels[i - 1].Output, _plan.Kernels[i - 1].OutputStride);

    private InputRows InputOf(int i)
    {
        var (input, stride) = Place(i);
        return new InputRows((float*)input, stride);
    }

    private readonly ref struct InputRows(float* start, int stride)
    {
        internal void Deconstruct(out float* input, out int distance)
        {
            input = start;
            distance = stride;
        }
    }

    private void Layout(int samples, int steps, bool training)
    {
        if (_layout == (samples, steps, training))
        {
            return;
        }
        var numbers = Arena.RoundUp((long)samples * steps * _plan.InputWidth) + Arena.RoundUp(_plan.Kernels[^1].OutputStride);
        var length = steps;
        foreach (var kernel in _plan.Kernels)
        {
            numbers += kernel.ArenaNumbers(samples, length, training);
            length = kernel.OutputSteps(length);
        }
        _arena.Reset(numbers);
        _input = _arena.Take((long)samples * steps * _plan.InputWidth);
        _target = _arena.Take(_plan.Kernels[^1].OutputStride);
        length = steps;
        foreach (var kernel in _plan.Kernels)
        {
            kernel.Layout(_arena, samples, length, training);
            length = kernel.OutputSteps(length);
        }
        _layout = (samples, steps, training);
    }

    // The samples' rows, time-major.
    private void GatherInput(in Batch batch, int samples, int steps)
    {
        var width = _plan.InputWidth;
        var source = batch.Set.InputStart;
        for (var i = 0; i < samples; i++)
        {
            var sample = source + (batch.SampleAt(i) * steps * width);
            for (var t = 0; t < steps; t++)
            {
                new ReadOnlySpan<float>(sample + ((long)t * width), width).CopyTo(new Span<float>(_input + ((((long)t * samples) + i) * width), width));
            }
        }
    }

    private int OutputSteps(SampleSet set)
    {
        var steps = _plan.InputSteps(set);
        foreach (var kernel in _plan.Kernels)
        {
            steps = kernel.OutputSteps(steps);
        }
        return steps;
    }

    private void Measure(in Batch batch, Span<double> figures, bool training)
    {
        var last = _plan.Kernels[^1];
        var (samples, steps, units, stride) = ((int)batch.Count, OutputSteps(batch.Set), last.OutputWidth, last.OutputStride);
        var rows = (long)samples * steps;
        var scale = 1f / rows;
        figures.Clear();
        for (var t = 0; t < steps; t++)
        {
            for (var i = 0; i < samples; i++)
            {
                var row = ((long)t * samples) + i;
                var target = Target(batch.Set, (batch.SampleAt(i) * steps) + t, units);
                var output = last.Output + (row * stride);
                var weight = batch.Set.WeightOf(batch.SampleAt(i), t, steps);
                figures[0] += weight * FusedLoss.Row(_plan.Loss, output, target, units, training ? last.OutputGradient + (row * stride) : null, scale * weight);
                for (var k = 0; k < _plan.Metrics.Length; k++)
                {
                    figures[k + 1] += FusedMetric.Row(_plan.Metrics[k], output, target, units);
                }
            }
        }
        for (var k = 0; k < figures.Length; k++)
        {
            figures[k] /= rows;
        }
    }

    private float* Target(SampleSet set, long row, int units)
    {
        if (!_plan.TargetsAreClasses)
        {
            return set.TargetStart + (row * units);
        }
        new Span<float>(_target, units).Clear();
        _target[set.ClassStart[row]] = 1;
        return _target;
    }
}
