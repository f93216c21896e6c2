using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;
using EchoLstm.Layers;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>Which kernels run a model, and what its loss and metrics are in loops; or why there are none.</summary>
internal sealed class FusedPlan
{
    private readonly List<(Layer Layer, ParameterMemory Memory)> _memories = [];
    private readonly List<FusedKernel> _kernels = [];
    private readonly Shape _inputShape;
    private readonly IReadOnlyList<Layer> _own; // the model's layers
    private readonly Layer[] _layers;           // with those inside them

    private FusedPlan(IReadOnlyList<Layer> layers, Shape inputShape)
    {
        (_inputShape, _own) = (inputShape, layers);
        _layers = [.. layers.SelectMany(layer => layer.modules().OfType<Layer>().Prepend(layer)).Distinct()];
    }

    internal FusedKernel[] Kernels { get; private set; } = [];

    internal WorkTeam Team { get; } = new();

    /// <summary>Makes the engine's blocks of memory.</summary>
    internal Func<Arena> NewArena { get; set; } = () => new Arena();

    internal FusedLossKind Loss { get; private set; }

    internal FusedMetricKind[] Metrics { get; private set; } = [];

    internal bool TargetsAreClasses { get; private set; }

    /// <summary>Whether the inputs are indices, which the first kernel looks up.</summary>
    internal bool ReadsIndices => Kernels[0].ReadsIndices;

    internal int InputWidth => Kernels[0].InputWidth;

    internal bool ReturnsSteps { get; private set; }

    internal LaneWidth Width { get; private set; }

