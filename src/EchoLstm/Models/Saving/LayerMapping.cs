using EchoLstm.Files;
using EchoLstm.Layers;

namespace EchoLstm.Models.Saving;

/// <summary>Settings become layers, and layers settings.</summary>
internal static class LayerMapping
{
    /// <summary>Makes a layer, unbuilt.</summary>
    /// <param name="settings">What it is.</param>
    /// <param name="file">The file that says so.</param>
    /// <param name="place">Where in the file.</param>
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
            layer.Trainable = settings.Trainable;
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
        LstmSettings s => new Lstm(
            s.Units, s.ReturnSequences, s.ReturnState, s.Stateful, s.GoBackwards, s.Activation, s.RecurrentActivation, s.UseBias, s.UnitForgetBias, s.Dropout, s.RecurrentDropout)
        {
            Seed = s.Seed,
            KernelRegularizer = s.KernelRegularizer,
            RecurrentRegularizer = s.RecurrentRegularizer,
            BiasRegularizer = s.BiasRegularizer,
            UsesFusedKernel = s.UsesFusedKernel,
            CheckpointSteps = s.CheckpointSteps,
        },
        GruSettings s => new Gru(
            s.Units, s.ReturnSequences, s.Stateful, s.GoBackwards, s.Activation, s.RecurrentActivation, s.UseBias, s.ResetAfter, s.Dropout, s.RecurrentDropout)
        {
            Seed = s.Seed,
            KernelRegularizer = s.KernelRegularizer,
            RecurrentRegularizer = s.RecurrentRegularizer,
            BiasRegularizer = s.BiasRegularizer,
        },
        SimpleRnnSettings s => new SimpleRnn(s.Units, s.ReturnSequences, s.Stateful, s.GoBackwards, s.Activation, s.UseBias, s.Dropout, s.RecurrentDropout)
        {
            Seed = s.Seed,
            KernelRegularizer = s.KernelRegularizer,
            RecurrentRegularizer = s.RecurrentRegularizer,
            BiasRegularizer = s.BiasRegularizer,
        },
        BidirectionalSettings s => NewBidirectional(s, file, place),
        TimeDistributedSettings s => new TimeDistributed(Make(s.Layer, file, $"{place}, layer")) { Seed = s.Seed },
        DenseSettings s => new Dense(s.Units, s.Activation, s.UseBias) { Seed = s.Seed, KernelRegularizer = s.KernelRegularizer, BiasRegularizer = s.BiasRegularizer },
        Conv1DSettings s => new Conv1D(s.Filters, s.KernelSize, s.Strides, s.Padding, s.Activation, s.UseBias)
        {
            Seed = s.Seed,
            KernelRegularizer = s.KernelRegularizer,
            BiasRegularizer = s.BiasRegularizer,
        },
        EmbeddingSettings s => new Embedding(s.InputDim, s.OutputDim, s.MaskZero) { Seed = s.Seed, EmbeddingsRegularizer = s.EmbeddingsRegularizer },
        AdditiveAttentionSettings s => new AdditiveAttention(s.UseScale) { Seed = s.Seed },
        AttentionDecoderSettings s => new AttentionDecoder(s.Units, s.Steps) { Seed = s.Seed },
        MaxPooling1DSettings s => new MaxPooling1D(s.PoolSize, s.Strides, s.Padding) { Seed = s.Seed },
        RepeatVectorSettings s => new RepeatVector(s.N) { Seed = s.Seed },
        ReshapeSettings s => new Reshape([.. s.TargetShape]) { Seed = s.Seed },
        MaskingSettings s => new Masking(s.MaskValue) { Seed = s.Seed },
        DropoutSettings s => new Dropout(s.Rate) { Seed = s.Seed },
        ActivationSettings s => new ActivationLayer(s.Activation) { Seed = s.Seed },
        FlattenSettings s => new Flatten { Seed = s.Seed },
        _ => throw new InvalidOperationException($"{settings.GetType().Name} has no layer."),
    };

    private static SequentialModel NewModel(SequentialSettings settings, string file, string place)
    {
        var model = new SequentialModel { Seed = settings.Seed, RequestedEngine = settings.RequestedEngine };
        for (var i = 0; i < settings.Layers.Count; i++)
        {
            model.AddLoaded(Make(settings.Layers[i], file, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{place}, layers[{i}]")));
        }
        return model;
    }

    private static Bidirectional NewBidirectional(BidirectionalSettings settings, string file, string place)
    {
        var forward = Make(settings.Layer, file, $"{place}, layer") as RecurrentLayer ?? throw StrictJson.Wrong(file, [place], "its 'layer' is no recurrent layer");
        var both = new Bidirectional(forward, settings.MergeMode) { Seed = settings.Seed };
        both.Backward.Trainable = settings.BackwardTrainable;
        if (both.Backward is Lstm lstm)
        {
            lstm.UsesFusedKernel = settings.BackwardUsesFusedKernel;
        }
        return both;
    }

    /// <summary>What a layer is.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="where">Where in the model it is, for messages.</param>
    /// <exception cref="InvalidOperationException">It, or one inside it, is a TorchSharp module.</exception>
    internal static LayerSettings SettingsOf(Layer layer, string where) => Bare(layer, where) with
    {
        Name = layer.HasGivenName ? layer.Name : null,
        Seed = layer.Seed,
        Trainable = layer.Trainable,
    };

    private static LayerSettings Bare(Layer layer, string where) => layer switch
    {
        ModuleLayer => throw new InvalidOperationException(
            $"The model can't be saved as a whole: {where} is the TorchSharp module {layer.KerasClass}, and a file can't hold its code. Call SaveWeights; to read the weights, make the same model in code and call LoadWeights."),
        SequentialModel model => new SequentialSettings
        {
            RequestedEngine = model.RequestedEngine,
            Layers = [.. model.Layers.Select(part => SettingsOf(part, where.Length == 0 ? $"'{part.Name}'" : $"'{part.Name}' in {where}"))],
        },
        Lstm s => OfRecurrent(s, new LstmSettings
        {
            Units = s.Units,
            ReturnState = s.ReturnState,
            Activation = s.Activation,
            RecurrentActivation = s.RecurrentActivation,
            UseBias = s.UseBias,
            UnitForgetBias = s.UnitForgetBias,
            UsesFusedKernel = s.UsesFusedKernel,
            CheckpointSteps = s.CheckpointSteps,
        }),
        Gru s => OfRecurrent(s, new GruSettings
        {
            Units = s.Units,
            Activation = s.Activation,
            RecurrentActivation = s.RecurrentActivation,
            UseBias = s.UseBias,
            ResetAfter = s.ResetAfter,
        }),
        SimpleRnn s => OfRecurrent(s, new SimpleRnnSettings { Units = s.Units, Activation = s.Activation, UseBias = s.UseBias }),
        Bidirectional s => new BidirectionalSettings
        {
            Layer = SettingsOf(s.Forward, $"what {where} wraps"),
            MergeMode = s.MergeMode,
            // The twin's other settings are its forward layer's.
            BackwardTrainable = s.Backward.Trainable,
            BackwardUsesFusedKernel = s.Backward is not Lstm { UsesFusedKernel: false },
        },
        TimeDistributed s => new TimeDistributedSettings { Layer = SettingsOf(s.InnerLayer, $"what {where} wraps") },
        Dense s => new DenseSettings
        {
            Units = s.Units,
            Activation = s.Activation,
            UseBias = s.UseBias,
            KernelRegularizer = s.KernelRegularizer,
            BiasRegularizer = s.BiasRegularizer,
        },
        Conv1D s => new Conv1DSettings
        {
            Filters = s.Filters,
            KernelSize = s.KernelSize,
            Strides = s.Strides,
            Padding = s.Padding,
            Activation = s.Activation,
            UseBias = s.UseBias,
            KernelRegularizer = s.KernelRegularizer,
            BiasRegularizer = s.BiasRegularizer,
        },
        Embedding s => new EmbeddingSettings { InputDim = s.InputDim, OutputDim = s.OutputDim, MaskZero = s.MaskZero, EmbeddingsRegularizer = s.EmbeddingsRegularizer },
        AdditiveAttention s => new AdditiveAttentionSettings { UseScale = s.UseScale },
        AttentionDecoder s => new AttentionDecoderSettings { Units = s.Units, Steps = s.Steps },
        MaxPooling1D s => new MaxPooling1DSettings { PoolSize = s.PoolSize, Strides = s.Strides, Padding = s.Padding },
        RepeatVector s => new RepeatVectorSettings { N = s.N },
        Reshape s => new ReshapeSettings { TargetShape = s.TargetShape },
        Masking s => new MaskingSettings { MaskValue = s.MaskValue },
        Dropout s => new DropoutSettings { Rate = s.Rate },
        ActivationLayer s => new ActivationSettings { Activation = s.Activation },
        Flatten => new FlattenSettings(),
        _ => throw new InvalidOperationException($"The model can't be saved as a whole: {where} is a {layer.GetType().Name}, which has no form in files. Call SaveWeights."),
    };

    private static RecurrentSettings OfRecurrent(RecurrentLayer layer, RecurrentSettings own) => own with
    {
        ReturnSequences = layer.ReturnSequences,
        Stateful = layer.Stateful,
        GoBackwards = layer.GoBackwards,
        Dropout = layer.Dropout,
        RecurrentDropout = layer.RecurrentDropout,
        KernelRegularizer = layer.KernelRegularizer,
        RecurrentRegularizer = layer.RecurrentRegularizer,
        BiasRegularizer = layer.BiasRegularizer,
    };
}
