namespace EchoLstm.Samples;

/// <summary>How many of the items are right.</summary>
internal readonly record struct EchoScore(int Right, int Items)
{
    internal double Share => (double)Right / Items;

    public static EchoScore operator +(EchoScore left, EchoScore right) => new(left.Right + right.Right, left.Items + right.Items);

    /// <summary>Compares two arrays of (windows, steps); what is expected to be missing does not count.</summary>
    internal static EchoScore Of(int[,] expected, int[,] predicted)
    {
        var score = new EchoScore(0, 0);
        for (var window = 0; window < expected.GetLength(0); window++)
        {
            for (var step = 0; step < expected.GetLength(1); step++)
            {
                if (expected[window, step] >= 0)
                {
                    score += new EchoScore(expected[window, step] == predicted[window, step] ? 1 : 0, 1);
                }
            }
        }
        return score;
    }

    /// <summary>In per cent, cut off rather than rounded: one miss never reads 100.00 %.</summary>
    public override string ToString() => $"{Math.Floor(Share * 10000) / 100:F2} %";
}
