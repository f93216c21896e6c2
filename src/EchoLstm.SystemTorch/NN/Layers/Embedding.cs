using System.Runtime.InteropServices;
using TorchSharp.Interop;
using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>A table of vectors, looked up by number.</summary>
        public sealed class Embedding : torch.nn.Module<torch.Tensor, torch.Tensor>
        {
            private static readonly Operator Lookup = Operator.Find("aten::embedding");
            private static readonly Operator Renormalise = Operator.Find("aten::embedding_renorm_");
            private static readonly Operator Select = Operator.Find("aten::select", "int");
            private static readonly Operator Detach = Operator.Find("aten::detach");

            private readonly EmbeddingOptions _options;

            internal Embedding(long rows, long columns, EmbeddingOptions options) : base(null, "torch::nn::EmbeddingImpl")
            {
                _options = options.Within(rows);
                var table = Parameter(torch.empty(new[] { rows, columns })).DetachFromDisposeScope();
                init.normal_(table);
                if (_options.PaddingIndex is { } padding)
                {
                    using var _ = torch.no_grad();
                    using var row = Select.Call(table, 0, padding);
                    init.zeros_(row);
                }
                ConditionallyRegisterParameter(nameof(weight), table);
            }

            internal Embedding(torch.Tensor table, bool freeze, EmbeddingOptions options) : base(null, "torch::nn::EmbeddingImpl")
            {
                _options = options.Within(table.shape[0]);
                ConditionallyRegisterParameter(nameof(weight), Parameter(Detach.Call(table), !freeze).DetachFromDisposeScope());
            }

            /// <summary>(vectors, length). Each reading gives a new object for the same parameter, which the caller may dispose.</summary>
            public Parameter? weight
            {
                get => _internal_params[nameof(weight)].Alias();
                set => ConditionallyRegisterParameter(nameof(weight), value ?? throw new ArgumentNullException(nameof(value),
                    "weight cannot be set to 'null'"));
            }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input)
            {
                ThrowIfClosed();
                var table = _internal_params[nameof(weight)];
                if (_options.LargestNorm is { } norm)
                {
                    using var _ = torch.no_grad();
                    Renormalise.CallDropping(table, input, norm, _options.NormOrder);
                }
                return Lookup.Call(table, input, _options.PaddingIndex ?? -1, _options.ScaleByFrequency, _options.Sparse);
            }
        }

        internal readonly record struct EmbeddingOptions(long? PaddingIndex, double? LargestNorm, double NormOrder, bool ScaleByFrequency,
            bool Sparse)
        {
            /// <summary>The same with a padding index counted from the start.</summary>
            internal EmbeddingOptions Within(long rows)
            {
                if (PaddingIndex is null) return this;
                if (PaddingIndex >= rows || PaddingIndex < -rows) throw new ExternalException("Padding_idx must be within num_embeddings");
                return PaddingIndex < 0 ? this with { PaddingIndex = PaddingIndex + rows } : this;
            }
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A table of vectors to be trained, drawn from the standard normal distribution.</summary>
            /// <param name="num_embeddings">The number of vectors.</param>
            /// <param name="embedding_dims">Their length.</param>
            /// <param name="padding_idx">The number of a vector that is zero and not trained; negative counts from the end.</param>
            /// <param name="max_norm">Longer vectors are shortened to this when looked up.</param>
            /// <param name="norm_type">The order of that norm.</param>
            /// <param name="scale_grad_by_freq">Whether to divide each vector's gradient by how often it was looked up.</param>
            /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
            /// <param name="device">Where the table lives.</param>
            /// <param name="dtype">Its type.</param>
            public static Embedding Embedding(long num_embeddings, long embedding_dims, long? padding_idx = null, double? max_norm = null,
                double norm_type = 2.0,
                bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new Embedding(num_embeddings, embedding_dims, new EmbeddingOptions(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse))
                    .MoveModule<Embedding>(device, dtype);

            /// <summary>A table of given vectors, whose memory it shares.</summary>
            /// <param name="embeddings">(vectors, length).</param>
            /// <param name="freeze">Whether the table is not to be trained.</param>
            /// <param name="padding_idx">The number of a vector that is not trained; negative counts from the end.</param>
            /// <param name="max_norm">Longer vectors are shortened to this when looked up.</param>
            /// <param name="norm_type">The order of that norm.</param>
            /// <param name="scale_grad_by_freq">Whether to divide each vector's gradient by how often it was looked up.</param>
            /// <param name="sparse">Whether the gradient is a sparse tensor.</param>
            /// <param name="device">Where the table lives.</param>
            /// <param name="dtype">Its type.</param>
            public static Embedding Embedding_from_pretrained(Tensor embeddings, bool freeze = true, long? padding_idx = null,
                double? max_norm = null,
                double norm_type = 2.0, bool scale_grad_by_freq = false, bool sparse = false, Device? device = null, ScalarType? dtype = null)
                => new Embedding(embeddings, freeze, new EmbeddingOptions(padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse))
                    .MoveModule<Embedding>(device, dtype);
        }
    }
}
