using EchoLstm.Files;
using EchoLstm.Layers;

namespace EchoLstm.Models.Saving;

/// <summary>Settings become layers, and layers settings.</summary>
internal static class LayerMapping
{
    /// <summary>Makes a layer, unbuilt.</summary>
    /// <exception cref="InvalidDataException">There is no such layer: a setting is out of its range, or two names are the same.</exception>
    internal static Layer Make(LayerSettings settings, string file, string place)
    {
        try
        {
            var layer = New(settings, file, place);
            if (settings.Name is { } name)
            {
                ArgumentException.ThrowIfNullOrWhiteSpace(name);
                layer.GiveName(name);
            }
            if (!settings.Trainable)
            {
                layer.Trainable = false;
            }
            return layer;
        }
        // A layer says which of its settings can't be.
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"{file}: in its {place}: {error.Message}", error);
        }
    }

    private static Layer New(LayerSettings settings, string file, string place) => settings switch
    {
        SequentialSettings model => NewModel(model, file, place),
        FunctionalSettings model => NewGraph(model, file, place),
        LstmSettings s => new Lstm(s),
        GruSettings s => new Gru(s),
        SimpleRnnSettings s => new SimpleRnn(s),
        BidirectionalSettings s => NewBidirectional(s, file, place),
        TimeDistributedSettings s => new TimeDistributed(Make(s.Layer, file, $"{place}, layer")) { Seed = s.Seed },
        DenseSettings s => new Dense(s),
        Conv1DSettings s => new Conv1D(s),
        EmbeddingSettings s => new Embedding(s),
        AdditiveAttentionSettings s => new AdditiveAttention(s),
        AttentionSettings s => new Attention(s),
        MultiHeadAttentionSettings s => new MultiHeadAttention(s),
        AttentionDecoderSettings s => new AttentionDecoder(s),
        Conv2DSettings s => new Conv2D(s),
        LayerNormalizationSettings s => new LayerNormalization(s),
        BatchNormalizationSettings s => new BatchNormalization(s),
        PReluSettings s => new PRelu(s),
        MaxPooling1DSettings s => new MaxPooling1D(s),
        AveragePooling1DSettings s => new AveragePooling1D(s),
        GlobalMaxPooling1DSettings s => new GlobalMaxPooling1D(s),
        GlobalAveragePooling1DSettings s => new GlobalAveragePooling1D(s),
        MaxPooling2DSettings s => new MaxPooling2D(s),
        AveragePooling2DSettings s => new AveragePooling2D(s),
        GlobalMaxPooling2DSettings s => new GlobalMaxPooling2D(s),
        GlobalAveragePooling2DSettings s => new GlobalAveragePooling2D(s),
        UpSampling1DSettings s => new UpSampling1D(s),
        ZeroPadding1DSettings s => new ZeroPadding1D(s),
        Cropping1DSettings s => new Cropping1D(s),
        RepeatVectorSettings s => new RepeatVector(s),
        ReshapeSettings s => new Reshape(s),
        MaskingSettings s => new Masking(s),
        DropoutSettings s => new Dropout(s),
        SpatialDropout1DSettings s => new SpatialDropout1D(s),
        GaussianNoiseSettings s => new GaussianNoise(s),
        ActivationSettings s => new ActivationLayer(s),
        LeakyReluSettings s => new LeakyRelu(s),
        EluSettings s => new Elu(s),
        FlattenSettings s => new Flatten(s),
        ConcatenateSettings s => new Concatenate(s),
        AddSettings s => new Add(s),
        SubtractSettings s => new Subtract(s),
        MultiplySettings s => new Multiply(s),
        AverageSettings s => new Average(s),
        MaximumSettings s => new Maximum(s),
        MinimumSettings s => new Minimum(s),
        DotSettings s => new Dot(s),
        _ => throw new InvalidOperationException($"{settings.GetType().Name} has no layer."),
    };

    private static SequentialModel NewModel(SequentialSettings settings, string file, string place)
    {
        var model = new SequentialModel { Seed = settings.Seed, RequestedEngine = settings.RequestedEngine };
        for (var i = 0; i < settings.Layers.Count; i++)
        {
            model.AddLoaded(Make(settings.Layers[i], file, string.Create(CultureInfo.InvariantCulture, $"{place}, layers[{i}]")));
        }
        return model;
    }

    private static FunctionalModel NewGraph(FunctionalSettings settings, string file, string place)
    {
        Input[] inputs = [.. settings.Inputs.Select(input => new Input([.. input.Shape]) { Name = input.Name })];
        Layer[] layers =
        [
            .. settings.Layers.Select((layer, i) =>
                Make(layer, file, string.Create(CultureInfo.InvariantCulture, $"{place}, layers[{i}]"))),
        ];
        List<Node> nodes = [.. inputs];
        for (var i = 0; i < settings.Calls.Count; i++)
        {
            var call = settings.Calls[i];
            var where = string.Create(CultureInfo.InvariantCulture, $"calls[{i}]");
            if (call.Layer < 0 || call.Layer >= layers.Length)
            {
                throw Wrong(where, string.Create(CultureInfo.InvariantCulture, $"there is no layer {call.Layer}"));
            }
            nodes.AddRange(layers[call.Layer].ApplyAll([.. call.Inputs.Select(value => At(value, where))], call.WithStates));
        }
        var model = new FunctionalModel(inputs, [.. settings.Outputs.Select(value => At(value, "outputs"))])
        {
            Seed = settings.Seed,
            RequestedEngine = settings.RequestedEngine,
        };
        return model.Graph.Calls.Count == settings.Calls.Count && model.Layers.Count == layers.Length ? model
            : throw Wrong("calls", "some lead to no output");

        Node At(int value, string where) => value >= 0 && value < nodes.Count ? nodes[value]
            : throw Wrong(where, string.Create(CultureInfo.InvariantCulture, $"there is no tensor {value} before it"));

        InvalidDataException Wrong(string where, string what) => StrictJson.Wrong(file, [place, where], what);
    }

    private static Bidirectional NewBidirectional(BidirectionalSettings settings, string file, string place)
    {
        var forward = Make(settings.Layer, file, $"{place}, layer") as RecurrentLayer
            ?? throw StrictJson.Wrong(file, [place], "its 'layer' is no recurrent layer");
        var both = new Bidirectional(forward, settings.MergeMode) { Seed = settings.Seed };
        both.Backward.Trainable = settings.BackwardTrainable;
        if (both.Backward is Lstm lstm)
        {
            lstm.UsesFusedKernel = settings.BackwardUsesFusedKernel;
        }
        return both;
    }

    /// <summary>What a model is.</summary>
    /// <exception cref="InvalidOperationException">A part of it is a TorchSharp module.</exception>
    internal static LayerSettings SettingsOf(Model model)
    {
        var settings = model.Settings;
        foreach (var layer in settings.Inner)
        {
            ThrowIfModule(layer, $"'{layer.Name}'");
        }
        return settings;
    }

    private static void ThrowIfModule(LayerSettings layer, string where)
    {
        if (layer is ModuleSettings module)
        {
            throw new InvalidOperationException(
                $"The model can't be saved as a whole: {where} is the TorchSharp module {module.Module}, and a file can't hold its code. "
                    + $"Call SaveWeights; to read the weights, make the same model in code and call LoadWeights.");
        }
        foreach (var inner in layer.Inner)
        {
            ThrowIfModule(inner, layer is SequentialSettings or FunctionalSettings ? $"'{inner.Name}' in {where}" : $"what {where} wraps");
        }
    }
}
