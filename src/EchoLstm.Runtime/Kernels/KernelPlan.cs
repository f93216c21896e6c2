using EchoLstm.Kernels.Lanes;
using EchoLstm.Layers;

namespace EchoLstm.Kernels;

/// <summary>
/// The kernels of a network, or the reason why there are none: the one place that decides it. A plan's kernels have their buffers and are
/// used by one thread at a time; any number of plans of the same network may be bound to the same packed weights.
/// </summary>
/// <remarks>
/// A network is calls of layers on values, which are numbered: its inputs, then what each call makes. A layer that is called several times
/// has a kernel for each call; all are bound to the same packed weights, and the gradients of the later calls are added to the first's.
/// </remarks>
internal sealed unsafe class KernelPlan
{
    private const int FewValues = 64;

    private readonly List<KernelCall> _calls = [];
    private readonly List<KernelPart> _parts = [];

    private KernelPlan(FlatNetwork network, LaneWidth width, WorkTeam team)
    {
        (Network, Width, Team) = (network, width, team);
        Values = new PlanValue[network.Values];
        Outputs = [.. network.Outputs];
    }

    /// <summary>The kernels with what they read and make, in an order in which they can run.</summary>
    internal KernelCall[] Calls { get; private set; } = [];

    /// <summary>What has weights, a state or draws, and which layer it is of.</summary>
    internal IReadOnlyList<KernelPart> Parts => _parts;

    internal PlanInput[] Inputs { get; private set; } = [];

    internal PlanValue[] Values { get; }

    /// <summary>Which values are given.</summary>
    internal int[] Outputs { get; }

    internal LaneWidth Width { get; }

    internal WorkTeam Team { get; }

    /// <summary>The shape of the first output.</summary>
    internal Shape OutputShape => Network.Shapes[Outputs[0]];

    /// <summary>The packed weights of all kernels, in whole cache lines for each.</summary>
    internal WeightPart[] Weights { get; private set; } = [];

    internal long PackedNumbers { get; private set; }

    /// <summary>The multiplications of a step of a sample in one direction, each weight once; what is looked up costs none.</summary>
    internal long Multiplications { get; private set; }

    /// <summary>The numbers of all gradients: those of the weights, then of the later calls of layers that are called several
    /// times.</summary>
    internal long GradientNumbers { get; private set; }

    /// <summary>Whether the first input is indices.</summary>
    internal bool ReadsIndices => Inputs[0].ReadsIndices;

    /// <summary>The first input's numbers of a step.</summary>
    internal int InputWidth => Inputs[0].Width;

    /// <summary>Whether the first input has time steps.</summary>
    internal bool ReadsSteps => Inputs[0].HasSteps;

    /// <summary>Which calls read steps as they come: those up to one that leaves the last step alone.</summary>
    internal bool[] StreamedCalls()
    {
        var (streams, ended) = (new bool[Calls.Length], new bool[Values.Length]);
        for (var i = 0; i < Inputs.Length; i++)
        {
            ended[i] = !Inputs[i].HasSteps;
        }
        for (var i = 0; i < streams.Length; i++)
        {
            var (kernel, output) = (Calls[i].Kernel, Calls[i].Output);
            streams[i] = !ended[Calls[i].Inputs[0]];
            ended[output] = !streams[i] || (kernel.StateCount > 0 && kernel.OutputSteps(2) == 1);
            Array.Fill(ended, true, output + 1, Calls[i].States.Length);
        }
        return streams;
    }

    /// <summary>The layers that look up what an input's indices stand for.</summary>
    internal IEnumerable<EmbeddingSettings> EmbeddingsOf(int input) => Network.Calls.Where(call => call.Inputs.Contains(input))
        .Select(call => Network.Layers[call.Layer].Settings).OfType<EmbeddingSettings>();

    /// <summary>The network, flat.</summary>
    internal FlatNetwork Network { get; }

    /// <summary>The axes of an output, samples included: 3 where it has time steps, else 2.</summary>
    internal int OutputAxes(int output = 0) => Network.Shapes[Outputs[output]].Rank;

