using System.Collections;
using System.IO.Compression;
using TorchSharp.PyBridge;

namespace EchoLstm.Interop;

/// <summary>The tensors of a file that <c>torch.save(module.state_dict())</c> wrote, or of the one state dictionary of a
/// checkpoint.</summary>
internal sealed class PyTorchPickle : IDisposable
{
    private const long LargestPickle = 64 << 20, Spare = 64 << 20, Copies = 8;
    private readonly DisposeScope _scope;

    private PyTorchPickle(DisposeScope scope, IReadOnlyList<PyTorchTensor> tensors) => (_scope, Tensors) = (scope, tensors);

    internal IReadOnlyList<PyTorchTensor> Tensors { get; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or no state dictionary.</exception>
    internal static PyTorchPickle Open(string path, long modelBytes)
    {
        CheckArchive(path, Spare + (Copies * modelBytes));
        var scope = NewDisposeScope();
        try
        {
            var dictionary = PyTorchUnpickler.UnpickleStateDict(path);
            return new PyTorchPickle(scope, [.. Named(StateOf(dictionary, path)).Select(named => Tensor(path, named.Name, named.Tensor))]);
        }
        catch (Exception error) when (error is not OutOfMemoryException && !error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            scope.Dispose();
            throw new InvalidDataException(
                $"{path} can't be read as PyTorch's state dictionary: {error.Message} Save torch.save(module.state_dict(), path) with "
                    + "numbers on the CPU, or write safetensors.", error);
        }
        catch
        {
            scope.Dispose();
            throw;
        }
    }

    public void Dispose() => _scope.Dispose();

    // Before anything is unpacked: what unpacks to far more than the model needs, an optimiser's copies included, is refused.
    private static void CheckArchive(string path, long largest)
    {
        using var stream = File.OpenRead(path);
        try
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            var length = archive.Entries.Sum(entry => (decimal)entry.Length);
            if (length > largest)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{path} unpacks to {length:N0} bytes, but the model's weights and an optimiser's copies take {largest:N0} at most."));
            }
            if (archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith(".pkl", StringComparison.Ordinal)
                && entry.Length > LargestPickle) is { } pickle)
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture, $"{path}: {pickle.FullName} has {pickle.Length:N0} bytes, {LargestPickle:N0} at most."));
            }
            var state = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
                ?? throw new InvalidDataException($"{path} has no data.pkl: it is no file that torch.save wrote.");
            using var commands = state.Open();
            var bytes = new byte[state.Length];
            if (PickleSizes.Largest(bytes[..commands.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)]) > (double)length)
            {
                throw new InvalidDataException($"{path} has a tensor of more numbers than the archive has bytes. The file is damaged.");
            }
        }
        catch (InvalidDataException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{path} is no archive as torch.save writes it since PyTorch 1.6 ({error.Message}). Save it anew with a newer PyTorch.",
                error);
        }
    }

    // A checkpoint has the state dictionary beside numbers and the optimiser's.
    private static Hashtable StateOf(Hashtable given, string path)
    {
        if (given.Values.Cast<object>().Any(value => value is Tensor))
        {
            return given;
        }
        var inner = given.Cast<DictionaryEntry>().Where(entry => entry.Value is Hashtable table
            && table.Count > 0 && table.Values.Cast<object>().All(value => value is Tensor)).ToList();
        return inner.Count == 1 ? (Hashtable)inner[0].Value! : throw new InvalidDataException(
            $"{path} has "
                + (inner.Count == 0
                    ? "no state dictionary"
                    : $"several state dictionaries: {string.Join(", ", inner.Select(entry => entry.Key))}")
                + ". Save the one of the module alone: torch.save(module.state_dict(), path).");
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Named(Hashtable state) => state.Cast<DictionaryEntry>()
        .Where(entry => entry.Value is Tensor)
        .Select(entry => ((string)entry.Key, (Tensor)entry.Value!))
        .OrderBy(named => named.Item1, StringComparer.Ordinal);

    private static PyTorchTensor Tensor(string path, string name, Tensor tensor) => new(name, tensor.shape, () =>
    {
        if (!tensor.is_floating_point())
        {
            throw new InvalidDataException($"{path}: tensor '{name}' is of {tensor.dtype}, expected a floating-point type.");
        }
        using var floats = tensor.to(ScalarType.Float32);
        using var dense = floats.contiguous();
        return dense.data<float>().ToArray();
    });
}
