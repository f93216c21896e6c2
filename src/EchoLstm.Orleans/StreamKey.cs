namespace EchoLstm.Orleans;

/// <summary>A stream's key.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Stream">The stream's own; it may have slashes.</param>
internal readonly record struct StreamKey(string Model, string Stream)
{
    /// <summary>Takes a key apart.</summary>
    /// <exception cref="ArgumentException">It is not of the form model/stream.</exception>
    internal static StreamKey Parse(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < key.Length - 1 ? new(key[..slash], key[(slash + 1)..]) : throw new ArgumentException(
            $"'{key}' is no key of a stream: expected the model's name, a slash and the stream's name, such as 'sales/shop-17'.",
            nameof(key));
    }

    public override string ToString() => $"{Model}/{Stream}";
}
