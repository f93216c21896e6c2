using EchoLstm.Data;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>What a model's file carries for its user: texts, scalers, lists of texts.</summary>
public class ModelExtrasTests
{
    [Fact]
    public void They_travel_in_the_models_file()
    {
        using var folder = new TemporaryFolder();
        var (path, again) = (folder.File("model.safetensors"), folder.File("again.safetensors"));
        using var model = Built();
        model.Metadata["unit"] = "°C \"of\" the sea";
        model.Metadata[""] = "";
        model.Scalers["x"] = new StandardScaler().Fit([1f, 2f, 4f]);
        model.Scalers["y"] = new MinMaxScaler(-1, 1).Fit([1f, 2f, 4f]);
        model.Vocabularies["words"] = ["", "der", "Löwe", "der"];
        model.Vocabularies["labels"] = [];
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.Metadata.Should().BeEquivalentTo(model.Metadata);
        loaded.Scalers.Keys.Should().BeEquivalentTo("x", "y");
        loaded.Scalers["x"].Should().BeOfType<StandardScaler>();
        loaded.Scalers["y"].Transform([3f]).Should().Equal(model.Scalers["y"].Transform([3f]));
        loaded.Vocabularies["words"].Should().Equal("", "der", "Löwe", "der");
        loaded.Vocabularies["labels"].Should().BeEmpty();
        loaded.Save(again);
        File.ReadAllBytes(again).Should().Equal(File.ReadAllBytes(path));
    }

    [Fact]
    public void The_model_applies_none_of_them_and_a_file_without_any_has_no_word_of_them()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Built();
        var x = new float[,] { { 1, 2 } };
        var plain = model.Predict<float[,]>(x);
        model.Save(path);
        File.ReadAllText(path).Should().NotContain("extras");
        model.Scalers["x"] = new StandardScaler().Fit(new float[,] { { 1, 2 }, { 7, 9 } });
        model.Save(path);

        using var loaded = SequentialModel.Load(path);

        loaded.Predict<float[,]>(x).Values().Should().Equal(plain.Values());
    }

    [Fact]
    public void What_is_null_or_not_fitted_is_refused_by_name_and_the_old_file_stays()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        File.WriteAllText(path, "old");
        Refused(model => model.Metadata["a"] = null!, "The model can't be saved: its Metadata has null under 'a'. Put a value there, or "
            + "remove the key.");
        Refused(model => model.Scalers["a"] = null!, "The model can't be saved: its Scalers has null under 'a'. Put a value there, or "
            + "remove the key.");
        Refused(model => model.Scalers["a"] = new StandardScaler(), "The model's scaler 'a' can't be saved: it is not fitted. Call Fit "
            + "with the training data first.");
        Refused(model => model.Vocabularies["a"] = ["x", null!], "The model can't be saved: its Vocabularies has null under 'a'. Put a "
            + "value there, or remove the key.");
        Refused(
            model => model.Metadata["a"] = new string('x', 5 << 20),
            "What is to be saved beside the weights has 5,242,932 letters of JSON, and at most 4,194,304 are read. Keep long lists and "
                + "texts in a file of their own.");
        File.ReadAllText(path).Should().Be("old");

        void Refused(Action<SequentialModel> change, string message)
        {
            using var model = Built();
            change(model);
            Errors.Expect<InvalidOperationException>(() => model.Save(path), message);
        }
    }

    [Theory]
    [InlineData("\"unit\":\"m\"", "\"unit\":3", "in its extras, metadata: 'unit' is the number 3, expected a text")]
    [InlineData("\"unit\":\"m\"", "\"unit\":null", "in its extras: 'metadata' or 'vocabularies' has null, expected texts")]
    [InlineData("\"spread\":[1]", "\"spread\":[-1]", "in its extras: the scaler 'x': expected as many finite centers as spreads above 0, "
        + "at least one of each")]
    [InlineData("\"words\":[\"a\"]", "\"words\":[null]", "in its extras: 'metadata' or 'vocabularies' has null, expected texts")]
    [InlineData("\"words\":[\"a\"]", "\"words\":null", "in its extras: 'metadata' or 'vocabularies' has null, expected texts")]
    [InlineData("\"vocabularies\":", "\"lists\":", "in its extras: there is a field 'lists', which this version does not know")]
    public void What_is_wrong_in_a_file_is_named(string before, string after, string expected)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using (var model = Built())
        {
            model.Metadata["unit"] = "m";
            model.Scalers["x"] = new StandardScaler().Fit([1f, 3f]);
            model.Vocabularies["words"] = ["a"];
            model.Save(path);
        }
        SaveModelTests.Rewrite(path, metadata =>
        {
            var text = (string)metadata["extras"]!;
            text.Should().Contain(before);
            metadata["extras"] = text.Replace(before, after);
        });

        Assert.Throws<InvalidDataException>(() => SequentialModel.Load(path)).Message.Should().StartWith(path).And.Contain(expected);
    }

    private static SequentialModel Built()
    {
        var model = new SequentialModel(new Dense(1)) { Seed = 1 };
        model.Build(2);
        return model;
    }
}
