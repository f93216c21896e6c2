using System.Text.Json;
using System.Text.Json.Serialization;
using EchoLstm.Files;
using EchoLstm.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>
/// What <c>Compile</c> set, as JSON in the file's metadata: Keras's names of loss, optimiser and metrics, and their settings.
/// </summary>
internal sealed record CompileSettings
{
    public required LossSettings Loss { get; init; }

    public required OptimizerSettings Optimizer { get; init; }

    /// <summary>A metric without settings by its name, another as an object.</summary>
    public required IReadOnlyList<JsonElement> Metrics { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonElement>? WeightedMetrics { get; init; }

    /// <summary>How much the loss counts in the total; null: 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LossWeight { get; init; }

    /// <summary>What the outputs behind the first have in place of the loss, its weight and the metrics; null: there is one
    /// output.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<HeadSettings>? FurtherOutputs { get; init; }

    /// <summary>What a model was compiled with.</summary>
    /// <exception cref="InvalidOperationException">Some of it is the user's own code.</exception>
    internal static CompileSettings Of(Compilation compilation)
    {
        List<HeadSettings> heads = [.. compilation.Heads.Select(HeadSettings.Of)];
        return new CompileSettings
        {
            Loss = heads[0].Loss,
            Optimizer = compilation.Optimizer.LearningRateSchedule is { } schedule && ScheduleSettings.Of(schedule) is null
                ? throw OwnCode($"the learning rate schedule {schedule.GetType().Name}")
                : OptimizerSettings.Of(compilation.Optimizer)
                ?? throw OwnCode($"the optimiser '{compilation.Optimizer.Name}' ({compilation.Optimizer.GetType().Name})"),
            Metrics = heads[0].Metrics,
            WeightedMetrics = heads[0].WeightedMetrics.Count > 0 ? heads[0].WeightedMetrics : null,
            LossWeight = heads[0].LossWeight == 1 ? null : heads[0].LossWeight,
            FurtherOutputs = heads.Count == 1 ? null : heads[1..],
        };
    }

    /// <summary>What the model is to be compiled with.</summary>
    /// <exception cref="InvalidDataException">A setting can't be.</exception>
    internal Compilation Make(string file, string part, IReadOnlyList<string> outputs)
    {
        var place = $"{part}, optimizer";
        try
        {
            var optimizer = Optimizer.Make();
            // A schedule's is that of the last step.
            optimizer.ShowRate(Optimizer.LearningRate);
            place = part;
            HeadSettings[] heads =
            [
                new() { Loss = Loss, LossWeight = LossWeight ?? 1, Metrics = Metrics, WeightedMetrics = WeightedMetrics ?? [] },
                .. FurtherOutputs ?? [],
            ];
            if (heads.Length != outputs.Count || heads.Contains(null!))
            {
                throw StrictJson.Wrong(file, [part], $"its losses and metrics are not those of {string.Join(", ", outputs)}");
            }
            if (Array.Exists(heads, head => !(head.LossWeight >= 0) || !double.IsFinite(head.LossWeight)))
            {
                throw StrictJson.Wrong(file, [part], "a 'loss_weight' is negative or not finite");
            }
            return new Compilation(outputs, [.. heads.Select(head => head.Make(file, part))], optimizer);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"{file}: in its {place}: {error.Message}", error);
        }
    }

    internal static InvalidOperationException OwnCode(string what) =>
        new($"The model can't be saved as a whole: {what} is code of yours, which a file can't hold. Call SaveWeights; to go on, make "
            + $"and compile the same model in code and call LoadWeights.");
}

internal sealed record HeadSettings
{
    public required LossSettings Loss { get; init; }

    public required double LossWeight { get; init; }

    public required IReadOnlyList<JsonElement> Metrics { get; init; }

    public required IReadOnlyList<JsonElement> WeightedMetrics { get; init; }

