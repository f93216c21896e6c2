namespace EchoLstm;

/// <summary>A tensor, array or layer has another shape than the one that is needed.</summary>
public sealed class ShapeMismatchException : ArgumentException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Where it happened, what was expected, what came, and what to do.</param>
    /// <param name="expected">The shape that is needed, as text with the names or lengths of its axes.</param>
    /// <param name="received">The shape that came, as text.</param>
    /// <param name="innerException">The error behind it; null: none.</param>
    public ShapeMismatchException(string message, string expected, string received, Exception? innerException = null)
        : base(message, innerException)
    {
        Expected = expected;
        Received = received;
    }

    /// <summary>The shape that is needed, e.g. <c>(samples, time steps, features)</c>.</summary>
    public string Expected { get; }

    /// <summary>The shape that came, e.g. <c>(32, 8)</c>.</summary>
    public string Received { get; }
}
