using System.Runtime.InteropServices;
using EchoLstm.Inference;
using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>Checks data against a model before anything is trained or changed.</summary>
internal static class SampleCheck
{
    /// <summary>What a prediction may do with values that are not finite.</summary>
    internal const string Allow = " With allowNonFinite: true it is computed with all the same.";

    /// <summary>Throws unless inputs and targets have as many samples, at least one.</summary>
    internal static void Counts(
        Tensor x, Tensor? y, string xName = "x", string yName = "y", string why = "Each sample needs its target")
    {
        if (x.dim() == 0 || x.shape[0] == 0)
        {
            throw new ShapeMismatchException(
                $"{xName} has no samples: its shape is {Shape.Of(x)}. Give at least one sample; the samples are the first axis.",
                "(samples, ...)",
                Shape.Of(x).ToString());
        }
        if (y is null)
        {
            return;
        }
        var (samples, targets) = (x.shape[0], y.dim() == 0 ? 1 : y.shape[0]);
        if (samples != targets)
        {
            throw new ShapeMismatchException(
                string.Create(CultureInfo.InvariantCulture,
                    $"{xName} has {samples} samples but {yName} has {targets}: {xName} is {Shape.Of(x)}, {yName} is {Shape.Of(y)}. "
                        + $"{why}; the samples are the first axis of both."),
                string.Create(CultureInfo.InvariantCulture, $"({samples}, ...)"),
                Shape.Of(y).ToString());
        }
    }

    /// <summary>Throws where an axis behind the samples is longer than buffers may be.</summary>
    internal static void Length(Tensor x, string name)
    {
        if (x.shape.AsSpan(1).ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw new ShapeMismatchException(
                $"{name} of shape {Shape.Of(x)} has an axis of more than {int.MaxValue} numbers. Cut it into shorter ones; a stateful "
                    + "model goes on where it was.",
                "(samples, time steps, features)",
                Shape.Of(x).ToString());
        }
    }

    /// <summary>Throws unless the target has the output's shape or, for class indices, that without its last axis.</summary>
    internal static void TargetShape(Shape output, Tensor y, Loss loss, string name)
    {
        loss.CheckOutput(output);
        if (output is { Rank: > 1, Last: 1 } && loss.Fused is FusedLossKind.CosineSimilarity)
        {
            throw new InvalidOperationException(
                $"{loss.Name} compares directions of vectors, but the model gives one number, whose direction is its sign alone: nothing "
                    + "can be learned. Give the last layer a unit for each number of the vector, or take Loss.MeanSquaredError().");
        }
        if (output is { Rank: > 1, Last: 1 } && (loss.Fused is FusedLossKind.KullbackLeiblerDivergence
            || loss is CategoricalCrossentropy or SparseCategoricalCrossentropy or CategoricalFocalCrossentropy))
        {
            throw new InvalidOperationException(
                $"{loss.Name} compares the probabilities of several classes, but the model gives one number, whose share is always 1: "
                    + "nothing can be learned. For one of two classes write new Dense(1, Activation.Sigmoid) and "
                    + "Loss.BinaryCrossentropy(), for more a Dense with a unit for each class.");
        }
        var target = Shape.Of(y);
        if (loss.TakesClassIndices)
        {
            var indices = new Shape([.. output.Take(output.Rank - 1)]);
            if (!indices.Accepts(target) && !output.WithLast(1).Accepts(target))
            {
                throw new ShapeMismatchException(
                    $"The model's output is {output}, so with {loss.Name} {name} must be class indices of shape {indices} or "
                        + $"{output.WithLast(1)}, but it is {target}. For one-hot targets use CategoricalCrossentropy.",
                    indices.ToString(),
                    target.ToString());
            }
            return;
        }
        if (!output.Accepts(target))
        {
            throw new ShapeMismatchException(
                $"The model's output is {output}, so {name} must have that shape, but it is {target}. "
                    + (AreIndices(output, y, loss)
                        ? string.Create(CultureInfo.InvariantCulture,
                            $"Class indices are for Loss.SparseCategoricalCrossentropy(): compile the model with it, or give one-hot rows, "
                                + $"which OneHot.Encode(labels, classes: {output.Last}) makes of int[] and int[,].")
                        : IsBinary(output, y, loss)
                        ? "Labels of 0 and 1 are for one unit, new Dense(1, Activation.Sigmoid); two units take "
                            + "Loss.SparseCategoricalCrossentropy() and Activation.Softmax, or one-hot rows."
                        : Mend(output, target) + (MayBeIndices(output, y)
                        ? $" If y is class indices, {loss.Name} is no loss for them: write new Dense({output.Last}, Activation.Softmax) "
                            + "and Loss.SparseCategoricalCrossentropy()."
                        : "")),
                output.ToString(),
                target.ToString());
        }
    }

