using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Additive attention (Bahdanau et al. 2015): Keras's <c>AdditiveAttention</c>. Each step of a query gets the mean of a value's steps,
/// weighted by how well their keys fit:
/// <code>
/// score(i, j) = Σ scale ∘ tanh(query_i + key_j)      weights(i) = softmax over j of score(i, j)      output_i = Σ_j weights(i, j) value_j
/// </code>
/// </summary>
/// <remarks>
/// <see cref="AttentionLayer.Attend"/> takes a query and a value. Called with one tensor, as in a SequentialModel, the input is query, key
/// and value, and (samples, time steps, features) keeps its shape. For an encoder-decoder use <see cref="AttentionDecoder"/>, which brings
/// the projections that Bahdanau's formula has before the tanh. Masked steps of the value get the weight 0; masked steps of the query give
/// zeros. It has as many parameters as features, <c>scale</c>, initially Glorot uniform; none without it.
/// </remarks>
public sealed class AdditiveAttention : AttentionLayer
{
    private const string ScaleName = "scale";

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

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        if (!UseScale)
        {
            return;
        }
        var features = FeaturesOf(inputShape, "(samples, time steps, features)");
        register_parameter(ScaleName, nn.Parameter(Initializers.Uniform(random, Initializers.GlorotLimit(features, features), features)));
    }

    private protected override (Tensor Output, Tensor Weights) Look(Tensor query, Tensor value, Tensor key, Tensor?[] masks)
    {
        var fit = query.unsqueeze(2).Plus(key.unsqueeze(1)).tanh(); // (samples, query steps, value steps, features)
        var scores = (UseScale ? fit * get_parameter(ScaleName)! : fit).sum(-1); // (samples, query steps, value steps)
        var weights = Shares(scores, masks[1]?.unsqueeze(1));
        return (WithoutMasked(weights.bmm(value), masks[0]), weights);
    }
}
