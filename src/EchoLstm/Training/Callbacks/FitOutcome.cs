namespace EchoLstm.Training;

/// <summary>How a fit ended.</summary>
public enum FitOutcome
{
    /// <summary>Every epoch ran.</summary>
    Completed,

    /// <summary>A callback ended it after an epoch (<see cref="FitProgress.Stop"/>), e.g. <see cref="EarlyStopping"/>.</summary>
    Stopped,

    /// <summary>Its <c>CancellationToken</c> ended it after a batch.</summary>
    Canceled,

    /// <summary>The loss was not finite, and <see cref="TerminateOnNaN"/> ended it there.</summary>
    Diverged,
}
