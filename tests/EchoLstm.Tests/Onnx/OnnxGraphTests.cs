using EchoLstm.Onnx;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Onnx;

/// <summary>What ONNX Runtime predicts with a graph is what the graph predicts.</summary>
public sealed class OnnxGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _tensors = NewDisposeScope();

    public void Dispose()
    {
        _tensors.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Random_graphs_predict_the_same()
    {
        for (var seed = 0; seed < Thorough.Or(40, 300); seed++)
        {
            using var scope = NewDisposeScope();
            using var random = OnnxGraphCase.Create(seed);
            ShouldPredictTheSame(random.Model, random.Named, random.Data, random.Description, new OnnxOptions { Opset = 14 + (seed % 9) });
        }
    }

    [Fact]
    public void An_encoder_and_a_decoder_hand_states_on()
    {
        Input source = new(-1, 3) { Name = "source" }, target = new(-1, 2) { Name = "target" };
        var (_, states) = new Lstm(4) { Name = "encoder" }.ApplyWithState(source);
        var (steps, after) = new Lstm(4, returnSequences: true) { Name = "decoder" }.ApplyWithState(target, states);
        using var model = new FunctionalModel([source, target], [new TimeDistributed(new Dense(2)) { Name = "told" }.Apply(steps), after[0], after[1]]) { Seed = 1 };
        model.Metadata["unit"] = "words";
        model.ExportOnnx(_folder.File("model.onnx"));
        using var run = OnnxRun.Of(model);

        run.Inputs.Keys.Should().Equal("source", "target");
        run.Outputs.Keys.Should().Equal("told", "decoder", "decoder_1");
        run.Inputs["source"].SymbolicDimensions.Should().Equal("batch", "source_steps", "");
        run.Properties["echolstm.input_shapes"].Should().Be("""{"source":[null,null,3],"target":[null,null,2]}""");
        run.Properties["echolstm.output_shapes"].Should().Be("""{"told":[null,null,2],"decoder":[null,4],"decoder_1":[null,4]}""");
        run.Properties["unit"].Should().Be("words");
        OnnxReader.Nodes(_folder.File("model.onnx")).Should().Contain([("encoder", "LSTM"), ("decoder", "LSTM"), ("told", "MatMul")]);
        ShouldPredictTheSame(model, new() { ["source"] = Numbers.Uniform(1, [3, 5, 3]), ["target"] = Numbers.Uniform(2, [3, 4, 2]) });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Seq2Seq_s_model_predicts_the_same(bool attention)
    {
        using var model = EchoModels.Seq2Seq(inputs: 6, outputs: 5, units: 4, attention: attention, seed: 3);
        OnnxModelTests.Randomize(model.Model);

        ShouldPredictTheSame(model.Model, new()
        {
            ["source"] = tensor(new long[,] { { 1, 2, 3, 0 }, { 6, 5, 0, 0 }, { 0, 0, 0, 0 } }),
            ["target"] = tensor(new long[,] { { 1, 2, 0 }, { 5, 4, 3 }, { 1, 0, 0 } }),
        });
    }

    [Fact]
    public void A_layer_that_is_used_twice_has_its_weights_once()
    {
        Input one = new(-1, 2), other = new(-1, 2);
        var reader = new Lstm(3) { Name = "reader" };
        using var model = new FunctionalModel([one, other], [new Dot(normalize: true) { Name = "cosine" }.Apply(reader.Apply(one), reader.Apply(other))]) { Seed = 1 };
        model.ExportOnnx(_folder.File("model.onnx"));

        OnnxReader.Values(_folder.File("model.onnx")).Values.Count(value => value.StartsWith("reader/W", StringComparison.Ordinal)).Should().Be(1);
        OnnxReader.Nodes(_folder.File("model.onnx")).Where(node => node.Type == "LSTM").Select(node => node.Name).Should().Equal("reader", "reader_2");
        ShouldPredictTheSame(model, new() { ["input_1"] = Numbers.Uniform(1, [3, 5, 2]), ["input_2"] = Numbers.Uniform(2, [3, 4, 2]) });
    }

    [Fact]
    public void Words_that_others_compute_with_too_are_whole_numbers_to_the_table_alone()
    {
        var words = new Input(4) { Name = "words" };
        using var model = new FunctionalModel(
            [words], [new Concatenate { Name = "all" }.Apply(new Lstm(3).Apply(new Embedding(5, 2, maskZero: true).Apply(words)), new Dense(2).Apply(words))]) { Seed = 1 };

        ShouldPredictTheSame(model, new() { ["words"] = tensor(new float[,] { { 1, 2, 0, 4 }, { 3, 0, 0, 0 } }) });
    }

    [Fact]
    public void Lengths_of_each_input_come_with_the_data()
    {
        Input source = new(-1, 2) { Name = "source" }, target = new(-1, 2) { Name = "target" };
        var (_, states) = new Gru(3).ApplyWithState(source);
        var (steps, _) = new Gru(3, returnSequences: true).ApplyWithState(target, states);
        using var model = new FunctionalModel([source, target], [new GlobalAveragePooling1D { Name = "mean" }.Apply(steps)]) { Seed = 1 };
        var (x, y) = (Numbers.Uniform(1, [3, 5, 2]), Numbers.Uniform(2, [3, 4, 2]));
        using var run = OnnxRun.Of(model, new OnnxOptions { WithLengths = true });

        var outputs = run.Run(new()
        {
            ["source"] = x, ["source_lengths"] = tensor(new long[] { 5, 0, 2 }), ["target"] = y, ["target_lengths"] = tensor(new long[] { 1, 4, 2 }),
        });

        outputs["mean"].ShouldMatchTensor(model.Predict([x, y], lengths: [[5, 0, 2], [1, 4, 2]])[0], OnnxModelTests.Close);
    }

    [Fact]
    public void Fixed_lengths_stand_in_the_file()
    {
        Input series = new(-1, 2) { Name = "series" }, table = new(3) { Name = "table" };
        using var model = new FunctionalModel([series, table], [new Concatenate { Name = "all" }.Apply(new Lstm(3).Apply(series), table)]) { Seed = 1 };
        using var run = OnnxRun.Of(model, new OnnxOptions { FixedBatch = 2, FixedSteps = 6 });

        run.Inputs["series"].Dimensions.Should().Equal(2, 6, 2);
        run.Inputs["table"].Dimensions.Should().Equal(2, 3);
        run.Outputs["all"].Dimensions.Should().Equal(2, 6);
    }

    [Fact]
    public void What_ONNX_lacks_is_refused_by_name()
    {
        var x = new Input(-1, 2);
        using var model = new FunctionalModel([x], [new Add { Name = "sum" }.Apply(new Lstm(2, returnSequences: true, activation: Activation.Gelu) { Name = "odd" }.Apply(x), x)]) { Seed = 1 };
        var table = new Input(2);
        using var plain = new FunctionalModel([table], [new Dense(2).Apply(table)]);

        Errors.Expect<InvalidOperationException>(
            () => model.ExportOnnx(_folder.File("a.onnx")),
            "The model can't be exported to ONNX: Lstm 'odd' has Gelu inside, which ONNX's recurrent operators do not know. Train it with one of Linear, Relu, Tanh, Sigmoid, HardSigmoid, HardSigmoidKeras3, Elu, LeakyRelu, Softplus, Softsign; nothing was written.");
        var steps = new Input(-1, 2);
        using var around = new SequentialModel(new SequentialModel(new FunctionalModel([steps], [new Lstm(2).Apply(steps)])), new Dense(2));
        around.Build(-1, 2);
        foreach (var (graph, name) in new (Model, string)[] { (model, "functional"), (around, "functional_1") })
        {
            Errors.Expect<InvalidOperationException>(
                () => graph.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { WithState = true }),
                $"The model can't be exported with state: FunctionalModel '{name}' is a graph, and the states of a graph's layers are no inputs and outputs of an ONNX file here. Leave out WithState, or make the model a sequence.");
        }
        Errors.Expect<InvalidOperationException>(
            () => plain.ExportOnnx(_folder.File("a.onnx"), new OnnxOptions { FixedSteps = 2 }),
            "The model has the inputs input_1 (None, 2), none of which has time steps: leave out WithLengths and FixedSteps.");
        _folder.Names.Should().BeEmpty();
    }

    [OnnxCheckerFact]
    public void The_checker_of_onnx_takes_the_files()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            using var random = OnnxGraphCase.Create(seed);
            random.Model.ExportOnnx(_folder.File($"graph{seed}.onnx"), new OnnxOptions { Opset = seed % 2 == 0 ? 14 : OnnxCheckerFactAttribute.NewestOpset });
        }

        OnnxCheckerFactAttribute.Check(_folder).Should().Be($"{_folder.Names.Count} files");
    }

    private static void ShouldPredictTheSame(FunctionalModel model, Dictionary<string, Tensor> named, TensorLike[]? data = null, string what = "", OnnxOptions? options = null)
    {
        IReadOnlyList<TensorLike> x = data ?? [.. model.InputNames.Select(name => (TensorLike)named[name])];
        var expected = model.Predict(x);
        using var run = OnnxRun.Of(model, options);
        var outputs = run.Run(named);
        outputs.Keys.Should().Equal(model.OutputNames);
        foreach (var (name, output) in model.OutputNames.Zip(expected))
        {
            outputs[name].ShouldMatchTensor(output, OnnxModelTests.Close, $"{name} of {what}");
        }
    }
}
