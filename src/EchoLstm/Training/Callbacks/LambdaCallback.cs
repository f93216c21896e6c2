namespace EchoLstm.Training;

/// <summary>A callback made of functions (Keras's <c>LambdaCallback</c>).</summary>
/// <example><code>
/// model.Fit(x, y, shuffle: false, callbacks: [new LambdaCallback(onEpochEnd: _ => model.ResetStates())]);
/// </code></example>
/// <param name="onTrainBegin">What to do before the first epoch; null: nothing.</param>
/// <param name="onEpochBegin">What to do before each epoch; null: nothing.</param>
/// <param name="onBatchEnd">What to do after each batch; null: nothing.</param>
/// <param name="onEpochEnd">What to do after each epoch; null: nothing.</param>
/// <param name="onTrainEnd">What to do after the last epoch; null: nothing.</param>
public sealed class LambdaCallback(
    Action<FitProgress>? onTrainBegin = null,
    Action<FitProgress>? onEpochBegin = null,
    Action<FitProgress>? onBatchEnd = null,
    Action<FitProgress>? onEpochEnd = null,
    Action<FitProgress>? onTrainEnd = null) : Callback
{
    /// <inheritdoc/>
    public override bool WatchesBatches => onBatchEnd is not null;

    /// <inheritdoc/>
    public override void OnTrainBegin(FitProgress progress) => onTrainBegin?.Invoke(progress);

    /// <inheritdoc/>
    public override void OnEpochBegin(FitProgress progress) => onEpochBegin?.Invoke(progress);

    /// <inheritdoc/>
    public override void OnBatchEnd(FitProgress progress) => onBatchEnd?.Invoke(progress);

    /// <inheritdoc/>
    public override void OnEpochEnd(FitProgress progress) => onEpochEnd?.Invoke(progress);

    /// <inheritdoc/>
    public override void OnTrainEnd(FitProgress progress) => onTrainEnd?.Invoke(progress);
}
