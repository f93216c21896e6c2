namespace EchoLstm.Layers;

/// <summary>How a window slides over time steps: Keras's arithmetic of convolution and pooling.</summary>
internal readonly struct StepWindows(int size, int stride, StepPadding padding)
{
    /// <summary>The number of windows, which is the number of output steps; null where that of the input is not known.</summary>
    internal long? Count(long? steps) => padding == StepPadding.Valid
        ? steps < size ? 0 : ((steps - size) / stride) + 1
        : (steps + stride - 1) / stride;

    /// <summary>How many steps are added before and behind.</summary>
    internal (long Before, long After) Around(long steps)
    {
        if (padding == StepPadding.Valid)
        {
            return (0, 0);
        }
        if (padding == StepPadding.Causal)
        {
            return (size - 1, 0);
        }
        var missing = Math.Max(((Count(steps)!.Value - 1) * stride) + size - steps, 0);
        return (missing / 2, missing - (missing / 2));
    }

    internal Shape OutputShape(Shape inputShape, string title, long? features)
    {
        ArgumentNullException.ThrowIfNull(inputShape);
        StepShapes.CheckRank(inputShape, title);
        var count = Count(inputShape[1]);
        if (count == 0)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture, $"{title} slides a window of {size} time steps, so it expects at least "
                    + $"{(padding == StepPadding.Valid ? size : 1)} but received {inputShape}. Give it longer "
                    + $"sequences{(padding == StepPadding.Valid ? ", a smaller window, or StepPadding.Same" : "")}."),
                string.Create(CultureInfo.InvariantCulture, $"(samples, {size} or more, features)"),
                inputShape.ToString());
        }
        return new Shape(inputShape[0], count, features);
    }
}
