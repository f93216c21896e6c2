using System.Reflection;
using EchoLstm.Files;
using EchoLstm.Models.Saving;
using EchoLstm.Tests.Layers;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>What holds for every layer in a file.</summary>
public class SaveContractTests
{
    public static TheoryData<string> Whole => [.. SavedCases.All.Keys];

    public static TheoryData<string> Weights => [.. LayerCases.All.Keys];

    [Theory]
    [MemberData(nameof(Whole))]
    public void A_model_comes_back_with_all_its_settings_and_weights(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = SavedCases.Model(SavedCases.All[name]);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.InputShape.Should().Equal(model.InputShape);
        loaded.Summary(withFormulas: true).Should().Be(model.Summary(withFormulas: true));
        Settings(loaded).Should().Equal(Settings(model));
        Errors.Contents(loaded).Should().Equal(Errors.Contents(model));
        model.eval();
        loaded.eval();
        var x = Input(SavedCases.All[name]);
        loaded.call(x).Values().Should().Equal(model.call(x).Values());
        loaded.ResetStates();
        var again = folder.File("again.safetensors");
        loaded.Save(again);
        File.ReadAllBytes(again).Should().Equal(File.ReadAllBytes(path), "nothing was lost on the way");
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void The_weights_are_known_before_they_are_made(string name)
    {
        using var scope = NewDisposeScope();
        using var model = SavedCases.Model(SavedCases.All[name]);

        var shapes = LayerMapping.SettingsOf(model).Weights(model.InputShape!);

        shapes.Select(weight => $"{weight.Name} {string.Join(' ', weight.Shape)}")
            .Should().Equal(model.Weights.Select(weight => $"{weight.Name} {string.Join(' ', weight.Value().shape)}"));
    }

    [Theory]
    [MemberData(nameof(Weights))]
    public void Weights_come_back_into_a_model_of_the_same_layers(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        using var model = SavedCases.Model(LayerCases.All[name]);
        foreach (var parameter in model.parameters())
        {
            parameter.detach().copy_(Numbers.Uniform(3, parameter.shape));
        }
        model.SaveWeights(path);
        using var other = SavedCases.Model(LayerCases.All[name]);

        other.LoadWeights(path);

        Errors.Contents(other).Should().Equal(Errors.Contents(model));
        var again = folder.File("again.safetensors");
        other.SaveWeights(again);
        File.ReadAllBytes(again).Should().Equal(File.ReadAllBytes(path));
    }

    [Fact]
    public void A_tensor_is_written_and_read_in_pieces()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("a.safetensors");
        var (values, turned) = (Numbers.Uniform(1, [4, 5]), Numbers.Uniform(2, [5, 2], 1, ScalarType.Float64).t());
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, [], [TensorBytes.Source("a", values, pieceLength: 3), TensorBytes.Source("b", turned, pieceLength: 3)]));

        using var file = SafetensorsFile.Open(path);

        var read = file.Tensors.ToDictionary(entry => entry.Name, entry => TensorBytes.Read(file, entry, pieceLength: 7));
        (read["a"].dtype, read["b"].dtype).Should().Be((ScalarType.Float32, ScalarType.Float64));
        read["a"].Values().Should().Equal(values.Values());
        read["b"].Values().Should().Equal(turned.Values());
    }

    /// <summary>Every public setting of every layer, by its path, whatever a file says.</summary>
    private static List<string> Settings(SequentialModel model)
    {
        var settings = new List<string>();
        foreach (var (path, module) in model.named_modules().Prepend(("", model)))
        {
            if (module is not Layer layer)
            {
                continue;
            }
            foreach (var property in layer.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(IsSetting))
            {
                settings.Add($"{path} {property.Name} {TextOf(property.GetValue(layer))}");
            }
        }
        return settings;
    }

    private static bool IsSetting(PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return typeof(Layer).IsAssignableFrom(property.DeclaringType) && property.GetIndexParameters().Length == 0
            && (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Regularizer) || type == typeof(Shape) || type == typeof(IReadOnlyList<long>));
    }

    private static string TextOf(object? value) => value switch
    {
        null => "null",
        Regularizer penalty => FormattableString.Invariant($"{penalty.L1Factor:R} {penalty.L2Factor:R}"),
        IReadOnlyList<long> lengths => string.Join(' ', lengths),
        _ => FormattableString.Invariant($"{value}"),
    };

    private static Tensor Input(LayerCase given)
    {
        using var layer = given.Make();
        return layer.IndexReader is null ? Numbers.Uniform(1, given.InputShape) : Numbers.Uniform(1, given.InputShape, 2).abs().floor();
    }
}
