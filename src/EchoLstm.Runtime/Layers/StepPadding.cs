namespace EchoLstm.Layers;

/// <summary>What a layer that slides a window over time steps puts around them (Keras's <c>padding</c>).</summary>
public enum StepPadding
{
    /// <summary>Nothing: only windows that lie within the sequence count, and the output is shorter.</summary>
    Valid,

    /// <summary>
    /// As many steps on both sides, one more behind where they are odd, that with stride 1 the output is as long as the input.
    /// </summary>
    Same,

    /// <summary>Steps before the sequence alone, so that an output step has seen no later input step.</summary>
    Causal,
}
