using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>The binary cross-entropy of logits.</summary>
        public sealed class BCEWithLogitsLoss : WeightedLoss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="weight">A factor for each element, or null.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="pos_weights">A factor for the positive part, one for each class, or null.</param>
            public BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
                : base(weight, reduction)
                => this.pos_weights = pos_weights;

            /// <summary>A factor for the positive part, one for each class, or null.</summary>
            public Tensor? pos_weights { get; }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weights);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The binary cross-entropy of logits.</summary>
            /// <param name="weight">A factor for each element, or null.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="pos_weights">A factor for the positive part, one for each class, or null.</param>
            public static BCEWithLogitsLoss BCEWithLogitsLoss(Tensor? weight = null, Reduction reduction = Reduction.Mean,
                Tensor? pos_weights = null)
                => new(weight, reduction, pos_weights);
        }
    }
}
