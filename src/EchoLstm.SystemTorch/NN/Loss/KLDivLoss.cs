using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>The Kullback-Leibler divergence; the input holds logarithms.</summary>
        public sealed class KLDivLoss : Loss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="log_target">Whether the target holds logarithms.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) : base(reduction)
                => this.log_target = log_target;

            /// <summary>Whether the target holds logarithms.</summary>
            public bool log_target { get; }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.kl_div(input, target, log_target, reduction);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The Kullback-Leibler divergence; the input holds logarithms.</summary>
            /// <param name="log_target">Whether the target holds logarithms.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static KLDivLoss KLDivLoss(bool log_target = true, Reduction reduction = Reduction.Mean) => new(log_target, reduction);
        }
    }
}
