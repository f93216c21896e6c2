namespace EchoLstm.Layers;

/// <summary>How Attention says how well a key fits a query (Keras's <c>score_mode</c>).</summary>
public enum ScoreMode
{
    /// <summary>Their dot product (Luong et al. 2015).</summary>
    Dot,

    /// <summary>The sum over the features of tanh(query + key), times a trained number.</summary>
    Concat,
}
