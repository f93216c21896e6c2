using EchoLstm.Data;
using EchoLstm.Onnx;
using EchoLstm.Tests.Layers;
using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Onnx;

/// <summary>What an exported file is called, says and refuses.</summary>
public sealed class OnnxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _tensors = NewDisposeScope();

    public void Dispose()
    {
        _tensors.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Samples_and_steps_are_any_number_though_the_model_was_built_for_one()
    {
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new TimeDistributed(new Dense(2))) { Seed = 1 };
        model.Build(5, 4);
        using var run = OnnxRun.Of(model);

        run.Inputs["input"].SymbolicDimensions.Should().Equal("batch", "steps", "");
        run.Inputs["input"].Dimensions.Should().Equal(-1, -1, 4);
        run.Outputs["output"].Dimensions.Should().Equal(-1, -1, 2);
        var x = Numbers.Uniform(1, [3, 5, 4]);
        run.Predict(x.narrow(1, 0, 2)).ShouldMatchTensor(model.Predict(x).narrow(1, 0, 2), OnnxModelTests.Close);
    }

    [Fact]
    public void Steps_are_as_many_as_the_layers_have_weights_for()
    {
        using var model = new SequentialModel(new Lstm(3, returnSequences: true), new Flatten(), new Dense(2)) { Seed = 1 };
        model.Build(5, 4);
        using var fix = new SequentialModel(new Reshape(2, 10), new Lstm(2)) { Seed = 1 };
        fix.Build(5, 4);

        using (var run = OnnxRun.Of(model))
        {
            run.Inputs["input"].Dimensions.Should().Equal(-1, 5, 4);
        }
        using (var run = OnnxRun.Of(fix))
        {
            run.Inputs["input"].Dimensions.Should().Equal(-1, 5, 4);
            run.Predict(Numbers.Uniform(1, [3, 5, 4])).ShouldMatchTensor(fix.Predict(Numbers.Uniform(1, [3, 5, 4])), OnnxModelTests.Close);
        }
        Errors.Expect<ShapeMismatchException>(
            () => model.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { FixedSteps = 6 }),
            "SequentialModel 'sequential' was built for input of shape (None, 5, 4) and has weights for so many time steps: it can't be exported for (None, 6, 4). Leave out FixedSteps.");
    }

    [Fact]
    public void A_reshape_of_any_number_of_steps_is_told_how_many()
    {
        using var model = new SequentialModel(new Reshape(2, 10), new Lstm(2)) { Seed = 1 };
        model.Build(-1, 4);

        Errors.Expect<ShapeMismatchException>(
            () => model.ExportOnnx(_folder.File("a.onnx")),
            "Reshape 'reshape_1' makes samples of shape (2, 10), which it can't of (None, None, 4), whose lengths are not all known: set FixedSteps.");
        using var run = OnnxRun.Of(model, new OnnxOptions { FixedSteps = 5 });
        run.Predict(Numbers.Uniform(1, [3, 5, 4])).ShouldMatchTensor(model.Predict(Numbers.Uniform(1, [3, 5, 4])), OnnxModelTests.Close);
    }

    [Fact]
    public void Fixed_lengths_stand_in_the_file()
    {
        using var model = new SequentialModel(new Gru(3)) { Seed = 1 };
        model.Build(-1, 4);
        using var run = OnnxRun.Of(model, new OnnxOptions { FixedBatch = 2, FixedSteps = 6 });

        run.Inputs["input"].Dimensions.Should().Equal(2, 6, 4);
        run.Outputs["output"].Dimensions.Should().Equal(2, 3);
        run.Predict(Numbers.Uniform(1, [2, 6, 4])).ShouldMatchTensor(model.Predict(Numbers.Uniform(1, [2, 6, 4])), OnnxModelTests.Close);
    }

    [Fact]
    public void Words_come_in_as_whole_numbers_and_what_is_masked_repeats_the_last_output()
    {
        using var model = new SequentialModel(new Embedding(9, 3, maskZero: true), new Lstm(4, returnSequences: true)) { Seed = 1 };
        model.Build(-1);
        using var run = OnnxRun.Of(model);
        var words = tensor(new long[,] { { 3, 1, 0, 0 }, { 0, 4, 0, 8 }, { 0, 0, 0, 0 } });

        var output = run.Predict(words);

        run.Inputs["input"].ElementType.Should().Be<long>();
        output.ShouldMatchTensor(model.Predict(words), OnnxModelTests.Close);
        output[0, 3].Values().Should().Equal(output[0, 1].Values());
        output[2].Values().Should().OnlyContain(number => number == 0);
    }

    [Fact]
    public void Nodes_have_the_names_of_layers_and_dropout_is_gone()
    {
        using var model = new SequentialModel(
            new Lstm(3, returnSequences: true) { Name = "memory" }, new Dropout(0.5) { Name = "forgetful" }, new SequentialModel(new Dense(2, Activation.Relu)) { Name = "head" }) { Seed = 1 };
        model.Build(-1, 4);
        model.ExportOnnx(_folder.File("named.onnx"));

        var nodes = OnnxReader.Nodes(_folder.File("named.onnx"));

        nodes.Should().Contain([("memory", "LSTM"), ("head/dense_1", "MatMul"), ("head/dense_1/Add", "Add"), ("head/dense_1/Relu", "Relu")]);
        nodes.Should().NotContain(node => node.Name.Contains("forgetful"));
        nodes.Select(node => node.Name).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Layers_may_be_called_as_the_inputs_and_outputs_are()
    {
        using var model = new SequentialModel(
            new Lstm(3, returnSequences: true) { Name = "input" }, new Dense(2) { Name = "output" }, new Gru(2, returnSequences: true) { Name = "lengths" }, new Dense(2) { Name = "input_h_in" }) { Seed = 1 };
        model.Build(-1, 4);
        using var run = OnnxRun.Of(model, new OnnxOptions { WithState = true });
        var x = Numbers.Uniform(1, [2, 3, 4]);

        run.Inputs.Keys.Should().Equal("input", "input_h_in", "input_c_in", "lengths_h_in");
        run.Step(x, run.Zeros(2)).Output.ShouldMatchTensor(model.Predict(x), OnnxModelTests.Close);
    }

    [Fact]
    public void There_is_no_node_and_no_constant_that_nobody_needs()
    {
        using var model = new SequentialModel(new Masking(), new Lstm(3, returnSequences: true), new Gru(2)) { Seed = 1 };
        model.Build(-1, 4);
        model.ExportOnnx(_folder.File("a.onnx"));

        var (values, used) = OnnxReader.Values(_folder.File("a.onnx"));

        values.Should().BeSubsetOf(used);
    }

    [Fact]
    public void The_file_says_what_the_model_carries()
    {
        using var model = new SequentialModel(new Lstm(3)) { Seed = 1 };
        model.Build(-1, 4);
        model.Metadata["unit"] = "visitors a day";
        model.Scalers["x"] = new MinMaxScaler().Fit([1f, 3f]);
        model.Vocabularies["labels"] = ["ruhig", "日"];
        using var run = OnnxRun.Of(model, new OnnxOptions { WithState = true });

        run.Properties.Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["unit"] = "visitors a day",
            ["echolstm.version"] = "0.1.0",
            ["echolstm.input_shape"] = "[null,null,4]",
            ["echolstm.output_shape"] = "[null,3]",
            ["echolstm.scalers"] = run.Properties["echolstm.scalers"],
            ["echolstm.vocabularies"] = """{"labels":["ruhig","日"]}""",
            ["echolstm.states"] = """{"lstm_1_h_in":"lstm_1_h_out","lstm_1_c_in":"lstm_1_c_out"}""",
        });
        run.Properties["echolstm.scalers"].Should().StartWith("""{"x":{"class":"MinMaxScaler",""");
        model.Metadata["echolstm.version"] = "mine";
        Errors.Expect<InvalidOperationException>(
            () => model.ExportOnnx(_folder.File("a.onnx")),
            "The model can't be exported: its Metadata has the key 'echolstm.version', and 'echolstm.' begins the keys of what the library says. Give it another name.");
    }

    [Fact]
    public void The_tutorials_models_predict_the_same()
    {
        var sequence = EchoSequence.Linear(5);
        Same(EchoModels.OneToOne(seed: 1), EchoSequence.FrameOneToOne(sequence));
        Same(EchoModels.ManyToOne(seed: 1), EchoSequence.FrameManyToOne(sequence));
        Same(EchoModels.ManyToMany(seed: 1), EchoSequence.FrameManyToMany(sequence));
        Same(EchoModels.OneToMany(seed: 1), null);
        Same(EchoModels.EncoderDecoder(seed: 1, units: 20), null);
        Same(new SequentialModel(new Lstm(32, returnSequences: true), new TimeDistributed(new Dense(8, Activation.Softmax))), null, 64, 15);

        void Same(SequentialModel model, (Array X, Array Y)? data, params long[] shape)
        {
            using (model)
            {
                if (shape.Length > 0)
                {
                    model.Build(shape);
                }
                var x = data is { } given ? NetArrays.ToTensor(given.X) : Numbers.Uniform(2, [.. model.InputShape!.Select(length => length ?? 3)]);
                if (data is { } training)
                {
                    model.Fit(training.X, training.Y, epochs: 20, verbose: 0);
                }
                using var run = OnnxRun.Of(model);
                run.Predict(x).ShouldMatchTensor(model.Predict(x), OnnxModelTests.Close, model.Summary());
            }
        }
    }

    [Fact]
    public void The_echo_goes_on_from_part_to_part()
    {
        using var model = EchoModels.SequenceEcho(batchSize: 3, seed: 1);
        using var run = OnnxRun.Of(model, new OnnxOptions { WithState = true });
        var states = run.Zeros(3);

        for (var part = 0; part < 4; part++)
        {
            var x = Numbers.Uniform(part, [3, 5, 100]);
            (var output, states) = run.Step(x, states);
            output.ShouldMatchTensor(model.Predict(x, carryState: true), OnnxModelTests.Close, $"part {part}");
        }
    }

    [Fact]
    public void A_masked_step_leaves_the_state_as_a_stream_does()
    {
        using var model = new SequentialModel(new Masking(-1), new Gru(3, returnSequences: true), new Lstm(2)) { Seed = 1 };
        model.Build(-1, 2);
        using var run = OnnxRun.Of(model, new OnnxOptions { WithState = true });
        using var stream = model.OpenStream(batch: 2);
        var states = run.Zeros(2);

        for (var step = 0; step < 6; step++)
        {
            var x = step is 1 or 4 ? full([2, 1, 2], -1.0) : Numbers.Uniform(step, [2, 1, 2]);
            x[1].fill_(step < 2 ? -1 : 0.5);
            (var output, states) = run.Step(x, states);
            output.ShouldMatchTensor(stream.Step(x.squeeze(1)), OnnxModelTests.Close, $"step {step}");
        }
    }

    [Fact]
    public void Lengths_come_with_the_data()
    {
        using var model = new SequentialModel(new Bidirectional(new Lstm(3, returnSequences: true)), new GlobalAveragePooling1D()) { Seed = 1 };
        model.Build(-1, 2);
        using var run = OnnxRun.Of(model, new OnnxOptions { WithLengths = true });
        var x = Numbers.Uniform(1, [3, 4, 2]);

        run.Predict(x, [4, 0, 2]).ShouldMatchTensor(model.Predict(x, lengths: [4, 0, 2]), OnnxModelTests.Close);
        run.Predict(x, [9, -1, 2]).ShouldMatchTensor(model.Predict(x, lengths: [4, 0, 2]), OnnxModelTests.Close);
    }

    [Fact]
    public void Weights_of_other_types_become_float32()
    {
        using var model = new SequentialModel(new Lstm(3), new Dense(2)) { Seed = 1 };
        model.Build(-1, 2);
        model.to(ScalarType.Float64);
        using var run = OnnxRun.Of(model);
        var x = Numbers.Uniform(1, [3, 4, 2]);

        run.Predict(x).ShouldMatch(model.Predict(x.to(ScalarType.Float64)).Values(), OnnxModelTests.Close);
    }

    [Fact]
    public void What_ONNX_lacks_is_refused_by_name_and_an_old_file_stays()
    {
        File.WriteAllText(_folder.File("model.onnx"), "old");
        Refuses("The model can't be exported to ONNX: Lstm 'lstm_1' has Gelu inside, which ONNX's recurrent operators do not know. Train it with one of Linear, Relu, Tanh, Sigmoid, HardSigmoid, HardSigmoidKeras3, Elu, LeakyRelu, Softplus, Softsign; nothing was written.", null, new Lstm(2, activation: Activation.Gelu));
        Refuses("The model can't be exported to ONNX: ModuleLayer 'linear_1' is the TorchSharp module Linear, whose code ONNX can't hold. Make it of EchoLstm's layers; nothing was written.", null, nn.Linear(2, 3));
        Refuses("The model can't be exported to ONNX: TimeDistributed 'time_distributed_1' wraps the TorchSharp module Linear, whose code ONNX can't hold. Make it of EchoLstm's layers; nothing was written.", null, new TimeDistributed(nn.Linear(2, 3)));
        Refuses("The model can't be exported to ONNX: Conv1D 'conv1d_1' would receive masked time steps but can't leave them out: a window may hold both masked steps and others. Put it before the Masking, do without the mask, or end the sequence first with a recurrent layer that returns its last step alone; nothing was written.", null, new Masking(), new Conv1D(2, 2));
        Refuses("The model can't be exported with state. Bidirectional 'bidirectional_1' (Bidirectional) needs the whole sequence at once, so the model can't be run step by step. Call Predict with whole sequences. Or leave out WithState.", new OnnxOptions { WithState = true }, new Bidirectional(new Lstm(2)));
        Refuses("SequentialModel 'sequential' has no layer that carries a state from step to step: leave out WithState.", new OnnxOptions { WithState = true }, new Dense(2));

        _folder.Names.Should().Equal("model.onnx");
        File.ReadAllText(_folder.File("model.onnx")).Should().Be("old");

        void Refuses(string message, OnnxOptions? options, params nn.Module<Tensor, Tensor>[] layers)
        {
            using var model = new SequentialModel(layers);
            model.Build(4, 2);
            Errors.Expect<InvalidOperationException>(() => model.ExportOnnx(_folder.File("model.onnx"), options), message);
        }
    }

    [OnnxCheckerFact]
    public void The_checker_of_onnx_takes_the_files()
    {
        string[] cases = [.. LayerCases.All.Keys.Union(SavedCases.All.Keys)];
        for (var i = 0; i < cases.Length; i++)
        {
            using var model = SavedCases.Model(SavedCases.All.GetValueOrDefault(cases[i]) ?? LayerCases.All[cases[i]]);
            if (OnnxModelTests.Refused(model) is null)
            {
                model.ExportOnnx(_folder.File($"{i}.onnx"), new OnnxOptions { Opset = i % 2 == 0 ? 14 : OnnxCheckerFactAttribute.NewestOpset });
            }
        }
        for (var seed = 0; seed < 20; seed++)
        {
            using var random = OnnxCase.CreateStream(seed);
            random.Model.ExportOnnx(_folder.File($"stream{seed}.onnx"), new OnnxOptions { WithState = true });
        }

        OnnxCheckerFactAttribute.Check(_folder).Should().Be($"{_folder.Names.Count} files");
    }

    [Fact]
    public void What_can_not_be_is_refused_before_anything_is_written()
    {
        using var model = new SequentialModel(new Dense(2));
        Errors.Expect<InvalidOperationException>(
            () => model.ExportOnnx(_folder.File("a.onnx")),
            "SequentialModel 'sequential' has no weights yet, so it can't be exported. Call Build with an input shape, or call it once with data.");
        model.Build(3);
        Errors.Expect<ArgumentException>(
            () => model.ExportOnnx(_folder.File("a.h5")),
            $"ExportOnnx writes an ONNX model, but '{_folder.File("a.h5")}' promises an HDF5 file, as Keras writes it. Write '{_folder.File("a.onnx")}'. (Parameter 'path')");
        Errors.Expect<InvalidOperationException>(
            () => model.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { FixedSteps = 3 }),
            "The model was built for input of shape (None, 3), which has no time steps: leave out WithState, WithLengths and FixedSteps.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { FixedBatch = 0 }),
            $"FixedBatch is a length: at least 1, or null for any. (Parameter 'options'){Environment.NewLine}Actual value was 0.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { Opset = 13 }),
            $"Opset is a version of ONNX's operators: expected 14 to 22. (Parameter 'options'){Environment.NewLine}Actual value was 13.");
        Assert.Throws<ArgumentNullException>(() => OnnxExport.ExportOnnx(null!, "a.onnx"));
        _folder.Names.Should().BeEmpty();
    }
}
