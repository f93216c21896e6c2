using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace EchoLstm.Kernels;

/// <summary>
/// Shares the parts of a computation among threads. What a part computes does not depend on which thread runs it, so results do not depend
/// on their number. The caller takes parts too, so that a busy thread pool can only slow it down; nothing is allocated per run. A helper
/// that has nothing left to do stays awake for an instant: the next computation of a pass comes sooner than a sleeping thread wakes, and
/// one that wakes may be put on the caller's processor for milliseconds.
/// </summary>
internal sealed class WorkTeam
{
    // Some 20 µs of one core: what calling a thread that is awake is worth.
    private const double WorthSharing = 1_000_000;

    private const int SpinsBetweenLooks = 8;

    // Longer than what a training step does between its products; after the first part of it others are let through.
    private static readonly TimeSpan StaysAwake = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan KeepsProcessor = TimeSpan.FromMicroseconds(100);

    private readonly double _worthSharing;
    private readonly TimeSpan _staysAwake;
    private readonly Helper _helper;
    private Action<int> _work = _ => { };
    private long _claims; // generation (32 bits), number of parts (16), next part (16)
    private int _finished;
    private int _awake; // helpers that run, look for parts, or are queued
    private ExceptionDispatchInfo? _failure;

    /// <param name="threads">How many threads may work; no more than the machine has processors.</param>
    /// <param name="worthSharing">From how many multiplications on a computation is shared. <value>1,000,000</value></param>
    /// <param name="serves">
    /// Whether other work waits for the pool's threads, so that a helper leaves them soon. <value>false</value>
    /// </param>
    internal WorkTeam(int threads, double worthSharing = WorthSharing, bool serves = false)
    {
        (_worthSharing, _staysAwake) = (worthSharing, serves ? KeepsProcessor : StaysAwake);
        Size = Math.Max(1, Math.Min(threads, Environment.ProcessorCount));
        _helper = new Helper(this);
    }

    /// <summary>How many threads, the caller's included.</summary>
    internal int Size { get; }

    /// <summary>
    /// Runs parts 0 … parts - 1, no more than <see cref="Size"/> at once, and returns when all are done; throws what one of them threw.
    /// </summary>
    internal void Run(int parts, Action<int> work)
    {
        if (Size == 1 || parts == 1)
        {
            for (var part = 0; part < parts; part++)
            {
                work(part);
            }
            return;
        }
        (_work, _failure) = (work, null);
        Volatile.Write(ref _finished, 0);
        // A helper that falls asleep leaves before it looks a last time: it sees these parts, or they are queued for it here.
        Interlocked.Exchange(ref _claims, ((_claims >> 32) + 1 << 32) | ((long)parts << 16));
        while (TryWake(Math.Min(Size - 1, parts - 1)))
        {
            ThreadPool.UnsafeQueueUserWorkItem(_helper, preferLocal: false);
        }
        RunParts();
        var spin = default(SpinWait);
        while (Volatile.Read(ref _finished) < parts)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        _failure?.Throw();
    }

    /// <summary>Whether threads should share a computation of so many multiplications.</summary>
    internal static bool IsWorthSharing(double multiplications) => multiplications >= WorthSharing;

    /// <summary>How many parts to cut a computation into: one where it takes less time than waking a thread.</summary>
    internal int PartsFor(double multiplications) => multiplications < _worthSharing ? 1 : Size;

    /// <summary>The piece of a length that is a part's, cut at multiples of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (int First, int Count) Piece(int length, int part, int parts)
    {
        var fours = (length + 3) / 4;
        var first = Math.Min(length, fours * part / parts * 4);
        var end = Math.Min(length, fours * (part + 1) / parts * 4);
        return (first, end - first);
    }

    /// <summary>Rounds a number of rows up to what a product takes at once.</summary>
    internal static int RoundUp(int rows) => (rows + 3) / 4 * 4;

    private void Help()
    {
        while (true)
        {
            var lastWork = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(lastWork) is var idle && idle < _staysAwake)
            {
                if (HasParts())
                {
                    RunParts();
                    lastWork = Stopwatch.GetTimestamp();
                }
                else if (idle > KeepsProcessor)
                {
                    Thread.Yield();
                }
                Thread.SpinWait(SpinsBetweenLooks);
            }
            Interlocked.Decrement(ref _awake);
            if (!HasParts() || !TryWake(Size - 1))
            {
                return;
            }
        }
    }

    // Counts one helper more, unless there are as many already: the caller may have queued another for the one that just left.
    private bool TryWake(int most)
    {
        var awake = Volatile.Read(ref _awake);
        while (awake < most)
        {
            var seen = Interlocked.CompareExchange(ref _awake, awake + 1, awake);
            if (seen == awake)
            {
                return true;
            }
            awake = seen;
        }
        return false;
    }

    private bool HasParts()
    {
        var claims = Volatile.Read(ref _claims);
        return (claims & 0xFFFF) < ((claims >> 16) & 0xFFFF);
    }

    private void RunParts()
    {
        while (true)
        {
            var claims = Volatile.Read(ref _claims);
            var part = (int)(claims & 0xFFFF);
            if (part >= ((claims >> 16) & 0xFFFF))
            {
                return;
            }
            if (Interlocked.CompareExchange(ref _claims, claims + 1, claims) == claims)
            {
                RunPart(part);
                Interlocked.Increment(ref _finished);
            }
        }
    }

    // An exception that left a helper would end the process.
    private void RunPart(int part)
    {
        try
        {
            _work(part);
        }
        catch (Exception exception)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
        }
    }

    private sealed class Helper(WorkTeam team) : IThreadPoolWorkItem
    {
        public void Execute() => team.Help();
    }
}
