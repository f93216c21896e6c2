namespace EchoLstm.Tests.Models;

/// <summary>What a model is: its weights and its buffers, such as a BatchNorm's running statistics; and frozen ones.</summary>
public class RunningStatisticsTests
{
    private static readonly float[,] Seen = { { 0 } };
    private static readonly float[,] Data = { { 0 }, { 2 } };

    [Fact]
    public void F3_EarlyStopping_gives_the_running_statistics_back()
    {
        using var model = Norm();
        var stop = new EarlyStopping(patience: 1, restoreBestWeights: true);

        var history = model.Fit(Data, new float[2, 1], epochs: 9, verbose: 0, validationData: (Seen, new float[1, 1]), callbacks: [stop]);

        history.Epochs.Should().HaveCount(2);
        stop.Best.Should().BeApproximately(0.1666656, 1e-6);
        model.Evaluate(Seen, new float[1, 1])["loss"].Should().Be(stop.Best);
    }

    [Fact]
    public void F3_a_copy_by_its_weights_predicts_the_same()
    {
        using var model = Norm();
        model.Fit(Data, new float[2, 1], epochs: 3, verbose: 0);
        using var copy = Norm();

        model.GetWeights().Select(weight => weight.GetType().Name).Should().Equal("Single[]", "Single[]", "Single[]", "Single[]", "Int64[]");
        copy.SetWeights(model.GetWeights());

        copy.GetWeights().Values().Should().Equal(model.GetWeights().Values());
        copy.Predict<float[,]>(Data).Values().Should().Equal(model.Predict<float[,]>(Data).Values());
    }

    [Fact]
    public void F3_files_and_lists_hold_the_same()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "norm.safetensors");
        using var model = Norm();
        var best = new ModelCheckpoint(path, saveWeightsOnly: true, monitor: "loss", saveBestOnly: true);
        model.Fit(Data, new float[2, 1], epochs: 2, verbose: 0, callbacks: [best]);
        var weights = model.GetWeights();
        model.SaveWeights(path);
        using var copy = Norm();

        copy.LoadWeights(path);

        copy.GetWeights().Values().Should().Equal(weights.Values());
    }

    [Fact]
    public void A_count_takes_whole_numbers_alone()
    {
        using var model = Norm();
        Array[] weights = [.. model.GetWeights()];
        weights[4] = new float[] { 1 };

        Errors.ExpectWithoutChange<ArgumentException>(
            model,
            () => model.SetWeights(weights),
            "SequentialModel 'sequential': weight 4, batch_norm1d_1/num_batches_tracked, is an array of Single; expected long or int. Nothing was changed. (Parameter 'weights')");
    }

    [Fact]
    public void Statistics_are_no_parameters()
    {
        using var model = Norm();

        model.CountParameters().Should().Be(2);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void A_frozen_norm_runs_as_for_inference(bool wholeModel, bool affine)
    {
        var norm = nn.BatchNorm1d(1, momentum: 0.5, affine: affine);
        using var model = new SequentialModel(new SequentialModel(norm), new Dense(1));
        model.Build(1);
        model.SetWeights([.. Enumerable.Repeat(new float[] { 3 }, affine ? 4 : 2), new long[] { 0 }, new float[,] { { 1 } }, new float[] { 0 }]);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        ((Layer)(wholeModel ? model : ((SequentialModel)model.Layers[0]).Layers[0])).Trainable = false;
        var before = model.GetWeights().Values();
        var expected = model.Evaluate(Data, new float[2, 1])["loss"];

        var loss = model.Fit(Data, new float[2, 1], epochs: 2, verbose: 0, shuffle: false).Loss;

        loss.Should().Equal(expected, expected);
        model.GetWeights().Values().Should().Equal(before);

        model.Trainable = true;
        model.Layers[0].Trainable = true;
        model.Fit(Data, new float[2, 1], verbose: 0);
        model.GetWeights().Values().Should().NotEqual(before, "it trains again");
    }

    private static SequentialModel Norm()
    {
        var model = new SequentialModel(nn.BatchNorm1d(1, momentum: 0.5));
        model.Build(1);
        model.Compile(Loss.MeanSquaredError(), new Sgd(0));
        return model;
    }
}
