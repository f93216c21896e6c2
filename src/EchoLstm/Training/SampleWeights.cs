using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>The weight of each sample or time step in the loss, from what the user gave.</summary>
internal static class SampleWeights
{
    /// <summary>Weights as given, after a check, without a last axis of one number.</summary>
    /// <param name="given">One weight for each sample, for each step (and inner step) of each, or for each number of the output.</param>
    /// <param name="output">The shape of the model's output for all samples.</param>
    /// <param name="samples">The number of samples.</param>
    /// <param name="head">The loss and the metrics.</param>
    /// <param name="name">What the caller calls them.</param>
    internal static Tensor Checked(Tensor given, Shape output, long samples, Head head, string name)
    {
        var (shape, whole) = (Shape.Of(given), output.With(0, samples));
        var steps = new Shape([.. whole.Take(whole.Rank - 1)]); // the shape of the loss before its mean
        var isEach = shape.Rank == whole.Rank && shape.Last != 1;
        // A last axis of one number is spread over what is behind it, as Keras does.
        var isSpread = shape.Rank > 1 && shape.Last == 1 && (shape.Rank == whole.Rank || !Prefix(steps, shape.Rank).Accepts(shape));
        var fitted = isSpread ? given.squeeze(-1) : given;
        var fits = isEach ? whole.Accepts(shape) : fitted.dim() > 0 && Prefix(steps, (int)fitted.dim()).Accepts(Shape.Of(fitted));
        if (!fits)
        {
            var expected = string.Join(", ", Enumerable.Range(1, steps.Rank).Select(axes => Prefix(steps, axes)).Append(whole));
            throw new ShapeMismatchException(
                $"{name} must have one weight for each sample{(steps.Rank > 1 ? ", for each time step of each sample" : "")}, or for each "
                    + $"number of the output {output}: expected one of {expected}, received {shape}.",
                expected,
                shape.ToString());
        }
        if (isEach && (!head.Loss.IsElementwise || head.HasWeightedMetrics))
        {
            var what = head.HasWeightedMetrics ? "a weighted metric" : $"the loss {head.Loss.Name}";
            throw new ArgumentException(
                $"{name} of shape {shape} weights each number, but {what} is one number for all of the last axis. Give a weight for each "
                    + $"of {steps}.",
                name);
        }
        SampleCheck.Finite(given, name);
        return fitted;
    }

    /// <summary>The product of weights of fewer and of more axes, which begin with the same; the caller's.</summary>
    internal static Tensor Product(Tensor one, Tensor? other)
    {
        if (other is null)
        {
            return one.alias();
        }
        using var scope = NewDisposeScope();
        var axes = (int)Math.Max(one.dim(), other.dim());
        return (Widened(one) * Widened(other)).contiguous().MoveToOuterDisposeScope();

        Tensor Widened(Tensor weights) => weights.reshape([.. weights.shape, .. Enumerable.Repeat(1L, axes - (int)weights.dim())]);
    }

    private static Shape Prefix(Shape shape, int axes) => new([.. shape.Take(axes)]);

    /// <summary>The weight of each target's class, of the targets' shape without classes: (samples) or (samples, time steps). In the
    /// caller's dispose scope.</summary>
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
        var wrong = of.Outside(classes);
        if (wrong.any().item<bool>())
        {
            var (place, value) = SampleCheck.FirstOrNone(y, wrong.reshape(y.shape), "y")!.Value;
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"classWeight weights classes, but {place} is {FitAdvice.Text(value)}, which is none of 0 to {classes - 1}. Weight the "
                        + $"samples of a regression with sampleWeight."),
                "classWeight");
        }
        var flat = of.to(ScalarType.Int64).flatten();
        return tensor(table).index_select(0, flat).reshape(of.shape);
    }
}
