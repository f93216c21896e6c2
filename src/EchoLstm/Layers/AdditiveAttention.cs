using System.Globalization;
using System.Runtime.InteropServices;
using EchoLstm.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// Additive attention (Bahdanau et al. 2015): Keras's <c>AdditiveAttention</c>. Each step of a query gets the mean of a value's steps,
/// weighted by how well their keys fit:
/// <code>
/// score(i, j) = Σ scale ∘ tanh(query_i + key_j)      weights(i) = softmax over j of score(i, j)      output_i = Σ_j weights(i, j) value_j
/// </code>
/// </summary>
/// <remarks>
/// <see cref="Attend"/> takes a query and a value. Called with one tensor, as in a SequentialModel, the input is query, key and value: each
/// step attends to the whole sequence, and (samples, time steps, features) keeps its shape. For an encoder-decoder use
/// <see cref="AttentionDecoder"/>, which brings the projections that Bahdanau's formula has before the tanh. Masked steps of the value get
/// the weight 0; masked steps of the query give zeros. It has as many parameters as features, <c>scale</c>, initially Glorot uniform; none
/// without it.
/// </remarks>
public sealed class AdditiveAttention : Layer
{
    private const string ScaleName = "scale";

    // Keras's number for what no score outweighs, and the largest of 16 bits.
    private const double Outweighed = 1e9;
    private const double OutweighedInHalf = 65504;

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="useScale">Whether the features' parts of a score are weighted by a trained vector. <value>true</value></param>
    public AdditiveAttention(bool useScale = true)
        : this(new AdditiveAttentionSettings { UseScale = useScale })
    {
    }

    internal AdditiveAttention(AdditiveAttentionSettings settings)
        : base(settings)
    {
    }

    /// <summary>Whether the features' parts of a score are weighted by a trained vector.</summary>
    public bool UseScale => ((AdditiveAttentionSettings)Settings).UseScale;

    internal override string? CountingFormula => UseScale ? InputShape?.Last?.ToString(CultureInfo.InvariantCulture) : null;

    internal override IReadOnlyList<LayerWeight> Weights => IsBuilt && UseScale
        ? [new LayerWeight(ScaleName, () => get_parameter(ScaleName)!, scale => scale.alias())]
        : [];

    internal override Tensor? OwnWeight => IsBuilt && UseScale ? get_parameter(ScaleName) : null;

    internal override IReadOnlyList<ParameterMemory> Memories => UseScale ? [new(() => get_parameter(ScaleName)!)] : [];

    private protected override bool ComputesWithFloats => true;

    /// <summary>Lets each step of a query attend to the steps of a value.</summary>
    /// <param name="query">What asks, (samples, query steps, features).</param>
    /// <param name="value">What is looked at, (samples, value steps, any number of features).</param>
    /// <param name="key">What the query is compared with, (samples, value steps, features); null: the value.</param>
    /// <param name="valueMask">Which of the value's steps count, booleans of (samples, value steps); null: all, or those that a Masking or
    /// Embedding left the value.</param>
    /// <returns>The output (samples, query steps, the value's features) and the weights (samples, query steps, value steps), which sum to
    /// 1; both are the caller's.</returns>
    /// <exception cref="ShapeMismatchException">The tensors do not fit each other or the layer.</exception>
    public (Tensor Output, Tensor Weights) Attend(Tensor query, Tensor value, Tensor? key = null, Tensor? valueMask = null)
    {
        ArgumentNullException.ThrowIfNull(value);
        using var use = Guard.Read(nameof(Attend));
        EnsureBuilt(query);
        CheckFit(query, value, key ?? value, valueMask);
        using var scope = NewDisposeScope();
        try
        {
            var (output, weights) = Weighted(query, value, key ?? value, valueMask ?? StepMasks.Of(value), StepMasks.Of(query));
            return (output.MoveToOuterDisposeScope(), weights.MoveToOuterDisposeScope());
        }
        catch (ExternalException error)
        {
            throw Failed(query, error);
        }
    }

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        if (!UseScale)
        {
            return;
        }
        var features = FeaturesOf(inputShape, "(samples, time steps, features)");
        register_parameter(ScaleName, nn.Parameter(Initializers.Uniform(random, Initializers.GlorotLimit(features, features), features)));
    }

    private protected override Tensor[] ComputeMany(Tensor[] inputs, Tensor?[] masks)
    {
        CheckFit(inputs[0], inputs[1], inputs[^1], masks[1]);
        using var scope = NewDisposeScope();
        var output = Weighted(inputs[0], inputs[1], inputs[^1], masks[1], masks[0]).Output;
        if (masks[0] is { } mask)
        {
            StepMasks.Attach(output, mask);
        }
        return [output.MoveToOuterDisposeScope()];
    }

    private protected override Tensor Compute(Tensor input, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        return Weighted(input, input, input, mask, mask).Output.MoveToOuterDisposeScope();
    }

    private (Tensor Output, Tensor Weights) Weighted(Tensor query, Tensor value, Tensor key, Tensor? valueMask, Tensor? queryMask)
    {
        var fit = query.unsqueeze(2).Plus(key.unsqueeze(1)).tanh(); // (samples, query steps, value steps, features)
        var scores = (UseScale ? fit * get_parameter(ScaleName)! : fit).sum(-1); // (samples, query steps, value steps)
        if (valueMask is not null)
        {
            var unused = valueMask.logical_not().unsqueeze(1).to(scores.dtype);
            scores -= unused * (scores.dtype == ScalarType.Float16 ? OutweighedInHalf : Outweighed);
        }
        var weights = nn.functional.softmax(scores, -1);
        var output = weights.bmm(value);
        return (queryMask is null ? output : output * queryMask.unsqueeze(-1).to(output.dtype), weights);
    }

    private void CheckFit(Tensor query, Tensor value, Tensor key, Tensor? valueMask)
    {
        foreach (var (operand, name) in new[] { (value, nameof(value)), (key, nameof(key)) })
        {
            CheckTensor(operand, name, this);
            TensorCheck.Alike(operand, name, this, query, "the query is");
        }
        if (valueMask is not null)
        {
            TensorCheck.Readable(valueMask, "mask", this);
        }
        var (q, v, k, m) = (Shape.Of(query), Shape.Of(value), Shape.Of(key), valueMask is null ? null : Shape.Of(valueMask));
        var fits = v.Rank == 3 && k.Rank == 3 && v[0] == q[0] && k[0] == q[0] && k[1] == v[1] && k[2] == q[2]
            && (m is null || (m.Rank == 2 && m[0] == v[0] && m[1] == v[1]));
        if (!fits)
        {
            throw new ShapeMismatchException(
                $"{Title} expects query (samples, query steps, features), value (samples, value steps, any), key (samples, value steps, "
                    + $"features) and mask (samples, value steps) but received query {q}, value {v}, key {k} and "
                    + $"{(m is null ? "no mask" : $"mask {m}")}. Give key the query's features with a Dense before.",
                "(samples, query steps, features), (samples, value steps, any), (samples, value steps, features), (samples, value steps)",
                $"{q}, {v}, {k}, {m?.ToString() ?? "none"}");
        }
    }
}
