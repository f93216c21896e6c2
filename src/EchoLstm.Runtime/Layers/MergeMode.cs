namespace EchoLstm.Layers;

/// <summary>How Bidirectional puts its two outputs together (Keras's <c>merge_mode</c>).</summary>
public enum MergeMode
{
    /// <summary>One behind the other on the last axis, forward first.</summary>
    Concat,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their product, number by number.</summary>
    Mul,

    /// <summary>Their mean.</summary>
    Ave,
}
