using System.Runtime.InteropServices;

namespace EchoLstm.Layers;

/// <summary>
/// The decoder of an encoder-decoder with attention (Bahdanau et al. 2015): an LSTM that before each of its steps looks at all steps of the
/// encoder. (samples, time steps, features), an encoder's returned sequence, becomes (samples, steps, units).
/// </summary>
/// <remarks>
/// For each output step i, with the encoder's outputs x_1 … x_T and the LSTM's state h, zeros at first:
/// <code>
/// score(j) = scale · tanh(h W + x_j U + b)      weights = softmax(score)      context = Σ_j weights(j) x_j      h = LSTM(context, h)
/// </code>
/// It stands where RepeatVector and an Lstm would: RepeatVector hands every step one vector for the whole sequence, attention a fresh mean
/// of its steps. As there the predictions are not fed back. Masked steps of the encoder get the weight 0. Keras has the attention alone
/// (<see cref="AdditiveAttention"/>), not this layer. It has units² + (features + 1) · units + units parameters for the attention and 4 ·
/// ((features + 1) · units + units²) for the LSTM.
/// </remarks>
/// <example><code>
/// using var model = new SequentialModel(
///     new Lstm(150, returnSequences: true),
///     new AttentionDecoder(150, steps: 2),
///     new TimeDistributed(new Dense(100, Activation.Softmax)));
/// </code></example>
public sealed class AttentionDecoder : Layer
{
    private readonly Dense _query;
    private readonly Dense _key;
    private readonly AdditiveAttention _attention;
    private readonly Lstm _lstm;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="units">The size of the output, of the LSTM's states and of what is compared.</param>
    /// <param name="steps">The number of time steps of the output.</param>
    /// <exception cref="ArgumentOutOfRangeException">units or steps is below 1.</exception>
    public AttentionDecoder(int units, int steps)
        : this(new AttentionDecoderSettings { Units = units, Steps = steps })
    {
    }

    internal AttentionDecoder(AttentionDecoderSettings settings)
        : base(settings)
    {
        AtLeastOne(settings.Units, "units", "AttentionDecoder");
        AtLeastOne(settings.Steps, "steps", "AttentionDecoder");
        _query = new Dense(settings.Units, useBias: false);
        _key = new Dense(settings.Units);
        _attention = new AdditiveAttention();
        _lstm = new Lstm(settings.Units, returnSequences: true);
        foreach (var (name, part) in Parts)
        {
            register_module(name, part);
        }
    }

    internal new AttentionDecoderSettings Settings => (AttentionDecoderSettings)base.Settings;

    /// <summary>The size of the output and of the LSTM's states.</summary>
    public int Units => Settings.Units;

    /// <summary>The number of time steps of the output.</summary>
    public int Steps => Settings.Steps;

    internal override string? CountingFormula => InputShape?.Last is { } features
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"{Units}² + ({features} + 1) * {Units} + {Units} + 4 * (({features} + 1) * {Units} + {Units}²)")
        : null;

    internal override IReadOnlyList<LayerWeight> Weights =>
        [.. Parts.SelectMany(part => part.Layer.Weights.Select(weight => weight with { Name = $"{part.Name}/{weight.Name}" }))];

    private IReadOnlyList<(string Name, Layer Layer)> Parts =>
        [("query", _query), ("key", _key), ("attention", _attention), ("lstm", _lstm)];

    internal override void CheckTensor(Tensor tensor, string name, Layer owner)
    {
        foreach (var (_, part) in Parts)
        {
            part.CheckTensor(tensor, name, owner);
        }
    }

    internal override Tensor? OutputMask(Tensor input, Tensor? mask) => null;

    internal override Activation? OutputActivation => _lstm.OutputActivation;

    internal override bool ReadsScale => true;

    /// <summary>Runs the layer and returns where it looked.</summary>
    /// <param name="input">The encoder's outputs, (samples, time steps, features).</param>
    /// <returns>The output (samples, steps, units), and the weight of each input step for each output step, (samples, steps, time steps);
    /// both are the caller's.</returns>
    /// <exception cref="ShapeMismatchException">The layer can't take such an input.</exception>
    public (Tensor Output, Tensor Weights) CallWithWeights(Tensor input)
    {
        using var use = Guard.Read(nameof(CallWithWeights));
        EnsureBuilt(input);
        using var scope = NewDisposeScope();
        try
        {
            var (output, weights) = Decode(input, StepMasks.Of(input));
            return (output.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
        }
        catch (ExternalException error)
        {
            throw Failed(input, error);
        }
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        FeaturesOf(inputShape, "(samples, time steps, features)");
        _query.Build(new Shape(inputShape[0], 1, Units), random);
        _key.Build(inputShape, random);
        _attention.Build(new Shape(inputShape[0], 1, Units), random);
        _lstm.Build(new Shape(inputShape[0], 1, inputShape.Last), random);
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return Decode(input, mask).Output.MoveToOuterDisposeScope();
    }

    private (Tensor Output, Tensor Weights) Decode(Tensor input, Tensor? mask)
    {
        var keys = _key.call(input); // (samples, time steps, units): the same for every output step
        using var start = new LstmState(Zeros(), Zeros());
        var state = start;
        var (outputs, looks) = (new Tensor[Steps], new Tensor[Steps]);
        for (var i = 0; i < Steps; i++)
        {
            var query = _query.call(state.Hidden.unsqueeze(1)); // (samples, 1, units)
            (var context, looks[i]) = _attention.Attend(query, input, keys, mask);
            (outputs[i], state) = _lstm.CallWithState(context, state);
        }
        return (cat(outputs, 1), cat(looks, 1));

        Tensor Zeros() => zeros(input.shape[0], Units, dtype: input.dtype, device: input.device);
    }
}
