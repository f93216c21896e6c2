using System.Diagnostics;

namespace EchoLstm.Browser;

/// <summary>Steps sixty times a second, and measures whether it does.</summary>
internal sealed class Clock : IDisposable
{
    private const int Rate = 60;

    // A browser's timer is late at times, and rings once a second where the page is hidden: what is missed then is left out.
    private const int MostAtOnce = 12;

    private PeriodicTimer? _timer;

    internal bool IsRunning => _timer is not null;

    /// <summary>The steps of the last whole second.</summary>
    internal double StepsPerSecond { get; private set; }

    /// <summary>Runs until it is stopped, or until a step says that it was the last.</summary>
    /// <param name="step">Takes a step; false ends.</param>
    /// <param name="show">Shows where the steps have come to.</param>
    internal async Task RunAsync(Func<bool> step, Action show)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / Rate));
        _timer = timer;
        try
        {
            await RunAsync(timer, step, show);
        }
        finally
        {
            if (_timer == timer)
            {
                _timer = null;
            }
            show();
        }
    }

    internal void Stop()
    {
        _timer?.Dispose();
        _timer = null;
    }

    public void Dispose() => Stop();

    private async Task RunAsync(PeriodicTimer timer, Func<bool> step, Action show)
    {
        var (start, second) = (Stopwatch.GetTimestamp(), Stopwatch.GetTimestamp());
        var (taken, inSecond) = (0L, 0);
        StepsPerSecond = 0;
        while (await timer.WaitForNextTickAsync())
        {
            var due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * Rate);
            taken = Math.Max(taken, due - MostAtOnce);
            for (; taken < due; taken++, inSecond++)
            {
                if (!step())
                {
                    return;
                }
            }
            if (Stopwatch.GetElapsedTime(second) is { TotalSeconds: >= 1 } elapsed)
            {
                (StepsPerSecond, second, inSecond) = (inSecond / elapsed.TotalSeconds, Stopwatch.GetTimestamp(), 0);
            }
            show();
        }
    }
}
