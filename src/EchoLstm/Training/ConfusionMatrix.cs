using System.Text;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>How often each class was taken for each, and what follows from that (scikit-learn's <c>confusion_matrix</c>).</summary>
/// <example><code>
/// Console.WriteLine(ConfusionMatrix.Of(y, model.Predict(x)));
/// </code></example>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;

    private ConfusionMatrix(long[,] counts) => _counts = counts;

    /// <summary>How many classes there are.</summary>
    public int Classes => _counts.GetLength(0);

    /// <summary>How many samples or steps were counted.</summary>
    public long Total => _counts.Cast<long>().Sum();

    /// <summary>The share of the predictions that are right; 0 where nothing was counted.</summary>
    public double Accuracy => Share(Enumerable.Range(0, Classes).Sum(k => _counts[k, k]), Total);

    /// <summary>How many of a class were taken for a class.</summary>
    /// <param name="target">What it was.</param>
    /// <param name="predicted">What it was taken for.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public long this[int target, int predicted] => _counts[Checked(target, nameof(target)), Checked(predicted, nameof(predicted))];

    /// <summary>Counts targets and predictions.</summary>
    /// <param name="targets">What was right: class indices of shape (samples, ...) or (samples, ..., 1), or one number for each output,
    /// of which the largest is the class; for a single output, 0 or 1.</param>
    /// <param name="outputs">What the model predicted, (samples, ..., classes): the largest is the class, of equal ones the first. A single
    /// output is class 1 above the threshold.</param>
    /// <param name="threshold">Above which a single output is class 1. <value>0.5</value></param>
    /// <param name="ignoreClass">The target of samples and steps that are not counted. <value>null: all are counted</value></param>
    /// <returns>The counts.</returns>
    /// <exception cref="ShapeMismatchException">Targets and outputs do not go together.</exception>
    /// <exception cref="ArgumentException">A target is no class, or there are no numbers.</exception>
    public static ConfusionMatrix Of(TensorLike targets, TensorLike outputs, double threshold = 0.5, int? ignoreClass = null)
    {
        using var scope = NewDisposeScope();
        var (right, guessed) = (targets.ToTensor(nameof(targets)), outputs.ToTensor(nameof(outputs)));
        if (guessed.dim() < 2 || guessed.numel() == 0)
        {
            throw new ShapeMismatchException(
                $"outputs has shape {Shape.Of(guessed)}; expected (samples, ..., classes), as Predict gives it.",
                "(samples, ..., classes)",
                Shape.Of(guessed).ToString());
        }
        var (units, rows) = (guessed.shape[^1], guessed.numel() / guessed.shape[^1]);
        var areIndices = units > 1 && right.numel() == rows;
        if (!areIndices && !right.shape.AsSpan().SequenceEqual(guessed.shape) && !(units == 1 && right.numel() == rows))
        {
            var indices = new Shape([.. Shape.Of(guessed).Take((int)guessed.dim() - 1)]);
            throw new ShapeMismatchException(
                $"targets has shape {Shape.Of(right)} but outputs {Shape.Of(guessed)}: expected class indices of shape {indices}, or "
                    + $"targets of the outputs' shape.",
                indices.ToString(),
                Shape.Of(right).ToString());
        }
        // Torch finds no largest among booleans.
        var numbers = guessed.dtype == ScalarType.Bool ? guessed.to(ScalarType.Byte) : guessed;
        using var found = units == 1 ? guessed.Above(threshold).to(ScalarType.Int64) : numbers.argmax(-1);
        using var given = (units == 1 || areIndices ? right : right.to(ScalarType.Float64).argmax(-1)).to(ScalarType.Float64);
        var (a, b) = (given.flatten().cpu().data<double>(), found.flatten().cpu().data<long>());
        var counts = new long[units == 1 ? 2 : units, units == 1 ? 2 : units];
        for (var row = 0L; row < rows; row++)
        {
            var target = a[row];
            if (target == ignoreClass)
            {
                continue;
            }
            if (!(target >= 0 && target < counts.GetLength(0)) || target != Math.Floor(target))
            {
                throw new ArgumentException(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"The target of row {row} is {target}, which is no class: expected whole numbers 0 to {counts.GetLength(0) - 1}. "
                            + $"Leave others out with ignoreClass."),
                    nameof(targets));
            }
            counts[(long)target, b[row]]++;
        }
        return new ConfusionMatrix(counts);
    }

    /// <summary>The share of what was taken for a class that is of it; 0 where nothing was.</summary>
    /// <param name="classId">The class.</param>
    /// <returns>The share.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Precision(int classId) => Share(this[classId, classId], Predicted(classId));

    /// <summary>The share of a class that was taken for it; 0 where there is none of it.</summary>
    /// <param name="classId">The class.</param>
    /// <returns>The share.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double Recall(int classId) => Share(this[classId, classId], Targets(classId));

    /// <summary>The harmonic mean of precision and recall.</summary>
    /// <param name="classId">The class.</param>
    /// <returns>The score.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public double F1Score(int classId) => Share(2 * this[classId, classId], Predicted(classId) + Targets(classId));

    /// <summary>A copy of all counts: a row for each target, a column for each prediction.</summary>
    /// <returns>The counts.</returns>
    public long[,] ToArray() => (long[,])_counts.Clone();

    /// <summary>A table: a line for each target, a column for each prediction.</summary>
    /// <returns>The table.</returns>
    public override string ToString()
    {
        var width = Math.Max(_counts.Cast<long>().Max(), Classes - 1).ToString(CultureInfo.InvariantCulture).Length + 2;
        var text = new StringBuilder("target \\ predicted");
        var first = text.Length;
        for (var k = 0; k < Classes; k++)
        {
            text.Append(k.ToString(CultureInfo.InvariantCulture).PadLeft(width));
        }
        for (var target = 0; target < Classes; target++)
        {
            text.Append('\n').Append(target.ToString(CultureInfo.InvariantCulture).PadLeft(first));
            for (var k = 0; k < Classes; k++)
            {
                text.Append(_counts[target, k].ToString(CultureInfo.InvariantCulture).PadLeft(width));
            }
        }
        return text.ToString();
    }

    private long Targets(int target) => Enumerable.Range(0, Classes).Sum(k => _counts[target, k]);

    private long Predicted(int predicted) => Enumerable.Range(0, Classes).Sum(k => _counts[k, predicted]);

    private int Checked(int classId, string name) =>
        classId >= 0 && classId < Classes
            ? classId
            : throw new ArgumentOutOfRangeException(
                name, classId, FormattableString.Invariant($"There are the classes 0 to {Classes - 1}."));

    private static double Share(long part, long whole) => whole > 0 ? part / (double)whole : 0;
}
