namespace EchoLstm;

/// <summary>
/// Who uses a model, a layer on its own, or a stream: any number of callers that read it, or one that changes it. A call that can't run
/// beside what is running is refused, by name, and not queued; it spins for the instant in which another enters, or while a disposal is
/// carried out. Disposal is done at once, or by the last caller that leaves.
/// </summary>
/// <remarks>
/// The hazard is a tensor that one thread frees or rewrites while native code on another reads it: that ends the process. So every public
/// call holds a <see cref="Use"/> from its first line to its last: <c>using var use = Guard.Read(nameof(Predict));</c>
/// </remarks>
/// <param name="noun">What is used, for messages: model, layer, stream.</param>
internal sealed class AccessGuard(string noun)
{
    // Parts of the state: how many callers read, how many only look, whether one changes it, whether it is being released.
    private const long Reading = 1, Looking = 1L << 30, Changing = 1L << 60, Releasing = 1L << 61;
    private const long Readers = Looking - 1;

    private readonly Lock _releasesLock = new();
    private readonly List<Action> _releases = [];
    private long _state, _changes;
    private volatile int _owner; // the thread that changes or releases it
    private volatile string? _change;
    private string _firstRead = "";
    private volatile bool _hasReleases;

    /// <summary>Whether it is a model's, whose layers share it.</summary>
    internal bool IsOfModel => noun == "model";

    /// <summary>Another one where a call that changes has begun or ended, or something was released: what was read before may be gone. The
    /// guard is a part of it, as a model that goes into another has that one's from then on.</summary>
    internal (AccessGuard Guard, long Changes) Stamp => (this, Volatile.Read(ref _changes));

    /// <summary>Says that what is guarded was changed by a call that nobody guards, of TorchSharp's.</summary>
    internal void NoteChange() => Interlocked.Increment(ref _changes);

    internal bool IsChangedHere => _owner == Environment.CurrentManagedThreadId;

    /// <summary>
    /// Begins a call that reads weights; several may run at once, and the thread that changes the weights may call it in between, as
    /// callbacks do.
    /// </summary>
    /// <param name="what">The call's name, for others' messages.</param>
    /// <returns>To be disposed when the call ends.</returns>
    /// <exception cref="InvalidOperationException">Another thread changes the weights.</exception>
    internal Use Read(string what)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state < Changing)
            {
                if (Interlocked.CompareExchange(ref _state, state + Reading, state) == state)
                {
                    if ((state & Readers) == 0)
                    {
                        _firstRead = what;
                    }
                    return new Use(this, Reading);
                }
            }
            else if (_owner == Environment.CurrentManagedThreadId)
            {
                return default;
            }
            else if (state < Releasing && _change is { } change)
            {
                throw Busy(what, change);
            }
            spin.SpinOnce();
        }
    }

    /// <summary>Begins a call that reads nothing that a change would spoil: it only keeps what it reads from being released.</summary>
    /// <returns>To be disposed when the call ends.</returns>
    internal Use Look()
    {
        var spin = default(SpinWait);
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state < Releasing && Interlocked.CompareExchange(ref _state, state + Looking, state) == state)
            {
                return new Use(this, Looking);
            }
            if (state >= Releasing && _owner == Environment.CurrentManagedThreadId)
            {
                return default;
            }
            spin.SpinOnce();
        }
    }

    /// <summary>
    /// Begins a call that changes weights or what belongs to them: no other thread may read or change them until it ends.
    /// </summary>
    /// <param name="what">The call's name, for others' messages.</param>
    /// <returns>To be disposed when the call ends.</returns>
    /// <exception cref="InvalidOperationException">Another call is running.</exception>
    internal Use Change(string what)
    {
        var spin = default(SpinWait);
        while (true)
        {
            var state = Volatile.Read(ref _state);
            if (state < Changing)
            {
                if ((state & Readers) > 0)
                {
                    throw ReadMeanwhile(what);
                }
                if (Interlocked.CompareExchange(ref _state, state + Changing, state) == state)
                {
                    (_owner, _change) = (Environment.CurrentManagedThreadId, what);
                    NoteChange();
                    return new Use(this, Changing);
                }
            }
            else if (_owner == Environment.CurrentManagedThreadId)
            {
                return default;
            }
            else if (state < Releasing && _change is { } change)
            {
                throw Busy(what, change);
            }
            spin.SpinOnce();
        }
    }

    /// <summary>Releases something when nobody uses it: now, or when the last call that runs has ended.</summary>
    /// <param name="release">What to do, once.</param>
    internal void WhenIdle(Action release)
    {
        if (Volatile.Read(ref _state) >= Releasing && _owner == Environment.CurrentManagedThreadId)
        {
            release();
            return;
        }
        lock (_releasesLock)
        {
            _releases.Add(release);
            _hasReleases = true;
        }
        ReleaseIfIdle();
    }

    private void End(long kind)
    {
        if (kind == Changing)
        {
            (_owner, _change) = (0, null);
            NoteChange();
        }
        if (Interlocked.Add(ref _state, -kind) == 0 && _hasReleases)
        {
            ReleaseIfIdle();
        }
    }

    private void ReleaseIfIdle()
    {
        while (_hasReleases && Interlocked.CompareExchange(ref _state, Releasing, 0) == 0)
        {
            _owner = Environment.CurrentManagedThreadId;
            NoteChange();
            try
            {
                foreach (var release in TakeReleases())
                {
                    release();
                }
            }
            finally
            {
                _owner = 0;
                Interlocked.Add(ref _state, -Releasing);
            }
        }
    }

    private Action[] TakeReleases()
    {
        lock (_releasesLock)
        {
            Action[] taken = [.. _releases];
            _releases.Clear();
            _hasReleases = false;
            return taken;
        }
    }

    private InvalidOperationException Busy(string what, string change) => new(
        $"{what} can't run while {change} runs on the same {noun} on another thread. Wait until {change} returns, or give each thread a "
            + $"{noun} of its own.");

    private InvalidOperationException ReadMeanwhile(string what) => new(
        $"{what} can't run while other calls use the same {noun}; the first of them was {_firstRead}. Wait until they return, or give each "
            + $"thread a {noun} of its own.");

    /// <summary>A call that is running; default: one inside another that changes.</summary>
    internal readonly ref struct Use(AccessGuard guard, long kind)
    {
        private readonly AccessGuard? _guard = guard;

        public void Dispose() => _guard?.End(kind);
    }
}
