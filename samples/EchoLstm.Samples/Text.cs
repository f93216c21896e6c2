namespace EchoLstm.Samples;

/// <summary>Values as the program prints them. The project has no culture but the invariant one.</summary>
internal static class Text
{
    /// <summary>As the tutorial prints a prediction, but never "-0.0".</summary>
    internal static string OneDecimal(float value) => $"{value:0.0;-0.0;0.0}";

    /// <summary>As Keras prints a loss: four decimals, or <c>1.5464e-04</c> at 1e-3 and below.</summary>
    internal static string Loss(double value) => Math.Abs(value) > 1e-3 ? $"{value:F4}" : $"{value:0.0000e+00}";

    /// <summary>As NumPy prints a vector: <c>[0. 0.2 0.4]</c>.</summary>
    internal static string Vector(IReadOnlyList<float> values)
    {
        var texts = new string[values.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            var text = $"{values[i]:0.##;-0.##;0}";
            texts[i] = text.Contains('.') ? text : text + '.';
        }
        return $"[{string.Join(' ', texts)}]";
    }

    /// <summary>The shape of an array: <c>(5, 1, 1)</c>, or <c>(5,)</c>.</summary>
    internal static string Shape(Array values)
    {
        var axes = new long?[values.Rank];
        for (var axis = 0; axis < axes.Length; axis++)
        {
            axes[axis] = values.GetLength(axis);
        }
        return new Shape(axes).ToString();
    }

    /// <summary>The largest distance between what was predicted and what was expected.</summary>
    internal static float LargestError(float[] predicted, float[] expected)
    {
        var largest = 0f;
        for (var i = 0; i < expected.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(predicted[i] - expected[i]));
        }
        return largest;
    }
}
