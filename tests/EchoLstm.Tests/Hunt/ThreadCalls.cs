using System.Runtime.ExceptionServices;

namespace EchoLstm.Tests.Hunt;

/// <summary>Several threads on one model: predictions, streams, passes with gradients, and what changes it.</summary>
internal static class ThreadCalls
{
    private const int Rounds = 3;

    internal static Call Any(Subject s)
    {
        var (count, x, y) = (s.Draw.Between(2, 4), s.X(), s.Y());
        var works = Enumerable.Range(0, count).Select(_ => Work(s, x.Value, y.Value)).ToList();
        var texts = string.Join("; ", works.Select(work => work.Text));
        return new($"at once, with {x} and {y}: {texts}", () => Run([.. works.Select(work => work.Run)]));
    }

    private static Call Work(Subject s, TensorLike x, TensorLike y)
    {
        var layer = s.Draw.Of(s.Layers);
        var tensor = DrawnData.AnyTensor(
            s.Draw,
            [s.Draw.Between(1, 6), .. layer.InputShape?.Skip(1).Select(length => length ?? 3) ?? s.Drawn.Input],
            layer.IndexReader is null ? 0 : s.Drawn.Classes);
        return (s.Model is null ? 0 : s.Draw.Below(12)) switch
        {
            0 or 1 or 2 => new($"{layer.Name}.call({tensor}) and backward()", () => Pass(layer, tensor.Value!)),
            3 or 4 => new("Predict", () => s.Model!.Predict(x).Dispose()),
            5 or 6 => new("a stream", () => Stream(s)),
            7 => new("Evaluate", () => s.Model!.Evaluate(x, y)),
            8 => new("TrainOnBatch", () => s.Model!.TrainOnBatch(x, y)),
            9 => new("Fit", () => s.Model!.Fit(x, y, verbose: 0)),
            10 => new("SetWeights", () => s.Model!.SetWeights(s.Model.GetWeights())),
            _ => s.Draw.Chance(0.2) ? new("Dispose", s.Model!.Dispose) : new("Summary", () => s.Model!.Summary()),
        };
    }

    private static void Pass(Layer layer, Tensor input)
    {
        using var output = layer.call(input);
        using var loss = output.sum();
        if (loss.requires_grad)
        {
            loss.backward();
        }
    }

    private static void Stream(Subject s)
    {
        using var stream = s.Model!.OpenStream();
        for (var round = 0; round < Rounds; round++)
        {
            stream.Step(new float[s.Drawn.Input[^1]]);
        }
    }

    // All of them to their end; then the first error, as it was thrown.
    private static void Run(Action[] works)
    {
        ExceptionDispatchInfo? met = null;
        using var start = new Barrier(works.Length);
        var threads = works.Select(work => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                using var scope = NewDisposeScope();
                for (var round = 0; round < Rounds; round++)
                {
                    work();
                }
            }
            catch (Exception error)
            {
                Interlocked.CompareExchange(ref met, ExceptionDispatchInfo.Capture(error), null);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        met?.Throw();
    }
}
