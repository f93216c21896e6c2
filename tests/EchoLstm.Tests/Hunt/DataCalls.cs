using EchoLstm.Data;
using EchoLstm.Pictures;

namespace EchoLstm.Tests.Hunt;

/// <summary>Calls that prepare data: frames, padding, classes, scaling, splits.</summary>
internal static class DataCalls
{
    internal static Call Any(Subject s)
    {
        var draw = s.Draw;
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
        return draw.Below(33) switch
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
            20 => new($"EchoModels, one of the others{text}", () => EchoModel(c, small, Math.Min(b, 9)).Dispose()),
            21 or 22 => Translation(s),
            23 or 24 => Counted(s),
            25 or 26 => Masked(s),
            27 => new($"Windows and Latest{text}", () =>
            {
                _ = SupervisedFrames.Latest(table, window.Value);
                foreach (var (x, y) in SupervisedFrames.Windows([table, table], window.Value, Math.Min(b, 9), shuffle: c == 1, seed: 1))
                {
                    _ = SupervisedFrames.PairLines(Arrays.Rows(Arrays.Reshape<float[,]>(x, -1, 1), ..1), Arrays.Rows(Arrays.Reshape<float[,]>(y, -1, 1), ..1));
                }
            }),
            28 when Table(draw, rows, Math.Max(0, small)) is var other => new($"Arrays{text}", () => _ = (Arrays.Stack(table, other), Arrays.Rows(table, small..), Arrays.Reshape<float[,,]>(table, a, -1, b))),
            29 => Pictures(s, series, number),
            30 when FileCalls.Damage(draw) is var (damage, how) => new($"a saved scaler{text}{how}", () =>
                SavedScaler(Path.Combine(s.Folder, "scaler.safetensors"), table, damage)),
            31 => new($"EchoSequence of series{text}", () =>
                _ = (EchoSequence.FrameOneToOne(series), EchoSequence.FrameManyToOne(series), EchoSequence.FrameOneToMany(series), EchoSequence.PairsTable(series))),
            32 => new($"EchoSequence.Linear({a})", () => EchoSequence.Linear(Math.Min(a, 99))),
            18 => new($"LstmState.Zeros{text}", () => LstmState.Zeros(small, Math.Min(b, 9)).Clone().Dispose()),
            _ => new($"EchoSequence{text}", () => EchoSequence.FrameManyToMany(series)),
        };
    }

    private static SequentialModel EchoModel(int which, int a, int b) => which switch
    {
        1 => EchoModels.OneToOne(a, b),
        2 => EchoModels.OneToMany(a, b),
        3 => EchoModels.ManyToMany(a, b),
        4 => EchoModels.SequenceEcho(a, b, 9, 3),
        _ => EchoModels.EncoderDecoder(a, b, 2, 9, 3),
    };

    private static Call Translation(Subject s)
    {
        var (draw, options) = (s.Draw, new Options(s.Draw));
        var (words, units, attention) = (options.Write("words", draw.Mostly(5, 1, 0)), options.Size("units", 3), options.Flag("attention", 0.5));
        var (x, y) = (DrawnData.Data(draw, [s.Samples, 3], 5), DrawnData.Data(draw, [s.Samples, 4], 5));
        var (start, steps, beam) = (options.Write("start", draw.Mostly(1, 0, 9)), options.Write("maxSteps", draw.Mostly(3, 0, 1)), options.Write("beam", draw.Mostly(1, 0, 2, 99)));
        int? stop = draw.Chance(0.5) ? options.Write("stop", draw.Mostly(2, 0, 9)) : null;
        return new($"EchoModels.Seq2Seq({options}), Fit({x}, {y}), Save, Load, Decode", () =>
        {
            using var made = EchoModels.Seq2Seq(words, words, units, attention, 1);
            made.Fit(x.Value, y.Value, verbose: 0);
            made.Model.Save(Path.Combine(s.Folder, "translation.safetensors"));
            using var loaded = Seq2Seq.Load(Path.Combine(s.Folder, "translation.safetensors"));
            loaded.Decode(x.Value, start, steps, stop, beam);
        });
    }

    private static Call Counted(Subject s)
    {
        var (targets, outputs, id) = (s.Y(), DrawnData.Data(s.Draw, [s.Samples, .. s.Drawn.Output]), s.Draw.Mostly(0, -1, 1, 99));
        int? ignored = s.Draw.Chance(0.2) ? id : null;
        var threshold = s.Draw.Mostly(0.5, 2, double.NaN);
        return new($"ConfusionMatrix.Of({targets}, {outputs}, {threshold}, {ignored}), class {id}", () =>
        {
            var matrix = ConfusionMatrix.Of(targets.Value, outputs.Value, threshold, ignored);
            _ = (matrix.ToString(), matrix.ToArray(), matrix.Precision(id), matrix.Recall(id), matrix.F1Score(id));
        });
    }

    private static Call Masked(Subject s)
    {
        var (x, mask, layer) = (DrawnData.AnyTensor(s.Draw, [s.Samples, .. s.Drawn.Input], s.Drawn.Classes), s.Mask(), s.Layers.Count == 0 ? null : s.Draw.Of(s.Layers));
        return new($"{layer?.Name}.call({x}.WithMask({mask})).CopyMask()", () =>
        {
            var masked = x.Value!.WithMask(mask.Value);
            (layer?.call(masked) ?? masked).CopyMask()?.Dispose();
        });
    }

    private static Call Pictures(Subject s, float[] series, float number)
    {
        var (start, step, path) = (s.Draw.Mostly(0.0, double.NaN), s.Draw.Mostly(1.0, 0, -1, double.PositiveInfinity), Path.Combine(s.Folder, "plot.svg"));
        return new($"new SeriesPlot().Add(float[{series.Length}] with {number}, {start}, {step}).Save(path)", () =>
            new SeriesPlot("title").Add("one", [.. series, number], start, step).Add("two", series).Save(path));
    }

    private static void SavedScaler(string path, float[,] table, Action<string> damage)
    {
        new StandardScaler().Fit(table).Save(path);
        damage(path);
        _ = FeatureScaler.Load(path).Transform(table);
    }

    private static void Scale(FeatureScaler scaler, float[,] table)
    {
        _ = scaler.Fit(table).InverseTransform(scaler.Transform(table));
        _ = scaler.Transform(new float[2, table.GetLength(1), 1]);
    }

    private static float[,] Table(Draw draw, int rows, int columns) =>
        (float[,])Numbers.Shaped(DrawnData.Floats(draw, [rows, columns]), rows, columns);
}
