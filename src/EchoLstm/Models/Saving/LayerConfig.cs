using System.Text.Json;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Models.Saving;

/// <summary>
/// Layers as JSON: Keras's class, and every setting under Keras's name for it. A new layer gets a line at both switches and one at <see cref="WeightShapes"/>; a test fails
/// until it has them.
/// </summary>
internal static class LayerConfig
{
    /// <summary>How many layers a file's model may have, those inside others included.</summary>
    internal const int MostLayers = 10_000;

    private const string Model = "Sequential";

    /// <summary>Writes a layer's fields.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="where">Where in the model it is, for messages.</param>
    /// <exception cref="InvalidOperationException">It, or one inside it, is a TorchSharp module.</exception>
    internal static void Write(Utf8JsonWriter json, Layer layer, string where)
    {
        if (layer is ModuleLayer)
        {
            throw new InvalidOperationException($"The model can't be saved as a whole: {where} is the TorchSharp module {layer.KerasClass}, and a file can't hold its code. Call SaveWeights; to read the weights, make the same model in code and call LoadWeights.");
        }
        json.WriteString("class", layer.KerasClass);
        json.WriteString("name", layer.HasGivenName ? layer.Name : null);
        json.WriteInt("seed", layer.Seed);
        json.WriteBoolean("trainable", layer.Trainable);
        WriteSettings(json, layer, where);
    }

