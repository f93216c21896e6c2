using System.Numerics;
using System.Runtime.CompilerServices;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// The matrix product of the kernels: C[m, n] = A[m, k] · B[k, n], added to C or not. B's and C's rows are whole vectors; A is read number by number with any
/// strides, so that a transposed A costs nothing more. Each number of C is summed over k in order, whatever the tile, so results do not depend on threads.
/// </summary>
internal static unsafe class Gemm
{
    // From so many rows of A on, packing a panel of B costs less than it saves.
    private const int PackedRows = 16;

    // Numbers of k that are summed per panel: 128 rows of three vectors of 8 fill a quarter of a first-level cache.
    private const int Depth = 128;

    /// <summary>Multiplies.</summary>
    /// <param name="a">A's first number.</param>
    /// <param name="aRow">The distance between A's rows.</param>
    /// <param name="aColumn">The distance between A's columns.</param>
    /// <param name="b">B's first number; a row has at least n numbers.</param>
    /// <param name="ldb">The distance between B's rows.</param>
    /// <param name="c">C's first number.</param>
    /// <param name="ldc">The distance between C's rows.</param>
    /// <param name="m">Rows of A and C.</param>
    /// <param name="k">Columns of A, rows of B.</param>
    /// <param name="n">Columns of B and C, a multiple of the vector's width.</param>
    /// <param name="add">Whether the product is added to C rather than put there.</param>
    internal static void Multiply(float* a, nint aRow, nint aColumn, float* b, nint ldb, float* c, nint ldc, int m, int k, int n, bool add)
    {
        if (m < PackedRows)
        {
            MultiplyPanels(a, aRow, aColumn, b, ldb, c, ldc, m, k, n, add);
            return;
        }
        // Panels of B that stay in the first cache while all rows of A pass; packed, since rows far apart would fall into the same cache sets.
        var width = 3 * Vector<float>.Count;
        var panel = stackalloc float[Depth * width];
        for (var l = 0; l < k; l += Depth)
        {
            var depth = Math.Min(Depth, k - l);
            for (var j = 0; j < n; j += width)
            {
                var columns = Math.Min(width, n - j);
                Pack(b + (l * ldb) + j, ldb, panel, depth, columns);
                MultiplyPanels(a + (l * aColumn), aRow, aColumn, panel, columns, c + j, ldc, m, depth, columns, add || l > 0);
            }
        }
    }

    private static void Pack(float* b, nint ldb, float* panel, int depth, int columns)
    {
        for (var l = 0; l < depth; l++)
        {
            for (var j = 0; j < columns; j += Vector<float>.Count)
            {
                Vector.Load(b + (l * ldb) + j).Store(panel + (l * columns) + j);
            }
        }
    }

