using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>The absolute difference.</summary>
        public sealed class L1Loss : Loss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="reduction">What to do with the elements.</param>
            public L1Loss(Reduction reduction = Reduction.Mean) : base(reduction)
            {
            }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.l1_loss(input, target, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The absolute difference.</summary>
            /// <param name="reduction">What to do with the elements.</param>
            public static L1Loss L1Loss(Reduction reduction = Reduction.Mean) => new(reduction);
        }
    }
}
