using System.Globalization;
using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Models;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models.Saving;

/// <summary>
/// A whole model as a safetensors file: architecture, compile settings and the state of training in the header's metadata, as JSON; weights, what the optimiser remembers,
/// and carried states as tensors. docs/format.md says it all.
/// </summary>
internal static class ModelFile
{
    private const string Format = "echolstm.model";
    private const string ModelKey = "model";
    private const string CompileKey = "compile";
    private const string TrainingKey = "training";

    // No weight has a slash in its name.
    private const string OptimizerPrefix = "optimizer/";
    private const string StatePrefix = "state/";

    /// <summary>The tensors of a file that are weights: all, but for what a model's file has beside them.</summary>
    internal static IReadOnlyList<SafetensorsEntry> WeightsOf(SafetensorsFile file) =>
        file.Metadata.GetValueOrDefault(WeightFile.FormatKey) != Format ? file.Tensors
        : [.. file.Tensors.Where(entry => !entry.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal) && !entry.Name.StartsWith(StatePrefix, StringComparison.Ordinal))];

    /// <summary>Throws where the model has a part that a file can't hold.</summary>
    internal static void Check(SequentialModel model)
    {
        _ = WriteModel(model);
        if (model.Settings is { } settings)
        {
            _ = CompileConfig.Write(settings);
        }
    }

    /// <summary>Writes the model.</summary>
    internal static void Save(SequentialModel model, string path)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        using var progress = model.ExportProgress();
        List<KeyValuePair<string, string>> metadata = [.. WeightFile.Header(Format), new(ModelKey, WriteModel(model))];
        if (model.Settings is { } settings)
        {
            metadata.Add(new(CompileKey, CompileConfig.Write(settings)));
        }
        metadata.Add(new(TrainingKey, TrainingConfig.Write(model, progress?.Steps)));
        var sources = WeightFile.Sources(model).ToList();
        sources.AddRange(OptimizerSources(model, progress));
        sources.AddRange(StateSources(model));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, metadata, sources));
    }

    /// <summary>Reads a model; the caller's.</summary>
    internal static SequentialModel Load(SafetensorsFile file)
    {
        CheckVersion(file);
        NativeTorch.Load();
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var plan = ConfigReader.Parse(file.Path, ModelKey, Metadata(file, ModelKey), ReadModel);
        var model = plan.Model;
        try
        {
            CheckWeights(file, plan);
            var settings = file.Metadata.TryGetValue(CompileKey, out var text) ? ConfigReader.Parse(file.Path, CompileKey, text, CompileConfig.Read) : null;
            var training = ConfigReader.Parse(file.Path, TrainingKey, Metadata(file, TrainingKey), TrainingConfig.Read);
            model.Build(plan.InputShape, SeededRandom.Blank);
            if (plan.Type != ScalarType.Float32)
            {
                model.to(plan.Type);
                foreach (var parameter in model.parameters())
                {
                    parameter.DetachFromDisposeScope();
                }
            }
            WeightFile.Load(model, file);
            Freeze(file, model, plan.Frozen);
            training.GiveGenerators(file.Path, model);
            LoadStates(file, model);
            if (settings is not null)
            {
                model.Compile(settings.Loss, settings.Optimizer, [.. settings.Metrics]);
            }
            LoadOptimizer(file, model, settings?.Optimizer, training.OptimizerSteps);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private sealed record Plan(SequentialModel Model, Shape InputShape, ScalarType Type, IReadOnlyList<string> Frozen);

    private static string WriteModel(SequentialModel model)
    {
        var types = model.parameters().Select(parameter => parameter.dtype).Distinct().ToList();
        if (types.Count > 1)
        {
            throw new InvalidOperationException($"The model can't be saved as a whole: its weights are of {string.Join(" and ", types)}. Move it to one type, e.g. model.to(torch.float32), or call SaveWeights.");
        }
        var type = types.Count == 0 ? ScalarType.Float32 : types[0];
        return JsonText.Of(json =>
        {
            json.WriteStartArray("input_shape");
            foreach (var length in model.InputShape!)
            {
                if (length is { } known)
                {
                    json.WriteNumberValue(known);
                }
                else
                {
                    json.WriteNullValue();
                }
            }
            json.WriteEndArray();
            json.WriteString("dtype", TensorBytes.TypeOf(type)?.ToString() ?? throw new InvalidOperationException($"The model can't be saved: its weights are of {type}. Convert it first, e.g. model.to(torch.float32)."));
            json.WriteTexts("frozen", model.named_parameters().Where(named => !named.parameter.requires_grad).Select(named => named.name));
            json.WriteStartObject("network");
            LayerConfig.Write(json, model, "");
            json.WriteEndObject();
        });
    }

    private static Plan ReadModel(ConfigReader config)
    {
        var shape = new Shape([.. config.Longs("input_shape")]);
        var type = config.Enum<SafetensorsType>("dtype");
        var frozen = config.Texts("frozen");
        var count = new LayerCount();
        var network = config.Object("network", layer => LayerConfig.Read(layer, count));
        return type == SafetensorsType.I64 ? throw config.Wrong("'dtype' is I64, expected a floating-point type")
            : network is not SequentialModel model ? throw config.Wrong("'network' is no Sequential")
            : new Plan(model, shape, TensorBytes.ScalarTypeOf(type), frozen);
    }

    private static void CheckWeights(SafetensorsFile file, Plan plan)
    {
        List<ExpectedWeight> expected;
        try
        {
            _ = plan.Model.OutputShape(plan.InputShape);
            expected = [.. WeightShapes.Of(plan.Model, plan.InputShape).Select(weight => new ExpectedWeight(WeightFile.NameOf(weight.Name), weight.Shape))];
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException or OverflowException)
        {
            throw new InvalidDataException($"{file.Path}: its '{ModelKey}' is no model that could be built for input of shape {plan.InputShape}: {error.Message}", error);
        }
        WeightFile.Check("its own architecture", file, WeightsOf(file), expected);
    }

    private static void CheckVersion(SafetensorsFile file)
    {
        var format = file.Metadata.GetValueOrDefault(WeightFile.FormatKey);
        if (format != Format)
        {
            throw new InvalidDataException($"{file.Path} is a safetensors file without a model in it: its format is {(format is null ? "not said" : $"'{format}'")}, expected '{Format}'. It has weights alone: make the model in code, build it, and call LoadWeights.");
        }
        var version = file.Metadata.GetValueOrDefault(WeightFile.VersionKey);
        if (version != WeightFile.Version)
        {
            throw new InvalidDataException($"{file.Path} has the format version '{version}', written by EchoLstm {file.Metadata.GetValueOrDefault(WeightFile.LibraryKey) ?? "of an unknown version"}; this is EchoLstm {WeightFile.LibraryVersion}, which reads '{WeightFile.Version}'. Use a version of the library that knows it.");
        }
    }

    private static string Metadata(SafetensorsFile file, string key) =>
        file.Metadata.GetValueOrDefault(key) ?? throw new InvalidDataException($"{file.Path}: its metadata has no '{key}'. The file is damaged; save it again.");

    private static void Freeze(SafetensorsFile file, SequentialModel model, IReadOnlyList<string> frozen)
    {
        var names = frozen.ToHashSet();
        foreach (var (name, parameter) in model.named_parameters())
        {
            parameter.requires_grad = !names.Remove(name);
        }
        if (names.Count > 0)
        {
            throw new InvalidDataException($"{file.Path}: in its {ModelKey}: 'frozen' names {string.Join(", ", names)}, which the model does not have. The file is damaged; save it again.");
        }
    }

    private static IEnumerable<SafetensorsSource> OptimizerSources(SequentialModel model, OptimizerProgress? progress)
    {
        if (progress is null)
        {
            yield break;
        }
        var slots = model.Settings!.Optimizer.Remembers;
        foreach (var (parameter, moments) in progress.Moments)
        {
            for (var i = 0; i < slots.Count; i++)
            {
                yield return TensorBytes.Source($"{OptimizerPrefix}{slots[i]}/{parameter}", moments[i]);
            }
        }
    }

    private static void LoadOptimizer(SafetensorsFile file, SequentialModel model, Optimizer? optimizer, long? steps)
    {
        var entries = file.Tensors.Where(entry => entry.Name.StartsWith(OptimizerPrefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Name);
        var progress = new OptimizerProgress(steps ?? 0);
        try
        {
            if (steps is not null && optimizer is not null)
            {
                foreach (var (name, parameter) in model.named_parameters())
                {
                    var slots = optimizer.Remembers.Select(slot => $"{OptimizerPrefix}{slot}/{name}").ToList();
                    // What was frozen when it was saved has none.
                    if (slots.Exists(entries.ContainsKey))
                    {
                        progress.Add(name, [.. slots.Select(slot => ReadFloats(file, slot, entries, parameter.shape))]);
                    }
                }
            }
            if (entries.Count > 0)
            {
                throw new InvalidDataException($"{file.Path}: the tensors {string.Join(", ", entries.Keys)} belong to no parameter of its model and no optimiser that it was compiled with. The file is damaged; save it again.");
            }
            if (steps is not null)
            {
                model.GoOnFrom(progress);
            }
            else
            {
                progress.Dispose();
            }
        }
        catch
        {
            progress.Dispose();
            throw;
        }
    }

    private static IEnumerable<SafetensorsSource> StateSources(SequentialModel model)
    {
        foreach (var (name, layer) in Recurrent(model))
        {
            var states = layer.CopyCarried() ?? [];
            for (var i = 0; i < states.Length; i++)
            {
                yield return TensorBytes.Source(StateName(name, i), states[i]);
            }
        }
    }

    private static void LoadStates(SafetensorsFile file, SequentialModel model)
    {
        var entries = file.Tensors.Where(entry => entry.Name.StartsWith(StatePrefix, StringComparison.Ordinal)).ToDictionary(entry => entry.Name);
        foreach (var (name, layer) in Recurrent(model))
        {
            if (!layer.Stateful || !entries.TryGetValue(StateName(name, 0), out var first))
            {
                continue;
            }
            long[] shape = [first.Shape.FirstOrDefault(), layer.Units];
            Tensor[] states = [.. Enumerable.Range(0, layer.StateCount).Select(i => ReadFloats(file, StateName(name, i), entries, shape))];
            layer.Carry([.. states.Select(state => state.DetachFromDisposeScope())]);
        }
        if (entries.Count > 0)
        {
            throw new InvalidDataException($"{file.Path}: the tensors {string.Join(", ", entries.Keys)} belong to no stateful layer of its model. The file is damaged; save it again.");
        }
    }

    private static string StateName(string layer, int state) => string.Create(CultureInfo.InvariantCulture, $"{StatePrefix}{layer}/{state}");

    private static IEnumerable<(string Name, RecurrentLayer Layer)> Recurrent(SequentialModel model) =>
        model.named_modules().Where(named => named.module is RecurrentLayer).Select(named => (named.name, (RecurrentLayer)named.module));

    private static Tensor ReadFloats(SafetensorsFile file, string name, Dictionary<string, SafetensorsEntry> entries, long[] shape)
    {
        if (!entries.Remove(name, out var entry) || entry.Type == SafetensorsType.I64 || !entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: the tensor '{name}' is {(entry is null ? "missing" : $"of {entry.Type} and shape {entry.ShapeText}")}, expected floating-point numbers of shape ({string.Join(", ", shape)}). The file is damaged; save it again."));
        }
        return TensorBytes.Read(file, entry);
    }
}
