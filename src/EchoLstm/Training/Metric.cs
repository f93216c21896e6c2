using EchoLstm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>What training reports beside the loss, averaged over samples and time steps; it has no influence on the weights.</summary>
public abstract class Metric
{
    private protected Metric(string name) => Name = name;

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

    /// <summary>A metric of your own.</summary>
    /// <param name="function">Target and output to a tensor whose mean is the metric: one number, or one for each sample or step.</param>
    /// <param name="name">Its name; no two metrics of a model share one.</param>
    /// <returns>The metric.</returns>
    public static Metric Custom(Func<Tensor, Tensor, Tensor> function, string name)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new FunctionMetric(name, function);
    }

    /// <summary>Whether it is one of the library's, which its name then tells.</summary>
    internal virtual bool IsBuiltIn => true;

    /// <summary>The metric as the fused engine knows it, for an output of so many units; null where it does not.</summary>
    internal virtual FusedMetricKind? FusedFor(int units, bool targetsAreClasses) => null;

    /// <summary>The metric of each sample or step; the caller's.</summary>
    internal abstract Tensor PerStep(Tensor target, Tensor output);

    private sealed class FunctionMetric(string name, Func<Tensor, Tensor, Tensor> function, FusedMetricKind? fused = null) : Metric(name)
    {
        internal override bool IsBuiltIn => fused is not null;

        internal override FusedMetricKind? FusedFor(int units, bool targetsAreClasses) => targetsAreClasses ? null : fused;

        internal override Tensor PerStep(Tensor target, Tensor output) =>
            fused is null ? OwnFunction.Result(function, $"metric {Name}", target, output) : function(target, output);
    }
}
