using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Takes the largest element of each window along the last two axes.</summary>
        public sealed class MaxPool2d : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal MaxPool2d(long[] kernel_size, long[]? stride, long[]? padding, long[]? dilation, bool ceil_mode) : base(nameof(MaxPool2d))
            {
                this.kernel_size = kernel_size;
                this.stride = stride!;
                this.padding = padding!;
                this.dilation = dilation!;
                this.ceil_mode = ceil_mode;
            }

            /// <summary>The window's height and width.</summary>
            public long[] kernel_size { get; set; }

            /// <summary>The window's steps; its size when null.</summary>
            public long[] stride { get; set; }

            /// <summary>Elements that never win, on both ends; none when null.</summary>
            public long[] padding { get; set; }

            /// <summary>The distances between the elements of a window; 1 when null.</summary>
            public long[] dilation { get; set; }

            /// <summary>Whether last windows that are not full count.</summary>
            public bool ceil_mode { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
                => torch.nn.functional.max_pool2d(input, kernel_size, stride, padding, dilation, ceil_mode);

            /// <summary>The largest elements, and where they were.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            public (torch.Tensor Values, torch.Tensor Indices) forward_with_indices(torch.Tensor input)
                => torch.nn.functional.max_pool2d_with_indices(input, kernel_size, stride, padding, dilation, ceil_mode);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module for the largest element of each square window along the last two axes.</summary>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="stride">The window's step; its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distance between the elements of a window; 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static MaxPool2d MaxPool2d(long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false)
                => MaxPool2d((kernel_size, kernel_size), Square(stride), Square(padding), Square(dilation), ceil_mode);

            /// <summary>A module for the largest element of each window along the last two axes.</summary>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="stride">The window's steps; its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distances between the elements of a window; 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static MaxPool2d MaxPool2d((long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, bool ceil_mode = false)
                => new(functional.Two(kernel_size), functional.Two(stride ?? kernel_size), functional.Two(padding ?? (0, 0)),
                    functional.Two(dilation ?? (1, 1)), ceil_mode);

            /// <summary>A module for the largest element of each window along the last two axes.</summary>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="stride">The window's steps; its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distances between the elements of a window; 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static MaxPool2d MaxPool2d(long[] kernel_size, long[]? stride = null, long[]? padding = null, long[]? dilation = null,
                bool ceil_mode = false)
                => new(kernel_size, stride, padding, dilation, ceil_mode);

            private static (long, long)? Square(long? side) => side is null ? null : (side.Value, side.Value);
        }
    }
}
