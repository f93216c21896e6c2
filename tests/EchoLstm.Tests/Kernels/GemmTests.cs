using EchoLstm.Kernels;
using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Tests.Kernels;

public sealed class GemmTests
{
    public static TheoryData<int> AllWidths => Widths.All;

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void The_product_is_the_textbook_sum_for_every_size_around_the_tiles(int width) =>
        Widths.Run(width, GemmChecks<Lanes512>.Product, GemmChecks<Lanes256>.Product, GemmChecks<Lanes128>.Product, GemmChecks<Lanes1>.Product);

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void The_product_into_panels_is_the_same_however_its_rows_are_cut(int width) =>
        Widths.Run(width, GemmChecks<Lanes512>.ProductIntoPanels, GemmChecks<Lanes256>.ProductIntoPanels, GemmChecks<Lanes128>.ProductIntoPanels, GemmChecks<Lanes1>.ProductIntoPanels);

    [Theory]
    [MemberData(nameof(AllWidths))]
    public void Panels_hold_each_number_once_and_transpose(int width) =>
        Widths.Run(width, GemmChecks<Lanes512>.Panels, GemmChecks<Lanes256>.Panels, GemmChecks<Lanes128>.Panels, GemmChecks<Lanes1>.Panels);
}

internal static unsafe class GemmChecks<V>
    where V : struct, ILanes<V>
{
    private const float Canary = 12345.678f;

    private static readonly int[] Heights = [1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 21, 33];
    private static readonly int[] Depths = [1, 2, 5, 20, 127, 128, 129, 300];
    private static readonly int[] RowLengths = [1, 5, 8, 16, 17, 20, 33, 48, 49, 70];

    internal static void Product()
    {
        foreach (var add in new[] { false, true })
        {
            Product(add, transposed: false);
            Product(add, transposed: true);
        }
    }

    private static void Product(bool add, bool transposed)
    {
        foreach (var (m, k, width) in Sizes())
        {
            var n = Gemm<V>.Padded(width);
            var (a, b, c) = (Numbers(m * k), Numbers(k * n), WithCanaries(Numbers(m * n)));
            var before = c.ToArray();
            var (aRow, aColumn) = transposed ? (1, m) : (k, 1);
            fixed (float* pa = a, panels = InPanels(b, k, n), pc = c)
            {
                Gemm<V>.Multiply(pa, aRow, aColumn, panels, pc + 16, n, m, k, n, add);
            }
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    var sum = (add ? before[16 + (i * n) + j] : 0) + Sum(a, i * aRow, aColumn, b, j, n, k);
                    Close(c[16 + (i * n) + j], sum, k, m, n);
                }
            }
            HasCanaries(c, m * n);
        }
    }

    internal static void ProductIntoPanels()
    {
        foreach (var (m, k, width) in Sizes())
        {
            var n = Gemm<V>.Padded(width);
            var (a, b) = (Numbers(m * k), Numbers(k * n));
            var whole = WithCanaries(new float[m * n]);
            var cut = WithCanaries(new float[m * n]);
            var first = Math.Min(m, 4);
            fixed (float* pa = a, pb = b, pw = whole, pc = cut)
            {
                Gemm<V>.MultiplyToPanels(pa, 1, m, pb, n, pw + 16, m, 0, m, k, n);
                Gemm<V>.MultiplyToPanels(pa, 1, m, pb, n, pc + 16, m, 0, first, k, n);
                if (m > first)
                {
                    Gemm<V>.MultiplyToPanels(pa + first, 1, m, pb, n, pc + 16, m, first, m - first, k, n);
                }
            }
            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    Close(whole[16 + (int)Gemm<V>.Index(i, j, m, n)], Sum(a, i, m, b, j, n, k), k, m, n);
                }
            }
            cut.Should().Equal(whole, "each number is summed in the same order");
            HasCanaries(whole, m * n);
        }
    }

    internal static void Panels()
    {
        foreach (var (rows, _, width) in Sizes())
        {
            var (columns, padded) = (Gemm<V>.Padded(width), Gemm<V>.Padded(rows));
            var b = Numbers(rows * columns);
            var panels = InPanels(b, rows, columns);
            panels.Order().Should().Equal(b.Order());
            var transposed = new float[width * padded];
            fixed (float* from = panels, to = transposed)
            {
                Gemm<V>.Transpose(from, rows, columns, 0, width, to);
                var row = new float[columns];
                fixed (float* sum = row)
                {
                    Gemm<V>.AddRow(from, rows, columns, rows - 1, sum);
                    row.Should().Equal(b[((rows - 1) * columns)..]);
                    Gemm<V>.AddToRow(from, rows, columns, 0, sum);
                }
                var column = new float[rows];
                fixed (float* numbers = column)
                {
                    Gemm<V>.ExchangeColumn(numbers, 1, from, rows, columns, columns - 1, unpacks: true);
                }
                column[0].Should().Be(b[columns - 1] + b[^1]);
                column.Skip(1).Should().Equal(Enumerable.Range(1, rows - 1).Select(i => b[(i * columns) + columns - 1]));
            }
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < width; j++)
                {
                    transposed[Gemm<V>.Index(j, i, width, padded)].Should().Be(b[(i * columns) + j]);
                }
            }
        }
    }

    private static IEnumerable<(int M, int K, int Width)> Sizes() =>
        from m in Heights from k in Depths from width in RowLengths where m * k * width < 20_000 || m % 3 == 0 select (m, k, width);

    private static float[] InPanels(float[] b, int rows, int columns)
    {
        var panels = new float[rows * columns];
        var row = new float[rows];
        fixed (float* to = panels, from = row)
        {
            for (var j = 0; j < columns; j++)
            {
                for (var i = 0; i < rows; i++)
                {
                    row[i] = b[(i * columns) + j];
                }
                Gemm<V>.ExchangeColumn(from, 1, to, rows, columns, j, unpacks: false);
            }
        }
        return panels;
    }

    private static double Sum(float[] a, int first, int aColumn, float[] b, int column, int n, int k)
    {
        var sum = 0.0;
        for (var l = 0; l < k; l++)
        {
            sum += (double)a[first + (l * aColumn)] * b[(l * n) + column];
        }
        return sum;
    }

    private static void Close(float actual, double expected, int k, int m, int n)
    {
        if (!(Math.Abs(actual - expected) <= 1e-6 * (k + 4)))
        {
            actual.Should().BeApproximately((float)expected, 1e-6f * (k + 4), "in {0}x{1}x{2}", m, k, n);
        }
    }

    private static float[] WithCanaries(float[] numbers)
    {
        var c = new float[numbers.Length + 32];
        Array.Fill(c, Canary);
        numbers.CopyTo(c, 16);
        return c;
    }

    private static void HasCanaries(float[] c, int numbers) =>
        c.Take(16).Concat(c.Skip(16 + numbers)).Should().OnlyContain(value => value == Canary, "nothing is written beside the product");

    private static float[] Numbers(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
    }
}
