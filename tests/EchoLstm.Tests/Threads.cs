namespace EchoLstm.Tests;

/// <summary>Threads that a test starts and waits for.</summary>
internal static class Threads
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs actions on threads of their own, begun together; fails with the first error that one of them met.</summary>
    internal static void Run(int count, Action<int> action) => Run([.. Enumerable.Range(0, count).Select(i => (Action)(() => action(i)))]);

    /// <summary>Runs actions on threads of their own, begun together; fails with the first error that one of them met.</summary>
    internal static void Run(params Action[] actions)
    {
        using var start = new Barrier(actions.Length);
        var failures = new List<Exception>();
        var threads = actions.Select(action => new Thread(() =>
        {
            try
            {
                start.SignalAndWait();
                action();
            }
            catch (Exception error)
            {
                lock (failures)
                {
                    failures.Add(error);
                }
            }
        }) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.TrueForAll(thread => thread.Join(Patience)).Should().BeTrue("a thread that hangs is a deadlock");
        failures.Should().BeEmpty();
    }

    /// <summary>Runs an action on another thread while this one is at a place that the action waits for.</summary>
    internal static Exception? Elsewhere(Action action)
    {
        Exception? met = null;
        Run(() =>
        {
            try
            {
                action();
            }
            catch (Exception error)
            {
                met = error;
            }
        });
        return met;
    }
}
