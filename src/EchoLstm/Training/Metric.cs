using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>
/// What training reports beside the loss, over all samples and time steps of an epoch that count; it has no influence on the weights.
/// </summary>
/// <remarks>
/// A metric adds up sums from batch to batch and makes its number of them at the end, as Keras's do: an F1 score or an AUC is that of the
/// whole epoch, not a mean of batches'. While an epoch trains the weights move, so its number is of many models; <c>Evaluate</c> and the
/// validation measure one. Masked steps, and targets of the loss's <c>ignoreClass</c>, count nowhere.
/// </remarks>
public abstract class Metric
{
    private protected Metric(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>The metric's name in logs and in <see cref="History"/>, e.g. <c>accuracy</c>.</summary>
    public string Name { get; }

    /// <summary>
    /// The share of right predictions (Keras's <c>accuracy</c>). As in Keras the shapes decide what is right: one output a step means
    /// binary, its threshold 0.5; a target without the output's last axis, or with 1 there, means class indices; else the largest of target
    /// and output must agree.
    /// </summary>
    /// <returns>The metric.</returns>
    /// <remarks>For a regression the number means nothing. The first of several equal maxima counts.</remarks>
    public static Metric Accuracy() => new Accuracy();

    /// <summary>The mean of (target - output)², named <c>mean_squared_error</c>.</summary>
    /// <returns>The metric.</returns>
    public static Metric MeanSquaredError() =>
        new FunctionMetric("mean_squared_error", ErrorMeasures.Squared, FusedMetricKind.SquaredError);

    /// <summary>The mean of |target - output|, named <c>mean_absolute_error</c>.</summary>
    /// <returns>The metric.</returns>
    public static Metric MeanAbsoluteError() =>
        new FunctionMetric("mean_absolute_error", ErrorMeasures.Absolute, FusedMetricKind.AbsoluteError);

    /// <summary>The root of the mean of (target - output)², in the target's unit, named <c>root_mean_squared_error</c>.</summary>
    /// <returns>The metric.</returns>
    public static Metric RootMeanSquaredError() =>
        new FunctionMetric("root_mean_squared_error", ErrorMeasures.Squared, FusedMetricKind.SquaredError, Math.Sqrt);

    /// <summary>
    /// The mean of 100 · |target - output| / |target|, named <c>mean_absolute_percentage_error</c>; a target that is nearer to 0 than 1e-7
    /// counts as 1e-7.
    /// </summary>
    /// <returns>The metric.</returns>
    public static Metric MeanAbsolutePercentageError() => new FunctionMetric(
        "mean_absolute_percentage_error", ErrorMeasures.AbsolutePercentage, FusedMetricKind.AbsolutePercentageError);

    /// <summary>
    /// The share of the targets' variance that the outputs explain, named <c>r2_score</c>: 1 where they are equal, 0 where they are no
    /// better than the targets' mean, below 0 where they are worse. Of several outputs it is the mean over them (Keras's
    /// <c>uniform_average</c>). One whose targets are all the same counts as 0.
    /// </summary>
    /// <returns>The metric.</returns>
    public static Metric R2Score() => new R2Score();

    /// <summary>The share of the positive predictions that are right (Keras's <c>Precision</c>); 0 where there is none.</summary>
    /// <param name="threshold">Above which an output is positive. <value>0.5</value></param>
    /// <param name="classId">Which output of the last axis to look at alone. <value>null: all of them together</value></param>
    /// <param name="name">Its name; no two metrics of a model share one. <value>precision</value></param>
    /// <returns>The metric.</returns>
    /// <remarks>A target is positive where it is not 0; class indices count as one-hot.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not a number, or <paramref name="classId"/> is
    /// negative.</exception>
    public static Metric Precision(double threshold = 0.5, int? classId = null, string name = "precision") =>
        new HitRate(name, ofPredictions: true, threshold, classId);

    /// <summary>The share of the positive targets that are found (Keras's <c>Recall</c>); 0 where there is none.</summary>
    /// <param name="threshold">Above which an output is positive. <value>0.5</value></param>
    /// <param name="classId">Which output of the last axis to look at alone. <value>null: all of them together</value></param>
    /// <param name="name">Its name; no two metrics of a model share one. <value>recall</value></param>
    /// <returns>The metric.</returns>
    /// <remarks>A target is positive where it is not 0; class indices count as one-hot.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threshold"/> is not a number, or <paramref name="classId"/> is
    /// negative.</exception>
    public static Metric Recall(double threshold = 0.5, int? classId = null, string name = "recall") =>
        new HitRate(name, ofPredictions: false, threshold, classId);

    /// <summary>
    /// The harmonic mean of precision and recall of each class, 2 · hits / (positive predictions + positive targets), put together to one
    /// number (Keras's <c>F1Score</c>).
    /// </summary>
    /// <param name="average">How the classes' scores become one number; Keras's default is a list of them.
    /// <value>Macro</value></param>
    /// <param name="threshold">Above which an output is positive. <value>null: the largest output of several is the only positive; a single
    /// one is positive above 0.5</value></param>
    /// <param name="name">Its name; no two metrics of a model share one. <value>f1_score</value></param>
    /// <returns>The metric.</returns>
    /// <remarks>Class indices count as one-hot. A class that is neither predicted nor a target has 0, as in Keras.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="average"/> is none of its names, or <paramref name="threshold"/> is
    /// not a number.</exception>
    public static Metric F1Score(ScoreAverage average = ScoreAverage.Macro, double? threshold = null, string name = "f1_score") =>
        new F1Score(name, average, threshold);

    /// <summary>
    /// The area under a curve of all thresholds, approximated by some (Keras's <c>AUC</c>): the probability that a positive has a larger
    /// output than a negative, for the curve ROC.
    /// </summary>
    /// <param name="numThresholds">How many thresholds, at least 2 (Keras's <c>num_thresholds</c>). <value>200</value></param>
    /// <param name="curve">The curve. <value>Roc</value></param>
    /// <param name="fromLogits">Whether the outputs are before their sigmoid; else they are of 0 to 1. <value>false</value></param>
    /// <param name="name">Its name; no two metrics of a model share one. <value>auc</value></param>
    /// <returns>The metric.</returns>
    /// <remarks>All outputs of the last axis count together; class indices count as one-hot. Between thresholds the area is interpolated as
    /// in Keras. It is 0 where there are only positives or only negatives.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numThresholds"/> is below 2, or <paramref name="curve"/> is none of
    /// its names.</exception>
    public static Metric Auc(
        int numThresholds = 200, AucCurve curve = AucCurve.Roc, bool fromLogits = false, string name = "auc") =>
        new AreaUnderCurve(name, numThresholds, curve, fromLogits);

    /// <summary>
    /// The share of the targets that are among the k largest outputs (Keras's <c>TopKCategoricalAccuracy</c>, and the sparse one for class
    /// indices); of equal outputs all count as the largest of them.
    /// </summary>
    /// <param name="k">How many outputs, at least 1. <value>5</value></param>
    /// <param name="name">Its name; no two metrics of a model share one. <value>top_k_categorical_accuracy</value></param>
    /// <returns>The metric.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static Metric TopKCategoricalAccuracy(int k = 5, string name = "top_k_categorical_accuracy") => new TopK(name, k);

    /// <summary>A metric of your own.</summary>
    /// <param name="function">Target and output to a tensor whose mean is the metric: one number, or one for each sample or step.</param>
    /// <param name="name">Its name; no two metrics of a model share one.</param>
    /// <returns>The metric.</returns>
    public static Metric Custom(Func<Tensor, Tensor, Tensor> function, string name)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new FunctionMetric(name, function);
    }

    /// <summary>Whether it is one of the library's, which its name then tells.</summary>
    internal virtual bool IsBuiltIn => true;

    internal virtual void CheckOutput(Shape output)
    {
    }

    /// <summary>How many sums it adds up for an output of so many units.</summary>
    internal abstract int SumsFor(int units);

    internal virtual bool SumsDependOnUnits => false;

    internal abstract double Of(ReadOnlySpan<double> sums);

    private sealed class FunctionMetric(
        string name,
        Func<Tensor, Tensor, Tensor> function,
        FusedMetricKind? fused = null,
        Func<double, double>? ofMean = null) : MeanMetric(name)
    {
        internal override double Of(ReadOnlySpan<double> sums) => ofMean is null ? base.Of(sums) : ofMean(base.Of(sums));

        internal override bool IsBuiltIn => fused is not null;

        internal override FusedMetricKind? FusedFor(int units, bool targetsAreClasses) => targetsAreClasses ? null : fused;

        internal override Tensor PerStep(Tensor target, Tensor output) =>
            fused is null ? OwnFunction.Result(function, $"metric {Name}", target, output) : function(target, output);
    }
}
