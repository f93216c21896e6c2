using System.Globalization;
using EchoLstm.Engines;
using EchoLstm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Models;

/// <summary>A caller's data as samples: checked against the model and each other, in the model's type and on its device.</summary>
internal static class ModelData
{
    private const int DefaultBatchSize = 32;

    /// <summary>Inputs to predict from.</summary>
    internal static SampleSet Inputs(Model model, TensorLike x) => Samples(model, x, null, null);

    /// <summary>Inputs and targets; the model is built for them where it is not built.</summary>
    internal static SampleSet Samples(
        Model model,
        TensorLike x,
        TensorLike? y,
        Compilation? compilation,
        TensorLike? sampleWeight = null,
        IReadOnlyDictionary<int, double>? classWeight = null,
        string xName = "x",
        string yName = "y")
    {
        model.CheckLayers();
        using var scope = NewDisposeScope();
        var inputs = x.ToTensor(xName);
        var targets = y?.ToTensor(yName);
        SampleCheck.Counts(inputs, targets, xName, yName);
        SampleCheck.Finite(inputs, xName);
        model.IndexReader?.CheckIndices(inputs, xName);
        if (targets is not null)
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
            SampleCheck.Target(output, targets, compilation!.Loss, yName);
            foreach (var metric in compilation.Metrics)
            {
                metric.CheckOutput(output);
            }
        }
        var weights = Weights(targets, output, compilation, sampleWeight, classWeight);
        model.Build(shape.With(0, null));

        var (dtype, device) = model.NumberType();
        // Float32 keeps whole numbers only up to 2^24: what is looked up stays as it was given.
        inputs = model.IndexReader is null
            ? InType(inputs, xName)
            : inputs.to(inputs.is_floating_point() ? inputs.dtype : ScalarType.Int64, device).contiguous();
        targets = targets is null ? null
            : compilation!.Loss.TakesClassIndices ? targets.to(ScalarType.Int64, device).contiguous()
            : InType(targets, yName);
        weights = weights is null ? null : InType(weights, nameof(sampleWeight));
        return new SampleSet(inputs.DetachFromDisposeScope(), targets?.DetachFromDisposeScope(), weights?.DetachFromDisposeScope());

        Tensor InType(Tensor given, string name)
        {
            var converted = given.to(dtype);
            SampleCheck.FitsType(given, converted, name);
            return converted.to(device).contiguous();
        }
    }

    /// <summary>The first samples, for training, and the last, for validation; null, all and nothing for a share of 0.</summary>
    internal static (SampleSet? Training, SampleSet? Validation) Split(SampleSet samples, double validationShare)
    {
        if (1 - validationShare >= 1)
        {
            return default;
        }
        var first = (long)(samples.Count * (1 - validationShare));
        if (first == 0 || first == samples.Count)
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"validationSplit would leave {first} of {samples.Count} samples for training and {samples.Count - first} for "
                        + $"validation. Both need at least one."),
                "validationSplit");
        }
        return (samples.Part(0, first), samples.Part(first, samples.Count - first));
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

    private static Tensor? Weights(
        Tensor? targets,
        Shape output,
        Compilation? compilation,
        TensorLike? sampleWeight,
        IReadOnlyDictionary<int, double>? classWeight)
    {
        var weights = sampleWeight is { IsEmpty: false } given ? given.ToTensor(nameof(sampleWeight)) : null;
        if (weights is not null)
        {
            SampleWeights.Check(weights, output, targets!.shape[0]);
        }
        if (classWeight is null)
        {
            return weights;
        }
        // Those of an ignored class count nowhere, whatever their weight.
        using var classes = compilation!.Loss.WithoutIgnored(targets!);
        var ofClasses = SampleWeights.OfClasses(classWeight, classes, output, compilation.Loss.TakesClassIndices);
        return weights is null ? ofClasses
            : weights.dim() < ofClasses.dim() ? ofClasses * weights.unsqueeze(-1)
            : weights.dim() > ofClasses.dim() ? weights * ofClasses.unsqueeze(-1)
            : weights * ofClasses;
    }
}
