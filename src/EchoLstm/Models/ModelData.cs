using System.Globalization;
using EchoLstm.Engines;
using EchoLstm.Layers;
using EchoLstm.Torch;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>A caller's data as samples: checked against the model and each other, in the model's type and on its device.</summary>
internal static class ModelData
{
    internal const int DefaultBatchSize = 32;

    /// <summary>What was given, checked; the model is built for it where it is not built.</summary>
    internal static SampleSet Samples(Model model, in GivenSamples given, Compilation? compilation) =>
        Samples(model, given, compilation, null, out _);

    /// <summary>Inputs and targets to train on and, from the last of them, to measure after each epoch.</summary>
    /// <param name="model">The model; it is built where it is not built.</param>
    /// <param name="given">What was given.</param>
    /// <param name="compilation">What Compile set.</param>
    /// <param name="classWeight">A weight for some classes; it acts in training alone.</param>
    /// <param name="validationShare">The share of samples to measure.</param>
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
            return (first.WithWeights(SampleWeights.Product(ofFirst, first.Weights)), validation);
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
        using var scope = NewDisposeScope();
        var allowNonFinite = given.AllowNonFinite;
        var (xName, yName) = (given.NameOf("x"), given.NameOf("y"));
        var inputs = given.X.ToTensor(xName);
        var targets = given.Y?.ToTensor(yName);
        SampleCheck.Counts(inputs, targets, xName, yName);
        SampleCheck.Length(inputs, xName);
        if (!allowNonFinite)
        {
            SampleCheck.Finite(inputs, xName, targets is null ? SampleCheck.Allow : "");
        }
        model.IndexReader?.CheckIndices(inputs, xName);
        if (targets is not null && !model.MayMask(given.HasMask))
        {
            SampleCheck.Finite(targets, yName);
        }
        var shape = Shape.Of(inputs);
        if (model.IsBuilt)
        {
            model.CheckSamples(shape);
        }
        var output = model.OutputShape(shape);
        if (targets is not null)
        {
            SampleCheck.Softmax(model.OutputsFor(shape));
            SampleCheck.TargetShape(output, targets, compilation!.Loss, yName);
            foreach (var metric in compilation.Metrics)
            {
                metric.CheckOutput(output);
            }
        }
        var mask = Mask(given, inputs, model.IndexReader is not null);
        var weights = given.SampleWeight is { IsEmpty: false } weight ? weight.ToTensor(given.NameOf("sampleWeight")) : null;
        if (weights is not null)
        {
            weights = SampleWeights.Checked(weights, output, inputs.shape[0], compilation!, given.NameOf("sampleWeight"));
        }
        if (targets is not null)
        {
            targets = Targets(model, inputs, targets, mask, weights, output, compilation!.Loss, yName);
        }
        classWeights = null;
        if (classWeight is not null)
        {
            classWeights = SampleWeights.OfClasses(
                classWeight, compilation!.Loss.WithoutIgnored(targets!), output, compilation.Loss.TakesClassIndices);
            ClassTargets.CheckWeighted(targets!, compilation.Loss);
        }
        model.Build(shape.With(0, null));

        var (dtype, device) = model.NumberType();
        // Float32 keeps whole numbers only up to 2^24: what is looked up stays as it was given.
        inputs = model.IndexReader is null
            ? InType(inputs, xName)
            : inputs.to(inputs.is_floating_point() ? inputs.dtype : ScalarType.Int64, device).contiguous();
        targets = targets is null ? null
            : compilation!.Loss.TakesClassIndices ? targets.to(ScalarType.Int64, device).contiguous()
            : InType(targets, yName);
        weights = weights is null ? null : InType(weights, given.NameOf("sampleWeight"));
        classWeights = classWeights is null ? null : InType(classWeights, nameof(classWeight)).DetachFromDisposeScope();
        return new SampleSet(
            inputs.DetachFromDisposeScope(),
            targets?.DetachFromDisposeScope(),
            weights?.DetachFromDisposeScope(),
            mask?.to(device).contiguous().DetachFromDisposeScope());

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

    /// <summary>The given mask as booleans of the inputs' first axes; null where every step is there.</summary>
    private static Tensor? Mask(in GivenSamples given, Tensor inputs, bool areIndices)
    {
        if (!given.HasMask)
        {
            return null;
        }
        var (maskName, lengthsName) = (given.NameOf("mask"), given.NameOf("lengths"));
        var mask = given.Mask is { IsEmpty: false } one ? one.ToTensor(maskName) : null;
        if (mask is not null && given.Lengths is not null)
        {
            throw new ArgumentException($"Give {maskName} or {lengthsName}, not both: each says which time steps are there.", maskName);
        }
        var mostAxes = (int)inputs.dim() - (areIndices ? 0 : 1);
        if (mostAxes < 2)
        {
            throw new ShapeMismatchException(
                $"x has no time steps to mask: its shape is {Shape.Of(inputs)}. Leave {(mask is null ? lengthsName : maskName)} out.",
                "(samples, time steps, features)",
                Shape.Of(inputs).ToString());
        }
        return mask is null
            ? GivenMask.OfLengths(given.Lengths!, inputs, lengthsName)
            : GivenMask.Checked(mask, inputs, mostAxes, maskName);
    }

    /// <summary>Targets that the loss takes; what stands at masked steps is made 0, as it may be anything.</summary>
    private static Tensor Targets(
        Model model, Tensor inputs, Tensor targets, Tensor? mask, Tensor? weights, Shape output, Loss loss, string name)
    {
        if (SampleCheck.WrongTargets(targets, output, loss) is not { } wrong)
        {
            return targets;
        }
        if (model.MayMask(mask is not null))
        {
            // Rarely so: which steps are masked is known when the model has run.
            model.Build(Shape.Of(inputs).With(0, null));
            if (model.FindOutputMask(inputs, mask) is { } there)
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

    /// <summary>The size of batches to evaluate or predict in.</summary>
    internal static int BatchSize(Model model, SampleSet samples, int? batchSize, bool carryState)
    {
        var stateful = model.StatefulLayers;
        var size = batchSize ?? (int?)stateful.FirstOrDefault()?.StateSamples ?? model.InputShape![0] ?? DefaultBatchSize;
        if (batchSize is null && stateful.Count > 0 && (!carryState || stateful[0].StateSamples is null) && samples.Count % size != 0)
        {
            size = samples.Count;
        }
        if (batchSize is null && carryState && samples.Count % size != 0)
        {
            SampleCheck.CarriedState(stateful, (int)samples.Count, "x", "Give it samples in multiples of");
        }
        AtLeastOne((int)size, nameof(batchSize));
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
