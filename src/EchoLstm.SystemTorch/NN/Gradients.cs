using TorchSharp.Interop;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static partial class utils
        {
            private const double ClipMargin = 1e-6;

            private static readonly Operator AbsoluteOperator = Operator.Find("aten::abs");
            private static readonly Operator LargestOperator = Operator.Find("aten::max");
            private static readonly Operator NormOperator = Operator.Find("aten::norm", "Scalar");
            private static readonly Operator StackOperator = Operator.Find("aten::stack");
            private static readonly Operator ScaleOperator = Operator.Find("aten::mul_", "Tensor");
            private static readonly Operator ClampOperator = Operator.Find("aten::clamp_");

            /// <summary>Scales all gradients by one factor, where their common norm is too large.</summary>
            /// <param name="tensors">The parameters.</param>
            /// <param name="max_norm">The largest norm allowed.</param>
            /// <param name="norm_type">The order of the norm; infinity for the largest element.</param>
            /// <returns>The norm before.</returns>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2.0)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                var grads = GradientsOf(tensors);
                if (grads.Length == 0) return 0.0;

                var total = norm_type == 0 ? full(Array.Empty<long>(), grads.Length, grads[0].dtype, grads[0].device) : CommonNorm(grads, norm_type);
                var factor = (max_norm / (total + ClipMargin)).clamp_max(1.0);
                foreach (var grad in grads) ScaleOperator.CallDropping(grad, factor);
                return total.ToDouble();
            }

            /// <summary>Cuts every element of the gradients to a range around 0.</summary>
            /// <param name="tensors">The parameters.</param>
            /// <param name="clip_value">The largest absolute value allowed.</param>
            public static void clip_grad_value_(IEnumerable<Parameter> tensors, double clip_value)
            {
                using var _ = no_grad();
                using var scope = NewDisposeScope();
                foreach (var grad in GradientsOf(tensors)) ClampOperator.CallDropping(grad, -clip_value, clip_value);
            }

            private static Tensor CommonNorm(Tensor[] grads, double order)
            {
                if (double.IsPositiveInfinity(order))
                    return LargestOperator.Call(StackOperator.Call(Array.ConvertAll(grads,
                        grad => LargestOperator.Call(AbsoluteOperator.Call(grad)))));
                return NormOperator.Call(StackOperator.Call(Array.ConvertAll(grads, grad => NormOperator.Call(grad, order))), order);
            }

            private static Tensor[] GradientsOf(IEnumerable<Parameter> tensors)
                => tensors.Select(parameter => parameter.grad).OfType<Tensor>().ToArray();
        }
    }
}
