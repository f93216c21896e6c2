using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator Conv1dOperator = Operator.Find("aten::conv1d");
            private static readonly Operator Conv1dPadded = Operator.Find("aten::conv1d", "padding");
            private static readonly Operator Conv2dOperator = Operator.Find("aten::conv2d");
            private static readonly Operator Conv2dPadded = Operator.Find("aten::conv2d", "padding");

            /// <summary>Slides filters along one axis.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            /// <param name="weight">(filters, channels / groups, kernel).</param>
            /// <param name="bias">(filters), or null.</param>
            /// <param name="stride">The step of the filter, 1 when null.</param>
            /// <param name="padding">Zeros on both ends, none when null.</param>
            /// <param name="dilation">The distance between the filter's taps, 1 when null.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            public static Tensor conv1d(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null, long? padding = null,
                long? dilation = null, long groups = 1)
                => Conv1dOperator.Call(input, weight, bias, One(stride ?? 1), One(padding ?? 0), One(dilation ?? 1), groups);

            /// <summary>Slides filters along one axis, with padding by name.</summary>
            /// <param name="input">(batch, channels, length) or (channels, length).</param>
            /// <param name="weight">(filters, channels / groups, kernel).</param>
            /// <param name="bias">(filters), or null.</param>
            /// <param name="stride">The step of the filter, 1 when null.</param>
            /// <param name="padding">None, or as much as keeps the length.</param>
            /// <param name="dilation">The distance between the filter's taps, 1 when null.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            public static Tensor conv1d_padding(Tensor input, Tensor weight, Tensor? bias = null, long? stride = null,
                Padding padding = Padding.Valid, long? dilation = null, long groups = 1)
                => Conv1dPadded.Call(input, weight, bias, One(stride ?? 1), NameOf(padding), One(dilation ?? 1), groups);

            /// <summary>Slides filters along two axes.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="weight">(filters, channels / groups, kernel height, kernel width).</param>
            /// <param name="bias">(filters), or null.</param>
            /// <param name="strides">The steps of the filter, 1 when null.</param>
            /// <param name="padding">Zeros on both ends of each axis, none when null.</param>
            /// <param name="dilation">The distances between the filter's taps, 1 when null.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            public static Tensor conv2d(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null, long[]? padding = null,
                long[]? dilation = null, long groups = 1)
                => Conv2dOperator.Call(input, weight, bias, strides ?? One(1), padding ?? One(0), dilation ?? One(1), groups);

            /// <summary>Slides filters along two axes, with padding by name.</summary>
            /// <param name="input">(batch, channels, height, width) or (channels, height, width).</param>
            /// <param name="weight">(filters, channels / groups, kernel height, kernel width).</param>
            /// <param name="bias">(filters), or null.</param>
            /// <param name="strides">The steps of the filter, 1 when null.</param>
            /// <param name="padding">None, or as much as keeps height and width.</param>
            /// <param name="dilation">The distances between the filter's taps, 1 when null.</param>
            /// <param name="groups">Into how many groups the channels fall, each with filters of its own.</param>
            public static Tensor conv2d_padding(Tensor input, Tensor weight, Tensor? bias = null, long[]? strides = null,
                Padding padding = Padding.Valid, long[]? dilation = null, long groups = 1)
                => Conv2dPadded.Call(input, weight, bias, strides ?? One(1), NameOf(padding), dilation ?? One(1), groups);

            private static long[] One(long value) => [value];

            private static string NameOf(Padding padding) => padding == Padding.Same ? "same" : "valid";
        }
    }
}
