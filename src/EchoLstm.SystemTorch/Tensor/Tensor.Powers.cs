using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Remainders, powers, and products or quotients added to a tensor.
    public partial class Tensor
    {
        private static readonly Operator RemainderTensorOp = Operator.Find("aten::remainder", "Tensor");
        private static readonly Operator RemainderTensorInPlaceOp = Operator.Find("aten::remainder_", "Tensor");
        private static readonly Operator RemainderScalarOp = Operator.Find("aten::remainder", "Scalar");
        private static readonly Operator RemainderScalarInPlaceOp = Operator.Find("aten::remainder_", "Scalar");
        private static readonly Operator FmodTensorOp = Operator.Find("aten::fmod", "Tensor");
        private static readonly Operator FmodTensorInPlaceOp = Operator.Find("aten::fmod_", "Tensor");
        private static readonly Operator FmodScalarOp = Operator.Find("aten::fmod", "Scalar");
        private static readonly Operator FmodScalarInPlaceOp = Operator.Find("aten::fmod_", "Scalar");
        private static readonly Operator PowTensorTensorOp = Operator.Find("aten::pow", "Tensor_Tensor");
        private static readonly Operator PowTensorInPlaceOp = Operator.Find("aten::pow_", "Tensor");
        private static readonly Operator PowTensorScalarOp = Operator.Find("aten::pow", "Tensor_Scalar");
        private static readonly Operator PowScalarInPlaceOp = Operator.Find("aten::pow_", "Scalar");
        private static readonly Operator AddcmulOp = Operator.Find("aten::addcmul");
        private static readonly Operator AddcmulInPlaceOp = Operator.Find("aten::addcmul_");
        private static readonly Operator AddcdivOp = Operator.Find("aten::addcdiv");
        private static readonly Operator AddcdivInPlaceOp = Operator.Find("aten::addcdiv_");
        private static readonly Operator LerpTensorOp = Operator.Find("aten::lerp", "Tensor");
        private static readonly Operator LerpTensorInPlaceOp = Operator.Find("aten::lerp_", "Tensor");

        /// <summary>Remainder with the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => RemainderTensorOp.Call(this, target);

        /// <summary>Remainder with the sign of the divisor, in place.</summary>
        public Tensor remainder_(Tensor target)
        {
            RemainderTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Remainder of a division by a number, with the sign of the divisor.</summary>
        public Tensor remainder(Scalar scalar) => RemainderScalarOp.Call(this, scalar);

        /// <summary>Remainder of a division by a number, with the sign of the divisor, in place.</summary>
        public Tensor remainder_(Scalar scalar)
        {
            RemainderScalarInPlaceOp.CallDropping(this, scalar);
            return this;
        }

        /// <summary>Remainder with the sign of the dividend.</summary>
        public Tensor fmod(Tensor target) => FmodTensorOp.Call(this, target);

        /// <summary>Remainder with the sign of the dividend, in place.</summary>
        public Tensor fmod_(Tensor target)
        {
            FmodTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Remainder of a division by a number, with the sign of the dividend.</summary>
        public Tensor fmod(Scalar scalar) => FmodScalarOp.Call(this, scalar);

        /// <summary>Remainder of a division by a number, with the sign of the dividend, in place.</summary>
        public Tensor fmod_(Scalar scalar)
        {
            FmodScalarInPlaceOp.CallDropping(this, scalar);
            return this;
        }

        /// <summary>Raises every element to the power at the same place in <c>exponent</c>.</summary>
        public Tensor pow(Tensor exponent) => PowTensorTensorOp.Call(this, exponent);

        /// <summary>Raises every element to the power at the same place in <c>exponent</c>, in place.</summary>
        public Tensor pow_(Tensor exponent)
        {
            PowTensorInPlaceOp.CallDropping(this, exponent);
            return this;
        }

        /// <summary>Raises every element to a power.</summary>
        public Tensor pow(Scalar exponent) => PowTensorScalarOp.Call(this, exponent);

        /// <summary>Raises every element to a power, in place.</summary>
        public Tensor pow_(Scalar exponent)
        {
            PowScalarInPlaceOp.CallDropping(this, exponent);
            return this;
        }

        /// <summary>Squares every element.</summary>
        public Tensor square() => pow(2);

        /// <summary>Adds <c>value * tensor1 * tensor2</c>.</summary>
        public Tensor addcmul(Tensor tensor1, Tensor tensor2, Scalar value) => AddcmulOp.Call(this, tensor1, tensor2, value);

        /// <summary>Adds <c>value * tensor1 * tensor2</c>, in place.</summary>
        public Tensor addcmul_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            AddcmulInPlaceOp.CallDropping(this, tensor1, tensor2, value);
            return this;
        }

        /// <summary>Adds <c>value * tensor1 / tensor2</c>.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2, Scalar value) => AddcdivOp.Call(this, tensor1, tensor2, value);

        /// <summary>Adds <c>value * tensor1 / tensor2</c>, in place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2, Scalar value)
        {
            AddcdivInPlaceOp.CallDropping(this, tensor1, tensor2, value);
            return this;
        }

        /// <summary>Adds <c>tensor1 / tensor2</c>.</summary>
        public Tensor addcdiv(Tensor tensor1, Tensor tensor2) => AddcdivOp.Call(this, tensor1, tensor2);

        /// <summary>Adds <c>tensor1 / tensor2</c>, in place.</summary>
        public Tensor addcdiv_(Tensor tensor1, Tensor tensor2)
        {
            AddcdivInPlaceOp.CallDropping(this, tensor1, tensor2);
            return this;
        }

        /// <summary>Interpolates: <c>this + weight * (end - this)</c>.</summary>
        public Tensor lerp(Tensor end, Tensor weight) => LerpTensorOp.Call(this, end, weight);

        /// <summary>Interpolates: <c>this + weight * (end - this)</c>, in place.</summary>
        public Tensor lerp_(Tensor end, Tensor weight)
        {
            LerpTensorInPlaceOp.CallDropping(this, end, weight);
            return this;
        }
    }
}
