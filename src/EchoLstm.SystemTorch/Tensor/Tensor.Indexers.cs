using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    // tensor[...]: reading gives a view, or a copy where a tensor of indices takes part; writing broadcasts.
    public partial class Tensor
    {
        /// <summary>The part that the indices name; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The elements at the given indices, one tensor a dimension; assigning writes them.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The slice at an index; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => Write(value, i1);
        }

        /// <summary>The slice at two indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => Read(i1, i2);
            set => Write(value, i1, i2);
        }

        /// <summary>The slice at three indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => Read(i1, i2, i3);
            set => Write(value, i1, i2, i3);
        }

        /// <summary>The slice at four indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Read(i1, i2, i3, i4);
            set => Write(value, i1, i2, i3, i4);
        }

        /// <summary>The slice at five indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5]
        {
            get => Read(i1, i2, i3, i4, i5);
            set => Write(value, i1, i2, i3, i4, i5);
        }

        /// <summary>The slice at six indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4, long i5, long i6]
        {
            get => Read(i1, i2, i3, i4, i5, i6);
            set => Write(value, i1, i2, i3, i4, i5, i6);
        }

        /// <summary>The slice at the given indices; assigning writes into it.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params long[] indices]
        {
            get => Read(indices);
            set => Write(value, indices);
        }

        private Tensor Read(params ReadOnlySpan<long> indices)
        {
            if (indices.IsEmpty) return alias();
            var slice = select(0, indices[0]);
            foreach (long index in indices[1..])
            {
                var inner = slice.select(0, index);
                slice.Dispose();
                slice = inner;
            }

            return slice;
        }

        private void Write(Tensor value, params ReadOnlySpan<long> indices)
        {
            using var slice = Read(indices);
            slice.copy_(value);
        }
    }
}
