using System.Runtime.CompilerServices;
using EchoLstm.Engines.Fused.Lanes;

namespace EchoLstm.Engines.Fused;

/// <summary>
/// Torch's recurrent weights have a row for each gate's units, gate after gate; packed, those are the columns of panels, each gate padded to whole vectors.
/// </summary>
internal static unsafe class GateColumns<V>
    where V : struct, ILanes<V>
{
    /// <summary>Packs rows as columns.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="distance">The distance between rows.</param>
    /// <param name="units">Rows of a gate.</param>
    /// <param name="gates">How many gates.</param>
    /// <param name="panels">Receives the columns; its padding stays as it is.</param>
    /// <param name="length">Numbers of a row that are packed.</param>
    internal static void Pack(float* from, int distance, int units, int gates, float* panels, int length)
    {
        var padded = Gemm<V>.Padded(units);
        for (var row = 0; row < gates * units; row++)
        {
            Gemm<V>.PackColumn(from + ((long)row * distance), panels, length, gates * padded, Column(row, units, padded));
        }
    }

    /// <summary>Puts the columns back into rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Unpack(float* panels, int length, int units, int gates, float* to, int distance)
    {
        var padded = Gemm<V>.Padded(units);
        for (var row = 0; row < gates * units; row++)
        {
            Gemm<V>.UnpackColumn(panels, length, gates * padded, Column(row, units, padded), to + ((long)row * distance));
        }
    }

    /// <summary>Packs one number of each row: a bias.</summary>
    internal static void PackRow(float* from, int distance, int units, int gates, float* packed)
    {
        for (var row = 0; row < gates * units; row++)
        {
            packed[Column(row, units, Gemm<V>.Padded(units))] = from[(long)row * distance];
        }
    }

    /// <summary>Puts one number of each row back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void UnpackRow(float* packed, int units, int gates, float* to, int distance)
    {
        for (var row = 0; row < gates * units; row++)
        {
            to[(long)row * distance] = packed[Column(row, units, Gemm<V>.Padded(units))];
        }
    }

    private static int Column(int row, int units, int padded) => (row / units * padded) + (row % units);
}
