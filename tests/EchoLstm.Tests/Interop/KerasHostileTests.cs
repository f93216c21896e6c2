using System.IO.Compression;
using System.Text;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>Files of strangers, and damaged ones: each ends in an error that says so, in little memory, and reads no other file.</summary>
public sealed class KerasHostileTests : IDisposable
{
    private const string Unread = ", which is not read. Save it with Keras again, or in Python copy it with h5py into a new file without it.";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_external_link_is_refused_and_not_followed()
    {
        var root = Whole(out _);
        // A link as a message: version 1, with a kind (64, external) and a name of 5 letters, then what it leads to.
        root.Group("model_weights").Messages.Add((6, [1, 8, 64, 5, .. "other"u8, 10, 0, 0, .. "/etc/x\0/a\0"u8]));
        Refused(root, $"'other' in the group '/model_weights' is an external link, to another file{Unread}");
    }

    [Fact]
    public void A_soft_link_is_refused()
    {
        var root = Whole(out _);
        root.Group("model_weights").Children["soft"] = new Hdf5Node { IsSoftLink = true };
        Refused(root, $"'soft' in the group '/model_weights' is a soft link, to a place that need not be there{Unread}");
    }

    [Fact]
    public void Arrays_that_lie_elsewhere_or_in_pieces_are_refused()
    {
        foreach (var (change, why) in new (Action<Hdf5Node>, string)[]
        {
            (array => array.Messages.Add((7, new byte[16])), "lies in other files"),
            (array =>
            {
                array.Layout = [3, 2, 3, .. new byte[24]];
                array.Messages.Add((11, [1, 1, 0, 0, 0, 0, 0, 0, 0x00, 0x7d, 0, 0, 0, 0, 0, 0]));
            }, "has HDF5's filter 32000, where gzip, shuffle and fletcher32 are read"),
            (array => array.Layout = [4, 2, 3, .. new byte[24]], "is in chunks of HDF5's newer kind (h5py's libver='latest')"),
            (array => array.Layout = [4, 3, .. new byte[16]], "is a virtual one, made of others, perhaps in other files"),
        })
        {
            var root = Whole(out var kernel);
            change(kernel);
            Refused(root, $"the array '/model_weights/first/first_7/kernel:0' {why}{Unread}");
        }
    }

    [Fact]
    public void Chunks_that_h5py_compressed_are_read()
    {
        using var model = KerasFile.Load(Golden("keras-chunks.h5"));

        // As keras-chunks.py made them.
        model.GetWeights()[0].Values().Should().Equal(Enumerable.Range(0, 30 * 64).Select(i => (i * 7919 % 1000 / 256.0) - 2));
        model.GetWeights()[1].Values().Should().Equal(Enumerable.Range(0, 64).Select(i => i / 64.0));
        model.GetWeights()[2].Values().Should().Equal(Enumerable.Range(0, 64 * 2).Select(i => 1.5 - (i / 128.0)));
    }

    [Fact]
    public void Chunks_that_would_fill_memory_are_refused()
    {
        var path = Golden("keras-zeros.h5");

        var message = Assert.Throws<InvalidDataException>(() => KerasFile.Load(path)).Message;

        message.Should().StartWith($"{path}: the array '/model_weights/dense/dense/kernel:0' would grow from ").And.Contain(" to 360000, which no weights do");
    }

    [Fact]
    public void A_chunk_with_another_byte_is_found_by_its_checksum()
    {
        var bytes = File.ReadAllBytes(Golden("keras-chunks.h5"));
        // The head's kernel is stored as it is, with a checksum: its first number is 1.5.
        var place = bytes.AsSpan().IndexOf([.. BitConverter.GetBytes(1.5f), .. BitConverter.GetBytes(1.5f - (1 / 128f))]);
        bytes[place + 1] ^= 1;

        Damaged(bytes, "a piece of '/model_weights/head/head/kernel:0' is not what its checksum says. The file is damaged or incomplete; save or copy it again.");
    }

