using EchoLstm.Interop;

namespace EchoLstm.Tests.Docs;

/// <summary>The programs of docs/pytorch.md.</summary>
[Collection(RunsAlone.Name)] // it draws from Torch's own generator
public class PyTorchPageTests() : PageProgram("docs/pytorch.md")
{
    [Fact]
    public void Weights_come_in_and_go_out()
    {
        using var folder = new TemporaryFolder();
        var (path, back) = (folder.File("tagger.safetensors"), folder.File("back.safetensors"));
        using (var scope = torch.NewDisposeScope())
        {
            var state = new Dictionary<string, torch.Tensor>();
            foreach (var (name, module) in new (string, torch.nn.Module)[] { ("words", torch.nn.Embedding(50, 8)), ("rnn", torch.nn.LSTM(8, 16, 2, batchFirst: true)), ("head", torch.nn.Linear(16, 3)) })
            {
                foreach (var (leaf, tensor) in module.state_dict())
                {
                    state[$"{name}.{leaf}"] = tensor;
                }
            }
            TorchSharp.PyBridge.Safetensors.SaveStateDict(path, state);
        }

        #region
        using var model = new SequentialModel(
            new Embedding(50, 8),                              // words = nn.Embedding(50, 8)
            new Lstm(16, returnSequences: true),               // rnn = nn.LSTM(8, 16, num_layers=2, batch_first=True)
            new Lstm(16, returnSequences: true),
            new Dense(3));                                     // head = nn.Linear(16, 3)
        model.Build(-1);
        PyTorchFile.LoadWeights(model, path);                  // .safetensors, or .pt of torch.save(module.state_dict())

        PyTorchFile.SaveWeights(model, back, new Dictionary<string, string>
        {
            ["embedding_1"] = "words", ["lstm_1"] = "rnn.l0", ["lstm_2"] = "rnn.l1", ["dense_1"] = "head",
        });
        using var twin = new SequentialModel(
            new Embedding(50, 8), new Lstm(16, returnSequences: true), new Lstm(16, returnSequences: true), new Dense(3));
        twin.Build(-1);
        PyTorchFile.LoadWeights(twin, back);
        var words = new[,] { { 1, 2, 3 } };
        Console.WriteLine($"the same: {model.Predict<float[,,]>(words)[0, 2, 0] == twin.Predict<float[,,]>(words)[0, 2, 0]}");
        #endregion
    }
}
