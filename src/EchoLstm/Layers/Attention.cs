using EchoLstm.Torch;

namespace EchoLstm.Layers;

/// <summary>
/// Dot-product attention (Luong et al. 2015): Keras's <c>Attention</c>. Each step of a query gets the mean of a value's steps, weighted by
/// how well their keys fit:
/// <code>
/// score(i, j) = scale · query_i · key_j      weights(i) = softmax over j of score(i, j)      output_i = Σ_j weights(i, j) value_j
/// </code>
/// </summary>
/// <remarks>
/// In a graph <c>new Attention().Apply(query, value, key)</c>; called with one tensor the input is query, key and value. Masked steps of
/// the value get the weight 0; masked steps of the query give zeros. It has no weights unless it is asked for <c>scale</c>, one number, or
/// for <see cref="Layers.ScoreMode.Concat"/>, whose <c>concat_score_weight</c> is one more; both begin with 1.
/// </remarks>
public sealed class Attention : AttentionLayer
{
    private const string ScaleName = "scale", ConcatName = "concat_score_weight";

    /// <summary>Creates the layer; its weights come with <see cref="Layer.Build(Shape)"/> or the first call.</summary>
    /// <param name="useScale">Whether scores are multiplied by a trained number; with <see cref="Layers.ScoreMode.Concat"/> it is inside
    /// the tanh. <value>false</value></param>
    /// <param name="scoreMode">How well a key fits a query. <value>Dot</value></param>
    /// <param name="dropout">The share of the weights that training drops, at least 0 and below 1. <value>0</value></param>
    /// <param name="useCausalMask">Whether a step of the query looks only at the value's steps up to its own (Keras's argument of a call).
    /// <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">dropout is not of [0, 1), or there is no such scoreMode.</exception>
    public Attention(bool useScale = false, ScoreMode scoreMode = ScoreMode.Dot, double dropout = 0, bool useCausalMask = false)
        : this(new AttentionSettings { UseScale = useScale, ScoreMode = scoreMode, Dropout = dropout, UseCausalMask = useCausalMask })
    {
    }

    internal Attention(AttentionSettings settings)
        : base(settings)
    {
        DropoutMask.CheckRate(settings.Dropout, "dropout");
        if (!Enum.IsDefined(settings.ScoreMode))
        {
            throw new ArgumentOutOfRangeException(
                "scoreMode",
                settings.ScoreMode,
                $"{settings.ScoreMode} is no way to score: expected one of {string.Join(", ", Enum.GetNames<ScoreMode>())}.");
        }
    }

    internal new AttentionSettings Settings => (AttentionSettings)base.Settings;

    /// <summary>Whether scores are multiplied by a trained number.</summary>
    public bool UseScale => Settings.UseScale;

    /// <summary>How well a key fits a query.</summary>
    public ScoreMode ScoreMode => Settings.ScoreMode;

    /// <summary>The share of the weights that training drops.</summary>
    public double Dropout => Settings.Dropout;

    /// <summary>Whether a step of the query looks only at the value's steps up to its own.</summary>
    public bool UseCausalMask => Settings.UseCausalMask;

    internal override string? CountingFormula =>
        WeightNames is { Count: > 0 } names ? names.Count.ToString(CultureInfo.InvariantCulture) : null;

    internal override IReadOnlyList<LayerWeight> Weights => !IsBuilt ? []
        : [.. WeightNames.Select(name => new LayerWeight(name, () => get_parameter(name)!, weight => weight.alias()))];

    internal override Tensor? OwnWeight => IsBuilt && WeightNames is [var first, ..] ? get_parameter(first) : null;

    private List<string> WeightNames =>
        [.. UseScale ? (string[])[ScaleName] : [], .. ScoreMode == ScoreMode.Concat ? (string[])[ConcatName] : []];

    private protected override void CreateWeights(Shape inputShape, SeededRandom random)
    {
        Generator = random;
        foreach (var name in WeightNames)
        {
            register_parameter(name, nn.Parameter(ones([])));
        }
    }

    private protected override (Tensor Output, Tensor Weights) Look(Tensor query, Tensor value, Tensor key, Tensor?[] masks)
    {
        var scores = Scores(query, key); // (samples, query steps, value steps)
        var weights = Dropped(Shares(scores, Pairs(scores, UseCausalMask, masks[1]?.unsqueeze(1))), Dropout, Generator!);
        return (WithoutMasked(weights.bmm(value), masks[0]), weights);
    }

    private Tensor Scores(Tensor query, Tensor key)
    {
        if (ScoreMode == ScoreMode.Dot)
        {
            var products = query.bmm(key.transpose(1, 2));
            return UseScale ? products * get_parameter(ScaleName)! : products;
        }
        var sum = query.unsqueeze(2).Plus(key.unsqueeze(1)); // (samples, query steps, value steps, features)
        return (UseScale ? sum * get_parameter(ScaleName)! : sum).tanh().sum(-1) * get_parameter(ConcatName)!;
    }
}