    private static void WriteSettings(Utf8JsonWriter json, Layer layer, string where)
    {
        switch (layer)
        {
            case SequentialModel model:
                json.WriteEnum("requested_engine", model.RequestedEngine);
                json.WriteStartArray("layers");
                foreach (var part in model.Layers)
                {
                    json.WriteStartObject();
                    Write(json, part, where.Length == 0 ? $"'{part.Name}'" : $"'{part.Name}' in {where}");
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                break;
            case Lstm lstm:
                WriteRecurrent(json, lstm);
                json.WriteBoolean("return_state", lstm.ReturnState);
                json.WriteEnum("activation", lstm.Activation);
                json.WriteEnum("recurrent_activation", lstm.RecurrentActivation);
                json.WriteBoolean("use_bias", lstm.UseBias);
                json.WriteBoolean("unit_forget_bias", lstm.UnitForgetBias);
                json.WriteBoolean("uses_fused_kernel", lstm.UsesFusedKernel);
                json.WriteInt("checkpoint_steps", lstm.CheckpointSteps);
                break;
            case Gru gru:
                WriteRecurrent(json, gru);
                json.WriteEnum("activation", gru.Activation);
                json.WriteEnum("recurrent_activation", gru.RecurrentActivation);
                json.WriteBoolean("use_bias", gru.UseBias);
                json.WriteBoolean("reset_after", gru.ResetAfter);
                break;
            case SimpleRnn rnn:
                WriteRecurrent(json, rnn);
                json.WriteEnum("activation", rnn.Activation);
                json.WriteBoolean("use_bias", rnn.UseBias);
                break;
            case Bidirectional both:
                json.WriteEnum("merge_mode", both.MergeMode);
                WriteInner(json, "layer", both.Forward, where);
                // The twin's other settings are its forward layer's.
                json.WriteBoolean("backward_trainable", both.Backward.Trainable);
                json.WriteBoolean("backward_uses_fused_kernel", both.Backward is not Lstm { UsesFusedKernel: false });
                break;
            case TimeDistributed each:
                WriteInner(json, "layer", each.InnerLayer, where);
                break;
            case Dense dense:
                json.WriteNumber("units", dense.Units);
                json.WriteEnum("activation", dense.Activation);
                json.WriteBoolean("use_bias", dense.UseBias);
                WriteRegularizer(json, "kernel_regularizer", dense.KernelRegularizer);
                WriteRegularizer(json, "bias_regularizer", dense.BiasRegularizer);
                break;
            case Conv1D convolution:
                json.WriteNumber("filters", convolution.Filters);
                json.WriteNumber("kernel_size", convolution.KernelSize);
                json.WriteNumber("strides", convolution.Strides);
                json.WriteEnum("padding", convolution.Padding);
                json.WriteEnum("activation", convolution.Activation);
                json.WriteBoolean("use_bias", convolution.UseBias);
                WriteRegularizer(json, "kernel_regularizer", convolution.KernelRegularizer);
                WriteRegularizer(json, "bias_regularizer", convolution.BiasRegularizer);
                break;
            case Embedding embedding:
                json.WriteNumber("input_dim", embedding.InputDim);
                json.WriteNumber("output_dim", embedding.OutputDim);
                json.WriteBoolean("mask_zero", embedding.MaskZero);
                WriteRegularizer(json, "embeddings_regularizer", embedding.EmbeddingsRegularizer);
                break;
            case AdditiveAttention attention:
                json.WriteBoolean("use_scale", attention.UseScale);
                break;
            case AttentionDecoder decoder:
                json.WriteNumber("units", decoder.Units);
                json.WriteNumber("steps", decoder.Steps);
                break;
            case MaxPooling1D pooling:
                json.WriteNumber("pool_size", pooling.PoolSize);
                json.WriteNumber("strides", pooling.Strides);
                json.WriteEnum("padding", pooling.Padding);
                break;
            case RepeatVector repeat:
                json.WriteNumber("n", repeat.N);
                break;
            case Reshape reshape:
                json.WriteStartArray("target_shape");
                foreach (var length in reshape.TargetShape)
                {
                    json.WriteNumberValue(length);
                }
                json.WriteEndArray();
                break;
            case Masking masking:
                json.WriteDouble("mask_value", masking.MaskValue);
                break;
            case Dropout dropout:
                json.WriteDouble("rate", dropout.Rate);
                break;
            case ActivationLayer activation:
                json.WriteEnum("activation", activation.Activation);
                break;
            case Flatten:
                break;
            default:
                throw new InvalidOperationException($"The model can't be saved as a whole: {where} is a {layer.GetType().Name}, which has no form in files. Call SaveWeights.");
        }
    }

    /// <summary>Makes a layer of its fields, unbuilt.</summary>
    /// <param name="config">The fields.</param>
    /// <param name="count">Counts the layers of the file.</param>
    internal static Layer Read(ConfigReader config, LayerCount count)
    {
        count.AddOne(config);
        var kind = config.Text("class");
        var name = config.TextOrNull("name");
        var seed = config.IntOrNull("seed");
        var trainable = config.Flag("trainable");
        var layer = Make(config, kind, seed, count);
        if (name is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(name);
            layer.GiveName(name);
        }
        layer.Trainable = trainable;
        return layer;
    }

    private static Layer Make(ConfigReader config, string kind, int? seed, LayerCount count) => kind switch
    {
        Model => MakeModel(config, seed, count),
        "LSTM" => new Lstm(
            config.Int("units"),
            config.Flag("return_sequences"),
            config.Flag("return_state"),
            config.Flag("stateful"),
            config.Flag("go_backwards"),
            config.Enum<Activation>("activation"),
            config.Enum<Activation>("recurrent_activation"),
            config.Flag("use_bias"),
            config.Flag("unit_forget_bias"),
            config.Double("dropout"),
            config.Double("recurrent_dropout"))
        {
            Seed = seed,
            KernelRegularizer = ReadRegularizer(config, "kernel_regularizer"),
            RecurrentRegularizer = ReadRegularizer(config, "recurrent_regularizer"),
            BiasRegularizer = ReadRegularizer(config, "bias_regularizer"),
            UsesFusedKernel = config.Flag("uses_fused_kernel"),
            CheckpointSteps = config.IntOrNull("checkpoint_steps"),
        },
        "GRU" => new Gru(
            config.Int("units"),
            config.Flag("return_sequences"),
            config.Flag("stateful"),
            config.Flag("go_backwards"),
            config.Enum<Activation>("activation"),
            config.Enum<Activation>("recurrent_activation"),
            config.Flag("use_bias"),
            config.Flag("reset_after"),
            config.Double("dropout"),
            config.Double("recurrent_dropout"))
        {
            Seed = seed,
            KernelRegularizer = ReadRegularizer(config, "kernel_regularizer"),
            RecurrentRegularizer = ReadRegularizer(config, "recurrent_regularizer"),
            BiasRegularizer = ReadRegularizer(config, "bias_regularizer"),
        },
        "SimpleRNN" => new SimpleRnn(
            config.Int("units"),
            config.Flag("return_sequences"),
            config.Flag("stateful"),
            config.Flag("go_backwards"),
            config.Enum<Activation>("activation"),
            config.Flag("use_bias"),
            config.Double("dropout"),
            config.Double("recurrent_dropout"))
        {
            Seed = seed,
            KernelRegularizer = ReadRegularizer(config, "kernel_regularizer"),
            RecurrentRegularizer = ReadRegularizer(config, "recurrent_regularizer"),
            BiasRegularizer = ReadRegularizer(config, "bias_regularizer"),
        },
        "Bidirectional" => MakeBidirectional(config, seed, count),
        "TimeDistributed" => new TimeDistributed(config.Object("layer", inner => Read(inner, count))) { Seed = seed },
        "Dense" => new Dense(config.Int("units"), config.Enum<Activation>("activation"), config.Flag("use_bias"))
        {
            Seed = seed,
            KernelRegularizer = ReadRegularizer(config, "kernel_regularizer"),
            BiasRegularizer = ReadRegularizer(config, "bias_regularizer"),
        },
        "Conv1D" => new Conv1D(config.Int("filters"), config.Int("kernel_size"), config.Int("strides"), config.Enum<StepPadding>("padding"), config.Enum<Activation>("activation"), config.Flag("use_bias"))
        {
            Seed = seed,
            KernelRegularizer = ReadRegularizer(config, "kernel_regularizer"),
            BiasRegularizer = ReadRegularizer(config, "bias_regularizer"),
        },
        "Embedding" => new Embedding(config.Int("input_dim"), config.Int("output_dim"), config.Flag("mask_zero"))
        {
            Seed = seed,
            EmbeddingsRegularizer = ReadRegularizer(config, "embeddings_regularizer"),
        },
        "AdditiveAttention" => new AdditiveAttention(config.Flag("use_scale")) { Seed = seed },
        "AttentionDecoder" => new AttentionDecoder(config.Int("units"), config.Int("steps")) { Seed = seed },
        "MaxPooling1D" => new MaxPooling1D(config.Int("pool_size"), config.Int("strides"), config.Enum<StepPadding>("padding")) { Seed = seed },
        "RepeatVector" => new RepeatVector(config.Int("n")) { Seed = seed },
        "Reshape" => new Reshape([.. config.Longs("target_shape").Select(length => length ?? throw config.Wrong("'target_shape' has null, expected numbers"))]) { Seed = seed },
        "Masking" => new Masking(config.Double("mask_value")) { Seed = seed },
        "Dropout" => new Dropout(config.Double("rate")) { Seed = seed },
        "Activation" => new ActivationLayer(config.Enum<Activation>("activation")) { Seed = seed },
        "Flatten" => new Flatten { Seed = seed },
        _ => throw config.Wrong($"there is a layer of class '{kind}', which this version does not have"),
    };

    private static SequentialModel MakeModel(ConfigReader config, int? seed, LayerCount count)
    {
        var model = new SequentialModel { Seed = seed, RequestedEngine = config.Enum<Training.EngineKind>("requested_engine") };
        foreach (var layer in config.Objects("layers", part => Read(part, count)))
        {
            model.AddLoaded(layer);
        }
        return model;
    }

    private static Bidirectional MakeBidirectional(ConfigReader config, int? seed, LayerCount count)
    {
        var forward = config.Object("layer", inner => Read(inner, count)) as RecurrentLayer ?? throw config.Wrong("its 'layer' is no recurrent layer");
        var both = new Bidirectional(forward, config.Enum<MergeMode>("merge_mode")) { Seed = seed };
        both.Backward.Trainable = config.Flag("backward_trainable");
        var isFused = config.Flag("backward_uses_fused_kernel");
        if (both.Backward is Lstm lstm)
        {
            lstm.UsesFusedKernel = isFused;
        }
        return both;
    }

    private static void WriteInner(Utf8JsonWriter json, string field, Layer inner, string where)
    {
        json.WriteStartObject(field);
        Write(json, inner, $"what {where} wraps");
        json.WriteEndObject();
    }

    private static void WriteRecurrent(Utf8JsonWriter json, RecurrentLayer layer)
    {
        json.WriteNumber("units", layer.Units);
        json.WriteBoolean("return_sequences", layer.ReturnSequences);
        json.WriteBoolean("stateful", layer.Stateful);
        json.WriteBoolean("go_backwards", layer.GoBackwards);
        json.WriteDouble("dropout", layer.Dropout);
        json.WriteDouble("recurrent_dropout", layer.RecurrentDropout);
        WriteRegularizer(json, "kernel_regularizer", layer.KernelRegularizer);
        WriteRegularizer(json, "recurrent_regularizer", layer.RecurrentRegularizer);
        WriteRegularizer(json, "bias_regularizer", layer.BiasRegularizer);
    }

    private static void WriteRegularizer(Utf8JsonWriter json, string name, Regularizer? regularizer)
    {
        if (regularizer is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        json.WriteDouble("l1", regularizer.L1Factor);
        json.WriteDouble("l2", regularizer.L2Factor);
        json.WriteEndObject();
    }

    private static Regularizer? ReadRegularizer(ConfigReader config, string name) =>
        config.ObjectOrNull(name, factors => Regularizer.L1L2(factors.Double("l1"), factors.Double("l2")), out var regularizer) ? regularizer : null;
}

/// <summary>Counts the layers of a file's model, so that a small file can't ask for a large one.</summary>
internal sealed class LayerCount
{
    private int _count;

    internal void AddOne(ConfigReader config)
    {
        if (++_count > LayerConfig.MostLayers)
        {
            throw config.Wrong($"the model has more than {LayerConfig.MostLayers} layers");
        }
    }
}
