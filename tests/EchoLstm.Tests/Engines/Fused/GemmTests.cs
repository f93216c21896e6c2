using EchoLstm.Engines.Fused;

namespace EchoLstm.Tests.Engines.Fused;

public sealed unsafe class GemmTests
{
    private const float Canary = 12345.678f;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_product_is_the_textbook_sum_for_every_size_around_the_tiles(bool add, bool transposed)
    {
        var random = new Random(1);
        foreach (var m in new[] { 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 21, 33, 64 })
        {
            foreach (var k in new[] { 1, 2, 5, 20, 127, 128, 129, 300 })
            {
                foreach (var width in new[] { 1, 5, 8, 20, 33, 70 })
                {
                    Check(random, m, k, Arena.Padded(width), add, transposed);
                }
            }
        }
    }

    private static void Check(Random random, int m, int k, int n, bool add, bool transposed)
    {
        var a = Numbers(random, m * k);
        var b = Numbers(random, k * n);
        var before = Numbers(random, m * n);
        var c = new float[(m * n) + 32];
        Array.Fill(c, Canary);
        before.CopyTo(c, 16);
        var (aRow, aColumn) = transposed ? (1, m) : (k, 1);
        fixed (float* pa = a, pb = b, pc = c)
        {
            Gemm.Multiply(pa, aRow, aColumn, pb, n, pc + 16, n, m, k, n, add);
        }
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var sum = add ? (double)before[(i * n) + j] : 0;
                for (var l = 0; l < k; l++)
                {
                    sum += (double)a[(i * aRow) + (l * aColumn)] * b[(l * n) + j];
                }
                c[16 + (i * n) + j].Should().BeApproximately((float)sum, 1e-5f * (k + 1), "of ({0}, {1}) in {2}x{3}x{4}", i, j, m, k, n);
            }
        }
        c.Take(16).Concat(c.Skip(16 + (m * n))).Should().OnlyContain(value => value == Canary, "nothing is written beside the product");
    }

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
}
