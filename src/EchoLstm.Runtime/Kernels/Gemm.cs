using System.Runtime.CompilerServices;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>
/// The matrix product of the kernels: C[m, n] = A[m, k] · B[k, n], added to C or not. A is read number by number with any strides, so that
/// a transposed A costs nothing more. Each number of C is summed over k in order, whatever the tile, so that results depend on neither
/// threads nor width.
/// </summary>
/// <remarks>
/// Weights lie in panels of as many columns as three vectors have, row after row, then the next columns; the last panel has one to three
/// vectors. A panel's rows follow one another in the cache, and no loop has a remainder, as n is whole vectors. Eight columns in vectors of
/// two, places in memory:
/// <code>
///          panel 0 (3 vectors)     panel 1 (1 vector)
/// row 0     0  1 | 2  3 | 4  5       18 19
/// row 1     6  7 | 8  9 |10 11       20 21
/// row 2    12 13 |14 15 |16 17       22 23
/// </code>
/// A tile is four rows of A by a panel: twelve vectors of sums stay in registers while k runs down the panel's rows.
/// </remarks>
internal static unsafe class Gemm<V>
    where V : struct, ILanes<V>
{
    // Numbers of k that are summed per panel: 128 rows of three vectors of 16 take 24 KB, half of a first-level cache.
    private const int Depth = 128;

    // From so many rows of A on, copying a part of B to panels costs less than it saves.
    private const int PackedRows = 16;

    /// <summary>The columns of a panel.</summary>
    internal static int PanelWidth => 3 * V.Count;

    /// <summary>Rounds a length up to whole vectors.</summary>
    internal static int Padded(int length) => (length + V.Count - 1) / V.Count * V.Count;

    /// <summary>Where number (row, column) of a matrix lies in its panels.</summary>
    internal static long Index(int row, int column, int rows, int columns)
    {
        var first = column / PanelWidth * PanelWidth;
        return ((long)first * rows) + ((long)row * Math.Min(PanelWidth, columns - first)) + column - first;
    }

    /// <summary>C = A · B, or C += A · B, with B in panels.</summary>
    /// <param name="a">A's first number.</param>
    /// <param name="aRow">The distance between A's rows.</param>
    /// <param name="aColumn">The distance between A's columns.</param>
    /// <param name="b">B's panels.</param>
    /// <param name="c">C's first number.</param>
    /// <param name="ldc">The distance between C's rows.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and C, whole vectors.</param>
    /// <param name="add">Whether the product is added to C rather than put there.</param>
    internal static void Multiply(float* a, nint aRow, nint aColumn, float* b, float* c, nint ldc, int m, int k, int n, bool add) =>
        Multiply(a, aRow, aColumn, b, add ? c : null, ldc, c, ldc, m, k, n);

    /// <summary>The same, added to one row: C = start + A · B.</summary>
    /// <param name="a">A's first number.</param>
    /// <param name="aRow">The distance between A's rows.</param>
    /// <param name="b">B's panels.</param>
    /// <param name="start">What each row of C begins with, a bias.</param>
    /// <param name="c">C's first number.</param>
    /// <param name="ldc">The distance between C's rows.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and C, whole vectors.</param>
    internal static void MultiplyFrom(float* a, nint aRow, float* b, float* start, float* c, nint ldc, int m, int k, int n) =>
        Multiply(a, aRow, 1, b, start, 0, c, ldc, m, k, n);

    /// <summary>
    /// One row: c = start + a · B with B in panels. Three panels at once, as the few sums of one would wait for each other.
    /// </summary>
    /// <param name="a">a's first number.</param>
    /// <param name="aColumn">The distance between a's numbers.</param>
    /// <param name="b">B's panels.</param>
    /// <param name="start">What the product is added to; null for zeros.</param>
    /// <param name="c">Receives the row.</param>
    /// <param name="k">Numbers of a, rows of B.</param>
    /// <param name="n">Columns of B, whole vectors.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyRow(float* a, nint aColumn, float* b, float* start, float* c, int k, int n)
    {
        for (var j = 0; j < n; j += 3 * PanelWidth)
        {
            var panels = b + ((long)j * k);
            var from = start is null ? null : start + j;
            switch ((n - j) / V.Count)
            {
                case 1:
                    Row<One>(a, aColumn, panels, from, c + j, k);
                    break;
                case 2:
                    Row<Two>(a, aColumn, panels, from, c + j, k);
                    break;
                case 3:
                    Row<Three>(a, aColumn, panels, from, c + j, k);
                    break;
                case 4:
                    Row<Four>(a, aColumn, panels, from, c + j, k);
                    break;
                case 5:
                    Row<Five>(a, aColumn, panels, from, c + j, k);
                    break;
                case 6:
                    Row<Six>(a, aColumn, panels, from, c + j, k);
                    break;
                case 7:
                    Row<Seven>(a, aColumn, panels, from, c + j, k);
                    break;
                case 8:
                    Row<Eight>(a, aColumn, panels, from, c + j, k);
                    break;
                default:
                    Row<Nine>(a, aColumn, panels, from, c + j, k);
                    break;
            }
        }
    }

    /// <summary>
    /// Some rows of C = A · B with B in plain rows and C in panels: gradients of weights, A being the layer's input transposed.
    /// </summary>
    /// <param name="a">A's first number of C's first row that is computed.</param>
    /// <param name="aRow">The distance between A's rows.</param>
    /// <param name="aColumn">The distance between A's columns.</param>
    /// <param name="b">B's first number.</param>
    /// <param name="ldb">The distance between B's rows.</param>
    /// <param name="c">C's panels.</param>
    /// <param name="rows">C's rows in all.</param>
    /// <param name="first">The first row that is computed.</param>
    /// <param name="m">How many are.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and C, whole vectors.</param>
    /// <param name="add">Whether the product is added to C rather than put there.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyToPanels(
        float* a, nint aRow, nint aColumn, float* b, nint ldb, float* c, int rows, int first, int m, int k, int n, bool add = false)
    {
        var panel = stackalloc float[m < PackedRows ? 1 : Depth * PanelWidth];
        for (var l = 0; l < k; l += Depth)
        {
            var depth = Math.Min(Depth, k - l);
            for (var j = 0; j < n; j += PanelWidth)
            {
                var columns = Math.Min(PanelWidth, n - j);
                var (from, distance) = ((nint)(b + (l * ldb) + j), ldb);
                if (m >= PackedRows)
                {
                    Pack((float*)from, ldb, panel, depth, columns);
                    (from, distance) = ((nint)panel, columns);
                }
                var to = c + ((long)j * rows) + ((long)first * columns);
                var start = add || l > 0 ? to : null;
                Panel(a + (l * aColumn), aRow, aColumn, (float*)from, distance, start, columns, to, columns, m, depth, columns);
            }
        }
    }

    /// <summary>The sums over plain rows of whole vectors: the product with a row of ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SumRows(float* b, long rows, int n, float* sums, bool add = false)
    {
        var one = 1f;
        MultiplyToPanels(&one, 0, 0, b, n, sums, 1, 0, 1, checked((int)rows), n, add);
    }

    /// <summary>Adds a row of a matrix in panels to a plain row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddRow(float* b, int rows, int columns, int row, float* to)
    {
        for (var j = 0; j < columns; j += PanelWidth)
        {
            var width = Math.Min(PanelWidth, columns - j);
            var from = b + ((long)j * rows) + ((long)row * width);
            for (var k = 0; k < width; k += V.Count)
            {
                (V.Load(to + j + k) + V.Load(from + k)).Store(to + j + k);
            }
        }
    }

    /// <summary>Adds a plain row to a row of a matrix in panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddToRow(float* c, int rows, int columns, int row, float* from)
    {
        for (var j = 0; j < columns; j += PanelWidth)
        {
            var width = Math.Min(PanelWidth, columns - j);
            var to = c + ((long)j * rows) + ((long)row * width);
            for (var k = 0; k < width; k += V.Count)
            {
                (V.Load(to + k) + V.Load(from + j + k)).Store(to + k);
            }
        }
    }

    /// <summary>Copies numbers that lie a distance apart into a column of a matrix in panels, or back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ExchangeColumn(float* outside, long step, float* panels, int rows, int columns, int column, bool unpacks)
    {
        var inside = panels + Index(0, column, rows, columns);
        var distance = Math.Min(PanelWidth, columns - (column / PanelWidth * PanelWidth));
        for (var i = 0L; i < rows; i++)
        {
            if (unpacks)
            {
                outside[i * step] = inside[i * distance];
            }
            else
            {
                inside[i * distance] = outside[i * step];
            }
        }
    }

    /// <summary>A matrix in panels, transposed, in panels: (rows, columns) to (columns that are used, rows padded).</summary>
    /// <param name="from">The matrix.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns, padding included.</param>
    /// <param name="first">The first column that becomes a row.</param>
    /// <param name="count">How many do.</param>
    /// <param name="to">Receives the transposed matrix; its padding stays as it is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Transpose(float* from, int rows, int columns, int first, int count, float* to)
    {
        var width = Padded(rows);
        for (var i = 0; i < rows; i++)
        {
            var target = to + Index(0, i, count, width);
            var distance = Math.Min(PanelWidth, width - (i / PanelWidth * PanelWidth));
            for (var j = first; j < first + count;)
            {
                // The row's numbers of one panel lie side by side.
                var panel = j / PanelWidth * PanelWidth;
                var end = Math.Min(first + count, panel + PanelWidth);
                var source = from + ((long)panel * rows) + ((long)i * Math.Min(PanelWidth, columns - panel)) - panel;
                for (; j < end; j++)
                {
                    *target = source[j];
                    target += distance;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(float* b, nint ldb, float* panel, int depth, int columns)
    {
        for (var l = 0; l < depth; l++)
        {
            for (var j = 0; j < columns; j += V.Count)
            {
                V.Load(b + (l * ldb) + j).Store(panel + (l * columns) + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        float* a, nint aRow, nint aColumn, float* b, float* start, nint startRow, float* c, nint ldc, int m, int k, int n)
    {
        if (m == 1)
        {
            MultiplyRow(a, aColumn, b, start, c, k, n);
            return;
        }
        for (var l = 0; l < k; l += Depth)
        {
            var depth = Math.Min(Depth, k - l);
            for (var j = 0; j < n; j += PanelWidth)
            {
                var columns = Math.Min(PanelWidth, n - j);
                var from = b + ((long)j * k) + ((long)l * columns);
                var (before, beforeRow) = l > 0 ? ((nint)(c + j), ldc) : (start is null ? 0 : (nint)(start + j), startRow);
                Panel(a + (l * aColumn), aRow, aColumn, from, columns, (float*)before, beforeRow, c + j, ldc, m, depth, columns);
            }
        }
    }

    private static void Panel(
        float* a, nint aRow, nint aColumn, float* b, nint ldb, float* start, nint startRow, float* c, nint ldc, int m, int k, int columns)
    {
        if (columns == 3 * V.Count)
        {
            Panel<Three>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, m, k);
        }
        else if (columns == 2 * V.Count)
        {
            Panel<Two>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, m, k);
        }
        else
        {
            Panel<One>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, m, k);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<TVectors>(
        float* a, nint aRow, nint aColumn, float* b, nint ldb, float* start, nint startRow, float* c, nint ldc, int m, int k)
        where TVectors : struct, ICount
    {
        for (; m >= 4; m -= 4)
        {
            Tile<Four, TVectors>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, k);
            a += 4 * aRow;
            c += 4 * ldc;
            start = start is null ? null : start + (4 * startRow);
        }
        switch (m)
        {
            case 3:
                Tile<Three, TVectors>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, k);
                break;
            case 2:
                Tile<Two, TVectors>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, k);
                break;
            case 1:
                Tile<One, TVectors>(a, aRow, aColumn, b, ldb, start, startRow, c, ldc, k);
                break;
        }
    }

    // Up to four rows by up to three vectors. The counts are the compiler's, so that of what is not there nothing is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<TRows, TVectors>(
        float* a, nint aRow, nint aColumn, float* b, nint ldb, float* start, nint startRow, float* c, nint ldc, int k)
        where TRows : struct, ICount
        where TVectors : struct, ICount
    {
        var (m, n) = (TRows.Value, TVectors.Value);
        var (c00, c01, c02) = (Start(start, 0, n), Start(start, 1, n), Start(start, 2, n));
        var start1 = start is null || m < 2 ? null : start + startRow;
        var (c10, c11, c12) = (Start(start1, 0, n), Start(start1, 1, n), Start(start1, 2, n));
        var start2 = start is null || m < 3 ? null : start + (2 * startRow);
        var (c20, c21, c22) = (Start(start2, 0, n), Start(start2, 1, n), Start(start2, 2, n));
        var start3 = start is null || m < 4 ? null : start + (3 * startRow);
        var (c30, c31, c32) = (Start(start3, 0, n), Start(start3, 1, n), Start(start3, 2, n));
        for (var l = 0; l < k; l++)
        {
            var b0 = V.Load(b);
            var b1 = n > 1 ? V.Load(b + V.Count) : V.Zero;
            var b2 = n > 2 ? V.Load(b + (2 * V.Count)) : V.Zero;
            Sum(V.All(a[0]), b0, b1, b2, ref c00, ref c01, ref c02, n);
            if (m > 1)
            {
                Sum(V.All(a[aRow]), b0, b1, b2, ref c10, ref c11, ref c12, n);
            }
            if (m > 2)
            {
                Sum(V.All(a[2 * aRow]), b0, b1, b2, ref c20, ref c21, ref c22, n);
            }
            if (m > 3)
            {
                Sum(V.All(a[3 * aRow]), b0, b1, b2, ref c30, ref c31, ref c32, n);
            }
            a += aColumn;
            b += ldb;
        }
        Store(c00, c01, c02, c, n);
        if (m > 1)
        {
            Store(c10, c11, c12, c + ldc, n);
        }
        if (m > 2)
        {
            Store(c20, c21, c22, c + (2 * ldc), n);
        }
        if (m > 3)
        {
            Store(c30, c31, c32, c + (3 * ldc), n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Sum(V a, V b0, V b1, V b2, ref V c0, ref V c1, ref V c2, int vectors)
    {
        c0 = V.MultiplyAdd(a, b0, c0);
        if (vectors > 1)
        {
            c1 = V.MultiplyAdd(a, b1, c1);
        }
        if (vectors > 2)
        {
            c2 = V.MultiplyAdd(a, b2, c2);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V c0, V c1, V c2, float* to, int vectors)
    {
        c0.Store(to);
        Store(c1, to, 1, vectors);
        Store(c2, to, 2, vectors);
    }

    // Up to nine vectors in up to three panels, of which the last may be narrow. The count is the compiler's, so that no branch is left.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TVectors>(float* a, nint aColumn, float* b, float* start, float* c, int k)
        where TVectors : struct, ICount
    {
        var n = TVectors.Value;
        var (c0, c1, c2) = (Start(start, 0, n), Start(start, 1, n), Start(start, 2, n));
        var (c3, c4, c5) = (Start(start, 3, n), Start(start, 4, n), Start(start, 5, n));
        var (c6, c7, c8) = (Start(start, 6, n), Start(start, 7, n), Start(start, 8, n));
        var (width, width1, width2) = (Math.Min(3, n) * V.Count, Math.Min(3, n - 3) * V.Count, (n - 6) * V.Count);
        var b1 = b + ((long)PanelWidth * k);
        var b2 = b1 + ((long)PanelWidth * k);
        for (var l = 0; l < k; l++)
        {
            var a0 = V.All(*a);
            c0 = Sum(a0, b, c0, 0, n);
            c1 = Sum(a0, b + V.Count, c1, 1, n);
            c2 = Sum(a0, b + (2 * V.Count), c2, 2, n);
            c3 = Sum(a0, b1, c3, 3, n);
            c4 = Sum(a0, b1 + V.Count, c4, 4, n);
            c5 = Sum(a0, b1 + (2 * V.Count), c5, 5, n);
            c6 = Sum(a0, b2, c6, 6, n);
            c7 = Sum(a0, b2 + V.Count, c7, 7, n);
            c8 = Sum(a0, b2 + (2 * V.Count), c8, 8, n);
            a += aColumn;
            b += width;
            b1 += width1;
            b2 += width2;
        }
        Store(c0, c, 0, n);
        Store(c1, c, 1, n);
        Store(c2, c, 2, n);
        Store(c3, c, 3, n);
        Store(c4, c, 4, n);
        Store(c5, c, 5, n);
        Store(c6, c, 6, n);
        Store(c7, c, 7, n);
        Store(c8, c, 8, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Start(float* start, int vector, int vectors) =>
        start is null || vector >= vectors ? V.Zero : V.Load(start + (vector * V.Count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Sum(V a, float* b, V sum, int vector, int vectors) => vector < vectors ? V.MultiplyAdd(a, V.Load(b), sum) : sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(V sum, float* to, int vector, int vectors)
    {
        if (vector < vectors)
        {
            sum.Store(to + (vector * V.Count));
        }
    }
}
