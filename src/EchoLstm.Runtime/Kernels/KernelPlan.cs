using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The kernels of a list of layers, or the reason why there are none: the one place that decides it. A plan's kernels have their buffers
/// and are used by one thread at a time; any number of plans of the same layers may be bound to the same packed weights.
/// </summary>
internal sealed unsafe class KernelPlan
{
    private readonly List<LayerKernel> _kernels = [];
    private readonly List<KernelPart> _parts = [];
    private readonly Shape _inputShape;
    private readonly Lazy<string?> _maskObstacle;

    private KernelPlan(IReadOnlyList<LayerSettings> layers, Shape inputShape, LaneWidth width, WorkTeam team, bool predicts)
    {
        (_inputShape, OutputShape, Width, Team) = (inputShape, inputShape, width, team);
        _maskObstacle = new(() =>
            TryCreate(layers, inputShape, team, out var reason, width, masked: true, predicts) is null ? reason : null);
    }

    internal LayerKernel[] Kernels { get; private set; } = [];

    /// <summary>What has weights, a state or draws, and which layer it is of.</summary>
    internal IReadOnlyList<KernelPart> Parts => _parts;

    internal LaneWidth Width { get; }

    internal WorkTeam Team { get; }

    internal Shape OutputShape { get; private set; }

    /// <summary>The packed weights of all kernels, in whole cache lines for each.</summary>
    internal WeightPart[] Weights { get; private set; } = [];

    internal long PackedNumbers { get; private set; }

    /// <summary>Whether the inputs are indices, which the first kernel looks up.</summary>
    internal bool ReadsIndices => Kernels[0].ReadsIndices;

    internal int InputWidth => Kernels[0].InputWidth;

    /// <summary>Whether the input has time steps.</summary>
    internal bool ReadsSteps => ReadsIndices || _inputShape.Rank == 3;

    /// <summary>Whether the output has.</summary>
    internal bool ReturnsSteps => OutputShape.Rank == 3;

    /// <summary>Which layer can't leave out time steps that an input's mask does not have; null: all can.</summary>
    internal string? MaskObstacle => ReadsSteps
        ? _maskObstacle.Value
        : $"The model takes {_inputShape}, which has no time steps to mask";

    /// <summary>Throws unless all layers can leave out what an input's mask does not have.</summary>
    internal void ThrowUnlessMaskable()
    {
        if (MaskObstacle is { } obstacle)
        {
            throw new InvalidOperationException($"{obstacle}. Give samples of one length, without a mask or lengths.");
        }
    }

    /// <summary>How many kernels read steps as they come: those up to the one that leaves the last step alone.</summary>
    internal int Streamed
    {
        get
        {
            var end = Array.FindIndex(Kernels, kernel => kernel.StateCount > 0 && kernel.OutputSteps(2) == 1);
            return end < 0 ? Kernels.Length : end + 1;
        }
    }

    internal int OutputSteps(int steps)
    {
        foreach (var kernel in Kernels)
        {
            steps = kernel.OutputSteps(steps);
        }
        return steps;
    }

    /// <summary>Plans layers.</summary>
    /// <param name="layers">Their settings, with the names that errors shall tell.</param>
    /// <param name="inputShape">The shape of the first one's input, samples first.</param>
    /// <param name="team">The threads.</param>
    /// <param name="reason">Why there is no plan.</param>
    /// <param name="width">How many floats at once; null for what suits the model.</param>
    /// <param name="masked">Whether the input has a mask.</param>
    /// <param name="predicts">Whether the plan never trains.</param>
    /// <exception cref="ShapeMismatchException">A layer can't take its input.</exception>
    internal static KernelPlan? TryCreate(
        IReadOnlyList<LayerSettings> layers,
        Shape inputShape,
        WorkTeam team,
        out string? reason,
        LaneWidth? width = null,
        bool masked = false,
        bool predicts = false)
    {
        var longest = 1L;
        var shape = inputShape;
        for (var i = 0; i < layers.Count; i++)
        {
            if (KernelFactory.Obstacle(layers[i], isFirst: i == 0, predicts) is { } obstacle)
            {
                reason = $"{Named(layers[i])} has no fused kernel{obstacle}";
                return null;
            }
            shape = layers[i].OutputShape(shape, layers[i].Title);
            longest = Math.Max(longest, shape.Last ?? 1);
        }
        var plan = new KernelPlan(layers, inputShape, width ?? LaneWidths.For((int)Math.Min(longest, int.MaxValue)), team, predicts);
        reason = LaneWidths.Dispatch(plan.Width, new Adding(plan, layers, masked));
        return reason is null ? plan : null;
    }

