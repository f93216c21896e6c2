using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Takes the largest element of each window along the last axis.</summary>
        public sealed class MaxPool1d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal MaxPool1d(long kernel_size, long? stride, long? padding, long? dilation, bool ceil_mode) : base(nameof(MaxPool1d))
                => (this.kernel_size, this.stride, this.padding, this.dilation, this.ceil_mode) = (kernel_size, stride, padding, dilation, ceil_mode);

            /// <summary>The window's length.</summary>
            public long kernel_size { get; set; }

            /// <summary>The window's step; its length when null.</summary>
            public long? stride { get; set; }

            /// <summary>Elements that never win, on both ends; none when null.</summary>
            public long? padding { get; set; }

            /// <summary>The distance between the elements of a window; 1 when null.</summary>
            public long? dilation { get; set; }

            /// <summary>Whether a last window that is not full counts.</summary>
            public bool ceil_mode { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
                => torch.nn.functional.max_pool1d(input, kernel_size, stride, padding, dilation, ceil_mode);

            /// <summary>The largest elements, and where they were.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            public (torch.Tensor Values, torch.Tensor Indices) forward_with_indices(torch.Tensor input)
                => torch.nn.functional.max_pool1d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for the largest element of each window along the last axis.</summary>
            /// <param name="kernel_size">The window's length.</param>
            /// <param name="stride">The window's step; its length when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distance between the elements of a window; 1 when null.</param>
            /// <param name="ceil_mode">Whether a last window that is not full counts.</param>
            public static MaxPool1d MaxPool1d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false)
                => new(kernel_size, stride, padding, dilation, ceil_mode);
        }
    }
}
