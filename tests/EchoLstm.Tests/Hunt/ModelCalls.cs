namespace EchoLstm.Tests.Hunt;

/// <summary>Calls on a model: building, training, measuring, predicting, streaming.</summary>
internal static class ModelCalls
{
    private static readonly Func<Subject, Call>[] All =
    [
        Build, Compile, Fit, Fit, Fit, Fit, TrainOnBatch, TrainOnBatch, Evaluate, Evaluate, Predict, Predict, PredictArray,
        PredictMemory, PredictMemory, Forecast,
        OpenStream, OpenStream, Step, Step, StepMemory, StepMemory, SaveState, Restore, Restore, Reset, ResetStates, Summary, Engine,
        RequestEngine, Add,
        FileCalls.Save, FileCalls.Save, FileCalls.Load, FileCalls.LoadWeights, SeveralCalls.Batches, SeveralCalls.Batches,
        SeveralCalls.Any, InteropCalls.Keras, InteropCalls.PyTorch, InteropCalls.Inference, InteropCalls.Inference, InteropCalls.TorchFile,
    ];

    // A model of several mostly gets several.
    internal static Call Any(Subject s) => s.Drawn.Inputs.Count + s.Drawn.Outputs.Count > 2 && s.Draw.Chance(0.6) ? SeveralCalls.Any(s) : s.Draw.Of(All)(s);

    internal static Call Build(Subject s)
    {
        long[] shape = s.Draw.Chance(0.93) ? [.. s.Drawn.Input] : DrawnData.OtherShape(s.Draw, s.Drawn.Input);
        if (shape.Length > 0 && s.Draw.Chance(0.3))
        {
            shape[0] = s.Draw.Mostly(-1, -2, 0, long.MaxValue);
        }
        return new($"model.Build({string.Join(", ", shape)})", () =>
        {
            if (s.Model is SequentialModel sequential)
            {
                sequential.Build(shape);
            }
            else
            {
                ((FunctionalModel)s.Model!).Build();
            }
        });
    }

    internal static Call Compile(Subject s)
    {
        var (loss, optimizer) = (DrawnModel.Loss(s.Draw, s.Drawn.Output), DrawnModel.Optimizer(s.Draw));
        var metrics = DrawnModel.Metrics(s.Draw);
        return new($"model.Compile({loss}, {optimizer}{string.Concat(metrics.Select(metric => $", {metric}"))})", () =>
        {
            s.Model!.Compile(loss.Make(), optimizer.Make(), [.. metrics.Select(metric => metric.Make())]);
            s.SparseLosses = [loss.Text == DrawnModel.Sparse];
        });
    }

    private static Call Fit(Subject s)
    {
        var (draw, options) = (s.Draw, new Options(s.Draw));
        var (x, y) = (s.X(), s.Y());
        var epochs = options.Write("epochs", draw.Mostly(draw.Between(1, 2), 0, -1));
        var batchSize = draw.Chance(0.6) ? options.Write("batchSize", draw.Mostly(draw.Between(1, s.Samples), 0, -1, int.MaxValue)) : 32;
        var verbose = options.Write("verbose", draw.Mostly(draw.Between(0, 2), -1, 3));
        var shuffle = options.Flag("shuffle", 0.3, usual: true);
        var split = draw.Chance(0.15) ? options.Write("validationSplit", draw.Mostly(0.5, 1, -0.1, double.NaN)) : 0;
        (TensorLike, TensorLike)? validation = null;
        if (draw.Chance(0.15))
        {
            var (vx, vy) = (s.X(), s.Y());
            validation = (vx.Value, vy.Value);
            options.Write("validationData", $"({vx}, {vy})");
        }
        var callback = draw.Chance(0.25) ? options.Write("callback", DrawnCallbacks.Any(s)) : null;
        TensorLike? weight = null;
        if (draw.Chance(0.15))
        {
            var drawn = DrawnData.Data(draw, draw.Chance(0.6) ? [s.Samples] : [s.Samples, .. s.Drawn.Output[..^1]]);
            weight = options.Write("sampleWeight", drawn).Value;
        }
        var classWeight = draw.Chance(0.08)
            ? new Dictionary<int, double> { [0] = 1, [draw.Mostly(1, -1, 99)] = draw.Mostly(2.0, -1, double.NaN) } : null;
        options.Write("classWeight", classWeight is null ? null : string.Join(", ", classWeight));
        var first = draw.Chance(0.05) ? options.Write("initialEpoch", draw.Of(-1, 1, 5)) : 0;
        TensorLike? mask = draw.Chance(0.1) ? options.Write("mask", s.Mask()).Value : (TensorLike?)null;
        int[]? lengths = draw.Chance(0.1) ? [.. Enumerable.Repeat(options.Write("lengths", draw.Mostly(1, 0, -1, 99)), s.Samples)] : null;
        var cancelled = options.Flag("cancelled", 0.03);
        var draws = options.Flag("SavePlot", 0.1);
        return new($"model.Fit({x}, {y}, {options})", () => Used(s, draws, s.Model!.Fit(
            x.Value, y.Value, epochs, batchSize, verbose, shuffle, split, validation,
            callback is null ? null : [callback.Make()], first, weight, classWeight, mask, lengths,
            cancellationToken: new CancellationToken(cancelled))));
    }

