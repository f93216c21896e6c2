using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    // Numbers, slices, ellipses and new dimensions become views, one after the other; tensors of indices are collected by
    // dimension and go to one operator at the end.
    public partial class Tensor
    {
        private static readonly Operator IndexOp = Operator.Find("aten::index", "Tensor");
        private static readonly Operator IndexPutInPlaceOp = Operator.Find("aten::index_put_");

        /// <summary>The part that the indices name: a view, or a copy where a tensor of indices takes part.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var view = ApplyViews(indices, out var lookups);
            if (lookups is null) return view;
            using (view) return IndexOp.Call(view, lookups.ToArray());
        }

        /// <summary>The elements at the given indices, one tensor a dimension.</summary>
        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        /// <summary>Writes a value, with broadcasting, into the part that the indices name.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, false);

        /// <summary>Writes or, with <c>accumulate</c>, adds a value into the part that the indices name.</summary>
        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            using var view = ApplyViews(indices, out var lookups);
            if (lookups is not null)
                IndexPutInPlaceOp.CallDropping(view, lookups.ToArray(), value, accumulate);
            else if (accumulate)
                throw new ArgumentException("With 'accumulate', at least one of the indices must be a tensor.", nameof(indices));
            else
                view.copy_(value);
            return this;
        }

        /// <summary>Writes a value, with broadcasting, to the elements at the given indices.</summary>
        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, false);

        /// <summary>Writes or, with <c>accumulate</c>, adds a value to the elements at the given indices.</summary>
        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor), accumulate);

        /// <summary>Writes a number into the part that the indices name.</summary>
        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var view = ApplyViews(indices, out var lookups);
            if (lookups is null)
            {
                view.fill_(value);
                return this;
            }

            using var filler = Factory.Scalar(value, dtype, device);
            IndexPutInPlaceOp.CallDropping(view, lookups.ToArray(), filler, false);
            return this;
        }

        /// <summary>Writes a number to the elements at the given indices.</summary>
        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor));

        private Tensor ApplyViews(TensorIndex[] indices, out List<Tensor?>? lookups)
        {
            lookups = null;
            long named = indices.Sum(DimensionsNamed);
            if (named > ndim) throw new IndexOutOfRangeException($"too many indices for tensor of dimension {ndim}");

            var view = alias();
            int dim = 0;
            foreach (var index in indices)
            {
                var before = view;
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        view = before.select(dim, index.startIndexOrBoolOrSingle.GetValueOrDefault());
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.startIndexOrBoolOrSingle is not null || index.stopIndex is not null || index.step is not null)
                            view = SliceTensorOp.Call(before, dim, index.startIndexOrBoolOrSingle, index.stopIndex, index.step ?? 1);
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)(ndim - named);
                        break;
                    case TensorIndex.Kind.None or TensorIndex.Kind.Null:
                        view = before.unsqueeze(dim++);
                        break;
                    case TensorIndex.Kind.Bool:
                        view = before.unsqueeze(dim);
                        Collect(ref lookups, dim++, torch.zeros(index.startIndexOrBoolOrSingle.GetValueOrDefault(), int64));
                        break;
                    default:
                        view = ApplyTensor(before, index.tensor!, ref lookups, ref dim);
                        break;
                }

                if (!ReferenceEquals(view, before)) before.Dispose();
            }

            return view;
        }

        private static Tensor ApplyTensor(Tensor view, Tensor index, ref List<Tensor?>? lookups, ref int dim)
        {
            if (index.ndim == 0 && index.is_integral())
            {
                if (index.dtype is not (ScalarType.Bool or ScalarType.Byte)) return view.select(dim, index.ToScalar().ToInt64());
                view = view.unsqueeze(dim);
                Collect(ref lookups, dim++, torch.zeros(index.ToScalar().ToBoolean() ? 1 : 0, int64));
                return view;
            }

            Collect(ref lookups, dim++, index);
            return view;
        }

        private static void Collect(ref List<Tensor?>? lookups, int dim, Tensor index)
        {
            lookups ??= [];
            while (lookups.Count <= dim) lookups.Add(null);
            lookups[dim] = index;
        }

        // A mask covers as many dimensions as it has; new dimensions and the ellipsis cover none of their own.
        private static long DimensionsNamed(TensorIndex index) => index.kind switch
        {
            TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
            TensorIndex.Kind.Tensor => index.tensor!.dtype is ScalarType.Bool or ScalarType.Byte ? index.tensor.ndim : 1,
            _ => 0,
        };
    }
}
