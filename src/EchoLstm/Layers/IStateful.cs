namespace EchoLstm.Layers;

/// <summary>A layer that may carry a state from one batch to the next.</summary>
internal interface IStateful
{
    bool Stateful { get; }

    string Title { get; }

    /// <summary>The number of samples that the carried state is for; null where none is carried.</summary>
    long? StateSamples { get; }

    /// <summary>Waits until no other thread's call uses the layer's state, and keeps others out until <see cref="Leave"/>.</summary>
    void Enter();

    /// <summary>Ends what <see cref="Enter"/> began, on the same thread.</summary>
    void Leave();

    /// <summary>Takes the state out of the layer, which begins anew; the caller gives it back with <see cref="PutState"/> or disposes
    /// it.</summary>
    IDisposable? TakeState();

    /// <summary>A copy of the state, for <see cref="PutState"/> or to be disposed; null where none is carried.</summary>
    IDisposable? CopyState();

    /// <summary>Puts a state back that was taken or copied; the present one is disposed.</summary>
    void PutState(IDisposable? state);

    /// <summary>Forgets a state with numbers that are NaN or infinite, from which nothing could go on; whether it had any.</summary>
    bool ForgetUnlessFinite();
}