    private static void Used(Subject s, bool draws, History history)
    {
        if (draws)
        {
            history.SavePlot(Path.Combine(s.Folder, "history.svg"));
            _ = history.TryGet("val_loss", out _);
        }
    }

    private static Call TrainOnBatch(Subject s)
    {
        var (x, y) = (s.X(), s.Y());
        return new($"model.TrainOnBatch({x}, {y})", () => s.Model!.TrainOnBatch(x.Value, y.Value));
    }

    private static Call Evaluate(Subject s)
    {
        var (x, y, size, carry) = (s.X(), s.Y(), BatchSize(s), s.Draw.Chance(0.3));
        return new($"model.Evaluate({x}, {y}, {size}, {carry})", () => s.Model!.Evaluate(x.Value, y.Value, size, carry));
    }

    private static Call Predict(Subject s)
    {
        var (x, size, carry) = (s.X(), BatchSize(s), s.Draw.Chance(0.3));
        return new($"model.Predict({x}, {size}, {carry})", () => s.Model!.Predict(x.Value, size, carry));
    }

    private static Call PredictArray(Subject s)
    {
        var x = s.X();
        return s.Draw.Below(3) switch
        {
            0 when s.Mask() is var mask && s.Draw.Chance(0.4) => new($"model.Predict({x}, mask: {mask})", () => s.Model!.Predict(x.Value, mask: mask.Value, allowNonFinite: true)),
            0 => new($"model.Predict<float[,]>({x})", () => s.Model!.Predict<float[,]>(x.Value)),
            1 => new($"model.Predict<float[,,]>({x})", () => s.Model!.Predict<float[,,]>(x.Value)),
            _ => new($"model.Predict<string>({x})", () => s.Model!.Predict<string>(x.Value)),
        };
    }

    private static Call PredictMemory(Subject s)
    {
        var samples = s.Draw.Mostly(s.Samples, 0, -1, int.MaxValue);
        var x = DrawnData.Floats(s.Draw, [s.Draw.Mostly(1, 0, 2, 3), s.Samples, .. s.Drawn.Input], s.Drawn.Classes);
        var y = new float[s.Draw.Mostly(1, 0, 2) * s.Samples * s.Drawn.Output.Aggregate(1L, (product, length) => product * length)];
        return new($"model.Predict(new float[{x.Length}], new float[{y.Length}], {samples})", () => s.Model!.Predict(x, y, samples));
    }

    private static Call Forecast(Subject s)
    {
        var (x, steps) = (s.X(), s.Draw.Mostly(s.Draw.Between(1, 3), 0, -1));
        return new($"model.Forecast({x}, {steps})", () => s.Model!.Forecast(x.Value, steps));
    }

    private static Call OpenStream(Subject s)
    {
        var batch = s.Draw.Mostly(s.Samples, 0, -1, 1);
        return new($"stream = model.OpenStream({batch})", () =>
        {
            var opened = s.Model!.OpenStream(batch);
            s.Stream?.Dispose();
            s.Stream = opened;
        });
    }

