using System.Collections.Concurrent;
using EchoLstm.Inference;

namespace EchoLstm.Serving;

/// <summary>The open streams. Each goes on with the model that it was opened on; those that nobody steps are closed.</summary>
internal sealed class StreamSessions(BatchingPredictor predictor, Limits limits, TimeProvider clock) : BackgroundService
{
    private readonly ConcurrentDictionary<string, Session> _open = new();
    private int _count;

    internal int Count => Volatile.Read(ref _count);

    internal OpenedStream Open()
    {
        if (Interlocked.Increment(ref _count) > limits.MaxStreams)
        {
            _ = Interlocked.Decrement(ref _count);
            throw new Refusal(503, $"{limits.MaxStreams} streams are open, and no more may. Close one, or ask again later.");
        }
        try
        {
            var session = new Session(predictor.Model, clock);
            var id = Guid.NewGuid().ToString("N");
            _open[id] = session;
            return new OpenedStream(id, session.OutputLength);
        }
        catch (InvalidOperationException error) // a layer needs later steps
        {
            _ = Interlocked.Decrement(ref _count);
            throw new Refusal(400, error.Message);
        }
    }

    internal StepAnswer Step(string id, Input input) => Find(id).Step(input);

    internal void Close(string id)
    {
        if (!_open.TryRemove(id, out var session))
        {
            throw NotOpen(id);
        }
        _ = Interlocked.Decrement(ref _count);
        session.Close();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var idle = TimeSpan.FromSeconds(limits.IdleSeconds);
        using var timer = new PeriodicTimer(idle / 4, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var (id, session) in _open)
            {
                if (session.CloseIfIdle(idle) && _open.TryRemove(id, out _))
                {
                    _ = Interlocked.Decrement(ref _count);
                }
            }
        }
    }

    private Session Find(string id) => _open.TryGetValue(id, out var session) ? session : throw NotOpen(id);

    private static Refusal NotOpen(string id) =>
        new(404, $"No stream '{id}' is open: it was closed, or nobody stepped it for long. Open one by POST /streams.");

    /// <summary>A stream and when it was used; one step at a time.</summary>
    private sealed class Session(InferenceModel model, TimeProvider clock)
    {
        private readonly Lock _turn = new();
        private readonly InferenceStream _stream = model.OpenStream();
        private long _used = clock.GetTimestamp();
        private bool _isClosed;

        internal int OutputLength => _stream.OutputLength;

        internal StepAnswer Step(Input input)
        {
            // Two steps at once have no order: whoever sends them has to wait for the answer before.
            if (!_turn.TryEnter())
            {
                throw new Refusal(409, "The stream is at another step. Send a step when the one before it is answered.");
            }
            try
            {
                if (_isClosed)
                {
                    throw new Refusal(404, "The stream was closed just now.");
                }
                _used = clock.GetTimestamp();
                var y = new float[OutputLength];
                if (model.ReadsIndices)
                {
                    _stream.Step(Service.Required(input.Words, "words"), y);
                }
                else
                {
                    _stream.Step(Service.Required(input.X, "x"), y);
                }
                return new StepAnswer(y, _stream.StepsRead);
            }
            finally
            {
                _turn.Exit();
            }
        }

        internal void Close()
        {
            lock (_turn)
            {
                _isClosed = true;
                _stream.Dispose();
            }
        }

        internal bool CloseIfIdle(TimeSpan idle)
        {
            lock (_turn)
            {
                if (clock.GetElapsedTime(_used) < idle)
                {
                    return false;
                }
                Close();
                return true;
            }
        }
    }
}
