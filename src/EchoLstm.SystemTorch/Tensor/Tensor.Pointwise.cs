using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Functions of one element at a time: roots, logarithms, rounding, activations.
    public partial class Tensor
    {
        private static readonly Operator AbsOp = Operator.Find("aten::abs");
        private static readonly Operator AbsInPlaceOp = Operator.Find("aten::abs_");
        private static readonly Operator NegOp = Operator.Find("aten::neg");
        private static readonly Operator NegInPlaceOp = Operator.Find("aten::neg_");
        private static readonly Operator SignOp = Operator.Find("aten::sign");
        private static readonly Operator SignInPlaceOp = Operator.Find("aten::sign_");
        private static readonly Operator SqrtOp = Operator.Find("aten::sqrt");
        private static readonly Operator SqrtInPlaceOp = Operator.Find("aten::sqrt_");
        private static readonly Operator RsqrtOp = Operator.Find("aten::rsqrt");
        private static readonly Operator RsqrtInPlaceOp = Operator.Find("aten::rsqrt_");
        private static readonly Operator ReciprocalOp = Operator.Find("aten::reciprocal");
        private static readonly Operator ReciprocalInPlaceOp = Operator.Find("aten::reciprocal_");
        private static readonly Operator ExpOp = Operator.Find("aten::exp");
        private static readonly Operator ExpInPlaceOp = Operator.Find("aten::exp_");
        private static readonly Operator Exp2Op = Operator.Find("aten::exp2");
        private static readonly Operator Expm1Op = Operator.Find("aten::expm1");
        private static readonly Operator Expm1InPlaceOp = Operator.Find("aten::expm1_");
        private static readonly Operator LogOp = Operator.Find("aten::log");
        private static readonly Operator LogInPlaceOp = Operator.Find("aten::log_");
        private static readonly Operator Log2Op = Operator.Find("aten::log2");
        private static readonly Operator Log2InPlaceOp = Operator.Find("aten::log2_");
        private static readonly Operator Log10Op = Operator.Find("aten::log10");
        private static readonly Operator Log10InPlaceOp = Operator.Find("aten::log10_");
        private static readonly Operator Log1pOp = Operator.Find("aten::log1p");
        private static readonly Operator Log1pInPlaceOp = Operator.Find("aten::log1p_");
        private static readonly Operator CeilOp = Operator.Find("aten::ceil");
        private static readonly Operator CeilInPlaceOp = Operator.Find("aten::ceil_");
        private static readonly Operator FloorOp = Operator.Find("aten::floor");
        private static readonly Operator FloorInPlaceOp = Operator.Find("aten::floor_");
        private static readonly Operator TruncOp = Operator.Find("aten::trunc");
        private static readonly Operator TruncInPlaceOp = Operator.Find("aten::trunc_");
        private static readonly Operator FracOp = Operator.Find("aten::frac");
        private static readonly Operator FracInPlaceOp = Operator.Find("aten::frac_");
        private static readonly Operator RoundDecimalsOp = Operator.Find("aten::round", "decimals");
        private static readonly Operator RoundDecimalsInPlaceOp = Operator.Find("aten::round_", "decimals");
        private static readonly Operator ErfOp = Operator.Find("aten::erf");
        private static readonly Operator ErfInPlaceOp = Operator.Find("aten::erf_");
        private static readonly Operator ErfcOp = Operator.Find("aten::erfc");
        private static readonly Operator ErfcInPlaceOp = Operator.Find("aten::erfc_");
        private static readonly Operator SigmoidOp = Operator.Find("aten::sigmoid");
        private static readonly Operator SigmoidInPlaceOp = Operator.Find("aten::sigmoid_");
        private static readonly Operator ReluOp = Operator.Find("aten::relu");
        private static readonly Operator ReluInPlaceOp = Operator.Find("aten::relu_");
        private static readonly Operator SoftmaxIntOp = Operator.Find("aten::softmax", "int");
        private static readonly Operator LogSoftmaxIntOp = Operator.Find("aten::log_softmax", "int");

        /// <summary>Absolute value of every element.</summary>
        public Tensor abs() => AbsOp.Call(this);

        /// <summary>Absolute value of every element, in place.</summary>
        public Tensor abs_()
        {
            AbsInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Same as <c>abs</c>.</summary>
        public Tensor absolute() => abs();

        /// <summary>Same as <c>abs_</c>.</summary>
        public Tensor absolute_() => abs_();

        /// <summary>Changes the sign of every element.</summary>
        public Tensor neg() => NegOp.Call(this);

        /// <summary>Changes the sign of every element, in place.</summary>
        public Tensor neg_()
        {
            NegInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Same as <c>neg</c>.</summary>
        public Tensor negative() => neg();

        /// <summary>Sign of every element: -1, 0 or 1.</summary>
        public Tensor sign() => SignOp.Call(this);

        /// <summary>Sign of every element: -1, 0 or 1, in place.</summary>
        public Tensor sign_()
        {
            SignInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Square root of every element.</summary>
        public Tensor sqrt() => SqrtOp.Call(this);

        /// <summary>Square root of every element, in place.</summary>
        public Tensor sqrt_()
        {
            SqrtInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Reciprocal square root of every element.</summary>
        public Tensor rsqrt() => RsqrtOp.Call(this);

        /// <summary>Reciprocal square root of every element, in place.</summary>
        public Tensor rsqrt_()
        {
            RsqrtInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Reciprocal of every element.</summary>
        public Tensor reciprocal() => ReciprocalOp.Call(this);

        /// <summary>Reciprocal of every element, in place.</summary>
        public Tensor reciprocal_()
        {
            ReciprocalInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>e to the power of every element.</summary>
        public Tensor exp() => ExpOp.Call(this);

        /// <summary>e to the power of every element, in place.</summary>
        public Tensor exp_()
        {
            ExpInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>2 to the power of every element.</summary>
        public Tensor exp2() => Exp2Op.Call(this);

        /// <summary><c>exp(x) - 1</c>, exact near zero.</summary>
        public Tensor expm1() => Expm1Op.Call(this);

        /// <summary><c>exp(x) - 1</c>, exact near zero, in place.</summary>
        public Tensor expm1_()
        {
            Expm1InPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Natural logarithm of every element.</summary>
        public Tensor log() => LogOp.Call(this);

        /// <summary>Natural logarithm of every element, in place.</summary>
        public Tensor log_()
        {
            LogInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Logarithm to base 2 of every element.</summary>
        public Tensor log2() => Log2Op.Call(this);

        /// <summary>Logarithm to base 2 of every element, in place.</summary>
        public Tensor log2_()
        {
            Log2InPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Logarithm to base 10 of every element.</summary>
        public Tensor log10() => Log10Op.Call(this);

        /// <summary>Logarithm to base 10 of every element, in place.</summary>
        public Tensor log10_()
        {
            Log10InPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary><c>log(1 + x)</c>, exact near zero.</summary>
        public Tensor log1p() => Log1pOp.Call(this);

        /// <summary><c>log(1 + x)</c>, exact near zero, in place.</summary>
        public Tensor log1p_()
        {
            Log1pInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Rounds every element up.</summary>
        public Tensor ceil() => CeilOp.Call(this);

        /// <summary>Rounds every element up, in place.</summary>
        public Tensor ceil_()
        {
            CeilInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Rounds every element down.</summary>
        public Tensor floor() => FloorOp.Call(this);

        /// <summary>Rounds every element down, in place.</summary>
        public Tensor floor_()
        {
            FloorInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Rounds every element toward zero.</summary>
        public Tensor trunc() => TruncOp.Call(this);

        /// <summary>Rounds every element toward zero, in place.</summary>
        public Tensor trunc_()
        {
            TruncInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Same as <c>trunc</c>.</summary>
        public Tensor fix() => trunc();

        /// <summary>Same as <c>trunc_</c>.</summary>
        public Tensor fix_() => trunc_();

        /// <summary>Fractional part of every element.</summary>
        public Tensor frac() => FracOp.Call(this);

        /// <summary>Fractional part of every element, in place.</summary>
        public Tensor frac_()
        {
            FracInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Rounds every element to so many decimals, halves to even.</summary>
        public Tensor round(long decimals = 0L) => RoundDecimalsOp.Call(this, decimals);

        /// <summary>Rounds every element to so many decimals, halves to even, in place.</summary>
        public Tensor round_(long decimals = 0L)
        {
            RoundDecimalsInPlaceOp.CallDropping(this, decimals);
            return this;
        }

        /// <summary>Error function of every element.</summary>
        public Tensor erf() => ErfOp.Call(this);

        /// <summary>Error function of every element, in place.</summary>
        public Tensor erf_()
        {
            ErfInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>One minus the error function of every element.</summary>
        public Tensor erfc() => ErfcOp.Call(this);

        /// <summary>One minus the error function of every element, in place.</summary>
        public Tensor erfc_()
        {
            ErfcInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Logistic function <c>1 / (1 + exp(-x))</c> of every element.</summary>
        public Tensor sigmoid() => SigmoidOp.Call(this);

        /// <summary>Logistic function <c>1 / (1 + exp(-x))</c> of every element, in place.</summary>
        public Tensor sigmoid_()
        {
            SigmoidInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Replaces negative elements by zero.</summary>
        public Tensor relu() => ReluOp.Call(this);

        /// <summary>Replaces negative elements by zero, in place.</summary>
        public Tensor relu_()
        {
            ReluInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>Exponentials along a dimension, scaled to the sum 1.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => SoftmaxIntOp.Call(this, dim, dtype);

        /// <summary>Logarithm of <c>softmax</c>, computed without overflow.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => LogSoftmaxIntOp.Call(this, dim, dtype);
    }
}
