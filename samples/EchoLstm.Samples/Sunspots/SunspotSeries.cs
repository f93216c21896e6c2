using System.Globalization;

namespace EchoLstm.Samples;

/// <summary>The monthly sunspot numbers; README.md beside the file says where they come from.</summary>
internal static class SunspotSeries
{
    private const string File = "monthly-sunspots.csv";
    private const int FirstYear = 1749;

    /// <summary>The numbers from January 1749 on.</summary>
    internal static float[] Read()
    {
        using var stream = typeof(SunspotSeries).Assembly.GetManifestResourceStream(File)!;
        using var reader = new StreamReader(stream);
        var numbers = new List<float>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var month = $"\"{Name(numbers.Count)}\",";
            if (!line.StartsWith(month, StringComparison.Ordinal)
                || !float.TryParse(line[month.Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                throw new InvalidDataException($"{File}, line {numbers.Count + 2}: expected {month} and a number, but it is '{line}'.");
            }
            numbers.Add(number);
        }
        return [.. numbers];
    }

    /// <summary>When a month is, in years: 1749 for the first.</summary>
    internal static double Year(int month) => FirstYear + (month / 12.0);

    /// <summary>A month's name, such as 1749-01.</summary>
    internal static string Name(int month) => $"{FirstYear + (month / 12)}-{(month % 12) + 1:00}";
}
