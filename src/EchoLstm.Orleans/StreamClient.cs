using Orleans;
using Orleans.Runtime;

namespace EchoLstm.Orleans;

/// <summary>
/// Sends a stream its steps. It keeps those that the storage does not have yet, repeats calls that fail while a silo is replaced, and sends
/// again what went with it: each step is read once, and the outputs are those of one process that read them all.
/// </summary>
/// <remarks>
/// One stream has one client at a time. Its calls are carried out one after the other. What it keeps goes with its process: a new client
/// goes on from what the stream has read.
/// </remarks>
/// <example><code>
/// var stream = await StreamClient.OpenAsync(cluster, "sales", "shop-17");
/// float[] output = await stream.StepAsync(new float[] { 0.3f });
/// </code></example>
public sealed class StreamClient : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private readonly IGrainFactory _grains;
    private readonly string _model;
    private readonly IStreamGrain _grain;
    private readonly StreamClientOptions _options;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Queue<float[]> _kept = new(); // the steps from _firstKept to StepsRead
    private long _firstKept = 1;
    private float[]? _inDoubt; // a step whose call failed: it may have been read

    private StreamClient(IGrainFactory grains, string model, string stream, StreamClientOptions options)
    {
        Key = new StreamKey(model, stream).ToString();
        (_grains, _model, _options, _grain) = (grains, model, options, grains.GetGrain<IStreamGrain>(Key));
    }

    /// <summary>The stream's key, <c>model/stream</c>.</summary>
    public string Key { get; }

    /// <summary>How many steps the stream has read.</summary>
    public long StepsRead { get; private set; }

    /// <summary>How many steps the client keeps, as the storage does not have them yet.</summary>
    public int Kept => _kept.Count;

    /// <summary>Finds a stream, new or not.</summary>
    /// <param name="grains">The cluster: an <c>IClusterClient</c>, or the <c>GrainFactory</c> of a grain.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="stream">The stream's.</param>
    /// <param name="options">How to go on after failures. <value>null: the defaults</value></param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The client; the caller's.</returns>
    /// <exception cref="ArgumentException">A name is empty, or the model's has a slash.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    /// <exception cref="InvalidOperationException">The model can't run step by step, or can't go on from the stream's state.</exception>
    public static async Task<StreamClient> OpenAsync(
        IGrainFactory grains,
        string model,
        string stream,
        StreamClientOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(grains);
        ArgumentException.ThrowIfNullOrEmpty(model);
        ArgumentException.ThrowIfNullOrEmpty(stream);
        if (model.Contains('/', StringComparison.Ordinal))
        {
            throw new ArgumentException($"'{model}' is no name of a model: a slash ends it in a stream's key.", nameof(model));
        }
        var client = new StreamClient(grains, model, stream, options ?? new StreamClientOptions());
        await client.Alone(async () => client.Begin(await client.Answered(client._grain.Peek())), cancellationToken);
        return client;
    }

    /// <summary>Sends the next step.</summary>
    /// <param name="input">Its features; of a model that reads indices, one whole number.</param>
    /// <param name="cancellationToken">Ends the repetition of a call that failed.</param>
    /// <returns>The output after it.</returns>
    /// <exception cref="OrleansException">The cluster did not answer for as long as calls are repeated. Whether the step was read is not
    /// known: <see cref="ResumeAsync"/> finds out.</exception>
    /// <exception cref="TimeoutException">The same.</exception>
    /// <exception cref="OperationCanceledException">The same.</exception>
    /// <exception cref="ArgumentException">The input does not fit the model, or has NaN or infinities. It was not read.</exception>
    /// <exception cref="InvalidOperationException">The stream can't go on: another client has sent it steps, steps are lost that this one
    /// never had, its model was replaced by another kind of model, the storage takes nothing, or it is not known whether the step before was read.</exception>
    /// <exception cref="FileNotFoundException">There is no such model any more.</exception>
    public async Task<float[]> StepAsync(ReadOnlyMemory<float> input, CancellationToken cancellationToken = default)
    {
        StreamAnswer answer = default;
        var step = input.ToArray();
        await Alone(
            async () =>
            {
                if (_kept.Count >= _options.MostKept)
                {
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                        $"The storage lacks the last {_kept.Count} steps of the stream {Key}, which are as many as the client keeps. See "
                            + $"the silos' log for why they are not written, or raise {nameof(StreamClientOptions.MostKept)}."));
                }
                _inDoubt = step;
                answer = await Send(step);
                Count(answer);
            },
            cancellationToken);
        return answer.Output.ToArray();
    }

    /// <summary>Finds out whether a step whose call failed was read, and goes on.</summary>
    /// <param name="cancellationToken">Ends the repetition of a call that failed.</param>
    /// <returns><see cref="StepsRead"/>: one more than before where the step was read; send it again where it was not.</returns>
    public async Task<long> ResumeAsync(CancellationToken cancellationToken = default)
    {
        await Alone(
            async () =>
            {
                var place = await CatchUp();
                if (_inDoubt is not null && place.Number == StepsRead + 1)
                {
                    Count(place);
                }
                _inDoubt = null;
            },
            cancellationToken,
            inDoubt: true);
        return StepsRead;
    }

    /// <summary>Forgets what the stream has read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task ResetAsync(CancellationToken cancellationToken = default) => Alone(
        async () =>
        {
            await _grain.Reset().WaitAsync(_options.CallTimeout, _options.Time);
            Begin(default);
        },
        cancellationToken);

    /// <summary>Has another stream of the model go on from here too.</summary>
    /// <param name="stream">Its name; it must not have read anything.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its client; the caller's.</returns>
    /// <exception cref="ArgumentException">The name is empty or this stream's own.</exception>
    /// <exception cref="InvalidOperationException">The other stream has read steps.</exception>
    public async Task<StreamClient> ForkAsync(string stream, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        await Alone(
            async () =>
            {
                await CatchUp();
                await _grain.Fork(stream).WaitAsync(_options.CallTimeout, _options.Time);
            },
            cancellationToken);
        return await OpenAsync(_grains, _model, stream, _options, cancellationToken);
    }

    /// <summary>Ends the client, not the stream.</summary>
    public void Dispose() => _turn.Dispose();

    private void Begin(StreamAnswer place)
    {
        _kept.Clear();
        (StepsRead, _firstKept, _inDoubt) = (place.Number, place.Number + 1, null);
    }

    // The step in doubt was read; what the storage has need not be kept.
    private void Count(StreamAnswer answer)
    {
        _kept.Enqueue(_inDoubt!);
        (StepsRead, _inDoubt) = (answer.Number, null);
        for (; _firstKept <= answer.Persisted && _kept.Count > 0; _firstKept++)
        {
            _kept.Dequeue();
        }
    }

    private async Task<StreamAnswer> Send(float[] input)
    {
        while (true)
        {
            try
            {
                return await Answered(_grain.Step(StepsRead + 1, input));
            }
            catch (StreamStepException refused) when (refused.Expected <= StepsRead)
            {
                await SendAgain(refused.Expected);
            }
            catch (StreamStepException refused)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"Another client has sent the stream {Key} steps: it reads step {refused.Expected} next, and this client has sent "
                        + $"{StepsRead}. A stream has one client at a time; open it anew to go on."));
            }
        }
    }

    // The stream may stand where it was last written, after its silo has ended.
    private async Task<StreamAnswer> CatchUp()
    {
        var place = await Answered(_grain.Peek());
        while (place.Number < StepsRead)
        {
            await SendAgain(place.Number + 1);
            place = await Answered(_grain.Peek());
        }
        return place;
    }

    private async Task SendAgain(long first)
    {
        if (first < _firstKept)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                $"The stream {Key} reads step {first} next, but the client keeps only those from {_firstKept} on: its state was lost in "
                    + $"the storage, or another client has reset it. Open it anew, and send the sequence again."));
        }
        try
        {
            await Answered(_grain.Steps(first, _kept.Skip((int)(first - _firstKept)).SelectMany(step => step).ToArray()));
        }
        catch (StreamStepException)
        {
            // A call before, whose answer was lost, was carried out meanwhile: who asks next learns where the stream stands.
        }
    }

    private Task<StreamAnswer> Answered(Task<StreamAnswer> call) => call.WaitAsync(_options.CallTimeout, _options.Time);

    // Repeats what fails because a silo does, not what is refused.
    private async Task Alone(Func<Task> call, CancellationToken cancellationToken, bool inDoubt = false)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_inDoubt is not null && !inDoubt)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
                    $"A call failed, and it is not known whether the stream {Key} has read step {StepsRead + 1}: await "
                        + $"{nameof(ResumeAsync)}, which tells."));
            }
            await Repeat(call, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task Repeat(Func<Task> call, CancellationToken cancellationToken)
    {
        var (began, wait) = (_options.Time.GetTimestamp(), _options.FirstWait);
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception error) when (error is OrleansException or TimeoutException
                && _options.Time.GetElapsedTime(began) + wait < _options.RetryFor)
            {
                await Task.Delay(wait, _options.Time, cancellationToken);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (Exception error) when (error is not (OrleansException or TimeoutException or OperationCanceledException))
            {
                // Refused: nothing was read.
                _inDoubt = null;
                throw;
            }
        }
    }
}