    /// <exception cref="InvalidOperationException">Some of it is the user's own code.</exception>
    internal static HeadSettings Of(Head head) => new()
    {
        Loss = head.Loss.Fused is null ? throw CompileSettings.OwnCode($"the loss '{head.Loss.Name}'") : LossSettings.Of(head.Loss),
        LossWeight = head.Weight,
        Metrics = Elements(head.Metrics.Take(head.FirstWeighted)),
        WeightedMetrics = Elements(head.Metrics.Skip(head.FirstWeighted)),
    };

    internal Head Make(string file, string part)
    {
        return new Head(Loss.Make(), LossWeight, [.. Made(Metrics), .. Made(WeightedMetrics)], Metrics.Count);

        IEnumerable<Metric> Made(IReadOnlyList<JsonElement> metrics) =>
            metrics.Select(metric => MetricSettings.Make(file, part, metric));
    }

    private static List<JsonElement> Elements(IEnumerable<Metric> metrics) =>
    [
        .. metrics.Select(metric =>
            metric.IsBuiltIn ? MetricSettings.ElementOf(metric) : throw CompileSettings.OwnCode($"the metric '{metric.Name}'")),
    ];
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(SquaredErrorSettings), "mean_squared_error")]
[JsonDerivedType(typeof(AbsoluteErrorSettings), "mean_absolute_error")]
[JsonDerivedType(typeof(BinarySettings), "binary_crossentropy")]
[JsonDerivedType(typeof(CategoricalSettings), "categorical_crossentropy")]
[JsonDerivedType(typeof(SparseCategoricalSettings), "sparse_categorical_crossentropy")]
[JsonDerivedType(typeof(HuberSettings), "huber")]
[JsonDerivedType(typeof(LogCoshSettings), "log_cosh")]
[JsonDerivedType(typeof(QuantileSettings), "quantile")]
[JsonDerivedType(typeof(AbsolutePercentageSettings), "mean_absolute_percentage_error")]
[JsonDerivedType(typeof(SquaredLogarithmicSettings), "mean_squared_logarithmic_error")]
[JsonDerivedType(typeof(DivergenceSettings), "kl_divergence")]
[JsonDerivedType(typeof(CosineSettings), "cosine_similarity")]
[JsonDerivedType(typeof(BinaryFocalSettings), "binary_focal_crossentropy")]
[JsonDerivedType(typeof(CategoricalFocalSettings), "categorical_focal_crossentropy")]
internal abstract record LossSettings
{
    internal static LossSettings Of(Loss loss) => loss.Name switch
    {
        "mean_squared_error" => new SquaredErrorSettings(),
        "mean_absolute_error" => new AbsoluteErrorSettings(),
        "binary_crossentropy" => new BinarySettings(loss.Expects!.Value.FromLogits),
        "categorical_crossentropy" => new CategoricalSettings(loss.Expects!.Value.FromLogits),
        "sparse_categorical_crossentropy" => new SparseCategoricalSettings(loss.Expects!.Value.FromLogits)
        {
            IgnoreClass = loss.IgnoreClass,
        },
        "huber" => new HuberSettings(loss.Numbers.Delta),
        "log_cosh" => new LogCoshSettings(),
        "quantile" => new QuantileSettings(loss.Numbers.Quantiles!),
        "mean_absolute_percentage_error" => new AbsolutePercentageSettings(),
        "mean_squared_logarithmic_error" => new SquaredLogarithmicSettings(),
        "kl_divergence" => new DivergenceSettings(),
        "cosine_similarity" => new CosineSettings(),
        "binary_focal_crossentropy" => new BinaryFocalSettings(
            loss.Numbers.AppliesClassBalancing, loss.Numbers.Alpha, loss.Numbers.Gamma, loss.Expects!.Value.FromLogits),
        "categorical_focal_crossentropy" => new CategoricalFocalSettings(
            loss.Numbers.Alpha, loss.Numbers.Gamma, loss.Expects!.Value.FromLogits),
        _ => throw new InvalidOperationException($"The loss '{loss.Name}' has no form in files."),
    };

