namespace EchoLstm.Tests.Hunt;

/// <summary>A failure: the call, those on the same model before it, and how to make them again.</summary>
internal sealed record HuntFailure(int Seed, int Number, Outcome Outcome, IReadOnlyList<string> Calls)
{
    internal string Replay =>
        $"-- hunt --seed {Seed} --first {Number / HuntChild.GroupSize * HuntChild.GroupSize} --calls {(Number % HuntChild.GroupSize) + 1}";
}

/// <summary>What a hunt has found so far; children report to it from several threads.</summary>
internal sealed class HuntReport
{
    private readonly Lock _turns = new();
    private readonly Dictionary<(OutcomeKind Kind, string What), int> _counts = [];
    private readonly List<HuntFailure> _failures = [];

    internal int Calls => _counts.Values.Sum();

    internal int this[OutcomeKind kind] => _counts.Where(count => count.Key.Kind == kind).Sum(count => count.Value);

    /// <summary>The failures, in the order of their calls.</summary>
    internal IReadOnlyList<HuntFailure> Failures => [.. _failures.OrderBy(failure => failure.Number)];

    internal void Add(Outcome outcome, Func<HuntFailure> failure)
    {
        using var turn = _turns.EnterScope();
        _counts[(outcome.Kind, outcome.What)] = _counts.GetValueOrDefault((outcome.Kind, outcome.What)) + 1;
        if (outcome.IsFailure)
        {
            _failures.Add(failure());
        }
    }

    /// <summary>How many calls ended how.</summary>
    internal string Summary()
    {
        using var turn = _turns.EnterScope();
        var kinds = Enum.GetValues<OutcomeKind>().Select(kind => $"{this[kind]} {kind.ToString().ToLowerInvariant()}");
        return $"{Calls} calls: {string.Join(", ", kinds)}";
    }

    /// <summary>How often which exception came from where, the most frequent first.</summary>
    internal IEnumerable<string> Kinds() =>
        _counts.OrderByDescending(count => count.Value).Select(count => $"{count.Value,7} {count.Key.Kind}: {count.Key.What}");

    /// <summary>Each fault once, the most frequent first, with the first call that met it.</summary>
    internal IEnumerable<string> Faults() =>
        Failures.GroupBy(failure => failure.Outcome.What).OrderByDescending(fault => fault.Count()).Select(fault =>
    {
        var first = fault.MinBy(failure => failure.Calls.Count)!;
        return $"""
            {first.Outcome.Kind}, {fault.Count()} times: {first.Outcome.What}
              {first.Outcome.Message}
              call {first.Number}, again by: {first.Replay}
              {string.Join("\n  ", first.Calls)}
            """;
    });
}
