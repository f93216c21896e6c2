using System.Globalization;
using EchoLstm.Files;
using EchoLstm.Kernels;
using EchoLstm.Layers;

namespace EchoLstm.Inference;

/// <summary>A saved network's layers and their packed weights, which any number of passes read at once.</summary>
internal sealed unsafe class PackedNetwork
{
    private readonly IReadOnlyList<LayerSettings> _layers;
    private readonly Shape _inputShape;
    private readonly Arena _arena = new();
    private float* _weights;

    private PackedNetwork(IReadOnlyList<LayerSettings> layers, Shape inputShape)
    {
        (_layers, _inputShape) = (layers, inputShape);
        var plan = Plan(masked: false, out var reason) ?? throw new NotSupportedException(
            $"EchoLstm.Runtime can't run the model: {reason}. Load it with SequentialModel.Load of the package EchoLstm, or train a model without it.");
        _arena.Lay(arena => _weights = arena.Take(plan.PackedNumbers));
        (InputWidth, ReadsIndices, ReadsSteps) = (plan.InputWidth, plan.ReadsIndices, plan.ReadsSteps);
        StateKinds = KindsOf(plan);
    }

    /// <summary>Features of an input step.</summary>
    internal int InputWidth { get; }

    internal bool ReadsIndices { get; }

    /// <summary>Whether the input has time steps.</summary>
    internal bool ReadsSteps { get; }

    /// <summary>What a stream's states are of.</summary>
    internal StateKinds StateKinds { get; }

    /// <summary>Reads the weights.</summary>
    /// <param name="file">The file.</param>
    /// <param name="network">What it has, already checked.</param>
    /// <exception cref="NotSupportedException">A layer has no kernel.</exception>
    internal static PackedNetwork Read(SafetensorsFile file, SavedNetwork network)
    {
        var packed = new PackedNetwork(network.Layers, network.InputShape);
        foreach (var part in packed.CreatePlan().Parts)
        {
            var weights = network.WeightsOf(part.Layer, part.Part).Select(name => file.ReadFloats(name)).ToArray();
            var starts = new nint[weights.Length];
            var pins = new System.Runtime.InteropServices.GCHandle[weights.Length];
            try
            {
                for (var i = 0; i < weights.Length; i++)
                {
                    pins[i] = System.Runtime.InteropServices.GCHandle.Alloc(weights[i], System.Runtime.InteropServices.GCHandleType.Pinned);
                    starts[i] = pins[i].AddrOfPinnedObject();
                }
                part.Kernel.Pack(WeightLayout.Keras, starts, packed._weights + part.Place);
            }
            finally
            {
                foreach (var pin in pins.Where(pin => pin.IsAllocated))
                {
                    pin.Free();
                }
            }
        }
        return packed;
    }

    /// <summary>Kernels that read the packed weights; one thread's at a time.</summary>
    internal KernelPlan CreatePlan()
    {
        var plan = Plan(masked: false, out _)!;
        plan.Bind(_weights, null);
        foreach (var kernel in plan.Kernels)
        {
            kernel.Examine();
        }
        return plan;
    }

    /// <summary>Buffers for whole sequences.</summary>
    internal static ForwardPass CreatePass(KernelPlan plan) => new(plan, new Arena());

    /// <summary>Buffers for one step after the other.</summary>
    /// <exception cref="InvalidOperationException">A layer needs the whole sequence at once.</exception>
    internal StepPass CreateStepPass(int batch)
    {
        if (!ReadsSteps)
        {
            throw new InvalidOperationException(
                $"A stream reads the time steps of (samples, time steps, features), but the model takes {_inputShape}. Call Predict instead.");
        }
        if (_layers.FirstOrDefault(layer => !layer.CanStream) is { } blocking)
        {
            throw new InvalidOperationException(
                $"{blocking.Title} ({blocking.KerasClass}) needs the whole sequence at once, so the model can't be run step by step. Call "
                    + "Predict with whole sequences.");
        }
        return new StepPass(CreatePlan(), batch);
    }

    /// <summary>Which layer can't leave masked time steps out, and why; null: all can.</summary>
    internal string? LengthsObstacle() => ReadsSteps && Plan(masked: true, out var reason) is null ? reason : null;

    /// <summary>Throws where an index has no vector, naming the first.</summary>
    internal void CheckIndices(ReadOnlySpan<int> indices, string name)
    {
        var embedding = (EmbeddingSettings)_layers[0];
        for (var i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)embedding.InputDim)
            {
                throw new ArgumentOutOfRangeException(
                    name,
                    indices[i],
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}[{i}] is {indices[i]}, but {embedding.Title} has {embedding.InputDim} vectors: expected 0 to {embedding.InputDim - 1}."));
            }
        }
    }

    private static StateKinds KindsOf(KernelPlan plan)
    {
        var kernels = plan.Kernels.Where(kernel => kernel.StateCount > 0).ToList();
        // A plan's parts name the layers, in the kernels' order.
        var names = plan.Parts.Where(part => part.Kernel.StateCount > 0).Select(part => part.Kernel);
        _ = names;
        return new StateKinds(
            string.Join(", ", kernels.Select(kernel => string.Create(CultureInfo.InvariantCulture, $"{kernel.StateCount} of {kernel.OutputWidth}"))),
            [.. kernels.SelectMany(kernel => Enumerable.Repeat(kernel.OutputWidth, kernel.StateCount))]);
    }

    private KernelPlan? Plan(bool masked, out string? reason) =>
        KernelPlan.TryCreate(_layers, _inputShape, new WorkTeam(Environment.ProcessorCount), out reason, masked: masked);
}
