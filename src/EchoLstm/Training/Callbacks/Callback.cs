namespace EchoLstm.Training;

/// <summary>
/// Something to do in the course of a fit (Keras's <c>Callback</c>): derive from it and override what you need. An exception that a
/// callback throws ends the fit and reaches its caller; the weights stay as they are at that moment.
/// </summary>
/// <remarks>
/// Epochs and batches are counted as Keras counts them: from 0 in code and in files for programs (<see cref="FitProgress.Epoch"/>,
/// <see cref="History.Epochs"/>, <c>initialEpoch</c>, <see cref="CsvLogger"/>), from 1 in what people read (what a fit prints, messages,
/// names of files, pictures).
/// </remarks>
public abstract class Callback
{
    private bool? _watchesBatches;

    /// <summary>
    /// Whether <see cref="OnBatchEnd"/> is called. Where no callback wants it, the fit keeps the weights to itself within an epoch, which
    /// is faster on the fused engine.
    /// </summary>
    /// <value>Whether the callback overrides <see cref="OnBatchEnd"/>.</value>
    public virtual bool WatchesBatches =>
        _watchesBatches ??= ((Action<FitProgress>)OnBatchEnd).Method.DeclaringType != typeof(Callback);

    /// <summary>
    /// Whether the callback says beforehand that it changes the learning rate, so that all epochs have the rate that they ended with among
    /// their metrics, under Keras's name <c>learning_rate</c>, and <see cref="CsvLogger"/> a column for it. Without that the metrics have
    /// it from the epoch on that has another rate than the fit began with, and the history for all epochs.
    /// </summary>
    /// <value>false</value>
    public virtual bool SchedulesLearningRate => false;

    /// <summary>Whether the callback may look at the model, or change it, after a batch.</summary>
    internal virtual bool UsesModel => true;

    /// <summary>Whether the fit ends, instead of throwing, where the loss is not finite.</summary>
    internal virtual bool EndsFit(TrainingDivergedException diverged) => false;

    /// <summary>Called before the first epoch.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnTrainBegin(FitProgress progress)
    {
    }

    /// <summary>Called before each epoch.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnEpochBegin(FitProgress progress)
    {
    }

    /// <summary>
    /// Called after each batch, where <see cref="WatchesBatches"/> is true; <see cref="FitProgress.Figures"/> has the means over the epoch
    /// so far.
    /// </summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnBatchEnd(FitProgress progress)
    {
    }

    /// <summary>
    /// Called after each epoch that ran to its end; <see cref="FitProgress.Figures"/> has all of the epoch's, validation included.
    /// </summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnEpochEnd(FitProgress progress)
    {
    }

    /// <summary>Called at the end of the fit, a cancelled one's too, unless an exception ended it.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnTrainEnd(FitProgress progress)
    {
    }
}