    /// <summary>
    /// Says where the packed weights are, and their gradients if there is a backward pass: <see cref="PackedNumbers"/> each, from a cache
    /// line on.
    /// </summary>
    internal void Bind(float* weights, float* gradients)
    {
        var place = 0L;
        foreach (var kernel in Kernels)
        {
            kernel.Bind(weights + place, gradients is null ? null : gradients + place);
            place += Arena.RoundUp(kernel.PackedNumbers);
        }
    }

    /// <summary>Gives each kernel its buffers.</summary>
    /// <param name="arena">The memory.</param>
    /// <param name="shape">The input's.</param>
    internal void Lay(Arena arena, in BatchShape shape)
    {
        var next = shape;
        foreach (var kernel in Kernels)
        {
            kernel.Layout(arena, next);
            next = next with { Masked = kernel.HasOutputMask(next.Masked), Steps = kernel.OutputSteps(next.Steps) };
        }
    }

    private static string Named(LayerSettings layer) => $"{layer.Title} ({layer.KerasClass})";

    private string? Add<V>(IReadOnlyList<LayerSettings> layers, bool masked)
        where V : struct, ILanes<V>
    {
        if (layers[0] is not EmbeddingSettings && (_inputShape.Rank is not (2 or 3) || _inputShape.Last is null))
        {
            return $"the input {_inputShape} is neither (samples, features) nor (samples, time steps, features)";
        }
        var weights = new List<WeightPart>();
        for (var i = 0; i < layers.Count; i++)
        {
            var (layer, repeats) = (layers[i], 0);
            // The recurrent layer behind a RepeatVector repeats by itself.
            if (layer is RepeatVectorSettings repeat && i + 1 < layers.Count && layers[i + 1] is RecurrentSettings && !masked)
            {
                repeats = repeat.N;
                OutputShape = layer.OutputShape(OutputShape, layer.Title);
                layer = layers[++i];
            }
            if (masked && layer is (RepeatVectorSettings or FlattenSettings or ReshapeSettings or StepEditSettings))
            {
                return $"{Named(layer)} can't leave masked time steps out";
            }
            if (OutputShape.Rank is not (2 or 3) || KernelFactory.Create<V>(layer, OutputShape, repeats, Team) is not { } kernel)
            {
                return $"{Named(layer)} has no fused kernel for input of shape {OutputShape}";
            }
            _kernels.Add(kernel);
            var place = PackedNumbers;
            for (var part = 0; part < kernel.Parts.Count; part++)
            {
                _parts.Add(new KernelPart(kernel.Parts[part], i, part, place));
                place += kernel.Parts[part].PackedNumbers;
            }
            weights.AddRange(kernel.Weights);
            weights.Add(new WeightPart(Arena.RoundUp(kernel.PackedNumbers) - kernel.PackedNumbers));
            PackedNumbers += Arena.RoundUp(kernel.PackedNumbers);
            masked = kernel.HasOutputMask(masked);
            OutputShape = layer.OutputShape(OutputShape, layer.Title);
        }
        (Kernels, Weights) = ([.. _kernels], [.. weights]);
        return null;
    }

    private sealed class Adding(KernelPlan plan, IReadOnlyList<LayerSettings> layers, bool masked) : IWidthWork<string?>
    {
        public string? Run<V>()
            where V : struct, ILanes<V> => plan.Add<V>(layers, masked);
    }
}

/// <summary>A kernel with weights, a state or draws of its own.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Layer">Which of the layers it is of.</param>
/// <param name="Part">Which of that layer's: 0, or 1 for what reads backwards in a Bidirectional.</param>
/// <param name="Place">Where its numbers begin in the packed weights.</param>
internal readonly record struct KernelPart(LayerKernel Kernel, int Layer, int Part, long Place);
