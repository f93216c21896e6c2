using System.Globalization;
using EchoLstm.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>The weight of each sample or time step in the loss, from what the user gave.</summary>
internal static class SampleWeights
{
    /// <summary>Weights as given, after a check: one for each sample, or for each time step of each sample.</summary>
    /// <param name="given">Shape (samples) or (samples, time steps).</param>
    /// <param name="output">The shape of the model's output for all samples.</param>
    /// <param name="samples">The number of samples.</param>
    internal static void Check(Tensor given, Shape output, long samples)
    {
        var shape = Shape.Of(given);
        var perSample = shape.Rank == 1 && shape[0] == samples;
        var perStep = shape.Rank == 2 && output.Rank == 3 && shape[0] == samples && (output[1] is null || shape[1] == output[1]);
        if (!perSample && !perStep)
        {
            var expected = output.Rank == 3
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"({samples},) or ({samples}, {output[1]?.ToString(CultureInfo.InvariantCulture) ?? "time steps"})")
                : string.Create(CultureInfo.InvariantCulture, $"({samples},)");
            throw new ShapeMismatchException(
                $"sampleWeight must have one weight for each sample{(output.Rank == 3 ? ", or for each time step of each sample" : "")}: "
                    + $"expected {expected}, received {shape}.",
                expected,
                shape.ToString());
        }
        SampleCheck.Finite(given, "sampleWeight");
    }

    /// <summary>The weight of each target's class, of the targets' shape without classes: (samples) or (samples, time steps). In the
    /// caller's dispose scope.</summary>
    /// <param name="weights">A weight for some classes; the others' is 1.</param>
    /// <param name="y">Class indices, or one-hot targets.</param>
    /// <param name="output">The shape of the model's output.</param>
    /// <param name="areIndices">Whether the targets are class indices.</param>
    internal static Tensor OfClasses(IReadOnlyDictionary<int, double> weights, Tensor y, Shape output, bool areIndices)
    {
        if (output.Rank < 2)
        {
            throw new ShapeMismatchException(
                $"classWeight weights the classes that the last of at least two axes is for, but the model's output is {output}. Leave the "
                    + "output its axis of units.",
                "(samples, ..., units)",
                output.ToString());
        }
        var classes = output.Last!.Value == 1 ? 2 : output.Last.Value;
        var table = new float[classes];
        Array.Fill(table, 1f);
        foreach (var (index, weight) in weights)
        {
            if (index < 0 || index >= classes || !(weight >= 0) || !double.IsFinite(weight))
            {
                throw new ArgumentOutOfRangeException(
                    "classWeight",
                    weight,
                    string.Create(CultureInfo.InvariantCulture,
                        $"classWeight gives class {index} the weight {weight}; expected classes 0 to {classes - 1} and finite weights of "
                            + $"at least 0."));
            }
            table[index] = (float)weight;
        }
        Tensor of;
        if (areIndices)
        {
            of = y.dim() == output.Rank ? y.squeeze(-1) : y;
        }
        else
        {
            // Torch finds no largest of booleans.
            of = y.shape[^1] == 1 ? y.squeeze(-1) : (y.dtype == ScalarType.Bool ? y.to(ScalarType.Byte) : y).argmax(-1);
        }
        // As in Keras, smoothed labels count as the class that they are nearest to.
        of = of.is_floating_point() ? of.round() : of;
        if (of.Outside(classes).any().item<bool>())
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"classWeight weights classes, but the targets are no classes 0 to {classes - 1}. Weight the samples of a regression with "
                    + $"sampleWeight."),
                    "classWeight");
        }
        var flat = of.to(ScalarType.Int64).flatten();
        return tensor(table).index_select(0, flat).reshape(of.shape);
    }
}
