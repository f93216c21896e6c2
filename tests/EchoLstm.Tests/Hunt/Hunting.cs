namespace EchoLstm.Tests.Hunt;

/// <summary>The parent: gives its calls to children, two at a time, and goes on where one has died.</summary>
internal sealed class Hunting(int seed, TextWriter progress)
{
    private const int CallsOfAChild = 200;
    private const int Children = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>The call at which a child ends itself; -1: none.</summary>
    internal int Dying { get; init; } = -1;

    /// <summary>Makes calls from the beginning of the first one's group.</summary>
    internal HuntReport Run(int first, int calls)
    {
        var report = new HuntReport();
        var begin = first / HuntChild.GroupSize * HuntChild.GroupSize;
        var begins = Enumerable.Range(0, Math.Max(0, (first + calls - begin + CallsOfAChild - 1) / CallsOfAChild)).Select(child =>
            begin + (child * CallsOfAChild));
        Parallel.ForEach(begins, new ParallelOptions { MaxDegreeOfParallelism = Children }, from =>
        {
            RunChildren(report, from, Math.Min(from + CallsOfAChild, first + calls));
            progress.WriteLine(report.Summary());
        });
        return report;
    }

    private void RunChildren(HuntReport report, int from, int end)
    {
        using var folder = new TemporaryFolder();
        while (from < end)
        {
            List<string> calls = [];
            var (last, ended) = (from, true);
            var death = ChildProcess.Run(
                Patience,
                line =>
                {
                    if (HuntChild.Read(line) is not { } read)
                    {
                        return;
                    }
                    if (read.Begun is { } text)
                    {
                        (last, ended) = (read.Number, false);
                        if (last % HuntChild.GroupSize == 0)
                        {
                            calls.Clear();
                        }
                        calls.Add(text);
                    }
                    else
                    {
                        ended = true;
                        report.Add(read.Ended!, () => new(seed, last, read.Ended!, [.. calls]));
                    }
                },
                HuntChild.Command, $"{seed}", $"{from}", $"{end}", folder.Path, $"{Dying}");
            if (death is null)
            {
                return;
            }
            // Where every call had ended, the process died of what they left behind.
            var outcome = new Outcome(OutcomeKind.Died, ended && calls.Count > 0 ? $"after call {last}" : Kind(death), death);
            report.Add(outcome, () => new(seed, last, outcome, [.. calls]));
            if (calls.Count == 0)
            {
                return; // it can't even start, and nor will the next
            }
            from = ((last / HuntChild.GroupSize) + 1) * HuntChild.GroupSize;
        }
    }

    // Deaths with the same last words are one fault.
    private static string Kind(string death) => death.Length > 160 ? death[..160] : death;
}
