namespace EchoLstm.Tests.Golden;

/// <summary>
/// What the golden files' own account suggests for another float32 implementation: the largest difference that was seen between
/// the program that made them and a float64 check, with some room, and still tight enough to notice a wrong formula.
/// </summary>
internal static class GoldenTolerances
{
    /// <summary>Seen: 3e-7.</summary>
    internal static readonly Tolerance Outputs = new(1e-5);

    /// <summary>Gradients, objectives, the first batch. Seen: 1e-6.</summary>
    internal static readonly Tolerance Gradients = new(1e-5, 1e-4);

    /// <summary>Weights after the first two epochs, where a wrong epsilon already shows. Seen: 2e-7.</summary>
    internal static readonly Tolerance EarlyWeights = new(3e-6);

    /// <summary>Weights after epoch 10. Seen: 4e-7.</summary>
    internal static readonly Tolerance Weights = new(1e-5);

    /// <summary>Absolute, since losses near zero say nothing in relative terms. Seen: 2e-6.</summary>
    internal static readonly Tolerance Losses = new(1e-5);

    /// <summary>A linear output in a crossentropy divides by sums near zero. Seen: 2e-5.</summary>
    internal static readonly Tolerance LossesOfLinearOutput = new(1e-4);

    /// <summary>Seen: 3e-6 after up to a thousand updates.</summary>
    internal static readonly Tolerance FinalWeights = new(1e-4);

    /// <summary>Seen: 3e-6.</summary>
    internal static readonly Tolerance FinalPredictions = new(1e-4);

    /// <summary>A count of hits over a count of steps: the files print 8 digits of it.</summary>
    internal static readonly Tolerance Accuracy = new(1e-6);

    /// <summary>Keras's own tests print 8 digits; its LSTM tests allow 1e-5.</summary>
    internal static readonly Tolerance Keras = new(1e-5);
}
