using EchoLstm.Data;
using EchoLstm.Files;

namespace EchoLstm.Tests.Files;

/// <summary>A file's name that promises another format than is written is refused, and a folder that is missing is made, by all that write.</summary>
public class FileNameTests
{
    private static Dictionary<string, (string What, string Ending, string Also, Action<string> Write)> Writers => new()
    {
        ["Save"] = ("Save writes a safetensors file", ".safetensors", "", path => Use(model => model.Save(path))),
        ["SaveWeights"] = ("SaveWeights writes a safetensors file", ".safetensors", "", path => Use(model => model.SaveWeights(path))),
        ["ModelCheckpoint"] = ("A checkpoint is written as safetensors", ".safetensors", "", path => Use(model => Fit(model, new ModelCheckpoint(path, monitor: "loss")))),
        ["FeatureScaler"] = ("A scaler is written as JSON", ".json", ", or put it into a model's file with model.Scalers", path => new StandardScaler().Fit(new float[] { 1, 2 }).Save(path)),
        ["CsvLogger"] = ("CsvLogger writes a table in CSV", ".csv", "", path => Use(model => Fit(model, new CsvLogger(path)))),
        ["SavePlot"] = ("", ".svg", "", path => Use(model => Fit(model).SavePlot(path))),
        ["SaveDiagram"] = ("", ".svg", "", path => Use(model => model.SaveDiagram(path))),
    };

    public static TheoryData<string> Kinds => [.. Writers.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_name_that_promises_another_format(string kind)
    {
        using var folder = new TemporaryFolder();
        var (what, ending, also, write) = Writers[kind];
        foreach (var (name, promised) in new[]
        {
            ("model.h5", "an HDF5 file, as Keras writes it"), ("best.keras", "a Keras model"), ("m.PT", "a PyTorch file"), ("m.pth", "a PyTorch file"), ("m.onnx", "an ONNX model"),
            ("m.json", "a JSON text"), ("p.png", "a picture"), ("m.npz", "NumPy arrays"), ("m.pkl", "a Python pickle"), ("m.safetensors", "a safetensors file"), ("m.csv", "a table in CSV"),
        })
        {
            var path = folder.File(name);
            if (Path.GetExtension(name) == ending)
            {
                continue;
            }
            var message = Assert.Throws<ArgumentException>(() => write(path)).Message;
            if (what.Length > 0)
            {
                message.Should().Be($"{what}, but '{path}' promises {promised}. Write '{Path.ChangeExtension(path, ending)}'{also}. (Parameter 'path')");
            }
        }
        Directory.GetFileSystemEntries(folder.Path).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_folder_that_is_missing(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File(Path.Combine("new", "of today", "a" + Writers[kind].Ending));

        Writers[kind].Write(path);

        File.Exists(path).Should().BeTrue();
    }

    [Theory]
    [InlineData("model")]
    [InlineData("model.bin")]
    [InlineData("model.v2")]
    [InlineData("model.echo")]
    [InlineData("MODEL.SAFETENSORS")]
    public void Any_other_name_is_the_callers_choice(string name) => FileName.Check(name, "", ".safetensors");

    [Fact]
    public void A_checkpoints_places_are_no_ending()
    {
        _ = new ModelCheckpoint("{epoch:D3}-{val_loss:F4}");
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("{epoch:D3}.keras")).Message.Should().StartWith("A checkpoint is written as safetensors, but '{epoch:D3}.keras' promises a Keras model. Write '{epoch:D3}.safetensors'.");
    }

    private static void Use(Action<SequentialModel> use)
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd());
        use(model);
    }

    private static History Fit(SequentialModel model, params Callback[] callbacks) => model.Fit(new float[2, 1], new float[2, 1], verbose: 0, callbacks: callbacks);
}
