using System.Text.Json.Nodes;
using EchoLstm.Files;
using EchoLstm.Models.Saving;
using EchoLstm.Saving;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>What holds for the settings of every layer, by which a file is read without Torch.</summary>
public class SettingsContractTests
{
    public static TheoryData<string> Names => [.. SavedCases.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_file_tells_layers_shapes_and_weights_without_Torch(string name)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = SavedCases.Model(SavedCases.All[name]);
        model.Save(path);

        using var file = SafetensorsFile.Open(path);
        var saved = SavedModel.Read(file);
        saved.CheckWeights(file);

        saved.InputShape.Should().Equal(model.InputShape);
        saved.Network.OutputShape(saved.InputShape, saved.Network.Title).Should().Equal(model.OutputShape(model.InputShape!));
        saved.Network.Weights(saved.InputShape).Select(weight => weight.FileName)
            .Should().BeEquivalentTo(FileFormat.WeightsOf(file).Select(entry => entry.Name));
        saved.Network.Inner.Select(layer => layer.Title).Should().Equal(model.Layers.Select(layer => layer.Title));
        saved.Network.Inner.Select(layer => layer.KerasClass).Should().Equal(model.Layers.Select(layer => layer.KerasClass));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_member_must_be_there_once_and_no_other(string name)
    {
        using var model = SavedCases.Model(SavedCases.All[name]);
        var text = TextOf(model);
        var paths = ObjectsOf(JsonNode.Parse(text)!, "$").ToList();
        paths.Count.Should().BeGreaterThan(2);

        foreach (var path in paths)
        {
            foreach (var member in ((JsonObject)At(JsonNode.Parse(text)!, path)).Select(member => member.Key).ToList())
            {
                Refused(text, path, node => node.Remove(member), $"{path} without {member}");
            }
            Refused(text, path, node => node["another"] = 1, $"{path} with another");
        }
    }

    [Fact]
    public void Members_may_come_in_any_order()
    {
        using var model = SavedCases.Model(SavedCases.All["every option of Lstm"]);
        var text = TextOf(model);

        var turned = Turned(JsonNode.Parse(text))!.ToJsonString();

        var read = StrictJson.Read<ModelSettings>("a.file", "model", turned, SavedJson.Settings);
        StrictJson.Write(read, SavedJson.Settings).Should().Be(text);
    }

    private static string TextOf(SequentialModel model)
    {
        var network = LayerMapping.SettingsOf(model);
        var settings = new ModelSettings { InputShape = [null], Dtype = SafetensorsType.F32, Frozen = [], Network = network };
        return StrictJson.Write(settings, SavedJson.Settings);
    }

    private static JsonNode? Turned(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.Reverse().Select(member => KeyValuePair.Create(member.Key, Turned(member.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Turned)]),
        _ => node?.DeepClone(),
    };

    private static void Refused(string text, string path, Action<JsonObject> change, string because)
    {
        var root = JsonNode.Parse(text)!;
        change((JsonObject)At(root, path));
        var read = () => StrictJson.Read<ModelSettings>("a.file", "model", root.ToJsonString(), SavedJson.Settings);
        read.Should().Throw<InvalidDataException>(because).Which.Message.Should().StartWith("a.file: ");
    }

    private static IEnumerable<string> ObjectsOf(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => ObjectsOf(member.Value, $"{path}.{member.Key}")).Prepend(path),
        JsonArray items => items.SelectMany((item, i) => ObjectsOf(item, FormattableString.Invariant($"{path}.{i}"))),
        _ => [],
    };

    private static JsonNode At(JsonNode root, string path) =>
        path.Split('.').Skip(1).Aggregate(
            root, (node, step) => node is JsonArray items ? items[int.Parse(step, CultureInfo.InvariantCulture)]! : node[step]!);
}
