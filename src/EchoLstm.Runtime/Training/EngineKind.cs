namespace EchoLstm.Training;

/// <summary>What runs a model's batches.</summary>
public enum EngineKind
{
    /// <summary>The fused engine where it can run the model, else Torch.</summary>
    Auto,

    /// <summary>TorchSharp's modules and autograd: any layer, any device.</summary>
    Torch,

    /// <summary>Plain loops over the weights' memory, vectorised: CPU, float32, the layers that have kernels. The same numbers to rounding,
    /// many times faster on small models.</summary>
    Fused,
}
