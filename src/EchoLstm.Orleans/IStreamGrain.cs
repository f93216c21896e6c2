using Orleans;

namespace EchoLstm.Orleans;

/// <summary>
/// A sequence that a saved model reads step by step, somewhere in the cluster. Its key is <c>model/stream</c>: the model's name, as the
/// silos' <see cref="IModelSource"/> knows it, and a name of the caller's own.
/// </summary>
/// <remarks>
/// Steps are numbered from 1, so that a call whose answer was lost can be made again. A silo writes the state every
/// <see cref="StreamOptions.PersistEvery"/> steps and when it lets go of the stream; the steps since then are lost with the silo, and the
/// caller sends them again. <see cref="StreamClient"/> does all that. The numbers are those of one
/// <see cref="Inference.InferenceStream"/> that read the same steps, bit for bit.
/// </remarks>
[Alias("EchoLstm.IStreamGrain")]
public interface IStreamGrain : IGrainWithStringKey
{
    /// <summary>Reads the next step.</summary>
    /// <param name="number">Its number: one more than was read.</param>
    /// <param name="input">Its features; of a model that reads indices, one whole number.</param>
    /// <returns>The output after it. The number that was read last is answered again, without being read.</returns>
    /// <exception cref="StreamStepException">The number is another one; it says which is expected. Nothing was read.</exception>
    /// <exception cref="ArgumentException">The input does not fit the model, or has NaN or infinities. Nothing was read.</exception>
    /// <exception cref="InvalidOperationException">The model was replaced by one that can't go on from the stream's state, or can't run
    /// step by step.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    [Alias("Step")]
    Task<StreamAnswer> Step(long number, ReadOnlyMemory<float> input);

    /// <summary>Reads several steps, all or none.</summary>
    /// <param name="first">The number of the first of them: one more than was read.</param>
    /// <param name="inputs">Their features, one step after the other.</param>
    /// <returns>Their outputs, one after the other, and the number of the last.</returns>
    /// <exception cref="StreamStepException">The number is another one; it says which is expected. Nothing was read.</exception>
    /// <exception cref="ArgumentException">The inputs are no whole steps, or have NaN or infinities. Nothing was read.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="Step"/>.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    [Alias("Steps")]
    Task<StreamAnswer> Steps(long first, ReadOnlyMemory<float> inputs);

    /// <summary>Tells where the stream is, without reading.</summary>
    /// <returns>The last output, empty where nothing was read; how many steps were read, and how many of them are written.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="Step"/>.</exception>
    /// <exception cref="FileNotFoundException">There is no such model.</exception>
    [Alias("Peek")]
    Task<StreamAnswer> Peek();

    /// <summary>Forgets what was read, and what was written of it: the next step has the number 1.</summary>
    [Alias("Reset")]
    Task Reset();

    /// <summary>Has another stream of the model go on from here too.</summary>
    /// <param name="stream">Its name, without the model's; it must not have read anything.</param>
    /// <exception cref="ArgumentException">The name is empty or this stream's own.</exception>
    /// <exception cref="InvalidOperationException">The other stream has read steps.</exception>
    [Alias("Fork")]
    Task Fork(string stream);
}

/// <summary>What a stream takes from another one of its model.</summary>
[Alias("EchoLstm.IForkedGrain")]
internal interface IForkedGrain : IGrainWithStringKey
{
    [Alias("Take")]
    Task Take(StreamState state);
}
