using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Takes the mean of each window along the last axis.</summary>
        public sealed class AvgPool1d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal AvgPool1d(long kernel_size, long? stride, long? padding, bool ceil_mode, bool count_include_pad) : base(nameof(AvgPool1d))
            {
                this.kernel_size = kernel_size;
                this.stride = stride;
                this.padding = padding;
                this.ceil_mode = ceil_mode;
                this.count_include_pad = count_include_pad;
            }

            /// <summary>The window's length.</summary>
            public long kernel_size { get; set; }

            /// <summary>The window's step; its length when null.</summary>
            public long? stride { get; set; }

            /// <summary>Zeros on both ends; none when null.</summary>
            public long? padding { get; set; }

            /// <summary>Whether a last window that is not full counts.</summary>
            public bool ceil_mode { get; set; }

            /// <summary>Whether the padding counts in the mean.</summary>
            public bool count_include_pad { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
                => torch.nn.functional.avg_pool1d(input, kernel_size, stride, padding, ceil_mode, count_include_pad);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for the mean of each window along the last axis.</summary>
            /// <param name="kernel_size">The window's length.</param>
            /// <param name="stride">The window's step; its length when null.</param>
            /// <param name="padding">Zeros on both ends.</param>
            /// <param name="ceil_mode">Whether a last window that is not full counts.</param>
            /// <param name="count_include_pad">Whether the padding counts in the mean.</param>
            public static AvgPool1d AvgPool1d(long kernel_size, long? stride = null, long padding = 0, bool ceil_mode = false,
                bool count_include_pad = true)
                => new(kernel_size, stride, padding, ceil_mode, count_include_pad);
        }
    }
}
