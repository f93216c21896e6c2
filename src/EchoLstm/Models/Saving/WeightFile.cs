using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>
/// A layer's weights as a safetensors file: under Keras's names with the layers' names before them, in Keras's layout. docs/format.md says
/// it all.
/// </summary>
internal static class WeightFile
{
    internal static void Save(Layer layer, string path)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var sources = Sources(layer);
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, FileFormat.Header(FileFormat.OfWeights), sources));
    }

    /// <summary>The weights to be written; views in the caller's dispose scope.</summary>
    internal static IReadOnlyList<SafetensorsSource> Sources(Layer layer)
    {
        var names = new HashSet<string>();
        var sources = new List<SafetensorsSource>();
        CheckFinite(layer);
        foreach (var weight in layer.Weights)
        {
            var name = new WeightSpec(weight.Name, []).FileName;
            if (!names.Add(name))
            {
                throw new InvalidOperationException($"Two weights of {layer.Title} would be called '{name}' in the file. Give the layers "
                    + $"names without '/'.");
            }
            sources.Add(TensorBytes.Source(name, weight.Value()));
        }
        return sources;
    }

    /// <summary>Throws where a weight is not finite, which no file may hold: one that is there would be lost for it.</summary>
    /// <exception cref="InvalidOperationException">A weight is NaN or infinite; the message has the first.</exception>
    internal static void CheckFinite(Layer layer)
    {
        if (FirstUnfit(layer) is var (place, number))
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"{layer.Title} can't be saved: {place} is {number}, so that its training has diverged. Nothing was written. Save it "
                    + $"before that, or train it anew with a lower learning rate."));
        }
    }

    /// <summary>The first weight that is NaN or infinite; null where none is.</summary>
    internal static (string Place, double Value)? FirstUnfit(Layer layer)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        return layer.Weights.Select(weight =>
        {
            var value = weight.Value();
            return SampleCheck.FirstOrNone(value, weight.Unfit(value), weight.Name);
        }).FirstOrDefault(found => found is not null);
    }

    /// <summary>Sets the weights; all or none.</summary>
    /// <exception cref="InvalidDataException">They do not fit; the message lists every weight that is missing, unexpected or
    /// misshapen.</exception>
    internal static void Load(Layer layer, SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var weights = layer.Weights.Select(weight =>
        {
            using var value = weight.Value();
            return (Weight: weight, Spec: new WeightSpec(weight.Name, value.shape, value.is_floating_point()));
        }).ToList();
        FileFormat.CheckWeights(layer.Title, file, [.. weights.Select(weight => weight.Spec)]);
        // All are read before the first is set: a disk may fail on the way.
        var read = FileFormat.WeightsOf(file).ToDictionary(entry => entry.Name, entry => TensorBytes.Read(file, entry));
        foreach (var (weight, spec) in weights)
        {
            CheckNumbers(file, spec.FileName, read[spec.FileName], weight);
        }
        foreach (var (weight, spec) in weights)
        {
            weight.Write(read[spec.FileName]);
        }
    }

    private static void CheckNumbers(SafetensorsFile file, string name, Tensor read, LayerWeight weight)
    {
        if (!read.is_floating_point())
        {
            return;
        }
        using var scope = NewDisposeScope();
        if (SampleCheck.FirstOrNone(read, weight.Unfit(read), name) is var (place, value))
        {
            throw FileFormat.NotFinite(file.Path, place, value);
        }
        var type = weight.Parameter().dtype;
        if (read.dtype != type && read.isfinite().ne(read.to(type).isfinite()).any().item<bool>())
        {
            throw new InvalidDataException($"{file.Path}: {name} is of {read.dtype} and has numbers that are infinite in the model's "
                + $"type {type}; nothing was changed. Convert the model first, e.g. model.to(ScalarType.Float64).");
        }
    }
}
