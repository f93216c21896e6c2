using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Unfolds one axis into several.</summary>
        public sealed class Unflatten : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Unflatten(long dim, long[] unflattened_size) : base(nameof(Unflatten))
                => (this.dim, this.unflattened_size) = (dim, unflattened_size);

            /// <summary>The axis to unfold.</summary>
            public long dim { get; set; }

            /// <summary>The sizes of the axes in its place.</summary>
            public long[] unflattened_size { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor tensor) => tensor.unflatten(dim, unflattened_size);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module that unfolds one axis into several.</summary>
            /// <param name="dim">The axis to unfold.</param>
            /// <param name="unflattened_size">The sizes of the axes in its place.</param>
            public static Unflatten Unflatten(long dim, long[] unflattened_size) => new(dim, unflattened_size);
        }
    }
}
