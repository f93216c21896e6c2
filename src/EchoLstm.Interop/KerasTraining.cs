using System.Text.Json;
using System.Text.Json.Nodes;
using EchoLstm.Models;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Interop;

/// <summary>
/// What Keras compiled a model with, as far as the library has it: a loss, an optimiser or a setting of theirs that it does not have leaves
/// the model uncompiled, and a metric is left out. Nothing here stops a load.
/// </summary>
internal static class KerasTraining
{
    private const string Place = "the training";

    /// <summary>Compiles the model where its loss and optimiser are known; where not, the model says why when it is to train.</summary>
    /// <param name="model">The model.</param>
    /// <param name="json">Keras's training_config, compile_config or trainingConfig.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="obstacles">What its layers do in training alone, and the library's do not.</param>
    internal static void Compile(Model model, JsonElement json, string file, IReadOnlyList<string> obstacles)
    {
        try
        {
            var part = new KerasPart(json, file, Place);
            if (part.Find("optimizer_config", "optimizer") is { } optimizer && part.Find("loss") is { } loss)
            {
                if (obstacles.Count > 0)
                {
                    throw Lacks(string.Join("; ", obstacles));
                }
                Compile(model, part, OptimizerOf(optimizer, file), loss);
            }
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or NotSupportedException
            or InvalidOperationException or ArithmeticException)
        {
            // Whoever trains it is told then.
            model.WhyUncompiled = $"What {file} was compiled with is not taken over: {error.Message.TrimEnd('.')}.";
        }
    }

    private static NotSupportedException Lacks(string what) => new(what);

    private static void Compile(Model model, KerasPart part, Optimizer rule, JsonElement loss)
    {
        var outputs = model.OutputNames;
        var units = model.OutputShapes(model is FunctionalModel graph ? graph.InputShapes : [model.InputShape!])
            .Select(shape => shape.Last).ToList();
        if (outputs.Count == 1)
        {
            var metrics = Metrics(part.Find("metrics"), units[0], part.File);
            model.Compile(
                LossOf(loss, part.File), rule, Metrics(part.Find("weighted_metrics"), units[0], part.File), [.. metrics]);
            return;
        }
        var weights = part.Find("loss_weights") is { } given
            ? OneEach(given, outputs).Select(one => one?.ValueKind == JsonValueKind.Number ? one.Value.GetDouble()
                : throw Lacks("an output has no weight of its loss"))
            : outputs.Select(_ => 1.0);
        model.Compile(
            [.. OneEach(loss, outputs).Select(one => one is { } own ? LossOf(own, part.File) : throw Lacks("an output has no loss"))],
            rule,
            [.. weights],
            [.. OneEach(part.Find("metrics"), outputs).Zip(units, (own, last) => Metrics(own, last, part.File))],
            [.. OneEach(part.Find("weighted_metrics"), outputs).Zip(units, (own, last) => Metrics(own, last, part.File))]);
    }

    // One for each output: of an object by the output's name, of a list by its place, and one alone is for all. An output that an object
    // lacks has none.
    private static IEnumerable<JsonElement?> OneEach(JsonElement? value, IReadOnlyList<string> outputs) => value switch
    {
        null => outputs.Select(_ => (JsonElement?)null),
        { ValueKind: JsonValueKind.Object } named when !named.TryGetProperty("class_name", out _) =>
            outputs.Select(name => named.TryGetProperty(name, out var own) ? own : (JsonElement?)null),
        { ValueKind: JsonValueKind.Array } list when list.GetArrayLength() == outputs.Count => list.EnumerateArray().Select(
            one => one.ValueKind == JsonValueKind.Null ? null : (JsonElement?)one),
        { } one => outputs.Select(_ => (JsonElement?)one),
    };

