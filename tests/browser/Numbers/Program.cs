using System.Globalization;
using EchoLstm.Inference;

// Prints what each embedded model predicts and says step by step, a number a line: the same assembly runs under the just-in-time compiler
// and under Node.js, and the lines are compared.
const int Samples = 3, Steps = 12;
var random = new Random(1);
foreach (var name in typeof(Program).Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
{
    using var file = typeof(Program).Assembly.GetManifestResourceStream(name)!;
    using var model = InferenceModel.Load(file);
    var steps = (int)(model.InputShape[1] ?? Steps);
    var features = model.ReadsIndices ? 1 : (int)model.InputShape.Skip(2).Aggregate(1L, (product, length) => product * length!.Value);
    float[] x = [.. Enumerable.Range(0, Samples * steps * features).Select(_ => model.ReadsIndices ? random.Next(2) : (float)((random.NextDouble() * 2) - 1))];
    var y = new float[model.OutputLength(Samples, steps)];
    if (model.ReadsIndices)
    {
        model.Predict(Indices(x), y, Samples);
    }
    else
    {
        model.Predict(x, y, Samples);
    }
    Print($"{name} predicts", y);
    try
    {
        using var stream = model.OpenStream();
        var said = new float[stream.OutputLength];
        for (var step = 0; step < steps; step++)
        {
            var row = x.AsSpan(step * features, features);
            if (model.ReadsIndices)
            {
                stream.Step(Indices(row), said);
            }
            else
            {
                stream.Step(row, said);
            }
            Print($"{name} steps", said);
        }
    }
    catch (InvalidOperationException error)
    {
        Console.WriteLine($"{name}: {error.Message}");
    }
}
try
{
    using var file = new MemoryStream([1, 2, 3]);
    InferenceModel.Load(file).Dispose();
}
catch (InvalidDataException error)
{
    Console.WriteLine(error.Message);
}

static int[] Indices(ReadOnlySpan<float> x) => Array.ConvertAll(x.ToArray(), value => (int)value);

static void Print(string what, float[] values)
{
    foreach (var value in values)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {value:R}"));
    }
}
