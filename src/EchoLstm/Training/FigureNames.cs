namespace EchoLstm.Training;

/// <summary>Keras's names of the figures in logs and history.</summary>
internal static class FigureNames
{
    internal const string Loss = "loss";
    internal const string LearningRate = "learning_rate";
    internal const string ValidationPrefix = "val_";

    /// <summary>The figures that an epoch ends with.</summary>
    /// <param name="measured">What the engine measures.</param>
    /// <param name="hasValidation">Whether it measures them on validation data too.</param>
    /// <param name="reportsRate">Whether the learning rate is one.</param>
    internal static string[] OfEpoch(IReadOnlyList<string> measured, bool hasValidation, bool reportsRate)
    {
        var validation = hasValidation ? measured.Select(name => ValidationPrefix + name) : [];
        string[] rate = reportsRate ? [LearningRate] : [];
        return [.. measured, .. validation, .. rate];
    }
}