    private static void MultiplyPanels(float* a, nint aRow, nint aColumn, float* b, nint ldb, float* c, nint ldc, int m, int k, int n, bool add)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= m - 4; i += 4)
        {
            var j = 0;
            for (; j <= n - (3 * width); j += 3 * width)
            {
                Tile4x3(a + (i * aRow), aRow, aColumn, b + j, ldb, c + (i * ldc) + j, ldc, k, add);
            }
            for (; j < n; j += width)
            {
                Tile4x1(a + (i * aRow), aRow, aColumn, b + j, ldb, c + (i * ldc) + j, ldc, k, add);
            }
        }
        for (; i < m; i++)
        {
            var j = 0;
            for (; j <= n - (4 * width); j += 4 * width)
            {
                Tile1x4(a + (i * aRow), aColumn, b + j, ldb, c + (i * ldc) + j, k, add);
            }
            for (; j < n; j += width)
            {
                Tile1x1(a + (i * aRow), aColumn, b + j, ldb, c + (i * ldc) + j, k, add);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x3(float* a, nint aRow, nint aColumn, float* b, nint ldb, float* c, nint ldc, int k, bool add)
    {
        var width = Vector<float>.Count;
        Vector<float> c00, c01, c02, c10, c11, c12, c20, c21, c22, c30, c31, c32;
        if (add)
        {
            (c00, c01, c02) = (Vector.Load(c), Vector.Load(c + width), Vector.Load(c + (2 * width)));
            (c10, c11, c12) = (Vector.Load(c + ldc), Vector.Load(c + ldc + width), Vector.Load(c + ldc + (2 * width)));
            (c20, c21, c22) = (Vector.Load(c + (2 * ldc)), Vector.Load(c + (2 * ldc) + width), Vector.Load(c + (2 * ldc) + (2 * width)));
            (c30, c31, c32) = (Vector.Load(c + (3 * ldc)), Vector.Load(c + (3 * ldc) + width), Vector.Load(c + (3 * ldc) + (2 * width)));
        }
        else
        {
            c00 = c01 = c02 = c10 = c11 = c12 = c20 = c21 = c22 = c30 = c31 = c32 = Vector<float>.Zero;
        }
        for (var l = 0; l < k; l++)
        {
            var b0 = Vector.Load(b);
            var b1 = Vector.Load(b + width);
            var b2 = Vector.Load(b + (2 * width));
            var a0 = new Vector<float>(a[0]);
            c00 = Vector.FusedMultiplyAdd(a0, b0, c00);
            c01 = Vector.FusedMultiplyAdd(a0, b1, c01);
            c02 = Vector.FusedMultiplyAdd(a0, b2, c02);
            var a1 = new Vector<float>(a[aRow]);
            c10 = Vector.FusedMultiplyAdd(a1, b0, c10);
            c11 = Vector.FusedMultiplyAdd(a1, b1, c11);
            c12 = Vector.FusedMultiplyAdd(a1, b2, c12);
            var a2 = new Vector<float>(a[2 * aRow]);
            c20 = Vector.FusedMultiplyAdd(a2, b0, c20);
            c21 = Vector.FusedMultiplyAdd(a2, b1, c21);
            c22 = Vector.FusedMultiplyAdd(a2, b2, c22);
            var a3 = new Vector<float>(a[3 * aRow]);
            c30 = Vector.FusedMultiplyAdd(a3, b0, c30);
            c31 = Vector.FusedMultiplyAdd(a3, b1, c31);
            c32 = Vector.FusedMultiplyAdd(a3, b2, c32);
            a += aColumn;
            b += ldb;
        }
        c00.Store(c);
        c01.Store(c + width);
        c02.Store(c + (2 * width));
        c10.Store(c + ldc);
        c11.Store(c + ldc + width);
        c12.Store(c + ldc + (2 * width));
        c20.Store(c + (2 * ldc));
        c21.Store(c + (2 * ldc) + width);
        c22.Store(c + (2 * ldc) + (2 * width));
        c30.Store(c + (3 * ldc));
        c31.Store(c + (3 * ldc) + width);
        c32.Store(c + (3 * ldc) + (2 * width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x1(float* a, nint aRow, nint aColumn, float* b, nint ldb, float* c, nint ldc, int k, bool add)
    {
        var c0 = add ? Vector.Load(c) : Vector<float>.Zero;
        var c1 = add ? Vector.Load(c + ldc) : Vector<float>.Zero;
        var c2 = add ? Vector.Load(c + (2 * ldc)) : Vector<float>.Zero;
        var c3 = add ? Vector.Load(c + (3 * ldc)) : Vector<float>.Zero;
        for (var l = 0; l < k; l++)
        {
            var b0 = Vector.Load(b);
            c0 = Vector.FusedMultiplyAdd(new Vector<float>(a[0]), b0, c0);
            c1 = Vector.FusedMultiplyAdd(new Vector<float>(a[aRow]), b0, c1);
            c2 = Vector.FusedMultiplyAdd(new Vector<float>(a[2 * aRow]), b0, c2);
            c3 = Vector.FusedMultiplyAdd(new Vector<float>(a[3 * aRow]), b0, c3);
            a += aColumn;
            b += ldb;
        }
        c0.Store(c);
        c1.Store(c + ldc);
        c2.Store(c + (2 * ldc));
        c3.Store(c + (3 * ldc));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x4(float* a, nint aColumn, float* b, nint ldb, float* c, int k, bool add)
    {
        var width = Vector<float>.Count;
        Vector<float> c0, c1, c2, c3;
        if (add)
        {
            (c0, c1, c2, c3) = (Vector.Load(c), Vector.Load(c + width), Vector.Load(c + (2 * width)), Vector.Load(c + (3 * width)));
        }
        else
        {
            c0 = c1 = c2 = c3 = Vector<float>.Zero;
        }
        for (var l = 0; l < k; l++)
        {
            var a0 = new Vector<float>(a[0]);
            c0 = Vector.FusedMultiplyAdd(a0, Vector.Load(b), c0);
            c1 = Vector.FusedMultiplyAdd(a0, Vector.Load(b + width), c1);
            c2 = Vector.FusedMultiplyAdd(a0, Vector.Load(b + (2 * width)), c2);
            c3 = Vector.FusedMultiplyAdd(a0, Vector.Load(b + (3 * width)), c3);
            a += aColumn;
            b += ldb;
        }
        c0.Store(c);
        c1.Store(c + width);
        c2.Store(c + (2 * width));
        c3.Store(c + (3 * width));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x1(float* a, nint aColumn, float* b, nint ldb, float* c, int k, bool add)
    {
        var c0 = add ? Vector.Load(c) : Vector<float>.Zero;
        for (var l = 0; l < k; l++)
        {
            c0 = Vector.FusedMultiplyAdd(new Vector<float>(a[0]), Vector.Load(b), c0);
            a += aColumn;
            b += ldb;
        }
        c0.Store(c);
    }
}
