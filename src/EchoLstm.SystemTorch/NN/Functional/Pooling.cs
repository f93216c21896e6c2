using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator MaxPool1dOperator = Operator.Find("aten::max_pool1d");
            private static readonly Operator MaxPool1dIndexed = Operator.Find("aten::max_pool1d_with_indices");
            private static readonly Operator MaxPool2dOperator = Operator.Find("aten::max_pool2d");
            private static readonly Operator MaxPool2dIndexed = Operator.Find("aten::max_pool2d_with_indices");
            private static readonly Operator AvgPool1dOperator = Operator.Find("aten::avg_pool1d");

            /// <summary>The largest element of each window along the last axis.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            /// <param name="kernel_size">The window's length.</param>
            /// <param name="stride">The window's step, its length when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distance between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether a last window that is not full counts.</param>
            public static Tensor max_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false)
                => MaxPool1dOperator.Call(input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), One(dilation ?? 1), ceil_mode);

            /// <summary>The largest element of each window along the last axis, and where it was.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            /// <param name="kernel_size">The window's length.</param>
            /// <param name="stride">The window's step, its length when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distance between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether a last window that is not full counts.</param>
            public static (Tensor output, Tensor indices) max_pool1d_with_indices(Tensor input, long kernel_size, long? stride = null,
                long? padding = null, long? dilation = null, bool ceil_mode = false)
                => Pair(MaxPool1dIndexed.CallMany(input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), One(dilation ?? 1),
                    ceil_mode));

            /// <summary>The largest element of each window along the last two axes.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="strides">The window's steps, its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distances between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static Tensor max_pool2d(Tensor input, long[] kernel_size, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, bool ceil_mode = false)
                => MaxPool2dOperator.Call(input, kernel_size, strides ?? kernel_size, padding ?? One(0), dilation ?? One(1), ceil_mode);

            /// <summary>The largest element of each square window along the last two axes.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="stride">The window's step, its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distance between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static Tensor max_pool2d(Tensor input, long kernel_size, long? stride = null, long? padding = null, long? dilation = null,
                bool ceil_mode = false)
                => MaxPool2dOperator.Call(input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), One(dilation ?? 1), ceil_mode);

            /// <summary>The largest element of each window along the last two axes.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="stride">The window's steps, its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distances between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static Tensor max_pool2d(Tensor input, (long, long) kernel_size, (long, long)? stride = null, (long, long)? padding = null,
                (long, long)? dilation = null, bool ceil_mode = false)
                => max_pool2d(input, Two(kernel_size), Two(stride ?? kernel_size), Two(padding ?? (0, 0)), Two(dilation ?? (1, 1)), ceil_mode);

            /// <summary>The largest element of each window along the last two axes, and where it was.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="kernel_size">The window's height and width.</param>
            /// <param name="strides">The window's steps, its size when null.</param>
            /// <param name="padding">Elements that never win, on both ends; none when null.</param>
            /// <param name="dilation">The distances between the elements of a window, 1 when null.</param>
            /// <param name="ceil_mode">Whether last windows that are not full count.</param>
            public static (Tensor output, Tensor indices) max_pool2d_with_indices(Tensor input, long[] kernel_size, long[]? strides = null,
                long[]? padding = null, long[]? dilation = null, bool ceil_mode = false)
                => Pair(MaxPool2dIndexed.CallMany(input, kernel_size, strides ?? kernel_size, padding ?? One(0), dilation ?? One(1), ceil_mode));

            /// <summary>The mean of each window along the last axis.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            /// <param name="kernel_size">The window's length.</param>
            /// <param name="stride">The window's step, its length when null.</param>
            /// <param name="padding">Zeros on both ends, none when null.</param>
            /// <param name="ceil_mode">Whether a last window that is not full counts.</param>
            /// <param name="count_include_pad">Whether the padding counts in the mean.</param>
            public static Tensor avg_pool1d(Tensor input, long kernel_size, long? stride = null, long? padding = null,
                bool ceil_mode = false, bool count_include_pad = true)
                => AvgPool1dOperator.Call(input, One(kernel_size), One(stride ?? kernel_size), One(padding ?? 0), ceil_mode, count_include_pad);

            internal static long[] Two((long, long) pair) => [pair.Item1, pair.Item2];

            private static (Tensor, Tensor) Pair(Tensor[] tensors) => (tensors[0], tensors[1]);
        }
    }
}
