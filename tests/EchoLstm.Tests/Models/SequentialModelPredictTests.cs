namespace EchoLstm.Tests.Models;

public class SequentialModelPredictTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(70)]
    [InlineData(1000)]
    public void It_gives_the_outputs_of_all_samples_in_any_batches(int? batchSize)
    {
        using var scope = NewDisposeScope();
        using var model = EchoModels.ManyToMany(seed: 1);
        var x = Numbers.Uniform(1, [70, 5, 1]);

        model.Predict(x, batchSize).ShouldMatchTensor(model.call(x), Tolerance.Float32);
    }

    [Fact]
    public void As_an_array_it_has_the_tensors_numbers_and_shape()
    {
        using var scope = NewDisposeScope();
        using var sequence = EchoModels.ManyToMany(seed: 1);
        using var vector = EchoModels.ManyToOne(seed: 1);
        var x = Numbers.Uniform(1, [3, 5, 1]);

        var cube = sequence.Predict<float[,,]>(x);
        (cube.GetLength(0), cube.GetLength(1), cube.GetLength(2)).Should().Be((3, 5, 1));
        cube.Values().Should().Equal(sequence.Predict(x).Values());
        vector.Predict<float[,]>(x).Values().Should().Equal(vector.Predict(x).Values());
        vector.Predict<Array>(x).Should().BeOfType<float[,]>();
    }

    [Fact]
    public void Tensors_and_arrays_are_the_same_data()
    {
        using var scope = NewDisposeScope();
        using var model = EchoModels.ManyToMany(seed: 1);
        var x = Numbers.Uniform(1, [3, 5, 1]);
        var array = (float[,,])Numbers.Shaped(x.Values().Select(value => (float)value).ToArray(), 3, 5, 1);

        model.Predict(array).ShouldMatchTensor(model.Predict(x), Tolerance.None);
    }

    [Fact]
    public void The_prediction_has_no_gradient_and_changes_no_weight()
    {
        using var scope = NewDisposeScope();
        using var model = EchoModels.ManyToMany(seed: 1);
        var before = Errors.Contents(model);

        model.Predict(Numbers.Uniform(1, [3, 5, 1])).requires_grad.Should().BeFalse();

        Errors.Contents(model).Should().Equal(before);
        model.training.Should().BeTrue("it is given back as it was");
    }

    [Fact]
    public void It_runs_the_layers_as_for_inference()
    {
        var recorder = new Recorder();
        using var model = new SequentialModel(recorder, new Dense(1));
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        recorder.Batches.Clear();

        model.Predict<float[,]>(new float[2, 1]);
        model.Evaluate(new float[2, 1], new float[2, 1]);

        recorder.Batches.Should().NotBeEmpty().And.OnlyContain(batch => !batch.Training);
    }

    [Fact]
    public void The_prediction_outlives_the_model_and_belongs_to_the_callers_scope()
    {
        Tensor kept;
        using (var scope = NewDisposeScope())
        {
            using (var model = EchoModels.ManyToMany(seed: 1))
            {
                kept = model.Predict(new float[3, 5, 1]);
            }
            kept.Values().Should().HaveCount(15);
        }
        kept.IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void Evaluate_gives_the_loss_and_the_metrics_by_name()
    {
        using var model = new SequentialModel(new Dense(1, useBias: false));
        model.Build(1);
        model.SetWeights([new float[,] { { 2 } }]);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());

        var figures = model.Evaluate(new float[,] { { 1 }, { 2 }, { 3 } }, new float[,] { { 1 }, { 1 }, { 1 } }, batchSize: 2);

        figures.Keys.Should().Equal("loss", "mean_absolute_error");
        figures["loss"].Should().BeApproximately((1 + 9 + 25) / 3.0, 1e-6);
        figures["mean_absolute_error"].Should().BeApproximately(3, 1e-6);
    }

    [Fact]
    public void A_model_in_double_precision_predicts_doubles()
    {
        using var model = EchoModels.ManyToMany(seed: 1);
        model.to(ScalarType.Float64);

        model.Predict<double[,,]>(new float[1, 5, 1]).Length.Should().Be(5);
    }

    [Theory]
    [InlineData(EngineKind.Fused)]
    [InlineData(EngineKind.Torch)]
    public void A_layer_that_came_into_a_model_inside_changes_the_shape_of_what_is_predicted(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        var inside = new SequentialModel(new Dense(2));
        Layer last = engine == EngineKind.Fused ? inside : new TimeDistributed(inside);
        using var model = new SequentialModel(new Lstm(4, returnSequences: true), last) { Seed = 1, RequestedEngine = engine };
        model.Build(-1, 2);
        var x = Numbers.Uniform(1, [3, 5, 2]);
        Check(2);

        // Room for two numbers a step is too little now.
        inside.Add(new Dense(70));
        Check(70);

        void Check(int units)
        {
            var expected = model.call(x);
            expected.shape.Should().Equal(3, 5, units);
            model.Predict(x).ShouldMatchTensor(expected, Tolerance.Float32);
            model.Predict<float[,,]>(x).Values().ShouldMatch(expected.Values(), Tolerance.Float32);
            var y = new float[3 * 5 * units];
            model.Predict(x.data<float>().ToArray(), y, samples: 3);
            y.Values().ShouldMatch(expected.Values(), Tolerance.Float32);
        }
    }

    [Fact]
    public void Steps_that_do_not_fit_are_told_with_the_number_of_samples()
    {
        using var model = new SequentialModel(new Cropping1D(2, 1), new Lstm(5)) { Name = "m" };
        model.Build(-1, 3);
        using var x = zeros(4, 2, 3);
        var message = $"{model.Layers[0].Title} cuts off 2 time steps before and 1 behind, so it expects at least 4 but received (4, 2, 3). Give it longer sequences, or cut off fewer steps.";

        Errors.Expect<ShapeMismatchException>(() => model.Predict(x), message);
        Errors.Expect<ShapeMismatchException>(() => model.Predict<float[,]>(new float[4, 2, 3]), message);
        Errors.Expect<ShapeMismatchException>(() => model.Predict(new float[24], new float[20], samples: 4), message);
    }

    [Fact]
    public void So_many_samples_are_run_at_once_that_all_their_steps_fit()
    {
        BatchOf(new float[9, 4], 4, new Dense(1)).Should().Be(8192);
        BatchOf(new float[9, 64, 4], 64, new Lstm(1)).Should().Be(128);
        BatchOf(new float[9, 4], 4, new RepeatVector(64), new Lstm(1)).Should().Be(128);
        BatchOf(new float[9, 64, 4], 64, new UpSampling1D(2), new Lstm(1)).Should().Be(64);
        BatchOf(new float[9, 4], 4, new SequentialModel(new RepeatVector(100_000), new Lstm(1))).Should().Be(32);
        var input = new EchoLstm.Layers.Input(-1, 4);
        BatchOf(new float[9, 64, 4], 64, new FunctionalModel([input], [new Lstm(1).Apply(new Gru(2, returnSequences: true).Apply(input))])).Should().Be(128);

        static int BatchOf(Array x, int length, params nn.Module<Tensor, Tensor>[] layers)
        {
            using var model = new SequentialModel(layers);
            model.Build(x.Rank == 3 ? [length, 4] : [length]);
            new ModelRunner(model).TryPlain(x, null, allowNonFinite: false, out var plain).Should().BeTrue();
            return plain.Batch;
        }
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(536, true)]
    [InlineData(537, false)]
    public void An_output_longer_than_a_span_is_put_together_from_batches(int samples, bool isPlain)
    {
        using var model = new SequentialModel(new RepeatVector(1_000_000));
        model.Build(1);
        var runner = new ModelRunner(model);

        // 537 million floats are more bytes than an int counts.
        runner.TryPlain(new float[samples, 1], null, allowNonFinite: false, out _).Should().Be(isPlain);
    }
}
