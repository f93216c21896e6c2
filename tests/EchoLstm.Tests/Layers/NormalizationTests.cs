using EchoLstm.Tests.Inference;

namespace EchoLstm.Tests.Layers;

/// <summary>LayerNormalization and BatchNormalization: numbers by hand, what moves when, masks, files.</summary>
public class NormalizationTests
{
    [Fact]
    public void LayerNormalization_gives_the_numbers_that_one_computes_by_hand()
    {
        using var scope = NewDisposeScope();
        using var layer = new LayerNormalization();
        layer.Build(new Shape(null, null, 2));
        layer.SetWeights([new float[] { 2, 3 }, new float[] { 0.5f, -1 }]);

        // Mean 2, variance 1; mean -1, variance 9.
        var output = layer.call(tensor(new float[,,] { { { 1, 3 }, { -4, 2 } } }));

        var (one, three) = (1 / Math.Sqrt(1.001), 3 / Math.Sqrt(9.001));
        output.ShouldMatch([0.5 - (2 * one), -1 + (3 * one), 0.5 - (2 * three), -1 + (3 * three)], Tolerance.Float32);
    }

    [Fact]
    public void Their_defaults_names_and_initial_values_are_Kerass()
    {
        using var ofLayer = new LayerNormalization();
        using var ofBatch = new BatchNormalization();
        foreach (var layer in new Layer[] { ofLayer, ofBatch })
        {
            layer.Build(new Shape(null, 4, 2));
        }

        (ofLayer.Epsilon, ofLayer.Center, ofLayer.Scale).Should().Be((1e-3, true, true));
        (ofBatch.Momentum, ofBatch.Epsilon, ofBatch.Center, ofBatch.Scale).Should().Be((0.99, 1e-3, true, true));
        ofLayer.Weights.Select(weight => weight.Name).Should().Equal("gamma", "beta");
        ofBatch.Weights.Select(weight => weight.Name).Should().Equal("gamma", "beta", "moving_mean", "moving_variance");
        ofBatch.GetWeights().Values().Should().Equal(1, 1, 0, 0, 0, 0, 1, 1);
        (ofLayer.CountingFormula, ofBatch.CountingFormula).Should().Be(("2 * 2", "4 * 2"));
        (ofBatch.CountParameters(), ofBatch.CountParameters(true), ofBatch.CountParameters(false)).Should().Be((8, 4, 4));
    }

    [Fact]
    public void In_training_BatchNormalization_takes_the_batchs_moments_and_moves_its_own_towards_them()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(momentum: 0.75, epsilon: 0.5);
        var x = tensor(new float[,] { { 0, 2 }, { 4, 2 }, { 8, 5 } });

        var output = layer.call(x);

