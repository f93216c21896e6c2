using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            private static readonly Operator OneHotOperator = Operator.Find("aten::one_hot");

            /// <summary>Turns class numbers into vectors with a single 1.</summary>
            /// <param name="x">Class numbers, of type Int64, any shape.</param>
            /// <param name="num_classes">The length of the vectors; -1 takes the largest number there is plus one.</param>
            /// <returns>(..., classes), of type Int64.</returns>
            public static Tensor one_hot(Tensor x, long num_classes = -1)
            {
                if (x.dtype != ScalarType.Int64) throw new ArgumentException("OneHot input tensor must have elements of type Int64");
                return OneHotOperator.Call(x, num_classes);
            }
        }
    }
}