    /// <summary>Numbers of a step of an output.</summary>
    internal int OutputWidth(int output = 0) => Values[Outputs[output]].Kernel.OutputWidth;

    /// <summary>The steps of an output of a network with one input.</summary>
    internal int OutputSteps(int steps) => OutputSteps([steps], 0);

    /// <summary>The steps of an output.</summary>
    /// <param name="inputSteps">Those of each input.</param>
    /// <param name="output">Which output.</param>
    internal int OutputSteps(ReadOnlySpan<int> inputSteps, int output)
    {
        var steps = Values.Length <= FewValues ? stackalloc int[FewValues] : new int[Values.Length];
        inputSteps.CopyTo(steps);
        foreach (var call in Calls)
        {
            steps[call.Output] = call.OutputSteps(steps);
            steps.Slice(call.Output + 1, call.States.Length).Fill(1);
        }
        return steps[Outputs[output]];
    }

    /// <summary>Throws unless all layers can leave out what inputs' masks do not have.</summary>
    /// <param name="masked">Which inputs have a mask.</param>
    internal void ThrowUnlessMaskable(ReadOnlySpan<bool> masked)
    {
        if (masked.Contains(true) && MaskObstacle(masked) is { } obstacle)
        {
            throw new InvalidOperationException($"{obstacle}. Give samples of one length, without a mask or lengths.");
        }
    }

    /// <summary>Plans a network.</summary>
    /// <param name="network">A model's settings, with the names that errors shall tell.</param>
    /// <param name="inputs">The shapes of its inputs, samples first.</param>
    /// <param name="team">The threads.</param>
    /// <param name="reason">Why there is no plan.</param>
    /// <param name="width">How many floats at once; null for what suits the model.</param>
    /// <param name="predicts">Whether the plan never trains.</param>
    /// <exception cref="ShapeMismatchException">A layer can't take its input.</exception>
    internal static KernelPlan? TryCreate(
        LayerSettings network,
        IReadOnlyList<Shape> inputs,
        WorkTeam team,
        out string? reason,
        LaneWidth? width = null,
        bool predicts = false)
    {
        foreach (var layer in FlatNetwork.LayersIn(network))
        {
            if (KernelFactory.Obstacle(layer, predicts) is { } obstacle)
            {
                reason = $"{Named(layer)} has no fused kernel{obstacle}";
                return null;
            }
        }
        var flat = FlatNetwork.Of(network, inputs);
        if (flat.Outputs.Any(value => value < inputs.Count))
        {
            reason = "no layer makes the output";
            return null;
        }
        var longest = flat.Shapes.Skip(inputs.Count).Max(shape => shape.Last ?? 1);
        var plan = new KernelPlan(flat, width ?? LaneWidths.For((int)Math.Min(Math.Max(longest, 1), int.MaxValue)), team);
        reason = LaneWidths.Dispatch(plan.Width, new Adding(plan));
        return reason is null ? plan : null;
    }

    /// <summary>
    /// Says where the packed weights are, and their gradients if there is a backward pass: <see cref="PackedNumbers"/> and
    /// <see cref="GradientNumbers"/>, from a cache line on.
    /// </summary>
    internal void Bind(float* weights, float* gradients)
    {
        foreach (var call in Calls)
        {
            call.Kernel.Bind(weights + call.Place, gradients is null ? null : gradients + call.GradientPlace);
        }
    }

    /// <summary>Adds the gradients of later calls of the same weights to those of the first.</summary>
    internal void SumGradients(float* gradients)
    {
        foreach (var call in Calls)
        {
            if (call.GradientPlace != call.Place)
            {
                Rows.Add(gradients + call.GradientPlace, gradients + call.Place, call.Kernel.PackedNumbers);
            }
        }
    }

    private static string Named(LayerSettings layer) => $"{layer.Title} ({layer.KerasClass})";

