using EchoLstm.Interop;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Interop;

/// <summary>What is written for Keras, read back by the package's own reader.</summary>
public sealed class KerasSaveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in SavedCases.All.Keys)
            {
                cases.Add(name, ".keras");
                cases.Add(name, ".h5");
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_layer_predicts_as_before(string name, string ending)
    {
        using var model = SavedCases.Model(SavedCases.All[name]);
        var path = _folder.File($"model{ending}");
        KerasFile.Save(model, path);
        using var loaded = KerasFile.Load(path);
    }
}
