using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Training;

public sealed class ModelCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_epoch_has_a_file_of_its_own_where_the_path_has_places()
    {
        using var german = new GermanCulture();
        var checkpoint = new ModelCheckpoint(_folder.File("{epoch:D2}-{val_figure_error:F3}{{x}}.safetensors"), saveWeightsOnly: true);

        GivenFigures.Fit([4, 0.25, 9], checkpoint);

        _folder.Names.Should().Equal("01-4.000{x}.safetensors", "02-0.250{x}.safetensors", "03-9.000{x}.safetensors");
        _folder.Names.Select(Weight).Should().Equal(4, 0.25, 9);
        (checkpoint.LastPath, checkpoint.LastEpoch, checkpoint.Best).Should().Be((_folder.File("03-9.000{x}.safetensors"), 2, null));
    }

    [Fact]
    public void Without_places_the_last_epoch_stays()
    {
        GivenFigures.Fit([4, 0.25, 9], new ModelCheckpoint(_folder.File("model.safetensors"), saveWeightsOnly: true));

        _folder.Names.Should().Equal("model.safetensors");
        Weight("model.safetensors").Should().Be(9);
    }

    [Theory]
    [InlineData(MonitorMode.Auto, null, new[] { 4.0, 9, 1, 16, 1 }, 1.0, 2)]
    [InlineData(MonitorMode.Max, null, new[] { 4.0, 9, 1, 16, 1 }, 16.0, 3)]
    [InlineData(MonitorMode.Min, 3.0, new[] { 4.0, 9, 1, 16 }, 1.0, 2)]
    [InlineData(MonitorMode.Min, 5.0, new[] { 4.0, 1, 3 }, 1.0, 1)]
    [InlineData(MonitorMode.Auto, null, new[] { double.NaN, 9, double.NaN }, 9.0, 1)]
    public void The_best_epoch_stays_where_that_is_asked_for(MonitorMode mode, double? threshold, double[] figures, double best, int epoch)
    {
        var checkpoint = new ModelCheckpoint(_folder.File("best.safetensors"), GivenFigures.Name, saveBestOnly: true, saveWeightsOnly: true, mode, initialValueThreshold: threshold);

        GivenFigures.Fit(figures, checkpoint);

        Weight("best.safetensors").Should().Be(best);
        (checkpoint.Best, checkpoint.LastEpoch).Should().Be((best, epoch));
    }

    [Fact]
    public void A_model_that_can_not_be_saved_as_a_whole_is_refused_before_training()
    {
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(1);
        model.Compile(Loss.Custom((y, target) => (y - target).square().mean(), "own"), new Sgd());
        var before = model.GetWeights()[0].Values();
        var fit = (bool weightsAlone) => model.Fit(new float[,] { { 1 } }, new float[,] { { 2 } }, verbose: 0, callbacks: [new ModelCheckpoint(_folder.File("model.safetensors"), saveWeightsOnly: weightsAlone)]);

        Errors.Expect<InvalidOperationException>(
            () => fit(false),
            "The model can't be saved as a whole: the loss 'own' is code of yours, which a file can't hold. Call SaveWeights; to go on, make and compile the same model in code and call LoadWeights.");
        model.GetWeights()[0].Values().Should().Equal(before);
        _folder.Names.Should().BeEmpty();

        fit(true).Outcome.Should().Be(FitOutcome.Completed);
        _folder.Names.Should().Equal("model.safetensors");
    }

    [Fact]
    public void Nothing_is_written_where_the_threshold_is_not_beaten()
    {
        var checkpoint = new ModelCheckpoint(_folder.File("best.safetensors"), GivenFigures.Name, saveBestOnly: true, saveWeightsOnly: true, initialValueThreshold: 1);

        GivenFigures.Fit([4, 1, 9], checkpoint);

        _folder.Names.Should().BeEmpty();
        (checkpoint.Best, checkpoint.LastPath, checkpoint.LastEpoch).Should().Be((null, null, null));
    }

    [Fact]
    public void The_best_goes_on_from_fit_to_fit()
    {
        var checkpoint = new ModelCheckpoint(_folder.File("best.safetensors"), GivenFigures.Name, saveBestOnly: true, saveWeightsOnly: true);
        GivenFigures.Fit([4, 1], checkpoint);

        GivenFigures.Fit([9, 4], checkpoint);
        Weight("best.safetensors").Should().Be(1);

        GivenFigures.Fit([0.25], checkpoint);
        Weight("best.safetensors").Should().Be(0.25);
    }

    [Fact]
    public void Epochs_are_saved_or_looked_at_as_often_as_asked_for()
    {
        GivenFigures.Fit([9, 4, 1, 16, 25], new ModelCheckpoint(_folder.File("{epoch}.safetensors"), saveWeightsOnly: true, saveFrequency: 2));
        _folder.Names.Should().Equal("2.safetensors", "4.safetensors");

        GivenFigures.Fit([1, 4, 9, 0.25, 16], new ModelCheckpoint(_folder.File("best.safetensors"), GivenFigures.Name, saveBestOnly: true, saveWeightsOnly: true, saveFrequency: 3));
        Weight("best.safetensors").Should().Be(9, "only the third epoch is looked at");
    }

    [Fact]
    public void Folders_are_made()
    {
        GivenFigures.Fit([4], new ModelCheckpoint(_folder.File("runs/{epoch:D4}/weights.safetensors"), saveWeightsOnly: true));

        File.Exists(_folder.File("runs/0001/weights.safetensors")).Should().BeTrue();
    }

    [Theory]
    [InlineData(EngineKind.Torch)]
    [InlineData(EngineKind.Fused)]
    public void A_whole_model_goes_on_where_the_epoch_ended(EngineKind engine)
    {
        using var scope = NewDisposeScope();
        using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1, RequestedEngine = engine };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
        var (x, y) = (Numbers.Uniform(1, [12, 3, 1]), Numbers.Uniform(2, [12, 1]));
        var whole = model.Fit(x, y, epochs: 6, batchSize: 4, verbose: 0, callbacks: [new ModelCheckpoint(_folder.File("{epoch}.safetensors"))]);

        using var loaded = SequentialModel.Load(_folder.File("3.safetensors"));
        var rest = loaded.Fit(x, y, epochs: 6, batchSize: 4, verbose: 0, initialEpoch: 3);

        rest.Engine.Kind.Should().Be(engine);
        rest.Loss.Should().Equal(whole.Loss.Skip(3));
        loaded.Predict(x).Values().Should().Equal(model.Predict(x).Values());
    }

    [Fact]
    public void Saving_changes_nothing_in_the_fit()
    {
        History Fit(params Callback[] callbacks)
        {
            using var scope = NewDisposeScope();
            using var model = new SequentialModel(new Lstm(4), new Dense(1)) { Seed = 1 };
            model.Compile(Loss.MeanSquaredError(), new Adam(0.01));
            return model.Fit(Numbers.Uniform(1, [12, 3, 1]), Numbers.Uniform(2, [12, 1]), epochs: 6, batchSize: 4, verbose: 0, callbacks: callbacks);
        }

        Fit(new ModelCheckpoint(_folder.File("m.safetensors"))).Loss.Should().Equal(Fit().Loss);
    }

    [Theory]
    [InlineData("{epoch:02d}.m", "ModelCheckpoint's path '{epoch:02d}.m' has Python's format '02d'. In .NET it is {epoch:D2}. (Parameter 'path')")]
    [InlineData("{epoch:02}.m", "ModelCheckpoint's path '{epoch:02}.m' has Python's format '02'. In .NET it is {epoch:D2}. (Parameter 'path')")]
    [InlineData("{val_loss:.4f}.m", "ModelCheckpoint's path '{val_loss:.4f}.m' has Python's format '.4f'. In .NET it is {val_loss:F4}. (Parameter 'path')")]
    [InlineData("{epoch:F4}{", "ModelCheckpoint's path '{epoch:F4}{' has a '{' without its other half. Write {{ and }} for braces that are part of the path. (Parameter 'path')")]
    [InlineData("a}b", "ModelCheckpoint's path 'a}b' has a '}' without its other half. Write {{ and }} for braces that are part of the path. (Parameter 'path')")]
    [InlineData("{}", "ModelCheckpoint's path '{}' has a '{' without its other half. Write {{ and }} for braces that are part of the path. (Parameter 'path')")]
    [InlineData("{loss:D3}", "ModelCheckpoint's path '{loss:D3}' has the format 'D3' for loss, which .NET does not know for such a number. Use e.g. {loss:F4}. (Parameter 'path')")]
    public void A_path_that_is_not_understood_is_refused(string path, string message) => Errors.Expect<ArgumentException>(() => _ = new ModelCheckpoint(path), message);

    [Theory]
    [InlineData("{epoch:000}", "001")]
    [InlineData("{val_figure_error:0.00}", "4.00")]
    [InlineData("{val_figure_error:E2}", "4.00E+000")]
    [InlineData("{val_figure_error}", "4")]
    public void Any_format_of_dotnet_is_understood(string path, string name)
    {
        GivenFigures.Fit([4], new ModelCheckpoint(_folder.File(path), saveWeightsOnly: true));

        _folder.Names.Should().Equal(name);
    }

    [Theory]
    [InlineData("{val_acc}.m", false, "ModelCheckpoint's path '{val_acc}.m' has a place for 'val_acc', but the fit measures loss, accuracy. Use one of those, or {epoch}.")]
    [InlineData("m", true, "ModelCheckpoint monitors 'val_loss', but the fit measures loss, accuracy. Pass validationSplit or validationData to Fit, or monitor one of those.")]
    public void A_figure_that_is_not_measured_is_refused_before_training(string path, bool saveBestOnly, string message)
    {
        using var model = new SequentialModel(new Lstm(2), new Dense(1)) { Seed = 1 };
        model.Build(3, 1);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.Accuracy());

        Errors.ExpectWithoutChange<ArgumentException>(model, () => model.Fit(new float[4, 3, 1], new float[4, 1], verbose: 0, callbacks: [new ModelCheckpoint(path, saveBestOnly: saveBestOnly)]), message);
    }

    [Fact]
    public void Settings_out_of_their_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint(" ")).ParamName.Should().Be("path");
        Assert.Throws<ArgumentException>(() => new ModelCheckpoint("m", ""));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("m", saveFrequency: 0)).Message.Should().StartWith("saveFrequency is a number of epochs: at least 1.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("m", initialValueThreshold: double.NaN)).Message.Should().StartWith("initialValueThreshold is a metric to beat, or null.");
        Assert.Throws<ArgumentOutOfRangeException>(() => new ModelCheckpoint("m", mode: (MonitorMode)7)).Message.Should().StartWith("mode is Auto, Min or Max.");
    }

    private double Weight(string file)
    {
        using var model = GivenFigures.Model();
        model.LoadWeights(_folder.File(file));
        return model.GetWeights()[0].Values()[0];
    }
}
