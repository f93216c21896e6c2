using EchoLstm.Data;

namespace EchoLstm.Tests.Models;

/// <summary>What a model says of itself, and how it is put together and built.</summary>
public class ModelApiTests
{
    [Fact]
    public void What_Compile_set_can_be_read()
    {
        using var model = new SequentialModel(new Dense(1));
        (model.IsCompiled, model.Loss, model.Optimizer, model.Metrics.Count).Should().Be((false, null, null, 0));
        var (loss, adam, metric) = (Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());

        model.Compile(loss, adam, metric);

        model.IsCompiled.Should().BeTrue();
        model.Loss.Should().BeSameAs(loss);
        model.Optimizer.Should().BeSameAs(adam);
        model.Metrics.Should().Equal(metric);
    }

    [Fact]
    public void A_loaded_models_learning_rate_can_be_set()
    {
        using var folder = new TemporaryFolder();
        using (var model = EchoModels.OneToOne(seed: 1))
        {
            model.Save(folder.File("model"));
        }
        using Model loaded = Model.Load(folder.File("model"));
        var before = loaded.GetWeights().Values();

        loaded.Optimizer!.LearningRate = 0;
        loaded.Fit(new float[4, 1, 1], new float[4, 1], verbose: 0);

        loaded.IsCompiled.Should().BeTrue();
        loaded.Loss!.Name.Should().Be("mean_squared_error");
        loaded.GetWeights().Values().Should().Equal(before, "no step was taken");
    }

    [Fact]
    public void A_callback_uses_the_model_without_a_cast()
    {
        using var folder = new TemporaryFolder();
        using var model = EchoModels.OneToOne(seed: 1);
        var (x, y) = (new float[,,] { { { 0.5f } } }, new float[,] { { 1 } });
        var told = new List<float>();

        model.Fit(x, y, epochs: 2, verbose: 0, callbacks: [new LambdaCallback(onEpochEnd: progress =>
        {
            told.Add(progress.Model.Predict<float[,]>(x)[0, 0]);
            progress.Model.Evaluate(x, y).Should().ContainKey("loss");
            progress.Model.Save(folder.File("model"));
        })]);

        told.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        using var saved = SequentialModel.Load(folder.File("model"));
        saved.Predict<float[,]>(x)[0, 0].Should().Be(told[1]);
    }

    [Fact]
    public void Layers_are_found_by_name_and_place()
    {
        using var model = new SequentialModel(new Lstm(5) { Name = "reader" }, new Dense(1));

        model.GetLayer("reader").Should().BeSameAs(model.Layers[0]);
        model.GetLayer("dense_1").Should().BeSameAs(model.GetLayer(1));
        Errors.Expect<ArgumentException>(() => model.GetLayer("lstm_1"), "SequentialModel 'sequential' has no layer 'lstm_1'; it has reader, dense_1. (Parameter 'name')");
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GetLayer(2)).Message.Should().StartWith("SequentialModel 'sequential' has 2 layers, so an index of one lies from 0 to 1.");
    }

    [Fact]
    public void Layers_can_be_given_in_braces()
    {
        using var model = new SequentialModel { new Lstm(5), new Dense(1) };

        model.Layers.Select(layer => layer.Name).Should().Equal("lstm_1", "dense_1");
        foreach (var (layer, same) in model.Zip(model.Layers))
        {
            layer.Should().BeSameAs(same);
        }
    }

    [Fact]
    public void Lengths_and_a_Shape_build_alike()
    {
        BuiltFor(model => model.Build(5, 1)).Should().Be("(None, 5, 1)");
        BuiltFor(model => model.Build(new Shape(5, 1))).Should().Be("(None, 5, 1)");
        BuiltFor(model => ((Layer)model).Build(new Shape(5, 1))).Should().Be("(None, 5, 1)");
        BuiltFor(model => model.Build(-1, 1)).Should().Be("(None, None, 1)");
        BuiltFor(model => model.Build(new Shape(null, 5, 1))).Should().Be("(None, 5, 1)", "an unknown axis before all others is the samples'");
        BuiltFor(model => model.Build(new Shape(null, 1), batchSize: null)).Should().Be("(None, None, 1)");
        BuiltFor(model => model.Build(new Shape(5, 1), batchSize: 7)).Should().Be("(7, 5, 1)");
    }

    [Fact]
    public void A_samples_axis_too_many_is_refused_with_the_line_to_write()
    {
        const string Message = "Build takes the shape of one sample, but (7, 5, 1) has an axis too many for the layers; its first axis seems to be the samples'. "
            + "Write model.Build(5, 1), or for batches of 7 samples alone model.Build(new Shape(5, 1), batchSize: 7).";
        using var model = new SequentialModel(new Lstm(5), new Dense(1));
        Errors.Expect<ShapeMismatchException>(() => model.Build(new Shape(7, 5, 1)), Message);
        Errors.Expect<ShapeMismatchException>(() => model.Build(7, 5, 1), Message);
        model.IsBuilt.Should().BeFalse();
        Errors.Expect<ShapeMismatchException>(
            () => model.Build(-1, 5, 1),
            "Build takes the shape of one sample, but (None, 5, 1) has an axis too many for the layers; its first axis seems to be the samples'. Write model.Build(5, 1).");
        model.Build(5, 1);
        Errors.Expect<ShapeMismatchException>(() => model.Build(new Shape(7, 5, 1)), Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => model.Build(new Shape(5, 1), batchSize: 0)).ParamName.Should().Be("batchSize");
    }

    [Fact]
    public void TorchSharps_save_and_load_are_refused_with_the_call_to_write()
    {
        using var model = EchoModels.OneToOne(seed: 1);
        var lstm = model.Layers[0];
        using var stream = new MemoryStream();
        Action[] saves = [() => model.save("m"), () => model.save(stream), () => model.save(new BinaryWriter(stream))];
        Action[] loads = [() => model.load("m"), () => model.load(stream), () => model.load(new BinaryReader(stream))];

        saves.Should().AllSatisfy(save => Assert.Throws<NotSupportedException>(save).Message.Should().Contain("Write model.Save(path), or model.SaveWeights(path)"));
        loads.Should().AllSatisfy(load => Assert.Throws<NotSupportedException>(load).Message.Should().Contain("Write SequentialModel.Load(path)").And.Contain("model.LoadWeights(path)"));
        Assert.Throws<NotSupportedException>(() => lstm.save("m")).Message.Should().Contain("Put the layer into a SequentialModel and write model.SaveWeights(path)");
        Assert.Throws<NotSupportedException>(() => lstm.load("m")).Message.Should().Contain("model.LoadWeights(path)");
        File.Exists("m").Should().BeFalse();
    }

    private static string BuiltFor(Action<SequentialModel> build)
    {
        using var model = new SequentialModel(new Lstm(5), new Dense(1));
        build(model);
        return model.InputShape!.ToString();
    }
}
