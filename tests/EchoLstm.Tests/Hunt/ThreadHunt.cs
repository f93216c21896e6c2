using System.Diagnostics;

namespace EchoLstm.Tests.Hunt;

/// <summary>Threads with passes of different sizes through one Lstm; each one's input gradient must be that of a thread alone.</summary>
internal static class ThreadHunt
{
    internal const string Command = "hunt-threads";

    private const int Threads = 4;

    /// <summary>Runs it in a child.</summary>
    /// <returns>null where all was well, else what was not.</returns>
    internal static string? RunChild(int seconds, TextWriter progress) =>
        ChildProcess.Run(TimeSpan.FromSeconds(seconds + 60), progress.WriteLine, Command, $"{seconds}");

    /// <summary>The child: runs until the time is over or a thread has failed.</summary>
    internal static int Run(TimeSpan time)
    {
        NativeTorch.Load();
        using var lstm = new Lstm(5, returnSequences: true) { Seed = 1 };
        lstm.Build(new Shape(null, null, 3));
        var inputs = Enumerable.Range(0, Threads).Select(i => Numbers.Uniform(i, [1 + (2 * i), 3 + (4 * i), 3])).ToList();
        var expected = inputs.Select(input => Gradient(lstm, input)).ToList();
        var clock = Stopwatch.StartNew();
        var passes = new long[Threads];
        string? failure = null;
        var threads = Enumerable.Range(0, Threads).Select(i => new Thread(() =>
        {
            try
            {
                for (; clock.Elapsed < time && failure is null; passes[i]++)
                {
                    if (!Gradient(lstm, inputs[i]).AsSpan().SequenceEqual(expected[i]))
                    {
                        failure = $"Thread {i} has another gradient than alone, in pass {passes[i]}.";
                    }
                }
            }
            catch (Exception error)
            {
                failure = error.ToString();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Console.WriteLine($"{passes.Sum()} passes on {Threads} threads");
        Console.Error.WriteLine(failure);
        return failure is null && passes.All(count => count > 0) ? 0 : 1;
    }

    private static float[] Gradient(Lstm lstm, Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.detach().clone().requires_grad_();
        lstm.call(x).square().sum().backward();
        return x.grad!.data<float>().ToArray();
    }
}
