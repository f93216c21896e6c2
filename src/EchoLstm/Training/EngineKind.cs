namespace EchoLstm.Training;

/// <summary>What runs a model's batches.</summary>
public enum EngineKind
{
    /// <summary>TorchSharp's modules and autograd: any layer, any device.</summary>
    Torch,
}
