using System.Diagnostics;

namespace EchoLstm.Tests.Models;

/// <summary>Same seed, machine, number of threads and engine: the same bits, in one process and in another.</summary>
public sealed class ReproducibilityTests
{
    internal const string Command = "write-the-bits";

    public static TheoryData<string, EngineKind> Cases
    {
        get
        {
            var cases = new TheoryData<string, EngineKind>();
            foreach (var kind in (string[])["plain", "dropout and shuffling", "stateful", "attention", "masked, weighted, regularised"])
            {
                cases.Add(kind, EngineKind.Auto);
                cases.Add(kind, EngineKind.Torch);
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_twice_gives_the_same_bits(string kind, EngineKind engine) => Trained(kind, engine, seed: 7).Should().Equal(Trained(kind, engine, seed: 7));

    [Theory]
    [InlineData(EngineKind.Auto)]
    [InlineData(EngineKind.Torch)]
    public void Another_seed_gives_others(EngineKind engine) => Trained("plain", engine, seed: 8).Should().NotEqual(Trained("plain", engine, seed: 7));

    [Fact]
    public void Another_process_gives_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var file = folder.File("bits of a child ü.txt");
        var host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";
        using var child = Process.Start(host, [typeof(ReproducibilityTests).Assembly.Location, Command, file]);
        child.WaitForExit();

        child.ExitCode.Should().Be(0);
        var lines = File.ReadAllLines(file);
        lines.Should().Equal(Lines()).And.HaveCount(10);
        lines.Distinct().Should().HaveCount(9, "attention has no kernels, so that it runs on Torch either way");
    }

    /// <summary>What the child does: every case's bits, written to a file.</summary>
    internal static void Write(string file) => File.WriteAllLines(file, Lines());

    private static IEnumerable<string> Lines() => Cases.Select(row => string.Join(
        ' ', Trained((string)row[0], (EngineKind)row[1], seed: 7).Select(bits => bits.ToString("X", CultureInfo.InvariantCulture))));

    private static long[] Trained(string kind, EngineKind engine, int seed)
    {
        var stateful = kind == "stateful";
        Layer[] layers = kind switch
        {
            "dropout and shuffling" => [new Lstm(5, returnSequences: true, dropout: 0.3), new Dropout(0.2), new Gru(4), new Dense(1)],
            "stateful" => [new Lstm(5, returnSequences: true, stateful: true, dropout: 0.1), new SimpleRnn(3, stateful: true), new Dense(1)],
            "attention" => [new Bidirectional(new Lstm(4, returnSequences: true)), new AttentionDecoder(4, steps: 2), new Flatten(), new Dense(1)],
            "masked, weighted, regularised" => [new Masking(9), new Lstm(5, recurrentDropout: 0.2) { KernelRegularizer = Regularizer.L2(0.01) }, new Dense(1)],
            _ => [new Lstm(5), new Dense(1)],
        };
        using var model = new SequentialModel(layers) { Seed = seed, RequestedEngine = engine };
        using var x = Numbers.Uniform(1, [12, 4, 2]);
        using var y = Numbers.Uniform(2, [12, 1]);
        model.Compile(Loss.MeanSquaredError(), new Adam(), Metric.MeanAbsoluteError());
        var history = model.Fit(x, y, epochs: 3, batchSize: stateful ? 4 : 5, shuffle: !stateful, verbose: 0, validationSplit: stateful ? 0 : 0.2, sampleWeight: kind.StartsWith("masked", StringComparison.Ordinal) ? new float[] { 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2 } : null);
        using var output = model.Predict(x, batchSize: 4);
        return [.. history.Loss.Concat(model.GetWeights().Values()).Concat(output.Values()).Concat(model.Evaluate(x, y, batchSize: 4).Values).Select(BitConverter.DoubleToInt64Bits)];
    }
}
