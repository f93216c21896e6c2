using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What normalisations by channel share: parameters and running statistics.</summary>
public abstract class NormBase : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    [ComponentName(Name = nameof(weight))] private Parameter? _weight;
    [ComponentName(Name = nameof(bias))] private Parameter? _bias;
    [ComponentName(Name = nameof(running_mean))] private torch.Tensor? _running_mean;
    [ComponentName(Name = nameof(running_var))] private torch.Tensor? _running_var;
    [ComponentName(Name = nameof(num_batches_tracked))] private torch.Tensor? _num_batches_tracked;

    /// <summary>Stores the settings and makes parameters and statistics.</summary>
    /// <param name="num_features">The number of channels.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="momentum">The share of each batch in the running statistics; null: the mean of all batches.</param>
    /// <param name="affine">Whether to train a factor and a summand for each channel.</param>
    /// <param name="track_running_stats">Whether to keep running statistics.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="dtype">Their type.</param>
    /// <param name="name">The module's name.</param>
    public NormBase(long num_features, double eps, double? momentum, bool affine, bool track_running_stats, torch.Device? device,
        torch.ScalarType? dtype, string name) : base(name)
    {
        (this.num_features, this.eps, this.momentum) = (num_features, eps, momentum);
        (this.affine, this.track_running_stats) = (affine, track_running_stats);
        long[] shape = [num_features];
        if (affine)
        {
            weight = Parameter(torch.empty(shape, dtype, device));
            bias = Parameter(torch.empty(shape, dtype, device));
        }
        if (track_running_stats)
        {
            running_mean = torch.zeros(shape, dtype, device);
            running_var = torch.ones(shape, dtype, device);
            num_batches_tracked = torch.zeros(Array.Empty<long>(), dtype ?? torch.ScalarType.Int64, device);
        }
        reset_parameters();
    }

    /// <summary>The number of channels.</summary>
    public long num_features { get; private set; }

    /// <summary>Added to the variance.</summary>
    public double eps { get; set; }

    /// <summary>The share of each batch in the running statistics; null: the mean of all batches.</summary>
    public double? momentum { get; set; }

    /// <summary>Whether there are a factor and a summand for each channel.</summary>
    public bool affine { get; private set; }

    /// <summary>Whether running statistics are kept.</summary>
    public bool track_running_stats { get; private set; }

    /// <summary>A factor for each channel; null without affine parameters.</summary>
    public Parameter weight
    {
        get => _weight!;
        set => Replace(ref _weight, nameof(weight), value ?? throw new ArgumentNullException(nameof(weight)));
    }

    /// <summary>A summand for each channel, or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => Replace(ref _bias, nameof(bias), value);
    }

    /// <summary>The running mean of each channel, or null.</summary>
    public torch.Tensor? running_mean
    {
        get => _running_mean;
        set => ReplaceStatistic(ref _running_mean, nameof(running_mean), value);
    }

    /// <summary>The running variance of each channel, or null.</summary>
    public torch.Tensor? running_var
    {
        get => _running_var;
        set => ReplaceStatistic(ref _running_var, nameof(running_var), value);
    }

    /// <summary>How many batches the running statistics have seen, or null.</summary>
    public torch.Tensor? num_batches_tracked
    {
        get => _num_batches_tracked;
        set => ReplaceStatistic(ref _num_batches_tracked, nameof(num_batches_tracked), value);
    }

    /// <summary>Forgets the running statistics.</summary>
    public void reset_running_stats()
    {
        if (!track_running_stats) return;
        init.zeros_(_running_mean!);
        init.ones_(_running_var!);
        init.zeros_(_num_batches_tracked!);
    }

    /// <summary>Forgets the running statistics, and sets factors to 1 and summands to 0.</summary>
    public void reset_parameters()
    {
        reset_running_stats();
        if (!affine) return;
        init.ones_(_weight!);
        init.zeros_(_bias!);
    }

    /// <summary>Throws when an input has the wrong number of axes.</summary>
    /// <param name="input">The input.</param>
    protected abstract void ValidateInputDimensions(torch.Tensor input);

    private void ReplaceStatistic(ref torch.Tensor? slot, string name, torch.Tensor? value)
    {
        if (ReferenceEquals(slot, value)) return;
        slot?.Dispose();
        slot = value?.DetachFromDisposeScope();
        ConditionallyRegisterBuffer(name, slot);
    }
}
