using System.Globalization;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Models.Saving;

/// <summary>Where training stands, as JSON: the optimiser's steps, and the random generators that shuffling and dropout draw from, with who draws from which.</summary>
/// <param name="OptimizerSteps">How many steps the optimiser took; null where training has not begun.</param>
/// <param name="Generators">The generators.</param>
/// <param name="GeneratorOf">By the layer's path, which of them it draws from; the model itself has the empty path.</param>
internal sealed record TrainingConfig(long? OptimizerSteps, IReadOnlyList<SeededRandom> Generators, IReadOnlyDictionary<string, long?> GeneratorOf)
{
    private const int StateWords = 4;

    internal static string Write(SequentialModel model, long? optimizerSteps)
    {
        var generators = new List<SeededRandom>();
        var holders = new List<(string Name, int Index)>();
        foreach (var (name, layer) in Holders(model))
        {
            var index = generators.FindIndex(known => ReferenceEquals(known, layer.Generator));
            if (index < 0)
            {
                index = generators.Count;
                generators.Add(layer.Generator!);
            }
            holders.Add((name, index));
        }
        return JsonText.Of(json =>
        {
            json.WriteInt("optimizer_steps", optimizerSteps);
            json.WriteTexts("generators", generators.Select(TextOf));
            json.WriteStartObject("generator_of");
            foreach (var (name, index) in holders)
            {
                json.WriteNumber(name, index);
            }
            json.WriteEndObject();
        });
    }

    internal static TrainingConfig Read(ConfigReader config)
    {
        var steps = config.LongOrNull("optimizer_steps");
        return steps < 0
            ? throw config.Wrong("'optimizer_steps' is negative")
            : new(steps, [.. config.Texts("generators").Select(text => OfText(config, text))], config.Numbers("generator_of"));
    }

    /// <summary>Gives the layers of a built model their generators.</summary>
    internal void GiveGenerators(string file, SequentialModel model)
    {
        var left = GeneratorOf.Keys.ToHashSet();
        foreach (var (name, layer) in Holders(model))
        {
            if (!left.Remove(name) || GeneratorOf[name] is not { } index || index < 0 || index >= Generators.Count)
            {
                throw new InvalidDataException($"{file}: in its training: there is no generator for the layer '{name}'. The file is damaged; save it again.");
            }
            layer.Generator = Generators[(int)index];
        }
        if (left.Count > 0)
        {
            throw new InvalidDataException($"{file}: in its training: there are generators for {string.Join(", ", left)}, which the model does not have or which draw nothing. The file is damaged; save it again.");
        }
    }

    private static IEnumerable<(string Name, Layer Layer)> Holders(SequentialModel model) =>
        model.named_modules().Where(named => named.module is Layer { Generator: not null }).Select(named => (named.name, (Layer)named.module)).Prepend(("", model));

    // Four words of 64 bits; where a normal number was drawn and not used yet, its bits too.
    private static string TextOf(SeededRandom random)
    {
        var (words, spare) = random.State;
        var text = string.Join('-', words.Select(word => word.ToString("x16", CultureInfo.InvariantCulture)));
        return spare is { } number ? $"{text}-{BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture)}" : text;
    }

    private static SeededRandom OfText(ConfigReader config, string text)
    {
        var words = new List<ulong>();
        foreach (var part in text.Split('-'))
        {
            if (part.Length != 16 || !ulong.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word) || words.Count > StateWords)
            {
                throw config.Wrong($"'{text}' is no state of a generator");
            }
            words.Add(word);
        }
        // From zeros alone it would draw zeros for ever.
        return words.Count < StateWords || words.Take(StateWords).All(word => word == 0)
            ? throw config.Wrong($"'{text}' is no state of a generator")
            : new SeededRandom([.. words.Take(StateWords)], words.Count > StateWords ? BitConverter.UInt64BitsToDouble(words[StateWords]) : null);
    }
}
