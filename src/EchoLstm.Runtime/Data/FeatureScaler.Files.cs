using System.Text;
using System.Text.Json.Serialization;
using EchoLstm.Files;

namespace EchoLstm.Data;

public abstract partial class FeatureScaler
{
    private const string Format = "echolstm.scaler";
    private const int Version = 1;
    private const int LongestFile = 4 * StrictJson.LongestText;

    /// <summary>Saves the fitted scaler as a file of JSON.</summary>
    /// <param name="path">The file; a missing folder is made. An old file is replaced as a whole: a process that is killed on the way leaves
    /// the old one or the new one.</param>
    /// <exception cref="ArgumentException">The path is empty, or promises another format, such as <c>.pkl</c>.</exception>
    /// <exception cref="InvalidOperationException">The scaler is not fitted.</exception>
    /// <exception cref="IOException">The folder can't be made, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        FileName.Check(path, "A scaler is written as JSON", ".json", also: ", or put it into a model's file with model.Scalers");
        var file = new ScalerFile { Format = Format, FormatVersion = Version, Scaler = Settings($"{GetType().Name} can't be saved") };
        var text = Encoding.UTF8.GetBytes(StrictJson.Write(file, ScalerJson.Settings));
        AtomicFile.Write(path, stream => stream.Write(text));
    }

    /// <summary>Loads a scaler that <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <returns>A <see cref="StandardScaler"/> or a <see cref="MinMaxScaler"/>, fitted: the same values scaled to the same
    /// numbers.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or of a version that this library does not
    /// read.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static FeatureScaler Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file {Path.GetFullPath(path)}. Check the path; relative ones begin at the "
                + $"current folder.", path);
        }
        var length = new FileInfo(path).Length;
        if (length is 0 or > LongestFile)
        {
            throw new InvalidDataException($"{path} is {(length == 0 ? "empty" : "too long for a scaler")}. Give a file that a scaler's "
                + $"Save wrote.");
        }
        var file = StrictJson.Read<ScalerFile>(path, "scaler", File.ReadAllText(path), ScalerJson.Settings);
        return file.Format != Format || file.FormatVersion != Version
            ? throw new InvalidDataException($"{path} is '{file.Format}' of version {file.FormatVersion}, expected '{Format}' of version "
                + $"{Version}. Give a file that a scaler's Save wrote, or use a version of the library that knows it.")
            : Of(file.Scaler, what => StrictJson.Wrong(path, ["scaler"], what));
    }

    /// <summary>What a file has of a fitted scaler.</summary>
    internal ScalerSettings Settings(string purpose)
    {
        if (!IsFitted)
        {
            throw new InvalidOperationException($"{purpose}: it is not fitted. Call Fit with the training data first.");
        }
        return SettingsOf(Center, Spread);
    }

    /// <summary>The fitted scaler that a file tells of.</summary>
    internal static FeatureScaler Of(ScalerSettings settings, Func<string, InvalidDataException> wrong)
    {
        if (settings is not { Center.Count: > 0 } || settings.Center.Count != settings.Spread.Count
            || !settings.Center.All(double.IsFinite) || !settings.Spread.All(spread => spread > 0 && double.IsFinite(spread)))
        {
            throw wrong("expected as many finite centers as spreads above 0, at least one of each");
        }
        try
        {
            var scaler = settings.Unfitted();
            (scaler._center, scaler._spread) = ([.. settings.Center], [.. settings.Spread]);
            return scaler;
        }
        catch (ArgumentException error)
        {
            throw wrong(error.Message);
        }
    }

    private protected abstract ScalerSettings SettingsOf(IReadOnlyList<double> center, IReadOnlyList<double> spread);
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "class")]
[JsonDerivedType(typeof(StandardScalerSettings), nameof(StandardScaler))]
[JsonDerivedType(typeof(MinMaxScalerSettings), nameof(MinMaxScaler))]
internal abstract record ScalerSettings
{
    [JsonPropertyOrder(-1)]
    public required IReadOnlyList<double> Center { get; init; }

    [JsonPropertyOrder(-1)]
    public required IReadOnlyList<double> Spread { get; init; }

    internal abstract FeatureScaler Unfitted();
}

internal sealed record StandardScalerSettings : ScalerSettings
{
    internal override FeatureScaler Unfitted() => new StandardScaler();
}

internal sealed record MinMaxScalerSettings : ScalerSettings
{
    public required float Low { get; init; }

    public required float High { get; init; }

    internal override FeatureScaler Unfitted() => new MinMaxScaler(Low, High);
}

internal sealed record ScalerFile
{
    [JsonPropertyOrder(-1)]
    public required string Format { get; init; }

    [JsonPropertyOrder(-1)]
    public required int FormatVersion { get; init; }

    public required ScalerSettings Scaler { get; init; }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ScalerFile))]
internal sealed partial class ScalerJson : JsonSerializerContext
{
    internal static System.Text.Json.JsonSerializerOptions Settings { get; } = StrictJson.Options(new ScalerJson());
}
