using System.Diagnostics;
using System.Globalization;
using EchoLstm.Inference;

// Reads the rows of a CSV from standard input, a time step each, and answers each at once with what the model says.
var stateFile = args is [_, "--state", var file, ..] ? file : null;
var isTimed = args is [.., "--time"];
if (args.Length != 1 + (stateFile is null ? 0 : 2) + (isTimed ? 1 : 0) || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("usage: edge MODEL.safetensors [--state FILE] [--time] <ROWS.csv");
    Console.Error.WriteLine("An empty row begins another sequence. --state: goes on from what FILE has, and leaves there where it ended.");
    Console.Error.WriteLine("--time: says at the end how long a step took.");
    return 2;
}

var row = 0L;
try
{
    using var model = InferenceModel.Load(args[0]);
    using var stream = model.OpenStream();
    if (model.ReadsIndices)
    {
        throw new NotSupportedException("The model reads indices; this program reads features.");
    }
    if (File.Exists(stateFile))
    {
        stream.Restore(File.ReadAllBytes(stateFile));
    }
    var x = new float[model.InputShape.Skip(2).Aggregate(1L, (product, length) => product * length!.Value)];
    var y = new float[stream.OutputLength];
    using var input = new StreamReader(Console.OpenStandardInput());
    using var output = new StreamWriter(Console.OpenStandardOutput());
    var (ticks, steps) = (0L, 0L);
    while (input.ReadLine() is { } line)
    {
        row++;
        if (string.IsNullOrWhiteSpace(line))
        {
            stream.Reset();
            continue;
        }
        Read(line, x);
        var start = Stopwatch.GetTimestamp();
        stream.Step(x, y);
        ticks += Stopwatch.GetTimestamp() - start;
        steps++;
        for (var i = 0; i < y.Length; i++)
        {
            if (i > 0)
            {
                output.Write(',');
            }
            output.Write(y[i].ToString("R", CultureInfo.InvariantCulture));
        }
        output.Write('\n');
        output.Flush();
    }
    if (stateFile is not null)
    {
        // Whoever looks sees the old file or the new one, and never half of one.
        File.WriteAllBytes(stateFile + ".new", stream.SaveState());
        File.Move(stateFile + ".new", stateFile, overwrite: true);
    }
    if (isTimed)
    {
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{steps} steps, {ticks * 1e6 / Stopwatch.Frequency / Math.Max(1, steps):F2} µs each"));
    }
    return 0;
}
// What a person can mend; the library's words say how.
catch (Exception error) when (error is ArgumentException or IOException or InvalidDataException or NotSupportedException
    or InvalidOperationException or UnauthorizedAccessException)
{
    Console.Error.WriteLine(row == 0 ? error.Message : $"row {row}: {error.Message}");
    return 1;
}

static void Read(ReadOnlySpan<char> line, Span<float> x)
{
    var count = 0;
    foreach (var range in line.Split(','))
    {
        if (!float.TryParse(line[range], CultureInfo.InvariantCulture, out var value))
        {
            throw new InvalidDataException($"'{line[range].Trim()}' is no number.");
        }
        if (count < x.Length)
        {
            x[count] = value;
        }
        count++;
    }
    if (count != x.Length)
    {
        throw new InvalidDataException($"a time step has {x.Length} numbers, but there are {count}.");
    }
}
