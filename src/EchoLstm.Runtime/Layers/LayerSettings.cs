namespace EchoLstm.Layers;

/// <summary>
/// What a layer is, without its weights: the settings that its layer holds, its kernel reads, a copy of it takes over, and a file has.
/// The names are Keras's, as in a file's JSON.
/// </summary>
internal abstract record LayerSettings
{
    /// <summary>The name that the user gave; null: the model names it.</summary>
    public string? Name { get; init; }

    /// <summary>The seed of its own random numbers; null: the model's are used.</summary>
    public int? Seed { get; init; }

    /// <summary>Whether training moves its weights.</summary>
    public bool Trainable { get; init; } = true;

    /// <summary>The layer's class, as the library names it.</summary>
    internal virtual string LayerClass => GetType().Name[..^"Settings".Length];

    /// <summary>The layer's class, as Keras and files name it.</summary>
    internal virtual string KerasClass => LayerClass;

    /// <summary>How the layer is named in errors.</summary>
    internal string Title => $"{LayerClass} '{Name}'";
}

/// <summary>A layer that reads a sequence step by step.</summary>
internal abstract record RecurrentSettings : LayerSettings
{
    public required int Units { get; init; }

    public bool ReturnSequences { get; init; }

    public bool Stateful { get; init; }

    public bool GoBackwards { get; init; }

    public Activation Activation { get; init; } = Activation.Tanh;

    public bool UseBias { get; init; } = true;

    public double Dropout { get; init; }

    public double RecurrentDropout { get; init; }

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? RecurrentRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }
}

internal sealed record LstmSettings : RecurrentSettings
{
    internal override string KerasClass => "LSTM";

    public bool ReturnState { get; init; }

    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    public bool UnitForgetBias { get; init; } = true;

    public bool UsesFusedKernel { get; init; } = true;

    public int? CheckpointSteps { get; init; }
}

internal sealed record GruSettings : RecurrentSettings
{
    internal override string KerasClass => "GRU";

    public Activation RecurrentActivation { get; init; } = Activation.Sigmoid;

    public bool ResetAfter { get; init; } = true;
}

internal sealed record SimpleRnnSettings : RecurrentSettings
{
    internal override string KerasClass => "SimpleRNN";
}

/// <summary>Two recurrent layers; the second is the first but for its direction and what is said of it alone.</summary>
internal sealed record BidirectionalSettings : LayerSettings
{
    public required LayerSettings Layer { get; init; }

    public MergeMode MergeMode { get; init; }

    public bool BackwardTrainable { get; init; } = true;

    public bool BackwardUsesFusedKernel { get; init; } = true;
}

internal sealed record TimeDistributedSettings : LayerSettings
{
    public required LayerSettings Layer { get; init; }
}

internal sealed record DenseSettings : LayerSettings
{
    public required int Units { get; init; }

    public Activation Activation { get; init; }

    public bool UseBias { get; init; } = true;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }
}

internal sealed record Conv1DSettings : LayerSettings
{
    public required int Filters { get; init; }

    public required int KernelSize { get; init; }

    public int Strides { get; init; } = 1;

    public StepPadding Padding { get; init; }

    public Activation Activation { get; init; }

    public bool UseBias { get; init; } = true;

    public Regularizer? KernelRegularizer { get; init; }

    public Regularizer? BiasRegularizer { get; init; }
}

internal sealed record EmbeddingSettings : LayerSettings
{
    public required int InputDim { get; init; }

    public required int OutputDim { get; init; }

    public bool MaskZero { get; init; }

    public Regularizer? EmbeddingsRegularizer { get; init; }
}

internal sealed record AdditiveAttentionSettings : LayerSettings
{
    public bool UseScale { get; init; } = true;
}

internal sealed record AttentionDecoderSettings : LayerSettings
{
    public required int Units { get; init; }

    public required int Steps { get; init; }
}

internal sealed record MaxPooling1DSettings : LayerSettings
{
    public required int PoolSize { get; init; }

    public required int Strides { get; init; }

    public StepPadding Padding { get; init; }
}

internal sealed record RepeatVectorSettings : LayerSettings
{
    public required int N { get; init; }
}

internal sealed record ReshapeSettings : LayerSettings
{
    public required IReadOnlyList<long> TargetShape { get; init; }
}

internal sealed record MaskingSettings : LayerSettings
{
    public double MaskValue { get; init; }
}

internal sealed record DropoutSettings : LayerSettings
{
    public required double Rate { get; init; }
}

internal sealed record ActivationSettings : LayerSettings
{
    public required Activation Activation { get; init; }

    internal override string LayerClass => "ActivationLayer";

    internal override string KerasClass => "Activation";
}

internal sealed record FlattenSettings : LayerSettings;

/// <summary>A TorchSharp module, whose code no file can hold.</summary>
/// <param name="Module">The module's name.</param>
internal sealed record ModuleSettings(string Module) : LayerSettings
{
    internal override string LayerClass => "ModuleLayer";

    internal override string KerasClass => Module;
}

/// <summary>A model, which is a layer too.</summary>
internal sealed record SequentialSettings : LayerSettings
{
    public required IReadOnlyList<LayerSettings> Layers { get; init; }

    public Training.EngineKind RequestedEngine { get; init; }

    internal override string LayerClass => "SequentialModel";

    internal override string KerasClass => "Sequential";
}
