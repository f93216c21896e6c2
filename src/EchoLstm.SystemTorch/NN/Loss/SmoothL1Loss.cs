using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>d² / (2 beta) for differences below beta, |d| - beta / 2 above.</summary>
        public sealed class SmoothL1Loss : Loss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="beta">Where the quadratic part ends.</param>
            public SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1.0) : base(reduction)
                => this.beta = beta;

            /// <summary>Where the quadratic part ends.</summary>
            public double beta { get; }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.smooth_l1_loss(input, target, reduction, beta);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>d² / (2 beta) for differences below beta, |d| - beta / 2 above.</summary>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="beta">Where the quadratic part ends.</param>
            public static SmoothL1Loss SmoothL1Loss(Reduction reduction = Reduction.Mean, double beta = 1.0) => new(reduction, beta);
        }
    }
}
