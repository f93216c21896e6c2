using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Circular and hyperbolic functions.
    public partial class Tensor
    {
        private static readonly Operator SinOp = Operator.Find("aten::sin");
        private static readonly Operator SinInPlaceOp = Operator.Find("aten::sin_");
        private static readonly Operator CosOp = Operator.Find("aten::cos");
        private static readonly Operator CosInPlaceOp = Operator.Find("aten::cos_");
        private static readonly Operator TanOp = Operator.Find("aten::tan");
        private static readonly Operator TanInPlaceOp = Operator.Find("aten::tan_");
        private static readonly Operator AsinOp = Operator.Find("aten::asin");
        private static readonly Operator AsinInPlaceOp = Operator.Find("aten::asin_");
        private static readonly Operator AcosOp = Operator.Find("aten::acos");
        private static readonly Operator AcosInPlaceOp = Operator.Find("aten::acos_");
        private static readonly Operator AtanOp = Operator.Find("aten::atan");
        private static readonly Operator AtanInPlaceOp = Operator.Find("aten::atan_");
        private static readonly Operator SinhOp = Operator.Find("aten::sinh");
        private static readonly Operator SinhInPlaceOp = Operator.Find("aten::sinh_");
        private static readonly Operator CoshOp = Operator.Find("aten::cosh");
        private static readonly Operator CoshInPlaceOp = Operator.Find("aten::cosh_");
        private static readonly Operator TanhOp = Operator.Find("aten::tanh");
        private static readonly Operator TanhInPlaceOp = Operator.Find("aten::tanh_");
        private static readonly Operator Atan2Op = Operator.Find("aten::atan2");
        private static readonly Operator Atan2InPlaceOp = Operator.Find("aten::atan2_");

        /// <summary>Sine of every element.</summary>
        public Tensor sin() => SinOp.Call(this);

        /// <summary>Sine of every element, in place.</summary>
        public Tensor sin_()
        {
            SinInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Cosine of every element.</summary>
        public Tensor cos() => CosOp.Call(this);

        /// <summary>Cosine of every element, in place.</summary>
        public Tensor cos_()
        {
            CosInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Tangent of every element.</summary>
        public Tensor tan() => TanOp.Call(this);

        /// <summary>Tangent of every element, in place.</summary>
        public Tensor tan_()
        {
            TanInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Arc sine of every element.</summary>
        public Tensor asin() => AsinOp.Call(this);

        /// <summary>Arc sine of every element, in place.</summary>
        public Tensor asin_()
        {
            AsinInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Arc cosine of every element.</summary>
        public Tensor acos() => AcosOp.Call(this);

        /// <summary>Arc cosine of every element, in place.</summary>
        public Tensor acos_()
        {
            AcosInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Arc tangent of every element.</summary>
        public Tensor atan() => AtanOp.Call(this);

        /// <summary>Arc tangent of every element, in place.</summary>
        public Tensor atan_()
        {
            AtanInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Hyperbolic sine of every element.</summary>
        public Tensor sinh() => SinhOp.Call(this);

        /// <summary>Hyperbolic sine of every element, in place.</summary>
        public Tensor sinh_()
        {
            SinhInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Hyperbolic cosine of every element.</summary>
        public Tensor cosh() => CoshOp.Call(this);

        /// <summary>Hyperbolic cosine of every element, in place.</summary>
        public Tensor cosh_()
        {
            CoshInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Hyperbolic tangent of every element.</summary>
        public Tensor tanh() => TanhOp.Call(this);

        /// <summary>Hyperbolic tangent of every element, in place.</summary>
        public Tensor tanh_()
        {
            TanhInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Angle of the point (other, this), in radians.</summary>
        public Tensor atan2(Tensor other) => Atan2Op.Call(this, other);

        /// <summary>Angle of the point (other, this), in radians, in place.</summary>
        public Tensor atan2_(Tensor other)
        {
            Atan2InPlaceOp.CallDropping(this, other);
            return this;
        }
    }
}
