using EchoLstm.Onnx;
using EchoLstm.Tests.Docs;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EchoLstm.Tests.Recipes;

/// <summary>A model in a pipeline of ML.NET.</summary>
[Collection(RunsAlone.Name)]
public sealed class MlNetRecipe : PageProgram
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _before = Environment.CurrentDirectory;

    public MlNetRecipe() : base("docs/recipes.md") => Environment.CurrentDirectory = _folder.Path;

    public override void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Dispose();
        base.Dispose();
    }

    #region
    public sealed class Visits
    {
        [ColumnName("input")]
        public float[] Steps { get; set; } = [];       // step after step, of any number: no [VectorType]
    }

    public sealed class Busy
    {
        [ColumnName("output")]
        public float[] Share { get; set; } = [];
    }
    #endregion

    [Fact]
    public void A_model_in_a_pipeline_of_ML_NET()
    {
        #region
        using var model = new SequentialModel(new Lstm(8), new Dense(1, Activation.Sigmoid)) { Seed = 1 };
        model.Build(-1, 2);
        model.ExportOnnx("busy.onnx");

        // The packages Microsoft.ML, Microsoft.ML.OnnxTransformer and, for its native half, Microsoft.ML.OnnxRuntime.
        var ml = new MLContext(seed: 1);
        Visits[] visits =
        [
            new() { Steps = [1, 0, 2, 0, 4, 1] },                        // three steps of two features
            new() { Steps = [3, 1] },                                    // one
        ];
        var rows = ml.Data.LoadFromEnumerable(visits);
        var pipeline = ml.Transforms.ApplyOnnxModel(["output"], ["input"], "busy.onnx", gpuDeviceId: null, fallbackToCpu: false);
        ml.Model.Save(pipeline.Fit(rows), rows.Schema, "busy.zip");      // the ONNX model is inside

        var loaded = ml.Model.Load("busy.zip", out _);
        var shares = ml.Data.CreateEnumerable<Busy>(loaded.Transform(rows), reuseRowObject: false).ToList();
        var first = model.Predict<float[,]>(new float[,,] { { { 1, 0 }, { 2, 0 }, { 4, 1 } } })[0, 0];
        var second = model.Predict<float[,]>(new float[,,] { { { 3, 1 } } })[0, 0];
        var apart = MathF.Max(MathF.Abs(shares[0].Share[0] - first), MathF.Abs(shares[1].Share[0] - second));
        Console.WriteLine($"{shares.Count} rows are what the model predicts within 0.00001: {apart < 1e-5}");
        #endregion
    }
}
