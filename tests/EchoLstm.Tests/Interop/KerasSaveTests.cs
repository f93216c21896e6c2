using System.IO.Compression;
using System.Text.Json.Nodes;
using EchoLstm.Interop;
using PureHDF;

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

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void Weights_that_are_not_finite_are_neither_read_nor_written(string ending)
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(2)) { Seed = 1 };
        model.Build(-1, 3);
        model.SetWeights([new float[3, 8], new float[2, 8], new float[8], new[,] { { 0, 1 }, { 1234.5f, 2 } }, new float[2]]);
        var path = _folder.File($"model{ending}");
        KerasFile.Save(model, path);
        File.WriteAllBytes(path, Diverged(File.ReadAllBytes(path)));
        var fault = $"{path}: dense_1.kernel[1, 0] is NaN, expected finite weights; nothing was changed. Its training diverged, or the file is damaged: take weights of before that.";

        Errors.Expect<InvalidDataException>(() => KerasFile.Load(path), fault);
        Errors.ExpectWithoutChange<InvalidDataException>(model, () => KerasFile.LoadWeights(model, path), fault);
        using (torch.no_grad())
        {
            model.parameters().Last()[1] = torch.tensor(float.NaN);
        }
        Errors.Expect<InvalidOperationException>(
            () => KerasFile.Save(model, path),
            "SequentialModel 'sequential' can't be saved: dense_1/bias[1] is NaN, so that its training has diverged. Nothing was written. Save it before that, or train it anew with a lower learning rate.");

        static byte[] Diverged(byte[] file)
        {
            if (file[0] != 'P')
            {
                return Numbers.Replace(file, 1234.5f, float.NaN);
            }
            using var zip = new ZipArchive(new MemoryStream(file));
            return KerasWriter.Zip([.. zip.Entries.Select(entry =>
            {
                using var bytes = new MemoryStream();
                entry.Open().CopyTo(bytes);
                return (entry.Name, entry.Name.EndsWith(".h5", StringComparison.Ordinal) ? Numbers.Replace(bytes.ToArray(), 1234.5f, float.NaN) : bytes.ToArray());
            })]);
        }
    }

    // A layer's calls: of the list that each is in Keras 2, the tensors that it names; in Keras 3 those of its arguments.
    [Fact]
    public void Graphs_name_layers_calls_and_outputs_as_each_Keras_counts_them()
    {
        var given = KerasSaveCases.All["models in graphs"];
        using var model = given.Model(isKeras3: true);
        KerasFile.Save(model, _folder.File("model.keras"));
        KerasFile.Save(model, _folder.File("model.h5"));

        var (third, second) = (Config(_folder.File("model.keras")), Config(_folder.File("model.h5")));

        // In Keras 2 a model was called once when it was made, a Sequential too.
        Calls(second, "functional_1").Should().Be("""[[["input_1",0,0,{}],["input_2",0,0,{}]],[["sequential_1",1,0,{}],["sequential_1",2,0,{}]]]""");
        Calls(second, "sequential_1").Should().Be("""[[["input_1",0,0,{}]],[["input_2",0,0,{}]]]""");
        Calls(second, "multiply_1").Should().Be("""[[["functional_1",1,0,{}],["functional_1",2,0,{}]]]""");
        second["output_layers"]!.ToJsonString().Should().Be("""[["multiply_1",0,0],["average_1",0,0],["functional_1",2,0]]""");
        // In Keras 3 that counts for what a graph gives, and a Functional, alone.
        Calls(third, "functional_1").Should().Be(
            """[[[["input_1",0,0],["input_2",0,0]]],[[["sequential_1",0,0],["sequential_1",1,0]]]]""");
        Calls(third, "multiply_1").Should().Be("""[[[["functional_1",0,0],["functional_1",1,0]]]]""");
        third["output_layers"]!.ToJsonString().Should().Be("""[["multiply_1",0,0],["average_1",0,0],["functional_1",2,0]]""");
        third["input_layers"]!.ToJsonString().Should().Be("""[["input_1",0,0],["input_2",0,0]]""");
    }

    [Fact]
    public void States_are_further_tensors_in_Keras_2_and_an_argument_in_Keras_3()
    {
        using var model = KerasSaveCases.All["states of Lstm"].Model(isKeras3: true);
        KerasFile.Save(model, _folder.File("model.keras"));
        KerasFile.Save(model, _folder.File("model.h5"));

        var (third, second) = (Config(_folder.File("model.keras")), Config(_folder.File("model.h5")));

        Calls(second, "lstm_2").Should().Be("""[[["input_2",0,0,{}],["lstm_1",0,1,{}],["lstm_1",0,2,{}]]]""");
        Calls(third, "lstm_2").Should().Be("""[[["input_2",0,0],{"initial_state":[["lstm_1",0,1],["lstm_1",0,2]]}]]""");
        second["output_layers"]!.ToJsonString().Should().Be("""[["time_distributed_1",0,0],["lstm_2",0,2],["lstm_1",0,1]]""");
        Layer(second, "lstm_1")["config"]!["return_state"]!.GetValue<bool>().Should().BeTrue();
    }

    [Fact]
    public void Heads_take_their_tensors_one_by_one_and_what_they_look_at_where_they_are_called()
    {
        var three = KerasSaveCases.All["heads of three inputs"].Model(isKeras3: true);
        var one = KerasSaveCases.All["heads of one input, without later steps"].Model(isKeras3: true);
        using (three)
        using (one)
        {
            var (third, second) = Both(three);
            Calls(third, "multi_head_attention_1").Should().Be("""[[["input_1",0,0],["input_2",0,0],["input_3",0,0]]]""");
            Calls(second, "multi_head_attention_1").Should().Be("""[[["input_1",0,0,{"value":["input_2",0,0],"key":["input_3",0,0]}]]]""");
            // tf.keras has no weights to load into without.
            Layer(second, "multi_head_attention_1")["config"]!["key_shape"]!.ToJsonString().Should().Be("""{"class_name":"TensorShape","items":[null,null,2]}""");
            Layer(third, "multi_head_attention_1")["config"]!["query_shape"].Should().BeNull();
            (third, second) = Both(one);
            Calls(third, "multi_head_attention_1").Should().Be("""[[["input_1",0,0],["input_1",0,0],{"use_causal_mask":true}]]""");
            Calls(second, "multi_head_attention_1").Should().Be("""[[["input_1",0,0,{"use_causal_mask":true,"value":["input_1",0,0],"key":null}]]]""");
            Layer(second, "multi_head_attention_1")["config"]!["use_causal_mask"].Should().BeNull();
        }

        (JsonObject Third, JsonObject Second) Both(Model model)
        {
            KerasFile.Save(model, _folder.File("model.keras"));
            KerasFile.Save(model, _folder.File("model.h5"));
            return (Config(_folder.File("model.keras")), Config(_folder.File("model.h5")));
        }
    }

    [Fact]
    public void Names_that_an_attribute_can_t_hold_are_split()
    {
        const int Count = 4100;
        using var model = new SequentialModel([.. Enumerable.Range(0, Count).Select(_ => (Layer)new LeakyRelu())]);
        model.Build(3);
        var path = _folder.File("model.h5");

        KerasFile.Save(model, path);

        using (var file = H5File.OpenRead(path))
        {
            var group = file.Group("model_weights");
            group.Attribute("layer_names0").Read<string[]>().Should().HaveCount(4032);
            group.Attribute("layer_names1").Read<string[]>().Should().HaveCount(Count - 4032);
        }
        using var loaded = KerasFile.Load(path);
        loaded.Layers.Select(layer => layer.Name).Should().Equal(model.Layers.Select(layer => layer.Name));
    }

    public static TheoryData<string> Optimizers => ["Adam", "AdamW", "Nadam", "Adamax", "Adagrad", "Sgd", "RmsProp"];

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void A_model_is_compiled_as_it_was(string kind)
    {
        Optimizer optimizer = kind switch
        {
            "Adam" => new Adam(0.25, 0.5, 0.75, 0.125) { ClipNorm = 3 },
            "AdamW" => new AdamW(0.25, 0.5) { GlobalClipNorm = 3 },
            "Nadam" => new Nadam(0.25) { ClipValue = 3 },
            "Adamax" => new Adamax(0.25),
            "Adagrad" => new Adagrad(0.25, 0.5),
            "Sgd" => new Sgd(0.25, 0.5, nesterov: true) { LearningRateSchedule = new ExponentialDecay(0.25, 10, 0.5, staircase: true) },
            _ => new RmsProp(0.25, 0.5, 0.75, 0.125, centered: true),
        };
        using var model = new SequentialModel(new Dense(3, Activation.Softmax)) { Seed = 1 };
        model.Build(2);
        model.Compile(Loss.SparseCategoricalCrossentropy(ignoreClass: 1), optimizer, Metric.Accuracy(), Metric.RootMeanSquaredError());
        foreach (var path in new[] { _folder.File("model.keras"), _folder.File("model.h5") })
        {
            KerasFile.Save(model, path);

            using var loaded = KerasFile.Load(path);

            loaded.Loss!.Name.Should().Be("sparse_categorical_crossentropy");
            loaded.Loss.IgnoreClass.Should().Be(1);
            loaded.Metrics.Select(metric => metric.Name).Should().Equal("accuracy", "root_mean_squared_error");
            loaded.Optimizer.Should().BeEquivalentTo(optimizer, options => options.RespectingRuntimeTypes());
        }
    }

    [Fact]
    public void What_a_model_is_compiled_with_and_Keras_does_not_have_is_left_out()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(2);
        foreach (var path in new[] { _folder.File("model.keras"), _folder.File("model.h5") })
        {
            model.Compile(Loss.Quantile(0.5), new Adam());
            KerasFile.Save(model, path);
            using (var uncompiled = KerasFile.Load(path))
            {
                uncompiled.IsCompiled.Should().BeFalse();
            }
            model.Compile(Loss.Huber(0.5), new Adam(), Metric.MeanAbsoluteError(), Metric.R2Score());
            KerasFile.Save(model, path);
            using var loaded = KerasFile.Load(path);
            loaded.Metrics[0].Name.Should().Be("mean_absolute_error");
            loaded.Loss!.Numbers.Delta.Should().Be(0.5);
        }
    }

    private static JsonObject Config(string path)
    {
        if (path.EndsWith(".h5", StringComparison.Ordinal))
        {
            using var file = H5File.OpenRead(path);
            return (JsonObject)JsonNode.Parse(file.Attribute("model_config").Read<string>())!["config"]!;
        }
        using var zip = ZipFile.OpenRead(path);
        using var stream = zip.GetEntry("config.json")!.Open();
        return (JsonObject)JsonNode.Parse(stream)!["config"]!;
    }

    private static JsonNode Layer(JsonObject config, string name) => config["layers"]!.AsArray().Single(layer => layer!["name"]!.GetValue<string>() == name)!;

    private static string Calls(JsonObject config, string name) => Plain(Layer(config, name)["inbound_nodes"])!.ToJsonString();

    // Keras 3's tensors by their histories alone, and a call as the list of its arguments, those with names last.
    private static JsonNode? Plain(JsonNode? node) => node switch
    {
        JsonObject { } tensor when tensor["class_name"]?.GetValue<string>() == "__keras_tensor__" => tensor["config"]!["keras_history"]!.DeepClone(),
        JsonObject { } call when call["args"] is JsonArray arguments =>
            new JsonArray([.. arguments.Select(Plain), .. call["kwargs"] is JsonObject { Count: > 0 } named ? [Plain(named)] : (JsonNode?[])[]]),
        JsonObject other => new JsonObject(other.Select(member => KeyValuePair.Create(member.Key, Plain(member.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Plain)]),
        _ => node?.DeepClone(),
    };

    internal static IReadOnlyList<torch.Tensor> Predicted(Model model, Array[] x) =>
        model.HasSeveral ? model.Predict([.. x.Select(array => (TensorLike)array)]) : [model.Predict(x[0])];
}