    private string? MaskObstacle(ReadOnlySpan<bool> masked)
    {
        for (var i = 0; i < masked.Length; i++)
        {
            if (masked[i] && !Inputs[i].HasSteps)
            {
                return $"The model takes {Network.Inputs[i]}, which has no time steps to mask";
            }
        }
        var ofValues = Values.Length <= FewValues ? stackalloc bool[FewValues] : new bool[Values.Length];
        masked.CopyTo(ofValues);
        foreach (var call in Calls)
        {
            if (call.CantMask is { } layer && ofValues[call.Inputs[0]])
            {
                return $"{layer} can't leave masked time steps out";
            }
            ofValues[call.Output] = call.HasOutputMask(ofValues);
        }
        return null;
    }

    private string? Add<V>()
        where V : struct, ILanes<V>
    {
        Inputs = new PlanInput[Network.Inputs.Count];
        for (var i = 0; i < Inputs.Length; i++)
        {
            if (AddInput(i) is { } unfit)
            {
                return unfit;
            }
        }
        var (weights, masked) = (new List<WeightPart>(), new bool[Values.Length]);
        var (first, repeated) = (new KernelCall?[Network.Layers.Count], new Dictionary<int, (int Source, int Times, string Layer)>());
        var next = Inputs.Length;
        for (var i = 0; i < Network.Calls.Count; i++)
        {
            var use = Network.Calls[i];
            var layer = Network.Layers[use.Layer].Settings;
            var (output, made) = (next, use.WithStates ? 1 + layer.StateUnits.Count : 1);
            next += made;
            int[] inputs = [.. use.Inputs];
            // The recurrent layer behind a RepeatVector repeats by itself.
            if (layer is RepeatVectorSettings repeat && !masked[inputs[0]] && OnlyReaderOf(output) is RecurrentSettings)
            {
                repeated.Add(output, (inputs[0], repeat.N, Named(layer)));
                continue;
            }
            var repeats = 0;
            var cantMask = layer is RepeatVectorSettings or FlattenSettings or ReshapeSettings or StepEditSettings ? Named(layer) : null;
            if (repeated.TryGetValue(inputs[0], out var before))
            {
                (inputs[0], repeats, cantMask) = (before.Source, before.Times, before.Layer);
            }
            if (cantMask is not null && masked[inputs[0]])
            {
                return $"{cantMask} can't leave masked time steps out";
            }
            Shape[] shapes = [.. use.Inputs.Select(place => Network.Shapes[place])];
            if (!shapes.Append(Network.Shapes[output]).All(shape => shape.Rank is 2 or 3)
                || KernelFactory.Create<V>(layer, shapes, Network.Shapes[output], repeats, use.WithStates, Team) is not { } kernel)
            {
                return $"{Named(layer)} has no fused kernel for input of shape {string.Join(", ", shapes)}";
            }
            if (kernel.ReadsIndices && inputs[0] >= Inputs.Length)
            {
                return $"{Named(layer)} has no fused kernel behind another layer";
            }
            var call = new KernelCall(kernel, inputs, output, use.WithStates, cantMask);
            if (first[use.Layer] is not null && kernel.IsStateful)
            {
                return $"{Named(layer)} has no fused kernel that carries the state of several uses";
            }
            Place(call, first[use.Layer], weights);
            Multiplications += kernel.ReadsIndices ? 0 : kernel.PackedNumbers;
            first[use.Layer] ??= call;
            AddParts(call, use.Layer, first[use.Layer] != call);
            _calls.Add(call);
            masked[output] = call.HasOutputMask(masked);
            for (var value = 0; value < made; value++)
            {
                Values[output + value] = new PlanValue(call, value - 1);
            }
        }
        Calls = [.. _calls];
        foreach (var value in Calls.SelectMany(call => call.Inputs).Concat(Outputs))
        {
            Values[value].Gradients++;
        }
        Weights = [.. weights];
        FindReaders();
        return null;
    }

