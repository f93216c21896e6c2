using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;
using static TorchSharp.torch;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Which kernels run a model, on which of its parameters, and what its loss and metrics are in loops; or why there are none.
/// </summary>
internal sealed unsafe class FusedPlan
{
    private readonly ModuleWeights[] _held;
    private readonly List<(Layer Layer, ParameterMemory Memory)> _memories = []; // theirs
    private readonly IReadOnlyList<Layer> _own; // the model's layers
    private readonly Layer[] _layers;           // with those inside them

    private FusedPlan(IReadOnlyList<Layer> layers, KernelPlan kernels)
    {
        (_own, Kernels) = (layers, kernels);
        _layers = [.. layers.SelectMany(layer => layer.modules().OfType<Layer>().Prepend(layer)).Distinct()];
        _held = [.. kernels.Parts.Select(Hold)];
    }

    internal KernelPlan Kernels { get; }

    /// <summary>Makes the engine's blocks of memory.</summary>
    internal Func<Arena> NewArena { get; set; } =
        static () => new Arena("Use smaller batches or shorter sequences, or set RequestedEngine to Torch.");

    internal FusedLossKind Loss { get; private set; }

    internal FusedMetricPart[] Metrics { get; private set; } = [];

    internal bool TargetsAreClasses { get; private set; }

    internal int InputSteps(SampleSet set) => Kernels.ReadsSteps ? set.Steps : 1;

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

    /// <summary>Gives the kernels their packed weights, and gradients if they shall have any.</summary>
    /// <returns>The first numbers of both.</returns>
    internal (nint Weights, nint Gradients) BindTo(Arena arena, bool gradients)
    {
        var (weights, slopes) = ((nint)0, (nint)0);
        arena.Lay(arena =>
        {
            weights = (nint)arena.Take(Kernels.PackedNumbers);
            slopes = gradients ? (nint)arena.Take(Kernels.PackedNumbers) : 0;
        });
        Kernels.Bind((float*)weights, (float*)slopes);
        return (weights, slopes);
    }

    /// <summary>Packs the weights that changed.</summary>
    internal void Load(float* packed)
    {
        foreach (var weights in _held)
        {
            weights.Load(packed);
        }
    }

    /// <summary>Copies the packed weights back to the modules.</summary>
    internal void Store(float* packed)
    {
        foreach (var weights in _held)
        {
            weights.Store(packed);
        }
    }

    /// <summary>Copies numbers that are packed like the weights to tensors like the parameters, or back.</summary>
    internal void Exchange(float* packed, Func<ParameterMemory, Tensor> homeOf, bool unpacks)
    {
        foreach (var weights in _held)
        {
            weights.Exchange(packed, [.. weights.Memories.Select(memory => (nint)ParameterMemory.StartOf(homeOf(memory)))], unpacks);
        }
    }

    /// <summary>An engine that follows the plan.</summary>
    internal Engine CreateEngine(Compilation? compilation) => LaneWidths.Dispatch(Kernels.Width, new Making(this, compilation));

    /// <summary>Plans a model that is built.</summary>
    /// <param name="layers">Its layers.</param>
    /// <param name="inputShape">Its input shape.</param>
    /// <param name="compilation">Its loss, optimiser and metrics; null where it is not compiled.</param>
    /// <param name="reason">Why there is no plan.</param>
    /// <param name="width">How many floats at once; null for what suits the model.</param>
    internal static FusedPlan? TryCreate(
        IReadOnlyList<Layer> layers, Shape inputShape, Compilation? compilation, out string? reason, LaneWidth? width = null)
    {
        var team = new WorkTeam(get_num_threads());
        if (KernelPlan.TryCreate([.. layers.Select(layer => layer.Settings)], inputShape, team, out reason, width) is not { } kernels)
        {
            return null;
        }
        var plan = new FusedPlan(layers, kernels);
        if (compilation is not null && !plan.TryTake(compilation, checked((int)kernels.OutputShape.Last!.Value), out reason))
        {
            return null;
        }
        return plan.TryFindMemory(out reason) ? plan : null;
    }

    // A kernel gets from its layer what is not settings: weights, what dropout draws from, the carried state.
    private ModuleWeights Hold(KernelPart part)
    {
        var layer = _own[part.Layer] switch
        {
            Bidirectional both => part.Part == 0 ? both.Forward : both.Backward,
            TimeDistributed each => each.InnerLayer,
            var one => one,
        };
        part.Kernel.Random = () => layer.Generator!;
        part.Kernel.Carried = part.Kernel.IsStateful ? new CarriedState((RecurrentLayer)layer) : null;
        var weights = new ModuleWeights(part.Kernel, part.Place, layer.Memories);
        _memories.AddRange(weights.Memories.Select(memory => (layer, memory)));
        return weights;
    }

    private bool TryTake(Compilation compilation, int units, out string? reason)
    {
        if (compilation.Loss.Fused is not { } loss)
        {
            reason = $"the loss {compilation.Loss.Name} has no fused form";
            return false;
        }
        if (compilation.Heads[0].Weight != 1)
        {
            reason = "the loss has a weight";
            return false;
        }
        if (!compilation.Optimizer.HasFusedForm)
        {
            reason = $"the optimiser {compilation.Optimizer.Name} has no fused form";
            return false;
        }
        Loss = loss;
        TargetsAreClasses = compilation.Loss.TakesClassIndices;
        var (metrics, place) = (new List<FusedMetricPart>(), 1);
        foreach (var metric in compilation.Metrics)
        {
            var (kind, rows) = ((metric as MeanMetric)?.FusedFor(units, TargetsAreClasses), metric as RowMetric);
            if (kind is null && rows is null)
            {
                reason = $"the metric {metric.Name} has no fused form";
                return false;
            }
            var isWeighted = metrics.Count >= compilation.FirstWeighted;
            metrics.Add(new FusedMetricPart(kind ?? default, rows, place, metric.SumsFor(units), isWeighted));
            place += metrics[^1].Count;
        }
        Metrics = [.. metrics];
        reason = null;
        return true;
    }

    /// <summary>A metric, and where its sums lie.</summary>
    /// <param name="Kind">Its loop.</param>
    /// <param name="Rows">What takes rows instead; null where there is a loop.</param>
    /// <param name="Place">Where its first sum is, behind the loss.</param>
    /// <param name="Count">How many it has.</param>
    /// <param name="IsWeighted">Whether sample weights weigh it.</param>
    internal readonly record struct FusedMetricPart(FusedMetricKind Kind, RowMetric? Rows, int Place, int Count, bool IsWeighted);

    private sealed class Making(FusedPlan plan, Compilation? compilation) : IWidthWork<Engine>
    {
        public Engine Run<V>()
            where V : struct, ILanes<V> => new FusedEngine<V>(plan, compilation);
    }
}