    internal abstract Loss Make();
}

internal sealed record SquaredErrorSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.MeanSquaredError();
}

internal sealed record AbsoluteErrorSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.MeanAbsoluteError();
}

internal sealed record BinarySettings(bool FromLogits) : LossSettings
{
    internal override Loss Make() => Training.Loss.BinaryCrossentropy(FromLogits);
}

internal sealed record CategoricalSettings(bool FromLogits) : LossSettings
{
    internal override Loss Make() => Training.Loss.CategoricalCrossentropy(FromLogits);
}

internal sealed record SparseCategoricalSettings(bool FromLogits) : LossSettings
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? IgnoreClass { get; init; }

    internal override Loss Make() => Training.Loss.SparseCategoricalCrossentropy(FromLogits, IgnoreClass);
}

internal sealed record HuberSettings(double Delta) : LossSettings
{
    internal override Loss Make() => Training.Loss.Huber(Delta);
}

internal sealed record LogCoshSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.LogCosh();
}

internal sealed record QuantileSettings(double[] Quantiles) : LossSettings
{
    internal override Loss Make() => Training.Loss.Quantile(Quantiles);
}

internal sealed record AbsolutePercentageSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.MeanAbsolutePercentageError();
}

internal sealed record SquaredLogarithmicSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.MeanSquaredLogarithmicError();
}

internal sealed record DivergenceSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.KullbackLeiblerDivergence();
}

internal sealed record CosineSettings : LossSettings
{
    internal override Loss Make() => Training.Loss.CosineSimilarity();
}

internal sealed record BinaryFocalSettings(bool ApplyClassBalancing, double Alpha, double Gamma, bool FromLogits) : LossSettings
{
    internal override Loss Make() => Training.Loss.BinaryFocalCrossentropy(ApplyClassBalancing, Alpha, Gamma, FromLogits);
}

internal sealed record CategoricalFocalSettings(double Alpha, double Gamma, bool FromLogits) : LossSettings
{
    internal override Loss Make() => Training.Loss.CategoricalFocalCrossentropy(Alpha, Gamma, FromLogits);
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "name")]
[JsonDerivedType(typeof(AdamSettings), "adam")]
[JsonDerivedType(typeof(AdamWSettings), "adamw")]
[JsonDerivedType(typeof(NadamSettings), "nadam")]
[JsonDerivedType(typeof(AdamaxSettings), "adamax")]
[JsonDerivedType(typeof(AdagradSettings), "adagrad")]
[JsonDerivedType(typeof(SgdSettings), "sgd")]
[JsonDerivedType(typeof(RmsPropSettings), "rmsprop")]
internal abstract record OptimizerSettings
{
    [JsonPropertyOrder(-1)]
    public required double LearningRate { get; init; }

    [JsonPropertyOrder(-1)]
    [JsonPropertyName("clipnorm")]
    public double? ClipNorm { get; init; }

    [JsonPropertyOrder(-1)]
    [JsonPropertyName("global_clipnorm")]
    public double? GlobalClipNorm { get; init; }

    [JsonPropertyOrder(-1)]
    [JsonPropertyName("clipvalue")]
    public double? ClipValue { get; init; }

    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleSettings? LearningRateSchedule { get; init; }

