using EchoLstm.Kernels;
using EchoLstm.Layers;
using EchoLstm.Torch;

namespace EchoLstm.Training;

/// <summary>
/// What training makes small: a function of target and output, of equal shapes. It gives one number for each sample, or for
/// each time step of each sample, and training takes their mean.
/// </summary>
/// <remarks>Keras's losses, with its order of operations; nothing is ever broadcast.</remarks>
public abstract class Loss
{
    private protected Loss(string name) => Name = name;

    /// <summary>Keras's name of the loss, e.g. <c>mean_squared_error</c>.</summary>
    public string Name { get; }

    /// <summary>The loss as the fused engine knows it; null where it does not.</summary>
    internal virtual FusedLossKind? Fused => null;

    /// <summary>The settings of <see cref="Fused"/>.</summary>
    internal virtual LossNumbers Numbers => default;

    /// <summary>The class that is no class: a sample or step with this target counts nowhere; null: there is none.</summary>
    internal virtual int? IgnoreClass => null;

    /// <summary>Whether the targets are class indices, so that they lack the output's last axis.</summary>
    internal virtual bool TakesClassIndices => false;

    /// <summary>Whether the loss of a step is the mean of what each of its numbers gives alone.</summary>
    internal virtual bool IsElementwise => false;

    /// <summary>Whether it is one of the library's, which compare each output with its target.</summary>
    internal virtual bool IsBuiltIn => true;

    /// <summary>What the loss takes output and targets for; null where any numbers will do.</summary>
    internal virtual ExpectedOutput? Expects => null;

    /// <summary>Mean over the last axis of (target - output)² (Keras's <c>mean_squared_error</c>).</summary>
    /// <returns>The loss.</returns>
    public static Loss MeanSquaredError() => new FunctionLoss(
        "mean_squared_error",
        ErrorMeasures.Squared,
        FusedLossKind.SquaredError,
        (target, output) => nn.functional.mse_loss(output, target));

    /// <summary>Mean over the last axis of |target - output| (Keras's <c>mean_absolute_error</c>).</summary>
    /// <returns>The loss.</returns>
    public static Loss MeanAbsoluteError() => new FunctionLoss(
        "mean_absolute_error",
        ErrorMeasures.Absolute,
        FusedLossKind.AbsoluteError,
        (target, output) => nn.functional.l1_loss(output, target));

    /// <summary>
    /// Mean over the last axis of the error's square / 2 where it is at most delta, else of delta · (|error| - delta / 2), which outliers
    /// pull less (Keras's <c>huber</c>).
    /// </summary>
    /// <param name="delta">Up to which error it is a square, above 0. <value>1</value></param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is not above 0.</exception>
    public static Loss Huber(double delta = 1) => new FunctionLoss(
        "huber",
        (target, output) => ErrorMeasures.Huber(target, output, delta),
        FusedLossKind.Huber,
        numbers: new LossNumbers
        {
            Delta = delta > 0 && double.IsFinite(delta)
                ? delta
                : throw new ArgumentOutOfRangeException(nameof(delta), delta, "delta must be a finite number above 0."),
        });

    /// <summary>
    /// Mean over the last axis of log cosh(output - target), a square near 0 and a distance far from it (Keras's <c>log_cosh</c>).
    /// </summary>
    /// <returns>The loss.</returns>
    public static Loss LogCosh() => new FunctionLoss("log_cosh", ErrorMeasures.LogCosh, FusedLossKind.LogCosh);

    /// <summary>
    /// The quantile or pinball loss: mean over the last axis of max(q · e, (q - 1) · e) with e = target - output. Where it is smallest, the
    /// share q of the targets is below the output. (Keras has none.)
    /// </summary>
    /// <param name="quantiles">The quantile of all outputs, or one for each output of the last axis, above 0 and below 1. With several each
    /// needs its own target: repeat y along the last axis.</param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A quantile is not above 0 and below 1.</exception>
    /// <exception cref="ArgumentException">There is no quantile.</exception>
    /// <example><code>
    /// model.Compile(Loss.Quantile(0.1, 0.5, 0.9), new Adam());    // behind Dense(3)
    /// </code></example>
    public static Loss Quantile(params double[] quantiles) => new QuantileLoss(quantiles);

