namespace EchoLstm.Training;

/// <summary>
/// Ends a fit whose loss becomes NaN or infinite, with the history of the epochs before, where <c>Fit</c> would throw
/// <see cref="TrainingDivergedException"/> (Keras's <c>TerminateOnNaN</c>).
/// </summary>
/// <remarks>
/// The batch that showed it changed no weight, so that the model is as it was before that batch. Unlike Keras, whose history ends with the
/// epoch that diverged, this epoch is not in <see cref="History"/>: <see cref="Diverged"/> says where it was, and
/// <see cref="History.Outcome"/> is <see cref="FitOutcome.Diverged"/>. The other callbacks' <see cref="Callback.OnTrainEnd"/> is called, so
/// that <see cref="EarlyStopping"/> gives the best weights back.
/// </remarks>
/// <example><code>
/// var nan = new TerminateOnNaN();
/// var history = model.Fit(x, y, epochs: 500, callbacks: [nan]);
/// if (history.Outcome == FitOutcome.Diverged)
/// {
///     Console.WriteLine(nan.Diverged!.Message);
/// }
/// </code></example>
public sealed class TerminateOnNaN : Callback
{
    /// <summary>Where and how the last fit diverged: epoch, batch and layer; null where it did not.</summary>
    public TrainingDivergedException? Diverged { get; private set; }

    /// <inheritdoc/>
    public override void OnTrainBegin(FitProgress progress) => Diverged = null;

    internal override bool EndsFit(TrainingDivergedException diverged)
    {
        Diverged = diverged;
        return true;
    }
}
