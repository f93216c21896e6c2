namespace EchoLstm.Training;

/// <summary>
/// Something to do at the turns of a fit (Keras's <c>Callback</c>): derive from it and override what you need. An exception that a callback
/// throws ends the fit and reaches its caller; the weights stay as they are at that moment.
/// </summary>
public abstract class Callback
{
    /// <summary>
    /// Whether <see cref="OnBatchEnd"/> is called. Override it with false in a callback that does nothing there: the fit then keeps the weights to itself within an epoch, which is
    /// faster on the fused engine.
    /// </summary>
    /// <value>true</value>
    public virtual bool WatchesBatches => true;

    /// <summary>
    /// Whether the callback changes the learning rate (<see cref="FitProgress.LearningRate"/>). Where one of a fit's callbacks does, each epoch's figures have the rate that it ended with
    /// under Keras's name <c>learning_rate</c>.
    /// </summary>
    /// <value>false</value>
    public virtual bool SchedulesLearningRate => false;

    /// <summary>Whether the callback may look at the model, or change it, after a batch.</summary>
    internal virtual bool UsesModel => true;

    /// <summary>Whether the fit ends, instead of throwing, where the loss is not finite.</summary>
    /// <param name="diverged">What would be thrown.</param>
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

    /// <summary>Called after each batch, where <see cref="WatchesBatches"/> is true; <see cref="FitProgress.Figures"/> has the means over the epoch so far.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnBatchEnd(FitProgress progress)
    {
    }

    /// <summary>Called after each epoch that ran to its end; <see cref="FitProgress.Figures"/> has all of the epoch's, validation included.</summary>
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
