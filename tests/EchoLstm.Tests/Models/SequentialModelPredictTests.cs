using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

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
}
