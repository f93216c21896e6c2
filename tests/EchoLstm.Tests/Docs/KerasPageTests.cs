using EchoLstm.Interop;
using EchoLstm.Tests.Interop;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/keras.md, on a file as Keras 3 writes it.</summary>
public sealed class KerasPageTests() : PageProgram("docs/keras.md")
{
    [Fact]
    public void A_model_of_Keras_predicts_and_trains()
    {
        using var folder = new TemporaryFolder();
        var (path, saved) = (folder.File("model.keras"), folder.File("mine.safetensors"));
        using var first = Written(path);
        var (x, y) = (new float[4, 24, 3], new float[4, 1]);
        #region
        using var model = KerasFile.Load(path);                      // model.keras, model.h5, model.json, ...
        Console.Write(model.Summary());
        var output = model.Predict<float[,]>(x);

        model.Compile(Loss.MeanSquaredError(), new Adam());          // where the file's own loss or optimiser is not known
        model.Fit(x, y, epochs: 2, verbose: 0);
        model.Save(saved);                                           // from now on the library's own format
        #endregion
        output.Should().BeEquivalentTo(first.Predict<float[,]>(x));
        File.Exists(saved).Should().BeTrue();
        ExpectOnPage();
    }

    [Fact]
    public void Weights_go_into_a_model_made_in_code()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("model.keras");
        using var first = Written(path);
        #region
        using var model = new SequentialModel(new Lstm(8), new Dense(1));
        model.Build(24, 3);
        KerasFile.LoadWeights(model, path);                          // weights.h5, model.weights.h5, or those of a whole model
        #endregion
        model.GetWeights().Values().Should().Equal(first.GetWeights().Values());
    }

    [Fact]
    public void A_model_is_saved_for_Keras()
    {
        using var folder = new TemporaryFolder();
        var (keras3, keras2) = (folder.File("model.keras"), folder.File("model.h5"));
        using var model = Written(folder.File("first.keras"));
        #region
        KerasFile.Save(model, keras3);       // model.keras: keras.saving.load_model("model.keras")
        KerasFile.Save(model, keras2);       // model.h5: tf.keras.models.load_model("model.h5")
        #endregion
        using var third = KerasFile.Load(keras3);
        using var second = KerasFile.Load(keras2);
        third.GetWeights().Values().Should().Equal(model.GetWeights().Values());
        second.GetWeights().Values().Should().Equal(model.GetWeights().Values());
    }

    private static SequentialModel Written(string path)
    {
        var model = new SequentialModel(new Lstm(8) { Name = "lstm" }, new Dense(1) { Name = "dense" }) { Seed = 1 };
        model.Build(24, 3);
        File.WriteAllBytes(path, KerasWriter.Keras3(
        [
            new("LSTM", "lstm", KerasSamples.LstmConfig(8, "\"recurrent_activation\": \"sigmoid\", \"batch_input_shape\": [null, 24, 3]"), [.. KerasSamples.Arrays(model, 0, "kernel", "recurrent_kernel", "bias")]),
            new("Dense", "dense", KerasSamples.DenseConfig(1, "linear"), [.. KerasSamples.Arrays(model, 1, "kernel", "bias")]),
        ]));
        return model;
    }
}
