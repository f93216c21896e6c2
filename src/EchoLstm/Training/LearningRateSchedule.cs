namespace EchoLstm.Training;

/// <summary>
/// The learning rate as a function of how many steps an optimiser has taken (Keras's <c>schedules.LearningRateSchedule</c>): give it to an
/// optimiser as <see cref="Optimizer.LearningRateSchedule"/>. Derive from it for one of your own, which a model's file can't hold.
/// </summary>
/// <remarks>
/// A step is a batch that was trained on. The steps are the model's: they go on from fit to fit and in files, and begin anew with
/// <c>Compile</c>. The history has the rate that each epoch ended with as <c>learning_rate</c>.
/// </remarks>
public abstract class LearningRateSchedule
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">How many steps were taken before it: 0 for the first.</param>
    /// <returns>The rate, a finite number of at least 0.</returns>
    public abstract double At(long step);

    private protected static double Rate(double value, string name) =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number of at least 0.");

    private protected static long Steps(long value, string name) =>
        value > 0 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} is a number of steps: at least 1.");
}
