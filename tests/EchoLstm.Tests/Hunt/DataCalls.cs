using EchoLstm.Data;
using EchoLstm.Layers;
using EchoLstm.Models;

namespace EchoLstm.Tests.Hunt;

/// <summary>Calls that prepare data: frames, padding, classes, scaling, splits.</summary>
internal static class DataCalls
{
    internal static Call Any(Draw draw)
    {
        var (rows, columns) = (draw.Mostly(draw.Between(1, 9), 0), draw.Mostly(draw.Between(1, 3), 0));
        var table = Table(draw, rows, columns);
        var series = DrawnData.Floats(draw, [rows]);
        int Count() => draw.Mostly(draw.Between(1, 4), 0, -1, int.MaxValue);
        var (a, b, c) = (Count(), Count(), Count());
        var text = $"({rows} rows, {columns} columns, {a}, {b}, {c})";
        var number = draw.Mostly(draw.Number(), float.NaN, float.PositiveInfinity, 1e38f);
        if (table.Length > 0)
        {
            table[0, 0] = number;
        }
        var side = draw.Mostly(draw.Of(PaddingSide.Pre, PaddingSide.Post), (PaddingSide)9);
        var share = draw.Mostly(0.2, 1, -0.1, double.NaN);
        var window = new Lazy<ForecastWindow>(() =>
            new ForecastWindow { Past = a, Horizon = b, Ahead = c, Stride = a, Inputs = columns > 1 ? [0, 1] : [0], Targets = [b] });
        var small = Math.Min(a, 9);
        return draw.Below(20) switch
        {
            0 => new($"ToSupervised{text}", () => SupervisedFrames.ToSupervised(table, a, b)),
            1 => new($"ToSupervised of ints{text}", () => SupervisedFrames.ToSupervised([.. series.Select(_ => a)], a, b)),
            2 => new($"ToPadded{text}, {side}", () => SupervisedFrames.ToPadded(table, a, b, number, side).TargetWeights()),
            3 => new($"ToForecast{text}", () => SupervisedFrames.ToForecast(table, window.Value)),
            4 => new($"ToShifted{text}", () => SupervisedFrames.ToShifted(table, a, b, c)),
            5 => new($"PairsTable{text}", () => SupervisedFrames.PairsTable(series, a, b)),
            6 => new($"RandomEcho{text}", () =>
                SupervisedFrames.RandomEcho(new RandomSequence(1), Math.Min(a, 99), Math.Min(b, 99), rows, Math.Min(c, 99))),
            7 => new($"PadSequences{text}, {side}", () =>
                SequencePadding.PadSequences([table, Table(draw, 2, a > 99 ? 2 : Math.Max(0, a))], Math.Min(b, 99), side, side, number)),
            8 => new($"PadSequences of lists{text}", () => SequencePadding.PadSequences<float>([series, [1f, 2f]], Math.Min(b, 99), side)),
            9 => new($"Mask{text}", () => SequencePadding.Mask([rows, a], Math.Min(b, 99), side)),
            10 => new($"OneHot.Encode{text}", () => OneHot.Encode([.. series.Select(value => (int)(value * 3))], Math.Min(a, 99))),
            11 => new($"OneHot.Decode{text}", () => OneHot.Decode(table)),
            12 => new($"OneHot.Encode of a table{text}", () => OneHot.Encode(new int[rows, columns], Math.Min(a, 99))),
            13 => new($"MinMaxScaler{text}", () => Scale(new MinMaxScaler(number, a), table)),
            14 => new($"StandardScaler{text}", () => Scale(new StandardScaler(), table)),
            15 => new($"StandardScaler.ForColumns{text}", () => new StandardScaler().Fit(table).ForColumns(a, b).Transform(table)),
            16 => new($"TimeSplit{text}, {share}", () => TimeSplit.Split(table, share, share, a)),
            17 => new($"EchoModels.ManyToOne{text}", () => EchoModels.ManyToOne(small, Math.Min(b, 9)).Dispose()),
            18 => new($"LstmState.Zeros{text}", () => LstmState.Zeros(small, Math.Min(b, 9)).Clone().Dispose()),
            _ => new($"EchoSequence{text}", () => EchoSequence.FrameManyToMany(series)),
        };
    }

    private static void Scale(FeatureScaler scaler, float[,] table)
    {
        _ = scaler.Fit(table).InverseTransform(scaler.Transform(table));
        _ = scaler.Transform(new float[2, table.GetLength(1), 1]);
    }

    private static float[,] Table(Draw draw, int rows, int columns) =>
        (float[,])Numbers.Shaped(DrawnData.Floats(draw, [rows, columns]), rows, columns);
}