    [Fact]
    public void A_chunk_that_asks_for_a_dictionary_is_damage()
    {
        var bytes = File.ReadAllBytes(Golden("keras-chunks.h5"));
        // The bias is in one piece without a checksum: 0, 1/64, ...
        var place = Enumerable.Range(0, bytes.Length - 1).First(i => bytes[i] == 0x78 && Second(i) == 1 / 64f);
        // With the flag of zlib's header, and what makes it a multiple of 31 again.
        bytes[place + 1] = 0xbb;

        Damaged(bytes, "a piece of '/model_weights/dense/dense/bias:0' can't be unpacked. The file is damaged or incomplete; save or copy it again.");

        float? Second(int start)
        {
            try
            {
                using var stream = new ZLibStream(new MemoryStream(bytes, start, bytes.Length - start), CompressionMode.Decompress);
                var numbers = new byte[8];
                stream.ReadExactly(numbers);
                return BitConverter.ToSingle(numbers, 4);
            }
            catch (Exception error) when (error is InvalidDataException or IOException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Chunks_that_are_missing_or_not_whole_are_damage()
    {
        var bytes = File.ReadAllBytes(Golden("keras-chunks.h5"));
        var tree = Enumerable.Range(0, bytes.Length - 8).First(i => bytes.AsSpan(i).StartsWith("TREE\u0001\0"u8) && bytes[i + 6] > 1);
        var count = bytes[tree + 6];
        bytes[tree + 6] = (byte)(count - 1);
        var path = Written("model.h5", bytes);

        Assert.Throws<InvalidDataException>(() => KerasFile.Load(path)).Message.Should().Contain("lacks some of its pieces");
    }

    private static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    [Fact]
    public void Shapes_that_are_larger_than_the_file_are_not_believed()
    {
        var root = Whole(out var kernel);
        kernel.Shape = [3, 1L << 40];
        Damaged(root, "the array '/model_weights/first/first_7/kernel:0' would have an axis of 1099511627776, more than the file holds. The file is "
            + "damaged or incomplete; save or copy it again.");

        root = Whole(out kernel);
        kernel.Shape = [3000, 3000, 1000];
        Expect<InvalidDataException>(Written("model.h5", Hdf5Writer.Write(root)));

        root = Whole(out kernel);
        kernel.Layout = [3, 1, .. Hdf5Writer.U64(1 << 20), .. Hdf5Writer.U64(192)];
        Expect<InvalidDataException>(Written("model.h5", Hdf5Writer.Write(root)));
    }

    [Fact]
    public void Layers_that_are_larger_than_the_file_are_not_made()
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        layers[3] = layers[3] with { Config = layers[3].Config.Replace("\"units\": 5", "\"units\": 1000000", StringComparison.Ordinal) };
        var path = Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4")));

        var grown = Grown(() => Expect<InvalidDataException>(path));

        grown.Should().BeLessThan(50 << 20);
    }

    [Fact]
    public void One_place_is_not_read_as_the_weights_of_many()
    {
        // A kernel of 250 kB, and 40 layers whose names all lead to it.
        var layers = Enumerable.Range(0, 40).Select(i => new KerasLayer(
            "Dense", $"dense_{i}", KerasSamples.DenseConfig(250, "linear", i == 0 ? "\"batch_input_shape\": [null, 250]" : "\"trainable\": true"))).ToList();
        var root = new Hdf5Node();
        root.Text("model_config", KerasWriter.Sequential(layers));
        var weights = root.Group("model_weights");
        weights.Texts("layer_names", [.. layers.Select(layer => layer.Name)], areOfOneLength: true);
        var shared = weights.Group("dense_0");
        shared.Texts("weight_names", ["kernel", "bias"], areOfOneLength: true);
        _ = shared.Array("kernel", new float[62500], 250, 250);
        _ = shared.Array("bias", new float[250], 250);
        foreach (var layer in layers)
        {
            weights.Children[layer.Name] = shared;
        }
        var path = Written("model.h5", Hdf5Writer.Write(root));

        Errors.Expect<InvalidDataException>(
            () => KerasFile.Load(path),
            $"{path}: its weights have more bytes than the file: several share one place. The file is damaged.");
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_damaged()
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        foreach (var (name, bytes) in new[] { ("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4"))), ("model.keras", KerasWriter.Keras3(layers)) })
        {
            for (var length = 0; length < bytes.Length; length += 512)
            {
                Expect<InvalidDataException>(Written(name, bytes[..length])).Message.Should().Contain(name);
            }
        }
    }

    [Fact]
    public void A_zip_that_would_grow_is_not_unpacked()
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var path = Written("model.keras", KerasWriter.Zip(
            CompressionLevel.SmallestSize,
            ("config.json", Encoding.UTF8.GetBytes(KerasWriter.Sequential(layers, module: "keras.layers"))),
            ("model.weights.h5", new byte[100 << 20])));

