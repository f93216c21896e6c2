using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EchoLstm.Training;

/// <summary>Stochastic gradient descent as Keras has it, with momentum (Polyak 1964) and Nesterov's variant of it (Nesterov 1983, in the form of Sutskever et al. 2013).</summary>
/// <remarks>
/// <code>
/// v ← momentum · v - learningRate · g
/// w ← w + v                                       (plain)
/// w ← w + momentum · v - learningRate · g         (nesterov)
/// </code>
/// </remarks>
public sealed class Sgd : Optimizer
{
    /// <summary>Creates the optimiser.</summary>
    /// <param name="learningRate">The size of a step, at least 0 (Keras's <c>learning_rate</c>). <value>0.01</value></param>
    /// <param name="momentum">How much of the last move stays in the next, of [0, 1); 0 for none. <value>0</value></param>
    /// <param name="nesterov">Whether the gradient's effect is looked at after the momentum's move. <value>false</value></param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or not a number.</exception>
    public Sgd(double learningRate = 0.01, double momentum = 0, bool nesterov = false)
        : base(learningRate)
    {
        Momentum = Fraction(momentum, nameof(momentum));
        Nesterov = nesterov;
    }

    /// <summary>How much of the last move stays in the next.</summary>
    public double Momentum { get; }

    /// <summary>Whether the gradient's effect is looked at after the momentum's move.</summary>
    public bool Nesterov { get; }

    /// <inheritdoc/>
    public override string Name => "sgd";

    internal override IReadOnlyList<string> Remembers => Momentum == 0 ? [] : ["velocity"];

    internal override ParameterUpdate Begin(TrainedWeights trained) => new Update(this, trained);

    private sealed class Update(Sgd sgd, TrainedWeights trained) : ParameterwiseUpdate(sgd, trained)
    {
        protected override void Move(int index, Parameter parameter, Tensor gradient)
        {
            if (sgd.Momentum == 0)
            {
                parameter.add_(gradient, alpha: -sgd.LearningRate);
                return;
            }
            var v = Remembered(0, index).mul_(sgd.Momentum).add_(gradient, alpha: -sgd.LearningRate);
            if (sgd.Nesterov)
            {
                parameter.add_(v, alpha: sgd.Momentum).add_(gradient, alpha: -sgd.LearningRate);
            }
            else
            {
                parameter.add_(v);
            }
        }

        protected override void Move(in WeightMemory memory) => WeightPass.Run(new Rule(sgd), memory);
    }

    // Without momentum the velocity begins at 0 and is not kept, so that it is the plain step.
    private readonly struct Rule(Sgd sgd) : IUpdateRule
    {
        private readonly Vector<float> _rate = new((float)sgd.LearningRate);
        private readonly Vector<float> _momentum = new((float)sgd.Momentum);
        private readonly bool _nesterov = sgd.Nesterov;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector<float> Move(Vector<float> weights, Vector<float> gradients, ref Vector<float> first, ref Vector<float> second, ref Vector<float> third)
        {
            var plain = _rate * gradients;
            first = (_momentum * first) - plain;
            return weights + (_nesterov ? (_momentum * first) - plain : first);
        }
    }
}
