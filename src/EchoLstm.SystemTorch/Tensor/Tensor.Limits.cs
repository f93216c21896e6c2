using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Limits, and the larger or smaller of two; functions of two numbers.
    public partial class Tensor
    {
        private static readonly Operator ClampOp = Operator.Find("aten::clamp");
        private static readonly Operator ClampInPlaceOp = Operator.Find("aten::clamp_");
        private static readonly Operator ClampTensorOp = Operator.Find("aten::clamp", "Tensor");
        private static readonly Operator ClampTensorInPlaceOp = Operator.Find("aten::clamp_", "Tensor");
        private static readonly Operator ClampMaxOp = Operator.Find("aten::clamp_max");
        private static readonly Operator ClampMaxInPlaceOp = Operator.Find("aten::clamp_max_");
        private static readonly Operator ClampMinOp = Operator.Find("aten::clamp_min");
        private static readonly Operator ClampMinInPlaceOp = Operator.Find("aten::clamp_min_");
        private static readonly Operator MaximumOp = Operator.Find("aten::maximum");
        private static readonly Operator MinimumOp = Operator.Find("aten::minimum");
        private static readonly Operator FmaxOp = Operator.Find("aten::fmax");
        private static readonly Operator FminOp = Operator.Find("aten::fmin");
        private static readonly Operator LogaddexpOp = Operator.Find("aten::logaddexp");
        private static readonly Operator HypotOp = Operator.Find("aten::hypot");
        private static readonly Operator NanToNumOp = Operator.Find("aten::nan_to_num");

        /// <summary>Limits every element to the range from <c>min</c> to <c>max</c>; either may be absent.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => ClampOp.Call(this, min, max);

        /// <summary>Limits every element to the range from <c>min</c> to <c>max</c>; either may be absent, in place.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null)
        {
            ClampInPlaceOp.CallDropping(this, min, max);
            return this;
        }

        /// <summary>Limits every element to the bounds at the same place in <c>min</c> and <c>max</c>; either may be absent.</summary>
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => ClampTensorOp.Call(this, min, max);

        /// <summary>Limits every element to the bounds at the same place in <c>min</c> and <c>max</c>; either may be absent, in place.</summary>
        public Tensor clamp_(Tensor? min = null, Tensor? max = null)
        {
            ClampTensorInPlaceOp.CallDropping(this, min, max);
            return this;
        }

        /// <summary>Same as <c>clamp</c>.</summary>
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        /// <summary>Limits every element from above.</summary>
        public Tensor clamp_max(Scalar max) => ClampMaxOp.Call(this, max);

        /// <summary>Limits every element from above, in place.</summary>
        public Tensor clamp_max_(Scalar max)
        {
            ClampMaxInPlaceOp.CallDropping(this, max);
            return this;
        }

        /// <summary>Limits every element from below.</summary>
        public Tensor clamp_min(Scalar min) => ClampMinOp.Call(this, min);

        /// <summary>Limits every element from below, in place.</summary>
        public Tensor clamp_min_(Scalar min)
        {
            ClampMinInPlaceOp.CallDropping(this, min);
            return this;
        }

        /// <summary>The larger of both elements at every place; NaN wins.</summary>
        public Tensor maximum(Tensor other) => MaximumOp.Call(this, other);

        /// <summary>The smaller of both elements at every place; NaN wins.</summary>
        public Tensor minimum(Tensor other) => MinimumOp.Call(this, other);

        /// <summary>The larger of both elements at every place; NaN loses.</summary>
        public Tensor fmax(Tensor other) => FmaxOp.Call(this, other);

        /// <summary>The smaller of both elements at every place; NaN loses.</summary>
        public Tensor fmin(Tensor other) => FminOp.Call(this, other);

        /// <summary><c>log(exp(x) + exp(y))</c>, computed without overflow.</summary>
        public Tensor logaddexp(Tensor other) => LogaddexpOp.Call(this, other);

        /// <summary>Length of the hypotenuse over two legs.</summary>
        public Tensor hypot(Tensor other) => HypotOp.Call(this, other);

        /// <summary>Replaces NaN and the infinities; absent values mean the largest and the smallest finite number.</summary>
        public Tensor nan_to_num(double nan = 0d, double? posinf = null, double? neginf = null) => NanToNumOp.Call(this, nan, posinf, neginf);
    }
}
