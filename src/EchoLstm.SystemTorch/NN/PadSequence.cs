using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            /// <summary>Tools for sequences of different lengths.</summary>
            public static partial class rnn
            {
                private static readonly Operator PadOperator = Operator.Find("aten::pad_sequence");

                /// <summary>Stacks sequences, the shorter ones filled up at their end.</summary>
                /// <param name="sequences">Each (time, ...).</param>
                /// <param name="batch_first">Whether the batch comes before the time steps.</param>
                /// <param name="padding_value">What to fill up with.</param>
                /// <returns>(longest time, batch, ...) or (batch, longest time, ...).</returns>
                public static Tensor pad_sequence(IEnumerable<Tensor> sequences, bool batch_first = false, double padding_value = 0.0)
                    => PadOperator.Call(sequences.ToArray(), batch_first, padding_value);
            }
        }
    }
}
