namespace EchoLstm.Training;

/// <summary>The loss became NaN or infinite in training, which ended there; the batch that showed it changed no weight.</summary>
public sealed class TrainingDivergedException : ArithmeticException
{
    internal TrainingDivergedException(string message, int epoch, int batch, string? layer)
        : base(message)
    {
        Epoch = epoch;
        Batch = batch;
        Layer = layer;
    }

    /// <summary>The epoch, counted from 0.</summary>
    public int Epoch { get; }

    /// <summary>The batch of the epoch, counted from 0.</summary>
    public int Batch { get; }

    /// <summary>The name of the first layer whose output was not finite; null where the loss itself was not.</summary>
    public string? Layer { get; }
}
