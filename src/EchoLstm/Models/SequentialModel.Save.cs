using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models;

public sealed partial class SequentialModel
{
    /// <summary>
    /// Saves the whole model (Keras's <c>save</c>): layers, weights, what Compile set, what the optimiser learned on the way, the states that stateful layers carry, and where
    /// its random numbers stand. After <see cref="Load"/> training goes on exactly where it stopped. The file is a safetensors file, whose weights are those of <see cref="SaveWeights"/>.
    /// </summary>
    /// <param name="path">The file. An old one is replaced as a whole: a process that is killed on the way leaves the old one or the new one.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or a file can't hold a part of it: a TorchSharp module, a loss, a metric or a TorchSharp optimiser of your own, whose code it would need (use <see cref="SaveWeights"/>); or another thread trains it.</exception>
    /// <exception cref="IOException">The folder does not exist, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    /// <remarks>Hooks and <see cref="Engine"/>'s choice are found anew. Where the model is on another device, it comes back on the CPU.</remarks>
    public void Save(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var turn = new Turn(this, nameof(Save)); // a prediction has the carried states for itself until it gives them back
        ThrowIfNotBuilt("be saved");
        ThrowIfPartDisposed();
        ModelFile.Save(this, path);
    }

    void ISavable.CheckSavable() => ModelFile.Check(this);

    /// <summary>Loads a model that <see cref="Save"/> wrote (Keras's <c>load_model</c>), on the CPU.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model, built, and compiled if it was; the caller disposes it.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, of another kind, or of a version that this library does not read.</exception>
    /// <exception cref="IOException">Reading failed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public static SequentialModel Load(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var file = SafetensorsFile.Open(path);
        return ModelFile.Load(file);
    }

    /// <summary>
    /// Saves the weights alone, as a plain safetensors file that Python's safetensors reads too (Keras's <c>save_weights</c>). The names are the layers' with Keras's names
    /// of their weights behind, e.g. <c>lstm_1.kernel</c>, the layouts those of <see cref="Layer.GetWeights"/>; a TorchSharp module's parameters and buffers come under its own names.
    /// </summary>
    /// <param name="path">The file. An old one is replaced as a whole: a process that is killed on the way leaves the old one or the new one.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, two weights have one name, a weight has a type that is not written, or another thread trains the model.</exception>
    /// <exception cref="IOException">The folder does not exist, or writing failed; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be written.</exception>
    public void SaveWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var use = Gate.Read(nameof(SaveWeights));
        ThrowIfNotBuilt("save them");
        WeightFile.Save(this, path);
    }

    /// <summary>Loads weights that <see cref="SaveWeights"/>, <see cref="Save"/> or another safetensors library wrote (Keras's <c>load_weights</c>); all or none. Carried states are forgotten.</summary>
    /// <param name="path">The file, whose names and shapes must be those that <see cref="SaveWeights"/> writes for this model. Numbers of another floating-point type are converted.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="InvalidOperationException">The model is not built, or another thread uses it.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another kind, or does not fit: the message lists every weight that is missing, unexpected or misshapen. Nothing was changed.</exception>
    /// <exception cref="IOException">Reading failed. Nothing was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    public void LoadWeights(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        using var change = Gate.Change(nameof(LoadWeights));
        ThrowIfNotBuilt("load them");
        using var file = SafetensorsFile.Open(path);
        WeightFile.Load(this, file);
        ResetStates();
    }
}