        // Means 4 and 3; variances, divided by the count as in Keras, 32 / 3 and 2.
        var (first, second) = (4 / Math.Sqrt((32 / 3.0) + 0.5), 1 / Math.Sqrt(2.5));
        output.ShouldMatch([-first, -second, 0, -second, first, 2 * second], Tolerance.Float32);
        layer.GetWeights().Skip(2).Values().ShouldMatch([1, 0.75, 0.75 + (8 / 3.0), 0.75 + 0.5], Tolerance.Float32);
        layer.eval();
        var mean = layer.call(x);
        mean[0].ShouldMatch([-1 / Math.Sqrt(0.75 + (8 / 3.0) + 0.5), 1.25 / Math.Sqrt(1.75)], Tolerance.Float32, "the first sample by the moving moments");
        layer.GetWeights().Skip(2).Values().ShouldMatch([1, 0.75, 0.75 + (8 / 3.0), 1.25], Tolerance.Float32, "what prediction leaves alone");
    }

    [Fact]
    public void Masked_steps_count_for_no_moment_and_the_mask_goes_on()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(momentum: 0);
        using var alone = new BatchNormalization(momentum: 0);
        var mask = tensor(new[,] { { true, false, true }, { false, true, true } });
        var x = Numbers.Uniform(3, [2, 3, 2]);
        x[0, 1] = tensor([float.NaN, 1e30f]);
        var there = stack([x[0, 0], x[0, 2], x[1, 1], x[1, 2]]);

        var output = layer.call(x.Masked(mask));
        var expected = alone.call(there);

        stack([output[0, 0], output[0, 2], output[1, 1], output[1, 2]]).ShouldMatchTensor(expected, Tolerance.Float32);
        layer.GetWeights().Values().ShouldMatch(alone.GetWeights().Values(), Tolerance.Float32, "the moments");
        StepMasks.Of(output)!.ShouldMatchTensor(mask, Tolerance.None);
    }

    [Fact]
    public void A_batch_that_is_masked_whole_gives_numbers()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization();

        layer.call(Numbers.Uniform(3, [2, 3, 2]).Masked(zeros(2, 3, dtype: ScalarType.Bool))).isfinite().all().item<bool>().Should().BeTrue();
        layer.GetWeights().Values().Should().OnlyContain(value => double.IsFinite(value));
    }

    [Fact]
    public void Frozen_BatchNormalization_runs_as_for_inference_in_Fit_too()
    {
        using var scope = NewDisposeScope();
        var normalization = new BatchNormalization(momentum: 0.5);
        using var model = new SequentialModel(normalization, new Lstm(3), new Dense(1)) { Seed = 1 };
        var (x, y) = (Numbers.Uniform(1, [6, 4, 2]) + 3, Numbers.Uniform(2, [6, 1]));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(x, y, epochs: 1, verbose: 0);
        var moved = normalization.GetWeights().Values();
        moved.Should().NotEqual([1, 1, 0, 0, 0, 0, 1, 1]);
        normalization.Trainable = false;

        model.Fit(x, y, epochs: 2, verbose: 0);

        normalization.GetWeights().Values().Should().Equal(moved);
        model.TrainOnBatch(x, y);
        normalization.train();
        normalization.call(x).ShouldMatchTensor(Predicted(normalization, x), Tolerance.None);
    }

    [Fact]
    public void Fit_moves_the_moments_once_a_batch_and_Evaluate_and_Predict_never()
    {
        using var scope = NewDisposeScope();
        var normalization = new BatchNormalization(momentum: 0.5);
        using var model = new SequentialModel(normalization, new Dense(1)) { Seed = 1 };
        var (x, y) = (Numbers.Uniform(1, [4, 1]), Numbers.Uniform(2, [4, 1]));
        model.Compile(Loss.MeanSquaredError(), new Sgd(0.1));
        var mean = 0.0;
        foreach (var batch in (double[])[x[..2].mean().item<float>(), x[2..].mean().item<float>()])
        {
            mean = (mean + batch) / 2;
        }

        model.Fit(x, y, epochs: 1, batchSize: 2, shuffle: false, verbose: 0);
        model.Evaluate(x, y);
        model.Predict(x);

        normalization.GetWeights()[2].Values().ShouldMatch([mean], Tolerance.Float32);
    }

    [Fact]
    public void A_saved_model_has_the_moments_and_predicts_the_same_without_Torch()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(
            new BatchNormalization(), new Lstm(3, returnSequences: true), new TimeDistributed(new BatchNormalization(center: false)), new Gru(3),
            new BatchNormalization(scale: false), new Dense(1)) { Seed = 1 };
        var (x, y) = (Numbers.Uniform(1, [6, 4, 2]) + 3, Numbers.Uniform(2, [6, 1]));
        model.Compile(Loss.MeanSquaredError(), new Adam());
        model.Fit(x, y, epochs: 3, verbose: 0);
        model.Save(folder.File("m.safetensors"));
        var expected = model.Predict(x);

        using var loaded = SequentialModel.Load(folder.File("m.safetensors"));
        loaded.Predict(x).ShouldMatchTensor(expected, Tolerance.None);
        var without = model.Saved();
        var output = new float[6];
        without.Predict(x.data<float>().ToArray(), output, 6);
        tensor(output).ShouldMatch(expected.Values(), Tolerance.Float32);
    }

    [Fact]
    public void A_stream_normalises_step_by_step()
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(
            new BatchNormalization(), new Lstm(3, returnSequences: true), new LayerNormalization(), new LeakyRelu(), new Elu(), new PRelu([1]), new SpatialDropout1D(0.5),
            new GaussianNoise(0.5), new Dense(2, Activation.Gelu)) { Seed = 1 };
        model.Build(new Shape(null, 4, 2));
        var x = Numbers.Uniform(1, [1, 4, 2]);
        var expected = model.Predict(x);
        using var stream = model.OpenStream();

        for (var t = 0; t < 4; t++)
        {
            stream.Step([.. x[0, t].Values().Select(value => (float)value)]).Values().ShouldMatch(expected[0, t].Values(), Tolerance.Float32, $"step {t}");
        }
    }

    [Fact]
    public void Wrong_settings_and_input_are_errors()
    {
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new LayerNormalization(-1),
            "LayerNormalization's epsilon is added to a variance, whose root is divided by: expected a finite number of at least 0. (Parameter 'epsilon')\nActual value was -1.".ReplaceLineEndings());
        Errors.Expect<ArgumentOutOfRangeException>(
            () => _ = new BatchNormalization(2),
            "BatchNormalization's momentum is the share of the moving mean and variance that a batch leaves: at least 0, at most 1. (Parameter 'momentum')\nActual value was 2.".ReplaceLineEndings());
        Errors.Expect<ShapeMismatchException>(
            () => new LayerNormalization { Name = "n" }.OutputShape(new Shape(3)),
            "LayerNormalization 'n' expects input of rank 2 or more (samples, ..., features) but received (3,). Reshape single numbers to (samples, 1).");
    }

    private static Tensor Predicted(Layer layer, Tensor x)
    {
        layer.eval();
        var output = layer.call(x);
        layer.train();
        return output;
    }
}
