namespace EchoLstm.Training;

/// <summary>
/// Something to do at the turns of a fit (Keras's <c>Callback</c>): derive from it and override what you need. An exception that a callback
/// throws ends the fit and reaches its caller; the weights stay as they are at that moment.
/// </summary>
public abstract class Callback
{
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

    /// <summary>Called after each batch; <see cref="FitProgress.Figures"/> has the means over the epoch so far.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnBatchEnd(FitProgress progress)
    {
    }

    /// <summary>Called after each epoch; <see cref="FitProgress.Figures"/> has all of the epoch's, validation included.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnEpochEnd(FitProgress progress)
    {
    }

    /// <summary>Called after the last epoch, unless an exception ended the fit.</summary>
    /// <param name="progress">Where the fit is.</param>
    public virtual void OnTrainEnd(FitProgress progress)
    {
    }
}
