using EchoLstm.Engines;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;

namespace EchoLstm.Models;

/// <summary>A caller's data as samples: checked against the model and each other, in the model's type and on its device.</summary>
internal static class ModelData
{
    internal const int DefaultBatchSize = 32;

    /// <summary>What was given, checked; the model is built for it where it is not built.</summary>
    internal static SampleSet Samples(Model model, in GivenSamples given, Compilation? compilation) =>
        Samples(model, given, compilation, null, out _);

    /// <summary>Inputs and targets to train on and, from the last of them, to measure after each epoch.</summary>
    internal static (SampleSet Training, SampleSet? Validation) ForTraining(
        Model model,
        in GivenSamples given,
        Compilation compilation,
        IReadOnlyDictionary<int, double>? classWeight,
        double validationShare = 0)
    {
        using var all = Samples(model, given, compilation, classWeight, out var classWeights);
        using (classWeights)
        {
            var count = all.Count;
            if (1 - validationShare < 1)
            {
                count = (long)(all.Count * (1 - validationShare));
                if (count == 0 || count == all.Count)
                {
                    throw new ArgumentException(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"validationSplit would leave {count} of {all.Count} samples for training and {all.Count - count} for "
                                + $"validation. Both need at least one."),
                        "validationSplit");
                }
            }
            var validation = count == all.Count ? null : all.Part(count, all.Count - count);
            if (classWeights is null)
            {
                return (all.Part(0, count), validation);
            }
            using var first = all.Part(0, count);
            using var ofFirst = classWeights.narrow(0, 0, count);
            return (first.WithWeights([SampleWeights.Product(ofFirst, first.Weights)]), validation);
        }
    }

    private static SampleSet Samples(
        Model model,
        in GivenSamples given,
        Compilation? compilation,
        IReadOnlyDictionary<int, double>? classWeight,
        out Tensor? classWeights)
    {
        model.CheckLayers();
        CheckCounts(model, given, classWeight is not null);
        using var scope = NewDisposeScope();
        var allowNonFinite = given.AllowNonFinite;
        var inputs = new Tensor[given.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = given.Inputs[i].ToTensor(given.NameOf("x", i));
        }
        var targets = new Tensor[given.Targets?.Count ?? 0];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = given.Targets![i].ToTensor(given.NameOf("y", i));
        }
        // Of several each has as many samples as the first.
        SampleCheck.Counts(inputs[0], targets.Length > 0 ? targets[0] : null, given.NameOf("x"), given.NameOf("y"));
        for (var i = 1; i < inputs.Length; i++)
        {
            SampleCheck.Counts(
                inputs[i], inputs[0], given.NameOf("x", i), given.NameOf("x"), "A sample is one row of every input");
        }
        for (var i = 1; i < targets.Length; i++)
        {
            SampleCheck.Counts(inputs[0], targets[i], given.NameOf("x"), given.NameOf("y", i));
        }
        for (var i = 0; i < inputs.Length; i++)
        {
            SampleCheck.Length(inputs[i], given.NameOf("x", i));
            if (!allowNonFinite)
            {
                SampleCheck.Finite(inputs[i], given.NameOf("x", i), targets.Length == 0 ? SampleCheck.Allow : "");
            }
            model.IndexReaderOf(i)?.CheckIndices(inputs[i], given.NameOf("x", i));
        }
        for (var i = 0; i < targets.Length && !model.MayMask(given.HasMask); i++)
        {
            SampleCheck.Finite(targets[i], given.NameOf("y", i));
        }
        Shape[] shapes = [.. inputs.Select(Shape.Of)];
        if (model.IsBuilt)
        {
            model.CheckSamples(shapes);
        }
        var outputs = model.OutputShapes(shapes);
        for (var i = 0; i < targets.Length; i++)
        {
            var head = compilation!.Heads[i];
            SampleCheck.Softmax(model.OutputsFor(shapes[0]));
            SampleCheck.TargetShape(outputs[i], targets[i], head.Loss, given.NameOf("y", i));
            foreach (var metric in head.Metrics)
            {
                metric.CheckOutput(outputs[i]);
            }
        }
        var masks = new Tensor?[inputs.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            masks[i] = Mask(given, i, inputs[i], model.IndexReaderOf(i) is not null);
        }
        var weights = new Tensor?[Math.Max(1, targets.Length)];
        for (var i = 0; i < targets.Length; i++)
        {
            weights[i] = given.WeightOf(i) is not { } weight ? null : SampleWeights.Checked(
                weight.ToTensor(given.NameOf("sampleWeight", i)),
                outputs[i],
                inputs[0].shape[0],
                compilation!.Heads[i],
                given.NameOf("sampleWeight", i));
        }
        for (var i = 0; i < targets.Length; i++)
        {
            var (loss, name) = (compilation!.Heads[i].Loss, given.NameOf("y", i));
            targets[i] = Targets(model, inputs, targets[i], masks, weights[i], outputs[i], i, loss, name);
        }
        classWeights = null;
        if (classWeight is not null)
        {
            classWeights = SampleWeights.OfClasses(
                classWeight, compilation!.Loss.WithoutIgnored(targets[0]), outputs[0], compilation.Loss.TakesClassIndices);
            ClassTargets.CheckWeighted(targets[0], compilation.Loss);
        }
        model.Build(shapes[0].With(0, null), null);

        var (dtype, device) = model.NumberType();
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = model.IndexReaderOf(i) is null
                ? InType(inputs[i], given.NameOf("x", i))
                : inputs[i].to(IndexType(inputs[i].dtype), device).contiguous();
        }
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = compilation!.Heads[i].Loss.TakesClassIndices
                ? targets[i].to(ScalarType.Int64, device).contiguous()
                : InType(targets[i], given.NameOf("y", i));
            weights[i] = weights[i] is { } weight ? InType(weight, given.NameOf("sampleWeight", i)) : null;
        }
        classWeights = classWeights is null ? null : InType(classWeights, nameof(classWeight)).DetachFromDisposeScope();
        return new SampleSet(inputs, targets, weights, [.. masks.Select(mask => mask?.to(device).contiguous())])
            .Each(static tensor => tensor.DetachFromDisposeScope());

        // Float32 keeps whole numbers only up to 2^24: what is looked up stays as exact as it was given.
        static ScalarType IndexType(ScalarType given) => given switch
        {
            ScalarType.Float64 => given,
            ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 => ScalarType.Float32,
            _ => ScalarType.Int64,
        };

        Tensor InType(Tensor data, string name)
        {
            var converted = data.to(dtype);
            if (!allowNonFinite)
            {
                SampleCheck.FitsType(data, converted, name);
            }
            return converted.to(device).contiguous();
        }
    }

    private static void CheckCounts(Model model, in GivenSamples given, bool hasClassWeight)
    {
        var (inputs, outputs) = (model.InputNames, model.OutputNames);
        CheckCount("inputs", inputs, given.NameOf("x"), given.Inputs.Count);
        if (given.Targets is not null)
        {
            CheckCount("outputs", outputs, given.NameOf("y"), given.Targets.Count);
        }
        CheckCount("outputs", outputs, given.NameOf("sampleWeight"), given.Weights?.Count ?? outputs.Count);
        CheckCount("inputs", inputs, given.NameOf("mask"), given.Masks?.Count ?? inputs.Count);
        CheckCount("inputs", inputs, given.NameOf("lengths"), given.Steps?.Count ?? inputs.Count);
        if (hasClassWeight && outputs.Count > 1)
        {
            throw new ArgumentException(
                $"classWeight is for models with one output, and the model has {string.Join(", ", outputs)}. Weight the samples of each "
                    + "with sampleWeight.",
                "classWeight");
        }
    }

    /// <summary>Throws unless there is an array for each of the model's inputs, or outputs.</summary>
    internal static void CheckCount(string what, IReadOnlyList<string> names, string argument, int count)
    {
        if (count != names.Count)
        {
            argument = argument.Replace("[0]", "", StringComparison.Ordinal);
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The model has {names.Count} {(names.Count == 1 ? what[..^1] : what)}, {string.Join(", ", names)}, but {argument} "
                        + $"has {count}. Give a list of one for each, in that order, or a dictionary by these names."),
                argument);
        }
    }

    private static Tensor? Mask(in GivenSamples given, int place, Tensor inputs, bool areIndices)
    {
        if (!given.HasMaskOf(place))
        {
            return null;
        }
        var (maskName, lengthsName, lengths) = (given.NameOf("mask", place), given.NameOf("lengths", place), given.LengthsOf(place));
        var mask = given.MaskOf(place) is { IsEmpty: false } one ? one.ToTensor(maskName) : null;
        if (mask is not null && lengths is not null)
        {
            throw new ArgumentException($"Give {maskName} or {lengthsName}, not both: each says which time steps are there.", maskName);
        }
        var mostAxes = (int)inputs.dim() - (areIndices ? 0 : 1);
        if (mostAxes < 2)
        {
            throw new ShapeMismatchException(
                $"{given.NameOf("x", place)} has no time steps to mask: its shape is {Shape.Of(inputs)}. "
                    + $"Leave {(mask is null ? lengthsName : maskName)} out.",
                "(samples, time steps, features)",
                Shape.Of(inputs).ToString());
        }
        return mask is null
            ? GivenMask.OfLengths(lengths!, inputs, lengthsName)
            : GivenMask.Checked(mask, inputs, mostAxes, maskName);
    }

    /// <summary>Targets that the loss takes; what stands at masked steps is made 0, as it may be anything.</summary>
    private static Tensor Targets(
        Model model,
        Tensor[] inputs,
        Tensor targets,
        Tensor?[] masks,
        Tensor? weights,
        Shape output,
        int place,
        Loss loss,
        string name)
    {
        if (SampleCheck.WrongTargets(targets, output, loss) is not { } wrong)
        {
            return targets;
        }
        if (model.MayMask(masks.Any(mask => mask is not null)))
        {
            // Rarely so: which steps are masked is known when the model has run.
            model.Build(Shape.Of(inputs[0]).With(0, null), null);
            if (model.FindOutputMask(inputs, masks, place) is { } there)
            {
                var ofTargets = there.dim() > targets.dim() ? there.flatten((int)targets.dim() - 1).any(-1) : there;
                var counted = CountedTargets.Over(ofTargets, targets);
                targets = where(wrong.logical_and(counted.logical_not()), zeros_like(targets), targets);
                wrong = wrong.logical_and(counted);
            }
        }
        if (weights is not null && loss.Expects is { Activation: Activation.Sigmoid })
        {
            wrong = wrong.logical_and(CountedTargets.Over(weights.Differs(0), targets));
        }
        SampleCheck.ThrowIfWrong(targets, wrong, output, loss, name);
        return targets;
    }

    internal static int BatchSize(Model model, SampleSet samples, int? batchSize, bool carryState)
    {
        var stateful = model.StatefulLayers;
        var size = batchSize ?? (int?)stateful.FirstOrDefault()?.StateSamples ?? model.InputShape![0] ?? DefaultBatchSize;
        if (batchSize is null && stateful.Count > 0 && (!carryState || stateful[0].StateSamples is null) && samples.Count % size != 0)
        {
            size = samples.Count;
        }
        AtLeastOne((int)size, nameof(batchSize));
        if (carryState)
        {
            SampleCheck.CarriedState(stateful, samples.Count, (int)size, nameof(batchSize));
            if (samples.Count % size != 0)
            {
                SampleCheck.CarriedState(stateful, samples.Count, (int)samples.Count, "x");
            }
        }
        SampleCheck.StatefulBatches(stateful, samples.Count, (int)size, nameof(batchSize));
        SampleCheck.FixedBatches(model.InputShape!, samples.Count, (int)size, nameof(batchSize));
        return (int)size;
    }

    internal static void AtLeastOne(int value, string name)
    {
        if (value < 1)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least 1.");
        }
    }
}
