using System.Globalization;

namespace EchoLstm.Samples.Reporting;

/// <summary>What a training that Ctrl-C ended had reached, in about ten lines.</summary>
internal static class PartialHistory
{
    private const int Lines = 10;

    /// <summary>Prints some of the epochs or rounds, the last among them.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="unit">What was counted: epoch or round.</param>
    /// <param name="figures">A text for each that ran to its end.</param>
    /// <param name="planned">How many there would have been.</param>
    internal static void Print(TextWriter writer, string unit, IReadOnlyList<string> figures, int planned)
    {
        var last = planned.ToString(CultureInfo.InvariantCulture);
        writer.WriteLine();
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Interrupted after {figures.Count} of {last} {unit}s."));
        var step = (figures.Count + Lines - 1) / Lines;
        for (var done = 1; done <= figures.Count; done++)
        {
            if (done % step == 0 || done == figures.Count)
            {
                writer.WriteLine($"{unit} {done.ToString(CultureInfo.InvariantCulture).PadLeft(last.Length)}/{last} - {figures[done - 1]}");
            }
        }
    }
}
