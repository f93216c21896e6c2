using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>RMSprop (Hinton's lecture 6e) as Keras has it.</summary>
/// <remarks>
/// With v the running mean of g²; m, if centered, that of g:
/// <code>
/// step = learningRate · g / √(v - m² + ε)          (m² only if centered)
/// w ← w - step, or with momentum: u ← momentum · u + step, w ← w - u
/// </code>
/// Torch adds ε outside the root and has other defaults.
/// </remarks>
public sealed class RmsProp : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.001</value></param>
    /// <param name="rho">How much of the running mean stays at each step; of [0, 1). <value>0.9</value></param>
    /// <param name="momentum">How much of the last move stays in the next, of [0, 1); 0 for none. <value>0</value></param>
    /// <param name="epsilon">Keeps the step finite where the running mean is 0; at least 0. <value>1e-7</value></param>
    /// <param name="centered">Whether the variance of the gradient scales the step, not its mean square. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public RmsProp(double learningRate = 0.001, double rho = 0.9, double momentum = 0, double epsilon = 1e-7, bool centered = false)
        : base(learningRate)
    {
        Rho = Fraction(rho, nameof(rho));
        Momentum = Fraction(momentum, nameof(momentum));
        Epsilon = AtLeastZero(epsilon, nameof(epsilon));
        Centered = centered;
    }

    /// <summary>How much of the running mean stays at each step.</summary>
    public double Rho { get; }

    /// <summary>How much of the last move stays in the next.</summary>
    public double Momentum { get; }

    /// <summary>Keeps the step finite where the running mean is 0.</summary>
    public double Epsilon { get; }

    /// <summary>Whether the variance of the gradient scales the step.</summary>
    public bool Centered { get; }

    /// <inheritdoc/>
    public override string Name => "rmsprop";

    internal override IReadOnlyList<string> Remembers =>
        ["mean_square", .. Centered ? new[] { "mean" } : [], .. Momentum > 0 ? new[] { "velocity" } : []];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new Update(this, trained);

    private sealed class Update(RmsProp rms, TrainedWeights trained) : ParameterwiseUpdate(rms, trained)
    {
        private readonly int _velocity = rms.Centered ? 2 : 1;

        protected override void Move(int index, Parameter parameter, Tensor gradient)
        {
            var v = Remembered(0, index).mul_(rms.Rho).addcmul_(gradient, gradient, 1 - rms.Rho);
            var denominator = v;
            if (rms.Centered)
            {
                var m = Remembered(1, index).mul_(rms.Rho).add_(gradient, alpha: 1 - rms.Rho);
                denominator = v - (m * m);
            }
            var root = (denominator + rms.Epsilon).sqrt_();
            if (rms.Momentum > 0)
            {
                var u = Remembered(_velocity, index).mul_(rms.Momentum).addcdiv_(gradient, root, rms.LearningRate);
                parameter.sub_(u);
            }
            else
            {
                parameter.addcdiv_(gradient, root, -rms.LearningRate);
            }
        }

        protected override void Move(in WeightMemory memory) => WeightPass.Run(new Rule(rms), memory);
    }

    private readonly struct Rule(RmsProp rms) : IUpdateRule
    {
        private readonly Vector<float> _rate = new((float)rms.LearningRate);
        private readonly Vector<float> _rho = new((float)rms.Rho);
        private readonly Vector<float> _rest = new((float)(1 - rms.Rho));
        private readonly Vector<float> _epsilon = new((float)rms.Epsilon);
        private readonly Vector<float> _momentum = new((float)rms.Momentum);
        private readonly bool _centered = rms.Centered;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Move(Vector<float> weights, Vector<float> gradients, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third)
        {
            first = (_rho * first) + (_rest * gradients * gradients);
            if (!_centered)
            {
                second = (_momentum * second) + (_rate * gradients / Vector.SquareRoot(first + _epsilon));
                return weights - second;
            }
            second = (_rho * second) + (_rest * gradients);
            third = (_momentum * third) + (_rate * gradients / Vector.SquareRoot(first - (second * second) + _epsilon));
            return weights - third;
        }
    }
}
