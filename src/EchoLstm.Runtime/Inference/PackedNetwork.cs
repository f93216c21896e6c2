using System.Globalization;
using EchoLstm.Files;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Inference;

/// <summary>A saved network's layers and their packed weights, which any number of passes read at once.</summary>
internal sealed unsafe class PackedNetwork
{
    private readonly IReadOnlyList<PlacedLayer> _layers;
    private readonly Shape _inputShape;
    private readonly Arena _arena = new();
    private readonly KernelPlan _plan; // for questions; it is never run
    private float* _weights;

    private PackedNetwork(IReadOnlyList<PlacedLayer> layers, Shape inputShape)
    {
        (_layers, _inputShape) = (layers, inputShape);
        _plan = Plan(out var reason) ?? throw new NotSupportedException(
            $"EchoLstm.Runtime can't run the model: {reason}. Load it with SequentialModel.Load of the package EchoLstm, or train a model "
                + "without it.");
        _arena.Lay(arena => _weights = arena.Take(_plan.PackedNumbers));
        StateKinds = KindsOf(_plan);
    }

    /// <summary>Features of an input step.</summary>
    internal int InputWidth => _plan.InputWidth;

    internal bool ReadsIndices => _plan.ReadsIndices;

    /// <summary>Whether the input has time steps.</summary>
    internal bool ReadsSteps => _plan.ReadsSteps;

    internal Shape OutputShape => _plan.OutputShape;

    /// <summary>What a stream's states are of.</summary>
    internal StateKinds StateKinds { get; }

    /// <summary>How many numbers a sample's output has.</summary>
    /// <param name="steps">The time steps of its input.</param>
    internal long OutputSize(int steps) => (_plan.ReturnsSteps ? _plan.OutputSteps(steps) : 1) * (long)_plan.Kernels[^1].OutputWidth;

    /// <summary>Reads the weights.</summary>
    /// <param name="file">The file.</param>
    /// <param name="saved">What it has, already checked.</param>
    /// <exception cref="NotSupportedException">A layer has no kernel.</exception>
    internal static PackedNetwork Read(SafetensorsFile file, SavedModel saved)
    {
        if (saved.Network is not SequentialSettings network)
        {
            throw new NotSupportedException(
                $"EchoLstm.Runtime can't run the model: {saved.Network.Title} is a graph, which has no kernels yet. Load it with "
                    + "FunctionalModel.Load of the package EchoLstm.");
        }
        var packed = new PackedNetwork([.. Flat(network, saved.InputShape, "")], saved.InputShape);
        var entries = file.Tensors.ToDictionary(entry => entry.Name);
        foreach (var part in packed._plan.Parts.Where(part => part.Kernel.PackedNumbers > 0))
        {
            float[][] weights = [.. packed._layers[part.Layer].WeightsOf(part.Part)
                .Select(weight => file.ReadFloats(entries[weight.FileName]))];
            using var pinned = new PinnedArrays(weights);
            part.Kernel.Pack(WeightLayout.Keras, pinned.Starts, packed._weights + part.Place);
        }
        return packed;
    }

    /// <summary>Kernels that read the packed weights; one thread's at a time.</summary>
    internal KernelPlan CreatePlan()
    {
        var plan = Plan(out _)!;
        plan.Bind(_weights, null);
        foreach (var kernel in plan.Kernels)
        {
            kernel.Examine();
        }
        return plan;
    }

    /// <summary>Buffers for one step after the other.</summary>
    /// <exception cref="InvalidOperationException">A layer needs later steps; the message names it and says why.</exception>
    internal StepPass CreateStepPass(int batch)
    {
        if (!ReadsSteps)
        {
            throw new InvalidOperationException(
                $"A stream reads the time steps of (samples, time steps, features), but the model takes {_inputShape}. Call Predict "
                    + "instead.");
        }
        _ = LayerSettings.StreamedOf([.. _layers.Select(layer => layer.Settings)]);
        return new StepPass(CreatePlan(), batch);
    }

    /// <summary>Which layer can't leave masked time steps out, and why; null: all can.</summary>
    internal void ThrowUnlessMaskable() => _plan.ThrowUnlessMaskable();

    /// <summary>Throws where an index has no vector, naming the first.</summary>
    internal void CheckIndices(ReadOnlySpan<int> indices, string name)
    {
        var embedding = (EmbeddingSettings)_layers[0].Settings;
        for (var i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)embedding.InputDim)
            {
                throw new ArgumentOutOfRangeException(
                    name,
                    indices[i],
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}[{i}] is {indices[i]}, but {embedding.Title} has {embedding.InputDim} vectors: expected 0 to "
                            + $"{embedding.InputDim - 1}."));
            }
        }
    }

    private StateKinds KindsOf(KernelPlan plan)
    {
        var streamed = plan.Kernels[..plan.Streamed];
        var stateful = plan.Parts.Where(part => part.Kernel.StateCount > 0 && streamed.Contains(part.Kernel)).ToList();
        return new StateKinds(
            string.Join(", ", stateful.Select(part =>
                string.Create(CultureInfo.InvariantCulture, $"{_layers[part.Layer].Settings.KerasClass} {part.Kernel.OutputWidth}"))),
            [.. stateful.SelectMany(part => Enumerable.Repeat(part.Kernel.OutputWidth, part.Kernel.StateCount))]);
    }

    // A model among the layers is its layers.
    private static IEnumerable<PlacedLayer> Flat(SequentialSettings model, Shape input, string path)
    {
        foreach (var layer in model.Layers)
        {
            var place = path.Length == 0 ? layer.Name! : $"{path}/{layer.Name}";
            if (layer is SequentialSettings inner)
            {
                foreach (var part in Flat(inner, input, place))
                {
                    yield return part;
                }
            }
            else
            {
                yield return new PlacedLayer(layer, input, place);
            }
            input = layer.OutputShape(input, layer.Title);
        }
    }

    private KernelPlan? Plan(out string? reason) =>
        KernelPlan.TryCreate(
            [.. _layers.Select(layer => layer.Settings)],
            _inputShape,
            new WorkTeam(Environment.ProcessorCount),
            out reason,
            predicts: true);

    /// <summary>A layer with what it reads and where its weights are in the file.</summary>
    private sealed record PlacedLayer(LayerSettings Settings, Shape Input, string Path)
    {
        /// <summary>The weights of the layer, or of one of a Bidirectional's two, in Keras's order.</summary>
        internal IEnumerable<WeightSpec> WeightsOf(int part)
        {
            var weights = Settings.Weights(Input);
            if (Settings is BidirectionalSettings)
            {
                weights = weights.Where(weight => weight.Name.StartsWith(part == 0 ? "forward/" : "backward/", StringComparison.Ordinal));
            }
            return WeightSpec.Below(Path, weights);
        }
    }
}
