namespace EchoLstm.Inference;

/// <summary>A sample that waits for its prediction, already checked against its model.</summary>
internal sealed class BatchRequest : TaskCompletionSource<float[]>
{
    private readonly Action _leave;
    private CancellationTokenRegistration _cancellation;
    private int _hasLeft;

    /// <param name="model">The model that predicts it.</param>
    /// <param name="input">Its numbers or indices; the request's own.</param>
    /// <param name="steps">How many time steps it has.</param>
    /// <param name="arrived">When it came, in ticks of the predictor's clock.</param>
    /// <param name="leave">Told once when the request no longer waits.</param>
    internal BatchRequest(InferenceModel model, Array input, int steps, long arrived, Action leave)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        (Model, Input, Steps, Arrived, _leave) = (model, input, steps, arrived, leave);
    }

    internal InferenceModel Model { get; }

    internal Array Input { get; }

    internal int Steps { get; }

    internal long Arrived { get; }

    internal long Number { get; set; }

    internal bool IsOver => Task.IsCompleted;

    /// <summary>Ends the request when the token says so; what was begun for it is thrown away.</summary>
    internal void EndWith(CancellationToken token) =>
        _cancellation = token.UnsafeRegister(
            static (request, token) =>
            {
                _ = ((BatchRequest)request!).TrySetCanceled(token);
                ((BatchRequest)request).Leave();
            },
            this);

    /// <summary>The request no longer waits: its batch begins, or nobody waits for it.</summary>
    internal void Leave()
    {
        if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
        {
            _leave();
        }
    }

    internal void Answer(float[] prediction)
    {
        _ = TrySetResult(prediction);
        _ = _cancellation.Unregister();
    }

    internal void Fail(Exception error)
    {
        _ = TrySetException(error);
        _ = _cancellation.Unregister();
    }
}
