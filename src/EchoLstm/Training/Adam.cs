using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>
/// Adam (Kingma and Ba 2014) as Keras has it: ε is added before the correction of the bias, to the square root of the raw second moment.
/// </summary>
/// <remarks>
/// With m and v the running means of gradient g and g², at step t:
/// <code>w ← w - learningRate · √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)</code>
/// Torch adds ε after the correction, so that <c>torch.optim.Adam</c> takes other steps where gradients are small, and another curve.
/// </remarks>
public sealed class Adam : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="beta1">How much of the first moment, the running mean of the gradient, stays at each step; of [0, 1) (Keras's <c>beta_1</c>). <value>0.9</value></param>
    /// <param name="beta2">How much of the second moment, the running mean of its square, stays at each step; of [0, 1) (Keras's <c>beta_2</c>). <value>0.999</value></param>
    /// <param name="epsilon">Keeps the step finite where the second moment is 0; at least 0. <value>1e-7</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Adam(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-7)
        : base(learningRate)
    {
        Beta1 = Fraction(beta1, nameof(beta1));
        Beta2 = Fraction(beta2, nameof(beta2));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
    }

    /// <summary>How much of the first moment stays at each step (Keras's <c>beta_1</c>).</summary>
    public double Beta1 { get; }

    /// <summary>How much of the second moment stays at each step (Keras's <c>beta_2</c>).</summary>
    public double Beta2 { get; }

    /// <summary>Keeps the step finite where the second moment is 0.</summary>
    public double Epsilon { get; }

    /// <inheritdoc/>
    public override string Name => "adam";

    internal override IReadOnlyList<string> Remembers => ["m", "v"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new Update(this, trained);

    private sealed class Update(Adam adam, TrainedWeights trained) : ParameterwiseUpdate(adam, trained)
    {
        private double _scale;

        protected override void BeginStep()
        {
            _scale = adam.LearningRate * Math.Sqrt(1 - Math.Pow(adam.Beta2, Steps)) / (1 - Math.Pow(adam.Beta1, Steps));
        }

        protected override void Move(int index, Parameter parameter, Tensor gradient)
        {
            var m = Remembered(0, index).mul_(adam.Beta1).add_(gradient, alpha: 1 - adam.Beta1);
            var v = Remembered(1, index).mul_(adam.Beta2).addcmul_(gradient, gradient, 1 - adam.Beta2);
            parameter.addcdiv_(m, v.sqrt().add_(adam.Epsilon), -_scale);
        }

        protected override void Move(in WeightMemory memory) => WeightPass.Run(new Rule(adam, _scale), memory);
    }

    private readonly struct Rule(Adam adam, double scale) : IUpdateRule
    {
        private readonly Vector<float> _scale = new((float)scale);
        private readonly Vector<float> _beta1 = new((float)adam.Beta1);
        private readonly Vector<float> _rest1 = new((float)(1 - adam.Beta1));
        private readonly Vector<float> _beta2 = new((float)adam.Beta2);
        private readonly Vector<float> _rest2 = new((float)(1 - adam.Beta2));
        private readonly Vector<float> _epsilon = new((float)adam.Epsilon);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Move(Vector<float> weights, Vector<float> gradients, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third)
        {
            first = (_beta1 * first) + (_rest1 * gradients);
            second = (_beta2 * second) + (_rest2 * gradients * gradients);
            return weights - (_scale * first / (Vector.SquareRoot(second) + _epsilon));
        }
    }
}
