using EchoLstm.Models;

namespace EchoLstm.Samples.Echo;

/// <summary>What a trained echo model says, and how far it is from the sequence.</summary>
internal static class EchoOutcome
{
    // Half of the last decimal that the tutorial prints.
    private const float OneDecimal = 0.05f;

    /// <summary>The predictions in the sequence's order: each framing has its numbers one after another.</summary>
    internal static float[] Predict(SequentialModel model, Array x)
    {
        using var output = model.Predict(x);
        return output.data<float>().ToArray();
    }

    internal static float LargestError(float[] predicted, float[] sequence) =>
        predicted.Zip(sequence, (prediction, number) => Math.Abs(prediction - number)).Max();

    /// <summary>Whether every prediction rounds to its number at one decimal.</summary>
    internal static bool IsRight(float largestError) => largestError < OneDecimal;
}
