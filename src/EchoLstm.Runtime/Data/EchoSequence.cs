using System.Text;

namespace EchoLstm.Data;

/// <summary>
/// The sequence that the tutorial's models learn to echo, and its framing for each of them: what goes in comes out again.
/// </summary>
public static class EchoSequence
{
    /// <summary>The numbers i / length for i = 0 to length - 1: <c>[0, 0.2, 0.4, 0.6, 0.8]</c> for length 5.</summary>
    /// <param name="length">How many numbers, at least 1.</param>
    /// <returns>The sequence.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
    public static float[] Linear(int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        SizeGuard.CheckArray("A sequence", length, "Make a shorter one.");
        return [.. Enumerable.Range(0, length).Select(i => i / (float)length)];
    }

    /// <summary>One value in, one value out: each number is a sample of one time step.</summary>
    /// <param name="sequence">The numbers, n of them, at least one.</param>
    /// <returns>x of shape (n, 1, 1) and y of shape (n, 1).</returns>
    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public static (float[,,] X, float[,] Y) FrameOneToOne(IReadOnlyList<float> sequence)
    {
        var length = LengthOf(sequence);
        var x = new float[length, 1, 1];
        var y = new float[length, 1];
        for (var i = 0; i < length; i++)
        {
            x[i, 0, 0] = y[i, 0] = sequence[i];
        }
        return (x, y);
    }

    /// <summary>A sequence in, one vector out: the numbers are the time steps of one sample, and its target's features.</summary>
    /// <param name="sequence">The numbers, n of them, at least one.</param>
    /// <returns>x of shape (1, n, 1) and y of shape (1, n).</returns>
    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public static (float[,,] X, float[,] Y) FrameManyToOne(IReadOnlyList<float> sequence)
    {
        var length = LengthOf(sequence);
        var y = new float[1, length];
        for (var i = 0; i < length; i++)
        {
            y[0, i] = sequence[i];
        }
        return (Steps(sequence), y);
    }

    /// <summary>A sequence in, a sequence out: the numbers are the time steps of one sample and of its target.</summary>
    /// <param name="sequence">The numbers, n of them, at least one.</param>
    /// <returns>x and y, both of shape (1, n, 1).</returns>
    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public static (float[,,] X, float[,,] Y) FrameManyToMany(IReadOnlyList<float> sequence)
    {
        _ = LengthOf(sequence);
        return (Steps(sequence), Steps(sequence));
    }

    /// <summary>One vector in, a sequence out: the first number is the sample, the whole sequence its target.</summary>
    /// <param name="sequence">The numbers, n of them, at least one.</param>
    /// <returns>x of shape (1, 1) and y of shape (1, n, 1).</returns>
    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public static (float[,] X, float[,,] Y) FrameOneToMany(IReadOnlyList<float> sequence)
    {
        _ = LengthOf(sequence);
        return (new float[,] { { sequence[0] } }, Steps(sequence));
    }

    /// <summary>The pairs that an echo learns, as the tutorial's table: a column X and a column y, one row a number.</summary>
    /// <param name="sequence">The numbers, at least one.</param>
    /// <returns>The text; its lines end as the platform's do.</returns>
    /// <exception cref="ArgumentException">The sequence is empty.</exception>
    public static string PairsTable(IReadOnlyList<float> sequence)
    {
        _ = LengthOf(sequence);
        var decimals = sequence.Select(Text).Max(text => text.Length) - 2;
        var format = "F" + Math.Max(1, decimals).ToString(CultureInfo.InvariantCulture);
        var rows = sequence.Select(value => value.ToString(format, CultureInfo.InvariantCulture)).ToList();
        var width = rows.Max(row => row.Length);
        var table = new StringBuilder().Append("X".PadRight(width)).AppendLine(", y");
        foreach (var row in rows)
        {
            table.Append(row.PadRight(width)).Append(", ").AppendLine(row);
        }
        return table.ToString();
    }

    private static string Text(float value) => Math.Round(value, 2).ToString("0.0#", CultureInfo.InvariantCulture);

    private static float[,,] Steps(IReadOnlyList<float> sequence)
    {
        var x = new float[1, sequence.Count, 1];
        for (var i = 0; i < sequence.Count; i++)
        {
            x[0, i, 0] = sequence[i];
        }
        return x;
    }

    private static int LengthOf(IReadOnlyList<float> sequence)
    {
        ArgumentNullException.ThrowIfNull(sequence);
        return sequence.Count > 0 ?
            sequence.Count :
            throw new ArgumentException("The sequence is empty: expected at least one number.", nameof(sequence));
    }
}
