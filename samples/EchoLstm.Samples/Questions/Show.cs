using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Samples.Questions;

/// <summary>Values as the programs print them: rounded, and never "-0.0".</summary>
internal static class Show
{
    internal static string Numbers(Tensor values, int decimals = 1)
    {
        using var scope = NewDisposeScope();
        return Numbers(values.detach().to(ScalarType.Float64).contiguous().data<double>().AsEnumerable(), decimals);
    }

    internal static string Numbers(IEnumerable<double> values, int decimals = 1) => string.Join(' ', values.Select(value => Number(value, decimals)));

    internal static string Number(double value, int decimals = 1) =>
        (Math.Round(value, decimals) + 0.0).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    internal static string Shape(Array values) => new Shape([.. Enumerable.Range(0, values.Rank).Select(axis => (long?)values.GetLength(axis))]).ToString();
}
