namespace EchoLstm.Tests.Hunt;

/// <summary>Random choices: the same seed and group give the same ones.</summary>
internal sealed class Draw(int seed, int group)
{
    // Neighbours are to differ in every choice, which neighbouring seeds of Random do.
    private readonly Random _random = new(unchecked((seed * 1_000_003) + group));

    internal int Below(int limit) => _random.Next(limit);

    internal int Between(int lowest, int highest) => _random.Next(lowest, highest + 1);

    internal bool Chance(double share) => _random.NextDouble() < share;

    internal float Number() => (_random.NextSingle() * 2) - 1;

    internal T Of<T>(params IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    /// <summary>Mostly something right, at times something wrong.</summary>
    internal T Mostly<T>(T right, params IReadOnlyList<T> wrong) => Chance(0.93) ? right : Of(wrong);
}

/// <summary>A value and how a reader would write it.</summary>
internal sealed record Drawn<T>(T Value, string Text)
{
    public override string ToString() => Text;
}

/// <summary>How to make something, which may be refused, and how a reader would write it.</summary>
internal sealed record Recipe<T>(string Text, Func<T> Make)
{
    public override string ToString() => Text;
}
