using System.Globalization;
using System.Reflection;
using System.Text.Json;
using EchoLstm.Inference;

// Prints what each embedded model predicts, and says step by step, a number a line. The same assembly runs under the just-in-time compiler
// and under Node.js; tests/browser.sh compares the lines.
var assembly = Assembly.GetExecutingAssembly();
foreach (var name in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".safetensors", StringComparison.Ordinal)).Order())
{
    using var model = InferenceModel.Load(assembly.GetManifestResourceStream(name)!);
    var inputs = Inputs(name, model);
    foreach (var (output, numbers) in model.Run(inputs))
    {
        Print($"{name}, {output}", numbers.Values);
    }
    try
    {
        // The first sample of the input.
        using var stream = model.OpenStream();
        var x = inputs[model.InputNames[0]];
        var steps = (int)x.Shape[1];
        foreach (var row in x.Values.Take((int)x.Shape.Skip(1).Aggregate(1L, (product, length) => product * length)).Chunk((int)(x.Values.Count / x.Shape[0] / steps)))
        {
            var y = new float[stream.OutputLength];
            if (model.ReadsIndices)
            {
                stream.Step([(int)row[0]], y);
            }
            else
            {
                stream.Step(row, y);
            }
            Print($"{name}, step {stream.StepsRead}", y);
        }
    }
    catch (InvalidOperationException error)
    {
        Console.WriteLine($"{name} is not stepped: {error.Message}");
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

// What stands beside the model; the page's models read what the page gives them.
Dictionary<string, InferenceTensor> Inputs(string name, InferenceModel model)
{
    if (assembly.GetManifestResourceStream(Path.ChangeExtension(name, ".json")) is { } file)
    {
        using var json = JsonDocument.Parse(file);
        return json.RootElement.EnumerateObject().ToDictionary(input => input.Name, input => new InferenceTensor(
            [.. input.Value.GetProperty("values").EnumerateArray().Select(value => value.GetSingle())],
            [.. input.Value.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64())]));
    }
    const int Steps = 100;
    var features = (int)model.InputShape[2]!;
    var x = new float[Steps * features];
    for (var step = 0; step < Steps; step++)
    {
        // A wave of eleven years, or a digit.
        x[(step * features) + (step * step % 7 % features)] = features == 1 ? MathF.Sin(step * 0.0476f) : 1;
    }
    return new() { [model.InputNames[0]] = new InferenceTensor(x, 1, Steps, features) };
}

static void Print(string what, IEnumerable<float> values)
{
    foreach (var value in values)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:R}"));
    }
}
