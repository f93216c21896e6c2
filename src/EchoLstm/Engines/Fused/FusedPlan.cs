using EchoLstm.Layers;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>Which kernels run a model, and what its loss and metrics are in loops; or why there are none.</summary>
internal sealed class FusedPlan
{
    private readonly bool _inputHasSteps;
    private readonly List<(Layer Layer, ParameterMemory Memory)> _memories = [];

    private FusedPlan(bool inputHasSteps) => _inputHasSteps = inputHasSteps;

    internal FusedKernel[] Kernels { get; private set; } = [];

    internal FusedLossKind Loss { get; private set; }

    internal FusedMetricKind[] Metrics { get; private set; } = [];

    internal bool TargetsAreClasses { get; private set; }

    internal int InputWidth => Kernels[0].InputWidth;

    internal bool ReturnsSteps { get; private set; }

    internal int InputSteps(SampleSet set) => _inputHasSteps ? set.Steps : 1;

    /// <summary>Finds the parameters' memory as it is now; false, with the reason, where the loops can't work on it.</summary>
    internal bool TryFindMemory(out string? reason)
    {
        foreach (var (layer, memory) in _memories)
        {
            if (!memory.TryFind(out reason))
            {
                reason = $"{layer.Title}: {reason}";
                return false;
            }
        }
        reason = null;
        return true;
    }

    /// <summary>Gives each kernel its part of the packed weights, and of their gradients if it shall have any.</summary>
    /// <returns>The first numbers of both, and how many there are of each.</returns>
    internal unsafe (nint Weights, nint Gradients, long Numbers) BindTo(Arena arena, bool gradients)
    {
        var numbers = Kernels.Sum(kernel => Arena.RoundUp(kernel.WeightNumbers));
        arena.Reset(gradients ? 2 * numbers : numbers);
        var weights = arena.Take(numbers);
        var slopes = gradients ? arena.Take(numbers) : null;
        var place = 0L;
        foreach (var kernel in Kernels)
        {
            kernel.Bind(weights + place, gradients ? slopes + place : null);
            place += Arena.RoundUp(kernel.WeightNumbers);
        }
        return ((nint)weights, (nint)slopes, numbers);
    }

    /// <summary>Plans a model that is built.</summary>
    /// <param name="layers">Its layers.</param>
    /// <param name="inputShape">Its input shape.</param>
    /// <param name="compilation">Its loss, optimiser and metrics; null where it is not compiled.</param>
    /// <param name="reason">Why there is no plan.</param>
    internal static FusedPlan? TryCreate(IReadOnlyList<Layer> layers, Shape inputShape, Compilation? compilation, out string? reason)
    {
        var plan = new FusedPlan(inputShape.Rank == 3);
        var kernels = new List<FusedKernel>();
        var shape = inputShape;
        if (shape.Rank is not (2 or 3) || shape.Last is null)
        {
            reason = $"the input {shape} is neither (samples, features) nor (samples, time steps, features)";
            return null;
        }
        foreach (var layer in layers)
        {
            if (plan.KernelOf(layer, checked((int)shape.Last!.Value)) is not { } kernel)
            {
                reason = $"{layer.Title} ({layer.KerasClass}) has no fused kernel";
                return null;
            }
            if (layer.HasHooks)
            {
                reason = $"{layer.Title} has forward hooks, which only Torch's modules call";
                return null;
            }
            kernels.Add(kernel);
            shape = layer.OutputShape(shape);
        }
        plan.Kernels = [.. kernels];
        plan.ReturnsSteps = shape.Rank == 3;
        if (compilation is not null && !plan.TryTake(compilation, checked((int)shape.Last!.Value), out reason))
        {
            return null;
        }
        return plan.TryFindMemory(out reason) ? plan : null;
    }

    private FusedKernel? KernelOf(Layer layer, int features)
    {
        switch (layer)
        {
            case Lstm { Activation: Activation.Tanh, RecurrentActivation: Activation.Sigmoid or Activation.HardSigmoid, ReturnState: false, Dropout: 0, RecurrentDropout: 0, KernelRegularizer: null, RecurrentRegularizer: null, BiasRegularizer: null } lstm:
                var (input, recurrent) = lstm.Memory();
                _memories.Add((lstm, input));
                _memories.Add((lstm, recurrent));
                return new LstmKernel(lstm, input, recurrent, features);
            case Dense { KernelRegularizer: null, BiasRegularizer: null } dense:
                var (kernel, bias) = dense.Memory();
                _memories.Add((dense, kernel));
                if (bias is not null)
                {
                    _memories.Add((dense, bias));
                }
                return new DenseKernel(dense, kernel, bias, features);
            case TimeDistributed { Inner: Dense inner }:
                return inner.HasHooks ? null : KernelOf(inner, features);
            case RepeatVector repeat:
                return new RepeatVectorKernel(repeat.N, features);
            default:
                return null;
        }
    }

    private bool TryTake(Compilation compilation, int units, out string? reason)
    {
        if (compilation.Loss.Fused is not { } loss)
        {
            reason = $"the loss {compilation.Loss.Name} has no fused form";
            return false;
        }
        if (!FusedUpdate.Supports(compilation.Optimizer) || compilation.Optimizer.ClipNorm is not null)
        {
            reason = $"the optimiser {compilation.Optimizer.Name} has no fused form{(compilation.Optimizer.ClipNorm is null ? "" : " with ClipNorm")}";
            return false;
        }
        Loss = loss;
        TargetsAreClasses = compilation.Loss.TakesClassIndices;
        var metrics = new List<FusedMetricKind>();
        foreach (var metric in compilation.Metrics)
        {
            if (metric.FusedFor(units, TargetsAreClasses) is not { } kind)
            {
                reason = $"the metric {metric.Name} has no fused form";
                return false;
            }
            metrics.Add(kind);
        }
        Metrics = [.. metrics];
        reason = null;
        return true;
    }
}
