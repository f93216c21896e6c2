using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Slides filters along the last axis.</summary>
        public sealed class Conv1d : Convolution
        {
            internal Conv1d(long in_channels, long out_channels, long kernel_size, long stride, long? padding, Padding? padding_type, long dilation,
                long groups, bool bias, PaddingModes padding_mode, torch.Device? device, torch.ScalarType? dtype)
                : base(nameof(Conv1d), in_channels, out_channels, [kernel_size], [stride], padding is null ? null : [padding.Value], padding_type,
                    [dilation], false, [0], groups, bias, padding_mode, device, dtype)
            {
            }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
            {
                if (!ValidateShape(input, 1))
                    throw new ArgumentException($"Expected 2D (unbatched) or 3D (batched) input with {in_channels} channels to Conv1d.");
                if (padding_mode != PaddingModes.Zeros)
                {
                    using var padded = functional.pad(input, _reversed_padding_repeated_twice, padding_mode);
                    return functional.conv1d(padded, weight, bias, stride[0], 0, dilation[0], groups);
                }
                return padding_type is { } type
                    ? functional.conv1d_padding(input, weight, bias, stride[0], type, dilation[0], groups)
                    : functional.conv1d(input, weight, bias, stride[0], padding?[0], dilation[0], groups);
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A convolution along the last axis of (batch, channels, length).</summary>
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
            public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, long stride = 1, long padding = 0, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, kernel_size, stride, padding, null, dilation, groups, bias, padding_mode, device, dtype);

            /// <summary>A convolution along the last axis of (batch, channels, length), with padding by name.</summary>
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
            public static Conv1d Conv1d(long in_channels, long out_channels, long kernel_size, Padding padding, long stride = 1, long dilation = 1,
                PaddingModes padding_mode = PaddingModes.Zeros, long groups = 1, bool bias = true, Device? device = null, ScalarType? dtype = null)
                => new(in_channels, out_channels, kernel_size, stride, null, padding, dilation, groups, bias, padding_mode, device, dtype);
        }
    }
}
