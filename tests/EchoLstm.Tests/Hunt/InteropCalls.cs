using EchoLstm.Inference;
using EchoLstm.Interop;
using EchoLstm.Tests.Interop;

namespace EchoLstm.Tests.Hunt;

/// <summary>Files of other libraries, whole and damaged, and a model's own file run without Torch.</summary>
internal static class InteropCalls
{
    internal static Call Keras(Subject s)
    {
        var (damage, text) = FileCalls.Damage(s.Draw);
        var isKeras3 = s.Draw.Chance(0.5);
        var path = Path.Combine(s.Folder, isKeras3 ? "model.keras" : "model.h5");
        void Write()
        {
            using var model = KerasSamples.Model(isKeras3);
            var layers = KerasSamples.Layers(model);
            File.WriteAllBytes(path, isKeras3 ? KerasWriter.Keras3(layers) : Hdf5Writer.Write(KerasWriter.Whole(layers, "2.2.4")));
            damage(path);
        }
        return s.Draw.Chance(0.5) && s.Model is { } model
            ? new($"KerasFile.LoadWeights(model, {path}{text})", () =>
            {
                Write();
                KerasFile.LoadWeights(model, path);
            })
            : new($"KerasFile.Load({path}{text})", () =>
            {
                Write();
                using var loaded = KerasFile.Load(path);
                using var y = loaded.Predict(new float[2, 3, 3]);
            });
    }

    internal static Call PyTorch(Subject s)
    {
        var (damage, text) = FileCalls.Damage(s.Draw);
        var layer = s.Draw.Chance(0.7) ? s.Root! : s.Draw.Of(s.Layers);
        var path = Path.Combine(s.Folder, s.Draw.Of("torch.safetensors", "torch.pt", "torch.txt"));
        Dictionary<string, string>? names = s.Draw.Chance(0.1) ? new() { [s.Draw.Of(s.Layers).Name] = "module" } : null;
        return new($"PyTorchFile.SaveWeights({layer.Name}, {path}), LoadWeights({(names is null ? "" : "with names")}{text})", () =>
        {
            PyTorchFile.SaveWeights(layer, path, names);
            damage(path);
            PyTorchFile.LoadWeights(layer, path, names);
        });
    }

    internal static Call Inference(Subject s)
    {
        var (draw, (damage, text)) = (s.Draw, FileCalls.Damage(s.Draw));
        var path = Path.Combine(s.Folder, "inference.safetensors");
        var (samples, steps) = (draw.Mostly(s.Samples, 0, -1, int.MaxValue), draw.Mostly((int)s.Drawn.Input[0], 0, 1, int.MaxValue));
        var x = DrawnData.Floats(draw, [draw.Mostly(1, 0, 2), s.Samples, .. s.Drawn.Input], s.Drawn.Classes);
        x.AsSpan()[..Math.Min(1, x.Length)].Fill(draw.Mostly(0.5f, float.NaN, -1, 1e30f));
        var (room, allows, steppedOn) = (draw.Mostly(0, -1, 1), draw.Chance(0.2), draw.Below(4));
        var (batches, rows, runs) = (draw.Chance(0.2), draw.Mostly(4, 0), draw.Chance(0.2));
        var (byPath, byWords, place) = (draw.Chance(0.5), draw.Chance(0.05), draw.Below(int.MaxValue));
        int[] words = [.. x.Select(value => float.IsNaN(value) ? -1 : (int)value)], lengths = draw.Chance(0.2) ? [.. Enumerable.Repeat(draw.Mostly(1, -1, 9), s.Samples)] : [];
        return new($"InferenceModel.Load({path}{text}), Predict(x[{x.Length}], {samples} samples, {steps} steps, {lengths.Length} lengths), stream", () =>
        {
            s.Model!.Save(path);
            damage(path);
            using var stored = File.OpenRead(path);
            using var model = byPath ? InferenceModel.Load(path) : InferenceModel.Load(stored);
            // Enough for what x can be.
            var y = new float[Math.Clamp(model.OutputLength(samples, steps) + room, 0, 100_000)];
            if (model.ReadsIndices != byWords)
            {
                model.Predict(words, y, samples, lengths);
            }
            else
            {
                model.Predict(x, y, samples, lengths, allows);
            }
            if (batches)
            {
                Batched(model, x, rows);
                return;
            }
            if (runs)
            {
                long[] shape = [samples, .. s.Drawn.Input.Skip(model.InputShape.Rank == 2 ? 1 : 0)];
                _ = model.Run(new Dictionary<string, InferenceTensor> { [model.InputNames[0]] = new(x, shape) }, allows);
                return;
            }
            using var stream = model.OpenStream(samples, allows);
            var state = stream.SaveState();
            _ = stream.Step(x.AsSpan(0, Math.Min(x.Length, samples * (int)s.Drawn.Input[^1])));
            switch (steppedOn)
            {
                case 0:
                    stream.Step(words, y);
                    break;
                case 1:
                    state[place % state.Length] ^= 4;
                    stream.Restore(state);
                    break;
                case 2:
                    stream.Restore(state);
                    stream.Reset();
                    break;
                default:
                    stream.Step(x, y);
                    break;
            }
        });
    }

    private static void Batched(InferenceModel model, float[] x, int rows)
    {
        var batching = new BatchingPredictor(model, rows);
        try
        {
            _ = batching.PredictAsync(x).GetAwaiter().GetResult();
        }
        finally
        {
            batching.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>TorchSharp's own save and load, which layers have not.</summary>
    internal static Call TorchFile(Subject s)
    {
        var (layer, path) = (s.Draw.Of(s.Layers), Path.Combine(s.Folder, "layer.dat"));
        return s.Draw.Chance(0.5) ? new($"{layer.Name}.save(path)", () => layer.save(path)) : new($"{layer.Name}.load(path)", () => layer.load(path));
    }
}
