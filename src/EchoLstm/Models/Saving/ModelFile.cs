using EchoLstm.Files;
using EchoLstm.Layers;
using EchoLstm.Saving;
using EchoLstm.Training;

namespace EchoLstm.Models.Saving;

/// <summary>
/// A whole model as a safetensors file: architecture, compile settings and the state of training in the header's metadata, as JSON;
/// weights, what the optimiser remembers, and carried states as tensors. docs/format.md says it all.
/// </summary>
internal static class ModelFile
{
    private const string CompileKey = "compile";
    private const string TrainingKey = "training";

    internal static void Check(Model model)
    {
        _ = SavedOf(model).Metadata().ToList();
        if (model.Compilation is { } settings)
        {
            _ = CompileSettings.Of(settings);
        }
    }

    internal static void Save(Model model, string path)
    {
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        using var progress = model.ExportProgress();
        List<KeyValuePair<string, string>> metadata = [.. FileFormat.Header(FileFormat.OfModels), .. SavedOf(model).Metadata()];
        if (model.Compilation is { } settings)
        {
            metadata.Add(new(CompileKey, StrictJson.Write(CompileSettings.Of(settings), TrainingJson.Settings)));
        }
        metadata.Add(new(TrainingKey, StrictJson.Write(TrainingSettings.Of(model, progress?.Steps), TrainingJson.Settings)));
        var sources = WeightFile.Sources(model).ToList();
        sources.AddRange(OptimizerSources(model, progress));
        sources.AddRange(StateSources(model));
        AtomicFile.Write(path, stream => SafetensorsWriter.Write(stream, metadata, sources));
    }

