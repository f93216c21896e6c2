namespace EchoLstm.Layers;

/// <summary>One of Keras's weights: which parameter of the modules holds it, and how Keras lays it out.</summary>
/// <param name="Name">Keras's name: kernel, recurrent_kernel, bias, ...</param>
/// <param name="Parameter">Finds the parameter as it is now: moving a module to another type replaces it.</param>
/// <param name="Read">The parameter, or its gradient, in Keras's layout; a view where the layouts allow it. The result is the
/// caller's.</param>
/// <param name="Regularizer">The penalty on it; null for none.</param>
internal record LayerWeight(string Name, Func<Tensor> Parameter, Func<Tensor, Tensor> Read, Regularizer? Regularizer = null)
{
    /// <summary>The weight in Keras's layout, detached; the caller disposes it.</summary>
    /// <exception cref="ObjectDisposedException">The parameter is disposed.</exception>
    /// <exception cref="InvalidOperationException">The parameter has no numbers.</exception>
    internal Tensor Value()
    {
        var current = Parameter();
        if (current.IsInvalid)
        {
            throw new ObjectDisposedException(null,
                $"The weight {Name} is a parameter that was disposed, so that it has no numbers any more. Leave parameters to their layer, "
                    + "which disposes them with itself.");
        }
        if (current.device_type == DeviceType.META)
        {
            throw new InvalidOperationException(
                $"The weight {Name} is on the device META, where a tensor has a shape but no numbers. Make the layer anew.");
        }
        using var parameter = current.detach();
        return Read(parameter);
    }

    /// <summary>Its gradient in Keras's layout, or null; the caller disposes it.</summary>
    internal virtual Tensor? Gradient()
    {
        using var gradient = Parameter().grad;
        return gradient is null ? null : Read(gradient);
    }

    /// <summary>The parts of the parameters' gradients that are this weight's, as views; none where there is no gradient. In the caller's
    /// dispose scope.</summary>
    internal virtual IReadOnlyList<Tensor> GradientViews() => Parameter().grad is { } gradient ? [Read(gradient)] : [];

    /// <summary>Which of these numbers it can't be: NaN and, where it is trained, infinities. What a module keeps beside its weights may be
    /// infinite, as masks often are.</summary>
    internal Tensor Unfit(Tensor values) => Parameter() is TorchSharp.Modules.Parameter ? values.isfinite().logical_not() : values.isnan();

    /// <summary>Copies values of Keras's layout into the parameter.</summary>
    internal virtual void Write(Tensor values)
    {
        using var view = Value();
        view.copy_(values);
    }
}

/// <summary>A weight whose parts lie in another order in the module, so that it can't be read as a view.</summary>
internal sealed record ReorderedWeight(
    string Name,
    Func<Tensor> Parameter,
    Func<Tensor, Tensor> Read,
    Func<Tensor, Tensor> Unread,
    Func<Tensor, Tensor> Part)
    : LayerWeight(Name, Parameter, Read)
{
    internal override IReadOnlyList<Tensor> GradientViews() => Parameter().grad is { } gradient ? [Part(gradient)] : [];

    internal override void Write(Tensor values)
    {
        using var parameter = Parameter().detach();
        using var part = Part(parameter);
        using var ordered = Unread(values);
        part.copy_(ordered);
    }
}
