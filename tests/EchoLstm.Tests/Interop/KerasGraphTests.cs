using System.Text.Json.Nodes;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>Graphs of Keras's functional API give the numbers that TensorFlow.js gave, in each layout that Keras has written.</summary>
public sealed class KerasGraphTests : IDisposable
{
    // Each rounds its sums in its own order.
    private static readonly Tolerance Rounding = new(2e-6, 2e-6);

    // Where Keras 3 says that masks come to a layer: of which inputs, one a call.
    private static readonly Dictionary<string, string[]> Masks = new() { ["reader"] = ["one", "other"], ["ends"] = ["one", "other"] };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = torch.NewDisposeScope();

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var name in KerasGraphCase.Names)
            {
                foreach (var layout in new[] { "TensorFlow.js", "Keras 2", "tf.keras", "Keras 3" })
                {
                    cases.Add(name, layout);
                }
            }
            return cases;
        }
    }

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_graph_gives_the_numbers_that_are_known_of_it(string name, string layout)
    {
        var graph = KerasGraphCase.Read(name);

        using var model = KerasFile.Load(Written(graph, layout, name));

        model.Should().BeOfType<FunctionalModel>();
        ShouldGive(model, graph);
        model.Save(_folder.File("model.safetensors"));
        using var again = FunctionalModel.Load(_folder.File("model.safetensors"));
        ShouldGive(again, graph);
    }

    [Fact]
    public void Inputs_come_in_their_own_order_and_outputs_have_their_layers_names()
    {
        using var model = KerasFile.Load(Written(KerasGraphCase.Read("merges"), "Keras 2", "merges"));

        model.InputNames.Should().Equal("series", "left", "right");
        model.OutputNames.Should().Equal("head", "near", "fit", "second");
    }

    [Fact]
    public void A_layer_that_is_called_twice_has_its_weights_once()
    {
        using var model = KerasFile.Load(Written(KerasGraphCase.Read("shared"), "Keras 3", "shared"));

        model.Layers.Count(layer => layer is Lstm).Should().Be(1);
        ((FunctionalModel)model).Layers.Single(layer => layer.Name == "reader").GetWeights().Should().HaveCount(3);
        model.GetWeights().Should().HaveCount(9);
    }

    [Fact]
    public void Weights_alone_go_into_a_graph_by_Keras_s_order_of_layers()
    {
        var graph = KerasGraphCase.Read("encoder-decoder");
        using var model = EncoderDecoder();
        File.WriteAllBytes(_folder.File("weights.h5"), Hdf5Writer.Write(graph.LegacyWeights(name => $"its_{name}")));

        KerasFile.LoadWeights(model, _folder.File("weights.h5"));

        ShouldGive(model, graph);

        using var other = EncoderDecoder();
        File.WriteAllBytes(_folder.File("model.weights.h5"), Hdf5Writer.Write(graph.Keras3Weights()));
        KerasFile.LoadWeights(other, _folder.File("model.weights.h5"));
        ShouldGive(other, graph);
    }

    [Fact]
    public void Where_a_file_has_the_names_of_a_graph_s_layers_they_decide()
    {
        var (a, b) = (new Input(2), new Input(2));
        using var model = new FunctionalModel([a, b], [new Add().Apply(new Dense(2) { Name = "right" }.Apply(a), new Dense(2) { Name = "left" }.Apply(b))]);
        var root = new Hdf5Node();
        KerasWriter.Legacy(root, [Weights("left", 1), Weights("right", 2)], "2.2.4");
        File.WriteAllBytes(_folder.File("weights.h5"), Hdf5Writer.Write(root));

        KerasFile.LoadWeights(model, _folder.File("weights.h5"));

        model.Layers.Single(layer => layer.Name == "left").GetWeights().Values().Should().Equal(1, 1, 1, 1, 1, 1);
        model.Layers.Single(layer => layer.Name == "right").GetWeights().Values().Should().Equal(2, 2, 2, 2, 2, 2);

        static KerasLayer Weights(string name, float value) => new("Dense", name, "{}", new KerasArray("kernel", [value, value, value, value], 2, 2), new KerasArray("bias", [value, value], 2));
    }

    [Fact]
    public void Weights_that_do_not_fit_a_graph_are_all_named_and_none_is_taken()
    {
        var graph = KerasGraphCase.Read("encoder-decoder");
        using var model = EncoderDecoder(units: 3);
        var before = model.GetWeights().Values();
        var path = _folder.File("weights.h5");
        File.WriteAllBytes(path, Hdf5Writer.Write(graph.LegacyWeights(name => name)));

        var message = Assert.Throws<InvalidDataException>(() => KerasFile.LoadWeights(model, path)).Message;

        message.Should().StartWith($"{path}: its weights do not fit the model; nothing was changed. ").And.Contain("'encoder' (LSTM): kernel is of shape (3, 12)")
            .And.Contain("'decoder' (LSTM): kernel").And.Contain("'second' (GRU)").And.Contain("'told' (TimeDistributed)");
        model.GetWeights().Values().Should().Equal(before);
    }

    private static FunctionalModel EncoderDecoder(int units = 4)
    {
        Input source = new(-1), target = new(-1, 2);
        var (_, states) = new Lstm(units) { Name = "encoder" }.ApplyWithState(new Embedding(7, 3) { Name = "symbols" }.Apply(source));
        var (steps, after) = new Lstm(units, returnSequences: true) { Name = "decoder" }.ApplyWithState(target, states);
        var (read, state) = new Gru(units, returnSequences: true, resetAfter: false) { Name = "second" }.ApplyWithState(steps, [after[0]]);
        var (plain, _) = new SimpleRnn(units, returnSequences: true) { Name = "third" }.ApplyWithState(read, state);
        return new FunctionalModel([source, target], [new TimeDistributed(new Dense(2)) { Name = "told" }.Apply(plain), after[0]]) { Seed = 1 };
    }

    [Fact]
    public void Masks_meet_attention_looks_back_and_both_ways_states_are_handed_on()
    {
        Input source = new(-1) { Name = "source" }, target = new(-1) { Name = "target" };
        var (seen, states) = new Bidirectional(new Lstm(2, returnSequences: true) { Name = "both_ways" }) { Name = "encoder" }
            .ApplyWithState(new Embedding(6, 3, maskZero: true) { Name = "in_words" }.Apply(source));
        var h = new Concatenate { Name = "h" }.Apply(states[0], states[2]);
        var c = new Concatenate { Name = "c" }.Apply(states[1], states[3]);
        var (steps, _) = new Lstm(4, returnSequences: true) { Name = "decoder" }
            .ApplyWithState(new Embedding(6, 3, maskZero: true) { Name = "out_words" }.Apply(target), [h, c]);
        var looked = new AdditiveAttention { Name = "attention" }.Apply(steps, seen);
        var output = new Dense(5) { Name = "head" }.Apply(new Concatenate { Name = "join" }.Apply(steps, looked));
        using var model = new FunctionalModel([source, target], [output]) { Seed = 2 };
        model.Build();
        var config = JsonNode.Parse($$"""
            {"class_name": "Functional", "config": {"name": "seq2seq", "trainable": true, "layers": [
              {"class_name": "InputLayer", "name": "source", "config": {"batch_input_shape": [null, null], "dtype": "float32", "sparse": false, "ragged": false, "name": "source"}, "inbound_nodes": []},
              {"class_name": "InputLayer", "name": "target", "config": {"batch_input_shape": [null, null], "dtype": "float32", "sparse": false, "ragged": false, "name": "target"}, "inbound_nodes": []},
              {"class_name": "Embedding", "name": "in_words", "config": {"name": "in_words", "input_dim": 6, "output_dim": 3, "mask_zero": true, "input_length": null}, "inbound_nodes": [[["source", 0, 0, {}]]]},
              {"class_name": "Bidirectional", "name": "encoder", "config": {"name": "encoder", "merge_mode": "concat", "layer": {"class_name": "LSTM", "config": {{State(KerasSamples.LstmConfig(2, "\"name\": \"both_ways\", \"recurrent_activation\": \"sigmoid\", \"return_sequences\": true"))}} } }, "inbound_nodes": [[["in_words", 0, 0, {}]]]},
              {"class_name": "Embedding", "name": "out_words", "config": {"name": "out_words", "input_dim": 6, "output_dim": 3, "mask_zero": true, "input_length": null}, "inbound_nodes": [[["target", 0, 0, {}]]]},
              {"class_name": "Concatenate", "name": "h", "config": {"name": "h", "axis": -1}, "inbound_nodes": [[["encoder", 0, 1, {}], ["encoder", 0, 3, {}]]]},
              {"class_name": "Concatenate", "name": "c", "config": {"name": "c", "axis": -1}, "inbound_nodes": [[["encoder", 0, 2, {}], ["encoder", 0, 4, {}]]]},
              {"class_name": "LSTM", "name": "decoder", "config": {{State(KerasSamples.LstmConfig(4, "\"name\": \"decoder\", \"recurrent_activation\": \"sigmoid\", \"return_sequences\": true"))}}, "inbound_nodes": [[["out_words", 0, 0, {"initial_state": [["h", 0, 0], ["c", 0, 0]]}]]]},
              {"class_name": "AdditiveAttention", "name": "attention", "config": {"name": "attention", "causal": false, "dropout": 0.0, "use_scale": true}, "inbound_nodes": [[["decoder", 0, 0, {}], ["encoder", 0, 0, {}]]]},
              {"class_name": "Concatenate", "name": "join", "config": {"name": "join", "axis": -1}, "inbound_nodes": [[["decoder", 0, 0, {}], ["attention", 0, 0, {}]]]},
              {"class_name": "Dense", "name": "head", "config": {"name": "head", "units": 5, "activation": "linear", "use_bias": true}, "inbound_nodes": [[["join", 0, 0, {}]]]}],
             "input_layers": [["source", 0, 0], ["target", 0, 0]], "output_layers": [["head", 0, 0]]} }
            """)!;
        KerasLayer[] layers =
        [
            Of("in_words", "Embedding"), Of("encoder", "Bidirectional"), Of("out_words", "Embedding"), Of("decoder", "LSTM"), Of("attention", "AdditiveAttention"), Of("head", "Dense"),
        ];
        File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(KerasWriter.Whole(layers, "2.6.0", config: config.ToJsonString())));

        using var loaded = KerasFile.Load(_folder.File("model.h5"));

        var (x, y) = (torch.tensor(new float[,] { { 1, 2, 3, 0 }, { 4, 5, 0, 0 } }), torch.tensor(new float[,] { { 1, 0, 0 }, { 2, 3, 4 } }));
        loaded.Predict([x, y])[0].ShouldMatchTensor(model.Predict([x, y])[0], Tolerance.None);

        static string State(string config) => config.Replace("\"return_state\": false", "\"return_state\": true", StringComparison.Ordinal);

        KerasLayer Of(string name, string kind)
        {
            var layer = model.Layers.Single(one => one.Name == name);
            return new KerasLayer(kind, name, "{}", [.. layer.GetWeights().Select((weight, i) => KerasArray.Of($"w{i}", weight))]);
        }
    }

    // The three tensors are one argument each: in lists the first alone, the rest by name; in Keras 3 as they were given.
    private const string Lists = """[[["a", 0, 0, {"value": ["b", 0, 0], "key": ["c", 0, 0], "use_causal_mask": true, "attention_mask": null, "return_attention_scores": false}]]]""";

    public static TheoryData<string, string, string> Heads => new()
    {
        { "2.6.0", Lists, "" },
        { "tfjs", Lists, "" },
        // TensorFlow from 2.12 on, and the first of Keras 3, name the layers inside by the private members.
        { "2.13.1", Lists, "_" },
        { "3.0.0", $$"""[{"args": [{{Of("a")}}, {{Of("b")}}, {{Of("c")}}], "kwargs": {"training": false, "query_mask": null, "value_mask": null, "key_mask": null, "use_causal_mask": true} }]""", "_" },
        { "3.9.2", $$"""[{"args": [{{Of("a")}} ], "kwargs": {"key": {{Of("c")}}, "use_causal_mask": true, "value": {{Of("b")}}, "query_mask": null, "value_mask": null, "key_mask": null} }]""", "" },
    };

    private static string Of(string input) => KerasGraphCase.KerasTensor(input, 0, 0).ToJsonString();

    [Theory]
    [MemberData(nameof(Heads))]
    public void Heads_are_read_with_the_weights_of_the_layers_inside(string version, string calls, string before)
    {
        using var model = HeadsModel(useCausalMask: true);
        var path = WrittenHeads(model, version, calls, before);

        using var loaded = KerasFile.Load(path);

        var x = HeadsData();
        loaded.Predict(x)[0].ShouldMatchTensor(model.Predict(x)[0], Tolerance.None);
        if (path.EndsWith(".json", StringComparison.Ordinal))
        {
            return;
        }
        using var other = HeadsModel(useCausalMask: true);
        other.SetWeights([.. model.GetWeights().Select(weight => Numbers.Shaped(new float[weight.Length], [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);
        KerasFile.LoadWeights(other, path);
        other.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    [Fact]
    public void A_key_that_is_not_given_is_the_value()
    {
        using var model = HeadsModel(useCausalMask: false, hasKey: false);

        using var loaded = KerasFile.Load(WrittenHeads(model, "2.6.0", """[[["a", 0, 0, {"value": ["b", 0, 0]}]]]""", ""));

        loaded.GetWeights()[2].GetLength(0).Should().Be(3, "the key's kernel has the value's features");
        var x = HeadsData()[..2];
        loaded.Predict(x)[0].ShouldMatchTensor(model.Predict(x)[0], Tolerance.None);
    }

    [Theory]
    [InlineData("""[[["a", 0, 0, {"value": ["b", 0, 0], "key": ["c", 0, 0], "attention_mask": ["c", 0, 0]}]]]""", "it is called with the argument 'attention_mask', which this reader does not know")]
    [InlineData("""[[["a", 0, 0, {"value": ["b", 0, 0], "key": ["c", 0, 0], "return_attention_scores": true}]]]""", "it is called with 'return_attention_scores' as true, and only false is read")]
    [InlineData("""[[["a", 0, 0, {"value": ["b", 0, 0], "key": ["c", 0, 0]}]], [["a", 0, 0, {"value": ["b", 0, 0], "key": ["c", 0, 0], "use_causal_mask": true}]]]""", "it is called with 'use_causal_mask' as true and as false, and a layer has one of them for all calls")]
    public void Calls_of_heads_that_are_not_known_are_refused_by_name(string calls, string why)
    {
        using var model = HeadsModel(useCausalMask: false);
        var path = WrittenHeads(model, "2.6.0", calls, "");

        Errors.Expect<NotSupportedException>(() => KerasFile.Load(path), $"{path}: layer 3 'heads' (MultiHeadAttention): {why}. {Mend}");
    }

    [Fact]
    public void Masks_of_query_and_value_are_said_by_name_in_Keras_3()
    {
        var words = new Input(-1) { Name = "words" };
        var embedded = new Embedding(5, 4, maskZero: true) { Name = "e" }.Apply(words);
        using var model = new FunctionalModel([words], [new MultiHeadAttention(2, 3) { Name = "heads" }.Apply(embedded, embedded)]) { Seed = 4 };
        model.Build();
        var weights = new Hdf5Node();
        var arrays = model.GetWeights().Select((weight, i) => KerasArray.Of(i.ToString(CultureInfo.InvariantCulture), weight)).ToList();
        _ = weights.Array("layers/embedding/vars/0", arrays[0].Values, arrays[0].Shape);
        foreach (var (name, i) in new[] { "query", "key", "value", "output" }.Select((name, i) => (name, i)))
        {
            _ = weights.Array($"layers/multi_head_attention/{name}_dense/vars/0", arrays[(2 * i) + 1].Values, arrays[(2 * i) + 1].Shape);
            _ = weights.Array($"layers/multi_head_attention/{name}_dense/vars/1", arrays[(2 * i) + 2].Values, arrays[(2 * i) + 2].Shape);
        }
        var path = _folder.File("model.keras");

        Write(KerasGraphCase.KerasTensor("not_equal", 0, 0).ToJsonString());
        using var loaded = KerasFile.Load(path);

        TensorLike[] x = [torch.tensor(new float[,] { { 1, 2, 3, 0 }, { 4, 0, 0, 0 } })];
        loaded.Predict(x)[0].ShouldMatchTensor(model.Predict(x)[0], Tolerance.None);
        Write("null");
        Errors.Expect<NotSupportedException>(
            () => KerasFile.Load(path), $"{path}: layer 3 'heads' (MultiHeadAttention): it is called with no mask, and its input 'e' has one. {Mend}");

        void Write(string valueMask)
        {
            var mask = KerasGraphCase.KerasTensor("not_equal", 0, 0).ToJsonString();
            var config = $$"""
                {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [
                  {"module": "keras.layers", "class_name": "InputLayer", "name": "words", "config": {"name": "words", "batch_shape": [null, null], "dtype": "float32", "sparse": false}, "registered_name": null, "inbound_nodes": []},
                  {"module": "keras.layers", "class_name": "Embedding", "name": "e", "config": {"name": "e", "input_dim": 5, "output_dim": 4, "mask_zero": true}, "registered_name": null, "inbound_nodes": [{"args": [{{Of("words")}}], "kwargs": {} }]},
                  {{KerasGraphCase.Operation("NotEqual", "not_equal", KerasGraphCase.KerasTensor("words", 0, 0), 0).ToJsonString()}},
                  {"module": "keras.layers", "class_name": "MultiHeadAttention", "name": "heads", "config": {"name": "heads", "num_heads": 2, "key_dim": 3, "value_dim": 3, "dropout": 0.0}, "registered_name": null,
                   "inbound_nodes": [{"args": [{{Of("e")}}, {{Of("e")}}], "kwargs": {"query_mask": {{mask}}, "value_mask": {{valueMask}} } }] }],
                 "input_layers": ["words", 0, 0], "output_layers": ["heads", 0, 0]} }
                """;
            File.WriteAllBytes(path, KerasWriter.Keras3([], "3.9.2", config, Hdf5Writer.Write(weights)));
        }
    }

    private static TensorLike[] HeadsData() => [Numbers.Uniform(1, [2, 5, 4]), Numbers.Uniform(2, [2, 6, 3]), Numbers.Uniform(3, [2, 6, 2])];

    private static FunctionalModel HeadsModel(bool useCausalMask, bool hasKey = true)
    {
        Input a = new(-1, 4) { Name = "a" }, b = new(-1, 3) { Name = "b" }, c = new(-1, 2) { Name = "c" };
        var heads = new MultiHeadAttention(2, 3, valueSize: 4, outputSize: 5, useCausalMask: useCausalMask) { Name = "heads" };
        var model = hasKey ? new FunctionalModel([a, b, c], [heads.Apply(a, b, c)]) { Seed = 4 } : new FunctionalModel([a, b], [heads.Apply(a, b)]) { Seed = 4 };
        model.Build();
        // Biases too, which begin with 0.
        model.SetWeights([.. model.GetWeights().Select((weight, i) => Numbers.Shaped(
            [.. Enumerable.Range(0, weight.Length).Select(j => (float)Math.Sin((1.7 * i) + (2.3 * j)))], [.. Enumerable.Range(0, weight.Rank).Select(axis => (long)weight.GetLength(axis))]))]);
        return model;
    }

    private string WrittenHeads(FunctionalModel model, string version, string calls, string before)
    {
        var isKeras3 = version.StartsWith('3');
        var inputs = string.Join(", ", model.InputNames.Select((name, i) =>
            $$"""{"class_name": "InputLayer", "name": "{{name}}", "config": {"name": "{{name}}", "{{(isKeras3 ? "batch_shape" : "batch_input_shape")}}": [null, null, {{4 - i}}], "dtype": "float32", "sparse": false}, "inbound_nodes": []}"""));
        var config = $$"""
            {"class_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [{{inputs}},
              {"class_name": "MultiHeadAttention", "name": "heads", "config": {"name": "heads", "trainable": true, "dtype": "float32", "num_heads": 2, "key_dim": 3, "value_dim": 4, "dropout": 0.0, "use_bias": true, "output_shape": [5], "attention_axes": [1]}, "inbound_nodes": {{calls}} }],
             "input_layers": [{{string.Join(", ", model.InputNames.Select(name => $"""["{name}", 0, 0]"""))}}], "output_layers": [["heads", 0, 0]]} }
            """;
        string[] names = ["query", "key", "value", "attention_output"];
        List<KerasArray> arrays = [.. model.GetWeights().Select((weight, i) => KerasArray.Of($"{names[i / 2]}/{(i % 2 == 0 ? "kernel" : "bias")}", weight))];
        if (!isKeras3 && version != "tfjs" && before.Length == 0)
        {
            File.WriteAllBytes(_folder.File("heads.h5"), Hdf5Writer.Write(KerasWriter.Whole([new KerasLayer("MultiHeadAttention", "heads", "{}", [.. arrays])], version, config: config)));
            return _folder.File("heads.h5");
        }
        if (version == "tfjs")
        {
            // The converter lists them in any order.
            arrays.Reverse();
            File.WriteAllBytes(_folder.File("group1.bin"), [.. arrays.SelectMany(array => array.Values).SelectMany(BitConverter.GetBytes)]);
            var listed = string.Join(", ", arrays.Select(array => $$"""{"name": "heads/{{array.Name}}", "shape": [{{string.Join(", ", array.Shape)}}], "dtype": "float32"}"""));
            File.WriteAllText(_folder.File("model.json"), $$"""
                {"format": "layers-model", "modelTopology": {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": {{config}} },
                 "weightsManifest": [{"paths": ["group1.bin"], "weights": [{{listed}}]}]}
                """);
            return _folder.File("model.json");
        }
        var weights = new Hdf5Node();
        var own = weights.Group($"{(isKeras3 ? "layers" : "_layer_checkpoint_dependencies")}/multi_head_attention");
        foreach (var (array, i) in arrays.Select((array, i) => (array, i)))
        {
            _ = own.Array($"{before}{(i / 2 == 3 ? "output" : names[i / 2])}_dense/vars/{i % 2}", array.Values, array.Shape);
        }
        File.WriteAllBytes(_folder.File("heads.keras"), KerasWriter.Keras3([], version, config, Hdf5Writer.Write(weights)));
        return _folder.File("heads.keras");
    }

    [Theory]
    [InlineData("sum", "", new float[] { 11, 22 })]
    [InlineData("mul", "", new float[] { 10, 40 })]
    [InlineData("ave", "", new float[] { 5.5f, 11 })]
    [InlineData("max", "", new float[] { 10, 20 })]
    [InlineData("concat", "\"concat_axis\": -1, ", new float[] { 1, 2, 10, 20 })]
    [InlineData("dot", "\"dot_axes\": [1, 1], ", new float[] { 50 })]
    public void Keras_1_s_merging_layer_is_one_for_each_mode(string mode, string extra, float[] expected)
    {
        var config = $$"""
            {"class_name": "Model", "config": {"name": "model_1", "layers": [
              {"class_name": "InputLayer", "name": "a", "config": {"name": "a", "batch_input_shape": [null, 2], "input_dtype": "float32", "sparse": false}, "inbound_nodes": []},
              {"class_name": "InputLayer", "name": "b", "config": {"name": "b", "batch_input_shape": [null, 2], "input_dtype": "float32", "sparse": false}, "inbound_nodes": []},
              {"class_name": "Merge", "name": "merge_1", "config": {"name": "merge_1", {{extra}}"mode": "{{mode}}", "mode_type": "raw", "output_shape": null, "output_shape_type": "raw", "output_mask": null, "output_mask_type": "raw", "arguments": {}, "trainable": true}, "inbound_nodes": [[["a", 0, 0], ["b", 0, 0]]]}],
             "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["merge_1", 0, 0]]} }
            """;
        File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(KerasWriter.Whole([], "1.2.2", config: config)));

        using var model = KerasFile.Load(_folder.File("model.h5"));

        model.Predict([new float[,] { { 1, 2 } }, new float[,] { { 10, 20 } }])[0].Values().Should().Equal(expected.Select(value => (double)value));
    }

    [Theory]
    [InlineData("""["mean_squared_error", "mae", "mse", "huber"]""", "[1.0, 0.5, 2.0, 0.25]", """[["mae"], [], null, "mse"]""")]
    [InlineData("""{"head": "mean_squared_error", "near": "mae", "fit": {"class_name": "MeanSquaredError", "config": {}}, "second": "huber"}""", """{"head": 1, "near": 0.5, "fit": 2, "second": 0.25}""", """{"head": ["mae"], "second": ["mse"]}""")]
    public void Losses_weights_and_metrics_of_each_output_compile_the_model(string losses, string weights, string metrics)
    {
        var graph = KerasGraphCase.Read("merges");
        using var model = Loaded(graph, $$"""{"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.01} }, "loss": {{losses}}, "loss_weights": {{weights}}, "metrics": {{metrics}} }""");

        model.IsCompiled.Should().BeTrue();
        var logs = model.Evaluate([.. graph.Inputs.Select(x => (TensorLike)x)], [.. graph.Outputs.Select(y => (TensorLike)(y + 2))]);

        // Each output is 2 away.
        logs["head_loss"].Should().BeApproximately(4, 1e-4);
        logs["head_mean_absolute_error"].Should().BeApproximately(2, 1e-4);
        logs["near_loss"].Should().BeApproximately(2, 1e-4);
        logs["second_mean_squared_error"].Should().BeApproximately(4, 1e-4);
        logs["loss"].Should().BeApproximately(4 + (0.5 * 2) + (2 * 4) + (0.25 * 1.5), 1e-4);
    }

    [Theory]
    [InlineData("""["mse", "mine", "mse", "mse"]""", "null")]
    [InlineData("""{"head": "mse"}""", "null")]
    [InlineData("\"mse\"", """{"head": 2}""")]
    public void An_output_whose_loss_or_weight_is_not_known_leaves_the_model_uncompiled(string losses, string weights)
    {
        using var model = Loaded(KerasGraphCase.Read("merges"), $$"""{"optimizer_config": {"class_name": "Adam", "config": {"learning_rate": 0.01} }, "loss": {{losses}}, "loss_weights": {{weights}} }""");

        model.IsCompiled.Should().BeFalse();
    }

    private const string Mend = "Build the model in code with what the library has, and take over the weights by KerasFile.LoadWeights; or change the model in Keras and save it again.";
    private const string Damaged = "The file is damaged, or nothing that Keras wrote.";

    [Theory]
    [InlineData("decoder", """[[["target", 0, 0, {"mask": ["source", 0, 0]}], ["encoder", 0, 1, {}], ["encoder", 0, 2, {}]]]""", "it is called with the argument 'mask', which this reader does not know")]
    [InlineData("decoder", """[[["target", 0, 0, {"training": true}], ["encoder", 0, 1, {}], ["encoder", 0, 2, {}]]]""", "it is called with 'training' as true, and only false is read")]
    [InlineData("decoder", """[[["target", 0, 0, {}], ["_CONSTANT_VALUE", -1, 0.0, {}]]]""", "it is called with a constant, and layers' outputs are read")]
    [InlineData("decoder", """[[["target", 0, 0, {"initial_state": [0.0, 1.0]}]]]""", "its first state is 0.0, and layers' outputs are read")]
    [InlineData("told", """[[["third", 0, 0, {"initial_state": [["encoder", 0, 1]]}]]]""", "it is called with the argument 'initial_state', and is no recurrent layer")]
    [InlineData("told", """[{"args": [{"class_name": "__tensor__", "config": {"value": [1.0]}}], "kwargs": {}}]""", "it is called with an object '__tensor__', and layers' outputs are read")]
    public void What_a_layer_is_called_with_is_refused_by_name_where_it_is_not_known(string layer, string nodes, string why)
    {
        var graph = KerasGraphCase.Read("encoder-decoder");
        var model = graph.Model;
        KerasGraphCase.Layer(model, layer)["inbound_nodes"] = JsonNode.Parse(nodes);
        var path = _folder.File("model.h5");
        File.WriteAllBytes(path, Hdf5Writer.Write(graph.Legacy("2.4.0", model)));

        Assert.Throws<NotSupportedException>(() => KerasFile.Load(path)).Message.Should().StartWith($"{path}: layer ").And.EndWith($": {why}. {Mend}");
    }

    [Theory]
    [InlineData("decoder", """[[["target", 0, 0, {}], ["encoder", 0, 1, {}], ["encoder", 0, 3, {}]]]""", "it takes output 3 of 'encoder', which has 3")]
    [InlineData("decoder", """[[["target", 0, 0, {}], ["encoder", 1, 1, {}], ["encoder", 0, 2, {}]]]""", "it takes call 1 of 'encoder', which is called 1 times")]
    [InlineData("decoder", """[[["nowhere", 0, 0, {}]]]""", "there is no layer 'nowhere'")]
    [InlineData("symbols", """[[["third", 0, 0, {}]]]""", "its layers feed each other in a circle")]
    [InlineData("told", "[[7]]", "it is called with a dictionary or another structure, and lists of tensors are read")]
    [InlineData("told", "[7]", "'inbound_nodes' is of no known form")]
    [InlineData("told", "[]", "layer 7 'told' (TimeDistributed): it is not called")]
    [InlineData("source", """[[["target", 0, 0, {}]]]""", "layer 0 'source' (InputLayer): an input is called")]
    public void A_graph_that_can_t_be_is_damage(string layer, string nodes, string why)
    {
        var graph = KerasGraphCase.Read("encoder-decoder");
        var model = graph.Model;
        KerasGraphCase.Layer(model, layer)["inbound_nodes"] = JsonNode.Parse(nodes);
        var path = _folder.File("model.h5");
        File.WriteAllBytes(path, Hdf5Writer.Write(graph.Legacy("2.4.0", model)));

        Assert.ThrowsAny<Exception>(() => KerasFile.Load(path)).Message.Should().StartWith(path).And.Contain(why);
    }

    [Fact]
    public void A_state_that_a_layer_does_not_return_is_damage()
    {
        var graph = KerasGraphCase.Read("encoder-decoder");
        var model = graph.Model;
        KerasGraphCase.Layer(model, "encoder")["config"]!["return_state"] = false;
        var path = _folder.File("model.h5");
        File.WriteAllBytes(path, Hdf5Writer.Write(graph.Legacy("2.4.0", model)));

        Assert.Throws<InvalidDataException>(() => KerasFile.Load(path)).Message.Should()
            .EndWith($"layer 3 'encoder' (LSTM): another takes its state, which it does not return. {Damaged}");
    }

    [Fact]
    public void A_mask_that_Keras_3_does_not_give_a_layer_is_not_given_in_silence()
    {
        var graph = KerasGraphCase.Read("shared");
        var path = _folder.File("model.keras");
        File.WriteAllBytes(path, graph.Keras3(new Dictionary<string, string[]>(Masks) { ["ends"] = ["other", "other"] }));
        Assert.Throws<NotSupportedException>(() => KerasFile.Load(path)).Message.Should().Contain("'ends' (GRU): it is called with a mask, and its input 'dropout_Dropout").And.Contain("has another");

        File.WriteAllBytes(path, graph.Keras3(new Dictionary<string, string[]>()));
        Assert.Throws<NotSupportedException>(() => KerasFile.Load(path)).Message.Should().Contain("layer 3 'reader' (LSTM): it is called with no mask, and its input 'words' has one");
    }

    [Theory]
    [InlineData("GreaterEqual")]
    [InlineData("NotEqual")]
    public void Operations_of_Keras_3_are_read_as_masks_alone(string kind)
    {
        var config = JsonNode.Parse($$"""
            {"module": "keras.src.models.functional", "class_name": "Functional", "registered_name": "Functional", "config": {"name": "m", "trainable": true, "layers": [
              {"module": "keras.layers", "class_name": "InputLayer", "name": "a", "config": {"name": "a", "batch_shape": [null, 3], "dtype": "float32", "sparse": false}, "registered_name": null, "inbound_nodes": []},
              {{KerasGraphCase.Operation(kind, "compared", KerasGraphCase.KerasTensor("a", 0, 0), 0).ToJsonString()}},
              {"module": "keras.layers", "class_name": "Dense", "name": "d", "config": {"name": "d", "units": 1, "activation": "linear", "use_bias": false}, "registered_name": null,
               "inbound_nodes": [{"args": [{{KerasGraphCase.KerasTensor("compared", 0, 0).ToJsonString()}} ], "kwargs": {} }] }],
             "input_layers": ["a", 0, 0], "output_layers": ["d", 0, 0]} }
            """)!;
        var path = _folder.File("model.keras");
        File.WriteAllBytes(path, KerasWriter.Keras3([], config: config.ToJsonString()));

        Errors.Expect<NotSupportedException>(
            () => KerasFile.Load(path), $"{path}: layer 1 'compared' ({kind}): it is the operation '{kind}' of keras.ops, and layers are read. {Mend}");
    }

    [Fact]
    public void A_graph_in_a_graph_that_grows_without_end_is_refused_at_once()
    {
        var model = Doubling(0);
        for (var i = 1; i < 15; i++)
        {
            model = Doubling(i, model);
        }
        var path = _folder.File("model.h5");
        File.WriteAllBytes(path, Hdf5Writer.Write(KerasWriter.Whole([], "2.4.0", config: model.ToJsonString())));

        Assert.Throws<InvalidDataException>(() => KerasFile.Load(path)).Message.Should().Contain("it has more layers than any model");

        // Each calls the one before eight times.
        static JsonObject Doubling(int depth, JsonObject? inner = null)
        {
            var layer = inner ?? (JsonObject)JsonNode.Parse("""{"class_name": "ReLU", "name": "relu", "config": {"name": "relu"}}""")!;
            layer["name"] = $"at{depth}";
            layer["config"]!["name"] = $"at{depth}";
            var nodes = Enumerable.Range(0, 8).Select(i => $"""[["{(i == 0 ? "in" : $"at{depth}")}", {(i == 0 ? 0 : inner is null ? i - 1 : i)}, 0]]""");
            layer["inbound_nodes"] = JsonNode.Parse($"[{string.Join(", ", nodes)}]");
            return (JsonObject)JsonNode.Parse($$"""
                {"class_name": "Model", "config": {"layers": [
                  {"class_name": "InputLayer", "name": "in", "config": {"name": "in", "batch_input_shape": [null, 2]}, "inbound_nodes": []}, {{layer.ToJsonString()}}],
                 "input_layers": [["in", 0, 0]], "output_layers": [["at{{depth}}", {{(inner is null ? 7 : 8)}}, 0]]} }
                """)!;
        }
    }

    private Model Loaded(KerasGraphCase graph, string training)
    {
        File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(graph.Legacy("2.4.0", training: training)));
        return KerasFile.Load(_folder.File("model.h5"));
    }

    private string Written(KerasGraphCase graph, string layout, string name)
    {
        switch (layout)
        {
            case "TensorFlow.js":
                graph.TensorFlowJs(_folder);
                return _folder.File("model.json");
            case "Keras 2":
                File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(graph.Legacy("2.2.4")));
                return _folder.File("model.h5");
            case "tf.keras":
                File.WriteAllBytes(_folder.File("model.h5"), Hdf5Writer.Write(graph.Legacy("2.6.0", AsTensorFlow(graph.Model))));
                return _folder.File("model.h5");
            default:
                File.WriteAllBytes(_folder.File("model.keras"), graph.Keras3(name == "shared" ? Masks : new Dictionary<string, string[]>()));
                return _folder.File("model.keras");
        }
    }

    // The class is Functional, and states are an argument beside the first tensor.
    private static JsonObject AsTensorFlow(JsonObject model)
    {
        model["class_name"] = "Functional";
        foreach (var layer in model["config"]!["layers"]!.AsArray().Where(layer => (string)layer!["class_name"]! is "LSTM" or "GRU" or "SimpleRNN"))
        {
            foreach (var node in layer!["inbound_nodes"]!.AsArray().Select(node => node!.AsArray()).Where(node => node.Count > 1))
            {
                var states = node.Skip(1).Select(state => (JsonNode)new JsonArray(state![0]!.DeepClone(), state[1]!.DeepClone(), state[2]!.DeepClone())).ToArray();
                node[0]![3] = new JsonObject { ["initial_state"] = new JsonArray(states) };
                while (node.Count > 1)
                {
                    node.RemoveAt(1);
                }
            }
        }
        return model;
    }

    private static void ShouldGive(Model model, KerasGraphCase graph)
    {
        var outputs = model.Predict([.. graph.Inputs.Select(x => (TensorLike)x)]);
        outputs.Should().HaveCount(graph.Outputs.Length);
        foreach (var (output, expected) in outputs.Zip(graph.Outputs))
        {
            output.ShouldMatchTensor(expected, Rounding);
        }
    }
}
