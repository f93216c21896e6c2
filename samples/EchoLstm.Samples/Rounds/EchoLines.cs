namespace EchoLstm.Samples.Rounds;

/// <summary>Targets beside predictions, a line a window, as the tutorial prints them.</summary>
internal static class EchoLines
{
    internal static IEnumerable<string> Of(int[,] expected, int[,] predicted) =>
        Enumerable.Range(0, expected.GetLength(0)).Select(window => $"Expected: {Row(expected, window)} Predicted {Row(predicted, window)}");

    private static string Row(int[,] values, int row) => $"[{string.Join(", ", Enumerable.Range(0, values.GetLength(1)).Select(column => values[row, column]))}]";
}
