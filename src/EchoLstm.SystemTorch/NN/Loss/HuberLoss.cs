using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>d² / 2 for differences below delta, delta (|d| - delta / 2) above.</summary>
        public sealed class HuberLoss : Loss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="delta">Where the quadratic part ends.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public HuberLoss(double delta = 1.0, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.delta = delta;

            /// <summary>Where the quadratic part ends.</summary>
            public double delta { get; }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.huber_loss(input, target, delta, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>d² / 2 for differences below delta, delta (|d| - delta / 2) above.</summary>
            /// <param name="delta">Where the quadratic part ends.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static HuberLoss HuberLoss(double delta = 1.0, Reduction reduction = Reduction.Mean) => new(delta, reduction);
        }
    }
}