        var grown = Grown(() => Expect<InvalidDataException>(path).Message.Should().Contain("its entry 'model.weights.h5' would grow from "));

        grown.Should().BeLessThan(50 << 20);
    }

    [Theory]
    [InlineData("../../evil.h5")]
    [InlineData("/etc/passwd")]
    [InlineData("a\\..\\..\\b")]
    [InlineData("C:evil")]
    public void A_zip_whose_names_lead_out_of_it_is_refused(string name)
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var path = Written("model.keras", KerasWriter.Zip(("config.json", Encoding.UTF8.GetBytes(KerasWriter.Sequential(layers))), (name, [1])));

        Errors.Expect<InvalidDataException>(
            () => KerasFile.Load(path),
            $"{path}: its entry '{name}' would lie outside the folder that it is unpacked to. The file is damaged, or nothing that Keras wrote.");
    }

    [Theory]
    [InlineData("../secret.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("https://example.com/x.bin")]
    public void TensorFlow_js_s_files_are_those_beside_it_alone(string shard)
    {
        using var model = KerasSamples.Model();
        KerasWriter.TensorFlowJs(_folder, KerasSamples.Layers(model), shard);
        var path = _folder.File("model.json");

        Errors.Expect<InvalidDataException>(
            () => KerasFile.Load(path),
            $"{path}: weightsManifest, group 0: the file '{shard}' is not in the folder of model.json. The file is damaged, or nothing that "
                + "Keras wrote.");
    }

    [Fact]
    public void What_is_no_file_of_Keras_is_said_to_look_like_what_it_is()
    {
        var text = Written("notes.h5", "Hello"u8.ToArray());
        Errors.Expect<InvalidDataException>(
            () => KerasFile.Load(text),
            $"{text} is no file of Keras that is read here: it looks like a text. Give a .keras, an .h5, TensorFlow.js's model.json, or the JSON "
                + "of to_json with its weights.");
        Errors.Expect<FileNotFoundException>(() => KerasFile.Load("/no/such/model.h5"), "There is no file /no/such/model.h5.");
        Assert.Throws<ArgumentException>(() => KerasFile.Load(" "));
        Assert.Throws<FileNotFoundException>(() => KerasFile.Load(_folder.Path)).Message.Should().Contain("is a folder");
    }

    [Fact]
    public void Every_fault_of_weights_is_listed_and_nothing_is_changed()
    {
        using var model = KerasSamples.Model();
        var weights = new Hdf5Node();
        KerasWriter.Legacy(weights, KerasSamples.Layers(model), "2.2.4");
        var path = Written("weights.h5", Hdf5Writer.Write(weights));
        using var other = new SequentialModel(
            new Lstm(4, returnSequences: true), new Bidirectional(new Gru(3, returnSequences: true), MergeMode.Sum), new Lstm(6), new BatchNormalization(), new Dense(2));
        other.Build(-1, 3);

        Errors.ExpectWithoutChange<InvalidDataException>(
            other,
            () => KerasFile.LoadWeights(other, path),
            $"{path}: its weights do not fit the model; nothing was changed. "
                + "'bidirectional_1' (Bidirectional): forward/bias is of shape (2, 9), and in the file /both/both_7/forward_gru/bias:0 (9,); "
                + "'bidirectional_1' (Bidirectional): backward/bias is of shape (2, 9), and in the file /both/both_7/backward_gru/bias:0 (9,); "
                + "'lstm_2' (LSTM): kernel is of shape (3, 24), and in the file /second/second_7/kernel:0 (3, 20); "
                + "'lstm_2' (LSTM): recurrent_kernel is of shape (6, 24), and in the file /second/second_7/recurrent_kernel:0 (5, 20); "
                + "'lstm_2' (LSTM): bias is of shape (24,), and in the file /second/second_7/bias:0 (20,); "
                + "'batch_normalization_1' (BatchNormalization): gamma is of shape (6,), and in the file /norm/norm_7/gamma:0 (5,); "
                + "'batch_normalization_1' (BatchNormalization): beta is of shape (6,), and in the file /norm/norm_7/beta:0 (5,); "
                + "'batch_normalization_1' (BatchNormalization): moving_mean is of shape (6,), and in the file /norm/norm_7/moving_mean:0 (5,); "
                + "'batch_normalization_1' (BatchNormalization): moving_variance is of shape (6,), and in the file /norm/norm_7/moving_variance:0 (5,); "
                + "'dense_1' (Dense): kernel is of shape (6, 2), and in the file /last/last_7/kernel:0 (5, 2).");

        using var shorter = new SequentialModel(new Lstm(4));
        shorter.Build(-1, 3);
        Errors.ExpectWithoutChange<InvalidDataException>(
            shorter,
            () => KerasFile.LoadWeights(shorter, path),
            $"{path}: its weights do not fit the model; nothing was changed. the model has 1 layers with weights (lstm_1), and the file 5 (first, "
                + "both, second, norm, last).");
        using var unbuilt = new SequentialModel(new Lstm(4));
        Assert.Throws<InvalidOperationException>(() => KerasFile.LoadWeights(unbuilt, path));
    }

    [Fact]
    public void Weights_load_by_place_whatever_the_layers_are_called()
    {
        using var model = KerasSamples.Model(isKeras3: true);
        var layers = KerasSamples.Layers(model);
        var legacy = new Hdf5Node();
        KerasWriter.Legacy(legacy, layers, "2.2.4");
        string[] paths =
        [
            Written("weights.h5", Hdf5Writer.Write(legacy)),
            Written("model.weights.h5", Hdf5Writer.Write(KerasWriter.Keras3Weights(layers))),
            Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4"))),
            Written("model.keras", KerasWriter.Keras3(layers)),
        ];
        foreach (var path in paths)
        {
            using var other = new SequentialModel(
                new Lstm(4, returnSequences: true), new Bidirectional(new Gru(3, returnSequences: true, resetAfter: false), MergeMode.Sum), new Lstm(5), new BatchNormalization(), new Dense(2));
            other.Build(-1, 3);

            KerasFile.LoadWeights(other, path);

            other.GetWeights().Values().Should().Equal(model.GetWeights().Values(), path);
        }
    }

    [Fact]
    public void Training_that_nobody_can_resolve_does_not_stop_a_load()
    {
        using var model = KerasSamples.Model();
        var layers = KerasSamples.Layers(model);
        foreach (var (training, isCompiled) in new[]
        {
            ("""{"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.01, "beta_1": 0.9, "beta_2": 0.999, "decay": 0.0, "epsilon": 1e-07, "amsgrad": false}}, "loss": "mse", "metrics": ["acc", "qscore"], "loss_weights": null}""", true),
            ("""{"optimizer_config": {"class_name": "Custom>Adam", "config": {"learning_rate": 0.01, "is_legacy_optimizer": false}}, "loss": {"class_name": "Huber", "config": {"delta": 2.0, "reduction": "auto"}}, "metrics": null}""", true),
            ("""{"optimizer_config": {"class_name": "Adam", "config": {"lr": 0.01}}, "loss": "error_to_signal", "metrics": []}""", false),
            ("""{"optimizer_config": {"class_name": "Ranger", "config": {"lr": 0.01}}, "loss": "mse"}""", false),
            ("""{"optimizer_config": 3, "loss": "mse"}""", false),
            ("no JSON", false),
        })
        {
            var path = Written("model.h5", Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4", training: training)));

            using var loaded = KerasFile.Load(path);

            loaded.IsCompiled.Should().Be(isCompiled, training);
        }
    }

    // The sample with the kernel of its first layer, to be changed.
    private static Hdf5Node Whole(out Hdf5Node kernel)
    {
        using var model = KerasSamples.Model();
        var root = KerasWriter.Whole(KerasSamples.Layers(model), "2.2.4");
        kernel = root.Group("model_weights/first/first_7/kernel:0");
        return root;
    }

    private void Refused(Hdf5Node root, string what)
    {
        var path = Written("model.h5", Hdf5Writer.Write(root));
        Errors.Expect<NotSupportedException>(() => KerasFile.Load(path), $"{path}: {what}");
    }

    private void Damaged(Hdf5Node root, string what) => Damaged(Hdf5Writer.Write(root), what);

    private void Damaged(byte[] bytes, string what)
    {
        var path = Written("model.h5", bytes);
        Errors.Expect<InvalidDataException>(() => KerasFile.Load(path), $"{path}: {what}");
    }

    private static TException Expect<TException>(string path)
        where TException : Exception => Assert.Throws<TException>(() => KerasFile.Load(path));

    private static long Grown(Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private string Written(string name, byte[] bytes)
    {
        File.WriteAllBytes(_folder.File(name), bytes);
        return _folder.File(name);
    }
}
