using System.Text.Json.Nodes;

namespace EchoLstm.Tests.Models.Saving;

/// <summary>
/// A file of format version 1 that was written once: it is read for ever, and written the same until there is a version 2.
/// </summary>
public class FormatVersionTests
{
    private static string Golden => Path.Combine(AppContext.BaseDirectory, "Golden", "model-v1.safetensors");

    [Fact]
    public void It_is_read()
    {
        using var scope = NewDisposeScope();
        using var expected = Model();

        using var model = SequentialModel.Load(Golden);

        Errors.Contents(model).Should().Equal(Errors.Contents(expected));
        model.Summary(withFormulas: true).Should().Be(expected.Summary(withFormulas: true));
        var x = Numbers.Uniform(1, [2, 3, 2]);
        model.Predict(x, carryState: true).Values().Should().Equal(expected.Predict(x, carryState: true).Values());
        using var progress = model.ExportProgress()!;
        progress.Steps.Should().Be(3);
        progress.Moments.Single().Key.Should().Be("time_distributed_1.layer.linear.bias");
        progress.Moments.Single().Value.Select(moment => moment.Values().Single()).Should().Equal(0.25, 0.5);
    }

    [Fact]
    public void It_is_written()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var path = folder.File("model.safetensors");
        using var model = Model();

        model.Save(path);

        var (written, golden) = (Parts(path), Parts(Golden));
        written.Header.Should().Be(golden.Header);
        written.Data.Should().Equal(golden.Data);
    }

    /// <summary>
    /// Files with every layer, of the library before its settings were records: all that they say comes back, training goes on, and they
    /// are written again byte for byte.
    /// </summary>
    [Theory]
    [InlineData("layers-v1", 2)]
    [InlineData("words-v1", 2)]
    public void Files_of_the_version_before_load_and_go_on(string name, int steps)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(AppContext.BaseDirectory, "Golden", $"{name}.safetensors");
        using var model = SequentialModel.Load(file);
        var again = folder.File("again.safetensors");

        model.Save(again);

        var (written, old) = (Parts(again), Parts(file));
        written.Header.Should().Be(old.Header);
        written.Data.Should().Equal(old.Data);
        var (x, y) = name == "words-v1"
            ? (Numbers.Uniform(1, [2, 4], 4).abs().floor(), ones(2, 1))
            : (Numbers.Uniform(1, [2, 3, 2]), ones(2, 2, 1));
        var weights = model.GetWeights().Values();
        model.Fit(x, y, batchSize: 2, verbose: 0, shuffle: false).Loss.Single().Should().BeGreaterThan(0);
        model.GetWeights().Values().Should().NotEqual(weights);
        using var progress = model.ExportProgress()!;
        progress.Steps.Should().Be(steps + 1);
    }

    private static SequentialModel Model()
    {
        var lstm = new Lstm(2, returnSequences: true, stateful: true, dropout: 0.25) { KernelRegularizer = Regularizer.L2(0.5) };
        var dense = new Dense(1, Activation.Sigmoid) { Name = "Ausgang" };
        var model = new SequentialModel(lstm, new Dropout(0.5) { Seed = 7 }, new TimeDistributed(dense)) { Seed = 1 };
        model.Build(-1, 2);
        model.Compile(Loss.BinaryCrossentropy(), new Adam(0.125) { ClipNorm = 2 }, Metric.Accuracy());
        var (hidden, cell) = (tensor(new float[,] { { 1, 2 }, { 3, 4 } }), tensor(new float[,] { { 5, 6 }, { 7, 8 } }));
        lstm.Carry([hidden.DetachFromDisposeScope(), cell.DetachFromDisposeScope()]);
        var progress = new OptimizerProgress(3);
        progress.Add("time_distributed_1.layer.linear.bias", [tensor(new[] { 0.25f }), tensor(new[] { 0.5f })]);
        model.GoOnFrom(progress);
        return model;
    }

    // Which version of the library wrote it is the one thing that may differ.
    private static (string Header, byte[] Data) Parts(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        var header = JsonNode.Parse(bytes.AsSpan(8, length))!.AsObject();
        header["__metadata__"]!.AsObject().Remove("library_version").Should().BeTrue();
        return (header.ToJsonString(), bytes[(8 + length)..]);
    }
}
