namespace EchoLstm.Tests.Hunt;

/// <summary>
/// <c>hunt</c>: makes seeded calls, right and wrong, of the public API in processes of their own, and fails where one ends a process or
/// lets out an exception that was not meant. <c>hunt --threads</c>: one Lstm, many threads with gradients.
/// </summary>
internal static class HuntCommand
{
    private const string Name = "hunt";

    /// <summary>Runs the command that the arguments name.</summary>
    /// <returns>The exit code; null where they name none of the hunt's.</returns>
    internal static int? TryRun(string[] args) => args switch
    {
        [HuntChild.Command, var seed, var first, var end, var folder, var dying] =>
            HuntChild.Run(Number(seed), Number(first), Number(end), folder, Number(dying)),
        [ThreadHunt.Command, var seconds] => ThreadHunt.Run(TimeSpan.FromSeconds(Number(seconds))),
        [Name, .. var options] => Run(options),
        _ => null,
    };

    private static int Run(string[] options)
    {
        if (options.Contains("--threads"))
        {
            var death = ThreadHunt.RunChild(Of(options, "--seconds", 10), Console.Out);
            Console.WriteLine(death is null ? "Every gradient was that of one thread alone." : $"Failed: {death}");
            return death is null ? 0 : 1;
        }
        var report = new Hunting(Of(options, "--seed", 1), Console.Out).Run(Of(options, "--first", 0), Of(options, "--calls", 20_000));
        foreach (var kind in options.Contains("--kinds") ? report.Kinds() : [])
        {
            Console.WriteLine(kind);
        }
        foreach (var fault in report.Faults())
        {
            Console.WriteLine($"\n{fault}");
        }
        return report.Failures.Count == 0 ? 0 : 1;
    }

    private static int Of(string[] options, string name, int usual) =>
        Array.IndexOf(options, name) is >= 0 and var place && place + 1 < options.Length ? Number(options[place + 1]) : usual;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
