using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Comparisons: element by element to a tensor of booleans, or of whole tensors.
    public partial class Tensor
    {
        private static readonly Operator EqTensorOp = Operator.Find("aten::eq", "Tensor");
        private static readonly Operator EqTensorInPlaceOp = Operator.Find("aten::eq_", "Tensor");
        private static readonly Operator EqScalarOp = Operator.Find("aten::eq", "Scalar");
        private static readonly Operator EqScalarInPlaceOp = Operator.Find("aten::eq_", "Scalar");
        private static readonly Operator NeTensorOp = Operator.Find("aten::ne", "Tensor");
        private static readonly Operator NeTensorInPlaceOp = Operator.Find("aten::ne_", "Tensor");
        private static readonly Operator NeScalarOp = Operator.Find("aten::ne", "Scalar");
        private static readonly Operator NeScalarInPlaceOp = Operator.Find("aten::ne_", "Scalar");
        private static readonly Operator LtTensorOp = Operator.Find("aten::lt", "Tensor");
        private static readonly Operator LtTensorInPlaceOp = Operator.Find("aten::lt_", "Tensor");
        private static readonly Operator LtScalarOp = Operator.Find("aten::lt", "Scalar");
        private static readonly Operator LtScalarInPlaceOp = Operator.Find("aten::lt_", "Scalar");
        private static readonly Operator LeTensorOp = Operator.Find("aten::le", "Tensor");
        private static readonly Operator LeTensorInPlaceOp = Operator.Find("aten::le_", "Tensor");
        private static readonly Operator LeScalarOp = Operator.Find("aten::le", "Scalar");
        private static readonly Operator LeScalarInPlaceOp = Operator.Find("aten::le_", "Scalar");
        private static readonly Operator GtTensorOp = Operator.Find("aten::gt", "Tensor");
        private static readonly Operator GtTensorInPlaceOp = Operator.Find("aten::gt_", "Tensor");
        private static readonly Operator GtScalarOp = Operator.Find("aten::gt", "Scalar");
        private static readonly Operator GtScalarInPlaceOp = Operator.Find("aten::gt_", "Scalar");
        private static readonly Operator GeTensorOp = Operator.Find("aten::ge", "Tensor");
        private static readonly Operator GeTensorInPlaceOp = Operator.Find("aten::ge_", "Tensor");
        private static readonly Operator GeScalarOp = Operator.Find("aten::ge", "Scalar");
        private static readonly Operator GeScalarInPlaceOp = Operator.Find("aten::ge_", "Scalar");
        private static readonly Operator IscloseOp = Operator.Find("aten::isclose");
        private static readonly Operator AllcloseOp = Operator.Find("aten::allclose");
        private static readonly Operator EqualOp = Operator.Find("aten::equal");
        private static readonly Operator IsnanOp = Operator.Find("aten::isnan");
        private static readonly Operator IsinfOp = Operator.Find("aten::isinf");
        private static readonly Operator IsfiniteOp = Operator.Find("aten::isfinite");
        private static readonly Operator IsposinfOp = Operator.Find("aten::isposinf");
        private static readonly Operator IsneginfOp = Operator.Find("aten::isneginf");
        private static readonly Operator IsrealOp = Operator.Find("aten::isreal");

        /// <summary>True where an element equals the one at the same place; a scalar false for null.</summary>
        public Tensor eq(Tensor target) => target is null ? false : EqTensorOp.Call(this, target);

        /// <summary>Writes one where an element is equal to the one at the same place, else zero, in place.</summary>
        public Tensor eq_(Tensor target)
        {
            EqTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is equal to a number.</summary>
        public Tensor eq(Scalar target) => EqScalarOp.Call(this, target);

        /// <summary>Writes one where an element is equal to a number, else zero, in place.</summary>
        public Tensor eq_(Scalar target)
        {
            EqScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is different from the one at the same place.</summary>
        public Tensor ne(Tensor target) => NeTensorOp.Call(this, target);

        /// <summary>Writes one where an element is different from the one at the same place, else zero, in place.</summary>
        public Tensor ne_(Tensor target)
        {
            NeTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is different from a number.</summary>
        public Tensor ne(Scalar target) => NeScalarOp.Call(this, target);

        /// <summary>Writes one where an element is different from a number, else zero, in place.</summary>
        public Tensor ne_(Scalar target)
        {
            NeScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is less than the one at the same place.</summary>
        public Tensor lt(Tensor target) => LtTensorOp.Call(this, target);

        /// <summary>Writes one where an element is less than the one at the same place, else zero, in place.</summary>
        public Tensor lt_(Tensor target)
        {
            LtTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is less than a number.</summary>
        public Tensor lt(Scalar target) => LtScalarOp.Call(this, target);

        /// <summary>Writes one where an element is less than a number, else zero, in place.</summary>
        public Tensor lt_(Scalar target)
        {
            LtScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is less than or equal to the one at the same place.</summary>
        public Tensor le(Tensor target) => LeTensorOp.Call(this, target);

        /// <summary>Writes one where an element is less than or equal to the one at the same place, else zero, in place.</summary>
        public Tensor le_(Tensor target)
        {
            LeTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is less than or equal to a number.</summary>
        public Tensor le(Scalar target) => LeScalarOp.Call(this, target);

        /// <summary>Writes one where an element is less than or equal to a number, else zero, in place.</summary>
        public Tensor le_(Scalar target)
        {
            LeScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is greater than the one at the same place.</summary>
        public Tensor gt(Tensor target) => GtTensorOp.Call(this, target);

        /// <summary>Writes one where an element is greater than the one at the same place, else zero, in place.</summary>
        public Tensor gt_(Tensor target)
        {
            GtTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is greater than a number.</summary>
        public Tensor gt(Scalar target) => GtScalarOp.Call(this, target);

        /// <summary>Writes one where an element is greater than a number, else zero, in place.</summary>
        public Tensor gt_(Scalar target)
        {
            GtScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is greater than or equal to the one at the same place.</summary>
        public Tensor ge(Tensor target) => GeTensorOp.Call(this, target);

        /// <summary>Writes one where an element is greater than or equal to the one at the same place, else zero, in place.</summary>
        public Tensor ge_(Tensor target)
        {
            GeTensorInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>True where an element is greater than or equal to a number.</summary>
        public Tensor ge(Scalar target) => GeScalarOp.Call(this, target);

        /// <summary>Writes one where an element is greater than or equal to a number, else zero, in place.</summary>
        public Tensor ge_(Scalar target)
        {
            GeScalarInPlaceOp.CallDropping(this, target);
            return this;
        }

        /// <summary>Same as <c>eq</c>.</summary>
        public Tensor equal(Tensor target) => eq(target);

        /// <summary>Same as <c>ne</c>.</summary>
        public Tensor not_equal(Tensor target) => ne(target);

        /// <summary>Same as <c>ne_</c>.</summary>
        public Tensor not_equal_(Tensor target) => ne_(target);

        /// <summary>Same as <c>lt</c>.</summary>
        public Tensor less(Tensor target) => lt(target);

        /// <summary>Same as <c>le</c>.</summary>
        public Tensor less_equal(Tensor target) => le(target);

        /// <summary>Same as <c>le_</c>.</summary>
        public Tensor less_equal_(Tensor target) => le_(target);

        /// <summary>Same as <c>gt</c>.</summary>
        public Tensor greater(Tensor target) => gt(target);

        /// <summary>Same as <c>ge</c>.</summary>
        public Tensor greater_equal(Tensor target) => ge(target);

        /// <summary>True where <c>|this - other| &lt;= atol + rtol * |other|</c>.</summary>
        public Tensor isclose(Tensor other, double rtol = 1e-05, double atol = 1e-08, bool nanEqual = false)
            => IscloseOp.Call(this, other, rtol, atol, nanEqual);

        /// <summary>Whether all elements are close to those of another tensor; false for null.</summary>
        public bool allclose(Tensor target, double rtol = 1e-05, double atol = 1e-08, bool equal_nan = false)
            => target is not null && AllcloseOp.CallBoolean(this, target, rtol, atol, equal_nan);

        /// <summary>Whether shape and every element are the same; false for null.</summary>
        public bool Equals(Tensor target) => target is not null && EqualOp.CallBoolean(this, target);

        /// <inheritdoc cref="Equals(Tensor)"/>
        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>Hash of the object, not of its elements, which can change.</summary>
        public override int GetHashCode() => base.GetHashCode();

        /// <summary>True where an element is not a number.</summary>
        public Tensor isnan() => IsnanOp.Call(this);

        /// <summary>True where an element is infinite.</summary>
        public Tensor isinf() => IsinfOp.Call(this);

        /// <summary>True where an element is neither infinite nor NaN.</summary>
        public Tensor isfinite() => IsfiniteOp.Call(this);

        /// <summary>True where an element is plus infinity.</summary>
        public Tensor isposinf() => IsposinfOp.Call(this);

        /// <summary>True where an element is minus infinity.</summary>
        public Tensor isneginf() => IsneginfOp.Call(this);

        /// <summary>True where an element has no imaginary part.</summary>
        public Tensor isreal() => IsrealOp.Call(this);
    }
}
