namespace TorchSharp;

public static partial class torch
{
    /// <summary>One place inside <c>tensor[...]</c>: a number, a slice, a tensor of indices, an ellipsis, or a new dimension.</summary>
    public struct TensorIndex
    {
        internal enum Kind
        {
            None,
            Single,
            Null,
            Ellipsis,
            Bool,
            Tensor,
            Slice,
        }

        internal long? startIndexOrBoolOrSingle;
        internal long? stopIndex;
        internal long? step;
        internal Kind kind;
        internal Tensor? tensor;

        /// <summary>From <c>start</c> up to, not including, <c>stop</c>; negative numbers count from the end.</summary>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { kind = Kind.Slice, startIndexOrBoolOrSingle = start, stopIndex = stop, step = step };

        /// <summary>From <c>start</c> up to, not including, <c>end</c>; null means the beginning or the end.</summary>
        public static TensorIndex Slice((int? start, int? end) range) => Slice((long?)range.start, (long?)range.end);

        /// <summary>A slice in C#'s notation, such as <c>1..^2</c>.</summary>
        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            range.End is { IsFromEnd: true, Value: 0 } ? null : range.End.IsFromEnd ? -range.End.Value : range.End.Value);

        /// <summary>A new dimension of size 1 if true, of size 0 if false.</summary>
        public static TensorIndex Bool(bool value) => new() { kind = Kind.Bool, startIndexOrBoolOrSingle = value ? 1 : 0 };

        /// <summary>One slice; the dimension disappears.</summary>
        public static TensorIndex Single(long? index) => new() { kind = Kind.Single, startIndexOrBoolOrSingle = index };

        /// <summary>Elements at the indices in a tensor, or where a tensor of booleans is true.</summary>
        public static TensorIndex Tensor(Tensor tensor) => new() { kind = Kind.Tensor, tensor = tensor };

        /// <summary>All dimensions that no other index names.</summary>
        public static TensorIndex Ellipsis = new() { kind = Kind.Ellipsis };

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None = new() { kind = Kind.None };

        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex Null = new() { kind = Kind.Null };

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = Slice();

        /// <summary>One slice; the dimension disappears.</summary>
        public static implicit operator TensorIndex(long value) => Single(value);

        /// <summary>Always throws: it exists so that the indexers' overloads resolve as in TorchSharp.</summary>
        public static implicit operator Tensor(TensorIndex value) => throw new InvalidOperationException("Should not be called.");

        /// <summary>From <c>start</c> up to, not including, <c>end</c>; null means the beginning or the end.</summary>
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        /// <summary>A slice in C#'s notation, such as <c>1..^2</c>.</summary>
        public static implicit operator TensorIndex(Range range) => Slice(range);

        /// <summary>One slice, counted from the end for <c>^n</c>; the dimension disappears.</summary>
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
    }
}
