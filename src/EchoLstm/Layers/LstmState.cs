namespace EchoLstm.Layers;

/// <summary>
/// An LSTM's state as a value: the hidden state h and the cell state c, each of shape (batch, units). Keras's list [h, c].
/// </summary>
/// <remarks>It owns its two tensors: whoever holds the state disposes it.</remarks>
public sealed class LstmState : IDisposable
{
    // More than any memory holds, and no more than decimal does.
    private const double MostNumbers = 1e27;

    /// <summary>Makes a state of two tensors, which it then owns.</summary>
    /// <param name="hidden">The hidden state h, shape (batch, units).</param>
    /// <param name="cell">The cell state c, shape (batch, units).</param>
    /// <exception cref="ShapeMismatchException">The tensors are not two matrices of one shape.</exception>
    public LstmState(Tensor hidden, Tensor cell)
    {
        ArgumentNullException.ThrowIfNull(hidden);
        ArgumentNullException.ThrowIfNull(cell);
        TensorCheck.Alive(hidden, nameof(hidden));
        TensorCheck.Alive(cell, nameof(cell));
        var (h, c) = (Shape.Of(hidden), Shape.Of(cell));
        if (h.Rank != 2 || !h.Equals(c))
        {
            throw new ShapeMismatchException(
                $"An LSTM's state is two tensors of one shape (batch, units), but the hidden state is {h} and the cell state {c}. Leave "
                    + "out Torch's axis of layers and directions, e.g. with squeeze(0).",
                "(batch, units)",
                $"{h} and {c}");
        }
        Hidden = hidden;
        Cell = cell;
    }

    /// <summary>The hidden state h, shape (batch, units).</summary>
    public Tensor Hidden { get; }

    /// <summary>The cell state c, shape (batch, units).</summary>
    public Tensor Cell { get; }

    /// <summary>The number of samples that it is for.</summary>
    public long BatchSize => Hidden.shape[0];

    /// <summary>The number of units.</summary>
    public long Units => Hidden.shape[1];

    /// <summary>The state before the first step: zeros.</summary>
    /// <param name="batchSize">The number of samples, at least 1.</param>
    /// <param name="units">The number of units, at least 1.</param>
    /// <param name="dtype">The element type. <value>Float32</value></param>
    /// <param name="device">The device; null means the CPU.</param>
    /// <returns>A state that the caller disposes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">batchSize or units is below 1.</exception>
    /// <exception cref="InsufficientMemoryException">Memory can't hold it.</exception>
    public static LstmState Zeros(long batchSize, long units, ScalarType dtype = ScalarType.Float32, Device? device = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, 1);
        NativeTorch.Load();
        SizeGuard.CheckNumbers(
            "LstmState.Zeros",
            (double)batchSize * units > MostNumbers ? (decimal)MostNumbers : 2m * batchSize * units,
            "batchSize is the number of samples that are run together, and units the size of the layer.");
        return Owning(zeros(batchSize, units, dtype: dtype, device: device), zeros(batchSize, units, dtype: dtype, device: device));
    }

    /// <summary>A copy that owns its own tensors and has no gradient history.</summary>
    /// <returns>A state that the caller disposes.</returns>
    public LstmState Clone()
    {
        using var h = Hidden.detach();
        using var c = Cell.detach();
        return Owning(h.clone(), c.clone());
    }

    private static LstmState Owning(Tensor hidden, Tensor cell) =>
        new(hidden.DetachFromDisposeScope(), cell.DetachFromDisposeScope());

    /// <summary>Disposes both tensors.</summary>
    public void Dispose()
    {
        Hidden.Dispose();
        Cell.Dispose();
    }
}
