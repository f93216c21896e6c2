namespace EchoLstm.Benchmarks.Own;

/// <summary>What a prediction is called with.</summary>
internal enum CallForm
{
    /// <summary>Spans: from memory into memory.</summary>
    Memory,

    /// <summary>A tensor gives a tensor.</summary>
    Tensors,

    /// <summary>An array gives an array.</summary>
    Arrays,
}
