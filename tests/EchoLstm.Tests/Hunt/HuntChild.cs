namespace EchoLstm.Tests.Hunt;

/// <summary>The process that makes the calls. It says each on its output before it makes it, and then how it ended.</summary>
internal static class HuntChild
{
    internal const string Command = "hunt-child";

    /// <summary>How many calls are made on one model.</summary>
    internal const int GroupSize = 10;

    private const string CallWord = "call", EndWord = "end";

    /// <summary>Makes calls, from the beginning of a group.</summary>
    /// <param name="seed">The hunt's seed.</param>
    /// <param name="first">The number of the first call.</param>
    /// <param name="end">The number behind the last.</param>
    /// <param name="folder">Where files are written.</param>
    /// <param name="dying">The call at which the process ends itself, so that the parent can be tested; -1: none.</param>
    internal static int Run(int seed, int first, int end, string folder, int dying = -1)
    {
        NativeTorch.Load();
        using var lines = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(TextWriter.Null);
        for (var group = first / GroupSize; group * GroupSize < end; group++)
        {
            using var scope = NewDisposeScope();
            var place = Directory.CreateDirectory(Path.Combine(folder, $"{group}")).FullName;
            using var subject = new Subject(new Draw(seed, group), place);
            for (var number = group * GroupSize; number < Math.Min(end, (group + 1) * GroupSize); number++)
            {
                var call = subject.Next();
                lines.WriteLine($"{CallWord}\t{number}\t{OneLine(call.Text)}");
                if (number == dying)
                {
                    Environment.Exit(99);
                }
                var outcome = Outcome.Of(Met(call.Run));
                lines.WriteLine($"{EndWord}\t{number}\t{outcome.Kind}\t{outcome.What}\t{OneLine(outcome.Message)}");
            }
        }
        // What was left to the garbage collector must not be freed twice.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return 0;
    }

    /// <summary>What a line of a child says: the call that begins, or how it ended.</summary>
    internal static (int Number, string? Begun, Outcome? Ended)? Read(string line) => line.Split('\t') switch
    {
        [CallWord, var number, var text] => (int.Parse(number, CultureInfo.InvariantCulture), text, null),
        [EndWord, var number, var kind, var what, var message] =>
            (int.Parse(number, CultureInfo.InvariantCulture), null,
                new Outcome(Enum.Parse<OutcomeKind>(kind), what, message)),
        _ => null,
    };

    private static Exception? Met(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split(['\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
