using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Which kernels run a model, on which of its parameters, and what its loss and metrics are in loops; or why there are none.
/// </summary>
internal sealed unsafe class FusedPlan
{
    private readonly List<ModuleWeights> _held = [];
    private readonly List<(Layer Layer, ParameterMemory Memory)> _memories = []; // theirs
    private readonly Layer _model;
    private readonly IReadOnlyList<Layer> _flat; // the model's layers that are no models
    private readonly Layer[] _layers;            // all that is inside the model
    private readonly Func<int> _countFlat;
    private readonly IReadOnlyList<Shape> _inputShapes;

    private FusedPlan(Layer model, IReadOnlyList<Layer> flat, Func<int> countFlat, IReadOnlyList<Shape> inputShapes, KernelPlan kernels)
    {
        (_model, _flat, _countFlat, _inputShapes, Kernels) = (model, flat, countFlat, inputShapes, kernels);
        _layers = [.. Nesting.AllOf(model).Skip(1).OfType<Layer>().Distinct()];
        foreach (var part in kernels.Parts)
        {
            Hold(part);
        }
    }

    internal KernelPlan Kernels { get; }

    /// <summary>Makes the engine's blocks of memory.</summary>
    internal Func<Arena> NewArena { get; set; } =
        static () => new Arena("Use smaller batches or shorter sequences, or set RequestedEngine to Torch.");

    /// <summary>What each output is measured by; empty where the model is not compiled.</summary>
    internal FusedHeadPlan[] Heads { get; private set; } = [];

    /// <summary>Finds the parameters' memory as it is now; false, with the reason, where the loops can't work on it.</summary>
    internal bool TryFindMemory(out string? reason, bool mayBeFrozen = false)
    {
        if (_countFlat() != _flat.Count)
        {
            reason = "a layer came into a model inside";
            return false;
        }
        foreach (var (layer, memory) in _memories)
        {
            if (!memory.TryFind(out reason, mayBeFrozen))
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

    /// <summary>Whether a parameter that <see cref="TryFindMemory"/> found was disposed since, alone or with the model, or moved.</summary>
    internal bool HasLostMemory()
    {
        foreach (var held in _held)
        {
            foreach (var memory in held.Memories)
            {
                if (memory.IsGone)
                {
                    return true;
                }
            }
        }
        return false;
    }

    /// <summary>The parameters that the kernels train, with their names in the model.</summary>
    internal IReadOnlyList<(string Name, ParameterMemory Memory)> NamedMemories()
    {
        var names = Nesting.NamedParameters(_model).ToDictionary(named => named.Parameter.Handle, named => named.Name);
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
            slopes = gradients ? (nint)arena.Take(Kernels.GradientNumbers) : 0;
        });
        Kernels.Bind((float*)weights, (float*)slopes);
        return (weights, slopes);
    }

    /// <summary>
    /// Kernels of the same weights that share nothing: those of one thread, for models that carry no state and draw nothing.
    /// </summary>
    internal KernelPlan CreateLane()
    {
        var lane = KernelPlan.TryCreate(_model.Settings, _inputShapes, new WorkTeam(1), out _, Kernels.Width)!;
        foreach (var part in lane.Parts)
        {
            _held.Find(weights => weights.Place == part.Place && weights.Memories.Length > 0)?.ShareWith(part.Kernel);
        }
        return lane;
    }

    internal void Load(float* packed)
    {
        foreach (var weights in _held)
        {
            weights.Load(packed);
        }
    }

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

    internal Engine CreateEngine(Compilation? compilation) => LaneWidths.Dispatch(Kernels.Width, new Making(this, compilation));

    /// <summary>Plans a model that is built.</summary>
    /// <param name="model">The model.</param>
    /// <param name="flat">Its layers that are no models, those of inner models in their place.</param>
    /// <param name="countFlat">Counts them as they are when it is called.</param>
    /// <param name="inputShapes">The shapes of its inputs.</param>
    /// <param name="compilation">Its loss, optimiser and metrics; null where it is not compiled.</param>
    /// <param name="reason">Why there is no plan.</param>
    /// <param name="width">How many floats at once; null for what suits the model.</param>
    internal static FusedPlan? TryCreate(
        Layer model,
        IReadOnlyList<Layer> flat,
        Func<int> countFlat,
        IReadOnlyList<Shape> inputShapes,
        Compilation? compilation,
        out string? reason,
        LaneWidth? width = null)
    {
        var team = new WorkTeam(get_num_threads());
        if (KernelPlan.TryCreate(model.Settings, inputShapes, team, out reason, width) is not { } kernels)
        {
            return null;
        }
        if (flat.GroupBy(layer => layer, ReferenceEqualityComparer.Instance).FirstOrDefault(same => same.Count() > 1) is { } shared)
        {
            reason = $"{((Layer)shared.Key!).Title} is inside two models of the graph";
            return null;
        }
        var plan = new FusedPlan(model, flat, countFlat, inputShapes, kernels);
        if (compilation is not null && !plan.TryTake(compilation, out reason))
        {
            return null;
        }
        return plan.TryFindMemory(out reason) ? plan : null;
    }

    // A kernel gets from its layer what is not settings: weights, what dropout draws from, the carried state.
    private void Hold(KernelPart part)
    {
        var layer = _flat[part.Layer] switch
        {
            Bidirectional both => part.Part == 0 ? both.Forward : both.Backward,
            TimeDistributed each => each.InnerLayer,
            var one => one,
        };
        part.Kernel.Random = () => layer.Generator!;
        part.Kernel.Carried = part.Kernel.IsStateful ? new CarriedState((RecurrentLayer)layer) : null;
        if (part.IsLater)
        {
            _held.Find(weights => weights.Place == part.Place && weights.Memories.Length > 0)?.ShareWith(part.Kernel);
            return;
        }
        var held = new ModuleWeights(part.Kernel, part.Place, layer.Memories);
        _held.Add(held);
        _memories.AddRange(held.Memories.Select(memory => (layer, memory)));
    }

    private bool TryTake(Compilation compilation, out string? reason)
    {
        if (!compilation.Optimizer.HasFusedForm)
        {
            reason = $"the optimiser {compilation.Optimizer.Name} has no fused form";
            return false;
        }
        Heads = new FusedHeadPlan[compilation.Heads.Count];
        var place = 1 + (2 * compilation.HeadLosses);
        for (var i = 0; i < Heads.Length; i++)
        {
            if (FusedHeadPlan.TryCreate(compilation.Heads[i], Kernels.OutputWidth(i), ref place, out reason) is not { } head)
            {
                return false;
            }
            Heads[i] = head;
        }
        reason = null;
        return true;
    }

    private sealed class Making(FusedPlan plan, Compilation? compilation) : IWidthWork<Engine>
    {
        public Engine Run<V>()
            where V : struct, ILanes<V> => new FusedEngine<V>(plan, compilation);
    }
}
