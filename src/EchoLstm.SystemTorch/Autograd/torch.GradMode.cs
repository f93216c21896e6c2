namespace TorchSharp;

public static partial class torch
{
    /// <summary>Operations of this thread are not recorded until the result is disposed.</summary>
    public static IDisposable no_grad() => new GradMode(false);

    /// <summary>Operations of this thread are recorded until the result is disposed.</summary>
    public static IDisposable enable_grad(bool enabled = true) => new GradMode(enabled);

    /// <summary>Operations of this thread are recorded, or not, until the result is disposed.</summary>
    public static IDisposable set_grad_enabled(bool mode = true) => new GradMode(mode);

    /// <summary>True when operations of this thread are recorded.</summary>
    public static bool is_grad_enabled() => GradMode.IsEnabled;

    /// <summary>As <see cref="no_grad"/>, and the tensors made meanwhile can never be part of a recorded operation.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    /// <summary>True inside of <see cref="inference_mode"/>.</summary>
    public static bool is_inference_mode_enabled() => InferenceMode.IsEnabled;
}
