using System.Buffers;
using System.Diagnostics.Metrics;
using System.Threading.Channels;

namespace EchoLstm.Inference;

/// <summary>
/// Gathers single samples that arrive at the same time into one call of a model, which a model of some hundred units answers in less time
/// than a call for each; a small one is faster alone. The numbers are those of
/// <see cref="InferenceModel.Predict(ReadOnlySpan{float}, Span{float}, int, ReadOnlySpan{int}, bool)"/> of the sample alone, bit for bit.
/// </summary>
/// <remarks>
/// A batch begins when it is full or its first sample has waited long enough, and a processor is free: under load, samples that wait for
/// one make larger batches by themselves, with no delay at all. First come, first served; samples of other lengths go in batches of their
/// own. A sample that the model refuses is refused to its caller, and is in no batch. Any number of threads may ask at once.
/// <para>
/// It measures itself by a <see cref="Meter"/> named <c>EchoLstm.Inference</c>: the histogram <c>echolstm.batch.rows</c>, and
/// <c>echolstm.batch.waiting</c>, how many samples wait.
/// </para>
/// </remarks>
/// <example><code>
/// await using var predictor = new BatchingPredictor(model, maxRows: 32, maxDelay: TimeSpan.FromMilliseconds(2));
/// float[] y = await predictor.PredictAsync(x, cancellationToken);
/// </code></example>
public sealed class BatchingPredictor : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly int _capacity;
    private readonly BatchGroups _groups;
    private readonly int _processors = Environment.ProcessorCount;
    private readonly SemaphoreSlim _free;
    private readonly ITimer _timer;
    private readonly Action _leave;
    private readonly Meter _meter;
    private readonly Histogram<int> _rows;
    private readonly Task _work;

    // null says only that there may be something to do: a batch is done, or somebody has waited long enough.
    private readonly Channel<BatchRequest?> _arrivals =
        Channel.CreateUnbounded<BatchRequest?>(new UnboundedChannelOptions { SingleReader = true });

    private InferenceModel _model;
    private int _waiting;

    /// <summary>Begins to take samples.</summary>
    /// <param name="model">The model; it stays the caller's, and is in use until <see cref="DisposeAsync"/> is done.</param>
    /// <param name="maxRows">How many samples a batch has at most. <value>32</value></param>
    /// <param name="maxDelay">How long a sample waits for others to share its batch. Zero: it waits only while all processors are busy.
    /// <value>default</value></param>
    /// <param name="capacity">How many samples may wait; more are refused. <value>1024</value></param>
    /// <param name="timeProvider">The clock; null: the system's. <value>null</value></param>
    /// <exception cref="ArgumentOutOfRangeException">maxRows or capacity is below 1, or maxDelay is negative or longer than a timer
    /// runs.</exception>
    public BatchingPredictor(
        InferenceModel model,
        int maxRows = 32,
        TimeSpan maxDelay = default,
        int capacity = 1024,
        TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDelay, TimeSpan.FromDays(1));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _clock = timeProvider ?? TimeProvider.System;
        (_model, _capacity, _groups) = (model, capacity, new BatchGroups(maxRows, maxDelay, _clock));
        _leave = () => Interlocked.Decrement(ref _waiting);
        _free = new SemaphoreSlim(_processors);
        _timer = _clock.CreateTimer(_ => LookAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _meter = new Meter("EchoLstm.Inference", version: null, tags: null, scope: this);
        _rows = _meter.CreateHistogram<int>("echolstm.batch.rows", "{sample}", "Samples of a batch.");
        _ = _meter.CreateObservableUpDownCounter("echolstm.batch.waiting", () => Waiting, "{sample}", "Samples that wait for their batch.");
        _work = FormBatchesAsync();
    }

    /// <summary>
    /// The model that predicts the samples that come from now on. Another may take its place at any time, of other shapes too: samples that
    /// wait or run are predicted by the one that they came to, so none is lost.
    /// </summary>
    /// <remarks>The model before it stays the caller's. It is in use until what came to it is answered: leave it to the garbage
    /// collector, as its memory is .NET's.</remarks>
    public InferenceModel Model
    {
        get => Volatile.Read(ref _model);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Volatile.Write(ref _model, value);
        }
    }

    /// <summary>How many samples wait for their batch to begin.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Predicts a sample, together with others that wait.</summary>
    /// <param name="x">Its features, time steps · features numbers; they are copied at once.</param>
    /// <param name="cancellationToken">Ends the wait; a batch that has begun goes on without it. <value>default</value></param>
    /// <returns>The prediction, <see cref="InferenceModel.OutputLength"/> numbers. What is wrong with x is told by the task.</returns>
    /// <exception cref="ShapeMismatchException">x does not fit the model.</exception>
    /// <exception cref="ArgumentException">x has NaN or infinities; the message has the place.</exception>
    /// <exception cref="QueueFullException">As many samples wait as may.</exception>
    /// <exception cref="InvalidOperationException">The model reads indices.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="ObjectDisposedException">The predictor or its model is disposed.</exception>
    public Task<float[]> PredictAsync(ReadOnlyMemory<float> x, CancellationToken cancellationToken = default)
    {
        try
        {
            var (model, own) = (Model, x.ToArray());
            return Enqueue(model, own, model.CheckedSteps(own, samples: 1, allowNonFinite: false), cancellationToken);
        }
        catch (Exception error)
        {
            return Task.FromException<float[]>(error);
        }
    }

    /// <summary>Predicts a sample of indices, together with others that wait.</summary>
    /// <param name="words">Its indices, one a time step; they are copied at once.</param>
    /// <param name="cancellationToken">Ends the wait; a batch that has begun goes on without it. <value>default</value></param>
    /// <returns>The prediction, <see cref="InferenceModel.OutputLength"/> numbers. What is wrong with words is told by the task.</returns>
    /// <exception cref="ShapeMismatchException">words does not fit the model.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index has no vector.</exception>
    /// <exception cref="QueueFullException">As many samples wait as may.</exception>
    /// <exception cref="InvalidOperationException">The model reads features.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    /// <exception cref="ObjectDisposedException">The predictor or its model is disposed.</exception>
    public Task<float[]> PredictAsync(ReadOnlyMemory<int> words, CancellationToken cancellationToken = default)
    {
        try
        {
            var (model, own) = (Model, words.ToArray());
            return Enqueue(model, own, model.CheckedSteps(own, samples: 1), cancellationToken);
        }
        catch (Exception error)
        {
            return Task.FromException<float[]>(error);
        }
    }

    /// <summary>Takes no more samples, and answers those that wait, at once.</summary>
    /// <returns>Done when the last one is answered.</returns>
    public ValueTask DisposeAsync()
    {
        _ = _arrivals.Writer.TryComplete();
        return new ValueTask(_work);
    }

    private Task<float[]> Enqueue(InferenceModel model, Array input, int steps, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<float[]>(cancellationToken);
        }
        if (Interlocked.Increment(ref _waiting) > _capacity)
        {
            _leave();
            throw new QueueFullException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_capacity} samples wait for their predictions already, and no more may. Ask again later (in a service answer 503), "
                        + $"or make capacity larger."));
        }
        var request = new BatchRequest(model, input, steps, _clock.GetTimestamp(), _leave);
        request.EndWith(cancellationToken);
        if (!_arrivals.Writer.TryWrite(request))
        {
            request.Leave();
            request.Fail(new ObjectDisposedException(nameof(BatchingPredictor)));
        }
        return request.Task;
    }

    private void LookAgain() => _ = _arrivals.Writer.TryWrite(null);

    private async Task FormBatchesAsync()
    {
        var arrivals = _arrivals.Reader;
        while (await arrivals.WaitToReadAsync().ConfigureAwait(false))
        {
            // Whoever came before this moment is read now, and so in the batch of those that have waited long enough by then.
            var now = _clock.GetTimestamp();
            while (arrivals.TryRead(out var request))
            {
                if (request is not null)
                {
                    _groups.Add(request);
                }
            }
            BeginBatches(now);
        }
        while (_groups.Take(_clock.GetTimestamp(), all: true) is { } batch)
        {
            await _free.WaitAsync().ConfigureAwait(false);
            Begin(batch);
        }
        for (var i = 0; i < _processors; i++)
        {
            await _free.WaitAsync().ConfigureAwait(false);
        }
        await _timer.DisposeAsync().ConfigureAwait(false);
        _meter.Dispose();
    }

    private void BeginBatches(long now)
    {
        while (_free.CurrentCount > 0 && _groups.Take(now) is { } batch)
        {
            _free.Wait(); // there is one: this loop alone takes them
            Begin(batch);
        }
        if (_free.CurrentCount == 0 || _groups.Left(now) is not { } left)
        {
            return; // a batch that ends, or a sample that comes, looks again
        }
        // Timers count whole milliseconds. A clock that was moved before the timer was set would not make it ring.
        _ = _timer.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(left.TotalMilliseconds))), Timeout.InfiniteTimeSpan);
        if (_groups.Left(_clock.GetTimestamp()) <= TimeSpan.Zero)
        {
            LookAgain();
        }
    }

    private void Begin(List<BatchRequest> batch)
    {
        foreach (var request in batch)
        {
            request.Leave();
        }
        _ = ThreadPool.UnsafeQueueUserWorkItem(
            static work =>
            {
                work.Predictor.Run(work.Batch);
                _ = work.Predictor._free.Release();
                work.Predictor.LookAgain();
            },
            (Predictor: this, Batch: batch),
            preferLocal: false);
    }

    // What one sample alone would not meet, such as too little memory, must not fail the others.
    private void Run(List<BatchRequest> batch)
    {
        try
        {
            Predict(batch);
        }
        catch (Exception) when (batch.Count > 1)
        {
            batch.ForEach(request => Run([request]));
        }
        catch (Exception error)
        {
            batch[0].Fail(error);
        }
    }

    private void Predict(List<BatchRequest> batch)
    {
        var (model, rows) = (batch[0].Model, batch.Count);
        var length = model.OutputLength(rows, batch[0].Steps);
        var y = ArrayPool<float>.Shared.Rent(length);
        if (model.ReadsIndices)
        {
            Gather<int>(batch, words => model.Predict(words, y.AsSpan(0, length), rows));
        }
        else
        {
            Gather<float>(batch, x => model.Predict(x, y.AsSpan(0, length), rows));
        }
        _rows.Record(rows);
        for (var i = 0; i < rows; i++)
        {
            batch[i].Answer(y[(length / rows * i)..(length / rows * (i + 1))]);
        }
        ArrayPool<float>.Shared.Return(y);
    }

    private static void Gather<T>(List<BatchRequest> batch, Action<ReadOnlySpan<T>> predict)
    {
        var width = batch[0].Input.Length;
        var x = ArrayPool<T>.Shared.Rent(batch.Count * width);
        for (var i = 0; i < batch.Count; i++)
        {
            Array.Copy(batch[i].Input, 0, x, i * width, width);
        }
        predict(x.AsSpan(0, batch.Count * width));
        ArrayPool<T>.Shared.Return(x);
    }
}
