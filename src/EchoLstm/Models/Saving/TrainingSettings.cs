using EchoLstm.Files;
using EchoLstm.Layers;

namespace EchoLstm.Models.Saving;

/// <summary>
/// Where training stands, as JSON in the file's metadata: the optimiser's steps, and the generators that shuffling and dropout draw from,
/// with who draws from which.
/// </summary>
internal sealed record TrainingSettings
{
    private const int StateWords = 4;

    /// <summary>How many steps the optimiser took; null where training has not begun.</summary>
    public required long? OptimizerSteps { get; init; }

    public required IReadOnlyList<string> Generators { get; init; }

    /// <summary>By the layer's path, which of them it draws from; the model itself has the empty path.</summary>
    public required Dictionary<string, long> GeneratorOf { get; init; }

    internal static TrainingSettings Of(Model model, long? optimizerSteps)
    {
        var generators = new List<SeededRandom>();
        var holders = new Dictionary<string, long>();
        foreach (var (name, layer) in Holders(model))
        {
            var index = generators.FindIndex(known => ReferenceEquals(known, layer.Generator));
            if (index < 0)
            {
                index = generators.Count;
                generators.Add(layer.Generator!);
            }
            holders.Add(name, index);
        }
        return new TrainingSettings { OptimizerSteps = optimizerSteps, Generators = [.. generators.Select(TextOf)], GeneratorOf = holders };
    }

    /// <summary>Throws where they can't be.</summary>
    internal void Check(string file, string part)
    {
        if (OptimizerSteps < 0)
        {
            throw StrictJson.Wrong(file, [part], "'optimizer_steps' is negative");
        }
    }

    /// <summary>Gives the layers of a built model their generators.</summary>
    internal void GiveGenerators(string file, string part, Model model)
    {
        List<SeededRandom> generators =
            [.. Generators.Select(text => OfText(text) ?? throw StrictJson.Wrong(file, [part], $"'{text}' is no state of a generator"))];
        var left = GeneratorOf.Keys.ToHashSet();
        foreach (var (name, layer) in Holders(model))
        {
            if (!left.Remove(name) || GeneratorOf[name] < 0 || GeneratorOf[name] >= generators.Count)
            {
                throw new InvalidDataException($"{file}: in its {part}: there is no generator for the layer '{name}'. The file is "
                    + $"damaged; save it again.");
            }
            layer.Generator = generators[(int)GeneratorOf[name]];
        }
        if (left.Count > 0)
        {
            throw new InvalidDataException(
                $"{file}: in its {part}: there are generators for {string.Join(", ", left)}, which the model does not have or which draw "
                    + $"nothing. The file is damaged; save it again.");
        }
    }

    private static IEnumerable<(string Name, Layer Layer)> Holders(Model model) =>
        model.named_modules()
            .Where(named => named.module is Layer { Generator: not null })
            .Select(named => (named.name, (Layer)named.module))
            .Prepend(("", model));

    // Four words of 64 bits; where a normal number was drawn and not used yet, its bits too.
    private static string TextOf(SeededRandom random)
    {
        var (words, spare) = random.State;
        IEnumerable<ulong> all = spare is { } value ? [.. words, BitConverter.DoubleToUInt64Bits(value)] : words;
        return string.Join('-', all.Select(word => word.ToString("x16", CultureInfo.InvariantCulture)));
    }

    private static SeededRandom? OfText(string? text)
    {
        var words = new List<ulong>();
        foreach (var part in text?.Split('-') ?? [])
        {
            if (words.Count > StateWords || part.Length != 16
                || !ulong.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
            {
                return null;
            }
            words.Add(word);
        }
        // From zeros alone it would draw zeros for ever.
        return words.Count < StateWords || words.Take(StateWords).All(word => word == 0)
            ? null
            : new SeededRandom(
                [.. words.Take(StateWords)],
                words.Count > StateWords ? BitConverter.UInt64BitsToDouble(words[StateWords]) : null);
    }
}
