using System.Collections.Concurrent;
using EchoLstm.Inference;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace EchoLstm.Orleans;

/// <summary>Models in a folder: <c>name.safetensors</c>, as <c>model.Save</c> writes them. Each is loaded once, and again where its file
/// was replaced; a file that can't be read then leaves the model before it in use.</summary>
/// <param name="folder">The folder.</param>
/// <param name="checkEvery">How often the file's date is looked at. <value>null: a second</value></param>
/// <param name="logger">Is told of files that could not be read. <value>null</value></param>
/// <param name="time">The clock. <value>null: the system's</value></param>
public sealed partial class FolderModels(
    string folder, TimeSpan? checkEvery = null, ILogger<FolderModels>? logger = null, TimeProvider? time = null) : IModelSource
{
    private const string Ending = ".safetensors";

    private readonly TimeSpan _checkEvery = checkEvery ?? TimeSpan.FromSeconds(1);
    private readonly ILogger _logger = logger ?? NullLogger<FolderModels>.Instance;
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The name is empty, or no plain file name: letters, digits, <c>-</c>, <c>_</c> and <c>.</c>, not
    /// beginning with a dot.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, or no saved model.</exception>
    /// <exception cref="NotSupportedException">A layer has no kernel.</exception>
    public ValueTask<InferenceModel> GetAsync(string name, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        CheckName(name);
        // Reading takes milliseconds, once: who comes meanwhile waits for it.
        return new(_entries.GetOrAdd(name, _ => new Entry()).Current(this, Path.Combine(folder, name + Ending), name));
    }

    private static void CheckName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (name[0] == '.' || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
        {
            throw new ArgumentException(
                $"'{name}' is no name of a model: expected letters, digits, '-', '_' and '.', not beginning with a dot.", nameof(name));
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Path} can't be read; the model before it stays in use.")]
    private static partial void KeepsOld(ILogger logger, string path, Exception error);

    private sealed class Entry
    {
        private readonly Lock _lock = new();
        private InferenceModel? _model;
        private DateTime _written;
        private long _looked;

        internal InferenceModel Current(FolderModels models, string path, string name)
        {
            var model = Volatile.Read(ref _model);
            if (model is not null && models._time.GetElapsedTime(Volatile.Read(ref _looked)) < models._checkEvery)
            {
                return model;
            }
            lock (_lock)
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (_model is null || written != _written)
                {
                    Load(models, path, name);
                    _written = written;
                }
                Volatile.Write(ref _looked, models._time.GetTimestamp());
                return _model!;
            }
        }

        private void Load(FolderModels models, string path, string name)
        {
            try
            {
                Volatile.Write(ref _model, InferenceModel.Load(path));
            }
            catch (FileNotFoundException error) when (_model is null)
            {
                throw new FileNotFoundException(
                    $"There is no model '{name}': save it as {path} on every silo, or where all of them find it.", path, error);
            }
            catch (Exception error) when (_model is not null)
            {
                KeepsOld(models._logger, path, error);
            }
        }
    }
}
