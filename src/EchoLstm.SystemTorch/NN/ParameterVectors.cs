using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>Tools for parameters and their gradients.</summary>
        public static partial class utils
        {
            private static readonly Operator JoinOperator = Operator.Find("aten::cat");
            private static readonly Operator ViewOperator = Operator.Find("aten::view");
            private static readonly Operator SliceOperator = Operator.Find("aten::slice", "Tensor");
            private static readonly Operator DetachOperator = Operator.Find("aten::detach");
            private static readonly Operator SetDataOperator = Operator.Find("aten::set_data");

            /// <summary>Joins all parameters into one vector.</summary>
            /// <param name="tensors">The parameters.</param>
            /// <returns>(elements of all parameters).</returns>
            public static Tensor parameters_to_vector(IEnumerable<Parameter> tensors)
            {
                var parts = tensors.Select(parameter => ViewOperator.Call(parameter, new[] { -1L })).ToArray();
                try
                {
                    return JoinOperator.Call(parts, 0);
                }
                finally
                {
                    foreach (var part in parts) part.Dispose();
                }
            }

            /// <summary>Makes the parameters views of consecutive parts of a vector, whose memory they share from then on.</summary>
            /// <param name="vec">(elements of all parameters).</param>
            /// <param name="tensors">The parameters.</param>
            public static void vector_to_parameters(Tensor vec, IEnumerable<Parameter> tensors)
            {
                using var scope = NewDisposeScope();
                var data = DetachOperator.Call(vec);
                var start = 0L;
                foreach (var parameter in tensors)
                {
                    var end = start + parameter.numel();
                    SetDataOperator.CallDropping(parameter, ViewOperator.Call(SliceOperator.Call(data, 0, start, end), parameter.shape));
                    start = end;
                }
            }
        }
    }
}
