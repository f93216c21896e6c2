using System.Text.Json;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>
/// Writes all models of <see cref="KerasSaveCases"/> for Keras, each with its input, its weights and what it predicts, for
/// <c>tests/keras-files.sh</c>, which reads them by other programs.
/// </summary>
internal static class KerasModelsCommand
{
    internal const string Command = "keras-models";

    internal static int Run(string folder)
    {
        Directory.CreateDirectory(folder);
        var written = 0;
        foreach (var (name, given) in KerasSaveCases.All)
        {
            foreach (var ending in given.Only is { } only ? (string[])[only] : [".h5", ".keras"])
            {
                using var model = given.Model(isKeras3: ending == ".keras");
                var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{++written:D3}"));
                KerasFile.Save(model, $"{path}{ending}");
                var x = given.Data();
                File.WriteAllText($"{path}.json", JsonSerializer.Serialize(new
                {
                    name,
                    file = Path.GetFileName(path) + ending,
                    // An array of .NET has an axis at least.
                    weights = model.Weights.Select(weight => Tensor(weight.Value())),
                    inputs = x.Select(Tensor),
                    outputs = KerasSaveTests.Predicted(model, x).Select(Tensor),
                }));
            }
        }
        Console.WriteLine($"{written} files");
        return 0;
    }

    private static object Tensor(Array array) =>
        new { shape = Enumerable.Range(0, array.Rank).Select(array.GetLength), values = array.Values() };

    private static object Tensor(torch.Tensor tensor) => new { tensor.shape, values = tensor.Values() };
}
