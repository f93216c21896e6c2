namespace EchoLstm.Data;

/// <summary>
/// Random integers to echo, each of the classes equally likely: what the tutorial calls <c>generate_sequence</c>.
/// One seed gives one stream of sequences on every machine.
/// </summary>
/// <example>
/// <code>
/// var random = new RandomSequence(seed: 1);
/// int[] first = random.Next();                         // 25 integers of 0 to 99, both ends included
/// int[] second = random.Next(length: 10, classes: 5);  // the stream goes on: 10 integers of 0 to 4
/// </code>
/// </example>
/// <remarks>Not for several threads at once: give each thread its own.</remarks>
public sealed class RandomSequence
{
    private readonly SeededRandom _random;

    /// <summary>Creates the source of sequences.</summary>
    /// <param name="seed">Which stream it is; null draws a seed, to be read from <see cref="Seed"/>.</param>
    public RandomSequence(int? seed = null)
    {
        Seed = seed ?? Random.Shared.Next();
        _random = new SeededRandom(Seed);
    }

    /// <summary>The seed, given or drawn: a source created with it repeats the stream.</summary>
    public int Seed { get; }

    /// <summary>The next sequence of the stream.</summary>
    /// <param name="length">How many integers, at least 1. <value>25</value></param>
    /// <param name="classes">How many different integers there are, at least 1: 0 to classes - 1. <value>100</value></param>
    /// <returns>The sequence, of shape (length).</returns>
    /// <exception cref="ArgumentOutOfRangeException">length or classes is below 1.</exception>
    public int[] Next(int length = 25, int classes = 100)
    {
        if (length < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(length), length, "RandomSequence expects a length of at least 1.");
        }
        if (classes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(classes), classes,
                "RandomSequence expects at least 1 class: the integers are 0 to classes - 1.");
        }
        SizeGuard.CheckArray("A sequence", length, "Draw shorter ones, one after the other.");
        var sequence = new int[length];
        for (var i = 0; i < length; i++)
        {
            sequence[i] = (int)_random.NextBelow(classes);
        }
        return sequence;
    }
}
