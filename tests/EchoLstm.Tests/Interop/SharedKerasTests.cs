using System.Text.Json;
using EchoLstm.Interop;
using EchoLstm.Models.Saving;
using EchoLstm.Tests.Docs;

namespace EchoLstm.Tests.Interop;

/// <summary>Other people's files give the outputs that are known of them, and train.</summary>
public sealed class SharedKerasTests
{
    // Each rounds its sums in its own order; the outputs are below 1.
    private static readonly Tolerance Rounding = new(1e-6, 1e-6);

    [SharedKerasTheory]
    [InlineData("keras1-lstm-tddense", "lstm_tf_model.h5", true)]
    [InlineData("keras2-embedding-lstm", "embedding_lstm_tensorflow_2.h5", true)]
    [InlineData("keras2-gru-dropout", "gru.h5", true)]
    [InlineData("keras2-masking-lstm", "masking_two_lstm.h5", false)]
    [InlineData("keras3-lstm-unrolled", "model.keras", true)]
    [InlineData("tfjs-lstm-stack", "model.json", false)]
    [InlineData("tfkeras-bilstm-functional", "rnn_157.h5", false)]
    [InlineData("weights-only-simplernn", "config.json", false)]
    public void A_file_gives_the_output_that_is_known_of_it_and_trains(string folder, string file, bool isCompiled)
    {
        folder = Path.Combine(SharedKerasFiles.Folder, folder);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using var input = TensorOf(json.RootElement.GetProperty("input"));
        using var output = TensorOf(json.RootElement.GetProperty("output"));

        using var model = KerasFile.Load(Path.Combine(folder, file));

        using (var predicted = model.Predict(input))
        {
            predicted.ShouldMatchTensor(output, Rounding);
        }
        model.IsCompiled.Should().Be(isCompiled);
        model.Compile(Loss.MeanSquaredError(), new Adam());
        var before = model.GetWeights().Values();
        var logs = model.TrainOnBatch(input, torch.zeros_like(output));
        double.IsFinite(logs["loss"]).Should().BeTrue();
        model.GetWeights().Values().Should().NotEqual(before);
    }

    // docs/others.md has these numbers.
    [SharedKerasTheory]
    [InlineData("tfjs-lstm-stack", "model.json", "sigmoid gates", "0.048")]
    [InlineData("keras2-masking-lstm", "masking_two_lstm.h5", "sigmoid gates", "0.028")]
    [InlineData("keras2-gru-dropout", "gru.h5", "reset after", "0.003")]
    [InlineData("keras1-lstm-tddense", "lstm_tf_model.h5", "gates as they come", "0.24")]
    public void A_reader_that_does_not_know_what_the_version_means_is_off_by_as_much(string folder, string file, string reading, string apart)
    {
        folder = Path.Combine(SharedKerasFiles.Folder, folder);
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using var input = TensorOf(json.RootElement.GetProperty("input"));
        using var model = (SequentialModel)KerasFile.Load(Path.Combine(folder, file));
        using var naive = new SequentialModel([.. model.Layers.Select(layer => Naive(layer, reading))]);
        naive.Build(model.InputShape!);
        naive.SetWeights([.. model.Layers.SelectMany(layer => layer.GetWeights().Select(weight => Naive(layer, weight, reading)))]);

        using var right = model.Predict(input);
        using var wrong = naive.Predict(input);
        using var difference = (right - wrong).abs().max();

        Math.Round(difference.item<float>(), apart.Length - 2).ToString(CultureInfo.InvariantCulture).Should().Be(apart);
        DocsFolder.Read("others.md").Should().Contain($"| {apart} |");
    }

    // The same layer, but for what is read otherwise.
    private static Layer Naive(Layer layer, string reading)
    {
        LayerSettings settings = (layer.Settings, reading) switch
        {
            (LstmSettings lstm, "sigmoid gates") => lstm with { RecurrentActivation = Activation.Sigmoid },
            (GruSettings gru, "reset after") => gru with { ResetAfter = true },
            var (same, _) => same,
        };
        return LayerMapping.Make(settings, "the file", "the model");
    }

    private static Array Naive(Layer layer, Array weight, string reading)
    {
        using var scope = torch.NewDisposeScope();
        var tensor = torch.from_array(weight);
        return (layer, reading) switch
        {
            // The order i, c, f, o, read as i, f, c, o.
            (Lstm, "gates as they come") => NetArrays.FromTensor(torch.cat([.. new[] { 0, 2, 1, 3 }.Select(gate => tensor.chunk(4, -1)[gate])], -1)),
            (Gru, "reset after") when weight.Rank == 1 => NetArrays.FromTensor(torch.stack([tensor, torch.zeros_like(tensor)])),
            _ => weight,
        };
    }

    [SharedKerasTheory]
    [InlineData("weights-only-simplernn", "weights.h5")]
    public void Weights_alone_go_into_a_model_that_was_made_in_code(string folder, string file)
    {
        folder = Path.Combine(SharedKerasFiles.Folder, folder);
        using var loaded = KerasFile.Load(Path.Combine(folder, "config.json"), Path.Combine(folder, file));
        using var model = new SequentialModel(new SimpleRnn(50), new Dense(1));
        model.Build(1, 1);

        KerasFile.LoadWeights(model, Path.Combine(folder, file));

        model.GetWeights().Values().Should().Equal(loaded.GetWeights().Values());
    }

    private static torch.Tensor TensorOf(JsonElement json)
    {
        var shape = new List<long>();
        for (var part = json; part.ValueKind == JsonValueKind.Array; part = part[0])
        {
            shape.Add(part.GetArrayLength());
        }
        var values = new List<float>();
        Flatten(json, values);
        return torch.tensor(values.ToArray(), [.. shape]);
    }

    private static void Flatten(JsonElement json, List<float> values)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            values.Add(json.GetSingle());
            return;
        }
        foreach (var part in json.EnumerateArray())
        {
            Flatten(part, values);
        }
    }
}