    /// <summary>
    /// Mean over the last axis of 100 · |target - output| / |target| (Keras's <c>mean_absolute_percentage_error</c>); a target that is
    /// nearer to 0 than 1e-7 counts as 1e-7, so that its error is huge: for such targets take another loss.
    /// </summary>
    /// <returns>The loss.</returns>
    public static Loss MeanAbsolutePercentageError() => new FunctionLoss(
        "mean_absolute_percentage_error", ErrorMeasures.AbsolutePercentage, FusedLossKind.AbsolutePercentageError);

    /// <summary>
    /// Mean over the last axis of (log(output + 1) - log(target + 1))², both taken as at least 1e-7 (Keras's
    /// <c>mean_squared_logarithmic_error</c>): for counts and sizes, which are not negative.
    /// </summary>
    /// <returns>The loss.</returns>
    public static Loss MeanSquaredLogarithmicError() => new FunctionLoss(
        "mean_squared_logarithmic_error", ErrorMeasures.SquaredLogarithmic, FusedLossKind.SquaredLogarithmicError);

    /// <summary>
    /// Sum over the last axis of t log(t / p), both clipped to [1e-7, 1] (Keras's <c>kl_divergence</c>), for targets and outputs that are
    /// shares of a whole.
    /// </summary>
    /// <returns>The loss.</returns>
    public static Loss KullbackLeiblerDivergence() => new FunctionLoss(
        "kl_divergence", ErrorMeasures.Divergence, FusedLossKind.KullbackLeiblerDivergence);

    /// <summary>
    /// Minus the cosine of the angle between target and output, vectors along the last axis (Keras's loss <c>cosine_similarity</c>): -1
    /// where they point the same way, 0 at right angles or where one is 0, 1 where they are opposite.
    /// </summary>
    /// <returns>The loss.</returns>
    public static Loss CosineSimilarity() => new FunctionLoss(
        "cosine_similarity", ErrorMeasures.NegativeCosine, FusedLossKind.CosineSimilarity);

    /// <summary>
    /// Mean over the last axis of (1 - q)^gamma · the binary cross-entropy, where q is the probability that the output gives to what is
    /// right: what is right already counts less (Lin et al. 2017; Keras's <c>binary_focal_crossentropy</c>).
    /// </summary>
    /// <param name="applyClassBalancing">Whether target 1 is weighted by <paramref name="alpha"/> and 0 by 1 - alpha.
    /// <value>false</value></param>
    /// <param name="alpha">The weight of target 1, of [0, 1]. <value>0.25</value></param>
    /// <param name="gamma">How much less what is right counts, at least 0; with 0 it is the cross-entropy. <value>2</value></param>
    /// <param name="fromLogits">Whether the output is before its sigmoid. <value>false</value></param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> or <paramref name="gamma"/> is out of its range.</exception>
    public static Loss BinaryFocalCrossentropy(
        bool applyClassBalancing = false, double alpha = 0.25, double gamma = 2, bool fromLogits = false) =>
        new BinaryFocalCrossentropy(applyClassBalancing, alpha, gamma, fromLogits);

    /// <summary>
    /// -Σ alpha · (1 - p)^gamma · t log p over the classes, the last axis (Lin et al. 2017; Keras's <c>categorical_focal_crossentropy</c>),
    /// for one-hot or other targets of the output's shape. A weight for each class is <c>classWeight</c> of <c>Fit</c>.
    /// </summary>
    /// <param name="alpha">The weight of all classes, at least 0. <value>0.25</value></param>
    /// <param name="gamma">How much less what is right counts, at least 0; with 0 it is the cross-entropy. <value>2</value></param>
    /// <param name="fromLogits">Whether the output is before its softmax; otherwise it is divided by its sum over the classes and clipped
    /// to [1e-7, 1 - 1e-7]. <value>false</value></param>
    /// <returns>The loss.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> or <paramref name="gamma"/> is out of its range.</exception>
    public static Loss CategoricalFocalCrossentropy(double alpha = 0.25, double gamma = 2, bool fromLogits = false) =>
        new CategoricalFocalCrossentropy(alpha, gamma, fromLogits);

    /// <summary>
    /// Mean over the last axis of -(t log p + (1 - t) log(1 - p)) for targets and outputs of 0 to 1 (Keras's <c>binary_crossentropy</c>).
    /// </summary>
    /// <param name="fromLogits">Whether the output is before its sigmoid; otherwise it is a probability, clipped to [1e-7, 1 - 1e-7].
    /// <value>false</value></param>
    /// <returns>The loss.</returns>
    public static Loss BinaryCrossentropy(bool fromLogits = false) => new BinaryCrossentropy(fromLogits);

