using System.Text.Json;
using EchoLstm.Files;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>What <c>Compile</c> set as JSON: Keras's names of loss, optimiser and metrics, and their settings.</summary>
internal static class CompileConfig
{
    /// <summary>Writes the settings.</summary>
    /// <exception cref="InvalidOperationException">One of them is the user's own code.</exception>
    internal static string Write(Compilation compilation) => JsonText.Of(json =>
    {
        json.WriteStartObject("loss");
        WriteLoss(json, compilation.Loss);
        json.WriteEndObject();
        json.WriteStartObject("optimizer");
        WriteOptimizer(json, compilation.Optimizer);
        json.WriteEndObject();
        json.WriteTexts("metrics", compilation.Metrics.Select(NameOf));
    });

    /// <summary>Reads the settings.</summary>
    internal static Compilation Read(ConfigReader config) => new(
        config.Object("loss", ReadLoss),
        config.Object("optimizer", ReadOptimizer),
        [.. config.Texts("metrics").Select(name => ReadMetric(config, name))]);

    private static void WriteLoss(Utf8JsonWriter json, Loss loss)
    {
        if (loss.Fused is null)
        {
            throw OwnCode($"the loss '{loss.Name}'");
        }
        json.WriteString("name", loss.Name);
        if (loss.Expects is { } expected)
        {
            json.WriteBoolean("from_logits", expected.FromLogits);
        }
    }

    private static Loss ReadLoss(ConfigReader config) => config.Text("name") switch
    {
        "mean_squared_error" => Loss.MeanSquaredError(),
        "mean_absolute_error" => Loss.MeanAbsoluteError(),
        "binary_crossentropy" => Loss.BinaryCrossentropy(config.Flag("from_logits")),
        "categorical_crossentropy" => Loss.CategoricalCrossentropy(config.Flag("from_logits")),
        "sparse_categorical_crossentropy" => Loss.SparseCategoricalCrossentropy(config.Flag("from_logits")),
        var name => throw config.Wrong($"there is a loss '{name}', which this version does not have"),
    };

    private static void WriteOptimizer(Utf8JsonWriter json, Optimizer optimizer)
    {
        json.WriteString("name", optimizer.Name);
        json.WriteDouble("learning_rate", optimizer.LearningRate);
        json.WriteDouble("clipnorm", optimizer.ClipNorm);
        json.WriteDouble("global_clipnorm", optimizer.GlobalClipNorm);
        json.WriteDouble("clipvalue", optimizer.ClipValue);
        switch (optimizer)
        {
            case Adam adam:
                json.WriteDouble("beta_1", adam.Beta1);
                json.WriteDouble("beta_2", adam.Beta2);
                json.WriteDouble("epsilon", adam.Epsilon);
                break;
            case Sgd sgd:
                json.WriteDouble("momentum", sgd.Momentum);
                json.WriteBoolean("nesterov", sgd.Nesterov);
                break;
            case RmsProp rms:
                json.WriteDouble("rho", rms.Rho);
                json.WriteDouble("momentum", rms.Momentum);
                json.WriteDouble("epsilon", rms.Epsilon);
                json.WriteBoolean("centered", rms.Centered);
                break;
            default:
                throw OwnCode($"the optimiser '{optimizer.Name}' ({optimizer.GetType().Name})");
        }
    }

    private static Optimizer ReadOptimizer(ConfigReader config)
    {
        var rate = config.Double("learning_rate");
        var (norm, global, value) = (config.DoubleOrNull("clipnorm"), config.DoubleOrNull("global_clipnorm"), config.DoubleOrNull("clipvalue"));
        return config.Text("name") switch
        {
            "adam" => new Adam(rate, config.Double("beta_1"), config.Double("beta_2"), config.Double("epsilon")) { ClipNorm = norm, GlobalClipNorm = global, ClipValue = value },
            "sgd" => new Sgd(rate, config.Double("momentum"), config.Flag("nesterov")) { ClipNorm = norm, GlobalClipNorm = global, ClipValue = value },
            "rmsprop" => new RmsProp(rate, config.Double("rho"), config.Double("momentum"), config.Double("epsilon"), config.Flag("centered")) { ClipNorm = norm, GlobalClipNorm = global, ClipValue = value },
            var name => throw config.Wrong($"there is an optimiser '{name}', which this version does not have"),
        };
    }

    private static string NameOf(Metric metric) => metric.IsBuiltIn ? metric.Name : throw OwnCode($"the metric '{metric.Name}'");

    private static Metric ReadMetric(ConfigReader config, string name) => name switch
    {
        "accuracy" => Metric.Accuracy(),
        "mean_squared_error" => Metric.MeanSquaredError(),
        "mean_absolute_error" => Metric.MeanAbsoluteError(),
        _ => throw config.Wrong($"there is a metric '{name}', which this version does not have"),
    };

    private static InvalidOperationException OwnCode(string what) =>
        new($"The model can't be saved as a whole: {what} is code of yours, which a file can't hold. Call SaveWeights; to go on, make and compile the same model in code and call LoadWeights.");
}
