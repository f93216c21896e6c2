using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator PadOperator = Operator.Find("aten::pad");

            /// <summary>Puts elements around a tensor.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">How many, before and after, from the last axis on: (last before, last after, second last before, ...).</param>
            /// <param name="mode">What to put there.</param>
            /// <param name="value">The constant, in constant mode.</param>
            public static Tensor pad(Tensor input, long[] pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => PadOperator.Call(input, pad, NameOf(mode), value);

            /// <summary>Puts elements around a tensor.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">How many, before and after, from the last axis on: (last before, last after, second last before, ...).</param>
            /// <param name="mode">What to put there.</param>
            /// <param name="value">The constant, in constant mode.</param>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => PadOperator.Call(input, pad.ToArray(), NameOf(mode), value);

            /// <summary>Puts elements around the last axis.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">How many, before and after.</param>
            /// <param name="mode">What to put there.</param>
            /// <param name="value">The constant, in constant mode.</param>
            public static Tensor pad(Tensor input, (long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => PadOperator.Call(input, Two(pad), NameOf(mode), value);

            /// <summary>Puts elements around the last two axes.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">How many: last axis before and after, second last before and after.</param>
            /// <param name="mode">What to put there.</param>
            /// <param name="value">The constant, in constant mode.</param>
            public static Tensor pad(Tensor input, (long, long, long, long) pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => PadOperator.Call(input, new[] { pad.Item1, pad.Item2, pad.Item3, pad.Item4 }, NameOf(mode), value);

            /// <summary>Puts as many elements before and after every axis.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="pad">How many.</param>
            /// <param name="mode">What to put there.</param>
            /// <param name="value">The constant, in constant mode.</param>
            public static Tensor pad(Tensor input, long pad, PaddingModes mode = PaddingModes.Constant, double value = 0)
                => PadOperator.Call(input, Enumerable.Repeat(pad, (int)input.ndim * 2).ToArray(), NameOf(mode), value);

            private static string NameOf(PaddingModes mode) => mode switch
            {
                PaddingModes.Reflect => "reflect",
                PaddingModes.Replicate => "replicate",
                PaddingModes.Circular => "circular",
                _ => "constant",
            };
        }
    }
}
