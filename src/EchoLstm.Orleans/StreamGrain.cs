using EchoLstm.Inference;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;

namespace EchoLstm.Orleans;

/// <summary>A stream: an <see cref="InferenceStream"/> of its own over the silo's model, and its state in the storage.</summary>
internal sealed partial class StreamGrain(
    [PersistentState("stream", StreamHosting.StorageName)] IPersistentState<StreamState> stored,
    IModelSource models,
    IOptions<StreamOptions> options,
    ILogger<StreamGrain> logger) : Grain, IStreamGrain, IForkedGrain
{
    private InferenceModel? _model;
    private InferenceStream? _stream;
    private float[] _output = []; // after the last step

    private StreamAnswer Place => new(_output, _stream!.StepsRead, stored.State.Number);

    public Task<StreamAnswer> Step(long number, ReadOnlyMemory<float> input) => Read(number, input, isOne: true);

    public Task<StreamAnswer> Steps(long first, ReadOnlyMemory<float> inputs) => Read(first, inputs, isOne: false);

    public async Task<StreamAnswer> Peek()
    {
        await Open();
        return Place;
    }

    public async Task Reset()
    {
        _stream?.Dispose();
        (_model, _stream, _output) = (null, null, []);
        await stored.ClearStateAsync();
        stored.State = new StreamState();
    }

    public async Task Fork(string stream)
    {
        ArgumentException.ThrowIfNullOrEmpty(stream);
        await Open();
        var key = new StreamKey(StreamKey.Parse(this.GetPrimaryKeyString()).Model, stream).ToString();
        if (key == this.GetPrimaryKeyString())
        {
            throw new ArgumentException($"The stream {key} can't go on from itself: give another name.", nameof(stream));
        }
        await GrainFactory.GetGrain<IForkedGrain>(key).Take(State());
    }

    public async Task Take(StreamState state)
    {
        var own = _stream is null ? stored.State : State();
        if (own.Number == state.Number && own.Bytes.AsSpan().SequenceEqual(state.Bytes))
        {
            return; // a call whose answer was lost is made again
        }
        if (own.Number > 0)
        {
            throw new InvalidOperationException(
                $"The stream {this.GetPrimaryKeyString()} has read steps, which it would forget. Reset it first, or give a new name.");
        }
        _stream?.Dispose();
        (_model, _stream, _output) = (null, null, state.Output);
        stored.State = state;
        await stored.WriteStateAsync();
    }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _output = stored.State.Output;
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_stream is not null && _stream.StepsRead != stored.State.Number)
        {
            await Persist();
        }
        _stream?.Dispose();
    }

    private async Task<StreamAnswer> Read(long first, ReadOnlyMemory<float> inputs, bool isOne)
    {
        await Open();
        if (isOne && first == _stream!.StepsRead && first > 0)
        {
            return Place;
        }
        if (first != _stream!.StepsRead + 1)
        {
            throw new StreamStepException(this.GetPrimaryKeyString(), first, _stream.StepsRead + 1);
        }
        var outputs = isOne ? Next(inputs.Span) : NextOf(inputs.Span);
        if (_stream.StepsRead - stored.State.Number >= options.Value.PersistEvery)
        {
            await Persist();
        }
        return Place with { Output = outputs };
    }

    private float[] NextOf(ReadOnlySpan<float> inputs)
    {
        var width = _model!.ReadsIndices ? 1 : (int)_model.InputShape.Last!.Value;
        if (inputs.Length == 0 || inputs.Length % width != 0)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"{inputs.Length} numbers are no whole steps of {width}: give the steps one after the other."), nameof(inputs));
        }
        var (before, outputs) = (State(), new float[inputs.Length / width * _stream!.OutputLength]);
        try
        {
            for (var place = 0; place < inputs.Length; place += width)
            {
                Next(inputs.Slice(place, width)).CopyTo(outputs, place / width * _stream.OutputLength);
            }
        }
        catch (ArgumentException)
        {
            // All or none.
            _stream.Restore(before.Bytes);
            _output = before.Output;
            throw;
        }
        return outputs;
    }

    private float[] Next(ReadOnlySpan<float> input)
    {
        var output = new float[_stream!.OutputLength];
        try
        {
            if (_model!.ReadsIndices)
            {
                _stream.Step([Index(input)], output);
            }
            else
            {
                _stream.Step(input, output);
            }
        }
        catch (ArgumentException error)
        {
            // Its own type may not be known where the call came from.
            throw new ArgumentException(error.Message);
        }
        return _output = output;
    }

    private static int Index(ReadOnlySpan<float> input) => input is [var value] && value == (int)value ? (int)value
        : throw new ArgumentException("The model reads an index a step: expected one whole number, received "
            + string.Join(", ", input.ToArray().Select(number => number.ToString(CultureInfo.InvariantCulture))) + ".");

    // The model as it is now, with the state where the stream stands.
    private async ValueTask Open()
    {
        var key = StreamKey.Parse(this.GetPrimaryKeyString());
        var model = await models.GetAsync(key.Model);
        if (ReferenceEquals(model, _model))
        {
            return;
        }
        if (model.InputNames.Count + model.OutputNames.Count > 2)
        {
            throw new InvalidOperationException(
                $"The model '{key.Model}' has the inputs {string.Join(", ", model.InputNames)} and the outputs "
                    + $"{string.Join(", ", model.OutputNames)}; a grain's stream has one of each. Open an "
                    + "InferenceStream instead.");
        }
        var stream = model.OpenStream();
        var state = _stream is null ? stored.State.Bytes : _stream.SaveState();
        try
        {
            if (state.Length > 0)
            {
                stream.Restore(state);
            }
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException)
        {
            throw new InvalidOperationException(
                $"The model '{key.Model}' can't go on from the state of the stream {key}: {error.Message} Put the model back that the "
                    + "stream was read with, or call Reset to begin anew.");
        }
        _stream?.Dispose();
        (_model, _stream) = (model, stream);
    }

    private StreamState State() => new() { Bytes = _stream!.SaveState(), Output = _output, Number = _stream.StepsRead };

    // A step that was read is answered also where it can't be written: whoever sent it keeps it, as the answer says.
    private async Task Persist()
    {
        var before = stored.State;
        try
        {
            stored.State = State();
            await stored.WriteStateAsync();
        }
        catch (Exception error) when (error is not InconsistentStateException)
        {
            stored.State = before;
            NotWritten(this.GetPrimaryKeyString(), error);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The state of the stream {Key} could not be written; the next step tries again.")]
    private partial void NotWritten(string key, Exception error);
}
