using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>Masks that are made inside TimeDistributed, on four axes, or given with the data (F1, F2, F10).</summary>
public class GivenMaskTests
{
    private const float Padding = -1;

    public static TheoryData<EngineKind> Engines => [EngineKind.Torch, EngineKind.Fused];

    [Fact]
    public void F1_TimeDistributed_hands_on_the_mask_that_its_inner_layer_makes()
    {
        var words = new Embedding(3, 1, maskZero: true);
        var read = new SimpleRnn(1, activation: Activation.Linear);
        using var model = new SequentialModel(new TimeDistributed(words), new TimeDistributed(read));
        model.Build(2, 4);
        words.SetWeights([new float[,] { { 100 }, { 1 }, { 2 } }]);
        Sum(read, 0);

        model.Predict<float[,,]>(new[,,] { { { 1, 2, 0, 0 }, { 2, 0, 0, 0 } } }).Should().BeEquivalentTo(new float[,,] { { { 3 }, { 2 } } });
    }

    [Fact]
    public void F1_the_loss_leaves_out_inner_steps_that_a_layer_in_TimeDistributed_masks()
    {
        var words = new Embedding(3, 1, maskZero: true);
        using var model = new SequentialModel(new TimeDistributed(words));
        model.Build(1, 4);
        words.SetWeights([new float[,] { { 100 }, { 1 }, { 2 } }]);
        model.Compile(Loss.MeanAbsoluteError(), new Sgd(0), Metric.MeanAbsoluteError());

        var measured = model.Evaluate(new[,,] { { { 1, 2, 0, 0 } } }, new float[1, 1, 4, 1]);

        measured["loss"].Should().Be(1.5);
        measured["mean_absolute_error"].Should().Be(1.5);
    }

    [Fact]
    public void F2_Masking_of_four_axes_gives_each_step_its_part_and_comes_out_reduced()
    {
        var inner = new SimpleRnn(1, activation: Activation.Linear);
        var outer = new SimpleRnn(1, activation: Activation.Linear);
        using var model = new SequentialModel(new Masking(Padding), new TimeDistributed(inner), outer);
        model.Build(3, 2, 1);
        Sum(inner, 1);
        Sum(outer, 0);

        model.Predict<float[,]>(new float[,,,] { { { { 1 }, { 2 } }, { { 3 }, { -1 } }, { { 4 }, { 5 } } } }).Should().BeEquivalentTo(new float[,] { { 20 } });
        model.Predict<float[,]>(new float[,,,] { { { { 1 }, { 2 } }, { { -1 }, { -1 } }, { { 4 }, { 5 } } } }).Should().BeEquivalentTo(new float[,] { { 16 } }, "a step of masked inner steps alone is masked");
    }

    [Fact]
    public void F2_an_inner_layer_skips_the_masked_inner_steps()
    {
        var inner = new SimpleRnn(1, activation: Activation.Linear);
        using var model = new SequentialModel(new Masking(Padding), new TimeDistributed(inner));
        model.Build(1, 3, 1);
        Sum(inner, 1);

        model.Predict<float[,,]>(new float[,,,] { { { { 5 }, { -1 }, { -1 } } } }).Should().BeEquivalentTo(new float[,,] { { { 6 } } });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void F10_a_given_mask_trains_measures_and_predicts_as_a_Masking_of_the_same_steps(EngineKind engine)
    {
        var (x, y, mask, lengths) = Padded(random: new Random(1));
        using var marked = Model(engine, new Masking(Padding));
        using var given = Model(engine);
        using var counted = Model(engine);
        var padded = new ValidationData(x, y) { Mask = mask };

        var expected = marked.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: true, validationData: (x, y));
        var actual = given.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: true, mask: mask, validationData: padded);
        counted.Fit(x, y, epochs: 3, batchSize: 2, verbose: 0, shuffle: true, lengths: lengths);

