namespace EchoLstm.Layers;

/// <summary>
/// The mask of a tensor in calls of your own: which of its time steps are there. It travels from layer to layer as in <c>Fit</c>: a layer
/// uses it, passes it on, or refuses it by name.
/// </summary>
/// <example><code>
/// var (output, state) = lstm.CallWithState(x.WithMask(new[,] { { true, true, false } }));
/// </code></example>
public static class TensorMasks
{
    /// <summary>A view of a tensor that has a mask.</summary>
    /// <param name="input">The tensor, (samples, time steps, ...); it stays the caller's.</param>
    /// <param name="mask">True where a step is there: (samples, time steps), or (samples, time steps, inner steps) for series of series. It
    /// is copied.</param>
    /// <returns>The view; the caller's, or its dispose scope's.</returns>
    /// <exception cref="ShapeMismatchException">The mask is not of the tensor's first axes.</exception>
    /// <exception cref="ArgumentException">The mask has numbers besides 0 and 1.</exception>
    public static Tensor WithMask(this Tensor input, TensorLike mask)
    {
        ArgumentNullException.ThrowIfNull(input);
        TensorCheck.Readable(input, nameof(input));
        using var scope = NewDisposeScope();
        // Whole numbers are indices, whose last axis is of time steps too.
        var mostAxes = (int)input.dim() - (input.is_floating_point() ? 1 : 0);
        var own = GivenMask.Checked(mask.ToTensor(nameof(mask)), input, mostAxes, nameof(mask)).to(input.device).clone();
        var view = input.alias().MoveToOuterDisposeScope();
        StepMasks.Attach(view, own.MoveToOuterDisposeScope());
        return view;
    }

    /// <summary>Which time steps of a tensor are there; null where all are.</summary>
    /// <param name="tensor">What a layer's call returned, or what <see cref="WithMask"/> did.</param>
    /// <returns>Booleans of the tensor's first axes, a copy that is the caller's, or its dispose scope's; null for no mask.</returns>
    public static Tensor? CopyMask(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        TensorCheck.Readable(tensor, nameof(tensor));
        return StepMasks.Of(tensor)?.clone();
    }
}
