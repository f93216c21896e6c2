using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EchoLstm.Files;
using EchoLstm.Models.Saving;
using EchoLstm.Saving;
using EchoLstm.Tests.Layers;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>Whole models: what a file holds, what it can't, and what is said of one that is not sound.</summary>
public class SaveModelTests
{
    [Fact]
    public void A_loss_metric_and_optimiser_of_the_library_come_back_with_every_setting()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        Loss[] losses = [.. Made<Loss>()];
        Metric[] metrics = [.. Made<Metric>()];
        Optimizer[] optimizers =
        [
            new Adam(0.1, 0.2, 0.3, 0.4) { ClipNorm = 0.5 },
            new Sgd(0.1, 0.2, nesterov: true) { GlobalClipNorm = 0.5 },
            new RmsProp(0.1, 0.2, 0.3, 0.4, centered: true) { ClipValue = 0.5 },
            new AdamW(0.1, 0.2, 0.3, 0.4, 0.5) { ClipNorm = 0.5 },
            new Nadam(0.1, 0.2, 0.3, 0.4) { LearningRateSchedule = new CosineDecay(0.1, 2, 0.3, 0.4, 5) },
            new Adamax(0.1, 0.2, 0.3, 0.4) { LearningRateSchedule = new ExponentialDecay(0.1, 2, 0.3, staircase: true) },
            new Adagrad(0.1, 0.2, 0.3) { LearningRateSchedule = new PiecewiseConstantDecay([1, 2], [0.3, 0.4, 0.5]) },
        ];
        (losses.Length, metrics.Length).Should().Be((21, 16));
        foreach (var (loss, optimizer) in losses.SelectMany(loss => optimizers.Select(optimizer => (loss, optimizer))))
        {
            using var model = new SequentialModel(new Dense(2)) { Seed = 1, RequestedEngine = EngineKind.Torch };
            model.Build(2);
            model.Compile(loss, optimizer, metrics);
            model.Save(path);

            using var loaded = SequentialModel.Load(path);

            var settings = loaded.Compilation!;
            (settings.Loss.Name, settings.Loss.Expects, settings.Loss.Fused).Should().Be((loss.Name, loss.Expects, loss.Fused));
            StrictJson.Write(CompileSettings.Of(settings), TrainingJson.Settings).Should().Be(StrictJson.Write(CompileSettings.Of(model.Compilation!), TrainingJson.Settings));
            settings.Loss.IgnoreClass.Should().Be(loss.IgnoreClass);
            settings.Metrics.Select(metric => metric.Name).Should().Equal(metrics.Select(metric => metric.Name));
            settings.Optimizer.Should().BeEquivalentTo(optimizer, options => options.RespectingRuntimeTypes());
            loaded.RequestedEngine.Should().Be(EngineKind.Torch);
        }
    }

    /// <summary>Each that a method makes without a function: with its defaults, and with every setting changed.</summary>
    private static IEnumerable<T> Made<T>()
    {
        foreach (var method in typeof(T).GetMethods(BindingFlags.Static | BindingFlags.Public).Where(method => method.Name != nameof(Loss.Custom)))
        {
            var parameters = method.GetParameters();
            yield return (T)method.Invoke(null, [.. parameters.Select(parameter => parameter.HasDefaultValue ? parameter.DefaultValue : new[] { 0.5 })])!;
            if (parameters.Length > 0)
            {
                yield return (T)method.Invoke(null, [.. parameters.Select(parameter => Changed(parameter.ParameterType, method.Name))])!;
            }
        }

        static object Changed(Type type, string method) =>
            type == typeof(bool) ? true
            : type == typeof(string) ? $"another {method}"
            : type == typeof(double[]) ? new[] { 0.25, 0.75 }
            : type.IsEnum ? Enum.GetValues(type).GetValue(1)!
            : type == typeof(int) || type == typeof(int?) ? (object)7
            : 0.75;
    }

    [Fact]
    public void A_rate_that_was_changed_stays_changed()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        var adam = new Adam(0.5);
        using var model = Built();
        model.Compile(Loss.MeanSquaredError(), adam);
        adam.LearningRate = 1.0 / 3;
        using (new GermanCulture())
        {
            model.Save(path);
            using var loaded = SequentialModel.Load(path);
            loaded.Optimizer!.LearningRate.Should().Be(1.0 / 3);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Its_type_comes_back(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = new SequentialModel(new Gru(2, returnSequences: true), new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        model.to(type);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.parameters().Select(parameter => parameter.dtype).Distinct().Should().Equal(type);
        Errors.Contents(loaded).Should().Equal(Errors.Contents(model));
    }

    [Fact]
    public void Layers_that_are_frozen_one_by_one_stay_frozen()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = new SequentialModel(new SequentialModel(new Dense(2), new Dense(2)), new Dense(1)) { Seed = 1 };
        model.Build(2);
        model.Trainable = false;
        ((SequentialModel)model.Layers[0]).Layers[1].Trainable = true;
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(zeros(2, 2), zeros(2, 1), verbose: 0);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        Errors.Contents(loaded).Should().Equal(Errors.Contents(model));
        loaded.Trainable.Should().BeFalse();
        using var progress = loaded.ExportProgress()!;
        progress.Moments.Keys.Should().BeEquivalentTo("sequential_1.dense_2.linear.weight", "sequential_1.dense_2.linear.bias");
    }

    [Fact]
    public void A_layer_that_is_added_after_a_load_is_counted_on()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = new SequentialModel(new Dense(2), new Dense(2) { Name = "mine" }, new Dense(2)) { Seed = 1 };
        model.Build(2);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);
        loaded.Add(new Dense(1));
        model.Add(new Dense(1));

        loaded.Layers.Select(layer => layer.Name).Should().Equal("dense_1", "mine", "dense_2", "dense_3").And.Equal(model.Layers.Select(layer => layer.Name));
        loaded.GetWeights().Values().Should().Equal(model.GetWeights().Values(), "the generator of the initial values goes on too");
    }

    [Fact]
    public void An_optimiser_that_has_not_gone_on_yet_does_not_know_a_layer_that_is_added()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Built();
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[2, 4, 1], new float[2, 1], verbose: 0);
        model.Save(path);
        using var loaded = SequentialModel.Load(path);
        using (var progress = loaded.ExportProgress())
        {
            progress!.Steps.Should().Be(1);
        }

        loaded.Add(new Dense(1));

        loaded.ExportProgress().Should().BeNull();
    }

    [Fact]
    public void A_carried_state_comes_back()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = new SequentialModel(new Bidirectional(new Gru(2, returnSequences: true, stateful: true)), new Lstm(3, stateful: true)) { Seed = 1 };
        model.Build(4, 1);
        _ = model.Predict(Numbers.Uniform(1, [2, 4, 1]), carryState: true);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        var x = Numbers.Uniform(2, [2, 4, 1]);
        loaded.Predict(x, carryState: true).Values().Should().Equal(model.Predict(x, carryState: true).Values());
    }

    [Fact]
    public void What_is_code_of_the_users_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        File.WriteAllText(path, "old");
        using var module = new SequentialModel(new Dense(2), new SequentialModel(new TimeDistributed(new GatedLinear(2, 2))) { Name = "inner" });
        module.Build(3, 2);
        const string mend = "Call SaveWeights; to go on, make and compile the same model in code and call LoadWeights.";

        Errors.Expect<InvalidOperationException>(
            () => module.Save(path),
            "The model can't be saved as a whole: what 'time_distributed_1' in 'inner' wraps is the TorchSharp module GatedLinear, and a file can't hold its code. Call SaveWeights; to read the weights, make the same model in code and call LoadWeights.");
        module.SaveWeights(folder.File("weights.safetensors"));
        Refused((_, output) => output, null, null, $"The model can't be saved as a whole: the loss 'custom' is code of yours, which a file can't hold. {mend}");
        Refused(null, Metric.Custom((_, output) => output, "mean_squared_error"), null, $"The model can't be saved as a whole: the metric 'mean_squared_error' is code of yours, which a file can't hold. {mend}");
        Refused(null, null, new TorchOptimizer(parameters => optim.SGD(parameters, 0.1)), $"The model can't be saved as a whole: the optimiser 'torch' (TorchOptimizer) is code of yours, which a file can't hold. {mend}");
        File.ReadAllText(path).Should().Be("old");
        folder.Names.Should().Equal("model.safetensors", "weights.safetensors");

        void Refused(Func<Tensor, Tensor, Tensor>? loss, Metric? metric, Optimizer? optimizer, string message)
        {
            using var model = Built();
            model.Compile(loss is null ? Loss.MeanSquaredError() : Loss.Custom(loss), optimizer ?? new Adam(), metric is null ? [] : [metric]);
            Errors.Expect<InvalidOperationException>(() => model.Save(path), message);
        }
    }

    [Fact]
    public void Layers_of_two_types_and_models_that_are_not_built_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(2), new Dense(1)) { Seed = 1 };

        Errors.Expect<InvalidOperationException>(() => model.Save(folder.File("a")), "SequentialModel 'sequential' has no weights yet, so it can't be saved. Call Build with an input shape, or call it once with data.");
        model.Build(2);
        model.Layers[0].to(ScalarType.Float64);
        Errors.Expect<InvalidOperationException>(() => model.Save(folder.File("a")), "The model can't be saved as a whole: its weights are of Float64 and Float32. Move it to one type, e.g. model.to(torch.float32), or call SaveWeights.");
        folder.Names.Should().BeEmpty();
    }

    [Fact]
    public void A_file_of_weights_alone_and_one_of_another_version_say_what_they_are()
    {
        using var folder = new TemporaryFolder();
        var (weights, model) = (folder.File("weights.safetensors"), folder.File("model.safetensors"));
        using (var saved = Built())
        {
            saved.SaveWeights(weights);
            saved.Save(model);
        }
        var plain = folder.File("plain.safetensors");
        AtomicFile.Write(plain, stream => SafetensorsWriter.Write(stream, [], []));
        Rewrite(model, metadata => metadata["format_version"] = "2");

        const string mend = "It has weights alone: make the model in code, build it, and call LoadWeights.";
        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(weights), $"{weights} is a safetensors file without a model in it: its format is 'echolstm.weights', expected 'echolstm.model'. {mend}");
        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(plain), $"{plain} is a safetensors file without a model in it: its format is not said, expected 'echolstm.model'. {mend}");
        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(model), $"{model} has the format version '2', written by EchoLstm 0.1.0; this is EchoLstm 0.1.0, which reads '1'. Use a version of the library that knows it.");
    }

    public static TheoryData<string, string, string, string> Wrong => new()
    {
        { "model", "\"units\":3", "\"units\":0", "in its model, network, layers[0]: Lstm needs at least 1 unit." },
        { "model", "\"units\":3", "\"units\":4", "does not fit its own architecture, which has 5 weights; nothing was changed.\n  misshapen: lstm_1.kernel is (1, 12), expected (1, 16)" },
        { "model", "\"units\":3", "\"units\":2147483647", "does not fit its own architecture" },
        { "model", "\"units\":3", "\"units\":3000000000", "in its model, network, layers[0]: 'units' is the number 3000000000, expected a whole number of 32 bits. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"units\":3,", "", "in its model, network, layers[0]: the field 'units' is missing. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"units\":3,", "\"units\":3,\"units\":3,", "in its model, network, layers[0]: the field 'units' is there twice. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"units\":3,", "\"units\":3,\"peephole\":true,", "in its model, network, layers[0]: there is a field 'peephole', which this version does not know. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"LSTM\"", "\"ConvLSTM\"", "in its model, network, layers[0]: there is a 'ConvLSTM', which this version does not have. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"Sigmoid\"", "\"sigmoid\"", "in its model, network, layers[0]: 'recurrent_activation' is the text \"sigmoid\", expected one of Linear, Relu, Tanh, Sigmoid, HardSigmoid, Softmax, Elu, Selu, Gelu, Swish, Softplus, Softsign, Exponential, LeakyRelu, HardSigmoidKeras3, Mish. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"Sigmoid\"", "\"3\"", "in its model, network, layers[0]: 'recurrent_activation' is the text \"3\", expected one of Linear, Relu, Tanh, Sigmoid, HardSigmoid, Softmax, Elu, Selu, Gelu, Swish, Softplus, Softsign, Exponential, LeakyRelu, HardSigmoidKeras3, Mish. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"dense_1\"", "\"lstm_1\"", "in its model, network: Two layers of the model are named 'lstm_1'. Give each a name of its own." },
        { "model", "\"dense_1\"", "\" \"", "in its model, network, layers[1]: The value cannot be an empty string or composed entirely of whitespace. (Parameter 'name')" },
        { "model", "\"dense_1\"", "\"a.b\"", "in its model, network: module name can't contain \".\", got: a.b" },
        { "model", "[null,4,1]", "[null,4]", "its 'model' is no model that could be built for input of shape (None, 4): Lstm 'lstm_1' expects input of rank 3" },
        { "model", "[null,4,1]", "[null,4,-1]", "in its model: Axis 2 of the shape (None, 4, -1) is -1" },
        { "model", "[null,4,1]", "[9223372036854775807,4,1]", "its 'model' is no model that could be built for input of shape (9223372036854775807, 4, 1): SequentialModel 'sequential' can't be built for (9223372036854775807, 4, 1): no memory holds so long an axis." },
        { "model", "\"F32\"", "\"I64\"", "in its model: 'dtype' is I64, expected a floating-point type. The file is damaged, or a newer version of the library wrote it." },
        { "model", "\"frozen\":[]", "\"frozen\":[\"lost\"]", "in its model: 'frozen' names lost, which the model does not have. The file is damaged; save it again." },
        { "compile", "\"adam\"", "\"ftrl\"", "in its compile, optimizer: there is a 'ftrl', which this version does not have. The file is damaged, or a newer version of the library wrote it." },
        { "compile", "0.9,", "9,", "in its compile, optimizer: beta1 must" },
        { "compile", "\"mean_squared_error\"", "\"hinge\"", "in its compile, loss: there is a 'hinge', which this version does not have. The file is damaged, or a newer version of the library wrote it." },
        { "compile", "\"metrics\":[]", "\"metrics\":[\"auc\"]", "in its compile: there is a metric 'auc', which this version does not have. The file is damaged, or a newer version of the library wrote it." },
        { "compile", "\"metrics\":[]", "\"metrics\":[\"accuracy\",\"accuracy\"]", "in its compile: Two metrics are named 'accuracy'." },
        { "training", "\"optimizer_steps\":1", "\"optimizer_steps\":-1", "in its training: 'optimizer_steps' is negative. The file is damaged, or a newer version of the library wrote it." },
        { "training", "\"optimizer_steps\":1", "\"optimizer_steps\":null", "the tensors optimizer/" },
        { "training", "\"lstm_1\":0", "\"lstm_1\":1", "in its training: there is no generator for the layer 'lstm_1'. The file is damaged; save it again." },
        { "training", "\"lstm_1\":0", "\"lstm_1\":0,\"dense_1\":0", "in its training: there are generators for dense_1, which the model does not have or which draw nothing. The file is damaged; save it again." },
        { "training", "-", "+", "is no state of a generator. The file is damaged, or a newer version of the library wrote it." },
        { "training", "\"generators\":[", "\"generators\":[null,", "in its training: '' is no state of a generator. The file is damaged, or a newer version of the library wrote it." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_in_a_file_is_named(string part, string before, string after, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = Built())
        {
            model.Compile(Loss.MeanSquaredError(), new Adam());
            using var zero = zeros(2, 4, 1);
            using var one = ones(2, 1);
            model.Fit(zero, one, verbose: 0);
            model.Save(path);
        }
        Rewrite(path, metadata =>
        {
            var text = (string)metadata[part]!;
            text.Should().Contain(before);
            var place = text.IndexOf(before, StringComparison.Ordinal);
            metadata[part] = text[..place] + after + text[(place + before.Length)..];
        });

        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var message = Assert.Throws<InvalidDataException>(() => SequentialModel.Load(path)).Message;

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live, "what was read goes with the error");
        message.Should().StartWith(path).And.Contain(expected);
    }

    [Fact]
    public void A_layer_in_both_directions_that_can_not_go_backwards_is_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = new SequentialModel(new Bidirectional(new Lstm(3)), new Dense(1)) { Seed = 1 })
        {
            model.Build(4, 1);
            model.Save(path);
        }
        Rewrite(path, metadata =>
        {
            var model = JsonNode.Parse((string)metadata["model"]!)!;
            var layers = model["network"]!["layers"]!;
            layers[0]!["layer"] = layers[1]!.DeepClone();
            metadata["model"] = model.ToJsonString();
        });

        Errors.Expect<InvalidDataException>(
            () => SequentialModel.Load(path),
            $"{path}: in its model, network, layers[0]: its 'layer' is no recurrent layer. The file is damaged, or a newer version of the library wrote it.");
    }

    [Theory]
    [InlineData("state/lstm_1/0", "the tensors state/lstm_1/0 belong to no stateful layer of its model.")]
    [InlineData("optimizer/m/lost", "the tensors optimizer/m/lost belong to no parameter of its model and no optimiser that it was compiled with.")]
    public void A_tensor_that_belongs_to_nothing_is_named(string name, string expected) => RefusesTensors(
        tensors => tensors.Add(TensorBytes.Source(name, zeros(2, 3))),
        $"{expected} The file is damaged; save it again.");

    [Theory]
    [InlineData(true, "is missing")]
    [InlineData(false, "is of I64 and shape (1,)")]
    public void What_an_optimiser_remembers_is_checked(bool isMissing, string what) => RefusesTensors(
        tensors =>
        {
            tensors.RemoveAll(tensor => tensor.Name == "optimizer/v/dense_1.linear.bias");
            if (!isMissing)
            {
                tensors.Add(TensorBytes.Source("optimizer/v/dense_1.linear.bias", zeros(1, dtype: int64)));
            }
        },
        $"the tensor 'optimizer/v/dense_1.linear.bias' {what}, expected floating-point numbers of shape (1). The file is damaged; save it again.");

    private static void RefusesTensors(Action<List<SafetensorsSource>> change, string expected)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var (path, changed) = (folder.File("model.safetensors"), folder.File("changed.safetensors"));
        using var model = Built();
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[2, 4, 1], new float[2, 1], verbose: 0);
        model.Save(path);
        using (var file = SafetensorsFile.Open(path))
        {
            List<SafetensorsSource> tensors = [.. file.Tensors.Select(entry => TensorBytes.Source(entry.Name, TensorBytes.Read(file, entry)))];
            change(tensors);
            AtomicFile.Write(changed, stream => SafetensorsWriter.Write(stream, [.. file.Metadata], tensors));
        }
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(changed), $"{changed}: {expected}");

        DisposeScopeManager.Statistics.ThreadTotalLiveCount.Should().Be(live, "what was read goes with the error");
    }

    [Fact]
    public void A_generator_comes_back_with_the_normal_number_that_it_has_in_hand()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Built();
        _ = model.Generator!.NextNormal();
        model.Generator.State.SpareNormal.Should().NotBeNull();
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.Generator!.State.Should().BeEquivalentTo(model.Generator.State);
    }

    [Fact]
    public void A_generator_that_would_draw_zeros_for_ever_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = Built())
        {
            model.Save(path);
        }
        Rewrite(path, metadata => metadata["training"] = Regex.Replace((string)metadata["training"]!, "[0-9a-f]{16}", "0000000000000000"));

        Errors.Expect<InvalidDataException>(
            () => SequentialModel.Load(path),
            $"{path}: in its training: '0000000000000000-0000000000000000-0000000000000000-0000000000000000' is no state of a generator. The file is damaged, or a newer version of the library wrote it.");
    }

    [Fact]
    public void A_model_that_was_loaded_is_saved_as_often_as_one_likes()
    {
        using var folder = new TemporaryFolder();
        var (path, again) = (folder.File("model.safetensors"), folder.File("again.safetensors"));
        using var model = Built();
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(new float[2, 4, 1], new float[2, 1], verbose: 0);
        model.Save(path);
        using var loaded = SequentialModel.Load(path);

        for (var time = 0; time < 2; time++)
        {
            loaded.Save(again);
            File.ReadAllBytes(again).Should().Equal(File.ReadAllBytes(path));
        }
    }

    [Fact]
    public void A_model_of_too_many_layers_and_one_in_one_in_one_are_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = new SequentialModel(new Flatten { Name = "a" }) { Seed = 1 })
        {
            model.Build(1);
            model.Save(path);
        }
        const string flatten = """{"class":"Flatten","name":null,"seed":null,"trainable":true}""";
        var one = File.ReadAllBytes(path);

        Rewrite(path, metadata => metadata["model"] = ((string)metadata["model"]!).Replace("\"layers\":[", "\"layers\":[" + string.Concat(Enumerable.Repeat(flatten + ",", 10_000))));
        Assert.Throws<InvalidDataException>(() => SequentialModel.Load(path)).Message.Should().Contain("the model has more than 10000 layers");

        File.WriteAllBytes(path, one);
        const int Depth = 100;
        Rewrite(path, metadata => metadata["model"] = $$"""{"network":{{string.Concat(Enumerable.Repeat("""{"class":"TimeDistributed","layer":""", Depth))}}{{flatten}}{{new string('}', Depth)}}}""");
        Assert.Throws<InvalidDataException>(() => SequentialModel.Load(path)).Message.Should().StartWith($"{path}: its 'model' is not sound: ").And.Contain("depth of 64");
    }

    [Fact]
    public void As_many_layers_are_read_as_there_may_be()
    {
        Check(SavedModel.MostLayers);

        Errors.Expect<InvalidDataException>(
            () => Check(SavedModel.MostLayers + 1),
            "a.file: in its model: the model has more than 10000 layers. The file is damaged, or a newer version of the library wrote it.");

        static void Check(int layers) =>
            SavedModel.CheckLayers("a.file", new SequentialSettings { Layers = [.. Enumerable.Repeat(new FlattenSettings(), layers - 1)] });
    }

    [Fact]
    public void A_text_is_read_up_to_its_greatest_length()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = Built())
        {
            model.Save(path);
        }

        Rewrite(path, metadata => metadata["model"] = ((string)metadata["model"]!).PadRight(StrictJson.LongestText));
        SequentialModel.Load(path).Dispose();

        Rewrite(path, metadata => metadata["model"] = (string)metadata["model"]! + ' ');
        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(path), $"{path}: its 'model' has 4,194,305 letters, and at most 4,194,304 are read. The file is damaged or no model of ours.");
    }

    private static SequentialModel Built()
    {
        var model = new SequentialModel(new Lstm(3), new Dense(1)) { Seed = 1 };
        model.Build(4, 1);
        return model;
    }

    /// <summary>Changes the metadata of a file's header; the tensors stay.</summary>
    internal static void Rewrite(string path, Action<JsonObject> change)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        change(header["__metadata__"]!.AsObject());
        var text = System.Text.Encoding.UTF8.GetBytes(header.ToJsonString());
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)text.Length), .. text, .. bytes.AsSpan(8 + length)]);
    }
}
