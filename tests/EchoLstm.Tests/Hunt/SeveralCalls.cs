namespace EchoLstm.Tests.Hunt;

/// <summary>A model's verbs by lists and by names, and on batches that a program gives one by one.</summary>
internal static class SeveralCalls
{
    internal static Call Compile(Subject s)
    {
        var (losses, optimizer) = (s.Drawn.Outputs.Select(output => DrawnModel.Loss(s.Draw, output)).ToList(), DrawnModel.Optimizer(s.Draw));
        var metrics = s.Drawn.Outputs.Select(_ => DrawnModel.Metrics(s.Draw)).ToList();
        if (s.Draw.Chance(0.05))
        {
            losses.RemoveAt(0);
        }
        var weight = s.Draw.Mostly(0.5, -1, double.NaN);
        var named = s.Draw.Chance(0.5);
        return new($"model.Compile({(named ? "by names " : "")}[{string.Join(", ", losses)}], {optimizer}, {weight}, [{string.Join("; ", metrics.Select(some => string.Join(", ", some)))}])", () =>
        {
            var (made, counted) = (losses.Select(loss => loss.Make()).ToList(), losses.Select(_ => weight).ToList());
            IReadOnlyList<IReadOnlyList<Metric>> reported = [.. metrics.Select(some => some.Select(metric => metric.Make()).ToList())];
            if (named)
            {
                s.Model!.Compile(Named(s.Model.OutputNames, made), optimizer.Make(), Named(s.Model.OutputNames, counted), Named(s.Model.OutputNames, reported));
            }
            else
            {
                s.Model!.Compile(made, optimizer.Make(), counted, reported);
            }
            s.SparseLosses = [.. losses.Select(loss => loss.Text == DrawnModel.Sparse)];
        });
    }

    internal static Call Any(Subject s)
    {
        var ((x, y), named, size) = (Data(s), s.Draw.Chance(0.5), ModelCalls.BatchSize(s));
        var masks = s.Draw.Chance(0.2) ? x.Select(_ => s.Draw.Chance(0.5) ? null : (TensorLike?)s.Mask().Value).ToList() : null;
        var text = $"{(named ? "by names " : "")}[{string.Join("; ", x)}], [{string.Join("; ", y)}]{(masks is null ? "" : ", masks")}";
        IReadOnlyList<TensorLike> xs = [.. x.Select(one => one.Value)], ys = [.. y.Select(one => one.Value)];
        var (inputs, outputs) = named ? (Named(Names(s, s.Model!.InputNames), xs), Named(Names(s, s.Model.OutputNames), ys)) : ([], []);
        return s.Draw.Below(4) switch
        {
            0 => new($"model.Fit({text}, {size})", () =>
                _ = named ? s.Model!.Fit(inputs, outputs, verbose: 0, batchSize: size ?? 32) : s.Model!.Fit(xs, ys, verbose: 0, batchSize: size ?? 32, mask: masks)),
            1 => new($"model.TrainOnBatch({text})", () =>
                _ = named ? s.Model!.TrainOnBatch(inputs, outputs) : s.Model!.TrainOnBatch(xs, ys, mask: masks)),
            2 => new($"model.Evaluate({text}, {size})", () =>
                _ = named ? s.Model!.Evaluate(inputs, outputs, size) : s.Model!.Evaluate(xs, ys, size, mask: masks)),
            _ => new($"model.Predict({text}, {size})", () =>
                _ = named ? s.Model!.Predict(inputs, size).Count : s.Model!.Predict(xs, size, mask: masks).Count),
        };
    }

    /// <summary>Batches that are a list, or made as they are asked for; some fail on the way.</summary>
    internal static Call Batches(Subject s)
    {
        var draw = s.Draw;
        var (count, perEpoch, fails, listed) = (draw.Mostly(draw.Between(1, 3), 0), draw.Chance(0.3) ? draw.Mostly(2, 0, -1) : (int?)null, draw.Chance(0.1), draw.Chance(0.5));
        var carries = draw.Chance(0.3);
        var data = Enumerable.Range(0, count).Select(_ => (X: s.X(), Y: s.Y())).ToList();
        var weight = DrawnData.Data(draw, [s.Samples]);
        var text = $"{(listed ? "a list" : "one by one")}{(fails ? ", then fails" : "")}: {string.Join("; ", data.Select(pair => $"{pair.X}, {pair.Y}"))}";
        var pairs = Given(data.Select(pair => (pair.X.Value, pair.Y.Value)), fails, listed);
        var several = Given(data.Select(pair => (new[] { pair.X.Value }, new[] { pair.Y.Value })), fails, listed);
        var weighed = Given(data.Select(pair => (pair.X.Value, pair.Y.Value, weight.Value)), fails, listed);
        return draw.Below(6) switch
        {
            0 => new($"model.Fit({text}, {perEpoch}) with validationBatches", () =>
                s.Model!.Fit(pairs, 2, perEpoch, verbose: 0, validationBatches: pairs)),
            1 => new($"model.Fit({text}, {perEpoch}) in arrays of one", () => s.Model!.Fit(several, 1, perEpoch, verbose: 0)),
            2 => new($"model.Fit({text}, weight {weight}, {perEpoch})", () => s.Model!.Fit(weighed, 1, perEpoch, verbose: 0)),
            3 => new($"model.Evaluate({text}, weight {weight})", () => s.Model!.Evaluate(weighed)),
            4 => new($"model.Evaluate({text})", () => s.Model!.Evaluate(pairs, carries)),
            _ => new($"model.Fit({text}, {perEpoch})", () => s.Model!.Fit(pairs, 1, perEpoch, verbose: 0,
                validationData: count == 0 ? null : new ValidationData(data[0].X.Value, data[0].Y.Value))),
        };
    }

    private static IEnumerable<T> Given<T>(IEnumerable<T> batches, bool fails, bool listed)
    {
        return listed && !fails ? batches.ToList() : OneByOne();

        IEnumerable<T> OneByOne()
        {
            foreach (var batch in batches)
            {
                yield return batch;
            }
            if (fails)
            {
                throw new FaultyCodeException();
            }
        }
    }

    private static (List<Drawn<TensorLike>> X, List<Drawn<TensorLike>> Y) Data(Subject s)
    {
        var (x, y) = (s.Drawn.Inputs.Select((_, i) => s.X(i)).ToList(), s.Drawn.Outputs.Select((_, i) => s.Y(i)).ToList());
        var list = s.Draw.Chance(0.5) ? x : y;
        switch (s.Draw.Below(20))
        {
            case 0:
                list.RemoveAt(0);
                break;
            case 1:
                list.Add(s.X());
                break;
            case 2:
                list.Reverse();
                break;
        }
        return (x, y);
    }

    private static List<string> Names(Subject s, IReadOnlyList<string> names) =>
        [.. names.Select(name => s.Draw.Mostly(name, "none")).Distinct()];

    private static Dictionary<string, T> Named<T>(IReadOnlyList<string> names, IReadOnlyList<T> values) =>
        names.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
}
