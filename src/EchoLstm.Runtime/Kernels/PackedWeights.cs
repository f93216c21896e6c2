using EchoLstm.Kernels.Lanes;

namespace EchoLstm.Kernels;

/// <summary>How a layer's weights lie outside the kernels.</summary>
internal enum WeightLayout
{
    /// <summary>
    /// As Torch's modules have them: a row for each gate's unit, gate after gate; where the kernel has a bias column, it is the last.
    /// </summary>
    Torch,

    /// <summary>As Keras has them, and files: (features, gates · units), (units, gates · units), (gates · units).</summary>
    Keras,
}

/// <summary>
/// Where a weight lies outside the kernels: number (row, gate, unit) is at start + row · rowStep + (gate · units + unit) · columnStep.
/// </summary>
/// <param name="start">The first number.</param>
/// <param name="rowStep">The distance between rows: features of the input, or units of the state.</param>
/// <param name="columnStep">The distance between columns.</param>
/// <param name="swapsGates">Whether the first two gates are the other way round: Keras's GRU has z before r.</param>
internal readonly unsafe struct WeightView(float* start, long rowStep, long columnStep, bool swapsGates = false)
{
    internal long RowStep => rowStep;

    internal float* Column(int gate, int unit, int units) =>
        start + ((((swapsGates && gate < 2 ? 1 - gate : gate) * (long)units) + unit) * columnStep);
}

/// <summary>Some gates of a weight, which lie together in packed memory: a matrix in panels, see <see cref="Gemm{V}"/>.</summary>
/// <param name="Source">Which of the kernel's sources they come from.</param>
/// <param name="Rows">Rows of the matrix.</param>
/// <param name="Gates">How many gates; each has the kernel's units, padded to whole vectors.</param>
/// <param name="FirstGate">The first of them.</param>
internal readonly record struct WeightBlock(int Source, int Rows, int Gates, int FirstGate = 0);

/// <summary>Copies weights between the kernels' packed memory, block after block, and other people's.</summary>
internal static unsafe class PackedWeights<V>
    where V : struct, ILanes<V>
{
    /// <summary>Copies all blocks.</summary>
    /// <param name="blocks">The blocks, in the order of the packed memory.</param>
    /// <param name="units">Units of a gate.</param>
    /// <param name="sources">Where the numbers are outside.</param>
    /// <param name="packed">The packed memory; its padding stays as it is.</param>
    /// <param name="unpacks">Whether numbers go out rather than in.</param>
    internal static void Exchange(
        ReadOnlySpan<WeightBlock> blocks, int units, ReadOnlySpan<WeightView> sources, float* packed, bool unpacks)
    {
        var padded = Gemm<V>.Padded(units);
        foreach (var block in blocks)
        {
            var source = sources[block.Source];
            for (var gate = 0; gate < block.Gates; gate++)
            {
                for (var unit = 0; unit < units; unit++)
                {
                    var (outside, column) = ((nint)source.Column(block.FirstGate + gate, unit, units), (gate * padded) + unit);
                    Gemm<V>.ExchangeColumn((float*)outside, source.RowStep, packed, block.Rows, block.Gates * padded, column, unpacks);
                }
            }
            packed += (long)block.Rows * block.Gates * padded;
        }
    }
}