    /// <summary>
    /// -Σ t log p over the classes, the last axis (Keras's <c>categorical_crossentropy</c>), for one-hot or other targets of the output's
    /// shape.
    /// </summary>
    /// <param name="fromLogits">Whether the output is before its softmax; otherwise it is divided by its sum over the classes and clipped
    /// to [1e-7, 1 - 1e-7]. <value>false</value></param>
    /// <returns>The loss.</returns>
    public static Loss CategoricalCrossentropy(bool fromLogits = false) => new CategoricalCrossentropy(fromLogits);

    /// <summary>
    /// -log p of the right class (Keras's <c>sparse_categorical_crossentropy</c>), for targets that are class indices of shape
    /// (samples, ...) or (samples, ..., 1), as many as the output (samples, ..., classes) has rows.
    /// </summary>
    /// <param name="fromLogits">Whether the output is before its softmax; otherwise it is divided by its sum over the classes and clipped
    /// to [1e-7, 1 - 1e-7]. <value>false</value></param>
    /// <param name="ignoreClass">The target, such as -1, of samples and steps that count nowhere (Keras's <c>ignore_class</c>): they have
    /// no loss and no gradient, and the mean, of the metrics too, is over the others alone, as with a mask. It need not be one of the
    /// model's classes. <value>null: every target counts</value></param>
    /// <returns>The loss.</returns>
    public static Loss SparseCategoricalCrossentropy(bool fromLogits = false, int? ignoreClass = null) =>
        new SparseCategoricalCrossentropy(fromLogits, ignoreClass);

    /// <summary>A loss of your own.</summary>
    /// <param name="function">Target and output, of equal shapes, to a tensor whose mean is the loss: one number, or one for each sample or
    /// step.</param>
    /// <param name="name">Its name. <value>custom</value></param>
    /// <returns>The loss.</returns>
    public static Loss Custom(Func<Tensor, Tensor, Tensor> function, string name = "custom")
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new FunctionLoss(name, function);
    }

    internal virtual void CheckOutput(Shape output)
    {
    }

    /// <summary>Which samples or steps have a target that counts; null: all. The caller's.</summary>
    internal Tensor? Counting(Tensor target, Tensor output)
    {
        if (IgnoreClass is not { } ignored)
        {
            return null;
        }
        using var each = target.dim() == output.dim() ? target.squeeze(-1) : target.alias();
        return each.Differs(ignored);
    }

    /// <summary>The targets, with class 0 in place of those that do not count; the caller's.</summary>
    internal Tensor WithoutIgnored(Tensor target)
    {
        if (IgnoreClass is not { } ignored)
        {
            return target.alias();
        }
        using Scalar given = ignored, zero = 0;
        using var places = target.eq(given);
        return target.masked_fill(places, zero);
    }

    /// <summary>The loss of each sample or step, (samples, ...), for a target and an output that were checked; the caller's.</summary>
    internal abstract Tensor PerStep(Tensor target, Tensor output);

    /// <summary>The mean of <see cref="PerStep"/>, where no step is masked or weighted; the caller's, or its dispose scope's.</summary>
    internal virtual Tensor Mean(Tensor target, Tensor output) => PerStep(target, output).mean();

    // The mean in one of Torch's operators, where there is one, costs a fifth of the same by way of single steps.
    private sealed class FunctionLoss(
        string name,
        Func<Tensor, Tensor, Tensor> function,
        FusedLossKind? fused = null,
        Func<Tensor, Tensor, Tensor>? mean = null,
        LossNumbers numbers = default) : Loss(name)
    {
        internal override FusedLossKind? Fused => fused;

        internal override bool IsElementwise =>
            fused is not (null or FusedLossKind.KullbackLeiblerDivergence or FusedLossKind.CosineSimilarity);

        internal override LossNumbers Numbers => numbers;

        internal override ExpectedOutput? Expects => fused is FusedLossKind.KullbackLeiblerDivergence
            ? new(Activation.Softmax, FromLogits: false, TargetsSumToOne: true)
            : null;

        internal override bool IsBuiltIn => fused is not null;

        internal override Tensor PerStep(Tensor target, Tensor output) =>
            fused is null ? OwnFunction.Result(function, $"loss {Name}", target, output) : function(target, output);

        internal override Tensor Mean(Tensor target, Tensor output) => mean is null ? base.Mean(target, output) : mean(target, output);
    }
}