        given.Engine.Kind.Should().Be(engine);
        actual.Loss.ShouldMatch(expected.Loss, Tolerance.Float32);
        actual["val_loss"].ShouldMatch(expected["val_loss"], Tolerance.Float32);
        given.GetWeights().Values().ShouldMatch(marked.GetWeights().Values(), Tolerance.Float32);
        counted.GetWeights().Values().Should().Equal(given.GetWeights().Values());
        given.Evaluate(x, y, mask: mask)["loss"].Should().BeApproximately(marked.Evaluate(x, y)["loss"], 1e-6);
        given.Evaluate(x, y, lengths: lengths)["loss"].Should().Be(given.Evaluate(x, y, mask: mask)["loss"]);
        given.Predict<float[,,]>(x, mask: mask).Values().ShouldMatch(marked.Predict<float[,,]>(x).Values(), Tolerance.Float32);
        given.Predict<float[,,]>(x, batchSize: 1, lengths: lengths).Values().ShouldMatch(marked.Predict<float[,,]>(x).Values(), Tolerance.Float32);
        given.TrainOnBatch(x, y, mask: mask)["loss"].Should().BeApproximately(marked.TrainOnBatch(x, y)["loss"], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_given_mask_and_one_that_a_layer_makes_leave_out_what_either_does(EngineKind engine)
    {
        var x = new[,,] { { { 1f }, { 2 }, { Padding }, { 4 } } };
        using var model = new SequentialModel(new Masking(Padding), new SimpleRnn(1, activation: Activation.Linear)) { RequestedEngine = engine };
        model.Build(4, 1);
        Sum(model.Layers[1], 0);

        model.Predict<float[,]>(x, mask: new[,] { { true, false, true, true } }).Should().BeEquivalentTo(new float[,] { { 5 } });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Two_Maskings_one_after_the_other_leave_out_what_either_does(EngineKind engine)
    {
        var x = new[,,] { { { 1f }, { 7 }, { Padding }, { 4 } } };
        using var model = new SequentialModel(new Masking(Padding), new Masking(7), new SimpleRnn(1, activation: Activation.Linear)) { RequestedEngine = engine };
        model.Build(4, 1);
        Sum(model.Layers[2], 0);

        model.Predict<float[,]>(x).Should().BeEquivalentTo(new float[,] { { 5 } });
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void A_given_mask_follows_indices_through_an_Embedding(EngineKind engine)
    {
        var words = new Embedding(3, 1);
        var read = new SimpleRnn(1, activation: Activation.Linear);
        using var model = new SequentialModel(words, read) { RequestedEngine = engine };
        model.Build(-1);
        words.SetWeights([new float[,] { { 100 }, { 1 }, { 2 } }]);
        Sum(read, 0);

        model.Predict<float[,]>(new[,] { { 1, 2, 0 }, { 2, 0, 0 } }, lengths: [2, 1]).Should().BeEquivalentTo(new float[,] { { 3 }, { 2 } });
    }

    [Fact]
    public void A_given_mask_of_inner_steps_reaches_the_layers_of_each_word()
    {
        var words = new Embedding(3, 1);
        var read = new SimpleRnn(1, activation: Activation.Linear);
        using var model = new SequentialModel(new TimeDistributed(words), new TimeDistributed(read));
        model.Build(2, 2);
        words.SetWeights([new float[,] { { 100 }, { 1 }, { 2 } }]);
        Sum(read, 0);

        model.Predict<float[,,]>(new[,,] { { { 1, 2 }, { 2, 0 } } }, mask: new[,,] { { { true, true }, { true, false } } })
            .Should().BeEquivalentTo(new float[,,] { { { 3 }, { 2 } } });
    }

    [Fact]
    public void A_tensor_with_a_mask_keeps_it_in_calls_of_ones_own()
    {
        using var scope = NewDisposeScope();
        using var lstm = new Lstm(3) { Seed = 1 };
        using var series = new Lstm(3, returnSequences: true) { Seed = 1 };
        var x = Numbers.Uniform(1, [2, 4, 1]);
        var masked = x.WithMask(new[,] { { true, true, false, false }, { true, true, false, false } });

        var (output, state) = lstm.CallWithState(masked);
        var (expected, stateAfter) = lstm.CallWithState(x.narrow(1, 0, 2));
        var steps = series.call(masked);

        output.ShouldMatchTensor(expected, Tolerance.Float32);
        state.Cell.ShouldMatchTensor(stateAfter.Cell, Tolerance.Float32);
        steps.CopyMask()!.ShouldMatch([1, 1, 0, 0, 1, 1, 0, 0], Tolerance.None);
        masked.CopyMask()!.ShouldMatch([1, 1, 0, 0, 1, 1, 0, 0], Tolerance.None);
        x.CopyMask().Should().BeNull();
        output.CopyMask().Should().BeNull();
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Lengths_go_with_plain_memory_and_a_saved_model_too(EngineKind engine)
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Masking(Padding), new BatchNormalization(), new Gru(3, returnSequences: true), new Lstm(2)) { Seed = 1 };
        model.Build(-1, 1);
        using var plain = new SequentialModel(new Masking(Padding), new Gru(3, returnSequences: true), new Lstm(2)) { Seed = 1, RequestedEngine = engine };
        plain.Build(-1, 1);
        float[] x = [0.1f, Padding, 0.3f, 0.4f, 0.5f, 0.6f];
        var (y, fromFile, fromFileToo) = (new float[4], new float[4], new float[4]);

        plain.Predict(x, y, samples: 2, lengths: [3, 1]);
        model.Save(folder.File("m.safetensors"));
        plain.Save(folder.File("p.safetensors"));
        using var loaded = EchoLstm.Inference.InferenceModel.Load(folder.File("m.safetensors"));
        using var loadedPlain = EchoLstm.Inference.InferenceModel.Load(folder.File("p.safetensors"));
        loaded.Predict(x, fromFile, samples: 2, lengths: [3, 1]);
        loadedPlain.Predict(x, fromFileToo, samples: 2, lengths: [3, 1]);

        var shaped = Arrays.Reshape<float[,,]>(x, 2, 3, 1);
        y.Values().ShouldMatch(plain.Predict<float[,]>(shaped, lengths: [3, 1]).Values(), Tolerance.Float32);
        fromFileToo.Values().ShouldMatch(y.Values(), Tolerance.Float32);
        fromFile.Values().ShouldMatch(model.Predict<float[,]>(shaped, lengths: [3, 1]).Values(), Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Padded_frames_say_which_steps_are_there(EngineKind engine)
    {
        var frames = SupervisedFrames.ToPadded([0.1f, 0.2f, 0.3f, 0.4f], nIn: 3, nOut: 3);
        using var marked = Model(engine, new Masking(Padding));
        using var given = Model(engine);

        var expected = marked.Fit(frames.X, frames.Y, epochs: 2, verbose: 0, sampleWeight: frames.TargetWeights());
        var actual = given.Fit(frames.X, frames.Y, epochs: 2, verbose: 0, sampleWeight: frames.TargetWeights(), mask: frames.InputMask);

        actual.Loss.ShouldMatch(expected.Loss, Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void What_stands_at_a_masked_target_is_neither_checked_nor_counted(EngineKind engine)
    {
        var x = new[,,] { { { 1f }, { 2 }, { Padding } }, { { 3 }, { Padding }, { Padding } } };
        using var model = new SequentialModel(new Masking(Padding), new Lstm(3, returnSequences: true), new Dense(2, Activation.Softmax)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.SparseCategoricalCrossentropy(), new Adam(), Metric.Accuracy());
        using var regression = new SequentialModel(new Lstm(3, returnSequences: true), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        regression.Compile(Loss.MeanSquaredError(), new Adam());
        regression.Build(-1, 1);

        model.Fit(x, new[,] { { 0, 1, -1 }, { 1, -1, 99 } }, epochs: 2, verbose: 0);
        var measured = model.Evaluate(x, new[,] { { 0, 1, -1 }, { 1, 7, 7 } });

        measured["loss"].Should().Be(model.Evaluate(x, new[,] { { 0, 1, 0 }, { 1, 0, 0 } })["loss"]);
        measured["accuracy"].Should().Be(model.Evaluate(x, new[,] { { 0, 1, 0 }, { 1, 0, 0 } })["accuracy"]);
        regression.Evaluate(x, new[,,] { { { 1 }, { 2 }, { float.NaN } }, { { 1 }, { float.NaN }, { float.NaN } } }, lengths: [2, 1])["loss"]
            .Should().Be(regression.Evaluate(x, new float[,,] { { { 1 }, { 2 }, { 9 } }, { { 1 }, { 9 }, { 9 } } }, lengths: [2, 1])["loss"]);
        Errors.ExpectWithoutChange<ArgumentOutOfRangeException>(
            model,
            () => model.Fit(x, new[,] { { 0, 2, -1 }, { 1, -1, -1 } }, verbose: 0),
            "y[0, 1] is class 2, but the model has 2 classes, 0 to 1. Give the last Dense layer as many units as there are classes, or renumber them. (Parameter 'y')\nActual value was 2.".ReplaceLineEndings());
    }

    [Fact]
    public void A_mask_that_a_layer_cannot_honour_is_refused_by_its_name()
    {
        var x = new float[2, 3, 1];
        using var flat = new SequentialModel(new Flatten(), new Dense(1));
        using var convolved = new SequentialModel(new Conv1D(2, 2), new Flatten(), new Dense(1));
        flat.Build(3, 1);
        convolved.Build(3, 1);

        Errors.Expect<InvalidOperationException>(
            () => flat.Predict(x, lengths: [1, 2]),
            "Flatten 'flatten_1' (Flatten) can't leave masked time steps out. Give samples of one length, without a mask or lengths.");
        Errors.Expect<InvalidOperationException>(
            () => convolved.Predict(x, lengths: [1, 2]),
            "Conv1D 'conv1d_1' received masked time steps but can't leave them out: a window may hold both masked steps and others. Put it before the Masking, do without the mask, or end the sequence first with a recurrent layer that returns its last step alone.");
    }

    [Fact]
    public void Masks_that_do_not_fit_are_errors()
    {
        using var model = Model(EngineKind.Auto);
        using var plain = new SequentialModel(new Dense(1));
        var (x, y) = (new float[2, 3, 1], new float[2, 3, 1]);
        model.Build(3, 1);
        plain.Build(3);

        Errors.Expect<ShapeMismatchException>(
            () => model.Predict(x, mask: new bool[2, 4]),
            "mask says which time steps of (2, 3, 1) are there, so its shape must be (2, 3), but it is (2, 4). Give a boolean for each step: true where it is there.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Evaluate(x, y, mask: new bool[2, 3, 1]),
            "mask says which time steps of (2, 3, 1) are there, so its shape must be (2, 3), but it is (2, 3, 1). Give a boolean for each step: true where it is there.");
        Errors.Expect<ArgumentException>(
            () => model.Fit(x, y, mask: new float[,] { { 1, 0, 0.5f }, { 1, 1, 1 } }, verbose: 0),
            "mask has numbers besides 0 and 1. Give booleans, true where a step is there; what counts how much is sampleWeight. (Parameter 'mask')");
        Errors.Expect<ArgumentException>(
            () => model.TrainOnBatch(x, y, mask: new bool[2, 3], lengths: [1, 1]),
            "Give mask or lengths, not both: each says which time steps are there. (Parameter 'mask')");
        Errors.Expect<ShapeMismatchException>(() => model.Predict(x, lengths: [1]), "lengths has 1 lengths for 2 samples. Give one for each.");
        Errors.Expect<ArgumentOutOfRangeException>(
            () => model.Predict(x, lengths: [1, 4]),
            "lengths[1] is 4; expected 0 to 3, the time steps of x. (Parameter 'lengths')\nActual value was 4.".ReplaceLineEndings());
        Errors.Expect<ShapeMismatchException>(
            () => plain.Predict(new float[2, 3], lengths: [1, 3]),
            "x has no time steps to mask: its shape is (2, 3). Leave lengths out.");
        Errors.Expect<ShapeMismatchException>(
            () => model.Fit(x, y, verbose: 0, validationData: new ValidationData(x, y) { Mask = new bool[1, 3] }),
            "validationData.Mask says which time steps of (2, 3, 1) are there, so its shape must be (2, 3), but it is (1, 3). Give a boolean for each step: true where it is there.");
    }

    /// <summary>A linear SimpleRnn that sums: h = x + h + bias.</summary>
    [Fact]
    public void No_tensor_has_no_mask()
    {
        Assert.Throws<ArgumentNullException>(() => TensorMasks.WithMask(null!, new[,] { { true } })).ParamName.Should().Be("input");
        Assert.Throws<ArgumentNullException>(() => TensorMasks.CopyMask(null!)).ParamName.Should().Be("tensor");
    }

    private static void Sum(Layer rnn, float bias) => rnn.SetWeights([new float[,] { { 1 } }, new float[,] { { 1 } }, new[] { bias }]);

    private static SequentialModel Model(EngineKind engine, Masking? masking = null)
    {
        var model = new SequentialModel { Seed = 3, RequestedEngine = engine };
        if (masking is not null)
        {
            model.Add(masking);
        }
        model.Add(new Bidirectional(new Gru(4, returnSequences: true)));
        model.Add(new Lstm(3, returnSequences: true));
        model.Add(new TimeDistributed(new Dense(1)));
        model.Build(-1, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        return model;
    }

    private static (float[,,] X, float[,,] Y, bool[,] Mask, int[] Lengths) Padded(Random random)
    {
        int[] lengths = [4, 2, 0, 3, 1];
        var (x, y, mask) = (new float[5, 4, 1], new float[5, 4, 1], SequencePadding.Mask(lengths, 4, PaddingSide.Post));
        for (var i = 0; i < 5; i++)
        {
            for (var t = 0; t < 4; t++)
            {
                x[i, t, 0] = mask[i, t] ? random.NextSingle() : Padding;
                y[i, t, 0] = random.NextSingle();
            }
        }
        return (x, y, mask, lengths);
    }
}
