using System.Collections;
using EchoLstm.Interop;
using TorchSharp.PyBridge;

namespace EchoLstm.Tests.Interop;

/// <summary>Weights from PyTorch's modules give PyTorch's numbers, from both kinds of files, and go back.</summary>
[Collection(RunsAlone.Name)] // it draws from Torch's own generator
public class PyTorchFileTests
{
    public static TheoryData<string> Kinds => [".safetensors", ".pt"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_stack_of_nn_LSTM_in_both_directions_with_a_Linear(string ending)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        random.manual_seed(1);
        using var rnn = nn.LSTM(3, 4, numLayers: 2, batchFirst: true, bidirectional: true);
        using var head = nn.Linear(8, 2);
        Write(folder.File($"m{ending}"), ("rnn", rnn), ("head", head));
        using var model = new SequentialModel(
            new Bidirectional(new Lstm(4, returnSequences: true)), new Bidirectional(new Lstm(4, returnSequences: true)), new TimeDistributed(new Dense(2)));
        model.Build(-1, 3);

        PyTorchFile.LoadWeights(model, folder.File($"m{ending}"));

        var x = rand(2, 5, 3, requires_grad: true); // with gradients Torch's own kernel is right on every processor
        var expected = head.call(rnn.call(x).Item1);
        using var y = model.Predict(x);
        y.ShouldMatchTensor(expected.detach(), Tolerance.Float32);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void GRU_RNN_Embedding_and_normalisations(string ending)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        random.manual_seed(2);
        using var words = nn.Embedding(7, 3);
        using var gru = nn.GRU(3, 4, batchFirst: true);
        using var norm = nn.LayerNorm(4, eps: 1e-3);
        using var plain = nn.RNN(4, 5, batchFirst: true);
        using (no_grad())
        {
            norm.weight!.uniform_(0.5, 1.5);
            norm.bias!.uniform_(-1, 1);
        }
        Write(folder.File($"m{ending}"), ("words", words), ("gru", gru), ("norm", norm), ("plain", plain));
        using var model = new SequentialModel(
            new Embedding(7, 3), new Gru(4, returnSequences: true), new LayerNormalization(), new SimpleRnn(5, returnSequences: true));
        model.Build(-1);

        PyTorchFile.LoadWeights(model, folder.File($"m{ending}"));

        var x = randint(0, 7, [2, 6]);
        var expected = plain.call(norm.call(gru.call(words.call(x)).Item1)).Item1;
        using var y = model.Predict(x);
        y.ShouldMatchTensor(expected.detach(), Tolerance.Float32);
    }

    [Fact]
    public void BatchNorm1d_and_Conv1d_with_what_only_PyTorch_counts()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        random.manual_seed(3);
        using var convolution = nn.Conv1d(3, 4, 2);
        using var norm = nn.BatchNorm1d(4, eps: 1e-3);
        _ = norm.call(rand(5, 4, 3));
        norm.eval();
        Write(folder.File("m.safetensors"), ("layers.0", convolution), ("layers.1", norm));
        using var model = new SequentialModel(new Conv1D(4, 2), new BatchNormalization());
        model.Build(6, 3);

        PyTorchFile.LoadWeights(model, folder.File("m.safetensors"));

