using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The lengths of a tensor's dimensions.</summary>
    public struct Size : IEnumerable<long>
    {
        /// <summary>The size of a tensor without dimensions.</summary>
        public static Size Empty = new(Array.Empty<long>());

        private readonly long[] _shape;

        /// <summary>Copies the lengths.</summary>
        public Size(long[] shape) => _shape = (long[])shape.Clone();

        /// <summary>Copies the lengths.</summary>
        public Size(IEnumerable<long> shape) => _shape = [.. shape];

        /// <summary>Copies the lengths.</summary>
        public Size(int[] shape) => _shape = Array.ConvertAll(shape, static length => (long)length);

        /// <summary>One dimension.</summary>
        public Size(long size) => _shape = [size];

        /// <summary>Two dimensions.</summary>
        public Size((long, long) size) => _shape = [size.Item1, size.Item2];

        /// <summary>Three dimensions.</summary>
        public Size((long, long, long) size) => _shape = [size.Item1, size.Item2, size.Item3];

        /// <summary>Four dimensions.</summary>
        public Size((long, long, long, long) size) => _shape = [size.Item1, size.Item2, size.Item3, size.Item4];

        /// <summary>Five dimensions.</summary>
        public Size((long, long, long, long, long) size) => _shape = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5];

        /// <summary>Six dimensions.</summary>
        public Size((long, long, long, long, long, long) size) =>
            _shape = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6];

        /// <summary>One dimension.</summary>
        public Size(int size) => _shape = [size];

        /// <summary>Two dimensions.</summary>
        public Size((int, int) size) => _shape = [size.Item1, size.Item2];

        /// <summary>Three dimensions.</summary>
        public Size((int, int, int) size) => _shape = [size.Item1, size.Item2, size.Item3];

        /// <summary>Four dimensions.</summary>
        public Size((int, int, int, int) size) => _shape = [size.Item1, size.Item2, size.Item3, size.Item4];

        /// <summary>Five dimensions.</summary>
        public Size((int, int, int, int, int) size) => _shape = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5];

        /// <summary>Six dimensions.</summary>
        public Size((int, int, int, int, int, int) size) =>
            _shape = [size.Item1, size.Item2, size.Item3, size.Item4, size.Item5, size.Item6];

        /// <summary>The lengths themselves, not a copy.</summary>
        public long[] Shape => _shape;

        /// <summary>True when there are no dimensions.</summary>
        public bool IsEmpty => _shape.Length == 0;

        /// <summary>True when there are no dimensions.</summary>
        public bool IsScalar => IsEmpty;

        /// <summary>How many dimensions there are.</summary>
        public int Length => _shape.Length;

        /// <summary>The length of a dimension.</summary>
        public long this[int idx] => _shape[idx];

        /// <summary>The length of a dimension.</summary>
        public long this[long idx] => _shape[idx];

        /// <summary>One dimension.</summary>
        public static implicit operator Size(long size) => new(size);

        /// <summary>Two dimensions.</summary>
        public static implicit operator Size((long, long) size) => new(size);

        /// <summary>Three dimensions.</summary>
        public static implicit operator Size((long, long, long) size) => new(size);

        /// <summary>Four dimensions.</summary>
        public static implicit operator Size((long, long, long, long) size) => new(size);

        /// <summary>Five dimensions.</summary>
        public static implicit operator Size((long, long, long, long, long) size) => new(size);

        /// <summary>Six dimensions.</summary>
        public static implicit operator Size((long, long, long, long, long, long) size) => new(size);

        /// <summary>Copies the lengths.</summary>
        public static implicit operator Size(long[] size) => new(size);

        /// <summary>The dimensions of both, one after the other.</summary>
        public static Size operator +(Size left, Size right) => new([.. left._shape, .. right._shape]);

        /// <summary>The dimensions of both, one after the other.</summary>
        public static Size operator +(Size left, IEnumerable<long> right) => new([.. left._shape, .. right]);

        /// <summary>True when both are the same array of lengths.</summary>
        public static bool operator ==(Size left, Size right) => ReferenceEquals(left._shape, right._shape);

        /// <summary>True unless both are the same array of lengths.</summary>
        public static bool operator !=(Size left, Size right) => !(left == right);

        /// <summary>The dimensions from one number up to, and without, another; negative numbers count from the end.</summary>
        public Size Slice(int first, int next)
        {
            first = first < 0 ? _shape.Length + first : first;
            next = next < 0 ? _shape.Length + next : next;
            return next <= first ? Empty : new Size(_shape.Skip(first).Take(next - first));
        }

        /// <summary>The first dimensions.</summary>
        public IEnumerable<long> Take(int i) => _shape.Take(i);

        /// <summary>How many elements a tensor of this size has.</summary>
        public long numel()
        {
            var count = 1L;
            foreach (var length in _shape)
            {
                count *= length;
            }

            return count;
        }

        /// <summary>True when both are the same array of lengths.</summary>
        public override bool Equals(object? obj) => obj is Size other && this == other;

        /// <summary>A hash code that equal sizes share.</summary>
        public override int GetHashCode() => _shape.GetHashCode();

        /// <summary>The lengths, one after the other.</summary>
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)_shape).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
