using EchoLstm.Interop;
using EchoLstm.Layers;
using EchoLstm.Models;
using TorchSharp;

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
            foreach (var (name, given) in KerasSaveCases.All)
            {
                foreach (var ending in given.Only is { } only ? (string[])[only] : [".keras", ".h5"])
                {
                    cases.Add(name, ending);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_model_that_is_read_back_predicts_the_same_bits(string name, string ending)
    {
        var given = KerasSaveCases.All[name];
        using var model = given.Model(isKeras3: ending == ".keras");
        var path = _folder.File($"model{ending}");

        KerasFile.Save(model, path);
        using var loaded = KerasFile.Load(path);

        var x = given.Data();
        var (expected, actual) = (Predicted(model, x), Predicted(loaded, x));
        actual.Should().HaveCount(expected.Count);
        foreach (var (one, other) in expected.Zip(actual))
        {
            other.ShouldMatchTensor(one, Tolerance.None);
            one.Dispose();
            other.Dispose();
        }
        loaded.GetWeights().Values().Should().Equal(model.GetWeights().Values());
        loaded.parameters().Select(weight => weight.requires_grad).Should().Equal(model.parameters().Select(weight => weight.requires_grad));
    }

    internal static IReadOnlyList<torch.Tensor> Predicted(Model model, Array[] x) =>
        model.HasSeveral ? model.Predict([.. x.Select(array => (TensorLike)array)]) : [model.Predict(x[0])];
}
