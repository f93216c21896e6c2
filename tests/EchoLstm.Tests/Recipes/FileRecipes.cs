using System.Diagnostics;
using System.Text;
using EchoLstm.Data;
using EchoLstm.Inference;
using EchoLstm.Onnx;
using EchoLstm.Tests.Docs;
using Microsoft.ML.OnnxRuntime;

namespace EchoLstm.Tests.Recipes;

/// <summary>Recipes that write files, in a current directory of their own.</summary>
[Collection(RunsAlone.Name)]
public sealed class FileRecipes : PageProgram
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public FileRecipes() : base("docs/recipes.md") => Environment.CurrentDirectory = _folder.Path;

    public override void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        base.Dispose();
    }

    [Fact]
    public void Stop_early_keep_the_best_and_go_on_later()
    {
        #region
        var random = new Random(1);
        var (x, y) = (new float[50, 6, 3], new float[50, 6, 1]);
        for (var i = 0; i < 50 * 6; i++)                               // noise, which can only be learned by heart
        {
            (x[i / 6, i % 6, 0], y[i / 6, i % 6, 0]) = (random.NextSingle(), random.NextSingle());
        }
        using var model = new SequentialModel(
            new Bidirectional(new Lstm(28, returnSequences: true)),
            new Dropout(0.1),
            new TimeDistributed(new Dense(1) { KernelRegularizer = Regularizer.L2(0.001) })) { Seed = 1 };
        model.Compile(Loss.MeanSquaredError(), new Adam(0.02));

        var stop = new EarlyStopping(patience: 10, restoreBestWeights: true);        // ten epochs after the best val_loss
        var save = new ModelCheckpoint("best.safetensors", saveBestOnly: true);    // the same model in a file
        var history = model.Fit(x, y, epochs: 300, validationSplit: 0.2, verbose: 0, callbacks: [stop, save]);
        Console.WriteLine($"{history.Outcome}; the last epoch is {history.Epochs[^1] - stop.BestEpoch} after the best");

        using var loaded = SequentialModel.Load("best.safetensors");     // weights, optimiser and all
        var same = loaded.Predict<float[,,]>(x).Cast<float>().SequenceEqual(model.Predict<float[,,]>(x).Cast<float>());
        Console.WriteLine($"the file has the model of the best epoch: {same}");
        var next = stop.BestEpoch!.Value + 1;
        loaded.Fit(x, y, epochs: next + 5, initialEpoch: next, validationSplit: 0.2, verbose: 0);
        #endregion
    }

    [Fact]
    public void A_saved_model_without_Torch()
    {
        #region
        float[] series = [.. Enumerable.Range(0, 300).Select(i => 20 + (5 * MathF.Sin(i * 0.3f)))];
        var scaler = new MinMaxScaler().Fit(series);
        using (var model = new SequentialModel(
            new Lstm(16, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 })
        {
            var (x, y) = SupervisedFrames.ToShifted(scaler.Transform(series), steps: 30);
            model.Compile(Loss.MeanSquaredError(), new Adam(0.02));
            model.Fit(x, y, epochs: 20, verbose: 0);
            model.Scalers["value"] = scaler;
            model.Save("sine.safetensors");
        }

        using var served = InferenceModel.Load("sine.safetensors");      // no Torch from here on
        var scale = served.Scalers["value"];
        using var stream = served.OpenStream();
        foreach (var value in series[..250])
        {
            stream.Step(scale.Transform([value]));
        }
        byte[] state = stream.SaveState();                             // for a file, a database, another machine

        using var later = served.OpenStream();
        later.Restore(state);
        var expected = scale.InverseTransform(later.Step(scale.Transform([series[250]])));
        Console.WriteLine($"{later.StepsRead} steps: the next is about {expected[0]:F1}, and was {series[251]:F1}");
        #endregion
    }

    [Fact]
    public void A_model_in_ONNX_Runtime_step_by_step()
    {
        #region
        using var model = new SequentialModel(
            new Lstm(8, returnSequences: true),
            new TimeDistributed(new Dense(1))) { Seed = 1 };
        model.Build(-1, 1);
        model.ExportOnnx("sine.onnx", new OnnxOptions { WithState = true });

        // The package Microsoft.ML.OnnxRuntime, and nothing of EchoLstm.
        using var session = new InferenceSession("sine.onnx");
        using var run = new RunOptions();
        var x = new float[1];                                            // one step of one feature
        var inputs = new Dictionary<string, OrtValue> { ["input"] = OrtValue.CreateTensorValueFromMemory(x, [1, 1, 1]) };
        var states = new Dictionary<string, float[]>();                  // by the output that brings the next
        foreach (var name in session.InputNames.Where(name => name.EndsWith("_in")))
        {
            var state = new float[session.InputMetadata[name].Dimensions[^1]];       // zeros at first
            states[name.Replace("_in", "_out")] = state;
            inputs[name] = OrtValue.CreateTensorValueFromMemory(state, [1, state.Length]);
        }

        using var stream = model.OpenStream();                           // to compare with
        var apart = 0f;
        for (var i = 0; i < 100; i++)
        {
            x[0] = MathF.Sin(i * 0.3f);
            if (!float.IsFinite(x[0]))
            {
                throw new InvalidDataException($"value {i} is no number");           // ONNX Runtime would answer it with one
            }
            using var outputs = session.Run(run, inputs, session.OutputNames);
            foreach (var (name, output) in session.OutputNames.Zip(outputs))
            {
                if (name == "output")
                {
                    apart = MathF.Max(apart, MathF.Abs(output.GetTensorDataAsSpan<float>()[0] - stream.Step([x[0]])[0]));
                }
                else
                {
                    output.GetTensorDataAsSpan<float>().CopyTo(states[name]);        // the state for the next step
                }
            }
        }
        Console.WriteLine($"{states.Count} states; 100 steps are the model's stream within 0.00001: {apart < 1e-5}");
        #endregion
    }

    [NeedsProgramFact("rsvg-convert", "librsvg2-bin")]
    public void A_PNG_of_a_chart()
    {
        #region
        var (x, y) = EchoSequence.FrameManyToMany(EchoSequence.Linear(5));
        using var model = EchoModels.ManyToMany(seed: 1);
        var history = model.Fit(x, y, epochs: 200, verbose: 0);

        history.SavePlot("loss.svg");
        using var convert = Process.Start("rsvg-convert", ["--zoom", "2", "--output", "loss.png", "loss.svg"]);
        convert.WaitForExit();
        Console.WriteLine($"exit code {convert.ExitCode}, {Encoding.ASCII.GetString(File.ReadAllBytes("loss.png")[1..4])}");
        #endregion
    }
}
