using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>Folds neighbouring axes into one.</summary>
        public sealed class Flatten : ParameterLessModule<torch.Tensor, torch.Tensor>
        {
            internal Flatten(long start_dim, long end_dim) : base(nameof(Flatten)) => (this.start_dim, this.end_dim) = (start_dim, end_dim);

            /// <summary>The first axis to fold.</summary>
            public long start_dim { get; set; }

            /// <summary>The last axis to fold.</summary>
            public long end_dim { get; set; }

            /// <inheritdoc/>
            public override torch.Tensor forward(torch.Tensor input) => input.flatten(start_dim, end_dim);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>A module that folds neighbouring axes into one.</summary>
            /// <param name="start_dim">The first axis to fold.</param>
            /// <param name="end_dim">The last axis to fold.</param>
            public static Flatten Flatten(long start_dim = 1, long end_dim = -1) => new(start_dim, end_dim);
        }
    }
}