    /// <summary>Throws where a layer is a softmax of one number, which is 1 whatever the weights are.</summary>
    internal static void Softmax(IEnumerable<(Layer Layer, Shape Output)> layers)
    {
        foreach (var (layer, output) in layers)
        {
            if (output is { Rank: > 1, Last: 1 }
                && (layer.EndsIn(Activation.Softmax) == true || layer is RecurrentLayer { OutputActivation: Activation.Softmax }))
            {
                throw new InvalidOperationException(
                    $"{layer.Title} has a softmax over 1 unit: its output is always 1, so that nothing can be learned. For the probability "
                        + "of one thing write new Dense(1, Activation.Sigmoid), for two classes new Dense(2, Activation.Softmax), for a "
                        + "number new Dense(1).");
            }
        }
    }

    /// <summary>Throws where a value is NaN or infinite, naming the first.</summary>
    internal static void Finite(Tensor data, string name, string also = "")
    {
        if (!data.is_floating_point() || IsPlainAndFinite(data))
        {
            return;
        }
        using var scope = NewDisposeScope();
        var finite = data.isfinite();
        if (finite.all().item<bool>())
        {
            return;
        }
        var (place, value) = First(data, finite.logical_not(), name);
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture,
                $"{place} is {(double.IsNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity")}; {name} has shape {Shape.Of(data)}. "
                    + $"Every number that is computed from it would be NaN or infinite: remove the sample, or replace the value and mask "
                    + $"its step.{also}"),
            name);
    }

    /// <summary>Whether all numbers of a floating-point tensor are finite.</summary>
    internal static bool IsFinite(Tensor data)
    {
        if (IsPlainAndFinite(data))
        {
            return true;
        }
        using var scope = NewDisposeScope();
        return data.isfinite().all().item<bool>();
    }

    // Torch's own threads wait busily after each operation, in the way of the engine's, which the batches of a fit would feel.
    private static bool IsPlainAndFinite(Tensor data) =>
        data.dtype == ScalarType.Float32 && data.device_type == DeviceType.CPU && data.is_contiguous()
            && data.numel() <= int.MaxValue / sizeof(float)
            && InputCheck.FirstNotFinite(MemoryMarshal.Cast<byte, float>(data.bytes)) < 0;

    internal static void Unshuffled(IReadOnlyList<IStateful> stateful, bool shuffles)
    {
        if (stateful.Count > 0 && shuffles)
        {
            throw new ArgumentException(
                $"The model is stateful ({stateful[0].Title}): sample i of a batch goes on where sample i of the batch before ended, "
                    + $"which shuffling would break. Pass shuffle: false.",
                "shuffle");
        }
    }

    /// <summary>Throws where the batch size of a stateful model does not divide its samples, naming the sizes that do.</summary>
    internal static void StatefulBatches(IReadOnlyList<IStateful> stateful, long samples, int batchSize, string name)
    {
        if (stateful.Count == 0)
        {
            return;
        }
        if (samples % batchSize != 0)
        {
            var divisors = Enumerable.Range(1, (int)Math.Min(samples, int.MaxValue)).Where(size => samples % size == 0);
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"The model is stateful ({stateful[0].Title}), so every batch must have as many samples, but {samples} samples in "
                        + $"batches of {batchSize} leave {samples % batchSize} over. Batch sizes that divide {samples}: "
                        + $"{string.Join(", ", divisors)}."),
                name);
        }
    }

    /// <summary>Throws where a stateful model's samples were split into parts that batches of one size do not divide.</summary>
    internal static void StatefulSplit(
        IReadOnlyList<IStateful> stateful, double share, long training, long validation, int batchSize, int validationBatch)
    {
        if (stateful.Count == 0 || (training % batchSize == 0 && validation % validationBatch == 0))
        {
            return;
        }
        var divisors = Enumerable.Range(1, (int)Math.Min(training, int.MaxValue))
            .Where(size => training % size == 0 && (validation % size == 0 || size > validation));
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture,
                $"The model is stateful ({stateful[0].Title}), so every batch must have as many samples, but validationSplit: {share} "
                    + $"leaves {training} of {training + validation} samples for training and {validation} for validation, which "
                    + $"batches of {batchSize} do not divide. Batch sizes that fit: {string.Join(", ", divisors)}. Take one "
                    + $"of them, another split, or validationData."),
            "validationSplit");
    }

    /// <summary>Throws where a model that was built for a number of samples would get batches of another.</summary>
    internal static void FixedBatches(Shape built, long samples, int batchSize, string name)
    {
        if (built[0] is { } size && (batchSize != size || samples % size != 0))
        {
            throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture,
                    $"The model was built for batches of {size} samples, {built}, so {samples} samples in batches of {batchSize} don't "
                        + $"fit. Use batchSize: {size} and a multiple of {size} samples, or build the model without a number of samples."),
                name);
        }
    }

    /// <summary>Throws where a carried state is for another number of samples than a batch.</summary>
    /// <param name="stateful">The stateful layers.</param>
    /// <param name="samples">All samples: batches of the carried size may not divide them.</param>
    /// <param name="batchSize">The samples of a batch.</param>
    /// <param name="name">The argument's name.</param>
    /// <param name="use">What stands before the carried number where batches of so many would do.</param>
    /// <param name="multiples">And where they would not.</param>
    internal static void CarriedState(
        IReadOnlyList<IStateful> stateful,
        long samples,
        int batchSize,
        string name,
        string use = "Use batchSize:",
        string multiples = "Give it samples in multiples of")
    {
        foreach (var layer in stateful)
        {
            if (layer.StateSamples is { } carried && carried != batchSize)
            {
                throw new ArgumentException(
                    string.Create(CultureInfo.InvariantCulture,
                        $"{layer.Title} carries the state of {carried} samples, so batches of {batchSize} can't go on from it. "
                            + $"{(samples % carried == 0 ? use : multiples)} {carried}, or call ResetStates first."),
                    name);
            }
        }
    }

    /// <summary>Throws where a finite value became infinite in the type that the model computes in, naming the first.</summary>
    internal static void FitsType(Tensor data, Tensor converted, string name)
    {
        if (!data.is_floating_point() || data.dtype == converted.dtype || converted.dtype is ScalarType.Float64)
        {
            return;
        }
        using var scope = NewDisposeScope();
        var finite = converted.isfinite();
        if (finite.all().item<bool>())
        {
            return;
        }
        var (place, value) = First(data, finite.logical_not(), name);
        throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture,
                $"{place} is {value}, which is infinite in the model's type {converted.dtype}. Scale the data, or convert the model with "
                    + $"model.to(ScalarType.Float64)."),
            name);
    }

    /// <summary>Which targets the loss can't take, booleans of their shape; null: none. In the caller's dispose scope.</summary>
    internal static Tensor? WrongTargets(Tensor y, Shape output, Loss loss)
    {
        if (!loss.TakesClassIndices && loss.Expects is not { Activation: Activation.Sigmoid } && IsPlainAndFinite(y))
        {
            return null;
        }
        var wrong = y.is_floating_point() ? y.isfinite().logical_not() : zeros_like(y, ScalarType.Bool);
        if (loss.TakesClassIndices)
        {
            var outside = y.Outside(output.Last!.Value);
            outside = loss.IgnoreClass is { } ignored ? outside.logical_and(y.Differs(ignored)) : outside;
            wrong = wrong.logical_or(outside);
            wrong = y.is_floating_point() ? wrong.logical_or(y.ne(y.floor())) : wrong;
        }
        else if (loss.Expects is { Activation: Activation.Sigmoid })
        {
            wrong = wrong.logical_or(y.Outside(2)).logical_or(y.Above(1));
        }
        return wrong.any().item<bool>() ? wrong : null;
    }

    /// <summary>Throws where a target is wrong, naming the first.</summary>
    internal static void ThrowIfWrong(Tensor y, Tensor wrong, Shape output, Loss loss, string name)
    {
        if (!wrong.any().item<bool>())
        {
            return;
        }
        Finite(y, name);
        var (place, value) = First(y, wrong, name);
        var (classes, last) = (Text(output.Last!.Value), Text(output.Last.Value - 1));
        var fault = (loss.TakesClassIndices, value == Math.Floor(value)) switch
        {
            (false, _) => $"{place} is {Text(value)}, but {loss.Name} takes probabilities: expected 0 to 1. For several classes use "
                + "SparseCategoricalCrossentropy with Dense(classes, Activation.Softmax), for other numbers MeanSquaredError"
                + (value == -1 ? "; labels of -1 and 1 become 0 and 1 by (y + 1) / 2." : "."),
            (true, true) => $"{place} is class {Text(value)}, but the model has {classes} classes, 0 to {last}. "
                + (value < 0
                    ? $"Renumber them; where it marks what does not count, write SparseCategoricalCrossentropy(ignoreClass: {Text(value)})."
                    : "Give the last Dense layer as many units as there are classes, or renumber them."),
            _ => $"{place} is {Text(value)}, which is no class: expected whole numbers 0 to {last}. For numbers that are no classes use "
                + "another loss, such as MeanSquaredError.",
        };
        throw new ArgumentOutOfRangeException(name, value, fault);

        static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
    }

    internal static (string Place, double Value)? FirstOrNone(Tensor data, Tensor wrong, string name) =>
        wrong.any().item<bool>() ? First(data, wrong, name) : null;

    // Where the first of the wrong values stands, as an index of the argument, and the value.
    private static (string Place, double Value) First(Tensor data, Tensor wrong, string name)
    {
        var index = wrong.nonzero()[0].data<long>().ToArray();
        var place = string.Create(CultureInfo.InvariantCulture, $"{name}[{string.Join(", ", index)}]");
        return (place, data[[.. index.Select(i => TensorIndex.Single(i))]].Number());
    }

    // Whole numbers of an axis less, or of one number there, where the loss wants a row of all classes.
    private static bool AreIndices(Shape output, Tensor y, Loss loss)
    {
        if (loss.Expects is not { TargetsSumToOne: true } || !HasPlaceOfIndices(output, y))
        {
            return false;
        }
        using var scope = NewDisposeScope();
        return !y.is_floating_point() || y.eq(y.floor()).all().item<bool>();
    }

    // A label a sample where the loss compares two probabilities, or more, each with one of its own.
    private static bool IsBinary(Shape output, Tensor y, Loss loss) =>
        loss.Expects is { Activation: Activation.Sigmoid } && output.Last == 2 && HasPlaceOfIndices(output, y);

    // Integers in the place of a row of all classes, where the loss is one of numbers.
    private static bool MayBeIndices(Shape output, Tensor y) => !y.is_floating_point() && output.Last > 1 && HasPlaceOfIndices(output, y);

    private static bool HasPlaceOfIndices(Shape output, Tensor y) => output.Rank >= 2
        && (new Shape([.. output.Take(output.Rank - 1)]).Accepts(Shape.Of(y)) || output.WithLast(1).Accepts(Shape.Of(y)));

    private static string Mend(Shape output, Shape target)
    {
        if (target.Rank == output.Rank + 1)
        {
            if (output.Rank == 2 && target.Last == 1 && output.Accepts(new Shape(target[0], target[1])))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"y has each of its numbers on an axis of its own: drop it with Arrays.Reshape<float[,]>(y, -1, {output.Last}), or end "
                        + $"the model with new Reshape({output.Last}, 1).");
            }
            return output.Rank == 2
                ? "y has time steps but the model predicts one vector a sample: give the last Lstm returnSequences: true (and "
                    + "TimeDistributed(Dense) after it), or drop y's time axis."
                : "y has one axis more than the output: drop it with squeeze or reshape.";
        }
        if (target.Rank == output.Rank - 1)
        {
            return output.Rank == 3
                ? "y lacks an axis: to predict every time step reshape it to (samples, time steps, features); to predict one vector a "
                    + "sample leave out returnSequences in the last Lstm."
                : "y lacks an axis: reshape it to (samples, units), an array of one value a sample with Arrays.Reshape<float[,]>(y, -1, "
                    + "1). "
                    + "It is never broadcast.";
        }
        if (target.Rank == 3 && output.Rank == 3 && target[1] != output[1])
        {
            return "The numbers of time steps differ: for other lengths in and out use an encoder (Lstm without returnSequences), "
                + "RepeatVector with the target's steps, and a decoder (Lstm with returnSequences).";
        }
        return target.Rank == output.Rank
            ? "Give the last layer as many units as the target's last axis is long, or reshape y."
            : "Reshape y to the output's shape.";
    }
}
