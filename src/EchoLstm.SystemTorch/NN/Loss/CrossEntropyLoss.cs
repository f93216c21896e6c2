using TorchSharp.Modules;

namespace TorchSharp
{
    namespace Modules
    {
        using static torch;
        using static torch.nn;

        /// <summary>The negative logarithm of the softmax at the expected class.</summary>
        public sealed class CrossEntropyLoss : WeightedLoss<Tensor, Tensor, Tensor>
        {
            /// <summary>Makes the loss.</summary>
            /// <param name="weight">A factor for each class, or null.</param>
            /// <param name="ignore_index">A class number that does not count.</param>
            /// <param name="reduction">What to do with the elements.</param>
            /// <param name="label_smoothing">How much of the target to spread evenly over all classes.</param>
            public CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null, Reduction reduction = Reduction.Mean,
                double label_smoothing = 0.0)
                : base(weight, reduction)
                => (this.ignore_index, this.label_smoothing) = (ignore_index, label_smoothing);

            /// <summary>A class number that does not count.</summary>
            public long? ignore_index { get; }

            /// <summary>How much of the target to spread evenly over all classes.</summary>
            public double label_smoothing { get; }

            /// <inheritdoc/>
            public override Tensor forward(Tensor input, Tensor target)
                => torch.nn.functional.cross_entropy(input, target, weight, ignore_index ?? -100, reduction, label_smoothing);
        }
    }

    public static partial class torch
    {
        public static partial class nn
        {
            /// <summary>The negative logarithm of the softmax at the expected class.</summary>
            /// <param name="weight">A factor for each class, or null.</param>
            /// <param name="ignore_index">A class number that does not count.</param>
            /// <param name="reduction">What to do with the elements.</param>
            public static CrossEntropyLoss CrossEntropyLoss(Tensor? weight = null, long? ignore_index = null,
                Reduction reduction = Reduction.Mean)
                => new(weight, ignore_index, reduction);
        }
    }
}
