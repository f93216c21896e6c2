using System.Text.Json;
using System.Text.Json.Serialization;
using EchoLstm.Files;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>A metric that has settings: its kind is Keras's name of it, <c>name</c> what it was called.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "class")]
[JsonDerivedType(typeof(PrecisionSettings), "precision")]
[JsonDerivedType(typeof(RecallSettings), "recall")]
[JsonDerivedType(typeof(F1ScoreSettings), "f1_score")]
[JsonDerivedType(typeof(AucSettings), "auc")]
[JsonDerivedType(typeof(TopKSettings), "top_k_categorical_accuracy")]
internal abstract record MetricSettings
{
    [JsonPropertyOrder(-1)]
    public required string Name { get; init; }

    /// <summary>The metric's name where that says all, else its settings.</summary>
    internal static JsonElement ElementOf(Metric metric)
    {
        var name = metric.Name;
        MetricSettings? settings = metric switch
        {
            HitRate { OfPredictions: true } rate => new PrecisionSettings(rate.Threshold, rate.ClassId) { Name = name },
            HitRate rate => new RecallSettings(rate.Threshold, rate.ClassId) { Name = name },
            F1Score f1 => new F1ScoreSettings(f1.Average, f1.Threshold) { Name = name },
            AreaUnderCurve area => new AucSettings(area.NumThresholds, area.Curve, area.FromLogits) { Name = name },
            TopK top => new TopKSettings(top.K) { Name = name },
            _ => null,
        };
        return settings is null ? Element(name) : Element(settings);
    }

    internal static Metric Make(string file, string part, JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
        {
            return StrictJson.Read<MetricSettings>(file, $"{part}, metrics", element.GetRawText(), TrainingJson.Settings).Make();
        }
        return element.GetString() switch
        {
            "accuracy" => Metric.Accuracy(),
            "mean_squared_error" => Metric.MeanSquaredError(),
            "mean_absolute_error" => Metric.MeanAbsoluteError(),
            "root_mean_squared_error" => Metric.RootMeanSquaredError(),
            "mean_absolute_percentage_error" => Metric.MeanAbsolutePercentageError(),
            "r2_score" => Metric.R2Score(),
            var name => throw StrictJson.Wrong(file, [part], $"there is a metric '{name}', which this version does not have"),
        };
    }

    internal abstract Metric Make();

    private static JsonElement Element<T>(T value)
    {
        using var document = JsonDocument.Parse(StrictJson.Write(value, TrainingJson.Settings));
        return document.RootElement.Clone();
    }
}

internal sealed record PrecisionSettings(double Threshold, int? ClassId) : MetricSettings
{
    internal override Metric Make() => Metric.Precision(Threshold, ClassId, Name);
}

internal sealed record RecallSettings(double Threshold, int? ClassId) : MetricSettings
{
    internal override Metric Make() => Metric.Recall(Threshold, ClassId, Name);
}

internal sealed record F1ScoreSettings(ScoreAverage Average, double? Threshold) : MetricSettings
{
    internal override Metric Make() => Metric.F1Score(Average, Threshold, Name);
}

internal sealed record AucSettings(int NumThresholds, AucCurve Curve, bool FromLogits) : MetricSettings
{
    internal override Metric Make() => Metric.Auc(NumThresholds, Curve, FromLogits, Name);
}

internal sealed record TopKSettings(int K) : MetricSettings
{
    internal override Metric Make() => Metric.TopKCategoricalAccuracy(K, Name);
}
