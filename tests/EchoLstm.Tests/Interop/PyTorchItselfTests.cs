using System.Diagnostics;
using EchoLstm.Interop;

namespace EchoLstm.Tests.Interop;

/// <summary>Python's own PyTorch writes and reads what ours reads and writes; skipped where python3 has no torch (Debian: python3-torch).</summary>
public class PyTorchItselfTests
{
    // The program reads safetensors by itself: Debian has no package for it.
    private const string Program = """
        import json, struct, sys, numpy, torch
        from torch import nn
        folder, what = sys.argv[1:]
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding_1 = nn.Embedding(7, 3)
                self.lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
                self.gru_1 = nn.GRU(8, 5, batch_first=True)
                self.dense_1 = nn.Linear(5, 2)
            def forward(self, x):
                return self.dense_1(self.gru_1(self.lstm(self.embedding_1(x))[0])[0])
        def read(path):
            data = open(path, 'rb').read()
            size = struct.unpack('<Q', data[:8])[0]
            tensors = {k: v for k, v in json.loads(data[8:8 + size]).items() if k != '__metadata__'}
            part = lambda v: numpy.frombuffer(data[8 + size:][slice(*v['data_offsets'])], '<f4').reshape(v['shape']).copy()
            return {k: torch.from_numpy(part(v)) for k, v in tensors.items()}
        torch.manual_seed(1)
        net, x = Net(), torch.tensor([[1, 2, 3, 4], [6, 5, 0, 1]])
        if what == 'write':
            torch.save(net.state_dict(), folder + '/python.pt')
        else:
            net.load_state_dict(read(folder + '/ours.safetensors'), strict=True)
        print(' '.join(repr(v) for v in net(x).detach().flatten().tolist()))
        """;

    private static readonly int[,] Words = { { 1, 2, 3, 4 }, { 6, 5, 0, 1 } };
    private static readonly Dictionary<string, string> Names = new() { ["bidirectional_1"] = "lstm.l0", ["bidirectional_2"] = "lstm.l1" };

    [PyTorchFact]
    public void Its_state_dictionary_gives_its_numbers()
    {
        using var folder = new TemporaryFolder();
        using var model = Net();
        var expected = Run(folder.Path, "write");

        PyTorchFile.LoadWeights(model, folder.File("python.pt"), Names);

        model.Predict<float[,,]>(Words).Values().ShouldMatch(expected, Tolerance.Float32);
    }

    [PyTorchFact]
    public void It_loads_ours_with_every_name()
    {
        using var folder = new TemporaryFolder();
        using var model = Net();

        PyTorchFile.SaveWeights(model, folder.File("ours.safetensors"), Names);

        Run(folder.Path, "read").ShouldMatch(model.Predict<float[,,]>(Words).Values(), Tolerance.Float32);
    }

    private static SequentialModel Net()
    {
        var model = new SequentialModel(
            new Embedding(7, 3),
            new Bidirectional(new Lstm(4, returnSequences: true)),
            new Bidirectional(new Lstm(4, returnSequences: true)),
            new Gru(5, returnSequences: true),
            new Dense(2)) { Seed = 5 };
        model.Build(-1);
        return model;
    }

    private static double[] Run(string folder, string what)
    {
        using var python = Process.Start(new ProcessStartInfo(Python.Value!, ["-c", Program, folder, what]) { RedirectStandardOutput = true })!;
        var output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        python.ExitCode.Should().Be(0);
        return [.. output.Split(' ', StringSplitOptions.TrimEntries).Select(value => double.Parse(value, CultureInfo.InvariantCulture))];
    }

    // The first that has PyTorch; null where none has.
    private static Lazy<string?> Python { get; } = new(() => new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(HasPyTorch));

    private static bool HasPyTorch(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import torch, numpy"]) { RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class PyTorchFactAttribute : FactAttribute
    {
        public PyTorchFactAttribute() => Skip = Python.Value is null ? "python3 has no torch here; on Debian: apt-get install python3-torch" : null;
    }
}
