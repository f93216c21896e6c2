using System.Text.Json;
using System.Text.Json.Nodes;
using EchoLstm.Models;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Interop;

/// <summary>
/// What Keras compiled a model with, as far as the library has it: a loss or an optimiser that it does not have leaves the model
/// uncompiled, a metric is left out. Nothing here stops a load.
/// </summary>
internal static class KerasTraining
{
    /// <summary>Compiles the model where its loss and optimiser are known.</summary>
    /// <param name="model">The model.</param>
    /// <param name="json">Keras's training_config, compile_config or trainingConfig.</param>
    /// <param name="file">The file, for messages.</param>
    internal static void Compile(Model model, JsonElement json, string file)
    {
        try
        {
            var part = new KerasPart(json, file, "the training");
            if (part.Find("optimizer_config", "optimizer") is { } optimizer && OptimizerOf(optimizer, file) is { } rule
                && part.Find("loss") is { } loss)
            {
                Compile(model, part, rule, loss);
            }
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or NotSupportedException
            or InvalidOperationException or ArithmeticException)
        {
            // It is not compiled: whoever trains it says how.
        }
    }

    private static void Compile(Model model, KerasPart part, Optimizer rule, JsonElement loss)
    {
        var outputs = model.OutputNames;
        if (outputs.Count == 1)
        {
            if (LossOf(loss, part.File) is { } measure)
            {
                var metrics = Metrics(part.Find("metrics"));
                model.Compile(measure, rule, Metrics(part.Find("weighted_metrics")), [.. metrics]);
            }
            return;
        }
        var losses = OneEach(loss, outputs).Select(one => one is { } value ? LossOf(value, part.File) : null).ToList();
        var weights = part.Find("loss_weights") is { } given
            ? OneEach(given, outputs).Select(one => one?.ValueKind == JsonValueKind.Number ? one.Value.GetDouble() : (double?)null).ToList()
            : [.. outputs.Select(_ => (double?)1)];
        if (!losses.Contains(null) && !weights.Contains(null))
        {
            model.Compile(
                [.. losses.Select(one => one!)],
                rule,
                [.. weights.Select(weight => weight!.Value)],
                [.. OneEach(part.Find("metrics"), outputs).Select(Metrics)],
                [.. OneEach(part.Find("weighted_metrics"), outputs).Select(Metrics)]);
        }
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
    private static (string? Name, KerasPart? Config) NameOf(JsonElement value, string file)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return (value.GetString(), null);
        }
        var part = new KerasPart(value, file, "the training");
        var name = part.Text("class_name", "className");
        var config = part.Find("config");
        return name == "function" && config is { ValueKind: JsonValueKind.String } function ? (function.GetString(), null)
            : (name?[(name.LastIndexOf('>') + 1)..], part.Has("config") ? part.NeededPart("config", "the training") : null);
    }

    private static Loss? LossOf(JsonElement value, string file)
    {
        // One output's loss may be in a list or under the output's name.
        if (value.ValueKind == JsonValueKind.Array)
        {
            return value.GetArrayLength() == 1 ? LossOf(value[0], file) : null;
        }
        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty("class_name", out _))
        {
            var losses = value.EnumerateObject().ToList();
            return losses.Count == 1 ? LossOf(losses[0].Value, file) : null;
        }
        var (name, config) = NameOf(value, file);
        if (config?.Text("reduction") is not (null or "auto" or "sum_over_batch_size" or "mean")
            || config?.Number("label_smoothing") is > 0)
        {
            return null;
        }
        var fromLogits = config?.Flag("from_logits") ?? false;
        return Simple(name) switch
        {
            "meansquarederror" or "mse" => Loss.MeanSquaredError(),
            "meanabsoluteerror" or "mae" => Loss.MeanAbsoluteError(),
            "meanabsolutepercentageerror" or "mape" => Loss.MeanAbsolutePercentageError(),
            "meansquaredlogarithmicerror" or "msle" => Loss.MeanSquaredLogarithmicError(),
            "binarycrossentropy" => Loss.BinaryCrossentropy(fromLogits),
            "categoricalcrossentropy" => Loss.CategoricalCrossentropy(fromLogits),
            "sparsecategoricalcrossentropy" => Loss.SparseCategoricalCrossentropy(fromLogits, config?.Count("ignore_class")),
            "huber" or "huberloss" => Loss.Huber(config?.Number("delta") ?? 1),
            "logcosh" => Loss.LogCosh(),
            "kldivergence" or "kullbackleiblerdivergence" or "kld" => Loss.KullbackLeiblerDivergence(),
            "cosinesimilarity" => Loss.CosineSimilarity(),
            _ => null,
        };
    }

    private static List<Metric> Metrics(JsonElement? value)
    {
        var metrics = new List<Metric>();
        Add(value, metrics, 0);
        return metrics;
    }

    // Lists in lists, one an output; names, or objects that have one.
    private static void Add(JsonElement? value, List<Metric> metrics, int depth)
    {
        if (value is not { } given || depth > 3)
        {
            return;
        }
        if (given.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in given.EnumerateArray())
            {
                Add(item, metrics, depth + 1);
            }
            return;
        }
        var name = given.ValueKind == JsonValueKind.String ? given.GetString()
            : given.ValueKind == JsonValueKind.Object && given.TryGetProperty("config", out var config)
                && config.ValueKind == JsonValueKind.Object && config.TryGetProperty("fn", out var function)
                && function.ValueKind == JsonValueKind.String ? function.GetString()
            : given.ValueKind == JsonValueKind.Object && given.TryGetProperty("class_name", out var kind)
                && kind.ValueKind == JsonValueKind.String ? kind.GetString()
            : null;
        var metric = Simple(name) switch
        {
            "accuracy" or "acc" or "binaryaccuracy" or "categoricalaccuracy" or "sparsecategoricalaccuracy" => Metric.Accuracy(),
            "meansquarederror" or "mse" => Metric.MeanSquaredError(),
            "meanabsoluteerror" or "mae" => Metric.MeanAbsoluteError(),
            "rootmeansquarederror" => Metric.RootMeanSquaredError(),
            "meanabsolutepercentageerror" or "mape" => Metric.MeanAbsolutePercentageError(),
            _ => null,
        };
        if (metric is not null && !metrics.Exists(other => other.Name == metric.Name))
        {
            metrics.Add(metric);
        }
    }

    private static Optimizer? OptimizerOf(JsonElement value, string file)
    {
        var (name, config) = NameOf(value, file);
        if (config is null)
        {
            return Simple(name) switch
            {
                "adam" => new Adam(),
                "adamw" => new AdamW(),
                "nadam" => new Nadam(),
                "adamax" => new Adamax(),
                "adagrad" => new Adagrad(),
                "sgd" => new Sgd(),
                "rmsprop" => new RmsProp(),
                _ => null,
            };
        }
        // What the library's rules do not do.
        if (config.Flag("amsgrad") == true || config.Flag("use_ema") == true || config.Number("decay") is > 0
            || config.Count("gradient_accumulation_steps") is > 1 || (config.Number("weight_decay") is > 0 && Simple(name) != "adamw")
            || config.Find("learning_rate", "lr") is not { } given)
        {
            return null;
        }
        var schedule = given.ValueKind == JsonValueKind.Object ? ScheduleOf(given, file) : null;
        if (given.ValueKind == JsonValueKind.Object && schedule is null)
        {
            return null;
        }
        var rate = schedule?.At(0) ?? config.NeededNumber("learning_rate", "lr");
        var epsilon = config.Number("epsilon") ?? 1e-7;
        var (beta1, beta2) = (config.Number("beta_1") ?? 0.9, config.Number("beta_2") ?? 0.999);
        var (norm, whole, most) = (config.Number("clipnorm"), config.Number("global_clipnorm"), config.Number("clipvalue"));
        return Simple(name) switch
        {
            "adam" => new Adam(rate, beta1, beta2, epsilon) 
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "adamw" => new AdamW(rate, config.Number("weight_decay") ?? 0.004, beta1, beta2, epsilon)
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "nadam" => new Nadam(rate, beta1, beta2, epsilon) 
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "adamax" => new Adamax(rate, beta1, beta2, epsilon) 
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "adagrad" => new Adagrad(rate, config.Number("initial_accumulator_value") ?? 0.1, epsilon)
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "sgd" => new Sgd(rate, config.Number("momentum") ?? 0, config.Flag("nesterov") ?? false)
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            "rmsprop" => new RmsProp(
                rate, config.Number("rho") ?? 0.9, config.Number("momentum") ?? 0, epsilon, config.Flag("centered") ?? false)
            {
                ClipNorm = norm,
                GlobalClipNorm = whole,
                ClipValue = most,
                LearningRateSchedule = schedule,
            },
            _ => null,
        };
    }

    private static LearningRateSchedule? ScheduleOf(JsonElement value, string file)
    {
        var (name, config) = NameOf(value, file);
        return (Simple(name), config) switch
        {
            ("exponentialdecay", { } decay) => new ExponentialDecay(
                decay.NeededNumber("initial_learning_rate"),
                decay.NeededCount("decay_steps"),
                decay.NeededNumber("decay_rate"),
                decay.Flag("staircase") ?? false),
            ("cosinedecay", { } decay) when !decay.Has("warmup_target") => new CosineDecay(
                decay.NeededNumber("initial_learning_rate"), decay.NeededCount("decay_steps"), decay.Number("alpha") ?? 0),
            _ => null,
        };
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
