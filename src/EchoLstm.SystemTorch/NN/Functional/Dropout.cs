using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator DropoutOperator = Operator.Find("aten::dropout");
            private static readonly Operator DropoutInPlace = Operator.Find("aten::dropout_");

            /// <summary>Sets elements to zero at random and scales the others, so that the expected value stays.</summary>
            /// <param name="input">Any shape.</param>
            /// <param name="p">The probability that an element is set to zero.</param>
            /// <param name="training">False: the input comes back unchanged.</param>
            /// <param name="inplace">Whether to change the input itself.</param>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true, bool inplace = false)
            {
                if (p is < 0 or > 1 or double.NaN)
                    throw new ExternalException(string.Create(CultureInfo.InvariantCulture, $"dropout probability has to be between 0 and 1, but got {p}"));
                return (inplace ? DropoutInPlace : DropoutOperator).Call(input, p, training);
            }
        }
    }
}