    private string? AddInput(int input)
    {
        var shape = Network.Inputs[input];
        var reads = Network.Calls.Where(call => call.Inputs.Contains(input)).Select(call => Network.Layers[call.Layer].Settings).ToList();
        if (reads.Count > 0 && reads.TrueForAll(layer => layer is EmbeddingSettings))
        {
            Inputs[input] = new PlanInput(1, HasSteps: true, ReadsIndices: true, []);
            return null;
        }
        if (reads.Find(layer => layer is EmbeddingSettings) is { } embedding)
        {
            return $"{Named(embedding)} reads as indices what another layer reads as numbers";
        }
        if (shape.Rank is not (2 or 3) || shape.Last is null)
        {
            return $"the input {shape} is neither (samples, features) nor (samples, time steps, features)";
        }
        Inputs[input] = new PlanInput(checked((int)shape.Last.Value), shape.Rank == 3, ReadsIndices: false, []);
        return null;
    }

    // The layer that reads a value as its input and is the only one to do so; null where there is none.
    private LayerSettings? OnlyReaderOf(int value)
    {
        if (Outputs.Contains(value) || Network.Calls.Where(call => call.Inputs.Contains(value)).ToList() is not [var only])
        {
            return null;
        }
        return only.Inputs.Count(place => place == value) == 1 && only.Inputs[0] == value ? Network.Layers[only.Layer].Settings : null;
    }

    // A layer's weights lie where its first call has them; the gradients of later calls are behind those of all weights.
    private void Place(KernelCall call, KernelCall? first, List<WeightPart> weights)
    {
        var numbers = Arena.RoundUp(call.Kernel.PackedNumbers);
        if (first is not null)
        {
            (call.Place, call.GradientPlace) = (first.Place, numbers == 0 ? first.Place : GradientNumbers);
            GradientNumbers += numbers;
            return;
        }
        foreach (var later in _calls.Where(later => later.GradientPlace != later.Place))
        {
            later.GradientPlace += numbers;
        }
        (call.Place, call.GradientPlace) = (PackedNumbers, PackedNumbers);
        weights.AddRange(call.Kernel.Weights);
        weights.Add(new WeightPart(numbers - call.Kernel.PackedNumbers));
        PackedNumbers += numbers;
        GradientNumbers += numbers;
    }

    private void AddParts(KernelCall call, int layer, bool isLater)
    {
        var place = call.Place;
        for (var part = 0; part < call.Kernel.Parts.Count; part++)
        {
            _parts.Add(new KernelPart(call.Kernel.Parts[part], layer, part, place, isLater));
            place += call.Kernel.Parts[part].PackedNumbers;
        }
    }

    private void FindReaders()
    {
        for (var i = 0; i < Inputs.Length; i++)
        {
            Inputs[i] = Inputs[i] with
            {
                Readers = [.. Calls.Where(call => call.Inputs.Contains(i)).Select(call => call.Inputs[0] == i
                    && call.Inputs.Count(place => place == i) == 1 && call.Kernel is not MergeKernel ? call.Kernel : null)],
            };
        }
    }

    private sealed class Adding(KernelPlan plan) : IWidthWork<string?>
    {
        public string? Run<V>()
            where V : struct, ILanes<V> => plan.Add<V>();
    }
}

/// <summary>An input of a plan.</summary>
/// <param name="Width">Numbers of a step.</param>
/// <param name="HasSteps">Whether it has time steps.</param>
/// <param name="ReadsIndices">Whether it is indices, an index a step.</param>
/// <param name="Readers">The kernels that read it, null for one that reads it in another way than as its input.</param>
internal readonly record struct PlanInput(int Width, bool HasSteps, bool ReadsIndices, LayerKernel?[] Readers)
{
    /// <summary>Whether rows that are all one-hot may be given as indices alone.</summary>
    internal bool LooksUpOneHot
    {
        get
        {
            foreach (var reader in Readers)
            {
                if (reader is not { LooksUpOneHot: true })
                {
                    return false;
                }
            }
            return true;
        }
    }
}

