using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Layers;

/// <summary>
/// One of Keras's weights: a view, in Keras's layout, of the module's parameter that holds it. Nothing is copied, so what is
/// written to the view is the module's at once.
/// </summary>
/// <param name="Name">Keras's name: kernel, recurrent_kernel, bias, ...</param>
/// <param name="Parameter">Finds the parameter as it is now: moving a module to another type replaces it.</param>
/// <param name="View">Turns the parameter, or its gradient, into Keras's layout; the view is the caller's.</param>
internal sealed record LayerWeight(string Name, Func<Tensor> Parameter, Func<Tensor, Tensor> View)
{
    /// <summary>The weight in Keras's layout, detached; the caller disposes it.</summary>
    internal Tensor Value()
    {
        using var parameter = Parameter().detach();
        return View(parameter);
    }

    /// <summary>Its gradient in Keras's layout, or null; the caller disposes it.</summary>
    internal Tensor? Gradient()
    {
        using var gradient = Parameter().grad;
        return gradient is null ? null : View(gradient);
    }
}
