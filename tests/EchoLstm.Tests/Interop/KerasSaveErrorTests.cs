using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>What can't be written for Keras: it is said by name, and nothing is written.</summary>
public sealed class KerasSaveErrorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private const string Beginning = "The model can't be written for Keras: ";

    public static TheoryData<string, string, string> Refusals => new()
    {
        {
            "module", "model.keras",
            "ModuleLayer 'linear_1' is the TorchSharp module Linear, which Keras does not have. Put layers of the library in its place; nothing was written."
        },
        {
            "decoder", "model.h5",
            "AttentionDecoder 'attention_decoder_1' is a layer that Keras does not have. Make the decoder of layers in a FunctionalModel, as EchoModels.Seq2Seq does; nothing was written."
        },
        {
            "attention", "model.keras",
            "AdditiveAttention 'additive_attention_1' takes one tensor, and in Keras a list of query and value. Use it in a FunctionalModel, new AdditiveAttention().Apply(query, value); nothing was written."
        },
        {
            "stateful", "model.h5",
            "Lstm 'lstm_1' is stateful, and Keras must know the batch size of a stateful model. Build the model with one, model.Build(shape, batchSize: 32); nothing was written."
        },
        {
            "slash", "model.keras", "Dense 'a/b' has a name that Keras does not allow. Give it a name without '/', other than '.' and '..'; nothing was written."
        },
        {
            "hard sigmoid", "model.keras", "Lstm has the recurrent activation HardSigmoid, which Keras 3.9.2 does not have. Write an .h5; nothing was written."
        },
        {
            "hard sigmoid of Keras 3", "model.hdf5",
            "Dense 'dense_1' has the activation HardSigmoidKeras3, which Keras 2.15.0 does not have. Write a .keras; nothing was written."
        },
        {
            "leaky relu", "model.h5", "Dense 'dense_1' has the activation LeakyRelu, which Keras 2.15.0 does not have. Write a .keras; nothing was written."
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void What_Keras_does_not_have_is_refused_by_name(string what, string file, string expected)
    {
        Layer layer = what switch
        {
            "module" => new ModuleLayer(torch.nn.Linear(3, 2)) { Name = "linear_1" },
            "decoder" => new AttentionDecoder(3, 2),
            "attention" => new AdditiveAttention(),
            "stateful" => new Lstm(2, stateful: true),
            "slash" => new SequentialModel(new Dense(2) { Name = "a/b" }),
            "hard sigmoid" => new TimeDistributed(new SequentialModel(new RepeatVector(2), new Bidirectional(new Lstm(2, recurrentActivation: Activation.HardSigmoid)))),
            "hard sigmoid of Keras 3" => new Dense(2, Activation.HardSigmoidKeras3),
            _ => new Dense(2, Activation.LeakyRelu),
        };
        using var model = new SequentialModel(layer) { Seed = 1 };
        model.Build(4, 3);

        Errors.Expect<NotSupportedException>(() => KerasFile.Save(model, _folder.File(file)), Beginning + expected);

        Directory.GetFileSystemEntries(_folder.Path).Should().BeEmpty();
    }

    [Fact]
    public void An_ending_that_says_nothing_is_refused_with_what_to_do()
    {
        using var model = new SequentialModel(new Dense(2));
        model.Build(3);

        Errors.Expect<ArgumentException>(
            () => KerasFile.Save(model, "model.safetensors"),
            "'model.safetensors' does not say which of Keras's formats to write. End it in .keras for Keras 3, or in .h5 for tf.keras 2. (Parameter 'path')");
        Assert.Throws<ArgumentException>(() => KerasFile.Save(model, " "));
        Assert.Throws<ArgumentNullException>(() => KerasFile.Save(null!, "model.keras"));
    }

    [Fact]
    public void A_model_without_weights_or_of_another_type_is_refused()
    {
        using var model = new SequentialModel(new Dense(2));
        Assert.Throws<InvalidOperationException>(() => KerasFile.Save(model, _folder.File("model.keras"))).Message.Should().Contain("Build");
        model.Build(3);
        model.to(torch.ScalarType.Float64);

        Errors.Expect<InvalidOperationException>(
            () => KerasFile.Save(model, _folder.File("model.keras")),
            $"{model.Title} has weights of Float64, and float32 is written for Keras. Convert it first, model.to(torch.float32).");
    }

    [Theory]
    [InlineData(".keras")]
    [InlineData(".h5")]
    public void A_file_that_can_t_be_written_leaves_the_old_one(string ending)
    {
        using var model = new SequentialModel(new Dense(2));
        model.Build(3);
        var path = _folder.File($"model{ending}");
        Directory.CreateDirectory(path);

        Errors.Expect<IOException>(() => KerasFile.Save(model, path), $"Can't write {path}: it is a folder. Give the name of a file.");
        Directory.Delete(path);
        KerasFile.Save(model, path);
        var before = File.ReadAllBytes(path);
        model.Add(new ModuleLayer(torch.nn.ReLU()));
        Assert.Throws<NotSupportedException>(() => KerasFile.Save(model, path));
        File.ReadAllBytes(path).Should().Equal(before);
        Directory.GetFileSystemEntries(_folder.Path).Should().Equal(path);
    }
}
