using TorchSharp.Utils;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>What convolutions share: sizes, padding and parameters.</summary>
public abstract class Convolution : torch.nn.Module<torch.Tensor, torch.Tensor>
{
    /// <summary>The bias, or null.</summary>
    [ComponentName(Name = nameof(bias))] protected Parameter? _bias;

    /// <summary>The filters.</summary>
    [ComponentName(Name = nameof(weight))] protected Parameter? _weight;

    /// <summary>The padding as <c>functional.pad</c> wants it: from the last axis on, before and after.</summary>
    protected long[] _reversed_padding_repeated_twice = [];

    /// <summary>Stores the settings, and draws the filters and the bias.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="in_channels">The number of channels that go in.</param>
    /// <param name="out_channels">The number of filters, thus of channels that come out.</param>
    /// <param name="kernel_size">The size of a filter.</param>
    /// <param name="stride">The step of the filter.</param>
    /// <param name="padding">How much to put on both ends; null where <paramref name="padding_type"/> says it.</param>
    /// <param name="padding_type">The padding by name, or null.</param>
    /// <param name="dilation">The distance between the filter's taps.</param>
    /// <param name="transposed">Whether this is a transposed convolution.</param>
    /// <param name="output_padding">For transposed convolutions: what to add to one end of the output.</param>
    /// <param name="groups">Into how many groups the channels fall.</param>
    /// <param name="bias">Whether to add a bias.</param>
    /// <param name="padding_mode">What the padding holds.</param>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="dtype">Their type.</param>
    protected Convolution(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding,
        Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode,
        torch.Device? device = null, torch.ScalarType? dtype = null) : base(name)
    {
        if (transposed && padding_mode != PaddingModes.Zeros)
            throw new ArgumentException("Only PaddingModes.Zeros is supported for ConvTransposeND", nameof(padding_mode));

        this.in_channels = in_channels;
        this.out_channels = out_channels;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.dilation = dilation;
        this.transposed = transposed;
        this.output_padding = output_padding;
        this.groups = groups;
        this.padding_mode = padding_mode;
        if (padding_type is { } type) SetPadding(type);
        else SetPadding(padding ?? new long[kernel_size.Length]);

        long[] channels = transposed ? [in_channels, out_channels / groups] : [out_channels, in_channels / groups];
        weight = Parameter(torch.empty(channels.Concat(kernel_size).ToArray(), dtype, device));
        if (bias) this.bias = Parameter(torch.empty(new[] { out_channels }, dtype, device));
        reset_parameters();
    }

    /// <summary>The filters: (filters, channels / groups, kernel ...).</summary>
    public Parameter weight
    {
        get => _weight!;
        set => Replace(ref _weight, nameof(weight), value ?? throw new ArgumentNullException(nameof(weight)));
    }

    /// <summary>The bias: (filters), or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => Replace(ref _bias, nameof(bias), value);
    }

    /// <summary>The number of channels that go in.</summary>
    public long in_channels { get; }

    /// <summary>The number of channels that come out.</summary>
    public long out_channels { get; }

    /// <summary>Whether this is a transposed convolution.</summary>
    public bool transposed { get; }

    /// <summary>The padding by name, or null where it is given in numbers.</summary>
    public Padding? padding_type { get; private set; }

    /// <summary>The padding on both ends, or null where it is given by name.</summary>
    public long[]? padding { get; private set; }

    /// <summary>What the padding holds.</summary>
    public PaddingModes padding_mode { get; set; }

    /// <summary>Into how many groups the channels fall.</summary>
    public long groups { get; set; }

    /// <summary>The size of a filter.</summary>
    public long[] kernel_size { get; set; }

    /// <summary>The step of the filter.</summary>
    public long[] stride { get; set; }

    /// <summary>The distance between the filter's taps.</summary>
    public long[] dilation { get; set; }

    /// <summary>For transposed convolutions: what to add to one end of the output.</summary>
    public long[] output_padding { get; set; }

    /// <summary>Draws filters and bias anew: uniform within 1 / √(inputs of a filter).</summary>
    public void reset_parameters()
    {
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias is null) return;
        var (fanIn, _) = init.CalculateFanInAndFanOut(weight);
        if (fanIn == 0) return;
        var bound = 1 / Math.Sqrt(fanIn);
        init.uniform_(bias, -bound, bound);
    }

    /// <summary>Sets the padding in numbers.</summary>
    /// <param name="padding">How much to put on both ends of each axis.</param>
    public void SetPadding(long[] padding)
    {
        (padding_type, this.padding) = (null, padding);
        _reversed_padding_repeated_twice = padding.Reverse().SelectMany(amount => new[] { amount, amount }).ToArray();
    }

    /// <summary>Sets the padding by name.</summary>
    /// <param name="padding">None, or as much as keeps the size, which needs a stride of 1.</param>
    public void SetPadding(Padding padding)
    {
        if (transposed) throw new ArgumentException("Cannot set padding type on ConvTransposeND");
        (padding_type, this.padding) = (padding, null);
        var amounts = new long[kernel_size.Length * 2];
        if (padding == Padding.Same)
        {
            if (stride.Any(step => step != 1)) throw new ArgumentException("padding='same' is not supported for strided convolutions");
            for (var axis = 0; axis < kernel_size.Length; axis++)
            {
                var total = dilation[axis] * (kernel_size[axis] - 1);
                var fromLast = 2 * (kernel_size.Length - 1 - axis);
                (amounts[fromLast], amounts[fromLast + 1]) = (total / 2, total - total / 2);
            }
        }
        _reversed_padding_repeated_twice = amounts;
    }

    /// <summary>Whether an input has the right number of axes and of channels, with or without a batch.</summary>
    /// <param name="input">The input.</param>
    /// <param name="dimensions">The number of axes to slide along.</param>
    protected bool ValidateShape(torch.Tensor input, long dimensions)
    {
        var shape = input.shape;
        return shape.Length == dimensions + 2 && shape[1] == in_channels || shape.Length == dimensions + 1 && shape[0] == in_channels;
    }
}
