using EchoLstm.Kernels;
using TorchSharp;
using static TorchSharp.torch;

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

    /// <summary>Whether the targets are class indices, so that they lack the output's last axis.</summary>
    internal virtual bool TakesClassIndices => false;

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
    /// <returns>The loss.</returns>
    public static Loss SparseCategoricalCrossentropy(bool fromLogits = false) => new SparseCategoricalCrossentropy(fromLogits);

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

    /// <summary>The loss of each sample or step, (samples, ...), for a target and an output that were checked; the caller's.</summary>
    internal abstract Tensor PerStep(Tensor target, Tensor output);

    /// <summary>The mean of <see cref="PerStep"/>, where no step is masked or weighted; the caller's, or its dispose scope's.</summary>
    internal virtual Tensor Mean(Tensor target, Tensor output) => PerStep(target, output).mean();

    // The mean in one of Torch's operators, where there is one, costs a fifth of the same by way of single steps.
    private sealed class FunctionLoss(
        string name,
        Func<Tensor, Tensor, Tensor> function,
        FusedLossKind? fused = null,
        Func<Tensor, Tensor, Tensor>? mean = null) : Loss(name)
    {
        internal override FusedLossKind? Fused => fused;

        internal override bool IsBuiltIn => fused is not null;

        internal override Tensor PerStep(Tensor target, Tensor output) =>
            fused is null ? OwnFunction.Result(function, $"loss {Name}", target, output) : function(target, output);

        internal override Tensor Mean(Tensor target, Tensor output) => mean is null ? base.Mean(target, output) : mean(target, output);
    }
}