    /// <summary>Null for one that is the user's.</summary>
    internal static OptimizerSettings? Of(Optimizer optimizer)
    {
        var rate = optimizer.LearningRate;
        OptimizerSettings? own = optimizer switch
        {
            Adam adam => new AdamSettings { LearningRate = rate, Beta1 = adam.Beta1, Beta2 = adam.Beta2, Epsilon = adam.Epsilon },
            AdamW adam => new AdamWSettings
            {
                LearningRate = rate,
                WeightDecay = adam.WeightDecay,
                Beta1 = adam.Beta1,
                Beta2 = adam.Beta2,
                Epsilon = adam.Epsilon,
            },
            Nadam adam => new NadamSettings { LearningRate = rate, Beta1 = adam.Beta1, Beta2 = adam.Beta2, Epsilon = adam.Epsilon },
            Adamax adam => new AdamaxSettings { LearningRate = rate, Beta1 = adam.Beta1, Beta2 = adam.Beta2, Epsilon = adam.Epsilon },
            Adagrad adagrad => new AdagradSettings
            {
                LearningRate = rate,
                InitialAccumulatorValue = adagrad.InitialAccumulatorValue,
                Epsilon = adagrad.Epsilon,
            },
            Sgd sgd => new SgdSettings { LearningRate = rate, Momentum = sgd.Momentum, Nesterov = sgd.Nesterov },
            RmsProp rms => new RmsPropSettings
            {
                LearningRate = rate,
                Rho = rms.Rho,
                Momentum = rms.Momentum,
                Epsilon = rms.Epsilon,
                Centered = rms.Centered,
            },
            _ => null,
        };
        return own is null ? null : own with
        {
            ClipNorm = optimizer.ClipNorm,
            GlobalClipNorm = optimizer.GlobalClipNorm,
            ClipValue = optimizer.ClipValue,
            LearningRateSchedule = optimizer.LearningRateSchedule is { } schedule ? ScheduleSettings.Of(schedule) : null,
        };
    }

    internal Optimizer Make() => Own().With(ClipNorm, GlobalClipNorm, ClipValue, LearningRateSchedule?.Make());

    private protected abstract Optimizer Own();
}

/// <summary>What Adam and its kin have in common.</summary>
internal abstract record MomentsSettings : OptimizerSettings
{
    [JsonPropertyName("beta_1")]
    public required double Beta1 { get; init; }

    [JsonPropertyName("beta_2")]
    public required double Beta2 { get; init; }

    public required double Epsilon { get; init; }
}

internal sealed record AdamSettings : MomentsSettings
{
    private protected override Optimizer Own() => new Adam(LearningRate, Beta1, Beta2, Epsilon);
}

internal sealed record AdamWSettings : MomentsSettings
{
    public required double WeightDecay { get; init; }

    private protected override Optimizer Own() => new AdamW(LearningRate, WeightDecay, Beta1, Beta2, Epsilon);
}

internal sealed record NadamSettings : MomentsSettings
{
    private protected override Optimizer Own() => new Nadam(LearningRate, Beta1, Beta2, Epsilon);
}

internal sealed record AdamaxSettings : MomentsSettings
{
    private protected override Optimizer Own() => new Adamax(LearningRate, Beta1, Beta2, Epsilon);
}

internal sealed record AdagradSettings : OptimizerSettings
{
    public required double InitialAccumulatorValue { get; init; }

    public required double Epsilon { get; init; }

    private protected override Optimizer Own() => new Adagrad(LearningRate, InitialAccumulatorValue, Epsilon);
}

internal sealed record SgdSettings : OptimizerSettings
{
    public required double Momentum { get; init; }

    public required bool Nesterov { get; init; }

    private protected override Optimizer Own() => new Sgd(LearningRate, Momentum, Nesterov);
}

internal sealed record RmsPropSettings : OptimizerSettings
{
    public required double Rho { get; init; }

    public required double Momentum { get; init; }

    public required double Epsilon { get; init; }

    public required bool Centered { get; init; }

    private protected override Optimizer Own() => new RmsProp(LearningRate, Rho, Momentum, Epsilon, Centered);
}

/// <summary>What of a file's JSON only training needs.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CompileSettings))]
[JsonSerializable(typeof(MetricSettings))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(TrainingSettings))]
internal sealed partial class TrainingJson : JsonSerializerContext
{
    internal static JsonSerializerOptions Settings { get; } = StrictJson.Options(
        new TrainingJson(), new EnumName<AucCurve>(), new EnumName<ScoreAverage>());
}
