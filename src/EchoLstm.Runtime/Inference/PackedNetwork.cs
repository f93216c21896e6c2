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
        var graph = network as FunctionalSettings;
        InputNames = graph is null ? [$"{network.Inner[0].Name}_input"] : [.. graph.Inputs.Select(input => input.Name)];
        OutputNames = graph is null ? [$"{network.Inner[^1].Name}"] : graph.OutputNames;
        _plan = Plan(new WorkTeam(1), out var reason) ?? throw new NotSupportedException(
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

    internal IReadOnlyList<string> InputNames { get; }

    internal IReadOnlyList<string> OutputNames { get; }

    internal IReadOnlyList<PlanInput> Inputs => _plan.Inputs;

    internal IReadOnlyList<Shape> InputShapes => _inputShapes;

    internal IReadOnlyList<Shape> OutputShapes => [.. _plan.Outputs.Select(value => _plan.Network.Shapes[value])];

    internal bool HasSeveral => _plan.Inputs.Length + _plan.Outputs.Length > 2;

    internal StateKinds StateKinds { get; }

    /// <summary>How many numbers a sample's output has.</summary>
    internal long OutputSize(int steps) => (_plan.OutputAxes() == 3 ? _plan.OutputSteps(steps) : 1) * (long)_plan.OutputWidth();

    /// <summary>Reads the weights.</summary>
    /// <exception cref="NotSupportedException">A layer has no kernel.</exception>
    internal static PackedNetwork Read(SafetensorsFile file, SavedModel saved)
    {
        var packed = new PackedNetwork(
            saved.Network, saved.Network is FunctionalSettings graph ? graph.InputShapes : [saved.InputShape]);
        var entries = file.Tensors.ToDictionary(entry => entry.Name);
        foreach (var part in packed._plan.Parts.Where(part => part.Kernel.PackedNumbers > 0 && !part.IsLater))
        {
            float[][] weights = [.. packed._plan.Network.Layers[part.Layer].WeightsOf(part.Part).Select(weight =>
            {
                var numbers = file.ReadFloats(entries[weight.FileName]);
                FileFormat.CheckFinite(file.Path, weight, numbers);
                return numbers;
            })];
            using var pinned = new PinnedArrays(weights);
            part.Kernel.Pack(WeightLayout.Keras, pinned.Starts, packed._weights + part.Place);
        }
        return packed;
    }

    /// <summary>Kernels that read the packed weights; one caller's at a time.</summary>
    internal KernelPlan CreatePlan(WorkTeam team)
    {
        var plan = Plan(team, out _)!;
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
        _ = _plan.Network.Streamed();
        return new StepPass(CreatePlan(new WorkTeam(Environment.ProcessorCount, serves: true)), batch);
    }

    /// <summary>The shapes of what a stream gives, batch first; the axis of the step is left out.</summary>
    internal IReadOnlyList<Shape> StepShapes(int batch) => [.. OutputShapes.Zip(_plan.Network.Streamed().Ends, (shape, ends) =>
        new Shape([batch, .. shape.Skip(ends || shape.Rank < 3 ? 1 : 2)]))];

    internal IReadOnlyDictionary<string, InferenceTensor> ByOutput(IEnumerable<InferenceTensor> outputs) =>
        new NamedValues<InferenceTensor>("output", OutputNames.Zip(outputs, KeyValuePair.Create));

    /// <summary>Throws where plain numbers are given to a model that has several inputs or outputs.</summary>
    internal void ThrowIfSeveral(string call)
    {
        if (HasSeveral)
        {
            throw new InvalidOperationException(
                $"The model has the inputs {string.Join(", ", InputNames)} and the outputs {string.Join(", ", OutputNames)}; plain numbers "
                    + $"are for one of each. Call {call} with a tensor for each input.");
        }
    }

    /// <summary>The tensors in the order of the inputs.</summary>
    /// <exception cref="ArgumentException">One is missing, or a name is no input's.</exception>
    internal InferenceTensor[] InOrder(IReadOnlyDictionary<string, InferenceTensor> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var wrong = inputs.Keys.FirstOrDefault(name => !InputNames.Contains(name))
            ?? InputNames.FirstOrDefault(name => inputs.GetValueOrDefault(name) is null);
        return wrong is null ? [.. InputNames.Select(name => inputs[name])]
            : throw new ArgumentException(
                $"The model has the inputs {string.Join(", ", InputNames)}, but inputs has "
                    + (InputNames.Contains(wrong) ? $"nothing for '{wrong}'" : $"'{wrong}'") + ". Give a tensor for each by its name.",
                nameof(inputs));
    }

    internal void CheckNumbers(InferenceTensor tensor, int input, int samples, bool hasSteps, bool allowNonFinite)
    {
        var (values, name) = (tensor.Numbers, InputNames[input]);
        if (Inputs[input].ReadsIndices)
        {
            var place = Array.FindIndex(values, value => !float.IsInteger(value) || Math.Abs(value) > int.MaxValue / 2);
            if (place >= 0)
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture, $"'{name}'[{place}] is {values[place]}: the input is indices. Give whole numbers."),
                    "inputs");
            }
            CheckIndices(Array.ConvertAll(values, static value => (int)value), name, input);
        }
        else if (!allowNonFinite)
        {
            InputCheck.Finite(values, name, samples, Inputs[input].Width, hasSteps);
        }
    }

    /// <summary>Throws where a layer can't leave out masked time steps of inputs that have some.</summary>
    internal void ThrowUnlessMaskable(ReadOnlySpan<bool> masked) => _plan.ThrowUnlessMaskable(masked);

    /// <summary>The shapes of the outputs for shapes of the inputs.</summary>
    /// <exception cref="ShapeMismatchException">A layer can't take what comes to it.</exception>
    internal IReadOnlyList<Shape> OutputShapesFor(IReadOnlyList<Shape> inputs) => _network.OutputShapes(inputs, _network.Title);

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
            string.Join(", ", stateful.Select(part => string.Create(
                CultureInfo.InvariantCulture, $"{plan.Network.Layers[part.Layer].Settings.KerasClass} {part.Kernel.OutputWidth}"))),
            [.. stateful.SelectMany(part => Enumerable.Repeat(part.Kernel.OutputWidth, part.Kernel.StateCount))]);
    }

    private KernelPlan? Plan(WorkTeam team, out string? reason) =>
        KernelPlan.TryCreate(_network, _inputShapes, team, out reason, predicts: true);
}
