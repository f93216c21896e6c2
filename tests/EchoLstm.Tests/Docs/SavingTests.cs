using EchoLstm.Data;
using EchoLstm.Tests.Models.Saving;

namespace EchoLstm.Tests.Docs;

/// <summary>What docs/saving.md shows is compiled here, region by region, and does what it says.</summary>
public class SavingTests
{
    [Fact]
    public void A_model_is_saved_and_trained_on()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("echo.safetensors");
        var (x, y) = (Numbers.Uniform(1, [10, 5, 1]), Numbers.Uniform(2, [10, 5, 1]));
        using var whole = EchoModels.ManyToMany(seed: 1);
        var expected = whole.Fit(x, y, epochs: 200, verbose: 0).Loss;
        using var model = EchoModels.ManyToMany(seed: 1);
        #region
        model.Fit(x, y, epochs: 100, verbose: 0);
        model.Save(path);

        using var loaded = SequentialModel.Load(path);
        var history = loaded.Fit(x, y, epochs: 200, initialEpoch: 100, verbose: 0);    // the losses that model.Fit would have gone on with
        #endregion
        history.Loss.Should().Equal(expected.Skip(100));
    }

    [Fact]
    public void What_belongs_to_a_model_travels_in_its_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("visitors.safetensors");
        var scaler = new StandardScaler().Fit([10f, 20f, 40f]);
        var x = new float[,] { { 1 }, { 2 } };
        using var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(1);
        #region
        model.Scalers["visitors"] = scaler;                      // fitted
        model.Vocabularies["labels"] = ["calm", "busy"];         // class labels, words: what an index means
        model.Metadata["unit"] = "visitors a day";
        model.Save(path);

        using var loaded = SequentialModel.Load(path);
        var days = loaded.Scalers["visitors"].InverseTransform(loaded.Predict<float[,]>(x));
        #endregion
        days.Values().Should().Equal(scaler.InverseTransform(model.Predict<float[,]>(x)).Values());
        loaded.Vocabularies["labels"].Should().Equal("calm", "busy");
        loaded.Metadata["unit"].Should().Be("visitors a day");
    }

    [Fact]
    public void Weights_are_saved_alone()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("weights.safetensors");
        using var model = new SequentialModel(new Lstm(5, returnSequences: true), nn.Linear(5, 1)) { Seed = 1 };
        model.Build(5, 1);
        #region
        model.SaveWeights(path);

        using var other = new SequentialModel(new Lstm(5, returnSequences: true), nn.Linear(5, 1));
        other.Build(5, 1);
        other.LoadWeights(path);    // all or none: what is missing, unexpected or misshapen is listed
        #endregion
        other.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    [Fact]
    public void A_callback_saves_every_tenth_epoch()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("echo.safetensors");
        var (x, y) = (Numbers.Uniform(1, [10, 5, 1]), Numbers.Uniform(2, [10, 5, 1]));
        using var model = EchoModels.ManyToMany(seed: 1);
        #region
        var saving = new ModelCheckpoint(path, saveFrequency: 10);    // a crash costs ten epochs at most, and never the file
        model.Fit(x, y, epochs: 100, verbose: 0, callbacks: [saving]);
        #endregion
        using var loaded = SequentialModel.Load(path);
        loaded.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    [Fact]
    public void TorchSharps_own_files_work()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("echo.dat");
        using var model = EchoModels.ManyToMany(seed: 1);
        model.Build(5, 1);
        using var other = EchoModels.ManyToMany(seed: 2);
        other.Build(5, 1);
        #region
        ((nn.Module)model).save(path);     // TorchSharp's format, its modules' own names and layouts
        ((nn.Module)other).load(path);
        #endregion
        other.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }
}
