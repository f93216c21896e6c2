using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // The four operations with their in-place forms.
    public partial class Tensor
    {
        private static readonly Operator AddTensorOp = Operator.Find("aten::add", "Tensor");
        private static readonly Operator AddTensorInPlaceOp = Operator.Find("aten::add_", "Tensor");
        private static readonly Operator AddScalarOp = Operator.Find("aten::add", "Scalar");
        private static readonly Operator AddScalarInPlaceOp = Operator.Find("aten::add_", "Scalar");
        private static readonly Operator SubTensorOp = Operator.Find("aten::sub", "Tensor");
        private static readonly Operator SubTensorInPlaceOp = Operator.Find("aten::sub_", "Tensor");
        private static readonly Operator SubScalarOp = Operator.Find("aten::sub", "Scalar");
        private static readonly Operator SubScalarInPlaceOp = Operator.Find("aten::sub_", "Scalar");
        private static readonly Operator MulTensorOp = Operator.Find("aten::mul", "Tensor");
        private static readonly Operator MulTensorInPlaceOp = Operator.Find("aten::mul_", "Tensor");
        private static readonly Operator MulScalarOp = Operator.Find("aten::mul", "Scalar");
        private static readonly Operator MulScalarInPlaceOp = Operator.Find("aten::mul_", "Scalar");
        private static readonly Operator DivTensorModeOp = Operator.Find("aten::div", "Tensor_mode");
        private static readonly Operator DivTensorModeInPlaceOp = Operator.Find("aten::div_", "Tensor_mode");
        private static readonly Operator DivScalarModeOp = Operator.Find("aten::div", "Scalar_mode");
        private static readonly Operator DivScalarModeInPlaceOp = Operator.Find("aten::div_", "Scalar_mode");
        private static readonly Operator TrueDivideTensorOp = Operator.Find("aten::true_divide", "Tensor");
        private static readonly Operator TrueDivideTensorInPlaceOp = Operator.Find("aten::true_divide_", "Tensor");
        private static readonly Operator TrueDivideScalarOp = Operator.Find("aten::true_divide", "Scalar");
        private static readonly Operator TrueDivideScalarInPlaceOp = Operator.Find("aten::true_divide_", "Scalar");
        private static readonly Operator FloorDivideOp = Operator.Find("aten::floor_divide");
        private static readonly Operator FloorDivideTensorInPlaceOp = Operator.Find("aten::floor_divide_", "Tensor");
        private static readonly Operator FloorDivideScalarOp = Operator.Find("aten::floor_divide", "Scalar");
        private static readonly Operator FloorDivideScalarInPlaceOp = Operator.Find("aten::floor_divide_", "Scalar");

        /// <summary>Adds a tensor, element by element with broadcasting.</summary>
        public Tensor add(Tensor target) => AddTensorOp.Call(this, target);

        /// <summary>Adds a tensor, element by element with broadcasting, in place.</summary>
        public Tensor add_(Tensor target)
        {
            AddTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Adds <c>alpha * target</c>.</summary>
        public Tensor add(Tensor target, Scalar alpha) => AddTensorOp.Call(this, target, alpha);

        /// <summary>Adds <c>alpha * target</c>, in place.</summary>
        public Tensor add_(Tensor target, Scalar alpha)
        {
            AddTensorInPlaceOp.CallDropping(this, target, alpha);
            return this;
        }

        /// <summary>Adds a number to every element.</summary>
        public Tensor add(Scalar scalar) => AddScalarOp.Call(this, scalar);

        /// <summary>Adds a number to every element, in place.</summary>
        public Tensor add_(Scalar scalar)
        {
            AddScalarInPlaceOp.CallDropping(this, scalar);
            return this;
        }

        /// <summary>Adds <c>alpha * scalar</c> to every element.</summary>
        public Tensor add(Scalar scalar, Scalar alpha) => AddScalarOp.Call(this, scalar, alpha);

        /// <summary>Adds <c>alpha * scalar</c> to every element, in place.</summary>
        public Tensor add_(Scalar scalar, Scalar alpha)
        {
            AddScalarInPlaceOp.CallDropping(this, scalar, alpha);
            return this;
        }

        /// <summary>Subtracts a tensor, element by element with broadcasting.</summary>
        public Tensor sub(Tensor target) => SubTensorOp.Call(this, target);

        /// <summary>Subtracts a tensor, element by element with broadcasting, in place.</summary>
        public Tensor sub_(Tensor target)
        {
            SubTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Subtracts a number from every element.</summary>
        public Tensor sub(Scalar target) => SubScalarOp.Call(this, target);

        /// <summary>Subtracts a number from every element, in place.</summary>
        public Tensor sub_(Scalar target)
        {
            SubScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Same as <c>sub</c>.</summary>
        public Tensor subtract(Tensor target) => sub(target);

        /// <summary>Same as <c>sub_</c>.</summary>
        public Tensor subtract_(Tensor target) => sub_(target);

        /// <summary>Same as <c>sub</c>.</summary>
        public Tensor subtract(Scalar target) => sub(target);

        /// <summary>Same as <c>sub_</c>.</summary>
        public Tensor subtract_(Scalar target) => sub_(target);

        /// <summary>Multiplies by a tensor, element by element with broadcasting.</summary>
        public Tensor mul(Tensor target) => MulTensorOp.Call(this, target);

        /// <summary>Multiplies by a tensor, element by element with broadcasting, in place.</summary>
        public Tensor mul_(Tensor target)
        {
            MulTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Multiplies every element by a number.</summary>
        public Tensor mul(Scalar target) => MulScalarOp.Call(this, target);

        /// <summary>Multiplies every element by a number, in place.</summary>
        public Tensor mul_(Scalar target)
        {
            MulScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Same as <c>mul</c>.</summary>
        public Tensor multiply(Tensor target) => mul(target);

        /// <summary>Same as <c>mul</c>.</summary>
        public Tensor multiply(Scalar target) => mul(target);

        /// <summary>Divides by a tensor, element by element with broadcasting; the quotient is rounded as asked.</summary>
        public Tensor div(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
            => DivTensorModeOp.Call(this, target, NameOf(rounding_mode));

        /// <summary>Divides by a tensor, element by element with broadcasting; the quotient is rounded as asked, in place.</summary>
        public Tensor div_(Tensor target, RoundingMode rounding_mode = RoundingMode.None)
        {
            DivTensorModeInPlaceOp.CallDropping(this, target, NameOf(rounding_mode));
            return this;
        }

        /// <summary>Divides every element by a number; the quotient is rounded as asked.</summary>
        public Tensor div(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
            => DivScalarModeOp.Call(this, target, NameOf(rounding_mode));

        /// <summary>Divides every element by a number; the quotient is rounded as asked, in place.</summary>
        public Tensor div_(Scalar target, RoundingMode rounding_mode = RoundingMode.None)
        {
            DivScalarModeInPlaceOp.CallDropping(this, target, NameOf(rounding_mode));
            return this;
        }

        /// <summary>Same as <c>div</c>.</summary>
        public Tensor divide(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        /// <summary>Same as <c>div_</c>.</summary>
        public Tensor divide_(Tensor target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        /// <summary>Same as <c>div</c>.</summary>
        public Tensor divide(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div(target, rounding_mode);

        /// <summary>Same as <c>div_</c>.</summary>
        public Tensor divide_(Scalar target, RoundingMode rounding_mode = RoundingMode.None) => div_(target, rounding_mode);

        /// <summary>Divides without rounding; integers become floating point.</summary>
        public Tensor true_divide(Tensor other) => TrueDivideTensorOp.Call(this, other);

        /// <summary>Divides without rounding; integers become floating point, in place.</summary>
        public Tensor true_divide_(Tensor other)
        {
            TrueDivideTensorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Divides by a number without rounding; integers become floating point.</summary>
        public Tensor true_divide(Scalar other) => TrueDivideScalarOp.Call(this, other);

        /// <summary>Divides by a number without rounding; integers become floating point, in place.</summary>
        public Tensor true_divide_(Scalar other)
        {
            TrueDivideScalarInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Divides and rounds down.</summary>
        public Tensor floor_divide(Tensor other) => FloorDivideOp.Call(this, other);

        /// <summary>Divides and rounds down, in place.</summary>
        public Tensor floor_divide_(Tensor other)
        {
            FloorDivideTensorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Divides by a number and rounds down.</summary>
        public Tensor floor_divide(Scalar other) => FloorDivideScalarOp.Call(this, other);

        /// <summary>Divides by a number and rounds down, in place.</summary>
        public Tensor floor_divide_(Scalar other)
        {
            FloorDivideScalarInPlaceOp.CallDropping(this, other);
            return this;
        }

        private static string? NameOf(RoundingMode mode) => mode switch
        {
            RoundingMode.trunc => "trunc",
            RoundingMode.floor => "floor",
            _ => null,
        };
    }
}
