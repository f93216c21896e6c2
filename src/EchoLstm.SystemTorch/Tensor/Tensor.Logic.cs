using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Logical and bitwise operations.
    public partial class Tensor
    {
        private static readonly Operator LogicalAndOp = Operator.Find("aten::logical_and");
        private static readonly Operator LogicalAndInPlaceOp = Operator.Find("aten::logical_and_");
        private static readonly Operator LogicalOrOp = Operator.Find("aten::logical_or");
        private static readonly Operator LogicalOrInPlaceOp = Operator.Find("aten::logical_or_");
        private static readonly Operator LogicalXorOp = Operator.Find("aten::logical_xor");
        private static readonly Operator LogicalXorInPlaceOp = Operator.Find("aten::logical_xor_");
        private static readonly Operator LogicalNotOp = Operator.Find("aten::logical_not");
        private static readonly Operator LogicalNotInPlaceOp = Operator.Find("aten::logical_not_");
        private static readonly Operator BitwiseAndTensorOp = Operator.Find("aten::bitwise_and", "Tensor");
        private static readonly Operator BitwiseAndTensorInPlaceOp = Operator.Find("aten::bitwise_and_", "Tensor");
        private static readonly Operator BitwiseOrTensorOp = Operator.Find("aten::bitwise_or", "Tensor");
        private static readonly Operator BitwiseOrTensorInPlaceOp = Operator.Find("aten::bitwise_or_", "Tensor");
        private static readonly Operator BitwiseXorTensorOp = Operator.Find("aten::bitwise_xor", "Tensor");
        private static readonly Operator BitwiseXorTensorInPlaceOp = Operator.Find("aten::bitwise_xor_", "Tensor");
        private static readonly Operator BitwiseNotOp = Operator.Find("aten::bitwise_not");
        private static readonly Operator BitwiseNotInPlaceOp = Operator.Find("aten::bitwise_not_");

        /// <summary>True where both elements are not zero.</summary>
        public Tensor logical_and(Tensor other) => LogicalAndOp.Call(this, other);

        /// <summary>True where both elements are not zero, in place.</summary>
        public Tensor logical_and_(Tensor other)
        {
            LogicalAndInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>True where either element is not zero.</summary>
        public Tensor logical_or(Tensor other) => LogicalOrOp.Call(this, other);

        /// <summary>True where either element is not zero, in place.</summary>
        public Tensor logical_or_(Tensor other)
        {
            LogicalOrInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>True where exactly one element is not zero.</summary>
        public Tensor logical_xor(Tensor other) => LogicalXorOp.Call(this, other);

        /// <summary>True where exactly one element is not zero, in place.</summary>
        public Tensor logical_xor_(Tensor other)
        {
            LogicalXorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>True where an element is zero.</summary>
        public Tensor logical_not() => LogicalNotOp.Call(this);

        /// <summary>True where an element is zero, in place.</summary>
        public Tensor logical_not_()
        {
            LogicalNotInPlaceOp.CallDropping(this);
            return this;
        }

        /// <summary>And of the bits of both elements.</summary>
        public Tensor bitwise_and(Tensor other) => BitwiseAndTensorOp.Call(this, other);

        /// <summary>And of the bits of both elements, in place.</summary>
        public Tensor bitwise_and_(Tensor other)
        {
            BitwiseAndTensorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Or of the bits of both elements.</summary>
        public Tensor bitwise_or(Tensor other) => BitwiseOrTensorOp.Call(this, other);

        /// <summary>Or of the bits of both elements, in place.</summary>
        public Tensor bitwise_or_(Tensor other)
        {
            BitwiseOrTensorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Exclusive or of the bits of both elements.</summary>
        public Tensor bitwise_xor(Tensor other) => BitwiseXorTensorOp.Call(this, other);

        /// <summary>Exclusive or of the bits of both elements, in place.</summary>
        public Tensor bitwise_xor_(Tensor other)
        {
            BitwiseXorTensorInPlaceOp.CallDropping(this, other);
            return this;
        }

        /// <summary>Inverts the bits of every element.</summary>
        public Tensor bitwise_not() => BitwiseNotOp.Call(this);

        /// <summary>Inverts the bits of every element, in place.</summary>
        public Tensor bitwise_not_()
        {
            BitwiseNotInPlaceOp.CallDropping(this);
            return this;
        }
    }
}
