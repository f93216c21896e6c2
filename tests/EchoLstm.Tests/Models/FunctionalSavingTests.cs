using EchoLstm.Files;
using EchoLstm.Inference;
using Input = EchoLstm.Layers.Input;

namespace EchoLstm.Tests.Models;

/// <summary>Graphs in files, in other models, and as a table.</summary>
public sealed class FunctionalSavingTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_graph_goes_on_from_its_file_as_if_it_had_not_been_saved()
    {
        var (x, known, y, z) = (Numbers.Uniform(1, [6, 4, 3]), Numbers.Uniform(2, [6, 5, 2]), Numbers.Uniform(3, [6, 5, 1]), Numbers.Uniform(4, [6, 1]));
        using var model = Large();
        model.Compile(
            [Loss.MeanSquaredError(), Loss.Huber(0.5)],
            new Adam { LearningRate = 0.01 },
            lossWeights: [1, 0.25],
            metrics: [[Metric.MeanAbsoluteError()], []],
            weightedMetrics: [[], [Metric.MeanSquaredError()]]);
        model.Fit([x, known], [y, z], epochs: 2, batchSize: 4, verbose: 0);
        var path = Path.Combine(_folder.Path, "graph.safetensors");

        model.Save(path);
        using var loaded = FunctionalModel.Load(path);

        loaded.Summary(fullNames: true).Should().Be(model.Summary(fullNames: true));
        loaded.Predict([x, known])[0].ShouldMatchTensor(model.Predict([x, known])[0], Tolerance.None);
        loaded.Evaluate([x, known], [y, z]).Should().Equal(model.Evaluate([x, known], [y, z]));
        var expected = model.Fit([x, known], [y, z], epochs: 2, batchSize: 4, verbose: 0);
        var history = loaded.Fit([x, known], [y, z], epochs: 2, batchSize: 4, verbose: 0);
        history.Names.Should().Equal(expected.Names);
        foreach (var name in expected.Names)
        {
            history[name].Should().Equal(expected[name], name);
        }
        Model.Load(path).Dispose();
    }

    [Fact]
    public void Every_merging_layer_comes_back_with_its_settings()
    {
        var (a, b) = (new Input(3, 4) { Name = "a" }, new Input(3, 4) { Name = "b" });
        var merged = new Add().Apply(
            new Subtract().Apply(a, b), new Multiply().Apply(a, b), new Average().Apply(a, b), new Maximum().Apply(a, b), new Minimum().Apply(a, b));
        using var model = new FunctionalModel([a, b], [merged, new Concatenate(1).Apply(new Dot(2, normalize: true).Apply(a, b), new Dot(2, 2).Apply(a, b))]);
        var path = Path.Combine(_folder.Path, "merged.safetensors");
        var (x, z) = (Numbers.Uniform(1, [2, 3, 4]), Numbers.Uniform(2, [2, 3, 4]));

        model.Save(path);
        using var loaded = FunctionalModel.Load(path);

        loaded.Predict([x, z])[0].ShouldMatchTensor(model.Predict([x, z])[0], Tolerance.None);
        loaded.Predict([x, z])[1].ShouldMatchTensor(model.Predict([x, z])[1], Tolerance.None);
        ((Dot)loaded.GetLayer("dot_1")).Normalize.Should().BeTrue();
        ((Concatenate)loaded.GetLayer("concatenate_1")).Axis.Should().Be(1);
    }

    [Fact]
    public void A_file_of_the_other_kind_of_model_says_how_to_load_it()
    {
        using var graph = Small();
        using var chain = new SequentialModel(new Dense(1));
        chain.Build(3);
        var (ofGraph, ofChain) = (Path.Combine(_folder.Path, "graph.safetensors"), Path.Combine(_folder.Path, "chain.safetensors"));
        graph.Save(ofGraph);
        chain.Save(ofChain);

        Errors.Expect<InvalidDataException>(
            () => SequentialModel.Load(ofGraph),
            $"{ofGraph} has a FunctionalModel, not a SequentialModel. Load it with FunctionalModel.Load, or Model.Load.");
        Errors.Expect<InvalidDataException>(
            () => FunctionalModel.Load(ofChain),
            $"{ofChain} has a SequentialModel, not a FunctionalModel. Load it with SequentialModel.Load, or Model.Load.");
    }

    [Theory]
    [InlineData("\"inputs\":[0],\"with_states\":false", "\"inputs\":[7],\"with_states\":false", "in its model, network, calls[0]: there is no tensor 7 before it")]
    [InlineData("\"inputs\":[0],\"with_states\":false", "\"inputs\":[1],\"with_states\":false", "in its model, network, calls[0]: there is no tensor 1 before it")]
    [InlineData("\"inputs\":[0],\"with_states\":false", "\"inputs\":[],\"with_states\":false", "in its model: a graph has an input or a call that is null, or a call without inputs")]
    [InlineData("{\"layer\":0,", "{\"layer\":9,", "in its model, network, calls[0]: there is no layer 9")]
    [InlineData("\"inputs\":[0],\"with_states\":false", "\"inputs\":[0],\"with_states\":true", "Dense 'dense_1' has no state to give.")]
    [InlineData("\"outputs\":[1]", "\"outputs\":[0]", "The output x (None, 3) is an input itself")]
    [InlineData("\"outputs\":[1]", "\"outputs\":[]", "A FunctionalModel has inputs and outputs, at least one of each")]
    [InlineData("\"shape\":[3]", "\"shape\":[0]", "Axis 0 of an Input's shape is 0")]
    [InlineData("\"shape\":[3]", "\"shape\":[4]", "has the inputs x (None, 4) but received (None, 3)")]
    [InlineData("\"name\":\"x\"", "\"name\":\" \"", "The value cannot be an empty string")]
    public void A_damaged_graph_is_told(string sound, string damaged, string told)
    {
        using var model = Small();
        var path = Path.Combine(_folder.Path, "small.safetensors");
        model.Save(path);
        using var file = SafetensorsFile.Open(path);
        var metadata = file.Metadata.ToDictionary();
        metadata["model"].Should().Contain(sound);
        metadata["model"] = metadata["model"].Replace(sound, damaged, StringComparison.Ordinal);
        var broken = Path.Combine(_folder.Path, "broken.safetensors");
        using (var stream = File.Create(broken))
        {
            SafetensorsWriter.Write(stream, [.. metadata], [.. EchoLstm.Models.Saving.WeightFile.Sources(model)]);
        }

        Assert.Throws<InvalidDataException>(() => FunctionalModel.Load(broken)).Message.Should().Contain(told);
        Assert.ThrowsAny<Exception>(() => InferenceModel.Load(broken)).Should().Match<Exception>(error => error is InvalidDataException || error is NotSupportedException);
    }

    [Fact]
    public void A_graph_is_a_layer_of_other_models_and_of_TimeDistributed()
    {
        var (x, long_) = (Numbers.Uniform(1, [2, 5, 3]), Numbers.Uniform(2, [2, 4, 5, 3]));
        var input = new Input(-1, 3);
        var lstm = new Lstm(4);
        var inner = new FunctionalModel([input], [new Add().Apply(lstm.Apply(input), new GlobalMaxPooling1D().Apply(new Dense(4).Apply(input)))]) { Seed = 1 };
        var outerInput = new Input(-1, 3);
        using var outer = new FunctionalModel([outerInput], [new Dense(1).Apply(inner.Apply(outerInput))]) { Seed = 1 };
        var expected = inner.Predict(x);
        var head = (Dense)outer.Layers[1];
        outer.Predict(x).ShouldMatchTensor(head.call(expected), Tolerance.Float32);

        using var steps = new SequentialModel(new TimeDistributed(Copy(inner)), new Lstm(2)) { Seed = 1 };
        steps.Compile(Loss.MeanSquaredError(), new Sgd());
        steps.Fit(long_, zeros(2, 2), verbose: 0);
        var wrapped = (TimeDistributed)steps.Layers[0];
        wrapped.call(long_)[1, 2].ShouldMatchTensor(((FunctionalModel)wrapped.Inner).Predict(long_[1, 2].unsqueeze(0))[0], Tolerance.Float32);
        steps.Engine.Kind.Should().Be(EngineKind.Torch);

        var path = Path.Combine(_folder.Path, "steps.safetensors");
        steps.Save(path);
        using var loaded = SequentialModel.Load(path);
        loaded.Predict(long_).ShouldMatchTensor(steps.Predict(long_), Tolerance.None);
    }

    [Fact]
    public void A_graph_with_several_outputs_is_applied_to_nodes()
    {
        var x = Numbers.Uniform(1, [2, 3]);
        var input = new Input(3);
        var inner = new FunctionalModel([input], [new Dense(2).Apply(input), new Dense(2, Activation.Tanh).Apply(input)]) { Seed = 1 };
        var outerInput = new Input(3);
        var both = inner.ApplyMany(outerInput);
        using var outer = new FunctionalModel([outerInput], [new Multiply().Apply([.. both])]) { Seed = 1 };

        var made = outer.Predict(x);

        var parts = inner.Predict([x]);
        made.ShouldMatchTensor(parts[0] * parts[1], Tolerance.None);
        Errors.Expect<ArgumentException>(
            () => inner.Apply(new Input(3)),
            "FunctionalModel 'functional_1' gives 2 outputs, and Apply returns one. Call ApplyMany. (Parameter 'inputs')");
    }

    [Fact]
    public void A_sequence_is_applied_as_a_layer_twice_with_sequences_of_other_lengths()
    {
        var (one, other) = (new Input(5, 2), new Input(7, 2));
        var tower = new SequentialModel(new Lstm(3), new Dense(2)) { Name = "tower" };
        using var model = new FunctionalModel([one, other], [new Dot(-1, normalize: true).Apply(tower.Apply(one), tower.Apply(other))]) { Seed = 1 };
        var (x, z) = (Numbers.Uniform(1, [4, 5, 2]), Numbers.Uniform(2, [4, 7, 2]));

        var made = model.Predict([x, z])[0];

        made.ShouldMatchTensor(nn.functional.cosine_similarity(tower.Predict(x), tower.Predict(z), 1).unsqueeze(-1), Tolerance.Float32);
    }

    [Fact]
    public void The_summary_says_what_is_connected_to_what_as_Keras_2()
    {
        using var model = Large();

        model.Summary().ReplaceLineEndings("\n").Should().Be("""
            __________________________________________________________________________________________________
            Layer (type)                    Output Shape         Param #     Connected to                     
            ==================================================================================================
            past (InputLayer)               (None, None, 3)      0                                            
            __________________________________________________________________________________________________
            encoder (LSTM)                  [(None, 4), (None, 4 128         past[0][0]                       
            __________________________________________________________________________________________________
            known (InputLayer)              (None, None, 2)      0                                            
            __________________________________________________________________________________________________
            concatenate_1 (Concatenate)     (None, 8)            0           encoder[0][1]                    
                                                                             encoder[0][2]                    
            __________________________________________________________________________________________________
            decoder (LSTM)                  [(None, None, 4), (N 112         known[0][0]                      
                                                                             encoder[0][1]                    
                                                                             encoder[0][2]                    
            __________________________________________________________________________________________________
            inner (Sequential)              (None, 4)            36          concatenate_1[0][0]              
            __________________________________________________________________________________________________
            head (Dense)                    multiple             5           decoder[0][0]                    
                                                                             inner[0][0]                      
            ==================================================================================================
            Total params: 281
            Trainable params: 281
            Non-trainable params: 0
            __________________________________________________________________________________________________
            """.ReplaceLineEndings("\n"));
        model.Summary(withFormulas: true).Should().Contain("past[0][0]                         4 * ((3 + 1) * 4 + 4²)").And.EndWith("Engine: Fused: every layer has a kernel");
    }

    private static FunctionalModel Copy(FunctionalModel model)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "copy.safetensors");
        model.Save(path);
        return FunctionalModel.Load(path);
    }

    private static FunctionalModel Small()
    {
        var x = new Input(3) { Name = "x" };
        return new FunctionalModel([x], [new Dense(2).Apply(x)]) { Seed = 1 };
    }

    // States, a shared layer, two outputs, dropout, a model inside.
    private static FunctionalModel Large()
    {
        var (past, known) = (new Input(-1, 3) { Name = "past" }, new Input(-1, 2) { Name = "known" });
        var (_, state) = new Lstm(4, dropout: 0.2) { Name = "encoder" }.ApplyWithState(past);
        var (steps, _) = new Lstm(4, returnSequences: true) { Name = "decoder" }.ApplyWithState(known, state);
        var head = new Dense(1) { Name = "head" };
        var summary = new SequentialModel(new Dropout(0.1), new Dense(4)) { Name = "inner" }.Apply(new Concatenate().Apply(state[0], state[1]));
        return new FunctionalModel([past, known], [head.Apply(steps), head.Apply(summary)]) { Seed = 1 };
    }
}
