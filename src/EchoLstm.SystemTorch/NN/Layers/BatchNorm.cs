using TorchSharp.Interop;

namespace TorchSharp.Modules;

/// <summary>What batch normalisations of any number of axes share.</summary>
public abstract class BatchNorm : NormBase
{
    private static readonly Operator Add = Operator.Find("aten::add_", "Scalar");

    /// <summary>Stores the settings and makes parameters and statistics.</summary>
    /// <param name="num_features">The number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The share of each batch in the running statistics.</param>
    /// <param name="affine">Whether to train a factor and a summand for each channel.</param>
    /// <param name="track_running_stats">Whether to keep running statistics.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="dtype">Their type.</param>
    /// <param name="name">The module's name.</param>
    public BatchNorm(long num_features, double eps, double momentum, bool affine, bool track_running_stats, torch.Device? device,
        torch.ScalarType? dtype, string name) : base(num_features, eps, momentum, affine, track_running_stats, device, dtype, name)
    {
    }

    /// <inheritdoc/>
    public override torch.Tensor forward(torch.Tensor input)
    {
        ValidateInputDimensions(input);
        var share = momentum ?? 0.0;
        if (training && track_running_stats && num_batches_tracked is not null)
        {
            Add.CallDropping(num_batches_tracked, 1);
            if (momentum is null) share = 1.0 / num_batches_tracked.ToDouble();
        }

        var byBatch = training || running_mean is null && running_var is null;
        var keep = !training || track_running_stats;
        return torch.nn.functional.batch_norm(
            input, keep ? running_mean : null, keep ? running_var : null, weight, bias, byBatch, share, eps);
    }
}