        var x = rand(2, 6, 3);
        var expected = norm.call(convolution.call(x.transpose(1, 2))).transpose(1, 2);
        using var y = model.Predict(x);
        y.ShouldMatchTensor(expected.detach(), Tolerance.Float32);
    }

    [Fact]
    public void Layers_of_one_kind_and_shape_are_told_apart_by_numbers_or_by_names()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        random.manual_seed(4);
        using var first = nn.Linear(3, 3);
        using var second = nn.Linear(3, 3);
        Write(folder.File("numbered.safetensors"), ("layers.2", first), ("layers.10", second));
        Write(folder.File("named.safetensors"), ("out", second), ("in", first));
        using var model = new SequentialModel(new Dense(3), new Dense(3));
        model.Build(3);
        var x = rand(2, 3);
        var expected = second.call(first.call(x)).detach();

        PyTorchFile.LoadWeights(model, folder.File("numbered.safetensors"));
        model.Predict(x).ShouldMatchTensor(expected, Tolerance.Float32);
        var fault = Assert.Throws<InvalidDataException>(() => PyTorchFile.LoadWeights(model, folder.File("named.safetensors")));
        fault.Message.Should().Contain("Dense 'dense_1' may be in or out").And.Contain("say which is which");
        model.Predict(x).ShouldMatchTensor(expected, Tolerance.Float32);
        PyTorchFile.LoadWeights(model, folder.File("named.safetensors"), new Dictionary<string, string> { ["dense_1"] = "in", ["dense_2"] = "out" });
        model.Predict(x).ShouldMatchTensor(expected, Tolerance.Float32);
    }

    [Fact]
    public void A_checkpoint_has_its_state_dictionary_beside_numbers()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var linear = nn.Linear(3, 2);
        var state = new Hashtable { ["fc.weight"] = linear.weight, ["fc.bias"] = linear.bias };
        PyTorchPickler.PickleStateDict(folder.File("checkpoint.pt"), new Hashtable { ["epoch"] = 3, ["model_state_dict"] = state });
        using var model = new SequentialModel(new Dense(2));
        model.Build(3);

        PyTorchFile.LoadWeights(model, folder.File("checkpoint.pt"));

        var x = rand(1, 3);
        model.Predict(x).ShouldMatchTensor(linear.call(x).detach(), Tolerance.Float32);
    }

    [Fact]
    public void Saved_weights_have_PyTorchs_names_and_layouts_and_come_back()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(
            new Embedding(6, 3), new Bidirectional(new Lstm(2, returnSequences: true)), new Gru(3, returnSequences: true), new BatchNormalization(), new Conv1D(2, 2), new Dense(1)) { Seed = 1 };
        model.Build(5);
        using var twin = new SequentialModel(
            new Embedding(6, 3), new Bidirectional(new Lstm(2, returnSequences: true)), new Gru(3, returnSequences: true), new BatchNormalization(), new Conv1D(2, 2), new Dense(1)) { Seed = 2 };
        twin.Build(5);

        PyTorchFile.SaveWeights(model, folder.File("m.safetensors"), new Dictionary<string, string> { ["gru_1"] = "body.gru.l1" });
        PyTorchFile.LoadWeights(twin, folder.File("m.safetensors"));

        twin.GetWeights().Values().Should().Equal(model.GetWeights().Values());
        var saved = Safetensors.LoadStateDict(folder.File("m.safetensors"));
        saved.Keys.Should().BeEquivalentTo(
            "embedding_1.weight", "bidirectional_1.weight_ih_l0", "bidirectional_1.weight_hh_l0", "bidirectional_1.bias_ih_l0", "bidirectional_1.bias_hh_l0",
            "bidirectional_1.weight_ih_l0_reverse", "bidirectional_1.weight_hh_l0_reverse", "bidirectional_1.bias_ih_l0_reverse", "bidirectional_1.bias_hh_l0_reverse",
            "body.gru.weight_ih_l1", "body.gru.weight_hh_l1", "body.gru.bias_ih_l1", "body.gru.bias_hh_l1",
            "batch_normalization_1.weight", "batch_normalization_1.bias", "batch_normalization_1.running_mean", "batch_normalization_1.running_var",
            "conv1d_1.weight", "conv1d_1.bias", "dense_1.weight", "dense_1.bias");
        saved["dense_1.weight"].shape.Should().Equal(1, 2);
        saved["conv1d_1.weight"].shape.Should().Equal(2, 3, 2);
    }

    [Fact]
    public void What_does_not_fit_is_listed_and_changes_nothing()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var rnn = nn.LSTM(3, 4, batchFirst: true);
        using var head = nn.Linear(4, 2);
        Write(folder.File("m.safetensors"), ("rnn", rnn), ("head", head));
        using var model = new SequentialModel(new Lstm(5), new Dense(2));
        model.Build(-1, 3);
        using var old = new SequentialModel(new Gru(4, resetAfter: false), new Dense(2));
        old.Build(-1, 3);

        Errors.ExpectWithoutChange<InvalidDataException>(
            model,
            () => PyTorchFile.LoadWeights(model, folder.File("m.safetensors")),
            $"{folder.File("m.safetensors")} does not fit the layers; nothing was changed: "
                + "nothing there is for Lstm 'lstm_1', which needs weight_ih (20, 3), weight_hh (20, 5), bias_ih (20,), bias_hh (20,); "
                + "nothing there is for Dense 'dense_1', which needs weight (2, 5), bias (2,). "
                + "It has head (bias (2,), weight (2, 4)); rnn (bias_hh (16,), bias_ih (16,), weight_hh (16, 4), weight_ih (16, 3)). "
                + "Make the same layers, or say which is which, e.g. names: new Dictionary<string, string> { [\"lstm_1\"] = \"rnn\" }.");
        Assert.Throws<InvalidDataException>(() => PyTorchFile.LoadWeights(old, folder.File("m.safetensors"))).Message
            .Should().Contain("Gru 'gru_1' can't have PyTorch's weights: PyTorch's GRU has its reset gate after the product: only resetAfter: true is the same cell");
        Assert.Throws<ArgumentException>(() => PyTorchFile.LoadWeights(model, folder.File("m.safetensors"), new Dictionary<string, string> { ["lstm"] = "rnn" })).Message
            .Should().StartWith("There is no layer 'lstm' with weights; there are lstm_1, dense_1.");
        Assert.Throws<InvalidOperationException>(() => PyTorchFile.SaveWeights(old, folder.File("o.safetensors"))).Message
            .Should().StartWith("Gru 'gru_1' can't be written for PyTorch: ");
        Assert.Throws<ArgumentException>(() => PyTorchFile.SaveWeights(model, folder.File("o.pt"))).Message.Should().Contain(".safetensors");
        folder.Names.Should().Equal("m.safetensors");
    }

    [Fact]
    public void Weights_that_would_lose_digits_are_not_written()
    {
        using var folder = new TemporaryFolder();
        using var model = new SequentialModel(new Gru(2), new Dense(1));
        model.Build(3, 1);
        model.to(ScalarType.Float64);

        Errors.ExpectWithoutChange<InvalidOperationException>(
            model,
            () => PyTorchFile.SaveWeights(model, folder.File("m.safetensors")),
            "Gru 'gru_1' has weights of Float64, but they are written as Float32, and would lose digits. Convert it first, with to(ScalarType.Float32).");
        File.Exists(folder.File("m.safetensors")).Should().BeFalse();
        model.to(ScalarType.Float32);
        PyTorchFile.SaveWeights(model, folder.File("m.safetensors"));
    }

    private static void Write(string path, params (string Name, nn.Module Module)[] modules)
    {
        var tensors = modules.SelectMany(module => module.Module.state_dict().Select(entry => (Name: $"{module.Name}.{entry.Key}", entry.Value)));
        if (path.EndsWith(".pt", StringComparison.Ordinal))
        {
            PyTorchPickler.PickleStateDict(path, tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Value));
            return;
        }
        Safetensors.SaveStateDict(path, tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Value));
    }
}
