namespace EchoLstm.Data;

/// <summary>Which end of a sequence is filled up, or cut off.</summary>
public enum PaddingSide
{
    /// <summary>The beginning: the oldest time steps. Keras's default.</summary>
    Pre,

    /// <summary>The end: the newest time steps.</summary>
    Post,
}
