using EchoLstm.Files;
using EchoLstm.Inference;
using EchoLstm.Models.Saving;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>Weights alone: what fits is taken whole, what does not is listed and changes nothing.</summary>
public class LoadWeightsTests
{
    [Fact]
    public void Every_weight_that_does_not_fit_is_listed()
    {
        using var folder = new TemporaryFolder();
        using var german = new GermanCulture();
        var path = folder.File("weights.safetensors");
        using (var other = new SequentialModel(new Lstm(3, returnSequences: true), new Dense(1), new Dense(2)) { Seed = 1 })
        {
            other.Build(4, 2);
            other.SaveWeights(path);
        }
        using var model = new SequentialModel(new Lstm(5, returnSequences: true, useBias: false), new TimeDistributed(new Dense(1)), new Dense(2)) { Seed = 2 };
        model.Build(4, 2);

        Errors.ExpectWithoutChange<InvalidDataException>(
            model,
            () => model.LoadWeights(path),
            $"""
            {path} does not fit SequentialModel 'sequential', which has 6 weights; nothing was changed.
              misshapen: lstm_1.kernel is (2, 12), expected (2, 20)
              misshapen: lstm_1.recurrent_kernel is (3, 12), expected (5, 20)
              missing: time_distributed_1.kernel (5, 1)
              missing: time_distributed_1.bias (1,)
              misshapen: dense_1.kernel is (3, 1), expected (1, 2)
              misshapen: dense_1.bias is (1,), expected (2,)
              unexpected: dense_2.bias (2,)
              unexpected: dense_2.kernel (1, 2)
              unexpected: lstm_1.bias (12,)
            Load it into the model that it was saved from, or one with the same layers and names.
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_counter_is_no_weight()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, [], [new("dense_1.kernel", SafetensorsType.I64, [1, 1], to => to.Write(new byte[8])), new("dense_1.bias", SafetensorsType.F32, [1], to => to.Write(new byte[4]))]));
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(1);

        Errors.ExpectWithoutChange<InvalidDataException>(
            model,
            () => model.LoadWeights(path),
            $"{path} does not fit SequentialModel 'sequential', which has 2 weights; nothing was changed.\n  of another type: dense_1.kernel is of I64, expected a floating-point type\nLoad it into the model that it was saved from, or one with the same layers and names.");
    }

    [Theory]
    [InlineData(ScalarType.Float64, ScalarType.Float32)]
    [InlineData(ScalarType.Float32, ScalarType.Float64)]
    [InlineData(ScalarType.Float16, ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16, ScalarType.Float32)]
    public void Numbers_of_another_floating_type_are_converted(ScalarType saved, ScalarType loaded)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        using var model = new SequentialModel(new Dense(2)) { Seed = 1 };
        model.Build(3);
        model.to(saved);
        model.SaveWeights(path);
        using var other = new SequentialModel(new Dense(2)) { Seed = 2 };
        other.Build(3);
        other.to(loaded);

        other.LoadWeights(path);

        other.parameters().Select(parameter => parameter.dtype).Should().OnlyContain(type => type == loaded);
        other.parameters().First().to(saved).Values().Should().Equal(model.parameters().First().Values());
    }

    [Fact]
    public void A_models_file_has_the_weights_too()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Trained();
        model.Save(path);
        using var other = new SequentialModel(new Lstm(2, stateful: true), new Dense(1)) { Seed = 2 };
        other.Build(3, 1);
        _ = other.Predict(zeros(2, 3, 1), carryState: true);

        other.LoadWeights(path);

        other.GetWeights().Values().Should().Equal(model.GetWeights().Values());
        ((Lstm)other.Layers[0]).CopyState().Should().BeNull("a state is no weight, and the old one was of other weights");
    }

    [Fact]
    public void The_optimiser_and_its_engine_go_on_with_the_loaded_weights()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        using var model = Trained();
        model.SaveWeights(path);
        var (x, y) = (Numbers.Uniform(1, [2, 3, 1]), Numbers.Uniform(2, [2, 1]));
        var loss = model.Evaluate(x, y)["loss"];
        model.Fit(x, y, epochs: 5, batchSize: 2, verbose: 0, shuffle: false);
        model.Evaluate(x, y)["loss"].Should().NotBe(loss);

        model.LoadWeights(path);

        model.Evaluate(x, y)["loss"].Should().Be(loss);
        model.ExportProgress()!.Steps.Should().Be(1 + 5, "the weights alone are replaced");
    }

    [Fact]
    public void A_modules_buffers_are_among_the_weights()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        using var model = new SequentialModel(new TimeDistributed(nn.BatchNorm1d(2)));
        model.Build(4, 2);
        model.train();
        _ = model.call(Numbers.Uniform(1, [3, 4, 2]));
        model.SaveWeights(path);
        using var other = new SequentialModel(new TimeDistributed(nn.BatchNorm1d(2)));
        other.Build(4, 2);

        other.LoadWeights(path);

        other.named_buffers().Select(named => $"{named.name} {string.Join(' ', named.buffer.Values())}").Should()
            .Equal(model.named_buffers().Select(named => $"{named.name} {string.Join(' ', named.buffer.Values())}")).And.Contain(text => text.EndsWith("num_batches_tracked 1"));
        using var file = SafetensorsFile.Open(path);
        file.Tensors.Select(tensor => tensor.Name).Should().Equal(
            "time_distributed_1.num_batches_tracked", "time_distributed_1.bias", "time_distributed_1.running_mean", "time_distributed_1.running_var", "time_distributed_1.weight");
        file.Metadata.Should().Equal(new Dictionary<string, string> { ["format"] = "echolstm.weights", ["format_version"] = "1", ["library_version"] = "0.1.0" });
    }

    [Fact]
    public void A_model_without_weights_yet_and_a_path_without_letters_are_errors()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Dense(1));

        Errors.Expect<InvalidOperationException>(() => model.SaveWeights(folder.File("a")), "SequentialModel 'sequential' has no weights yet, so it can't save them. Call Build with an input shape, or call it once with data.");
        Errors.Expect<InvalidOperationException>(() => model.LoadWeights(folder.File("a")), "SequentialModel 'sequential' has no weights yet, so it can't load them. Call Build with an input shape, or call it once with data.");
        Assert.Throws<ArgumentException>(() => model.SaveWeights(" "));
        Assert.Throws<ArgumentException>(() => model.LoadWeights(""));
        folder.Names.Should().BeEmpty();
    }

    [Fact]
    public void Two_weights_of_one_name_are_an_error_before_anything_is_written()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new SequentialModel(new Dense(1) { Name = "b" }) { Name = "a" }, new Dense(1) { Name = "a/b" });
        model.Build(1);

        Errors.Expect<InvalidOperationException>(() => model.SaveWeights(folder.File("a")), "Two weights of SequentialModel 'sequential' would be called 'a.b.kernel' in the file. Give the layers names without '/'.");
        folder.Names.Should().BeEmpty();
    }

    private static SequentialModel Trained()
    {
        var model = new SequentialModel(new Lstm(2, stateful: true), new Dense(1)) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.1));
        using var x = Numbers.Uniform(1, [2, 3, 1]);
        using var y = Numbers.Uniform(2, [2, 1]);
        model.Fit(x, y, batchSize: 2, verbose: 0, shuffle: false);
        return model;
    }

    [Fact]
    public void Doubles_that_the_model_can_not_hold_are_refused_whole()
    {
        using var folder = new TemporaryFolder();
        using var large = new SequentialModel(new Dense(1));
        large.Build(1);
        large.to(ScalarType.Float64);
        large.SetWeights([new[,] { { 1e300 } }, new double[1]]);
        large.SaveWeights(folder.File("large"));
        using var model = new SequentialModel(new Dense(1));
        model.Build(1);

        Errors.ExpectWithoutChange<InvalidDataException>(
            model,
            () => model.LoadWeights(folder.File("large")),
            $"{folder.File("large")}: dense_1.kernel is of Float64 and has numbers that are infinite in the model's type Float32; nothing was changed. Convert the model first, e.g. model.to(ScalarType.Float64).");
        model.to(ScalarType.Float64);
        model.LoadWeights(folder.File("large"));
        ((double[,])model.GetWeights()[0])[0, 0].Should().Be(1e300);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    public void Weights_that_are_not_finite_are_neither_read_nor_written(float value, string text)
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Lstm(2), new Dense(2)) { Seed = 1 };
        model.Build(-1, 3);
        model.SetWeights([.. model.GetWeights().SkipLast(1), new[] { 0, 1234.5f }]);
        var (whole, weights) = (folder.File("model"), folder.File("weights"));
        model.Save(whole);
        model.SaveWeights(weights);
        var before = Numbers.Replace(File.ReadAllBytes(whole), 1234.5f, value);
        File.WriteAllBytes(whole, before);
        File.WriteAllBytes(weights, Numbers.Replace(File.ReadAllBytes(weights), 1234.5f, value));
        var fault = $": dense_1.bias[1] is {text}, expected finite weights; nothing was changed. Its training diverged, or the file is damaged: take weights of before that.";

        Errors.ExpectWithoutChange<InvalidDataException>(model, () => model.LoadWeights(weights), weights + fault);
        Errors.ExpectWithoutChange<InvalidDataException>(model, () => model.LoadWeights(whole), whole + fault);
        Errors.Expect<InvalidDataException>(() => SequentialModel.Load(whole), whole + fault);
        Errors.Expect<InvalidDataException>(() => InferenceModel.Load(whole), whole + fault);
        Errors.Expect<InvalidDataException>(() => InferenceModel.Load(new MemoryStream(before)), "the stream" + fault);
        using (no_grad())
        {
            model.parameters().Last()[1] = tensor(value);
        }
        var refused = $"SequentialModel 'sequential' can't be saved: dense_1/bias[1] is {text}, so that its training has diverged. Nothing was written. Save it before that, or train it anew with a lower learning rate.";
        Errors.Expect<InvalidOperationException>(() => model.Save(whole), refused);
        Errors.Expect<InvalidOperationException>(() => model.SaveWeights(whole), refused);
        File.ReadAllBytes(whole).Should().Equal(before);
    }

    [Fact]
    public void A_sound_file_of_a_type_that_no_weight_has()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("int32");
        var header = """{"dense_1.bias":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}}"""u8;
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. header, 0, 0, 0, 0]);
        using var model = new SequentialModel(new Dense(1));
        model.Build(1);

        Errors.ExpectWithoutChange<InvalidDataException>(
            model,
            () => model.LoadWeights(path),
            $"{path}: tensor 'dense_1.bias' is of I32, which is not read here; expected one of F16, BF16, F32, F64, I64. Convert it before it is written, in Python e.g. with astype(\"float32\").");
    }
}
