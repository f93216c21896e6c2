using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What an optimiser remembers about one parameter.</summary>
public abstract class OptimizerState
{
    /// <summary>The parameter.</summary>
    protected Parameter _parameter;

    /// <summary>Remembers the parameter.</summary>
    /// <param name="parameter">The parameter.</param>
    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    /// <summary>Writes the state.</summary>
    /// <param name="writer">Where to.</param>
    public abstract void SaveStateDict(BinaryWriter writer);

    /// <summary>Reads the state.</summary>
    /// <param name="reader">Where from.</param>
    public abstract void LoadStateDict(BinaryReader reader);

    /// <summary>Copies the state of a parameter of the same shape.</summary>
    /// <param name="source">State of the same kind.</param>
    public abstract void LoadStateDict(OptimizerState source);

    /// <summary>Whether another state is nearly the same.</summary>
    /// <param name="other">The other.</param>
    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    /// <summary>Sets the state to that before the first step.</summary>
    /// <param name="options">The settings of the parameter's group.</param>
    public abstract void Initialize(OptimizerOptions options);

    /// <summary>Moves the state to a device.</summary>
    /// <param name="device">The device.</param>
    public virtual void to(Device device) { }

    /// <summary>Reads a tensor that may be absent.</summary>
    /// <param name="reader">Where from.</param>
    /// <param name="result">The tensor to fill, replaced where needed; null when absent.</param>
    /// <param name="device">Where it is to live.</param>
    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor? result, Device device)
    {
        var present = reader.ReadBoolean();
        if (!present)
        {
            result?.Dispose();
            result = null;
        }
        else if (result is not null)
        {
            result.Load(reader);
        }
        else
        {
            result = TensorExtensionMethods.Load(reader).to(device, disposeAfter: true).DetachFromDisposeScope();
        }
    }

    /// <summary>Writes a tensor that may be absent.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="tensor">The tensor, or null.</param>
    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor? tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    /// <summary>Zeros of the parameter's shape, which the state owns.</summary>
    private protected Tensor ZerosLikeParameter() => zeros_like(_parameter).DetachFromDisposeScope();

    /// <summary>A copy beside the parameter, which the state owns.</summary>
    private protected Tensor? CopyOf(Tensor? source) => source?.to(_parameter.device, copy: true).DetachFromDisposeScope();

    private protected static void Move(ref Tensor? tensor, Device device)
    {
        if (tensor is null) return;
        var moved = tensor.to(device).DetachFromDisposeScope();
        tensor.Dispose();
        tensor = moved;
    }

    private protected static bool Close(Tensor? one, Tensor? other)
        => one is null || other is null ? one is null && other is null : one.allclose(other);
}
