using EchoLstm.Interop;
using PureHDF;

namespace EchoLstm.Tests.Interop;

/// <summary>One model in each layout that Keras has written.</summary>
public sealed class KerasFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Layouts => ["list", "object", "texts of any length", "no version", "tf.keras"];

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_whole_model_in_HDF5_predicts_as_before(string layout)
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        var root = layout switch
        {
            "list" => KerasWriter.Whole(layers, "2.2.0", isList: true),
            "object" => KerasWriter.Whole(layers, "2.2.4"),
            "texts of any length" => KerasWriter.Whole(layers, "2.6.0", areOfOneLength: false),
            "no version" => KerasWriter.Whole(layers, null),
            _ => KerasWriter.Whole(layers, "2.2.4-tf"),
        };

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(root)));

        ShouldEqual(loaded, model);
    }

    [Fact]
    public void Another_reader_of_HDF5_finds_in_our_files_what_we_wrote()
    {
        using var model = KerasSamples.Model();
        var path = Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(KerasSamples.Layers(model), "2.2.4")));

        using var file = H5File.OpenRead(path);

        file.Attribute("keras_version").Read<string>().Should().Be("2.2.4");
        var weights = file.Group("model_weights");
        weights.Attribute("layer_names").Read<string[]>().Should().Equal("first", "drop", "both", "second", "norm", "last");
        weights.Dataset("last/last_7/bias:0").Read<float[]>().Should().Equal((float[])model.Layers[5].GetWeights()[1]);
        weights.Dataset("first/first_7/kernel:0").Space.Dimensions.Should().Equal(3UL, 16UL);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_model_of_Keras_3_predicts_as_before(bool hasNames)
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var bytes = KerasWriter.Keras3(layers, weights: Hdf5Writer.Write(KerasWriter.Keras3Weights(layers, hasNames)));

        using var loaded = KerasFile.Load(Written("model.keras", bytes));

        ShouldEqual(loaded, model);
        ((Lstm)loaded.Layers[0]).RecurrentActivation.Should().Be(Activation.HardSigmoidKeras3);
    }

    [Fact]
    public void Groups_of_Keras_3_that_belong_to_other_layers_are_refused()
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var exchanged = layers.Select(layer => layer.Name == "first" ? layer with { Name = "second" } : layer.Name == "second" ? layer with { Name = "first" } : layer).ToList();
        var path = Written("model.keras", KerasWriter.Keras3(layers, weights: Hdf5Writer.Write(KerasWriter.Keras3Weights(exchanged))));

        Errors.Expect<InvalidDataException>(
            () => KerasFile.Load(path),
            $"{path}: its weights do not fit the model; nothing was changed. '/layers/lstm' is that of a layer 'second', where the model has "
                + "'first'; '/layers/lstm_1' is that of a layer 'first', where the model has 'second'.");
    }

    [Fact]
    public void TensorFlow_js_s_files_in_any_order_predict_as_before()
    {
        using var model = KerasSamples.Model();
        KerasWriter.TensorFlowJs(_folder, KerasSamples.Layers(model));

        using var loaded = KerasFile.Load(_folder.File("model.json"));

        ShouldEqual(loaded, model);
    }

    [Fact]
    public void A_configuration_with_weights_beside_it_predicts_as_before()
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        File.WriteAllText(_folder.File("config.json"), KerasWriter.Sequential(layers));
        var weights = new Hdf5Node();
        KerasWriter.Legacy(weights, layers, "2.1.3");
        _ = Written("mine.h5", Hdf5Writer.Write(weights));

        using (var named = KerasFile.Load(_folder.File("config.json"), _folder.File("mine.h5")))
        {
            ShouldEqual(named, model);
        }
        File.Move(_folder.File("mine.h5"), _folder.File("config.h5"));
        using var found = KerasFile.Load(_folder.File("config.json"));
        ShouldEqual(found, model);
    }

    [Fact]
    public void A_graph_that_is_a_chain_is_a_sequence_of_layers_whatever_order_they_are_listed_in()
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        var listed = layers.Select((layer, i) => $$"""
            {"class_name": "{{layer.Class}}", "name": "{{layer.Name}}", "config": {{layer.Json()["config"]!.ToJsonString()}},
             "inbound_nodes": [[["{{(i == 0 ? "words" : layers[i - 1].Name)}}", 0, 0, {}]]]}
            """).Append("""
            {"class_name": "InputLayer", "name": "words", "config": {"name": "words", "batch_input_shape": [null, null, 3], "dtype": "float32", "sparse": false},
             "inbound_nodes": []}
            """).Reverse();
        var config = $$"""
            {"class_name": "Model", "config": {"name": "model_1", "layers": [{{string.Join(", ", listed)}}],
             "input_layers": [["words", 0, 0]], "output_layers": [["last", 0, 0]]} }
            """;

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.3.1", config: config))));

        loaded.Should().BeOfType<SequentialModel>();
        ShouldEqual(loaded, model);
    }

    [Fact]
    public void Keras_1_s_gates_come_into_their_places()
    {
        using var model = new SequentialModel(
            new Lstm(4, returnSequences: true, recurrentActivation: Activation.HardSigmoid) { Name = "lstm_1" },
            new Gru(3, recurrentActivation: Activation.HardSigmoid, resetAfter: false) { Name = "gru_1" })
        {
            Seed = 1,
        };
        model.Build(6, 3);
        const string Common = """
            "activation": "tanh", "inner_activation": "hard_sigmoid", "init": "glorot_uniform", "inner_init": "orthogonal", "go_backwards": false,
            "stateful": false, "unroll": false, "consume_less": "cpu", "dropout_W": 0.0, "dropout_U": 0.0, "W_regularizer": null, "U_regularizer": null,
            "b_regularizer": null, "input_dim": 3, "input_length": null, "input_dtype": "float32", "trainable": true
            """;
        KerasLayer[] layers =
        [
            new("LSTM", "lstm_1", $$"""{ {{Common}}, "output_dim": 4, "return_sequences": true, "forget_bias_init": "one", "batch_input_shape": [null, 6, 3] }""",
                [.. OneByOne(model, 0, 4, [0, 2, 1, 3], "icfo")]),
            new("GRU", "gru_1", $$"""{ {{Common}}, "output_dim": 3, "return_sequences": false }""", [.. OneByOne(model, 1, 3, [0, 1, 2], "zrh")]),
        ];

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "1.1.0", isList: true))));

        ShouldEqual(loaded, model);
    }

    // For each gate, in Keras 1's order, W, U and b.
    private static IEnumerable<KerasArray> OneByOne(SequentialModel model, int layer, int units, int[] order, string gates)
    {
        var weights = model.Layers[layer].GetWeights();
        for (var i = 0; i < order.Length; i++)
        {
            foreach (var (weight, letter) in weights.Zip("WUb"))
            {
                var rows = weight.Rank == 2 ? weight.GetLength(0) : 1;
                var values = weight.Values();
                float[] part = [.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Range(0, units).Select(unit => (float)values[(row * order.Length * units) + (order[i] * units) + unit]))];
                yield return new KerasArray($"{letter}_{gates[i]}", part, weight.Rank == 2 ? [rows, units] : [units]);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CuDNN_s_layers_are_turned_back(bool isLstm)
    {
        using var model = new SequentialModel(isLstm ? new Lstm(4) { Name = "fast" } : new Gru(4) { Name = "fast" }) { Seed = 2 };
        model.Build(-1, 3);
        model.SetWeights([.. model.GetWeights().Select(weight => Numbers.Shaped(
            [.. Enumerable.Range(0, weight.Length).Select(j => (float)Math.Sin(j + (10 * weight.Rank) + weight.Length))],
            [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);
        KerasLayer[] layers =
        [
            new(isLstm ? "CuDNNLSTM" : "CuDNNGRU", "fast", """{"units": 4, "return_sequences": false, "return_state": false, "go_backwards": false, "stateful": false, "batch_input_shape": [null, null, 3]}""",
                CuDnn(model.Layers[0].GetWeights(), isLstm ? 4 : 3)),
        ];

        using (var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4")))))
        {
            ShouldEqual(loaded, model, 1e-6);
        }

        // Of weights alone, the length of the bias tells.
        var weights = new Hdf5Node();
        KerasWriter.Legacy(weights, layers, "2.2.4");
        using var again = new SequentialModel(isLstm ? new Lstm(4) : new Gru(4));
        again.Build(-1, 3);
        KerasFile.LoadWeights(again, Written("weights.h5", Hdf5Writer.Write(weights)));
        ShouldEqual(again, model, 1e-6);
    }

    // As CuDNN has them: gate by gate a kernel's transpose in the kernel's shape, the recurrent kernel's transpose, and two biases.
    private static KerasArray[] CuDnn(IReadOnlyList<Array> weights, int gates)
    {
        using var kernel = torch.tensor([.. weights[0].Values().Select(value => (float)value)], [weights[0].GetLength(0), weights[0].GetLength(1)]);
        using var recurrent = torch.tensor([.. weights[1].Values().Select(value => (float)value)], [weights[1].GetLength(0), weights[1].GetLength(1)]);
        var turned = torch.cat([.. kernel.chunk(gates, 1).Select(gate => gate.t().contiguous().reshape(gate.shape))], 1);
        var recurrentTurned = torch.cat([.. recurrent.chunk(gates, 1).Select(gate => gate.t())], 1);
        var bias = weights[2].Values();
        // A GRU has both biases still, an LSTM their sum.
        float[] both = gates == 3 ? [.. bias.Select(value => (float)value)]
            : [.. bias.Select(value => (float)(0.25 * value)), .. bias.Select(value => (float)(0.75 * value))];
        return
        [
            new("kernel", [.. turned.Values().Select(value => (float)value)], turned.shape),
            new("recurrent_kernel", [.. recurrentTurned.Values().Select(value => (float)value)], recurrentTurned.shape),
            new("bias", both, both.Length),
        ];
    }

    [Fact]
    public void A_stateful_model_is_built_for_its_batch_and_goes_on()
    {
        using var model = new SequentialModel(new Gru(3, stateful: true) { Name = "gru_1" }) { Seed = 4 };
        model.Build(new Shape(null, 2), batchSize: 2);
        KerasLayer[] layers =
        [
            new("GRU", "gru_1", KerasSamples.GruConfig(3, "\"recurrent_activation\": \"sigmoid\", \"reset_after\": true, \"batch_input_shape\": [2, null, 2]").Replace("\"stateful\": false", "\"stateful\": true", StringComparison.Ordinal),
                [.. KerasSamples.Arrays(model, 0, "kernel", "recurrent_kernel", "bias")]),
        ];
        using var x = Numbers.Uniform(1, [2, 4, 2]);

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.15.0"))));

        loaded.InputShape!.ToString().Should().Be("(2, None, 2)");
        using var first = loaded.Predict(x, carryState: true);
        using var second = loaded.Predict(x, carryState: true);
        using var expectedFirst = model.Predict(x, carryState: true);
        using var expectedSecond = model.Predict(x, carryState: true);
        first.ShouldMatchTensor(expectedFirst, Tolerance.None);
        second.ShouldMatchTensor(expectedSecond, Tolerance.None);
    }

    [Fact]
    public void What_a_stateful_layer_of_Keras_3_remembers_is_no_weight()
    {
        using var model = new SequentialModel(new SimpleRnn(3, stateful: true) { Name = "rnn" }) { Seed = 4 };
        model.Build(new Shape(null, 2), batchSize: 2);
        KerasLayer[] layers =
        [
            new("SimpleRNN", "rnn", """{"units": 3, "activation": "tanh", "stateful": true, "batch_input_shape": [2, null, 2]}""",
                [.. KerasSamples.Arrays(model, 0, "kernel", "recurrent_kernel", "bias"), new("rnn_state", new float[6], 2, 3)]),
        ];

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "3.5.0"))));

        loaded.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    [Theory]
    [InlineData("theano", true)]
    [InlineData("tensorflow", false)]
    public void Theano_s_convolutions_are_turned_round(string backend, bool isTurned)
    {
        KerasLayer[] layers =
        [
            new("Conv1D", "conv", """{"filters": 1, "kernel_size": [3], "strides": [1], "padding": "valid", "activation": "linear", "use_bias": false, "batch_input_shape": [null, 5, 2]}""",
                new KerasArray("kernel", [1, 2, 3, 4, 5, 6], 3, 2, 1)),
        ];

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4", backend: backend))));

        loaded.GetWeights().Values().Should().Equal(isTurned ? [5, 6, 3, 4, 1, 2] : [1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void A_class_of_the_author_s_own_is_refused_though_it_is_called_like_one_of_Keras()
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var config = KerasWriter.Sequential(layers, module: "keras.layers")
            .Replace("""{"class_name":"Dense","config":{"units":2,"activation":"softmax","use_bias":true,"trainable":true,"name":"last"},"module":"keras.layers","registered_name":null}""",
                """{"class_name":"Dense","config":{"units":2,"activation":"softmax","use_bias":true,"name":"last"},"module":"mine.layers","registered_name":"Mine>Dense"}""", StringComparison.Ordinal);
        var path = Written("model.keras", KerasWriter.Keras3(layers, config: config));

        Assert.Throws<NotSupportedException>(() => KerasFile.Load(path)).Message.Should()
            .StartWith($"{path}: layer 5: the class 'Mine>Dense' of 'mine.layers' is code of the file's author.");
    }

    [Fact]
    public void What_is_not_trained_stays_so()
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        layers[5] = layers[5] with { Config = KerasSamples.DenseConfig(2, "softmax", "\"trainable\": false") };

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.4.0"))));

        loaded.Layers.Select(layer => layer.Trainable).Should().Equal(true, true, true, true, true, false);
        ShouldEqual(loaded, model);
    }

    [Fact]
    public void A_model_in_a_model_takes_its_arrays_from_one_group_trained_ones_first()
    {
        using var model = new SequentialModel(
            new SequentialModel(new Dense(3) { Name = "in" }, new BatchNormalization { Name = "norm" }, new Dense(2) { Name = "out" }) { Name = "inner" },
            new Dense(1) { Name = "last" })
        {
            Seed = 1,
        };
        model.Build(4);
        var all = model.GetWeights().Select((weight, i) => KerasArray.Of($"w{i}", weight)).ToList();
        var inner = KerasWriter.Sequential(
        [
            new("Dense", "in", KerasSamples.DenseConfig(3, "linear", "\"batch_input_shape\": [null, 4]")),
            new("BatchNormalization", "norm", """{"axis": -1, "momentum": 0.99, "epsilon": 0.001, "center": true, "scale": true}"""),
            new("Dense", "out", KerasSamples.DenseConfig(2, "linear")),
        ]);
        var config = System.Text.Json.Nodes.JsonNode.Parse(inner)!["config"]!.ToJsonString();
        KerasLayer[] layers =
        [
            // Weights 4 and 5 are the running statistics.
            new("Sequential", "inner", config, all[0], all[1], all[2], all[3], all[6], all[7], all[4], all[5]),
            new("Dense", "last", KerasSamples.DenseConfig(1, "linear"), all[8], all[9]),
        ];

        using var loaded = KerasFile.Load(Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.4.0"))));

        loaded.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    private string Written(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }

    private static void ShouldEqual(Model loaded, SequentialModel model, double tolerance = 0)
    {
        loaded.Layers.Select(layer => layer.GetType()).Should().Equal(model.Layers.Select(layer => layer.GetType()));
        loaded.GetWeights().Values().ShouldMatch(model.GetWeights().Values(), new Tolerance(tolerance));
        using var x = Numbers.Uniform(5, [2, 6, 3]);
        using var expected = model.Predict(x);
        using var actual = loaded.Predict(x);
        actual.ShouldMatchTensor(expected, new Tolerance(10 * tolerance));
    }
}
