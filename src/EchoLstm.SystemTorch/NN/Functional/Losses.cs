using System.Runtime.InteropServices;
using TorchSharp.Interop;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>What a loss does with its elements.</summary>
        public enum Reduction : long
        {
            /// <summary>Leaves them as they are.</summary>
            None = 0,

            /// <summary>Gives their mean.</summary>
            Mean = 1,

            /// <summary>Gives their sum.</summary>
            Sum = 2
        }

        public static partial class functional
        {
            private static readonly Operator MseLoss = Operator.Find("aten::mse_loss");
            private static readonly Operator L1LossOperator = Operator.Find("aten::l1_loss");
            private static readonly Operator SmoothL1LossOperator = Operator.Find("aten::smooth_l1_loss");
            private static readonly Operator HuberLossOperator = Operator.Find("aten::huber_loss");
            private static readonly Operator KlDiv = Operator.Find("aten::kl_div");
            private static readonly Operator BinaryCrossEntropy = Operator.Find("aten::binary_cross_entropy");
            private static readonly Operator BinaryCrossEntropyWithLogits = Operator.Find("aten::binary_cross_entropy_with_logits");
            private static readonly Operator CrossEntropy = Operator.Find("aten::cross_entropy_loss");
            private static readonly Operator NllLoss = Operator.Find("aten::nll_loss_nd");
            private static readonly Operator Expand = Operator.Find("aten::expand");

            /// <summary>The squared difference.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was expected, in the same shape.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
                => MseLoss.Call(input, target, (long)reduction);

            /// <summary>The absolute difference.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was expected, in the same shape.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static Tensor l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean)
                => L1LossOperator.Call(input, target, (long)reduction);

            /// <summary>d² / (2 beta) for differences below beta, |d| - beta / 2 above.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was expected, in the same shape.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="beta">Where the quadratic part ends.</param>
            public static Tensor smooth_l1_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean, double beta = 1.0)
                => SmoothL1LossOperator.Call(input, target, (long)reduction, beta);

            /// <summary>d² / 2 for differences below delta, delta (|d| - delta / 2) above.</summary>
            /// <param name="input">What was predicted.</param>
            /// <param name="target">What was expected, in the same shape.</param>
            /// <param name="delta">Where the quadratic part ends.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static Tensor huber_loss(Tensor input, Tensor target, double delta = 1.0, Reduction reduction = Reduction.Mean)
                => HuberLossOperator.Call(input, target, (long)reduction, delta);

            /// <summary>The Kullback-Leibler divergence of two distributions.</summary>
            /// <param name="input">Logarithms of the predicted probabilities.</param>
            /// <param name="target">The expected probabilities, or their logarithms.</param>
            /// <param name="log_target">Whether the target holds logarithms.</param>
            /// <param name="reduction">What to do with the elements; the mean is over elements, not samples.</param>
            public static Tensor kl_div(Tensor input, Tensor target, bool log_target = true, Reduction reduction = Reduction.Mean)
                => KlDiv.Call(input, target, (long)reduction, log_target);

            /// <summary>-(t log p + (1 - t) log(1 - p)).</summary>
            /// <param name="input">Probabilities.</param>
            /// <param name="target">Expected probabilities, in the same shape.</param>
            /// <param name="weight">A factor for each element, or null.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static Tensor binary_cross_entropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
            {
                if (!input.shape.AsSpan().SequenceEqual(target.shape))
                    throw new ExternalException($"binary_cross_entropy: Using a target size ({ShapeText(target)}) that is different to the input size "
                        + $"({ShapeText(input)}) is deprecated. Please ensure they have the same size.");
                if (weight is null) return BinaryCrossEntropy.Call(input, target, Argument.None, (long)reduction);
                using var expanded = Expand.Call(weight, target.shape);
                return BinaryCrossEntropy.Call(input, target, expanded, (long)reduction);
            }

            /// <summary>The binary cross-entropy of the sigmoid of the input, without the loss of digits that two steps would have.</summary>
            /// <param name="input">Logits.</param>
            /// <param name="target">Expected probabilities, in the same shape.</param>
            /// <param name="weight">A factor for each element, or null.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="pos_weights">A factor for the positive part, one for each class, or null.</param>
            public static Tensor binary_cross_entropy_with_logits(Tensor input, Tensor target, Tensor? weight = null,
                Reduction reduction = Reduction.Mean, Tensor? pos_weights = null)
            {
                if (!input.shape.AsSpan().SequenceEqual(target.shape))
                    throw new ExternalException($"binary_cross_entropy_with_logits: Target size ({ShapeText(target)}) must be the same as input size ({ShapeText(input)})");
                return BinaryCrossEntropyWithLogits.Call(input, target, weight, pos_weights, (long)reduction);
            }

            /// <summary>The negative logarithm of the softmax at the expected class.</summary>
            /// <param name="input">Logits: (classes), (batch, classes) or (batch, classes, ...).</param>
            /// <param name="target">Class numbers without the class axis, or probabilities in the shape of the input.</param>
            /// <param name="weight">A factor for each class, or null.</param>
            /// <param name="ignore_index">A class number that does not count.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="label_smoothing">How much of the target to spread evenly over all classes.</param>
            public static Tensor cross_entropy(Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100,
                Reduction reduction = Reduction.Mean, double label_smoothing = 0.0)
                => CrossEntropy.Call(input, target, weight, (long)reduction, ignore_index, label_smoothing);

            /// <summary>The negative of the input at the expected class.</summary>
            /// <param name="input">Logarithms of probabilities: (classes), (batch, classes) or (batch, classes, ...).</param>
            /// <param name="target">Class numbers, without the class axis.</param>
            /// <param name="weight">A factor for each class, or null.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static Tensor nll_loss(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
                => NllLoss.Call(input, target, weight, (long)reduction);

            private static string ShapeText(Tensor tensor) => $"[{string.Join(", ", tensor.shape)}]";
        }
    }
}
