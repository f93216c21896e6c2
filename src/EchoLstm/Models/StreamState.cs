namespace EchoLstm.Models;

/// <summary>The state of a <see cref="ModelStepper"/> at one place of its sequences, as a value.</summary>
public sealed class StreamState : IDisposable
{
    private readonly AccessGuard _guard = new("state");
    private bool _isDisposed;

    internal StreamState(Tensor[][] tensors, string[] kinds, int batchSize, long stepsRead)
    {
        Tensors = tensors;
        Kinds = kinds;
        BatchSize = batchSize;
        StepsRead = stepsRead;
    }

    /// <summary>How many sequences run beside each other.</summary>
    public int BatchSize { get; }

    /// <summary>How many steps were read when it was saved.</summary>
    public long StepsRead { get; }

    internal Tensor[][] Tensors { get; }

    internal string[] Kinds { get; }

    /// <summary>A copy; the caller disposes it.</summary>
    /// <returns>The copy.</returns>
    /// <exception cref="ObjectDisposedException">The state is disposed.</exception>
    public StreamState Copy()
    {
        using var use = Read(nameof(Copy));
        return new(ModelStepper.Copies(Tensors), Kinds, BatchSize, StepsRead);
    }

    /// <summary>Disposes the state, when the last call that copies it has ended.</summary>
    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _isDisposed, true))
        {
            _guard.WhenIdle(() =>
            {
                foreach (var tensor in Tensors.SelectMany(state => state))
                {
                    tensor.Dispose();
                }
            });
        }
    }

    /// <summary>Keeps the tensors until the result is disposed.</summary>
    internal AccessGuard.Use Read(string what)
    {
        var use = _guard.Read(what);
        if (Volatile.Read(ref _isDisposed))
        {
            use.Dispose();
            throw new ObjectDisposedException(nameof(StreamState));
        }
        return use;
    }
}
