using EchoLstm.Data;

namespace EchoLstm.Saving;

/// <summary>
/// What a model's file carries for its user: texts, scalers and lists of texts, each under a name. The library applies none of it by
/// itself.
/// </summary>
internal sealed class ModelExtras
{
    internal Dictionary<string, string> Metadata { get; init; } = [];

    internal Dictionary<string, FeatureScaler> Scalers { get; init; } = [];

    /// <summary>Lists of texts by name: the classes' labels in the order of the outputs, the words in the order of their indices.</summary>
    internal Dictionary<string, IReadOnlyList<string>> Vocabularies { get; init; } = [];

    internal bool IsEmpty => Metadata.Count + Scalers.Count + Vocabularies.Count == 0;

    /// <summary>What a file has of it.</summary>
    /// <exception cref="InvalidOperationException">Something is null, or a scaler is not fitted.</exception>
    internal ExtrasSettings Settings() => new()
    {
        Metadata = Metadata.ToDictionary(named => named.Key, named => named.Value ?? throw IsNull("Metadata", named.Key)),
        Scalers = Scalers.ToDictionary(
            named => named.Key,
            named => (named.Value ?? throw IsNull("Scalers", named.Key)).Settings($"The model's scaler '{named.Key}' can't be saved")),
        Vocabularies = Vocabularies.ToDictionary(
            named => named.Key,
            named => named.Value is { } texts && !texts.Contains(null!) ? texts : throw IsNull("Vocabularies", named.Key)),
    };

    /// <summary>What a file had.</summary>
    internal static ModelExtras Of(ExtrasSettings settings, Func<string, InvalidDataException> wrong)
    {
        var isWhole = settings.Metadata.Values.All(text => text is not null)
            && settings.Vocabularies.Values.All(list => list is not null && !list.Contains(null!));
        return isWhole
            ? new ModelExtras
            {
                Metadata = settings.Metadata,
                Scalers = settings.Scalers.ToDictionary(
                    named => named.Key,
                    named => FeatureScaler.Of(named.Value, what => wrong($"the scaler '{named.Key}': {what}"))),
                Vocabularies = settings.Vocabularies,
            }
            : throw wrong("'metadata' or 'vocabularies' has null, expected texts");
    }

    private static InvalidOperationException IsNull(string where, string key) =>
        new($"The model can't be saved: its {where} has null under '{key}'. Put a value there, or remove the key.");
}

/// <summary>The same, as JSON in the file's metadata.</summary>
internal sealed record ExtrasSettings
{
    public required Dictionary<string, string> Metadata { get; init; }

    public required Dictionary<string, ScalerSettings> Scalers { get; init; }

    public required Dictionary<string, IReadOnlyList<string>> Vocabularies { get; init; }
}
