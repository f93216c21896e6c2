namespace EchoLstm.Training;

/// <summary>What a loss or a metric that is the user's function gives, checked before anything is computed with it.</summary>
internal static class OwnFunction
{
    /// <summary>The function's result for a target and an output.</summary>
    /// <exception cref="InvalidOperationException">The result has no mean, or the function disposed what it was given.</exception>
    internal static Tensor Result(Func<Tensor, Tensor, Tensor> function, string subject, Tensor target, Tensor output)
    {
        var result = function(target, output)
            ?? throw new InvalidOperationException(
                $"The function of the {subject} returned null. Return a tensor: one number, or one for each sample or step.");
        if (target.IsInvalid || output.IsInvalid)
        {
            throw new InvalidOperationException($"The function of the {subject} disposed its {(target.IsInvalid ? "target" : "output")}, "
                + "which others need. Dispose only what it makes.");
        }
        if (result.IsInvalid)
        {
            throw new InvalidOperationException($"The function of the {subject} returned a tensor that is disposed. Take it out of the "
                + "function's scope with MoveToOuterDisposeScope().");
        }
        var fault = !result.is_floating_point() ?
            $"of {result.dtype}. Return real floating-point numbers, e.g. those that to(ScalarType.Float32) makes of booleans, or abs() of "
                + "complex numbers"
            : result.is_sparse ? "that is sparse. Return a dense one, with to_dense()"
            : result.device_type == DeviceType.META ? "on the device META, without numbers. Return one on the output's device"
            : result.numel() == 0 ? $"of shape {Shape.Of(result)}, without numbers. Return one number, or one for each sample or step"
            : null;
        return fault is null ? result : throw new InvalidOperationException($"The function of the {subject} returned a tensor {fault}.");
    }
}
