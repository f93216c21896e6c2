using System.Globalization;
using EchoLstm.Files;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Saving;

namespace EchoLstm.Inference;

/// <summary>A saved network's layers and their packed weights, which any number of passes read at once.</summary>
internal sealed unsafe class PackedNetwork
{
    private readonly LayerSettings _network;
    private readonly IReadOnlyList<Shape> _inputShapes;
    private readonly Arena _arena = new();
    private readonly KernelPlan _plan; // for questions; it is never run
    private readonly EmbeddingSettings?[] _smallest; // that reads each input's indices
    private float* _weights;

    private PackedNetwork(LayerSettings network, IReadOnlyList<Shape> inputShapes)
    {
        (_network, _inputShapes) = (network, inputShapes);
        _plan = Plan(out var reason) ?? throw new NotSupportedException(
            $"EchoLstm.Runtime can't run the model: {reason}. Load it with {network.LayerClass}.Load of the package EchoLstm, or train a "
                + "model without it.");
        _arena.Lay(arena => _weights = arena.Take(_plan.PackedNumbers));
        _smallest = [.. _plan.Inputs.Select((_, i) => _plan.EmbeddingsOf(i).MinBy(embedding => embedding.InputDim))];
        StateKinds = KindsOf(_plan);
    }

    /// <summary>The first input's numbers of a step.</summary>
    internal int InputWidth => _plan.InputWidth;

    /// <summary>Whether the first input is indices.</summary>
    internal bool ReadsIndices => _plan.ReadsIndices;

    /// <summary>Whether the first input has time steps.</summary>
    internal bool ReadsSteps => _plan.ReadsSteps;

    internal IReadOnlyList<PlanInput> Inputs => _plan.Inputs;

    internal IReadOnlyList<Shape> InputShapes => _inputShapes;

    internal IReadOnlyList<Shape> OutputShapes => [.. _plan.Outputs.Select(value => _plan.Network.Shapes[value])];

    internal bool HasSeveral => _plan.Inputs.Length + _plan.Outputs.Length > 2;

    /// <summary>What a stream's states are of.</summary>
    internal StateKinds StateKinds { get; }

    /// <summary>How many numbers a sample's output has.</summary>
    /// <param name="steps">The time steps of its input.</param>
    internal long OutputSize(int steps) => (_plan.OutputAxes() == 3 ? _plan.OutputSteps(steps) : 1) * (long)_plan.OutputWidth();

    /// <summary>Reads the weights.</summary>
    /// <param name="file">The file.</param>
    /// <param name="saved">What it has, already checked.</param>
    /// <exception cref="NotSupportedException">A layer has no kernel.</exception>
    internal static PackedNetwork Read(SafetensorsFile file, SavedModel saved)
    {
        var packed = new PackedNetwork(
            saved.Network, saved.Network is FunctionalSettings graph ? graph.InputShapes : [saved.InputShape]);
        var entries = file.Tensors.ToDictionary(entry => entry.Name);
        foreach (var part in packed._plan.Parts.Where(part => part.Kernel.PackedNumbers > 0 && !part.IsLater))
        {
            float[][] weights = [.. packed._plan.Network.Layers[part.Layer].WeightsOf(part.Part)
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
        foreach (var part in plan.Parts)
        {
            part.Kernel.Examine();
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
                $"A stream reads the time steps of (samples, time steps, features), but the model takes {_inputShapes[0]}. Call Predict "
                    + "instead.");
        }
        _ = _plan.Network.Streamed();
        return new StepPass(CreatePlan(), batch);
    }

    /// <summary>Throws where a layer can't leave out masked time steps of inputs that have some.</summary>
    internal void ThrowUnlessMaskable(ReadOnlySpan<bool> masked) => _plan.ThrowUnlessMaskable(masked);

    /// <summary>The shapes of the outputs for shapes of the inputs.</summary>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it.</exception>
    internal IReadOnlyList<Shape> OutputShapesFor(IReadOnlyList<Shape> inputs) => _network.OutputShapes(inputs, _network.Title);

    /// <summary>Throws where an index of an input has no vector, naming the first.</summary>
    internal void CheckIndices(ReadOnlySpan<int> indices, string name, int input = 0)
    {
        var embedding = _smallest[input]!;
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

    private static StateKinds KindsOf(KernelPlan plan)
    {
        var streams = plan.StreamedCalls();
        var streamed = plan.Calls.Where((_, i) => streams[i]).Select(call => call.Kernel).ToList();
        var stateful = plan.Parts.Where(part => part.Kernel.StateCount > 0 && streamed.Contains(part.Kernel)).ToList();
        return new StateKinds(
            string.Join(", ", stateful.Select(part =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{plan.Network.Layers[part.Layer].Settings.KerasClass} {part.Kernel.OutputWidth}"))),
            [.. stateful.SelectMany(part => Enumerable.Repeat(part.Kernel.OutputWidth, part.Kernel.StateCount))]);
    }

    private KernelPlan? Plan(out string? reason) =>
        KernelPlan.TryCreate(_network, _inputShapes, new WorkTeam(Environment.ProcessorCount), out reason, predicts: true);
}
