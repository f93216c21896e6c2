using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>The state of a <see cref="ModelStepper"/> at one place of its sequences, as a value.</summary>
public sealed class StreamState : IDisposable
{
    internal StreamState(Tensor[][] tensors, int batchSize, long stepsRead)
    {
        Tensors = tensors;
        BatchSize = batchSize;
        StepsRead = stepsRead;
    }

    /// <summary>How many sequences run beside each other.</summary>
    public int BatchSize { get; }

    /// <summary>How many steps were read when it was saved.</summary>
    public long StepsRead { get; }

    /// <summary>The state of each layer.</summary>
    internal Tensor[][] Tensors { get; }

    /// <summary>A copy; the caller disposes it.</summary>
    /// <returns>The copy.</returns>
    public StreamState Copy() => new(ModelStepper.Copies(Tensors), BatchSize, StepsRead);

    /// <summary>Disposes the state.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors.SelectMany(state => state))
        {
            tensor.Dispose();
        }
    }
}