/// <summary>A value of a plan.</summary>
/// <param name="Call">What makes it; null for an input.</param>
/// <param name="State">Which state of it; below 0 for its output.</param>
internal record struct PlanValue(KernelCall? Call, int State)
{
    /// <summary>How many parts its gradient is the sum of: uses, and being an output.</summary>
    internal int Gradients { get; set; }

    /// <summary>The kernel that has its rows.</summary>
    internal readonly LayerKernel Kernel => State < 0 ? Call!.Kernel : Call!.States[State].Kernel;
}

/// <summary>One use of a layer.</summary>
internal sealed class KernelCall
{
    private const int FewInputs = 64;

    /// <param name="kernel">Its kernel.</param>
    /// <param name="inputs">The values that it reads: input, and states to begin with if there are any.</param>
    /// <param name="output">The value that it makes; its states are those behind.</param>
    /// <param name="withStates">Whether it gives its states.</param>
    /// <param name="cantMask">The layer that can't leave out masked steps of its input; null: it can.</param>
    internal KernelCall(LayerKernel kernel, int[] inputs, int output, bool withStates, string? cantMask)
    {
        (Kernel, Inputs, Output, CantMask, Merge) = (kernel, inputs, output, cantMask, kernel as MergeKernel);
        States = !withStates ? []
            : [.. kernel.Parts.SelectMany(part => Enumerable.Range(0, part.StateCount).Select(state => new StateRows(part, state)))];
        foreach (var part in States)
        {
            part.Kernel.TakesStateGradients = true;
        }
    }

    internal LayerKernel Kernel { get; }

    /// <summary>The kernel where it reads several values.</summary>
    internal MergeKernel? Merge { get; }

    internal int[] Inputs { get; }

    internal int Output { get; }

    internal string? CantMask { get; }

    /// <summary>The states that it gives, and begins with where it reads any.</summary>
    internal StateRows[] States { get; }

    /// <summary>Whether it begins with states that it reads.</summary>
    internal bool ReadsStates => States.Length > 0 && Inputs.Length > 1;

    /// <summary>Where its packed weights begin.</summary>
    internal long Place { get; set; }

    /// <summary>Where their gradients do.</summary>
    internal long GradientPlace { get; set; }

    /// <summary>The steps of the output.</summary>
    /// <param name="steps">Those of all values.</param>
    internal int OutputSteps(ReadOnlySpan<int> steps)
    {
        if (Merge is null)
        {
            return Kernel.OutputSteps(steps[Inputs[0]]);
        }
        var given = Inputs.Length <= FewInputs ? stackalloc int[Inputs.Length] : new int[Inputs.Length];
        for (var i = 0; i < given.Length; i++)
        {
            given[i] = steps[Inputs[i]];
        }
        return Merge.OutputSteps(given);
    }

    /// <summary>Whether the output has a mask.</summary>
    /// <param name="masked">Which of all values have.</param>
    internal bool HasOutputMask(ReadOnlySpan<bool> masked)
    {
        if (Merge is null)
        {
            return Kernel.HasOutputMask(masked[Inputs[0]]);
        }
        var given = Inputs.Length <= FewInputs ? stackalloc bool[Inputs.Length] : new bool[Inputs.Length];
        for (var i = 0; i < given.Length; i++)
        {
            given[i] = masked[Inputs[i]];
        }
        return Merge.HasOutputMask(given);
    }
}

/// <summary>A state of a call.</summary>
/// <param name="Kernel">The kernel that has it: the call's, or one of a Bidirectional's two.</param>
/// <param name="State">Which of its states.</param>
internal readonly record struct StateRows(LayerKernel Kernel, int State);

/// <summary>A kernel with weights, a state or draws of its own.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Layer">Which of the layers it is of.</param>
/// <param name="Part">Which of that layer's: 0, or 1 for what reads backwards in a Bidirectional.</param>
/// <param name="Place">Where its numbers begin in the packed weights.</param>
/// <param name="IsLater">Whether another kernel of an earlier call has the same weights.</param>
internal readonly record struct KernelPart(LayerKernel Kernel, int Layer, int Part, long Place, bool IsLater);
