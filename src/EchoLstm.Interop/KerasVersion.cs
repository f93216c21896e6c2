namespace EchoLstm.Interop;

/// <summary>Which Keras wrote a file, as far as it changes numbers.</summary>
/// <param name="Text">The version as the file has it, e.g. <c>2.2.4-tf</c>; null where it says none.</param>
/// <param name="HasModules">Whether classes come with their module, as Keras 3 writes them.</param>
internal sealed record KerasVersion(string? Text, bool HasModules)
{
    /// <summary>Whose files are written as <c>.keras</c>.</summary>
    internal static KerasVersion OfZip { get; } = new("3.9.2", true);

    /// <summary>Whose files are written as <c>.h5</c>.</summary>
    internal static KerasVersion OfHdf5 { get; } = new("2.15.0", false);

    private (int Major, int Minor) Numbers
    {
        get
        {
            var parts = (Text ?? "").Split(' ')[^1].Split('.', '-');
            return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
                && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? (major, minor) : (0, 0);
        }
    }

    private bool IsTensorFlowJs => Text?.StartsWith("tfjs", StringComparison.Ordinal) ?? false;

    /// <summary>Keras 3's hard_sigmoid is another function than the one before.</summary>
    internal bool IsKeras3 => Text is null ? HasModules : Numbers.Major == 3 && !IsTensorFlowJs;

    /// <summary>From TensorFlow 2.2 on, a Bidirectional that returns sequences gives zeros at masked steps.</summary>
    internal bool ZeroesMaskedInBidirectional => IsKeras3 || (!IsTensorFlowJs
        && (Numbers is { Major: 2, Minor: >= 4 } || (Text?.StartsWith("2.3.0-tf", StringComparison.Ordinal) ?? false)));

    /// <summary>From Keras 3.16 on, masks end at recurrent layers and at TimeDistributed.</summary>
    internal bool EndsMasks => IsKeras3 && Numbers.Minor >= 16;

    public override string ToString() => Text is null ? "this version of Keras" : $"Keras {Text}";
}
