using EchoLstm.Kernels;

namespace EchoLstm.Training;

/// <summary>A metric that is the mean over samples and steps of one number for each, or a function of it. Its sums are theirs and their
/// count.</summary>
internal abstract class MeanMetric(string name) : Metric(name)
{
    /// <summary>The metric as the fused engine knows it, for an output of so many units; null where it does not.</summary>
    internal virtual FusedMetricKind? FusedFor(int units, bool targetsAreClasses) => null;

    /// <summary>The metric of each sample or step; the caller's.</summary>
    internal abstract Tensor PerStep(Tensor target, Tensor output);

    internal sealed override int SumsFor(int units) => 2;

    internal override double Of(ReadOnlySpan<double> sums) => sums[1] > 0 ? sums[0] / sums[1] : 0;
}