    // Many a model has none.
    private static Call WithoutStream(Subject s) => s.Draw.Chance(0.3) ? OpenStream(s) : Any(s);

    private static Call Step(Subject s)
    {
        var x = DrawnData.AnyTensor(s.Draw, s.Drawn.Classes > 0 ? [s.Samples] : [s.Samples, s.Drawn.Input[^1]], s.Drawn.Classes);
        return s.Stream is null ? WithoutStream(s) : new($"stream.Step({x})", () => s.Stream.Step(x.Value!));
    }

    private static Call StepMemory(Subject s)
    {
        var x = DrawnData.Floats(s.Draw, [s.Draw.Mostly(s.Samples, 0, 7), s.Drawn.Input[^1]], s.Drawn.Classes);
        var y = new float[s.Draw.Mostly(s.Samples * (int)s.Drawn.Output.LastOrDefault(1), 0, 1)];
        return s.Stream is null ? WithoutStream(s)
            : s.Draw.Chance(0.5) ? new($"stream.Step(new float[{x.Length}])", () => s.Stream.Step(x))
            : new($"stream.Step(new float[{x.Length}], new float[{y.Length}])", () => s.Stream.Step(x, y));
    }

    private static Call SaveState(Subject s) => s.Stream is null ? WithoutStream(s) : new("state = stream.SaveState()", () =>
    {
        var saved = s.Stream.SaveState();
        s.StreamState?.Dispose();
        s.StreamState = saved;
    });

    private static Call Restore(Subject s)
    {
        if (s.Stream is null || s.StreamState is null)
        {
            return SaveState(s);
        }
        return s.Draw.Below(6) switch
        {
            0 => new("stream.Restore(null)", () => s.Stream.Restore(null!)),
            1 => new("state.Dispose()", s.StreamState.Dispose),
            2 => new("stream.Dispose()", s.Stream.Dispose),
            3 => new("stream.Restore(state of another model)", () => s.Stream.Restore(StateOfAnother())),
            4 => new("stream.Restore(state.Copy())", () =>
            {
                using var copy = s.StreamState.Copy();
                s.Stream.Restore(copy);
            }),
            _ => new("stream.Restore(state)", () => s.Stream.Restore(s.StreamState)),
        };
    }

    private static StreamState StateOfAnother()
    {
        using var model = new SequentialModel(new Lstm(3));
        model.Build(-1, 1);
        using var stream = model.OpenStream();
        stream.Step([1]);
        return stream.SaveState();
    }

    private static Call Reset(Subject s) => s.Stream is null ? WithoutStream(s) : new("stream.Reset()", s.Stream.Reset);

    private static Call ResetStates(Subject s) => new("model.ResetStates()", () => s.Model!.ResetStates());

    private static Call Summary(Subject s)
    {
        var (name, place) = (s.Draw.Of(s.Layers).Name, s.Draw.Between(-1, 3));
        return s.Draw.Chance(0.5) ? new("model.Summary(true)", () => s.Model!.Summary(true))
            : new($"model.GetLayer(\"{name}\"), GetLayer({place})", () => _ = (s.Model!.GetLayer(name), s.Model.GetLayer(place)));
    }

    private static Call Engine(Subject s) => new("model.Engine", () => _ = s.Model!.Engine.ToString());

    private static Call RequestEngine(Subject s)
    {
        var engine = s.Draw.Mostly(s.Draw.Of(EngineKind.Auto, EngineKind.Fused, EngineKind.Torch), (EngineKind)9);
        return new($"model.RequestedEngine = {engine}", () => s.Model!.RequestedEngine = engine);
    }

    private static Call Add(Subject s)
    {
        var layer = DrawnLayers.Any(s.Draw);
        return s.Model is not SequentialModel model ? SeveralCalls.Any(s)
            : s.Draw.Chance(0.1) ? new("model.Add(model)", () => model.Add(model))
            : new($"model.Add({layer})", () => model.Add(layer.Make()));
    }

    internal static int? BatchSize(Subject s) => s.Draw.Chance(0.5) ? null : s.Draw.Mostly(s.Draw.Between(1, s.Samples), 0, -1);
}