    internal static Model Load(SafetensorsFile file)
    {
        var saved = SavedModel.Read(file);
        NativeTorch.Load();
        using var scope = NewDisposeScope();
        using var withoutGradients = no_grad();
        var model = (Model)LayerMapping.Make(saved.Network, file.Path, $"{SavedModel.ModelKey}, network");
        try
        {
            // Before any weight is made; by now every layer has a name.
            (saved with { Network = LayerMapping.SettingsOf(model) }).CheckWeights(file);
            var compilation = file.Metadata.TryGetValue(CompileKey, out var text)
                ? StrictJson.Read<CompileSettings>(file.Path, CompileKey, text, TrainingJson.Settings)
                    .Make(file.Path, CompileKey, model.OutputNames)
                : null;
            text = SavedModel.Text(file, TrainingKey);
            var training = StrictJson.Read<TrainingSettings>(file.Path, TrainingKey, text, TrainingJson.Settings);
            training.Check(file.Path, TrainingKey);
            Build(model, saved.InputShape, file.Path);
            var type = TensorBytes.ScalarTypeOf(saved.Type);
            if (type != ScalarType.Float32)
            {
                model.to(type);
                foreach (var parameter in model.parameters())
                {
                    parameter.DetachFromDisposeScope();
                }
            }
            WeightFile.Load(model, file);
            Freeze(file, model, saved.Frozen);
            training.GiveGenerators(file.Path, TrainingKey, model);
            LoadStates(file, model);
            if (compilation is not null)
            {
                model.Compile(compilation);
            }
            LoadOptimizer(file, model, compilation?.Optimizer, training.OptimizerSteps);
            model.Extras = saved.Extras;
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    // Of what it is built for, a layer is asked once more than the settings are.
    private static void Build(Model model, Shape input, string path)
    {
        try
        {
            model.Build(input, SeededRandom.Blank);
        }
        catch (ShapeMismatchException error)
        {
            throw new InvalidDataException(
                $"{path}: its '{SavedModel.ModelKey}' is no model that could be built for input of shape {input}: {error.Message}", error);
        }
    }

    private static SavedModel SavedOf(Model model)
    {
        var types = model.parameters().Select(parameter => parameter.dtype).Distinct().ToList();
        if (types.Count > 1)
        {
            throw new InvalidOperationException($"The model can't be saved as a whole: its weights are of {string.Join(" and ", types)}. "
                + $"Move it to one type, e.g. model.to(torch.float32), or call SaveWeights.");
        }
        var type = types.Count == 0 ? ScalarType.Float32 : types[0];
        return new SavedModel(
            LayerMapping.SettingsOf(model),
            model.InputShape!,
            TensorBytes.TypeOf(type) ?? throw new InvalidOperationException($"The model can't be saved: its weights are of {type}. "
                + $"Convert it first, e.g. model.to(torch.float32)."),
            [.. model.named_parameters().Where(named => !named.parameter.requires_grad).Select(named => named.name)],
            model.Extras);
    }

    private static void Freeze(SafetensorsFile file, Model model, IReadOnlyList<string> frozen)
    {
        var names = frozen.ToHashSet();
        foreach (var (name, parameter) in model.named_parameters())
        {
            parameter.requires_grad = !names.Remove(name);
        }
        if (names.Count > 0)
        {
            throw new InvalidDataException($"{file.Path}: in its {SavedModel.ModelKey}: 'frozen' names {string.Join(", ", names)}, which "
                + $"the model does not have. The file is damaged; save it again.");
        }
    }

    private static IEnumerable<SafetensorsSource> OptimizerSources(Model model, OptimizerProgress? progress)
    {
        if (progress is null)
        {
            yield break;
        }
        var slots = model.Compilation!.Optimizer.Remembers;
        foreach (var (parameter, moments) in progress.Moments)
        {
            for (var i = 0; i < slots.Count; i++)
            {
                yield return TensorBytes.Source($"{FileFormat.OptimizerPrefix}{slots[i]}/{parameter}", moments[i]);
            }
        }
    }

    private static void LoadOptimizer(SafetensorsFile file, Model model, Optimizer? optimizer, long? steps)
    {
        var entries = FileFormat.Below(FileFormat.OptimizerPrefix, file);
        var progress = new OptimizerProgress(steps ?? 0);
        try
        {
            if (steps is not null && optimizer is not null)
            {
                foreach (var (name, parameter) in model.named_parameters())
                {
                    var slots = optimizer.Remembers.Select(slot => $"{FileFormat.OptimizerPrefix}{slot}/{name}").ToList();
                    // What was frozen when it was saved has none.
                    if (slots.Exists(entries.ContainsKey))
                    {
                        progress.Add(name, [.. slots.Select(slot => ReadFloats(file, slot, entries, parameter.shape))]);
                    }
                }
            }
            if (entries.Count > 0)
            {
                throw new InvalidDataException($"{file.Path}: the tensors {string.Join(", ", entries.Keys)} belong to no parameter of "
                    + $"its model and no optimiser that it was compiled with. The file is damaged; save it again.");
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

    private static IEnumerable<SafetensorsSource> StateSources(Model model)
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

    private static void LoadStates(SafetensorsFile file, Model model)
    {
        var entries = FileFormat.Below(FileFormat.StatePrefix, file);
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
            throw new InvalidDataException($"{file.Path}: the tensors {string.Join(", ", entries.Keys)} belong to no stateful layer of "
                + $"its model. The file is damaged; save it again.");
        }
    }

    private static string StateName(string layer, int state) =>
        string.Create(CultureInfo.InvariantCulture, $"{FileFormat.StatePrefix}{layer}/{state}");

    private static IEnumerable<(string Name, RecurrentLayer Layer)> Recurrent(Model model) =>
        model.named_modules().Where(named => named.module is RecurrentLayer).Select(named => (named.name, (RecurrentLayer)named.module));

    private static Tensor ReadFloats(SafetensorsFile file, string name, Dictionary<string, SafetensorsEntry> entries, long[] shape)
    {
        if (!entries.Remove(name, out var entry) || entry.Type == SafetensorsType.I64 || !entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{file.Path}: the tensor '{name}' is {(entry is null ? "missing" : $"of {entry.Type} and shape {entry.ShapeText}")}, "
                    + $"expected floating-point numbers of shape ({string.Join(", ", shape)}). The file is damaged; save it again."));
        }
        return TensorBytes.Read(file, entry);
    }
}
