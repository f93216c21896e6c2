using System.Globalization;

namespace EchoLstm.Inference;

/// <summary>What a model can't compute with is refused before it computes.</summary>
internal static class InputCheck
{
    /// <summary>Throws where a number is NaN or infinite, naming the first.</summary>
    internal static void Finite(ReadOnlySpan<float> data, string name)
    {
        for (var i = 0; i < data.Length; i++)
        {
            if (!float.IsFinite(data[i]))
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}[{i}] is {data[i]}: the model can take numbers alone. Remove or replace it, or mask its time step."),
                    name);
            }
        }
    }
}