    internal int InputSteps(SampleSet set) => ReadsIndices || _inputShape.Rank == 3 ? set.Steps : 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal int OutputSteps(int steps)
    {
        foreach (var kernel in Kernels)
        {
            steps = kernel.OutputSteps(steps);
        }
        return steps;
    }

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
        foreach (var layer in _layers)
        {
            if (layer.HasHooks)
            {
                reason = $"{layer.Title} has forward hooks, which only Torch's modules call";
                return false;
            }
        }
        reason = null;
        return true;
    }

    /// <summary>The parameters that the kernels train, with their names in the model.</summary>
    internal IReadOnlyList<(string Name, ParameterMemory Memory)> NamedMemories()
    {
        var names = new Dictionary<nint, string>();
        foreach (var layer in _own)
        {
            foreach (var (name, parameter) in layer.named_parameters())
            {
                names[parameter.Handle] = $"{layer.Name}.{name}";
            }
        }
        return [.. _memories.Select(held => (names[held.Memory.Parameter().Handle], held.Memory))];
    }

    /// <summary>Gives each kernel its part of the packed weights, and of their gradients if it shall have any.</summary>
    /// <returns>The first numbers of both, and what they are.</returns>
    internal unsafe (nint Weights, nint Gradients, WeightPart[] Parts) BindTo(Arena arena, bool gradients)
    {
        List<WeightPart> parts = [];
        foreach (var kernel in Kernels)
        {
            parts.AddRange(kernel.Weights);
            var numbers = kernel.Weights.Sum(part => part.Numbers);
            parts.Add(new WeightPart(Arena.RoundUp(numbers) - numbers));
        }
        var all = parts.Sum(part => part.Numbers);
        var (weights, slopes) = ((nint)0, (nint)0);
        arena.Lay(arena =>
        {
            weights = (nint)arena.Take(all);
            slopes = gradients ? (nint)arena.Take(all) : 0;
        });
        var place = 0L;
        foreach (var kernel in Kernels)
        {
            kernel.Bind((float*)weights + place, gradients ? (float*)slopes + place : null);
            place += Arena.RoundUp(kernel.Weights.Sum(part => part.Numbers));
        }
        return (weights, slopes, [.. parts]);
    }

    /// <summary>Gives each kernel its buffers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Lay(Arena arena, int samples, int steps, bool training)
    {
        var masked = false;
        foreach (var kernel in Kernels)
        {
            kernel.Layout(arena, new BatchShape(samples, steps, training, masked));
            masked = kernel.HasOutputMask(masked);
            steps = kernel.OutputSteps(steps);
        }
    }

    /// <summary>An engine that follows the plan.</summary>
    internal Engine CreateEngine(Compilation? compilation) => Width switch
    {
        LaneWidth.Sixteen => new FusedEngine<Lanes512>(this, compilation),
        LaneWidth.Eight => new FusedEngine<Lanes256>(this, compilation),
        LaneWidth.Four => new FusedEngine<Lanes128>(this, compilation),
        _ => new FusedEngine<Lanes1>(this, compilation),
    };

    /// <summary>Plans a model that is built.</summary>
    /// <param name="layers">Its layers.</param>
    /// <param name="inputShape">Its input shape.</param>
    /// <param name="compilation">Its loss, optimiser and metrics; null where it is not compiled.</param>
    /// <param name="reason">Why there is no plan.</param>
    /// <param name="width">How many floats at once; null for what suits the model.</param>
    internal static FusedPlan? TryCreate(IReadOnlyList<Layer> layers, Shape inputShape, Compilation? compilation, out string? reason, LaneWidth? width = null)
    {
        var longest = 1L;
        var shape = inputShape;
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            if (KernelSupport.Lacks(layer, i == 0, out reason))
            {
                return null;
            }
            shape = layer.OutputShape(shape);
            longest = Math.Max(longest, shape.Last ?? 1);
        }
        var plan = new FusedPlan(layers, inputShape);
        plan.Width = width ?? LaneWidths.For((int)Math.Min(longest, int.MaxValue));
        var found = plan.Width switch
        {
            LaneWidth.Sixteen => plan.TryAddKernels<Lanes512>(layers, out reason),
            LaneWidth.Eight => plan.TryAddKernels<Lanes256>(layers, out reason),
            LaneWidth.Four => plan.TryAddKernels<Lanes128>(layers, out reason),
            _ => plan.TryAddKernels<Lanes1>(layers, out reason),
        };
        if (!found)
        {
            return null;
        }
        plan.Kernels = [.. plan._kernels];
        plan.ReturnsSteps = shape.Rank == 3;
        if (compilation is not null && !plan.TryTake(compilation, checked((int)shape.Last!.Value), out reason))
        {
            return null;
        }
        return plan.TryFindMemory(out reason) ? plan : null;
    }

    private bool TryAddKernels<V>(IReadOnlyList<Layer> layers, out string? reason)
        where V : struct, ILanes<V>
    {
        var shape = _inputShape;
        if (layers[0] is not Embedding && (shape.Rank is not (2 or 3) || shape.Last is null))
        {
            reason = $"the input {shape} is neither (samples, features) nor (samples, time steps, features)";
            return false;
        }
        var masked = false;
        for (var i = 0; i < layers.Count; i++)
        {
            var layer = layers[i];
            var repeats = 0;
            // The recurrent layer behind a RepeatVector repeats by itself.
            if (layer is RepeatVector repeat && i + 1 < layers.Count && layers[i + 1] is RecurrentLayer && !masked)
            {
                repeats = repeat.N;
                shape = layer.OutputShape(shape);
                layer = layers[++i];
            }
            if (masked && layer is (RepeatVector or Flatten or Reshape))
            {
                reason = $"{layer.Title} ({layer.KerasClass}) can't leave masked time steps out";
                return false;
            }
            if (shape.Rank is not (2 or 3) || KernelFactory<V>.Create(layer, shape, repeats, Team, _memories) is not { } kernel)
            {
                reason = $"{layer.Title} ({layer.KerasClass}) has no fused kernel for input of shape {shape}";
                return false;
            }
            _kernels.Add(kernel);
            masked = kernel.HasOutputMask(masked);
            shape = layer.OutputShape(shape);
        }
        reason = null;
        return true;
    }

    private bool TryTake(Compilation compilation, int units, out string? reason)
    {
        if (compilation.Loss.Fused is not { } loss)
        {
            reason = $"the loss {compilation.Loss.Name} has no fused form";
            return false;
        }
        if (compilation.Optimizer is not (Adam or Sgd or RmsProp))
        {
            reason = $"the optimiser {compilation.Optimizer.Name} has no fused form";
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
