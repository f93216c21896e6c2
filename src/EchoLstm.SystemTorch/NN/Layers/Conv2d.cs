using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Slides filters along the last two axes.</summary>
        public sealed class Conv2d : Convolution
        {
            internal Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long) stride, (long, long)? padding,
                Padding? padding_type, (long, long) dilation, long groups, bool bias, PaddingModes padding_mode, torch.Device? device,
                    torch.ScalarType? dtype)
                : base(nameof(Conv2d), in_channels, out_channels, functional.Two(kernel_size), functional.Two(stride),
                    padding is null ? null : functional.Two(padding.Value), padding_type, functional.Two(dilation), false, [0, 0], groups, bias,
                    padding_mode, device, dtype)
            {
            }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
            {
                if (!ValidateShape(input, 2))
                    throw new ArgumentException($"Expected 3D (unbatched) or 4D (batched) input with {in_channels} channels to Conv2d.");
                if (padding_mode != PaddingModes.Zeros)
                {
                    using var padded = functional.pad(input, _reversed_padding_repeated_twice, padding_mode);
                    return functional.conv2d(padded, weight, bias, stride, null, dilation, groups);
                }
                return padding_type is { } type
                    ? functional.conv2d_padding(input, weight, bias, stride, type, dilation, groups)
                    : functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A convolution along the last two axes of (batch, channels, height, width), with square filters.</summary>
            /// <param name="in_channels">The number of channels that go in.</param>
            /// <param name="out_channels">The number of filters, thus of channels that come out.</param>
            /// <param name="kernel_size">The size of a filter.</param>
            /// <param name="stride">The step of the filter.</param>
            /// <param name="padding">How much to put on both ends.</param>
            /// <param name="dilation">The distance between the filter's taps.</param>
            /// <param name="padding_mode">What the padding holds.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            /// <param name="bias">Whether to add a bias.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), (padding, padding), null, (dilation,
                    dilation), groups,
                    bias, padding_mode, device, dtype);

            /// <summary>A convolution along the last two axes of (batch, channels, height, width).</summary>
            /// <param name="in_channels">The number of channels that go in.</param>
            /// <param name="out_channels">The number of filters, thus of channels that come out.</param>
            /// <param name="kernel_size">The size of a filter.</param>
            /// <param name="stride">The step of the filter.</param>
            /// <param name="padding">How much to put on both ends.</param>
            /// <param name="dilation">The distance between the filter's taps.</param>
            /// <param name="padding_mode">What the padding holds.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            /// <param name="bias">Whether to add a bias.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, (long, long)? stride = null,
                (long, long)? padding = null, (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1,
                bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, kernel_size, stride ?? (1, 1), padding ?? (0, 0), null, dilation ?? (1, 1), groups, bias,
                    padding_mode, device, dtype);

            /// <summary>A convolution along the last two axes of (batch, channels, height, width), with square filters and padding by name.</summary>
            /// <param name="in_channels">The number of channels that go in.</param>
            /// <param name="out_channels">The number of filters, thus of channels that come out.</param>
            /// <param name="kernel_size">The size of a filter.</param>
            /// <param name="padding">Nothing on the ends, or as much as keeps the size.</param>
            /// <param name="stride">The step of the filter.</param>
            /// <param name="dilation">The distance between the filter's taps.</param>
            /// <param name="padding_mode">What the padding holds.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            /// <param name="bias">Whether to add a bias.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, (kernel_size, kernel_size), (stride, stride), null, padding, (dilation, dilation), groups, bias,
                    padding_mode, device, dtype);

            /// <summary>A convolution along the last two axes of (batch, channels, height, width), with padding by name.</summary>
            /// <param name="in_channels">The number of channels that go in.</param>
            /// <param name="out_channels">The number of filters, thus of channels that come out.</param>
            /// <param name="kernel_size">The size of a filter.</param>
            /// <param name="padding">Nothing on the ends, or as much as keeps the size.</param>
            /// <param name="stride">The step of the filter.</param>
            /// <param name="dilation">The distance between the filter's taps.</param>
            /// <param name="padding_mode">What the padding holds.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            /// <param name="bias">Whether to add a bias.</param>
            /// <param name="device">Where the parameters live.</param>
            /// <param name="dtype">Their type.</param>
            public static Conv2d Conv2d(long in_channels, long out_channels, (long, long) kernel_size, Padding padding, (long, long)? stride = null,
                (long, long)? dilation = null, PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true,
                    Device? device = null,
                ScalarType? dtype = null)
                => new(in_channels, out_channels, kernel_size, stride ?? (1, 1), null, padding, dilation ?? (1, 1), groups, bias,
                    padding_mode, device, dtype);
        }
    }
}