    // The name of a class or a function, and its settings.
    private static (string? Name, KerasPart Config) NameOf(JsonElement value, string file)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return (value.GetString(), new KerasPart(Nothing, file, Place));
        }
        var part = new KerasPart(value, file, Place);
        var name = part.Text("class_name", "className");
        return name == "function" && part.Find("config") is { ValueKind: JsonValueKind.String } function
            ? (function.GetString(), new KerasPart(Nothing, file, Place))
            : (name?[(name.LastIndexOf('>') + 1)..], part.Part("config", Place) ?? new KerasPart(Nothing, file, Place));
    }

    private static JsonElement Nothing { get; } = JsonElement.Parse("{}");

    private static Loss LossOf(JsonElement value, string file)
    {
        // One output's loss may be in a list or under the output's name.
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1)
        {
            return LossOf(value[0], file);
        }
        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("class_name", out _)
            && value.EnumerateObject().ToList() is [var only])
        {
            return LossOf(only.Value, file);
        }
        var (name, config) = NameOf(value, file);
        Only(config, name, "reduction", given => given.GetRawText() is "\"auto\"" or "\"sum_over_batch_size\"" or "\"mean\"");
        Only(config, name, "label_smoothing", given => given.ValueKind == JsonValueKind.Number && given.GetDouble() == 0);
        Only(config, name, "axis", given => given.TryGetInt32Safely() == -1);
        var fromLogits = config.Flag("from_logits") ?? false;
        return Simple(name) switch
        {
            "meansquarederror" or "mse" => Loss.MeanSquaredError(),
            "meanabsoluteerror" or "mae" => Loss.MeanAbsoluteError(),
            "meanabsolutepercentageerror" or "mape" => Loss.MeanAbsolutePercentageError(),
            "meansquaredlogarithmicerror" or "msle" => Loss.MeanSquaredLogarithmicError(),
            "binarycrossentropy" => Loss.BinaryCrossentropy(fromLogits),
            "categoricalcrossentropy" => Loss.CategoricalCrossentropy(fromLogits),
            "sparsecategoricalcrossentropy" => Loss.SparseCategoricalCrossentropy(fromLogits, config.Count("ignore_class")),
            "binaryfocalcrossentropy" => Loss.BinaryFocalCrossentropy(
                config.Flag("apply_class_balancing") ?? false, config.Number("alpha") ?? 0.25, config.Number("gamma") ?? 2, fromLogits),
            "categoricalfocalcrossentropy" => Loss.CategoricalFocalCrossentropy(
                config.Number("alpha") ?? 0.25, config.Number("gamma") ?? 2, fromLogits),
            "huber" or "huberloss" => Loss.Huber(config.Number("delta") ?? 1),
            "logcosh" => Loss.LogCosh(),
            "kldivergence" or "kullbackleiblerdivergence" or "kld" => Loss.KullbackLeiblerDivergence(),
            "cosinesimilarity" => Loss.CosineSimilarity(),
            _ => throw Lacks($"the library has no loss '{name}'"),
        };
    }

    private static void Only(KerasPart config, string? name, string key, Func<JsonElement, bool> isSo)
    {
        if (config.Find(key) is { } given && !isSo(given))
        {
            throw Lacks($"{name} with '{key}' as {KerasPart.Words(given)}");
        }
    }

    private static List<Metric> Metrics(JsonElement? value, long? units, string file)
    {
        var metrics = new List<Metric>();
        Add(value, 0);
        return metrics;

        // Lists in lists, one an output; names, or objects that have one.
        void Add(JsonElement? value, int depth)
        {
            if (value is not { } given || depth > 3)
            {
                return;
            }
            if (given.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in given.EnumerateArray())
                {
                    Add(item, depth + 1);
                }
            }
            else if (MetricOf(given, units, file) is { } metric && !metrics.Exists(other => other.Name == metric.Name))
            {
                metrics.Add(metric);
            }
        }
    }

    // Null where the library has none that measures the same.
    private static Metric? MetricOf(JsonElement value, long? units, string file)
    {
        try
        {
            var (name, config) = NameOf(value, file);
            if (config.Find("fn") is { } function)
            {
                name = NameOf(function, file).Name;
            }
            return Simple(name) switch
            {
                // Keras asks the shapes only where the name leaves it open.
                "binaryaccuracy" => units == 1 && config.Number("threshold") is null or 0.5 ? Metric.Accuracy() : null,
                "accuracy" or "acc" or "categoricalaccuracy" or "sparsecategoricalaccuracy" => Metric.Accuracy(),
                "meansquarederror" or "mse" => Metric.MeanSquaredError(),
                "meanabsoluteerror" or "mae" => Metric.MeanAbsoluteError(),
                "rootmeansquarederror" => Metric.RootMeanSquaredError(),
                "meanabsolutepercentageerror" or "mape" => Metric.MeanAbsolutePercentageError(),
                "r2score" => config.Count("num_regressors") is null or 0 && !config.IsNull("class_aggregation")
                    && config.Text("class_aggregation") is null or "uniform_average" ? Metric.R2Score() : null,
                "precision" => config.Has("top_k") || ThresholdOf(config) is not { } above ? null
                    : Metric.Precision(above, config.Count("class_id"), config.Text("name") ?? "precision"),
                "recall" => config.Has("top_k") || ThresholdOf(config) is not { } least ? null
                    : Metric.Recall(least, config.Count("class_id"), config.Text("name") ?? "recall"),
                // Keras's own default is one number for each class.
                "f1score" => config.Text("average") is { } average
                    ? Metric.F1Score(
                        Enum.Parse<ScoreAverage>(average, ignoreCase: true), config.Number("threshold"), config.Text("name") ?? "f1_score")
                    : null,
                "auc" => AucOf(config),
                "topkcategoricalaccuracy" or "sparsetopkcategoricalaccuracy" => config.Flag("from_sorted_ids") == true ? null
                    : Metric.TopKCategoricalAccuracy(config.Count("k") ?? 5, config.Text("name") ?? "top_k_categorical_accuracy"),
                _ => null,
            };
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException)
        {
            return null;
        }
    }

    // One for all; several make several numbers.
    private static double? ThresholdOf(KerasPart config) => config.Find("thresholds") switch
    {
        null => 0.5,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() == 1 && list[0].TryGetDouble(out var only) ? only : null,
        _ => config.Number("thresholds"),
    };

    private static Metric? AucOf(KerasPart config)
    {
        var isOther = config.Has("thresholds") || config.Has("label_weights") || config.Flag("multi_label") == true
            || config.Text("summation_method") is not (null or "interpolation");
        return isOther ? null : Metric.Auc(
            config.Count("num_thresholds") ?? 200,
            Enum.Parse<AucCurve>(config.Text("curve") ?? "ROC", ignoreCase: true),
            config.Flag("from_logits") ?? false,
            config.Text("name") ?? "auc");
    }

    private static Optimizer OptimizerOf(JsonElement value, string file)
    {
        var (name, config) = NameOf(value, file);
        var kind = Simple(name);
        foreach (var key in (ReadOnlySpan<string>)["amsgrad", "use_ema", "decay", "gradient_accumulation_steps", "weight_decay"])
        {
            // What the library's rules do not do; one step at a time is what they do anyway.
            Only(config, name, key, given => given.ValueKind == JsonValueKind.False || (key == "weight_decay" && kind == "adamw")
                || (given.ValueKind == JsonValueKind.Number && given.GetDouble() <= (key == "gradient_accumulation_steps" ? 1 : 0)));
        }
        var given = config.Find("learning_rate", "lr");
        var schedule = given is { ValueKind: JsonValueKind.Object } planned ? ScheduleOf(planned, file) : null;
        var rate = schedule?.At(0) ?? config.Number("learning_rate", "lr");
        var epsilon = config.Number("epsilon") ?? 1e-7;
        var (beta1, beta2) = (config.Number("beta_1") ?? 0.9, config.Number("beta_2") ?? 0.999);
        Optimizer optimizer = kind switch
        {
            "adam" => new Adam(rate ?? 0.001, beta1, beta2, epsilon),
            "adamw" => new AdamW(rate ?? 0.001, config.Number("weight_decay") ?? 0.004, beta1, beta2, epsilon),
            "nadam" => new Nadam(rate ?? 0.001, beta1, beta2, epsilon),
            "adamax" => new Adamax(rate ?? 0.001, beta1, beta2, epsilon),
            "adagrad" => new Adagrad(rate ?? 0.001, config.Number("initial_accumulator_value") ?? 0.1, epsilon),
            "sgd" => new Sgd(rate ?? 0.01, config.Number("momentum") ?? 0, config.Flag("nesterov") ?? false),
            "rmsprop" => new RmsProp(
                rate ?? 0.001, config.Number("rho") ?? 0.9, config.Number("momentum") ?? 0, epsilon, config.Flag("centered") ?? false),
            _ => throw Lacks($"the library has no optimiser '{name}'"),
        };
        return optimizer.With(config.Number("clipnorm"), config.Number("global_clipnorm"), config.Number("clipvalue"), schedule);
    }

    private static LearningRateSchedule ScheduleOf(JsonElement value, string file)
    {
        var (name, decay) = NameOf(value, file);
        switch (Simple(name))
        {
            case "exponentialdecay":
                return new ExponentialDecay(
                    decay.NeededNumber("initial_learning_rate"),
                    decay.NeededCount("decay_steps"),
                    decay.NeededNumber("decay_rate"),
                    decay.Flag("staircase") ?? false);
            case "cosinedecay":
                var (start, steps, alpha) =
                    (decay.NeededNumber("initial_learning_rate"), decay.NeededCount("decay_steps"), decay.Number("alpha") ?? 0);
                // Where there is no target Keras does not warm up; where there are no steps to it, it begins there.
                return decay.Number("warmup_target") is not { } target ? new CosineDecay(start, steps, alpha)
                    : decay.Count("warmup_steps") is > 0 and var rise ? new CosineDecay(start, steps, alpha, target, rise)
                    : new CosineDecay(target, steps, alpha);
            case "piecewiseconstantdecay":
                var boundaries = decay.Items("boundaries") ?? throw decay.Lacks("boundaries");
                var values = decay.Items("values") ?? throw decay.Lacks("values");
                return new PiecewiseConstantDecay(
                    [.. boundaries.Select(step => step.TryGetInt64(out var whole) ? whole
                        : throw Lacks($"{name} with a boundary at {KerasPart.Words(step)}"))],
                    [.. values.Select(rate => rate.GetDouble())]);
            default:
                throw Lacks($"the library has no schedule '{name}'");
        }
    }

    /// <summary>What a model was compiled with, as Keras has it; null where it is not compiled, or its loss or its optimiser is none of
    /// Keras's. Metrics that Keras does not have are left out.</summary>
    internal static JsonObject? ConfigOf(Model model, KerasVersion version)
    {
        var keras = new KerasConfig(version);
        if (model.Compilation is not { } compilation || ObjectOf(keras, compilation.Optimizer) is not { } optimizer
            || compilation.Heads.Any(head => !IsKeras(head.Loss)))
        {
            return null;
        }
        return new JsonObject
        {
            [version.IsKeras3 ? "optimizer" : "optimizer_config"] = optimizer,
            ["loss"] = OfEach(head => ObjectOf(keras, head.Loss)),
            ["loss_weights"] = compilation.Heads.All(head => head.Weight == 1) ? null
                : new JsonArray([.. compilation.Heads.Select(head => (JsonNode)head.Weight)]),
            ["metrics"] = OfEach(head => Metrics(head.Metrics.Take(head.FirstWeighted))),
            ["weighted_metrics"] = OfEach(head => Metrics(head.Metrics.Skip(head.FirstWeighted))),
        };

        JsonNode OfEach(Func<Head, JsonNode> of) =>
            compilation.Heads.Count == 1 ? of(compilation.Heads[0]) : new JsonArray([.. compilation.Heads.Select(of)]);

        JsonArray Metrics(IEnumerable<Metric> metrics) =>
            [.. metrics.Where(metric => metric.IsBuiltIn).Select(metric => ObjectOf(keras, metric))];
    }

    private static bool IsKeras(Loss loss) => loss.Fused is not null && LossSettings.Of(loss) is not QuantileSettings;

    private static JsonObject ObjectOf(KerasConfig keras, Loss loss)
    {
        var config = Node(LossSettings.Of(loss));
        return keras.Object("keras.losses", ClassOf(config["name"]!.GetValue<string>()), config);
    }

    private static JsonObject? ObjectOf(KerasConfig keras, Optimizer optimizer)
    {
        if (OptimizerSettings.Of(optimizer) is not { } settings
            || (optimizer.LearningRateSchedule is not null && settings.LearningRateSchedule is null))
        {
            return null;
        }
        var config = Node(settings);
        if (config.Remove("learning_rate_schedule", out var given) && given is JsonObject schedule)
        {
            var kind = schedule["class"]!.GetValue<string>();
            schedule.Remove("class");
            config["learning_rate"] = keras.Inside.Object("keras.optimizers.schedules", kind, schedule);
        }
        return keras.Object("keras.optimizers", ClassOf(config["name"]!.GetValue<string>()), config);
    }

    private static JsonNode ObjectOf(KerasConfig keras, Metric metric)
    {
        var element = MetricSettings.ElementOf(metric);
        if (element.ValueKind == JsonValueKind.String)
        {
            var name = element.GetString()!;
            return name == "accuracy" ? name : keras.Object("keras.metrics", ClassOf(name), new JsonObject { ["name"] = name });
        }
        var config = JsonObject.Create(element)!;
        var kind = ClassOf(config["class"]!.GetValue<string>());
        config.Remove("class");
        if (metric is HitRate && config.Remove("threshold", out var threshold))
        {
            config["thresholds"] = threshold;
        }
        foreach (var (key, letters) in new (string, Func<string, string>)[]
        {
            ("curve", text => text.ToUpperInvariant()), ("average", text => text.ToLowerInvariant()),
        })
        {
            if (config[key] is JsonValue text)
            {
                config[key] = letters(text.GetValue<string>());
            }
        }
        return keras.Object("keras.metrics", kind, config);
    }

    private static JsonObject Node<T>(T settings) =>
        JsonSerializer.SerializeToNode(settings, TrainingJson.Settings.GetTypeInfo(typeof(T)))!.AsObject();

    // Keras's class of a name: MeanSquaredError of mean_squared_error.
    private static string ClassOf(string name) => name switch
    {
        "kl_divergence" => "KLDivergence",
        "adamw" => "AdamW",
        "sgd" => "SGD",
        "rmsprop" => "RMSprop",
        "auc" => "AUC",
        _ => string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
    };

    // mean_squared_error and MeanSquaredError are one.
    private static string? Simple(string? name) => name?.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
